"""Several generator processes for services that answer more than one process can ask.

One process keeps one CPU busy. `Helpers` are the further processes of a run, each on a CPU of its own. A `Crew` is used
like a `client.Endpoint`: every process drives its share of the connections with an endpoint of its own, all begin a
slice at the same moment, and their results are added.

Helpers are started as new programs, not forked, so they have none of Locust's patches, sockets and memory.
A helper ends when its parent does, because that closes the pipe between them.
"""

import gc
import os
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, pairwise
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from signal import Signals

from levelground.traffic import client
from levelground.traffic.client import Burst, NoAnswer, Script, Scripts
from levelground.traffic.step import Transaction

Address = tuple[str, int]

PATIENCE_SECONDS = 60
"""How long a helper may take to reply. To read learned scripts takes a tenth of a second, and a slice whose answers are
missing gives up some seconds after its end."""
AHEAD_NS = 1_000_000
"""So long before a slice begins the helpers are told of it. An order and its reply take 85 µs between two idle CPUs;
the rest is for hosts on which a CPU takes longer to wake up."""
_ROOT = Path(__file__).parent.parent.parent


class Lost(OSError):
    """A helper has ended or hangs; the message says which. The helpers are of no use any more."""


@dataclass(frozen=True)
class _Open:
    """An endpoint, under a number."""

    endpoint: int
    address: Address


@dataclass(frozen=True)
class _Close:
    endpoint: int


@dataclass(frozen=True)
class _Keep:
    """Scripts for the slices to come, under a number."""

    number: int
    scripts: Sequence[Script]


@dataclass(frozen=True)
class _Forget:
    """All scripts."""


@dataclass(frozen=True)
class _Prepare:
    endpoint: int
    connections: int
    websocket: str


@dataclass(frozen=True)
class _Part:
    endpoint: int
    connections: int


@dataclass(frozen=True)
class _Send:
    """A slice of traffic: an open loop if there are times that are due."""

    endpoint: int
    scripts: int
    turn: int
    due_ns: Sequence[int] | None
    seconds: float
    start_ns: int


class Helpers:
    """The further processes of a run, for all its services together. Methods raise Lost."""

    def __init__(self, count: int) -> None:
        """Helper i gets the CPU number i of those that this process may use, which itself is number 0, and so around.

        Returns when they are ready.
        """
        self._cpus = sorted(os.sched_getaffinity(0))
        self._helpers: list[_Helper] = []
        self._kept: dict[int, Sequence[Script]] = {}
        """Scripts that the helpers have, by their id(): kept here, so that no others get it."""
        self._endpoints = 0
        try:
            for number in range(1, count + 1):
                self._helpers.append(_Helper(self._cpus[number % len(self._cpus)]))
            for helper in self._helpers:
                helper.receive()
        except BaseException:
            self.close()
            raise

    @property
    def processes(self) -> int:
        """How many generate, this one included."""
        return 1 + len(self._helpers)

    @property
    def pids(self) -> Sequence[int]:
        return [helper.process.pid for helper in self._helpers]

    def endpoint(self, address: Address) -> "client.Endpoint | Crew":
        """One service's connections; without helpers just as this process alone drives them."""
        return Crew(address, self) if self._helpers else client.Endpoint(address)

    def open(self, address: Address) -> int:
        """The number under which each helper has an endpoint from now on."""
        self._endpoints += 1
        for helper in self._helpers:
            helper.send(_Open(self._endpoints, address))
        return self._endpoints

    def close_endpoint(self, number: int) -> None:
        for helper in self._helpers:
            helper.send(_Close(number))

    def keep(self, scripts: Sequence[Script]) -> int:
        """The number under which each helper has its share of these scripts; sends them if it has them not."""
        number = id(scripts)
        if number not in self._kept:
            _, *theirs = shares(len(scripts), self.processes)
            self.together(lambda: None, [_Keep(number, scripts[one.start : one.stop]) for one in theirs if one])
            self._kept[number] = scripts
        return number

    def forget(self) -> None:
        """All scripts, which after a restart of the services may be learned anew."""
        for helper in self._helpers:
            helper.send(_Forget())
        self._kept.clear()

    def together(
        self, own: Callable[[], Burst | None], orders: Sequence[_Keep | _Prepare | _Part | _Send]
    ) -> list[Burst]:
        """This process does its own part, and meanwhile the first helpers do theirs, an order each. Raises NoAnswer.

        Returns what they saw, if it was a slice.
        """
        busy = self._helpers[: len(orders)]
        for helper, order in zip(busy, orders, strict=True):
            helper.send(order)
        # Only for as long as it generates: between slices it may be wherever there is room.
        os.sched_setaffinity(0, self._cpus[:1])
        try:
            mine = own()
        finally:
            os.sched_setaffinity(0, self._cpus)
            # Whatever happens here: replies that are not read would be taken for those to the next orders.
            replies = [helper.receive() for helper in busy]
        for reply in replies:
            if isinstance(reply, NoAnswer):
                raise reply
        return [one for one in (mine, *replies) if isinstance(one, Burst)]

    def close(self) -> None:
        for helper in self._helpers:
            helper.close()


