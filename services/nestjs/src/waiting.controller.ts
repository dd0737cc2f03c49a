// Waiting: an answer that takes time, but no work.
import { setTimeout } from "node:timers/promises";

import { BadRequestException, Controller, Get, Param, ParseIntPipe } from "@nestjs/common";

@Controller()
export class WaitingController {
  @Get("sleep/:ms(^[0-9]+$)")
  async sleep(@Param("ms", ParseIntPipe) ms: number) {
    if (ms > 10_000) throw new BadRequestException();
    await setTimeout(ms);
    return { ms };
  }
}
