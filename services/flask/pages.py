"""Pages: one of the template engine. Files come from the folder `static`, which Flask serves by itself."""

import json
from pathlib import Path

from flask import Blueprint, render_template, request

blueprint = Blueprint("pages", __name__)
rows = json.loads(Path("rows.json").read_text())


@blueprint.get("/template")
def template() -> str:
    return render_template("table.html", title=request.args.get("title", ""), rows=rows)
