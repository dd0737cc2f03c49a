"""What is asked of the host's side, and what comes back."""

import os

import pytest

from levelground.measuring.engine import Failed, Pipe, Started


def test_the_engine_is_asked_and_told_line_by_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    with open(reading) as stdin, open(writing, "w") as engine:
        monkeypatch.setattr("sys.stdin", stdin)
        pipe = Pipe()
        print("done", file=engine, flush=True)
        pipe.stop("go")
        pipe.start("go")
        assert pipe.started(0) is None
        print("done 2026-01-01T00:00:00.123456789Z 198.18.7.3", file=engine, flush=True)
        assert pipe.started(1) == Started(1767225600.123456, "198.18.7.3")
        assert capsys.readouterr().out == "engine: stop go\nengine: start go\n"
        print("failed the engine did not stop it", file=engine, flush=True)
        with pytest.raises(Failed, match="the engine did not stop it"):
            pipe.stop("go")


def test_the_observers_that_could_be_started_are_told_with_their_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with open(reading) as stdin, open(writing, "w") as engine:
        monkeypatch.setattr("sys.stdin", stdin)
        print("done prometheus=127.0.0.1:9090 grafana=127.0.0.1:3000 ", file=engine, flush=True)
        assert Pipe().observe() == {"prometheus": "127.0.0.1:9090", "grafana": "127.0.0.1:3000"}
        print("done prometheus=127.0.0.1:9090", file=engine, flush=True)
        assert Pipe().observe() == {"prometheus": "127.0.0.1:9090"}


def test_without_the_hosts_side_it_says_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(writing)
    with open(reading) as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        with pytest.raises(Failed, match="nobody starts and stops services here: use make"):
            Pipe().restart(["go"])
