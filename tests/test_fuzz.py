"""What schemathesis is given, and what becomes of its verdict."""

import subprocess

import pytest

from tests import fuzz
from tests.contract.honest import at, lying, service
from tests.contract.strict import serving


def test_the_schema_that_is_driven_waits_for_nothing_long_and_has_no_websocket() -> None:
    document = fuzz.schema()
    assert "/ws" not in document["paths"]
    waits = [
        parameter["schema"]["maximum"]
        for operations in document["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "ms"
    ]
    assert waits == [fuzz.LONGEST_MS] * 3


def test_a_5xx_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one path: all of them would take a while."""
    document = fuzz.schema()
    document["paths"] = {"/json": document["paths"]["/json"]}
    monkeypatch.setattr(fuzz, "schema", lambda: document)
    with serving() as port:
        assert fuzz.fuzz(service(), "127.0.0.1", port) is None
    with serving(app=staticmethod(lying(at("/json"), status=500)())) as port:
        wrong = str(fuzz.fuzz(service(), "127.0.0.1", port))
    assert "Server error" in wrong
    assert "GET /json" in wrong


def test_a_hang_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("schemathesis", fuzz.SECONDS, output=b"so far")

    monkeypatch.setattr(subprocess, "run", run)
    assert fuzz.fuzz(service(name="odd"), "127.0.0.1", 9) == "".join(
        f"odd, {mode} requests: not done within {fuzz.SECONDS} s:\nso far\n" for mode in ("positive", "negative")
    )


def test_wrong_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["nil", "127.0.0.1", "1"]) == 2
    assert capsys.readouterr().err.startswith("use: python -m tests.fuzz NAME HOST PORT (unknown service: nil")
