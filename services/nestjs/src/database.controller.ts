// Database: rows of PostgreSQL by TypeORM, one by one, and a page of them.
import {
  BadRequestException,
  Controller,
  Get,
  NotFoundException,
  Param,
  ParseIntPipe,
  Query,
  Render,
  UseInterceptors,
} from "@nestjs/common";

import type { World } from "./database.entities.js";
import { DatabaseService } from "./database.service.js";
import { UnavailableInterceptor } from "./unavailable.interceptor.js";

@Controller()
@UseInterceptors(UnavailableInterceptor)
export class DatabaseController {
  constructor(private readonly database: DatabaseService) {}

  @Get("db")
  async db(@Query("id", ParseIntPipe) id: number) {
    if (id < 1 || id > 10_000) throw new NotFoundException();
    return this.database.world(id);
  }

  @Get("db/queries/:n")
  async queries(@Param("n") n: string, @Query("start", ParseIntPipe) start: number) {
    const rows: World[] = [];
    for (const id of askedFor(n, start)) rows.push(await this.database.world(id));
    return rows;
  }

  @Get("db/updates/:n")
  async updates(
    @Param("n") n: string,
    @Query("start", ParseIntPipe) start: number,
    @Query("number", ParseIntPipe) number: number,
  ) {
    if (number < 0 || number > 10_000) throw new BadRequestException();
    return this.database.tally(askedFor(n, start), number);
  }

  @Get("fortunes")
  @Render("fortunes.html")
  async fortunes(@Query("added") added = "") {
    const fortunes = [...(await this.database.fortunes()), { id: 0, message: added }];
    fortunes.sort((a, b) => (a.message < b.message ? -1 : 1));
    return { fortunes };
  }
}

/** The ids of n rows: n is never refused, but brought into its limits. */
function askedFor(n: string, start: number): number[] {
  if (start < 1 || start > 500) throw new BadRequestException();
  const length = /^[0-9]+$/.test(n) ? Math.min(Math.max(Number(n), 1), 500) : 1;
  return Array.from({ length }, (_, i) => start + 19 * i);
}
