import { Module } from "@nestjs/common";

import { AppController } from "./app.controller.js";
import { ItemsController } from "./items.controller.js";
import { ItemsService } from "./items.service.js";

@Module({ controllers: [AppController, ItemsController], providers: [ItemsService] })
export class AppModule {}
