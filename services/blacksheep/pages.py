"""Pages: one of the template engine. Files are served by the application itself: `app.serve_files`."""

import json
from pathlib import Path

from blacksheep import Response, get
from blacksheep.server.rendering.jinja2 import JinjaRenderer
from blacksheep.server.responses import view
from blacksheep.settings.html import html_settings
from jinja2 import FileSystemLoader

rows = json.loads(Path("rows.json").read_text())
html_settings.use(JinjaRenderer(FileSystemLoader("templates")))


@get("/template")
async def template(title: str = "") -> Response:
    return view("table", {"title": title, "rows": rows})