class Crew:
    """All connections to one service, shared out among the processes. Methods are those of `client.Endpoint`.

    They raise Lost too.
    """

    def __init__(self, address: Address, helpers: Helpers) -> None:
        self._own = client.Endpoint(address)
        self._helpers = helpers
        self._number = helpers.open(address)
        self._closed = False

    def learn(self, transactions: Sequence[Sequence[Transaction]]) -> Scripts:
        return self._own.learn(transactions)

    def prepare(self, connections: int, websocket: str = "") -> None:
        self._must_be_open()
        own, *theirs = shares(connections, self._helpers.processes)
        self._helpers.together(
            lambda: self._own.prepare(len(own), websocket),
            [_Prepare(self._number, len(share), websocket) for share in theirs],
        )

    def part(self, connections: int) -> None:
        self._must_be_open()
        own, *theirs = shares(connections, self._helpers.processes)
        self._helpers.together(lambda: self._own.part(len(own)), [_Part(self._number, len(share)) for share in theirs])

    def burst(self, scripts: Sequence[Script], turn: int, seconds: float) -> Burst:
        own, orders, start_ns = self._share_out(scripts, turn, None, seconds)
        return merged(
            self._helpers.together(lambda: self._own.burst(scripts[: len(own)], turn, seconds, start_ns), orders)
        )

    def release(self, scripts: Sequence[Script], turn: int, due_ns: Sequence[int], seconds: float) -> Burst:
        own, orders, start_ns = self._share_out(scripts, turn, due_ns, seconds)
        due = due_ns[:: 1 + len(orders)]
        return merged(
            self._helpers.together(lambda: self._own.release(scripts[: len(own)], turn, due, seconds, start_ns), orders)
        )

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._own.close()
            # A run that ends because a helper is lost closes its endpoints all the same.
            with suppress(Lost):
                self._helpers.close_endpoint(self._number)

    def _share_out(
        self, scripts: Sequence[Script], turn: int, due_ns: Sequence[int] | None, seconds: float
    ) -> tuple[range, list[_Send], int]:
        """This process's share of the connections, what the others get to do, and when all of them begin."""
        self._must_be_open()
        known = self._helpers.keep(scripts)
        own, *theirs = [share for share in shares(len(scripts), self._helpers.processes) if share] or [range(0)]
        start_ns = time.perf_counter_ns() + AHEAD_NS
        orders = [
            _Send(
                self._number,
                known,
                # Connection n begins n transactions after the first one, whichever process has it.
                turn + share.start,
                None if due_ns is None else due_ns[place :: 1 + len(theirs)],
                seconds,
                start_ns,
            )
            for place, share in enumerate(theirs, start=1)
        ]
        return own, orders, start_ns

    def _must_be_open(self) -> None:
        if self._closed:
            raise ValueError("the endpoint is closed")


def shares(connections: int, processes: int) -> list[range]:
    """Of each process: the same number of connections in a row, or one more for the first ones."""
    each, more = divmod(connections, processes)
    edges = [number * each + min(number, more) for number in range(processes + 1)]
    return [range(first, end) for first, end in pairwise(edges)]


