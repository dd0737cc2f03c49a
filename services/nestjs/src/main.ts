// Starts NestJS on Fastify.
import cluster from "node:cluster";
import { join } from "node:path";

import fastifyCookie from "@fastify/cookie";
import secureSession from "@fastify/secure-session";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { WsAdapter } from "@nestjs/platform-ws";
import handlebars from "handlebars";

import { AppModule } from "./app.module.js";
import { parseMessage } from "./streams.gateway.js";

const WORKERS = Number(process.env.WORKERS);
const SECRET_KEY = Buffer.from("the key of this stand: no secret"); // 32 bytes, as the cipher takes them

async function bootstrap(): Promise<void> {
  const adapter = new FastifyAdapter({ bodyLimit: 1024 * 1024 });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, { logger: false });
  await app.register(fastifyCookie);
  await app.register(secureSession, { key: SECRET_KEY, cookie: { path: "/", encode } });
  app.useWebSocketAdapter(new WsAdapter(app, { messageParser: parseMessage }));
  app.useStaticAssets({ root: join(import.meta.dirname, "..", "static"), prefix: "/static/" });
  app.setViewEngine({ engine: { handlebars }, templates: join(import.meta.dirname, "..", "templates") });
  await app.listen(8000, "0.0.0.0");
}

// The session's base64 without what needs an escape here and there: so all its cookies are equally long.
function encode(session: string): string {
  return encodeURIComponent(session.replaceAll("+", "-").replaceAll("/", "_"));
}

if (cluster.isPrimary && WORKERS > 1) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
} else {
  await bootstrap();
}
