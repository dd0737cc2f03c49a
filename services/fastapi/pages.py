"""Pages: a file, and a page of the template engine."""

import json
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

rows = json.loads(Path("rows.json").read_text())
templates = Jinja2Templates("templates")
router = APIRouter()
router.mount("/static", StaticFiles(directory="static"))


@router.get("/template", response_class=HTMLResponse)
async def template(request: Request, title: str) -> Response:
    return templates.TemplateResponse(request, "table.html", {"title": title, "rows": rows})