def merged(bursts: Sequence[Burst]) -> Burst:
    """What several processes saw that began at the same moment, as if one had seen it all."""
    return Burst(
        seconds=max(one.seconds for one in bursts),
        latencies_ns=list(chain.from_iterable(one.latencies_ns for one in bursts)),
        received_bytes=sum(one.received_bytes for one in bursts),
        errors=sum((one.errors for one in bursts), Counter[str]()),
        reconnects=sum(one.reconnects for one in bursts),
        example=next((one.example for one in bursts if one.example), None),
        starved=sum(one.starved for one in bursts),
        unanswered=sum(one.unanswered for one in bursts),
        first_byte_ns=list(chain.from_iterable(one.first_byte_ns for one in bursts)),
        service_ns=list(chain.from_iterable(one.service_ns for one in bursts)),
        # In order, as those of one process are; all are on the same clock, CLOCK_MONOTONIC.
        arrivals_ns=sorted(chain.from_iterable(one.arrivals_ns for one in bursts)),
        slips_ns=list(chain.from_iterable(one.slips_ns for one in bursts)),
        # Of the busiest: a process that has no time left is not helped by another one that has some.
        generator_ns=max(one.generator_ns for one in bursts),
    )


class _Helper:
    """One helper, as its parent sees it."""

    def __init__(self, cpu: int) -> None:
        ours, theirs = socket.socketpair()
        patience = struct.pack("@ll", PATIENCE_SECONDS, 0)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
        self._pipe: Pipe = Pipe(ours.detach())
        # Sockets that Locust has patched never wait by themselves.
        os.set_blocking(self._pipe.fileno(), True)
        os.set_blocking(theirs.fileno(), True)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "levelground.traffic.crew", str(theirs.fileno()), str(cpu)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=_ROOT,
                # Ctrl-C is for the parent, which ends its slice first.
                start_new_session=True,
            )

    def send(self, order: object) -> None:
        try:
            self._pipe.send(order)
        except OSError as error:
            raise self._lost(error) from None

    def receive(self) -> Burst | NoAnswer | None:
        """The reply to an order."""
        try:
            reply: Burst | NoAnswer | None = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._lost(error) from None
        return reply

    def close(self) -> None:
        """Does not wait for the slice that it may be in."""
        self._pipe.close()
        self.process.kill()
        self.process.wait()

    def _lost(self, error: Exception) -> Lost:
        if isinstance(error, BlockingIOError):
            return Lost(f"a generator process has not answered for {PATIENCE_SECONDS} s")
        try:
            code = self.process.wait(1)
        except subprocess.TimeoutExpired:
            return Lost("a generator process has closed its pipe")
        why = f"was ended by {Signals(-code).name}" if code < 0 else f"has ended with exit code {code}"
        return Lost(f"a generator process {why} in mid-run")


def main(descriptor: int, cpu: int) -> None:
    """A helper: does what comes through the pipe, until that is closed."""
    os.sched_setaffinity(0, {cpu})
    gc.disable()
    with Pipe(descriptor) as pipe, suppress(EOFError, ConnectionError):
        pipe.send(None)
        _serve(pipe)


def _serve(pipe: Pipe) -> None:
    endpoints: dict[int, client.Endpoint] = {}
    kept: dict[int, Sequence[Script]] = {}
    while True:
        match pipe.recv():
            case _Open(number, address):
                endpoints[number] = client.Endpoint(address)
            case _Close(number):
                endpoints.pop(number).close()
            case _Keep(number, scripts):
                kept[number] = scripts
                gc.freeze()
                pipe.send(None)
            case _Forget():
                kept.clear()
            case _Prepare(number, connections, websocket):
                pipe.send(_prepare(endpoints[number], connections, websocket))
            case _Part(number, connections):
                endpoints[number].part(connections)
                pipe.send(None)
            case _Send() as order:
                pipe.send(_send(endpoints[order.endpoint], kept[order.scripts], order))
                gc.collect(0)  # the parent has its reply, and the next order takes it a while


def _prepare(endpoint: client.Endpoint, connections: int, websocket: str) -> NoAnswer | None:
    try:
        endpoint.prepare(connections, websocket)
    except NoAnswer as error:
        return error
    return None


def _send(endpoint: client.Endpoint, scripts: Sequence[Script], order: _Send) -> Burst:
    if order.due_ns is None:
        return endpoint.burst(scripts, order.turn, order.seconds, order.start_ns)
    return endpoint.release(scripts, order.turn, order.due_ns, order.seconds, order.start_ns)


if __name__ == "__main__":
    # Orders are instances of the classes of this module under its name, and here it is called __main__.
    from levelground.traffic import crew

    crew.main(int(sys.argv[1]), int(sys.argv[2]))
