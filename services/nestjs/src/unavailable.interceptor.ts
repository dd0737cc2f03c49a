import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  type NestInterceptor,
  ServiceUnavailableException,
} from "@nestjs/common";
import { catchError } from "rxjs";

/** Answers 503 where what the handler asks does not answer. */
export class UnavailableInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(
      catchError((error: unknown) => {
        throw error instanceof HttpException ? error : new ServiceUnavailableException();
      }),
    );
  }
}
