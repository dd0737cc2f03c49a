"""Two generator processes do together what one does alone; here both are on one CPU, which only makes them slower."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from levelground.model import histogram
from levelground.traffic import client, crew
from levelground.traffic.scenario import Transaction, data, empty, text
from tests.server import Piece, Server, answer

MS = 1_000_000
CONNECTIONS = 5
EACH = 4
"""Transactions in a script."""
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def helpers() -> Iterator[crew.Helpers]:
    """One helper, on the CPU on which the test and its servers are too."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        with closing(crew.Helpers(1)) as one:
            yield one
    finally:
        os.sched_setaffinity(0, allowed)


def path(connection: int, number: int) -> str:
    return f"/greet/{connection}-{number}"


def greetings(connections: int = CONNECTIONS) -> list[list[Transaction]]:
    """Scripts that have no request in common, so that each request tells its connection."""
    return [
        [[text("GET", path(one, number), says=f"hello {one}-{number}")] for number in range(EACH)]
        for one in range(connections)
    ]


def greet(_: int, request: bytes) -> Sequence[Piece]:
    return [answer(b"hello " + request.split()[1].rpartition(b"/")[2])]


def connection_of(request: bytes) -> int:
    return int(request.split()[1].rpartition(b"/")[2].partition(b"-")[0])


Endpoint = client.Endpoint | crew.Crew
Reply = Callable[[int, bytes], Sequence[Piece]]


@contextmanager
def driven(
    helpers: crew.Helpers | None,
    transactions: Sequence[Sequence[Transaction]],
    reply: Reply = greet,
) -> Iterator[tuple[Server, Endpoint, Sequence[client.Script]]]:
    """A server, and connections that are open and learned, by one process or more."""
    with Server(reply) as server:
        make = client.Endpoint if helpers is None else helpers.endpoint
        with closing(make(server.address)) as one:
            scripts = one.learn(transactions)
            one.prepare(len(transactions))
            server.requests.clear()
            yield server, one, scripts


def told(result: client.Burst) -> tuple[object, ...]:
    """All of a result that is not time."""
    return (
        result.answers,
        result.unanswered,
        result.errors,
        result.received_bytes,
        result.reconnects,
        *(
            sum(histogram.of(times).values())
            for times in (result.latencies_ns, result.service_ns, result.slips_ns, result.arrivals_ns)
        ),
    )


def test_each_process_has_a_cpu_of_its_own_as_far_as_there_are_any() -> None:
    # The first test here: the fixture leaves one CPU to all that follow.
    cpus = sorted(os.sched_getaffinity(0))
    with closing(crew.Helpers(2)) as three:
        pinned = [os.sched_getaffinity(pid) for pid in three.pids]
        assert pinned == [{cpus[number % len(cpus)]} for number in (1, 2)]
        assert os.sched_getaffinity(0) == set(cpus)


def test_shares_are_in_a_row_and_differ_by_one_at_most() -> None:
    assert crew.shares(16, 3) == [range(6), range(6, 11), range(11, 16)]
    assert crew.shares(2, 3) == [range(1), range(1, 2), range(2, 2)]
    assert crew.shares(0, 2) == [range(0), range(0)]


@pytest.mark.parametrize("turn", [0, 3, 1_000_001])
def test_two_processes_send_what_one_sends_and_count_the_same(helpers: crew.Helpers, turn: int) -> None:
    seen: list[tuple[Counter[bytes], tuple[object, ...]]] = []
    for several in (None, helpers):
        with driven(several, greetings()) as (server, one, scripts):
            # One transaction on each connection: no answer decides how many there are.
            result = one.burst(scripts, turn, 0.0)
            seen.append((Counter(server.requests), told(result)[:-1]))
            assert len(result.latencies_ns) == CONNECTIONS
    assert seen[0] == seen[1]


def test_transactions_of_several_steps_and_bodies_are_the_same_too(helpers: crew.Helpers) -> None:
    items: list[list[Transaction]] = [
        [
            [
                data("PUT", f"/items/{one}", send={"price": 0.5 + one}, says={"price": 0.5 + one}, status=201),
                empty("DELETE", f"/items/{one}", status=204),
            ]
        ]
        for one in range(CONNECTIONS)
    ]

    def serve(_: int, request: bytes) -> Sequence[Piece]:
        if request.startswith(b"DELETE"):
            return [b"HTTP/1.1 204 No Content\r\n\r\n"]
        body = request.partition(b"\r\n\r\n")[2]
        return [answer(body, status="201 Created", media_type="application/json")]

    seen = []
    for several in (None, helpers):
        with driven(several, items, serve) as (server, one, scripts):
            result = one.burst(scripts, 0, 0.0)
            seen.append((Counter(server.requests), told(result)[:-1]))
            assert (result.answers, result.errors) == (2 * CONNECTIONS, {})
    assert seen[0] == seen[1]


