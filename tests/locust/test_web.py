"""Level Ground in Locust's web UI, as its locustfile installs it."""

import pytest
from locust.env import Environment

from levelground.locust import web
from levelground.locust.driver import Connection
from tests.locust.test_form import declared


def test_a_worker_has_no_pages_and_needs_none() -> None:
    web.install(Environment(user_classes=[Connection], parsed_options=declared()))


def test_the_form_comes_first_and_locusts_page_misses_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["locust"])
    environment = Environment(user_classes=[Connection], parsed_options=declared())
    vars(environment.parsed_options).update(num_users=16, spawn_rate=100, run_time=None, stats_history_enabled=False)
    environment.create_local_runner()
    ui = environment.create_web_ui("127.0.0.1", 0, delayed_start=True)
    web.install(environment)
    assert ui.app is not None
    browser = ui.app.test_client()
    assert "Choose services, scenarios" in browser.get("/").text
    assert environment.runner is not None
    environment.runner.state = "stopped"
    assert '"missing_host_warning": false' in browser.get("/watch").text
