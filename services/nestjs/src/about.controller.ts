// About: who answers, and within which limits.
import { Controller, Get } from "@nestjs/common";

import { about } from "./about.mjs";

@Controller("about")
export class AboutController {
  @Get()
  tellAbout() {
    return about("@nestjs/core", "fastify", { parser: "llhttp", json: "V8" });
  }
}
