"""Bad input against every service of the stand: at the socket, made up from the schema, and with no database.

`make hostile` is run once; schemathesis, which is only in the image of the tests, drives some services at a time.
"""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from levelground.stand import catalog
from tests import fuzz
from tests.end_to_end.conftest import command

SERVICES = catalog.read()
WHOLE = [service for service in SERVICES if not service.only]
AT_ONCE = 3
pytestmark = pytest.mark.usefixtures("up")


def lives() -> dict[str, tuple[str, int, int]]:
    """When each container was started, how often it had to be started again, and its first process."""
    ids = command("docker", "compose", "ps", "-q", *(service.name for service in SERVICES)).stdout.split()
    return {
        one["Name"]: (one["State"]["StartedAt"], one["RestartCount"], one["State"]["Pid"])
        for one in json.loads(command("docker", "inspect", *ids).stdout)
    }


def test_every_service_withstands_all_that_it_does_not_declare() -> None:
    before = lives()
    done = command("make", "hostile", timeout=1200)
    assert done.returncode == 0, done.stdout
    assert f"{len(WHOLE)} of {len(WHOLE)} services withstand all of it" in done.stdout
    assert lives() == before


@pytest.fixture(scope="module")
def fuzzed(up: str) -> Iterator[dict[str, Future[str | None]]]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {one.name: pool.submit(fuzz.fuzz, one, "127.0.0.1", one.published_port) for one in WHOLE}


@pytest.mark.parametrize("name", [service.name for service in WHOLE])
def test_what_the_schema_makes_up_is_answered_as_it_says(name: str, fuzzed: dict[str, Future[str | None]]) -> None:
    wrong = fuzzed[name].result()
    assert wrong is None, wrong
