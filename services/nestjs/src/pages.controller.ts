// Pages: one of the template engine. Files come from the folder `static`, which main.ts has Fastify serve.
import { readFileSync } from "node:fs";

import { Controller, Get, Query, Render } from "@nestjs/common";

const rows: unknown = JSON.parse(readFileSync("rows.json", "utf8"));

@Controller()
export class PagesController {
  @Get("template")
  @Render("table.html")
  template(@Query("title") title = "") {
    return { title, rows };
  }
}
