"""The commands: what they print, and their exit codes."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from levelground import __main__, options
from levelground.measuring import footprint, lock
from levelground.measuring.engine import Failed
from levelground.model.folder import Folder
from levelground.model.survey import Verdict
from levelground.stand import probe
from levelground.survey import inquiry
from levelground.survey.inquiry import write
from tests.samples import a_run, a_slice
from tests.showing import compared
from tests.showing.reported import a_closed_run, written
from tests.showing.test_footprint import a_report
from tests.showing.test_survey import a_claim, a_record


def test_every_command_has_its_options() -> None:
    assert __main__.VERBS.keys() == options.COMMANDS.keys()


def test_no_command_at_all_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main([]) == 2
    assert capsys.readouterr().err == f"levelground: commands: {', '.join(options.COMMANDS)}\n"


def test_a_wrong_option_exits_with_2_before_anything_is_started(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(__main__, "_stand")
    assert __main__.main(["bench", "MINUTES=abc"]) == 2
    assert capsys.readouterr().err == "levelground: MINUTES=abc: it takes a number above 0\n"


def test_a_run_is_judged_again_and_its_table_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(options, "RESULTS", tmp_path)
    folder = Folder.create(tmp_path)
    folder.write_run(a_run("starlette"))
    for block in range(20):
        folder.append(a_slice(block=block))
    assert __main__.main(["judge"]) == 0
    assert capsys.readouterr().out.startswith("run 2026-01-01T00-00-00Z-0000: ")
    assert (folder.path / "summary.json").exists()


def test_a_report_is_written_and_its_path_and_answer_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(options, "RESULTS", tmp_path)
    monkeypatch.setattr(__main__, "RESULTS", tmp_path)
    run = a_closed_run()
    written(tmp_path, run)
    assert __main__.main(["report", f"RUN={run.run}"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("hello: starlette ")
    assert f"{tmp_path / run.run / 'report.html'} (all runs: {tmp_path / 'index.html'})" in out
    assert __main__.main(["runs"]) == 0
    assert "  yes     ok" in capsys.readouterr().out


def test_a_run_that_cannot_be_read_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(options, "RESULTS", tmp_path)
    monkeypatch.setattr(__main__, "RESULTS", tmp_path)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "run.json").write_text('{"run": ')
    assert __main__.main(["report", "RUN=half"]) == 1
    assert capsys.readouterr().err.startswith("levelground: run half cannot be shown: ")
    assert (tmp_path / "index.html").exists()
    assert __main__.main(["report", "RUN=other"]) == 2
    assert "(there are: half)" in capsys.readouterr().err


@pytest.fixture
def a_stand(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One that is up; the list is of the verbs that had it."""
    had: list[str] = []

    @contextmanager
    def stand(verb: str) -> Iterator[None]:
        had.append(verb)
        yield

    monkeypatch.setattr(__main__, "_stand", stand)
    return had


