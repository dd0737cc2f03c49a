"""Pages: one of a template engine. The files are a static route."""

import json
from pathlib import Path

import falcon
from falcon.asgi import Request, Response
from jinja2 import Environment, FileSystemLoader

FILES = Path("static").resolve()

rows = json.loads(Path("rows.json").read_text())
templates = Environment(loader=FileSystemLoader("templates"), autoescape=True)


class Template:
    async def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type = falcon.MEDIA_HTML
        resp.text = templates.get_template("table.html").render(title=req.get_param("title", default=""), rows=rows)
