// Waiting: an answer that takes time but no work, and one made of what a slow upstream answers.
import { setTimeout } from "node:timers/promises";

import { HttpService } from "@nestjs/axios";
import { BadRequestException, Controller, Get, Param, ParseIntPipe, Query, UseInterceptors } from "@nestjs/common";
import { firstValueFrom } from "rxjs";

import { UnavailableInterceptor } from "./unavailable.interceptor.js";

interface Quote {
  price: number;
}

@Controller()
export class WaitingController {
  constructor(private readonly upstream: HttpService) {}

  @Get("sleep/:ms(^[0-9]+$)")
  async sleep(@Param("ms", ParseIntPipe) ms: number) {
    if (ms > 10_000) throw new BadRequestException();
    await setTimeout(ms);
    return { ms };
  }

  @Get("fanout/:n(^[0-9]+$)")
  @UseInterceptors(UnavailableInterceptor)
  async fanout(@Param("n", ParseIntPipe) n: number, @Query("start", ParseIntPipe) start: number) {
    if (n > 100 || start < 1 || start > 9_900) throw new BadRequestException();
    const ids = Array.from({ length: n }, (_, i) => start + i);
    const answers = await Promise.all(ids.map((id) => firstValueFrom(this.upstream.get<Quote>(`/quote/${id}`))));
    return { prices: answers.map((answer) => answer.data.price) };
  }
}