def test_every_connection_goes_through_its_own_script_from_its_own_turn(helpers: crew.Helpers) -> None:
    with driven(helpers, greetings()) as (server, one, scripts):
        result = one.burst(scripts, 2, 0.2)
        assert result.errors == {}
        assert result.answers == len(server.requests) > 3 * CONNECTIONS
        assert sum(histogram.of(result.latencies_ns).values()) == result.answers
        assert list(result.arrivals_ns) == sorted(result.arrivals_ns)
        for number in range(CONNECTIONS):
            sent = [request.split()[1].decode() for request in server.requests if connection_of(request) == number]
            assert sent == [path(number, (2 + number + step) % EACH) for step in range(len(sent))]
            assert sent


def test_times_of_two_processes_are_on_one_clock(helpers: crew.Helpers) -> None:
    with driven(helpers, greetings()) as (_, one, scripts):
        before = time.perf_counter_ns()
        result = one.burst(scripts, 0, 0.1)
        after = time.perf_counter_ns()
        assert before < result.arrivals_ns[0] < result.arrivals_ns[-1] < after
        assert 0 < result.seconds <= (after - before) / 1e9
        # Each process may have used its CPU for as long as the slice took, and no longer.
        assert 0 < result.generator_ns < after - before


def test_a_slice_begins_at_its_moment_and_not_before() -> None:
    came: list[int] = []

    def reply(number: int, request: bytes) -> Sequence[Piece]:
        came.append(time.perf_counter_ns())
        return greet(number, request)

    with Server(reply) as server, closing(client.Endpoint(server.address)) as one:
        scripts = one.learn(greetings(2))
        one.prepare(2)
        loops: list[Callable[[int], client.Burst]] = [
            lambda at: one.burst(scripts, 0, 0.0, at),
            lambda at: one.release(scripts, 0, [0, 5 * MS], 0.01, at),
        ]
        for loop in loops:
            came.clear()
            start = time.perf_counter_ns() + 30 * MS
            result = loop(start)
            assert (result.answers, result.errors) == (2, {})
            assert start < min(came) < start + 1000 * MS
            # The wait is not the generator's work.
            assert result.generator_ns < 25 * MS


def test_every_time_that_is_due_is_served_once(helpers: crew.Helpers) -> None:
    due = [number * MS for number in (1, 2, 2, 2, 2, 2, 2, 9, 30)]
    seen = []
    for several in (None, helpers):
        with driven(several, greetings(4)) as (server, one, scripts):
            result = one.release(scripts, 0, due, 0.05)
            assert len(server.requests) == len(due)
            assert (result.answers, result.unanswered, result.errors) == (len(due), 0, {})
            assert len(result.slips_ns) == len(result.service_ns) == len(due)
            assert result.seconds >= 0.05
            seen.append(told(result))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("loop", ["closed", "open"])
def test_a_wrong_answer_in_a_helpers_share_is_found(helpers: crew.Helpers, loop: str) -> None:
    lies: list[bool] = []

    def lie(number: int, request: bytes) -> Sequence[Piece]:
        return [answer(b"hello moon")] if lies and connection_of(request) == CONNECTIONS - 1 else greet(number, request)

    with driven(helpers, greetings(), lie) as (_, one, scripts):
        lies.append(True)
        # In the open loop two for this process, which has three connections, and two for the helper, which has two.
        result = one.burst(scripts, 0, 0.0) if loop == "closed" else one.release(scripts, 0, [0] * 4, 0.01)
    assert result.errors == {"wrong answer": 1}
    assert f"GET /greet/{CONNECTIONS - 1}-" in str(result.example)
    assert "b'hello moon'" in str(result.example)


def test_with_fewer_connections_than_processes_fewer_take_part(helpers: crew.Helpers) -> None:
    with driven(helpers, greetings(1)) as (server, one, scripts):
        assert one.burst(scripts, 0, 0.0).answers == 1
        assert one.release(scripts, 0, [0, MS], 0.01).answers == 2
        assert server.connections == 2  # one of them to learn


def test_the_number_of_connections_can_change(helpers: crew.Helpers) -> None:
    with driven(helpers, greetings()) as (_, one, _scripts):
        for connections in (4, 1, 3):
            scripts = one.learn(greetings(connections))
            one.prepare(connections)
            result = one.burst(scripts, 0, 0.0)
            assert (result.answers, result.errors) == (connections, {})


