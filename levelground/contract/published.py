"""The contract as others read it: contract/openapi.yaml, and the generated parts of CONTRACT.md.

`python -m levelground.contract.published` writes them anew from the topics.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, override

import yaml

from levelground.contract.topics import TOPICS, about

ROOT = Path(__file__).parent.parent.parent
OPENAPI = ROOT / "contract" / "openapi.yaml"
PAGE = ROOT / "CONTRACT.md"

DESCRIPTION = """\
The HTTP behaviour that every service implements.
CONTRACT.md says the same for people, and the rules that OpenAPI has no words for.
Any other path answers 404.
Any other method on these paths answers 405 with an `Allow` header that names the path's methods.
No request, however malformed, gets a 5xx or leaves the worker dead.
"""


def specification() -> dict[str, Any]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for topic in TOPICS:
        for row in topic.rows:
            paths.setdefault(row.path, {})[row.method.lower()] = {"tags": [topic.name], **row.operation}
    address = {"host": {"default": "127.0.0.1"}, "port": {"default": "8001"}}
    return {
        "openapi": "3.1.1",
        "info": {"title": "The contract of Level Ground", "version": "2", "description": DESCRIPTION},
        "servers": [
            {
                "url": "http://{host}:{port}",
                "description": "A service of the stand; compose.yaml has the port map.",
                "variables": address,
            }
        ],
        "tags": [{"name": topic.name} for topic in TOPICS],
        "paths": paths,
    }


def openapi() -> str:
    """contract/openapi.yaml."""
    note = "# Written by `python -m levelground.contract.published` from levelground/contract/topics.\n"
    return note + yaml.dump(
        specification(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120
    )


def table() -> str:
    """The rows, as a table of CONTRACT.md."""
    lines = ["| topic | request | answer |", "|---|---|---|"]
    for topic in TOPICS:
        for row in topic.rows:
            name = topic.name if row is topic.rows[0] else ""
            lines.append(f"| {name} | `{row.method} {row.path}` | {row.summary} |")
    return "\n".join(lines)


def example() -> str:
    """An answer of `GET /about`, a line for each two keys of the same thing."""
    pairs = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in about.EXAMPLE.items()]
    lines: list[str] = []
    for key, pair in zip(about.EXAMPLE, pairs, strict=True):
        if key.endswith("_version"):
            lines[-1] += f", {pair}"
        else:
            lines.append(pair)
    return "```json\n{\n" + ",\n".join(f"  {line}" for line in lines) + "\n}\n```"


PARTS: Mapping[str, Callable[[], str]] = {"rows": table, "about": example}
"""What is generated of CONTRACT.md, by the name in its marks: `<!-- rows -->` and `<!-- /rows -->`."""


def page(text: str) -> str:
    """CONTRACT.md with its generated parts anew. Raises ValueError if one of them has no marks."""
    for name, part in PARTS.items():
        pieces = re.split(f"(<!-- /?{name} -->\n)", text)
        if len(pieces) != 5:
            raise ValueError(f"CONTRACT.md needs <!-- {name} --> and <!-- /{name} --> once, each on a line of its own")
        before, start, _, end, after = pieces
        text = f"{before}{start}\n{part()}\n\n{end}{after}"
    return text


class _Dumper(yaml.SafeDumper):
    """Writes what several rows share in each of them, and text of many lines as a block."""

    @override
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


if __name__ == "__main__":
    OPENAPI.write_text(openapi())
    PAGE.write_text(page(PAGE.read_text()))
