"""Pages: a file as the framework serves files, and a page of its template engine."""

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from levelground.contract.client import Client, Mismatch
from levelground.contract.openapi import text_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, page, text

GIVEN = Path(__file__).parent.parent.parent.parent / "services" / "shared" / "pages"
"""What every service is given."""
FILE = "words.txt"
FILES = "/static/{file}"

TOPIC = Topic(
    "pages",
    rows=(
        Row(
            "GET",
            FILES,
            "200, the file of that name in `static/`, with `ETag` or `Last-Modified`; "
            "304 without a body for the same again; any other name: 404",
            {
                "operationId": "static",
                "summary": "A file, as the framework serves files",
                "parameters": [
                    {
                        "name": "file",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "minLength": 1},
                        "example": FILE,
                    },
                    {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}},
                    {"name": "If-Modified-Since", "in": "header", "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": text_answer("The file", {"type": "string"}),
                    "304": {"description": "It is what the client has; no body"},
                    "4XX": {"description": "No such file"},
                },
            },
        ),
        Row(
            "GET",
            "/template",
            "for `?title=…` 200 `text/html`, `templates/table.html` with this title and the 100 rows of `rows.json`, "
            "escaped",
            {
                "operationId": "template",
                "summary": "A page of 100 rows, through the framework's template engine",
                "parameters": [
                    {
                        "name": "title",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string"},
                        "example": "Tea & <cups>",
                    }
                ],
                "responses": {
                    "200": {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}},
                    "4XX": {"description": "No title, where the framework asks for what is declared"},
                },
            },
        ),
    ),
)


class Entry(NamedTuple):
    """A row of the page."""

    id: int
    name: str
    note: str


def entries() -> Sequence[Entry]:
    return [Entry(**each) for each in json.loads((GIVEN / "rows.json").read_text())]


ENTRIES = entries()
WORDS = (GIVEN / "static" / FILE).read_text()


def table(title: str) -> str:
    """The page as every service's template has it, but for white space and for how characters are escaped."""
    cells = "".join(
        f"<tr><td>{entry.id}</td><td>{html.escape(entry.name)}</td><td>{html.escape(entry.note)}</td></tr>"
        for entry in ENTRIES
    )
    return (
        '<!doctype html><html lang="en">'
        f'<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
        f"<body><h1>{html.escape(title)}</h1>"
        f"<table><tr><th>id</th><th>name</th><th>note</th></tr>{cells}</table></body></html>"
    )


# Traffic


def static() -> Step:
    return text("GET", f"/static/{FILE}", says=WORDS)


def template(title: str) -> Step:
    return page("/template", query={"title": title}, says=table(title))


# Checks


@TOPIC.check("static")
def a_file_is_served(client: Client) -> None:
    client.must_answer(static())
    client.get("/static/nope.txt").must_be(404)


@TOPIC.check("static-304")
def a_file_that_the_client_has_is_not_sent_again(client: Client) -> None:
    """By each of the two headers that the service has given."""
    answer = client.get(f"/static/{FILE}")
    given = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
    known = {asks: answer.headers[tells] for asks, tells in given.items() if tells in answer.headers}
    if not known:
        raise Mismatch(answer.request, "an `ETag` or a `Last-Modified`", "neither")
    for name, value in known.items():
        again = client.get(f"/static/{FILE}", **{name: value})
        if again.status != 304 or again.body:
            raise again.mismatch(f"304 without a body for `{name}: {value}`")
        again.must_keep_alive()
    for name, value in {"If-None-Match": '"other"', "If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}.items():
        client.get(f"/static/{FILE}", **{name: value}).must_be_text(WORDS)


OUTSIDE = ("rows.json", "templates/table.html", "../etc/passwd", "../../etc/passwd")


@TOPIC.check("static-outside")
def no_path_leads_out_of_the_folder(client: Client) -> None:
    """A target that is made shorter first may be redirected."""
    for outside in OUTSIDE:
        for up in ("../", "%2e%2e/", "..%2f", "%2e%2e%2f", "..%5c", "./../", "words.txt/../../"):
            _must_give_nothing(client, f"/static/{up}{outside}")
    for target in ("/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/.", "/static/.."):
        _must_give_nothing(client, target)
    client.must_answer(static())


@TOPIC.check("static-nul")
def a_name_that_no_file_can_have_is_refused(client: Client) -> None:
    for name in ("%00", f"{FILE}%00", f"%00{FILE}"):
        _must_give_nothing(client, f"/static/{name}")
    client.must_answer(static())


def _must_give_nothing(client: Client, target: str) -> None:
    answer = client.raw(f"GET {target}", client.head("GET", target, {}))
    if answer and not 300 <= answer.status < 500:
        raise answer.mismatch("a 4xx")


@TOPIC.check("template")
def a_page_has_its_rows(client: Client) -> None:
    client.must_answer(template("Tea"))
    client.must_answer(template("Tee für Zoë"))


@TOPIC.check("template-escaped")
def a_page_escapes_what_it_shows(client: Client) -> None:
    """The rows have tags in them, too."""
    for title in ("<script>alert(1)</script>", "a & b &amp; c", "\"double\" 'single'", "{{ title }} {% if %}"):
        client.must_answer(template(title))
