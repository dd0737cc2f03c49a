"""Pages: one of the template engine. Files come from the folder `static`, which Quart serves by itself."""

import json
from pathlib import Path

from quart import Blueprint, render_template, request

blueprint = Blueprint("pages", __name__)
rows = json.loads(Path("rows.json").read_text())


@blueprint.get("/template")
async def template() -> str:
    return await render_template("table.html", title=request.args.get("title", ""), rows=rows)
