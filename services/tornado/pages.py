"""Pages: a file, and a page of the template engine."""

import json
from pathlib import Path

from tornado.web import RequestHandler, StaticFileHandler

rows = json.loads(Path("rows.json").read_text())


class Template(RequestHandler):
    def get(self) -> None:
        self.render("table.html", title=self.get_query_argument("title", ""), rows=rows)


routes = [
    (r"/static/(.*)", StaticFileHandler, {"path": "static"}),
    (r"/template", Template),
]
