// The contract in NestJS on Fastify.
import cluster from "node:cluster";

import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";

import { AppModule } from "./app.module.js";

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_PARAMETER_LENGTH = 16 * 1024; // what Node takes for a request's head; Fastify's own limit is 100
const WORKERS = Number(process.env.WORKERS);

async function bootstrap(): Promise<void> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, { logger: false });
  takeEveryBodyForJson(app);
  await refuseOtherMethods(app);
  await app.listen(8000, "0.0.0.0");
}

/** Bodies go as bytes to JsonPipe: what Fastify's own parser refuses, it refuses with the connection closed. */
function takeEveryBodyForJson(app: NestFastifyApplication): void {
  app.getHttpAdapter().getInstance().addHook("onRequest", (request, reply, done) => {
    request.headers["content-type"] = "application/json";
    done();
  });
  app.useBodyParser("application/json", {}, (request, bytes, done) => done(null, bytes));
}

/** Fastify answers 404 to a method that a path lacks, so every path gets a route for the methods it lacks. */
async function refuseOtherMethods(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const methods = new Map<string, Set<string>>();
  fastify.addHook("onRoute", ({ url, method }) => {
    methods.set(url, new Set([method].flat()).union(methods.get(url) ?? new Set()));
  });
  await app.init();
  for (const [url, allowed] of [...methods]) {
    fastify.route({
      url,
      method: fastify.supportedMethods.filter((method) => !allowed.has(method)),
      handler: (request, reply) => reply.code(405).header("Allow", [...allowed].join(", ")).send(),
    });
  }
}

if (cluster.isPrimary && WORKERS > 1) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
} else {
  await bootstrap();
}
