"""The footprint: what is measured on services that a fake engine restarts, and what becomes of those that fail."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jsonschema
import pytest

from levelground.measuring import footprint
from levelground.measuring.engine import Failed, Started
from levelground.model.footprint import Report, Sample
from levelground.showing import schema
from levelground.stand import catalog, host, image, probe
from levelground.traffic import scenario
from levelground.traffic.scenario import text
from tests.server import Piece, Server, answer
from tests.stand.test_cgroup import ID, VERSION_1, tree

RIGHT = answer(b"hello world")
WRONG = answer(b"starting", status="503 Service Unavailable")
ABOUT = answer(json.dumps({"container": ID[:12]}).encode(), media_type="application/json")
STEP = text("GET", "/", says="hello world")
IMAGE = "sha256:" + "1" * 64
Reply = Callable[[int, bytes], Sequence[Piece]]
Measure = Callable[..., Report]


class Engine:
    """Restarts nothing, but says so; the order of what it was asked is in `asked`."""

    def __init__(self, address: str = "127.0.0.1", *, failing: str = "", interrupt_at: int = -1) -> None:
        self.asked: list[str] = []
        self._address = address
        self._failing = failing
        self._interrupt_at = interrupt_at

    def stop(self, service: str) -> None:
        if len(self.asked) == self._interrupt_at:
            raise KeyboardInterrupt
        self.asked.append(f"stop {service}")

    def start(self, service: str) -> None:
        self.asked.append(f"start {service}")
        self._at = time.time()

    def started(self, seconds: float) -> Started | None:
        if self.asked[-1] == f"start {self._failing}":
            raise Failed("the engine did not start it")
        return Started(self._at, self._address)


def well(number: int, request: bytes) -> Sequence[Piece]:
    return [ABOUT if b"/about" in request else RIGHT]


@pytest.fixture(autouse=True)
def no_time_to_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SETTLE_SECONDS", "IDLE_SECONDS", "BURST_SECONDS", "REST_SECONDS"):
        monkeypatch.setattr(footprint, name, 0.01)
    monkeypatch.setattr(probe, "START_SECONDS", 2.0)
    monkeypatch.setattr(scenario, "POOL", 64)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    names = ("starlette", "go")
    facts = {"version": "20.10", "images": dict.fromkeys(names, IMAGE), "bytes": {IMAGE: 250_000_000}}
    (tmp_path / ".engine.json").write_text(json.dumps(facts))
    metadata = image.folder(IMAGE, tmp_path) / "venv/lib/python3.13/site-packages/h11-1.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Name: h11\n")
    return tmp_path


@pytest.fixture
def prepare(results: Path, tmp_path: Path) -> Iterator[Callable[..., footprint.Measurement]]:
    """A measurement of starlette, which answers as the test says, and go, which answers well."""
    servers: dict[str, Server] = {}

    def prepare(engine: Engine, reply: Reply = well, repeats: int = 2) -> footprint.Measurement:
        servers.update(starlette=Server(reply), go=Server(well))
        return footprint.Measurement(
            [catalog.Service("starlette", "contender", 8002), catalog.Service("go", "reference", 8017)],
            repeats,
            engine,
            results,
            lambda service: servers[service.name].address,
            tree(tmp_path / "cgroup", VERSION_1),
        )

    yield prepare
    for server in servers.values():
        server.stop()


@pytest.fixture
def measure(prepare: Callable[..., footprint.Measurement]) -> Measure:
    def measure(engine: Engine, reply: Reply = well, repeats: int = 2) -> Report:
        report = prepare(engine, reply, repeats).run()
        assert report is not None
        return report

    return measure


def test_everything_is_measured_in_every_repeat(measure: Measure) -> None:
    one = measure(Engine(), repeats=3).services["starlette"]
    for each in (
        one.start_seconds,
        one.memory_idle_bytes,
        one.memory_loaded_bytes,
        one.memory_after_bytes,
        one.idle_cpu_percent,
    ):
        assert len(each.values) == 3
    assert one.memory_idle_bytes == Sample([4000.0] * 3, 4000.0, 4000.0, 4000.0)
    assert one.idle_cpu_percent.estimate == 0
    assert (one.image_bytes, one.language_packages, one.system_packages) == (250_000_000, 1, 0)
    assert one.missing == {}


def test_services_are_restarted_one_after_the_other_and_each_once_more_before_what_counts(
    measure: Measure,
) -> None:
    engine = Engine()
    measure(engine, repeats=2)
    assert all(
        (stop, start) == (f"stop {name}", f"start {name}")
        for stop, start in zip(engine.asked[::2], engine.asked[1::2], strict=True)
        for name in [start.split()[1]]
    )
    assert sorted(engine.asked) == sorted(["stop starlette", "start starlette", "stop go", "start go"] * 3)


def test_the_record_has_the_shape_of_its_schema(measure: Measure, results: Path) -> None:
    measure(Engine(failing="go"))
    written = json.loads((results / "footprint" / "latest" / "footprint.json").read_text())
    jsonschema.validate(written, schema.of("footprint"))
    assert not written["interrupted"]


def test_the_first_right_answer_counts_not_the_first_answer(measure: Measure) -> None:
    came_up = time.monotonic() + 0.2

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        return well(number, request) if b"/about" in request or time.monotonic() > came_up else [WRONG]

    engine = Engine()
    assert measure(engine, reply).services["starlette"].missing == {}
    assert engine.asked.count("start starlette") == 3


def test_a_service_that_the_engine_does_not_start_is_left_alone_and_the_others_go_on(
    measure: Measure,
) -> None:
    engine = Engine(failing="starlette")
    report = measure(engine)
    assert set(report.services["starlette"].missing.values()) == {"the engine did not start it"}
    assert report.services["starlette"].start_seconds.estimate is None
    assert report.services["go"].missing == {}
    assert engine.asked.count("start starlette") == 1


def test_a_service_that_answers_wrongly_after_a_restart_is_named(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "START_SECONDS", 0.5)

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        return [ABOUT if b"/about" in request else WRONG]

    why = measure(Engine(), reply).services["starlette"].missing["start_seconds"]
    assert why == "no right answer within 0.5 s of a restart: it answers 503 b'starting'"


def test_a_service_that_fails_under_load_keeps_what_was_measured_before(
    measure: Measure,
) -> None:
    rights = iter(range(10))

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        return [ABOUT if b"/about" in request else RIGHT if next(rights, None) is not None else WRONG]

    one = measure(Engine(), reply).services["starlette"]
    assert "under load: wrong answer" in one.missing["memory_loaded_bytes"]
    assert one.memory_idle_bytes.values == [4000.0]
    assert one.memory_loaded_bytes.values == []


def test_a_start_is_timed_again_if_the_container_has_another_address_than_before(
    measure: Measure,
) -> None:
    engine = Engine("localhost")
    report = measure(engine, repeats=1)
    assert engine.asked.count("start go") == 3
    assert len(report.services["go"].start_seconds.values) == 1


def test_an_interrupted_measurement_keeps_its_repeats(measure: Measure) -> None:
    report = measure(Engine(interrupt_at=8), repeats=5)
    assert report.interrupted
    assert len(report.services["go"].start_seconds.values) == 1
    assert report.services["go"].start_seconds.low is None


def test_nothing_is_written_if_it_was_interrupted_before_anything_was_measured(
    prepare: Callable[..., footprint.Measurement], results: Path
) -> None:
    assert prepare(Engine(interrupt_at=2)).run() is None
    assert not (results / "footprint").exists()


def test_a_listener_that_opens_late_is_waited_for() -> None:
    class Late(Engine):
        def started(self, seconds: float) -> Started | None:
            threading.Timer(0.05, listener.listen).start()
            return super().started(seconds)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                time.sleep(0.001)
                continue
            with connection:
                connection.recv(1000)
                connection.sendall(RIGHT)
            return

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        threading.Thread(target=serve, daemon=True).start()
        engine = Late()
        engine.start("go")
        seconds = footprint.await_answer(engine, listener.getsockname(), STEP).seconds
    assert seconds is not None
    assert seconds >= 0.05


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [
        ([RIGHT], None),
        ([RIGHT[:20], 0.02, RIGHT[20:]], None),
        ([answer(b"hello")], "it answers 200 b'hello'"),
        ([None], "it closes connections without an answer"),
        ([0.4, None], "it does not answer"),
    ],
)
def test_an_answer_is_judged_by_what_it_says(reply: Sequence[Piece], wrong: str | None) -> None:
    with Server(lambda *_: reply) as server, socket.create_connection(server.address) as connection:
        assert footprint.ask(connection, STEP, 0.2) == wrong


def test_packages_are_counted_once_each_and_without_the_package_managers() -> None:
    files = [
        "venv/lib/python3.13/site-packages/h11-0.16.0.dist-info/METADATA",
        "venv/lib/python3.13/site-packages/h11-0.16.0.dist-info/RECORD",
        "venv/lib/python3.13/site-packages/setuptools/_vendor/wheel-0.45.dist-info/METADATA",
        "usr/local/lib/python3.13/site-packages/pip-26.0.dist-info/METADATA",
        "usr/lib/python3/dist-packages/packaging-25.0.dist-info/METADATA",
        "app/node_modules/@nestjs/core/package.json",
        "app/node_modules/@nestjs/core/errors/package.json",
        "app/node_modules/express/package.json",
        "app/node_modules/express/node_modules/debug/package.json",
        "usr/local/lib/node_modules/npm/package.json",
        "usr/local/lib/node_modules/npm/node_modules/semver/package.json",
        "usr/local/lib/node_modules/corepack/package.json",
        "app/package.json",
        "var/lib/dpkg/info/libc6:amd64.list",
        "var/lib/dpkg/info/libc6:amd64.md5sums",
    ]
    assert image.count(files) == image.Packages(language=4, system=1)


def test_every_record_tells_the_size_and_the_packages_of_each_image(results: Path) -> None:
    engine = host.describe(results)["engine"]
    assert engine["image_bytes"] == {"starlette": 250_000_000, "go": 250_000_000}
    assert engine["packages"]["go"] == {"language": 1, "system": 0}


def test_an_image_without_any_package_has_none() -> None:
    assert image.count(["service"]) == image.Packages(language=0, system=0)


@pytest.mark.parametrize("database", ["lib/apk/db/installed", "var/lib/rpm/rpmdb.sqlite"])
def test_packages_of_another_system_are_not_counted_rather_than_none(database: str) -> None:
    assert image.count([database]).system is None
