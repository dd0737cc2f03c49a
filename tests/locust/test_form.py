"""The web UI's first page: what it shows, what it refuses, and what it starts."""

from argparse import Namespace
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from levelground.locust import form, live
from levelground.locust.driver import Connection
from levelground.stand import catalog
from levelground.traffic import scenario
from levelground.traffic.rates import Rate

Swarms = list[tuple[int, float]]
FORM: Mapping[str, Any] = {
    "user_count": "8",
    "spawn_rate": "100",
    "services": ["starlette", "go"],
    "scenarios": ["hello", "json"],
    "load": "closed",
    "rate": "50%",
    "objective": "p99<50ms",
    "seed": "7",
}


def declared() -> Namespace:
    parser = LocustArgumentParser()
    form.declare(parser)
    values = parser.parse_args([])
    assert isinstance(values, Namespace)
    return values


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    # Locust's page reads the command line anew.
    monkeypatch.setattr("sys.argv", ["locust"])
    environment = Environment(user_classes=[Connection], parsed_options=declared())
    vars(environment.parsed_options).update(num_users=16, spawn_rate=100, run_time=None, stats_history_enabled=False)
    environment.create_local_runner()
    environment.create_web_ui("127.0.0.1", 0, delayed_start=True)
    form.install(environment)
    live.install(environment)
    return environment


@pytest.fixture
def started(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> Swarms:
    """What Locust's runner was told to start, which it does at once."""
    swarms: Swarms = []

    def start(user_count: int, spawn_rate: float, **_: Any) -> None:
        swarms.append((user_count, spawn_rate))
        environment.runner.state = "running"  # type: ignore[union-attr]

    monkeypatch.setattr(environment.runner, "start", start)
    return swarms


@pytest.fixture
def browser(environment: Environment, started: Swarms) -> FlaskClient:
    assert environment.web_ui is not None
    assert environment.web_ui.app is not None
    return environment.web_ui.app.test_client()


def test_the_first_page_shows_what_can_be_chosen_and_asks_for_no_host(browser: FlaskClient) -> None:
    page = unescape(browser.get("/").text)
    for service in catalog.read():
        assert f'name="services" value="{service.name}"' in page
    for one in scenario.read():
        assert f'name="scenarios" value="{one.name}"' in page
        assert one.summary.replace("`", "") in page
    for role in catalog.ROLES:
        assert f'data-all="{role}"' in page
    for field in ("load", "rate", "objective", "user_count", "seed"):
        assert f'name="{field}"' in page
    assert "press Start" in page
    assert 'name="host"' not in page
    assert "no host" not in page


def test_start_starts_what_was_chosen_and_shows_it(
    browser: FlaskClient, environment: Environment, started: Swarms
) -> None:
    answer = browser.post("/start", data=FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "compare")
    assert started == [(8, 100.0)]
    chosen = form.plan(vars(environment.parsed_options), 8)
    assert [one.name for one in chosen.services] == ["starlette", "go"]
    assert [one.name for one in chosen.scenarios] == ["hello", "json"]
    assert (chosen.connections, chosen.seed, chosen.load, chosen.minutes) == (8, 7, "closed", None)


@pytest.mark.parametrize("path", ["/start", "/swarm"])
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"load": "open", "rate": "fast"}, "RATE: 'fast' is no rate: give requests per second (2000), or a share of "),
        ({"load": "open", "rate": ""}, "RATE: '' is no rate"),
        ({"load": "capacity", "objective": "fast"}, "OBJECTIVE: 'fast' is no objective: that is a percentile, <, "),
        ({"load": "half-open"}, "unknown load: half-open (there are: closed, open, capacity)"),
        ({"services": [""]}, "choose one of the services, or more"),
        ({"services": ["go", " "]}, "choose one of the services, or more"),
        ({"scenarios": [""]}, "choose one of the scenarios, or more"),
        ({"services": ["flaks"]}, "unknown service: flaks (there are: fastapi, "),
        ({"user_count": "0"}, "CONNECTIONS=0: it takes a whole number above 0"),
        ({"user_count": "many"}, "CONNECTIONS=many: it takes a whole number above 0"),
        ({"seed": "-1"}, "SEED=-1: it takes a whole number of 0 or more"),
    ],
)
def test_what_is_wrong_is_refused_in_a_sentence_and_nothing_starts(
    browser: FlaskClient, started: Swarms, path: str, changes: Mapping[str, Any], sentence: str
) -> None:
    answer = browser.post(path, data={**FORM, **changes})
    if path == "/swarm":
        assert answer.json is not None
        assert not answer.json["success"]
        assert sentence in answer.json["message"]
    else:
        assert answer.status_code == 422
        assert sentence in unescape(answer.text)
    assert started == []


def test_what_was_typed_is_still_there_when_it_is_refused(browser: FlaskClient) -> None:
    page = browser.post("/start", data={**FORM, "load": "open", "rate": "<fast>"}).text
    assert 'name="rate" value="&lt;fast&gt;"' in page
    assert 'value="go" data-role="reference" checked' in page
    assert 'value="fastapi" data-role="contender" checked' not in page
    assert 'value="open" id="open" checked' in page


def test_no_box_that_is_checked_means_none_and_not_those_of_before(browser: FlaskClient, started: Swarms) -> None:
    answer = browser.post("/start", data={key: value for key, value in FORM.items() if key != "services"})
    assert "choose one of the services, or more" in answer.text
    assert started == []


def test_what_the_chosen_load_has_no_use_for_may_say_anything(browser: FlaskClient, started: Swarms) -> None:
    assert browser.post("/start", data={**FORM, "rate": "", "objective": "?"}).status_code == 303
    assert len(started) == 1


def test_what_locusts_own_form_leaves_out_is_as_it_was_before(browser: FlaskClient, environment: Environment) -> None:
    answer = browser.post("/swarm", data={"user_count": "4", "spawn_rate": "1", "load": "open", "rate": "9"})
    assert answer.json is not None
    assert answer.json["success"]
    chosen = form.plan(vars(environment.parsed_options), 4)
    assert chosen.services == catalog.read()
    assert (chosen.load, chosen.rate) == ("open", Rate(9.0, is_share=False))


def test_the_groups_of_services_can_be_chosen_by_name() -> None:
    values = {**vars(declared()), "services": ["controls"]}
    assert {one.role for one in form.plan(values, 16).services} == {"control"}


def test_locusts_pages_come_after_a_start_and_lead_back(browser: FlaskClient) -> None:
    assert browser.get("/watch").headers["Location"] == "./"
    browser.post("/start", data=FORM)
    watching = browser.get("/watch").text
    assert "window.templateArgs" in watching
    assert 'href="./"' in watching
    assert "The run that is under way" in browser.get("/").text


def test_a_master_without_a_worker_starts_nothing(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    class Master:
        state = "ready"
        worker_count = 0

    monkeypatch.setattr(form, "MasterRunner", Master)
    environment.runner = Master()  # type: ignore[assignment]
    assert environment.web_ui is not None
    assert environment.web_ui.app is not None
    answer = environment.web_ui.app.test_client().post("/start", data=FORM)
    assert answer.status_code == 422
    assert "no worker has connected yet" in answer.text
