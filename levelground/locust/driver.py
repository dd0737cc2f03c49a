"""Locust's side of a run: its users start a measurement, and its own statistics show what was sent.

A user is one keep-alive connection to each service. The users of a run do not send by themselves: between two
switches of Locust, one slice drives the connections of all of them. The same code serves the web UI and `make bench`.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent import Greenlet
from gevent.event import Event
from locust import User, runners, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from levelground.measuring import engine, lock
from levelground.measuring.measurement import NothingToMeasure
from levelground.model import histogram, record
from levelground.model.folder import Folder

log = logging.getLogger(__name__)

# The generator waits awake, so its CPU is always busy. Whether it held a service back, the gates say.
runners.CPU_WARNING_THRESHOLD = 1000


class Connection(User):
    """One simulated user: one connection to each service, kept open for the whole run."""

    @task
    def keep(self) -> None:
        """Waits: see the module's docstring for who sends."""
        gevent.sleep(3600)


class Driver:
    """Starts a measurement when Locust has spawned its users, and ends it when Locust stops them."""

    def __init__(self, environment: Environment, measure: Callable[[int], None]) -> None:
        """`measure` gets the number of connections and measures until it is done, or is killed where it gives way.

        It may raise ValueError for what was asked for wrongly. On a master, which has no users of its own, the driver
        does nothing.
        """
        self.over = Event()
        """Set when a measurement has ended."""
        self.error: Exception | None = None
        """Why the last measurement could not be made, if it could not."""
        self._environment = environment
        self._measure = measure
        self._greenlet: Greenlet | None = None
        environment.events.spawning_complete.add_listener(self._start)  # type: ignore[no-untyped-call]
        environment.events.test_stop.add_listener(self._end)  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Ends the measurement after the slice in flight; returns at once. Safe in a signal handler."""
        if self._greenlet is not None:
            self._greenlet.kill(block=False)

    def give_way(self) -> None:
        """Lets Locust do its work; between two slices, never in one."""
        # A worker's heartbeat takes a few turns of its loop, and its master may share its CPU.
        gevent.sleep(0.002 if isinstance(self._environment.runner, WorkerRunner) else 0)

    def feed(self, one: record.Slice) -> None:
        """Adds a slice to Locust's own statistics."""
        feed(self._environment, one)

    def _start(self, user_count: int, **_: Any) -> None:
        if not isinstance(self._environment.runner, MasterRunner):
            # Another number of users is another number of connections: another run.
            self._end()
            self._greenlet = gevent.spawn(self._run, user_count)

    def _end(self, **_: Any) -> None:
        if self._greenlet is not None:
            self._greenlet.kill()
            self._greenlet = None

    def _run(self, connections: int) -> None:
        self.error = None
        try:
            self._measure(connections)
        except (ValueError, NothingToMeasure, lock.Busy, engine.Failed, OSError) as error:
            self._fail(error)
        except Exception as error:
            self._fail(error)
            raise
        finally:
            self.over.set()

    def _fail(self, error: Exception) -> None:
        """Says why there is no measurement, in the log and on the page."""
        self.error = error
        log.error("%s", error)
        self._environment.events.user_error.fire(  # type: ignore[no-untyped-call]
            user_instance=None, exception=error, tb=error.__traceback__
        )


class Watch:
    """Looks at a run after some of its blocks: now and then, and never for more than a fiftieth of the time."""

    def __init__(self, look: Callable[[Folder], bool | None], every_seconds: float = 10.0) -> None:
        self._look = look
        self._every = every_seconds
        self._next = time.monotonic() + every_seconds

    def __call__(self, folder: Folder) -> bool:
        """Whether the look said that this is enough. Nothing is kept from one look to the next."""
        began = time.monotonic()
        if began < self._next:
            return False
        enough = self._look(folder)
        now = time.monotonic()
        self._next = now + max(self._every, 50 * (now - began))
        return bool(enough)


def feed(environment: Environment, one: record.Slice) -> None:
    """Adds a slice to Locust's own statistics, all its requests in one step.

    Locust's tables are rounded to milliseconds; the run's own histogram is the one to quote.
    """
    now = time.time()
    stats = environment.stats
    # Locust declares whole milliseconds, and works with fractions just as well.
    latencies: list[tuple[Any, int]] = [(histogram.middle_us(b) / 1000.0, count) for b, count in one.latency.items()]
    for entry in (stats.get(one.service, one.scenario), stats.total):
        entry.num_requests += one.requests
        entry.total_content_length += one.received_bytes
        entry.last_request_timestamp = now
        entry.num_reqs_per_sec[int(now)] = entry.num_reqs_per_sec.get(int(now), 0) + one.requests
        for ms, count in latencies:
            entry.total_response_time += ms * count
            entry.min_response_time = ms if entry.min_response_time is None else min(entry.min_response_time, ms)
            entry.max_response_time = max(entry.max_response_time, ms)
            rounded = round(ms, 2) if ms < 10 else round(ms)
            entry.response_times[rounded] = entry.response_times.get(rounded, 0) + count
    for kind, count in one.errors.items():
        for _ in range(count):
            stats.log_error(one.scenario, one.service, kind)
