// Middleware: three layers around one route, each of which adds a header. They are interceptors, which belong to their
// route: what NestJS calls middleware is matched against the path of every request.
import { Controller, Get, UseInterceptors } from "@nestjs/common";

import { LayerInterceptor } from "./layer.interceptor.js";

@Controller("middleware")
export class MiddlewareController {
  @Get()
  @UseInterceptors(new LayerInterceptor("outer"), new LayerInterceptor("middle"), new LayerInterceptor("inner"))
  hello() {
    return "hello world";
  }
}
