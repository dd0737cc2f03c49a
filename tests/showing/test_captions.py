"""Captions: what a service is, in its own words and in those of compose.yaml."""

from typing import Any

import pytest

from levelground.showing import captions
from levelground.stand.catalog import Service

ABOUT = {
    "framework": "starlette",
    "framework_version": "1.10.0",
    "server": "uvicorn",
    "server_version": "0.54.0",
    "parser": "httptools",
    "parser_version": "0.8.0",
    "json": "json",
    "json_version": "3.13.5",
    "language": "CPython",
    "language_version": "3.13.5",
    "base_image": "python:3.13-slim",
    "event_loop": "uvloop.Loop",
}


@pytest.mark.parametrize(
    ("changes", "caption"),
    [
        ({}, "starlette 1.10.0 on uvicorn 0.54.0 (uvloop, httptools, json), CPython 3.13.5"),
        (
            {"event_loop": "asyncio.unix_events._UnixSelectorEventLoop"},
            "starlette 1.10.0 on uvicorn 0.54.0 (asyncio, httptools, json), CPython 3.13.5",
        ),
        (
            {"server": "starlette", "event_loop": None, "json": None},
            "starlette 1.10.0 (httptools), CPython 3.13.5",
        ),
        (
            {"framework": "nginx", "server": "nginx", "parser": "nginx", "json": None, "event_loop": "epoll"},
            "nginx 1.10.0 (epoll), CPython 3.13.5",
        ),
        (
            {"language": "C", "language_version": None},
            "starlette 1.10.0 on uvicorn 0.54.0 (uvloop, httptools, json), C",
        ),
    ],
)
def test_a_service_is_told_in_a_line(changes: dict[str, Any], caption: str) -> None:
    assert captions.of(ABOUT | changes) == caption


def test_an_answer_from_before_there_were_parsers_still_makes_a_line() -> None:
    old = {key: value for key, value in ABOUT.items() if key.split("_")[0] not in ("parser", "json", "base", "event")}
    assert captions.of(old) == "starlette 1.10.0 on uvicorn 0.54.0, CPython 3.13.5"


def test_what_is_compared_is_a_row_for_each_service_with_the_reason_of_its_stanza() -> None:
    services = [
        Service("fastapi", "contender", 8001, why="As its documentation\nsays: `a|b`."),
        Service("fastapi-twin", "control", 8002, twin_of="fastapi"),
        Service("fastapi-other", "control", 8003, variant_of="fastapi", why="On another server."),
        Service("go", "reference", 8004),
    ]
    assert captions.table(services).splitlines() == [
        "| service | role | what runs it, and why |",
        "|---|---|---|",
        "| `fastapi` | contender | As its documentation says: `a\\|b`. |",
        "| `fastapi-twin` | control | A second container of the image of `fastapi`: its ratio should be 1.000, and "
        "what differs is the instrument's own error. |",
        "| `fastapi-other` | control | A variant of `fastapi`. On another server. |",
        "| `go` | reference |  |",
    ]
