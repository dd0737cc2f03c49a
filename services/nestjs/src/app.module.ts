// The contract in NestJS: the topics' controllers in the contract's order, and the answer to JSON that nests too deep.
import { Module } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";

import { AboutController } from "./about.controller.js";
import { EchoController } from "./echo.controller.js";
import { FormsController } from "./forms.controller.js";
import { HelloController } from "./hello.controller.js";
import { ItemsController } from "./items.controller.js";
import { ItemsService } from "./items.service.js";
import { MiddlewareController } from "./middleware.controller.js";
import { PagesController } from "./pages.controller.js";
import { ParametersController } from "./parameters.controller.js";
import { StateController } from "./state.controller.js";
import { TooDeepFilter } from "./too-deep.filter.js";
import { ValidationController } from "./validation.controller.js";
import { WaitingController } from "./waiting.controller.js";
import { WorkController } from "./work.controller.js";

@Module({
  controllers: [
    HelloController,
    ParametersController,
    EchoController,
    ItemsController,
    ValidationController,
    FormsController,
    PagesController,
    StateController,
    MiddlewareController,
    WaitingController,
    WorkController,
    AboutController,
  ],
  providers: [ItemsService, { provide: APP_FILTER, useClass: TooDeepFilter }],
})
export class AppModule {}
