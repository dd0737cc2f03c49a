// Work: arithmetic that keeps the CPU busy.
import { BadRequestException, Controller, Get, Param, ParseIntPipe } from "@nestjs/common";

@Controller()
export class WorkController {
  @Get("cpu/:n(^[0-9]+$)")
  cpu(@Param("n", ParseIntPipe) n: number) {
    if (n > 100_000) throw new BadRequestException();
    return { result: xorshift(n) };
  }
}

function xorshift(n: number): number {
  let x = n;
  for (let i = 0; i < n; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  return x >>> 0; // JavaScript's bits have a sign
}
