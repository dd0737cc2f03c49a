// Hello: an answer that takes no work, as text and as JSON.
import { Controller, Get } from "@nestjs/common";

@Controller()
export class HelloController {
  @Get()
  hello() {
    return "hello world";
  }

  @Get("json")
  helloJson() {
    return { hello: "world" };
  }
}
