"""Pages: one of a template engine. Files come from the folder `static`, by the tool that is turned on for its path."""

import json
from pathlib import Path

import cherrypy
from jinja2 import Environment, FileSystemLoader, select_autoescape

rows = json.loads(Path("rows.json").read_text())
templates = Environment(loader=FileSystemLoader("templates"), autoescape=select_autoescape())


class Pages:
    @cherrypy.expose
    @cherrypy.tools.allow()
    def template(self, title: str = "") -> str:
        return templates.get_template("table.html").render(title=title, rows=rows)
