"""The port map."""

from levelground.showing import portmap
from levelground.stand.catalog import Helper, Service
from tests.showing.test_captions import ABOUT


def test_every_service_has_its_address_and_versions_and_locust_comes_last() -> None:
    services = [Service("starlette", "contender", 8002), Service("go", "reference", 8017)]
    lines = portmap.render(services, {"starlette": ABOUT}, {"go": "GET /about answered 500"}, {}).splitlines()
    assert lines == [
        "  role       address                service    what runs there",
        "  contender  http://127.0.0.1:8002  starlette  "
        "starlette 1.10.0 on uvicorn 0.54.0 (uvloop, httptools, json), CPython 3.13.5",
        "  reference  http://127.0.0.1:8017  go         NOT UP: GET /about answered 500",
        "  Locust     http://127.0.0.1:8089  web UI     choose services and scenarios, then Start",
        "not up: go (docker compose logs go)",
    ]


def test_addresses_are_those_of_the_stands_knobs() -> None:
    knobs = {"BIND_ADDRESS": "192.0.2.1", "LOCUST_PORT": "9000"}
    text = portmap.render([Service("starlette", "contender", 8002)], {"starlette": ABOUT}, {}, knobs)
    assert "  http://192.0.2.1:8002  " in text
    assert "  http://192.0.2.1:9000  " in text


def test_observers_are_told_with_their_addresses() -> None:
    text = portmap.observers({"prometheus": "127.0.0.1:9090", "grafana": "127.0.0.1:3000"})
    assert "  http://127.0.0.1:9090  prometheus  " in text
    assert "  http://127.0.0.1:3000  grafana     dashboards: Live comparison, One service, " in text
    assert "missing" not in text


def test_that_grafana_is_missing_is_said() -> None:
    lines = portmap.observers({"prometheus": "127.0.0.1:9090"}).splitlines()
    assert not [line for line in lines if "  grafana  " in line]
    assert lines[-1].startswith("Grafana is missing: its image cannot be had on this host")


def test_helpers_are_told_without_an_address_and_with_what_they_are_for() -> None:
    helpers = [Helper("postgres", "the database"), Helper("upstream", "the upstream")]
    lines = portmap.render([], {}, {}, {}, helpers, {"upstream": "connection refused"}).splitlines()
    assert [line.split() for line in lines[1:3]] == [
        ["helper", "–", "postgres", "the", "database"],
        ["helper", "–", "upstream", "NOT", "UP:", "connection", "refused"],
    ]
    assert lines[-1] == "not up: upstream (docker compose logs upstream)"
