"""What services ask of helpers, with helpers of which a test says what they count."""

from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from levelground.contract.topics.database import db, fortunes, queries, updates
from levelground.contract.topics.hello import hello
from levelground.contract.topics.waiting import fanout
from levelground.measuring import ledger
from levelground.measuring.ledger import Ledger, Postgres, promises
from levelground.stand.catalog import POSTGRES, UPSTREAM
from levelground.stand.helpers import Away, Statements
from levelground.traffic import scenario


class Fake:
    """Counts for each address, and may be away."""

    def __init__(self, cpus: tuple[int, ...] = (0,)) -> None:
        self.counts: dict[str, int] = {}
        self.resets = 0
        self.is_up = True
        self._cpus = cpus

    def asked(self, address: str) -> int:
        self._must_be_up()
        return self.counts.get(address, 0)

    def reset(self) -> None:
        self._must_be_up()
        self.resets += 1

    def describe(self) -> dict[str, Any]:
        return {"container": "0123456789ab", "cpus": list(self._cpus), "settings": {"fsync": "off"}}

    def _must_be_up(self) -> None:
        if not self.is_up:
            raise Away("postgres: connection refused")


def used(root: Path, ns: int) -> Path:
    """A tree of cgroups in which the fakes' container has used so much."""
    for controller in ("cpu", "cpuacct", "memory"):
        (root / controller / "docker" / "0123456789ab").mkdir(parents=True, exist_ok=True)
    (root / "cpuacct" / "docker" / "0123456789ab" / "cpuacct.usage").write_text(f"{ns}\n")
    return root


DB = {"db": {POSTGRES: Fraction(1)}, "hello": {}}


def test_steps_say_what_they_ask_and_scenarios_on_average_over_their_transactions() -> None:
    steps = (db(1), queries(3, 1), updates(3, 1, 1), fortunes("A"), fanout(8, 1), hello())
    assert [dict(one.asks) for one in steps] == [
        {POSTGRES: 1},
        {POSTGRES: 3},
        {POSTGRES: 6},
        {POSTGRES: 1},
        {UPSTREAM: 8},
        {},
    ]
    assert promises([[(hello(), db(1), hello())]]) == {POSTGRES: Fraction(1, 3)}
    assert promises([[(queries(5, 1),)], [(queries(2, 1),)]]) == {POSTGRES: 2}
    assert promises([[(db(1),)], [(hello(),)]]) == {}


def test_scenarios_say_which_helpers_they_need() -> None:
    needed = {one.name: one.helpers for one in scenario.read() if one.helpers}
    assert needed == {
        **{name: {POSTGRES} for name in ("db", "fortunes", "journey", "queries", "updates")},
        "fanout": {UPSTREAM},
    }


def test_the_visitor_of_journey_costs_a_statement_for_each_of_his_journeys() -> None:
    (journey,) = scenario.select(scenario.read(), ["journey"])
    length = len(next(journey.transactions(Random(1))))
    assert promises(journey.render(1, 4)[:1]) == {POSTGRES: Fraction(1, length)}


def test_only_what_is_needed_is_reset_and_described() -> None:
    postgres, upstream = Fake(), Fake()
    told = Ledger({POSTGRES: postgres, UPSTREAM: upstream}, DB).begin()
    assert (postgres.resets, upstream.resets) == (1, 0)
    assert told == {
        POSTGRES: {
            "what": "the database of the topic `database`",
            "container": "0123456789ab",
            "cpus": [0],
            "settings": {"fsync": "off"},
        }
    }


def test_what_a_service_asked_is_held_beside_what_its_answers_are_worth() -> None:
    postgres = Fake()
    postgres.counts["198.18.0.7"] = 100
    one = Ledger({POSTGRES: postgres}, {"journey": {POSTGRES: Fraction(1, 6)}})
    one.open("journey", "198.18.0.7")
    postgres.counts["198.18.0.7"] += 7
    postgres.counts["198.18.0.8"] = 50
    assert one.close("journey", "198.18.0.7", 47) == ({POSTGRES: 7}, {POSTGRES: 7})


def test_a_helper_that_was_away_at_one_edge_counts_for_nothing() -> None:
    postgres = Fake()
    one = Ledger({POSTGRES: postgres}, DB)
    postgres.is_up = False
    assert one.begin()[POSTGRES]["away"] == "postgres: connection refused"
    one.open("db", "198.18.0.7")
    postgres.is_up = True
    assert one.close("db", "198.18.0.7", 47) == ({}, {})
    one.open("db", "198.18.0.7")
    assert one.close("db", "198.18.0.7", 47) == ({POSTGRES: 47}, {POSTGRES: 0})


def test_cpu_time_is_told_by_scenario_and_by_cpu(tmp_path: Path) -> None:
    one = Ledger({POSTGRES: Fake((0, 2))}, DB, used(tmp_path, 5_000))
    one.begin()
    assert one.cpu_us("db") == {POSTGRES: 5.0}
    assert one.cpu_us("hello") == {}
    assert one.used_us({2, 3}) == {POSTGRES: 5.0}
    assert one.used_us({1}) == {}


def test_without_cgroup_files_there_is_no_cpu_time(tmp_path: Path) -> None:
    one = Ledger({POSTGRES: Fake()}, DB, tmp_path)
    one.begin()
    assert (one.cpu_us("db"), one.used_us({0})) == ({}, {})


def test_a_connection_to_the_database_that_was_lost_is_opened_again() -> None:
    class Connection:
        def __init__(self) -> None:
            opened.append(self)
            self.is_lost = self.is_closed = False

        def statements(self) -> Statements:
            if self.is_lost:
                raise Away("postgres: the connection is closed")
            return Statements(1, 2, 3, 4)

        def close(self) -> None:
            self.is_closed = True

    opened: list[Connection] = []
    postgres = Postgres(Connection)  # type: ignore[arg-type]
    one = Ledger({POSTGRES: postgres}, DB)
    assert postgres.asked("any") == 10
    opened[0].is_lost = True
    one.open("db", "any")
    assert opened[0].is_closed
    assert postgres.asked("any") == 10
    assert len(opened) == 2


def test_the_stand_has_both() -> None:
    assert list(ledger.of_the_stand()) == [POSTGRES, UPSTREAM]
