import { Body, Controller, Get, Header, HttpCode, Param, ParseIntPipe, Post, Query, Req } from "@nestjs/common";
import type { FastifyRequest } from "fastify";

import { about } from "./about.mjs";
import { encode, JsonPipe } from "./json.js";

@Controller()
export class AppController {
  @Get()
  hello() {
    return "hello world";
  }

  @Get("json")
  helloJson() {
    return { hello: "world" };
  }

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

  @Get("request")
  inspect(@Req() request: FastifyRequest) {
    const [path, ...query] = request.url.split("?");
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith("x-")));
    return { method: request.method, path, query: query.join("?"), headers };
  }

  @Post("echo")
  @HttpCode(200)
  @Header("Content-Type", "application/json")
  echo(@Body(JsonPipe) value: unknown) {
    return encode(value);
  }

  @Get("about")
  about() {
    return about("@nestjs/core", "fastify");
  }
}
