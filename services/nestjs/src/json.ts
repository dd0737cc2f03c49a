import { BadRequestException, Injectable, type PipeTransform } from "@nestjs/common";

/** The value of a JSON body, which must be UTF-8. */
@Injectable()
export class JsonPipe implements PipeTransform<Buffer, unknown> {
  transform(bytes: Buffer): unknown {
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch {
      throw new BadRequestException();
    }
  }
}

/** For values that may be strings, which Fastify would send as they are; parse() takes any depth, stringify() does not. */
export function encode(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw new BadRequestException();
  }
}
