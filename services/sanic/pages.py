"""Pages: a file, and a page of the template engine."""

import json
from pathlib import Path

from sanic import Blueprint, HTTPResponse, Request
from sanic_ext import render

rows = json.loads(Path("rows.json").read_text())
blueprint = Blueprint("pages")
blueprint.static("/static/", "static/", index="index.html")  # without an index a folder's own path would get 500


@blueprint.get("/template")
async def template(request: Request) -> HTTPResponse:
    return await render("table.html", context={"title": request.args.get("title", ""), "rows": rows})