def test_one_set_of_helpers_serves_several_services_and_forgets(helpers: crew.Helpers) -> None:
    with driven(helpers, greetings()) as (_, one, scripts), driven(helpers, greetings(2)) as (_, other, others):
        for _ in range(2):
            assert one.burst(scripts, 0, 0.0).answers == CONNECTIONS
            assert other.burst(others, 0, 0.0).answers == 2
            helpers.forget()


def test_a_refusal_of_a_helpers_connection_is_named_and_the_next_slice_goes_on(helpers: crew.Helpers) -> None:
    with driven(helpers, greetings(2)) as (server, one, scripts):
        # A connection that is answered has been accepted: one that is not yet would go with the listener.
        assert one.burst(scripts, 0, 0.0).answers == 2
        one.prepare(1)
        server.refuse()
        with pytest.raises(client.NoAnswer) as caught:
            one.prepare(2)
        assert caught.value.kind == "refused"
        result = one.burst(scripts, 0, 0.0)
        assert (result.answers, result.errors) == (1, {"refused": 1})


def test_a_closed_crew_is_of_no_use(helpers: crew.Helpers) -> None:
    with driven(helpers, greetings()) as (_, one, scripts):
        one.close()
        for use in (
            lambda: one.learn(greetings()),
            lambda: one.prepare(1),
            lambda: one.burst(scripts, 0, 0.0),
            lambda: one.release(scripts, 0, [], 0.0),
        ):
            with pytest.raises(ValueError, match="closed"):
                use()


def test_without_helpers_an_endpoint_is_just_that() -> None:
    with closing(crew.Helpers(0)) as none, closing(none.endpoint(("127.0.0.1", 1))) as one:
        assert type(one) is client.Endpoint
        assert (none.processes, none.pids) == (1, [])


def test_a_helper_that_is_killed_between_slices_is_one_clear_error() -> None:
    with closing(crew.Helpers(1)) as own, driven(own, greetings()) as (_, one, scripts):
        os.kill(own.pids[0], signal.SIGKILL)
        with pytest.raises(crew.Lost, match="a generator process was ended by SIGKILL"):
            one.burst(scripts, 0, 0.0)


def test_a_helper_that_is_killed_in_a_slice_is_one_clear_error() -> None:
    with closing(crew.Helpers(1)) as own, driven(own, greetings()) as (_, one, scripts):
        killer = threading.Timer(0.1, os.kill, (own.pids[0], signal.SIGKILL))
        killer.start()
        with pytest.raises(crew.Lost, match="a generator process was ended by SIGKILL"):
            one.burst(scripts, 0, 0.5)
        killer.join()


def test_a_helper_that_hangs_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "PATIENCE_SECONDS", 5)
    with closing(crew.Helpers(1)) as own, driven(own, greetings()) as (_, one, scripts):
        os.kill(own.pids[0], signal.SIGSTOP)
        with pytest.raises(crew.Lost, match="has not answered for 5 s"):
            one.burst(scripts, 0, 0.0)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def python(script: str) -> str:
    """What a script prints."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stderr == ""
    return done.stdout


def test_helpers_end_when_their_parent_is_killed() -> None:
    told = python(
        "import os, signal\n"
        "from levelground.traffic import crew\n"
        "print(*crew.Helpers(2).pids, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    pids = [int(pid) for pid in told.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 20
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, pids))


def test_a_process_that_locust_has_patched_has_helpers_that_are_not() -> None:
    with Server(greet) as server:
        told = python(
            "from gevent import monkey; monkey.patch_all()\n"
            "import os, signal\n"
            "from levelground.traffic import crew\n"
            "from tests.traffic.test_crew import greetings\n"
            "helpers = crew.Helpers(1)\n"
            f"one = helpers.endpoint({server.address!r})\n"
            "scripts = one.learn(greetings())\n"
            "one.prepare(len(scripts))\n"
            "result = one.burst(scripts, 0, 0.02)\n"
            "print(result.answers, dict(result.errors))\n"
            "os.kill(helpers.pids[0], signal.SIGKILL)\n"
            "try:\n"
            "    one.burst(scripts, 0, 0.02)\n"
            "except crew.Lost as lost:\n"
            "    print(lost)\n"
            "one.close()\n"
            "helpers.close()\n"
        ).splitlines()
    answers, _, errors = told[0].partition(" ")
    assert int(answers) >= CONNECTIONS
    assert errors == "{}"
    assert told[-1] == "a generator process was ended by SIGKILL in mid-run"
