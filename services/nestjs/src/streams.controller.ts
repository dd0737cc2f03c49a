// Streams: an answer piece by piece, and server-sent events. The WebSocket is in streams.gateway.ts.
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

import {
  BadRequestException,
  Controller,
  Get,
  type MessageEvent,
  Param,
  ParseIntPipe,
  Query,
  Sse,
  StreamableFile,
} from "@nestjs/common";
import { from, type Observable } from "rxjs";

const optional = new ParseIntPipe({ optional: true });

@Controller()
export class StreamsController {
  @Get("stream/:chunks(^[0-9]+$)")
  stream(@Param("chunks", ParseIntPipe) chunks: number, @Query("ms", optional) ms = 0) {
    if (chunks > 1_000 || ms < 0 || ms > 1_000) throw new BadRequestException();
    return new StreamableFile(Readable.from(pieces(chunks, ms)), { type: "text/plain; charset=utf-8" });
  }

  @Sse("events")
  events(
    @Query("count", ParseIntPipe) count: number,
    @Query("name") name = "",
    @Query("ms", optional) ms = 0,
  ): Observable<MessageEvent> {
    if (count < 1 || count > 1_000 || ms < 0 || ms > 1_000) throw new BadRequestException();
    return from(ticks(count, name, ms));
  }
}

async function* pieces(chunks: number, ms: number): AsyncGenerator<string> {
  for (let i = 1; i <= chunks; i++) {
    yield `piece ${i}\n`;
    if (ms) await setTimeout(ms);
  }
}

async function* ticks(count: number, name: string, ms: number): AsyncGenerator<MessageEvent> {
  for (let i = 1; i <= count; i++) {
    yield { id: `${i}`, type: "tick", data: `${name} ${i}` };
    if (ms) await setTimeout(ms);
  }
}
