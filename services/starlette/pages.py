"""Pages: a file, and a page of the template engine."""

import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

rows = json.loads(Path("rows.json").read_text())
templates = Jinja2Templates("templates")


async def template(request: Request) -> Response:
    title = request.query_params.get("title", "")
    return templates.TemplateResponse(request, "table.html", {"title": title, "rows": rows})


routes = [
    Mount("/static", StaticFiles(directory="static")),
    Route("/template", template),
]
