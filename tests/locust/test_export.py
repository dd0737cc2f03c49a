"""The web UI's page for Prometheus."""

from pathlib import Path

import pytest
from locust.env import Environment
from locust.web import WebUI
from prometheus_client.parser import text_string_to_metric_families

from levelground.locust import export
from levelground.locust.driver import Connection
from levelground.model.folder import Folder
from levelground.showing.exporter import Exporter
from tests.locust.test_form import declared
from tests.samples import a_run, a_slice


def a_web_ui(monkeypatch: pytest.MonkeyPatch, results: Path, *, login: bool = False) -> WebUI:
    monkeypatch.setattr("sys.argv", ["locust"])
    monkeypatch.setattr(export, "Exporter", lambda: Exporter(results))
    environment = Environment(user_classes=[Connection], parsed_options=declared())
    vars(environment.parsed_options).update(num_users=16, spawn_rate=100, run_time=None, stats_history_enabled=False)
    environment.create_local_runner()
    ui = environment.create_web_ui("127.0.0.1", 0, delayed_start=True, web_login=login)
    export.install(environment)
    return ui


def test_the_newest_run_is_told_in_prometheus_format(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ui = a_web_ui(monkeypatch, tmp_path)
    folder = Folder.create(tmp_path)
    folder.write_run(a_run("starlette"))
    folder.append(a_slice(requests=300))
    assert ui.app is not None
    answer = ui.app.test_client().get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    assert [sample.value for sample in families["levelground_requests"].samples] == [300]


def test_who_has_to_log_in_to_locust_has_to_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ui = a_web_ui(monkeypatch, tmp_path, login=True)
    assert ui.app is not None
    ui.app.secret_key = "a key"
    ui.login_manager.user_loader(lambda _: None)
    answer = ui.app.test_client().get("/metrics")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]
    assert "levelground_" not in answer.text
