// Items: any JSON, stored in memory by its id.
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Put, Res } from "@nestjs/common";
import type { FastifyReply } from "fastify";

import { ItemsService } from "./items.service.js";

@Controller("items/:id")
export class ItemsController {
  constructor(private readonly items: ItemsService) {}

  @Put()
  @Header("Content-Type", "application/json")
  putItem(@Param("id") id: string, @Body() item: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const body = JSON.stringify(item); // Fastify would send a string as it is
    reply.status(this.items.put(id, item) ? 201 : 200);
    return body;
  }

  @Get()
  @Header("Content-Type", "application/json")
  getItem(@Param("id") id: string) {
    return JSON.stringify(this.items.get(id));
  }

  @Delete()
  @HttpCode(204)
  deleteItem(@Param("id") id: string) {
    this.items.delete(id);
  }
}
