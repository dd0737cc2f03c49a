"""The helpers, asked where they are not or in part."""

import json
from collections.abc import Iterator, Sequence

import pytest

from levelground.stand import catalog, helpers
from levelground.stand.helpers import Away
from tests.server import Piece, Server, answer

TOLD = {
    b"/asked": {"198.18.0.7": 3, "198.18.0.8": 4},
    b"/at-once/198.18.0.8": 2,
    b"/about": {"container": "0123456789ab", "cpus": [0, 2]},
}


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    def reply(_: int, request: bytes) -> Sequence[Piece]:
        return [answer(json.dumps(TOLD[request.split()[1]]).encode(), media_type="application/json")]

    with Server(reply) as server:
        monkeypatch.setenv("UPSTREAM", "http://{}:{}".format(*server.address))
        yield server


@pytest.mark.usefixtures("upstream")
def test_the_upstream_tells_who_asked_and_where_it_runs() -> None:
    one = helpers.Upstream()
    assert one.asked()["198.18.0.8"] == 4
    assert one.asked()["198.18.0.9"] == 0
    assert one.most_at_once("198.18.0.8") == 2
    assert (one.container(), one.cpus()) == ("0123456789ab", [0, 2])


def test_an_upstream_that_is_gone_is_away(upstream: Server) -> None:
    upstream.stop()
    with pytest.raises(Away, match="upstream: "):
        helpers.Upstream().asked()


def test_a_database_that_is_not_there_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "9")
    with pytest.raises(Away, match=r"postgres: .*127\.0\.0\.1.*port 9"):
        helpers.Database()


def test_helpers_are_waited_for_and_those_that_stay_away_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def late() -> None:
        tries.append("late")
        if len(tries) < 3:
            raise Away("late: it starts")

    def gone() -> None:
        raise Away("gone: connection refused")

    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(helpers, "KNOCKS", {"late": late})
    assert helpers.await_all(60.0) == {}
    assert len(tries) == 3
    monkeypatch.setattr(helpers, "KNOCKS", {"late": late, "gone": gone})
    assert helpers.await_all(0.0) == {"gone": "connection refused"}


def test_every_helper_of_the_stand_is_known_by_its_name() -> None:
    assert [one.name for one in catalog.helpers()] == list(helpers.KNOCKS) == [catalog.POSTGRES, catalog.UPSTREAM]


@pytest.mark.parametrize(("text", "cpus"), [("0", [0]), ("0-2,5", [0, 1, 2, 5]), ("1,3", [1, 3])])
def test_sets_of_cpus_are_read_as_the_kernel_writes_them(text: str, cpus: list[int]) -> None:
    assert helpers.cpu_list(text) == cpus
