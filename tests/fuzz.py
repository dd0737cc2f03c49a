"""Requests made up from the contract's schema, right and wrong: `python -m tests.fuzz NAME HOST PORT`.

schemathesis makes them, the same ones each time: examples, values at the edges of what the schema allows and beyond,
random ones. Promises its caller that a service gave no 5xx, hung on none, and that what it answered fits the schema.
Not in `python -m levelground`: Locust's image has no tools for tests.
"""

import copy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from levelground.contract.published import specification
from levelground.contract.topics.streams import SOCKET
from levelground.stand import catalog
from levelground.stand.catalog import Service

SECONDS = 180
"""How long the right requests may take, and the wrong ones: 10 s each on a quiet core."""
LONGEST_MS = 5
"""Waiting that is asked for takes no longer: the schema allows for minutes."""
EXAMPLES = 8
"""Random requests to each path."""
CHECKS = {
    "positive": "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    "negative": "not_a_server_error",
}
"""What is looked at in the answers to right requests, and to wrong ones: much of what those get is free."""
LEFT_OUT = {"positive": (), "negative": ("--exclude-path", "/form")}
"""Any text is right in a form: there is nothing wrong to make up."""


def schema() -> dict[str, Any]:
    """openapi.yaml without the WebSocket, and with short waits."""
    document = copy.deepcopy(specification())
    del document["paths"][SOCKET]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "ms":
                    parameter["schema"] |= {"maximum": LONGEST_MS}
                    if path.startswith("/sleep"):
                        parameter["example"] = LONGEST_MS
    return document


def fuzz(service: Service, host: str, port: int) -> str | None:
    """What was wrong; None: nothing."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "openapi.yaml").write_text(yaml.safe_dump(schema()))
        wrong = [_run(folder, f"http://{host}:{port}", mode, checks) for mode, checks in CHECKS.items()]
    return "".join(f"{service.name}, {text}" for text in wrong if text) or None


def _run(folder: str, url: str, mode: str, checks: str) -> str | None:
    words = ["run", "openapi.yaml", "--url", url, "--mode", mode, "--checks", checks, "--max-examples", str(EXAMPLES)]
    words += LEFT_OUT[mode]
    words += ["--phases", "examples,coverage,fuzzing", "--seed", "1", "--generation-deterministic"]
    words += ["--request-timeout", "5", "--continue-on-failure", "--workers", "1", "--warnings", "off"]
    # That making up requests is slow on a busy host, or that many are thrown away, says nothing about a service.
    words += ["--suppress-health-check", "all"]
    try:
        done = subprocess.run(
            ["schemathesis", "--no-color", *words],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return f"{mode} requests: not done within {SECONDS} s:\n{_text(late.stdout)}\n"
    return f"{mode} requests:\n{done.stdout}{done.stderr}\n" if done.returncode else None


def _text(output: str | bytes | None) -> str:
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""


def main(arguments: Sequence[str]) -> int:
    try:
        name, host, port = arguments
        (service,) = catalog.select(catalog.read(), [name])
        wrong = fuzz(service, host, int(port))
    except ValueError as error:
        print(f"use: python -m tests.fuzz NAME HOST PORT ({error})", file=sys.stderr)
        return 2
    print(wrong or f"{name}: nothing wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
