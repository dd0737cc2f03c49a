"""The Locust web UI, driven as its own page drives it."""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

UI = "http://127.0.0.1:8089"


def get(path: str) -> str:
    with urllib.request.urlopen(UI + path, timeout=30) as response:
        return str(response.read().decode())


def post(path: str, **form: str | list[str]) -> Any:
    body = urllib.parse.urlencode(form, doseq=True).encode()
    with urllib.request.urlopen(UI + path, body, timeout=30) as response:
        return json.loads(response.read())


def wait_for(condition: Callable[[], bool], seconds: float = 300) -> None:
    """On a busy host the web UI gives way to the generator, for minutes if need be."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def wait_for_the_worker() -> None:
    wait_for(lambda: bool(json.loads(get("/stats/requests"))["worker_count"] == 1))
