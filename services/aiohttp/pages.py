"""Pages: a file, and a page of the template engine."""

import json
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web

rows = json.loads(Path("rows.json").read_text())
routes = web.RouteTableDef()
routes.static("/static", "static")


@routes.get("/template")
@aiohttp_jinja2.template("table.html")
async def template(request: web.Request) -> dict[str, Any]:
    return {"title": request.query.get("title", ""), "rows": rows}
