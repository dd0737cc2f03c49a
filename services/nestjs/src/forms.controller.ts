// Forms: fields as a browser sends them, and a file that is uploaded.
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";

import {
  BadRequestException,
  Body,
  Controller,
  HttpCode,
  HttpException,
  ParseFilePipe,
  Post,
  UploadedFile,
  UseInterceptors,
} from "@nestjs/common";
import { FileStreamInterceptor, type MultipartFileStream } from "@nestjs/platform-fastify/multipart";

const MAX_FILE = 10 * 1024 * 1024;

@Controller()
export class FormsController {
  @Post("form")
  @HttpCode(200)
  readForm(
    @Body("name") name: string | null = null,
    @Body("message") message: string | null = null,
    @Body("topic") topic: string | string[] = [],
  ) {
    return { name, message, topic: [topic].flat() };
  }

  @Post("upload")
  @HttpCode(200)
  @UseInterceptors(FileStreamInterceptor("file", { limits: { fileSize: MAX_FILE } }))
  async upload(@UploadedFile(new ParseFilePipe()) file: MultipartFileStream) {
    return { name: file.originalname, ...(await digest(file.stream)) };
  }
}

async function digest(stream: Readable) {
  const hash = createHash("sha256");
  let size = 0;
  try {
    for await (const chunk of stream) {
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (error) {
    // Of what goes wrong after the file has begun, the interceptor translates only its size.
    throw error instanceof HttpException ? error : new BadRequestException("malformed parts");
  }
  return { size, sha256: hash.digest("hex") };
}