def test_a_footprint_is_printed_and_fails_where_something_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, a_stand: list[str]
) -> None:
    monkeypatch.setattr(footprint.Measurement, "run", lambda _: a_report())
    assert __main__.main(["footprint", "REPEATS=2", "SERVICES=go"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("footprint 2026-01-01T00-00-00Z-0000: ")
    assert out.endswith("/footprint/2026-01-01T00-00-00Z-0000: footprint.json\n")
    assert a_stand == ["footprint"]


def test_a_footprint_that_was_interrupted_at_once_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, a_stand: list[str]
) -> None:
    monkeypatch.setattr(footprint.Measurement, "run", lambda _: None)
    assert __main__.main(["footprint"]) == 1
    assert "interrupted before anything was measured" in capsys.readouterr().err


@pytest.mark.parametrize("error", [lock.Busy("another run is under way"), Failed("the engine could not: up")])
def test_a_stand_that_cannot_be_had_exits_with_1_in_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def stand(_: str) -> None:
        raise error

    monkeypatch.setattr(__main__, "_stand", stand)
    assert __main__.main(["conformance"]) == 1
    assert capsys.readouterr().err == f"levelground: {error}\n"


def compare(results: Path, monkeypatch: pytest.MonkeyPatch, *options_: str) -> int:
    monkeypatch.setattr(options, "RESULTS", results)
    monkeypatch.setattr(__main__, "RESULTS", results)
    return __main__.main(["compare", f"A={compared.BEFORE}", f"B={compared.AFTER}", *options_])


def test_a_comparison_fails_above_its_limit_and_writes_a_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compared.folders(tmp_path, compared.first(), compared.second(), monkeypatch)
    assert compare(tmp_path, monkeypatch, "SERVICES=fastapi", "FAIL_ABOVE=2%") == 1
    told = capsys.readouterr()
    assert f"judging {compared.BEFORE} from its records\n" in told.err
    assert "levelground: fastapi, hello: surely more than 2 % slower, by 1" in told.err
    page = tmp_path / "compare" / f"{compared.BEFORE}..{compared.AFTER}.html"
    assert f"{page} (and .md for a pull request)" in told.out
    assert page.name in (tmp_path / "index.html").read_text()
    assert compare(tmp_path, monkeypatch, "SERVICES=fastapi", "FAIL_ABOVE=50%") == 0
    assert compare(tmp_path, monkeypatch, "SERVICES=go", "FAIL_ABOVE=2%") == 0


def test_a_service_that_broke_fails_whoever_named_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    after = compared.second()
    broken = replace(after.services["fastapi"], wrong={"hello": "404"})
    after = replace(after, services=after.services | {"fastapi": broken})
    compared.folders(tmp_path, compared.first(), after, monkeypatch)
    assert compare(tmp_path, monkeypatch, "SERVICES=fastapi,go", "FAIL_ABOVE=2%") == 1
    assert "fastapi, hello: not " in capsys.readouterr().err
    assert compare(tmp_path, monkeypatch, "SERVICES=fastapi,go") == 0


def test_runs_that_cannot_be_compared_exit_with_2_and_those_that_cannot_be_read_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(tmp_path, compared.first(), 1)
    second = written(tmp_path, replace(compared.second(), connections=64), 1)
    assert compare(tmp_path, monkeypatch) == 2
    assert "cannot be compared: connections was 16, is 64" in capsys.readouterr().err
    (second.path / "run.json").write_text("{")
    assert compare(tmp_path, monkeypatch) == 1
    told = capsys.readouterr()
    assert f"run {compared.AFTER} cannot be read" in told.err
    assert "cannot be read" in Path(told.out.strip()).read_text()


class _Observers:
    """An engine that has an image of Prometheus, and none of Grafana."""

    def observe(self) -> dict[str, str]:
        return {"prometheus": "127.0.0.1:9090"}


@pytest.mark.parametrize(("answering", "code"), [({"locust", "prometheus"}, 0), ({"locust"}, 1)])
def test_without_grafana_the_observers_are_up_and_without_prometheus_they_are_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answering: set[str], code: int
) -> None:
    monkeypatch.setattr(__main__, "_stand", lambda _: nullcontext(_Observers()))
    monkeypatch.setattr(probe, "await_page", lambda address, _: address[0] in answering)
    assert __main__.main(["observe"]) == code
    told = capsys.readouterr()
    assert "http://127.0.0.1:9090" in told.out
    assert "Grafana is missing" in told.out
    assert ("prometheus does not answer" in told.err) == bool(code)


@pytest.mark.parametrize(("broke", "code"), [(False, 0), (True, 1)])
def test_a_survey_fails_only_if_a_check_broke(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    a_stand: list[str],
    broke: bool,
    code: int,
) -> None:
    record = a_record(a_claim("A", Verdict.NOT, reason="got 404", broke=broke))
    monkeypatch.setattr(inquiry, "survey", lambda services: record)
    monkeypatch.setattr(inquiry, "write", lambda one: write(one, tmp_path))
    assert __main__.main(["survey"]) == code
    out = capsys.readouterr().out
    assert "a: It has X. does not hold: got 404" in out
    page = tmp_path / "survey" / "latest" / "survey.md"
    assert page.read_text().startswith("# The survey, live\n")
    assert a_stand == ["survey"]
