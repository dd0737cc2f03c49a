// Echo: what the service sees of a request, and its JSON body decoded and encoded again.
import { Body, Controller, Get, Header, HttpCode, Post, Req } from "@nestjs/common";
import type { FastifyRequest } from "fastify";

@Controller()
export class EchoController {
  @Get("request")
  showRequest(@Req() request: FastifyRequest) {
    const [path, ...query] = request.url.split("?");
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith("x-")));
    return { method: request.method, path, query: query.join("?"), headers };
  }

  @Post("echo")
  @HttpCode(200)
  @Header("Content-Type", "application/json")
  echo(@Body() value: unknown) {
    return JSON.stringify(value); // Fastify would send a string as it is
  }
}
