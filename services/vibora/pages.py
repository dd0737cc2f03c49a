"""Pages: one of the template engine. Files come from the folder `static`, which Vibora serves by itself."""

import html
import json
from pathlib import Path
from urllib.parse import parse_qs

from vibora import Request
from vibora.blueprints import Blueprint
from vibora.responses import Response

rows = json.loads(Path("rows.json").read_text())
blueprint = Blueprint(template_dirs=["templates"])


@blueprint.route(r"/template(?:\?.*)?")
async def template(request: Request) -> Response:
    title = parse_qs(request.parsed_url.query.decode()).get("title", [""])[0]
    # Vibora's templates escape nothing, and know no filters: but they call what they are given.
    response = await blueprint.render("table.html", title=title, rows=rows, escape=html.escape)
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    return response
