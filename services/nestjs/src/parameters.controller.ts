// Parameters: from the path, from the query string, and one that the route's pattern admits only as digits.
import { Controller, Get, Param, ParseIntPipe, Query } from "@nestjs/common";

@Controller()
export class ParametersController {
  @Get("greet/:name")
  greet(@Param("name") name: string) {
    return `hello ${name}`;
  }

  @Get("greet/:name/:info")
  greetInfo(@Param("name") name: string, @Param("info") info: string) {
    return { name, info };
  }

  @Get("number/:digits(^[0-9]{1,15}$)") // a number holds no more digits exactly
  number(@Param("digits", ParseIntPipe) number: number) {
    return { number };
  }

  @Get("query")
  query(@Query("name") name: string | string[] = [], @Query("age") age: string | null = null) {
    return { name: [name].flat(), age };
  }
}
