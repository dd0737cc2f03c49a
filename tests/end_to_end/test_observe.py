"""Prometheus beside the stand, under load: whatever a panel of the dashboards asks has an answer."""

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from levelground.showing import dashboards
from tests.end_to_end.conftest import ROOT, command
from tests.end_to_end.page import get, wait_for
from tests.end_to_end.runs import ended_well, folder, summary

OBSERVERS = ("docker", "compose", "-f", "compose.yaml", "-f", "compose.observe.yaml")
SHORT = ("MINUTES=0.4", "ROUNDS=1")


def knob(name: str) -> str:
    return next(line.partition("=")[2] for line in (ROOT / ".env").read_text().splitlines() if line.startswith(name))


PROMETHEUS = f"http://127.0.0.1:{knob('PROMETHEUS_PORT')}"
GRAFANA = f"http://127.0.0.1:{knob('GRAFANA_PORT')}"


def answer(path: str, **fields: str | float) -> Any:
    """What Prometheus says."""
    with urllib.request.urlopen(f"{PROMETHEUS}/api/v1/{path}?{urllib.parse.urlencode(fields)}", timeout=10) as response:
        told = json.loads(response.read())
    assert told["status"] == "success", told
    return told["data"]["result"]


@dataclass(frozen=True)
class Observed:
    """What `make observe` printed, and when it watched a closed and an open loop."""

    printed: str
    began: float
    ended: float
    is_judged: bool
    """Whether the host was quiet enough to compare services."""


@pytest.fixture(scope="module")
def observed(up: str) -> Iterator[Observed]:
    done = command("make", "observe")
    assert done.returncode == 0, done.stdout + done.stderr
    try:
        began = time.time()
        is_judged = a_closed_loop() or a_closed_loop()
        opened = command("make", "bench", "SERVICES=starlette", "SCENARIOS=hello", "LOAD=open", "RATE=500", *SHORT)
        assert ended_well(opened)
        seen(folder(opened.stdout).name)
        yield Observed(done.stdout, began, time.time(), is_judged)
    finally:
        command(*OBSERVERS, "rm", "-sf", "prometheus", "grafana")


def a_closed_loop() -> bool:
    """Whether its services could be compared."""
    done = command("make", "bench", "SERVICES=starlette,starlette-twin,null", "SCENARIOS=hello,json", *SHORT)
    assert ended_well(done)
    run = folder(done.stdout)
    seen(run.name)
    return bool(summary(run)["scenarios"]["hello"]["services"]["starlette-twin"]["undisturbed_ratio"])


def seen(run: str) -> None:
    """Waits until Prometheus has read what was judged of a run."""
    wait_for(lambda: bool(answer("query", query="levelground_cell_valid")) and run in str(newest()), 30)


def newest() -> Any:
    return answer("query", query="levelground_run_info")


QUESTIONS = [
    pytest.param(target["expr"], id=f"{name}: {panel['title']} {target['refId']}")
    for name in dashboards.PAGES
    for panel in json.loads((dashboards.FOLDER / f"{name}.json").read_text())["panels"]
    for target in panel["targets"]
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_panel_has_an_answer(question: str, observed: Observed) -> None:
    chosen = {
        '=~"$service"': '=~".*"',
        '"$service"': '"starlette"',
        '"$scenario"': '"hello"',
        "$__rate_interval": "20s",
        "$__range": f"{observed.ended - observed.began:.0f}s",
    }
    for variable, value in chosen.items():
        question = question.replace(variable, value)
    assert "$" not in question
    if not observed.is_judged and re.search("levelground_(baseline|undisturbed)_", question):
        pytest.skip("something else was on the services' CPUs, so there was nothing to compare")
    series = answer("query_range", query=question, start=observed.began, end=observed.ended, step=5)
    assert [value for one in series for _, value in one["values"] if value != "NaN"]


def test_prometheus_follows_the_web_ui(observed: Observed) -> None:
    assert f"{PROMETHEUS} " in observed.printed
    (up,) = answer("query", query='up{job="level-ground"}')
    assert up["value"][1] == "1"


def test_the_page_is_what_prometheus_own_parser_reads(observed: Observed) -> None:
    families = {one.name: one for one in text_string_to_metric_families(get("/metrics"))}
    assert families["levelground_requests"].type == "counter"
    assert families["levelground_latency_seconds"].type == "histogram"
    assert [sample.value > 0 for sample in families["levelground_requests"].samples] == [True]


def test_grafana_has_the_dashboards_or_its_lack_is_said(observed: Observed) -> None:
    docker = shutil.which("docker")
    assert docker
    if subprocess.run([docker, "image", "inspect", knob("GRAFANA_IMAGE")], capture_output=True, check=False).returncode:
        assert "Grafana is missing" in observed.printed
        return
    assert f"{GRAFANA} " in observed.printed

    def titles() -> set[str]:
        try:
            with urllib.request.urlopen(f"{GRAFANA}/api/search?tag=level-ground", timeout=10) as response:
                return {one["title"] for one in json.loads(response.read())}
        except OSError:
            return set()

    wait_for(lambda: titles() == {"Live comparison", "One service", "The instrument's health"})


def test_a_run_does_not_know_of_the_observers(observed: Observed) -> None:
    engine = json.loads((ROOT / "results" / ".engine.json").read_text())
    assert not {"prometheus", "grafana"} & set(engine["images"])
