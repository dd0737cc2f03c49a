"""Pages: one of the template engine. Files come from the folder `static`, by a view that Django has for it."""

import json
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.static import serve

rows = json.loads(Path("rows.json").read_text())

static = require_GET(serve)


@require_GET
async def template(request: HttpRequest) -> HttpResponse:
    return render(request, "table.html", {"title": request.GET.get("title", ""), "rows": rows})
