"""`make survey` on real containers: what it prints and writes, and what a browser shows of what it cannot see."""

import json
from importlib.resources import files

import jsonschema
import pytest

from levelground.model.survey import Verdict
from levelground.showing import schema, survey
from levelground.stand import catalog
from tests.browser import File, Page
from tests.end_to_end.conftest import ROOT, command

pytestmark = pytest.mark.usefixtures("up")

LATEST = ROOT / "results" / "survey" / "latest"
SIDECAR = "drf_spectacular_sidecar"
"""A package with swagger-ui-dist and redoc as npm has them."""
SCRIPTS = {
    f"https://cdn.jsdelivr.net/npm/{package}@{version}/{path}": (media_type, f"{package}/{path}")
    for package, version, path, media_type in (
        ("swagger-ui-dist", "5", "swagger-ui.css", "text/css"),
        ("swagger-ui-dist", "5", "swagger-ui-bundle.js", "text/javascript"),
        ("redoc", "2", "bundles/redoc.standalone.js", "text/javascript"),
        ("redoc", "next", "bundles/redoc.standalone.js", "text/javascript"),
    )
}
DECORATION = {
    "https://fonts.googleapis.com/css?family=Montserrat:300,400,700|Roboto:300,400,700": File("text/css"),
    "https://fastapi.tiangolo.com/img/favicon.png": File("image/png"),
    "https://cdn.redoc.ly/redoc/logo-mini.svg": File("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
}
SWAGGER_UI, REDOC = "#swagger-ui .opblock", "redoc [data-section-id^='operation/']"
"""What each program shows once for every operation of a document."""


def test_two_frameworks_are_asked_and_the_page_is_written() -> None:
    done = command("make", "survey", "SERVICES=starlette,falcon")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].endswith("cannot be checked here")
    told = json.loads((LATEST / "survey.json").read_text())
    jsonschema.validate(told, schema.of("survey"))
    record = survey.read(LATEST / "survey.json")
    assert {one.service for one in record.claims} == {"starlette", "falcon"}
    assert all(one.evidence for one in record.claims if one.verdict is not Verdict.UNCHECKED)
    for system in record.systems:
        if system.service:
            assert system.package is not None
            assert system.package.licence
            assert system.lines
    assert (LATEST / "survey.md").read_text() == survey.page(record)


@pytest.mark.parametrize(
    ("service", "page", "operation", "missing"),
    [
        ("fastapi", "/docs", SWAGGER_UI, []),
        ("fastapi", "/redoc", REDOC, []),
        # BlackSheep names an icon that it does not serve; the survey says so.
        ("blacksheep", "/docs/", SWAGGER_UI, ["favicon.png"]),
        ("blacksheep", "/redocs/", REDOC, ["favicon.png"]),
    ],
)
def test_the_pages_of_an_openapi_document_show_every_operation_in_a_browser(
    service: str, page: str, operation: str, missing: list[str], browser: Page
) -> None:
    npm = files(SIDECAR) / "static" / SIDECAR
    scripts = {address: File(kind, (npm / path).read_bytes()) for address, (kind, path) in SCRIPTS.items()}
    (port,) = (one.published_port for one in catalog.read() if one.name == service)
    address = f"http://127.0.0.1:{port}{page}"
    browser.give(scripts | DECORATION)
    browser.open(address)
    paths = browser.evaluate("fetch('/openapi.json').then(answer => answer.json()).then(told => told.paths)")
    operations = sum(len(of_path) for of_path in paths.values())
    assert operations > 20
    browser.wait_for(f"document.querySelectorAll({json.dumps(operation)}).length === {operations}")
    wrong = "Failed to load resource: the server responded with a status of 404 (Not Found)"
    assert {*browser.console} <= {f"{wrong} {address}{one}" for one in missing}
    assert {one for one in browser.requests if one.startswith("https:")} <= {*SCRIPTS, *DECORATION}
