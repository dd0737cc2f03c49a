import { type ArgumentsHost, Catch, type ExceptionFilter } from "@nestjs/common";
import type { FastifyReply } from "fastify";

/** JSON.parse() takes any depth, JSON.stringify() does not. */
@Catch(RangeError)
export class TooDeepFilter implements ExceptionFilter {
  catch(error: RangeError, host: ArgumentsHost) {
    host.switchToHttp().getResponse<FastifyReply>().status(400).type("text/plain").send(error.message);
  }
}
