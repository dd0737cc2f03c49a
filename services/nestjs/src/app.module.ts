// The contract in NestJS: the topics' controllers in the contract's order, and the answer to JSON that nests too deep.
import { Agent } from "node:http";

import { HttpModule } from "@nestjs/axios";
import { Module } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { TypeOrmModule } from "@nestjs/typeorm";

import { AboutController } from "./about.controller.js";
import { DatabaseController } from "./database.controller.js";
import { Fortune, Tally, World } from "./database.entities.js";
import { DatabaseService } from "./database.service.js";
import { EchoController } from "./echo.controller.js";
import { FormsController } from "./forms.controller.js";
import { HelloController } from "./hello.controller.js";
import { ItemsController } from "./items.controller.js";
import { ItemsService } from "./items.service.js";
import { MiddlewareController } from "./middleware.controller.js";
import { PagesController } from "./pages.controller.js";
import { ParametersController } from "./parameters.controller.js";
import { StateController } from "./state.controller.js";
import { StreamsController } from "./streams.controller.js";
import { StreamsGateway } from "./streams.gateway.js";
import { TooDeepFilter } from "./too-deep.filter.js";
import { ValidationController } from "./validation.controller.js";
import { WaitingController } from "./waiting.controller.js";
import { WorkController } from "./work.controller.js";

const TIMEOUT = 2_000;

@Module({
  imports: [
    HttpModule.register({
      baseURL: process.env.UPSTREAM,
      timeout: TIMEOUT,
      httpAgent: new Agent({ keepAlive: true, maxSockets: 256 }),
    }),
    // To the database that the environment names; each connection is opened when it is first needed.
    TypeOrmModule.forRoot({
      type: "postgres",
      entities: [World, Tally, Fortune],
      manualInitialization: true,
      poolSize: Number(process.env.DATABASE_CONNECTIONS),
      connectTimeoutMS: TIMEOUT, // for one that is free, too
      extra: { idleTimeoutMillis: 0, statement_timeout: TIMEOUT, query_timeout: TIMEOUT },
    }),
  ],
  controllers: [
    HelloController,
    ParametersController,
    EchoController,
    ItemsController,
    ValidationController,
    FormsController,
    PagesController,
    StreamsController,
    StateController,
    MiddlewareController,
    WaitingController,
    WorkController,
    DatabaseController,
    AboutController,
  ],
  providers: [ItemsService, StreamsGateway, DatabaseService, { provide: APP_FILTER, useClass: TooDeepFilter }],
})
export class AppModule {}
