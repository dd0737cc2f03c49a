"""What a service is, in a line: from what it tells of itself, and from what compose.yaml says of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from levelground.stand.catalog import Service


def of(about: Mapping[str, Any]) -> str:
    """An answer to `GET /about` as `starlette 1.10.0 on uvicorn 0.54.0 (uvloop, httptools, json), CPython 3.13.5`.

    In brackets are the event loop, the HTTP parser and the JSON encoder, as far as they are told and have names of
    their own.
    """
    framework, server, language = (
        " ".join(filter(None, (about[key], about[f"{key}_version"]))) for key in ("framework", "server", "language")
    )
    loop = (about.get("event_loop") or "").split(".")[0]
    parts = dict.fromkeys(filter(None, (loop, about.get("parser"), about.get("json"))))
    told = [part for part in parts if part not in (about["framework"], about["server"])]
    return (
        framework
        + (f" on {server}" if about["server"] != about["framework"] else "")
        + (f" ({', '.join(told)})" if told else "")
        + f", {language}"
    )


def table(services: Iterable[Service]) -> str:
    """What is compared, as a table in Markdown."""
    lines = ["| service | role | what runs it, and why |", "|---|---|---|"]
    lines += [f"| `{one.name}` | {one.role} | {_cell(why(one))} |" for one in services]
    return "\n".join(lines)


def why(service: Service) -> str:
    """Why it is there and runs as it does, in a sentence or two, with code in backticks; empty: nobody has said."""
    parts = []
    if service.twin_of:
        parts.append(
            f"A second container of the image of `{service.twin_of}`: its ratio should be 1.000, and what differs is "
            "the instrument's own error."
        )
    if service.variant_of:
        parts.append(f"A variant of `{service.variant_of}`.")
    return " ".join([*parts, *([service.why] if service.why else [])])


def _cell(text: str) -> str:
    """In one line, and with no border in it."""
    return " ".join(text.split()).replace("|", "\\|")
