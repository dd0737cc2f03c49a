import { Body, Controller, Delete, Get, Header, HttpCode, Param, Put, Res } from "@nestjs/common";
import type { FastifyReply } from "fastify";

import { ItemsService } from "./items.service.js";
import { encode, JsonPipe } from "./json.js";

@Controller("items/:id")
export class ItemsController {
  constructor(private readonly items: ItemsService) {}

  @Put()
  @Header("Content-Type", "application/json")
  put(@Param("id") id: string, @Body(JsonPipe) item: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const body = encode(item); // before it is stored: this may refuse it
    reply.status(this.items.put(id, item) ? 201 : 200);
    return body;
  }

  @Get()
  @Header("Content-Type", "application/json")
  get(@Param("id") id: string) {
    return encode(this.items.get(id));
  }

  @Delete()
  @HttpCode(204)
  delete(@Param("id") id: string) {
    this.items.delete(id);
  }
}
