"""Waiting: an answer that takes time but no work, and one that is put together from what a slow upstream answers."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from levelground.contract.client import Client, Mismatch
from levelground.contract.openapi import Piece, closed, in_path, json_answer
from levelground.contract.terms import Row, Topic
from levelground.stand import probe
from levelground.stand.catalog import UPSTREAM
from levelground.stand.helpers import Away, Upstream
from levelground.stand.upstream import price
from levelground.traffic.scenario import Step, data

LONGEST_MS = 10_000
AT_ONCE = 16
MOST_QUOTES = 100

_ID: Piece = {"type": "integer", "minimum": 1, "maximum": 9_900}

TOPIC = Topic(
    "waiting",
    rows=(
        Row(
            "GET",
            "/sleep/{ms}",
            f'200 JSON `{{"ms": 20}}` after so many milliseconds; over {LONGEST_MS:,}: a 4xx',
            {
                "operationId": "sleep",
                "summary": "An answer that waits without work",
                "parameters": [
                    in_path("ms", "20", schema={"type": "integer", "minimum": 0, "maximum": LONGEST_MS}),
                ],
                "responses": {
                    "200": json_answer(
                        "After so many milliseconds",
                        closed({"ms": {"type": "integer", "minimum": 0, "maximum": LONGEST_MS}}),
                        example={"ms": 20},
                    ),
                    "4XX": {"description": f"No digits, or more than {LONGEST_MS:,}"},
                },
            },
        ),
        Row(
            "GET",
            "/fanout/{n}",
            "for `?start=7` asks the upstream for `/quote/7`, `/quote/8` … n of them at once, and answers "
            f'200 JSON `{{"prices": [7898, 6169]}}`, their prices in this order; over {MOST_QUOTES}: a 4xx',
            {
                "operationId": "fanout",
                "summary": "An answer made of n answers of a slow upstream",
                "parameters": [
                    in_path("n", "2", schema={"type": "integer", "minimum": 1, "maximum": MOST_QUOTES}),
                    {"name": "start", "in": "query", "required": True, "schema": _ID, "example": 7},
                ],
                "responses": {
                    "200": json_answer(
                        "The prices",
                        closed({"prices": {"type": "array", "items": {"type": "integer"}}}),
                        example={"prices": [price(7), price(8)]},
                    ),
                    "4XX": {"description": f"No digits, or more than {MOST_QUOTES}"},
                    "5XX": {"description": "502, 503 or 504: the upstream does not answer"},
                },
            },
        ),
    ),
)


# Traffic


def sleep(ms: int) -> Step:
    return data("GET", f"/sleep/{ms}", says={"ms": ms})


def fanout(n: int, start: int) -> Step:
    prices = [price(number) for number in range(start, start + n)]
    return replace(data("GET", f"/fanout/{n}?start={start}", says={"prices": prices}), quotes=n)


# Checks


@TOPIC.check("sleep")
def it_waits_as_long_as_it_is_told(client: Client) -> None:
    """A timer may be early by its own resolution, which is a millisecond at most."""
    for ms in (0, 1, 50):
        start = time.monotonic()
        client.must_answer(sleep(ms))
        waited_ms = (time.monotonic() - start) * 1000
        if waited_ms < ms - 1:
            raise Mismatch(f"GET /sleep/{ms}", f"an answer after {ms} ms", f"one after {waited_ms:.1f} ms")
    for wrong in ("a", "-1", "1.5", str(LONGEST_MS + 1), "9" * 15):
        client.get(f"/sleep/{wrong}").must_be_refused()


@TOPIC.check("sleep-at-once")
def many_wait_at_once(client: Client) -> None:
    """One after the other they would take longer than any answer may."""

    def wait(_: int) -> None:
        with Client(client.host, client.port) as one:
            one.must_answer(sleep(500))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(wait, range(AT_ONCE)))


@TOPIC.check("fanout", needs=UPSTREAM)
def the_upstream_is_asked_for_each_price(client: Client) -> None:
    with _upstream(client) as (upstream, own):
        for n, start in ((1, 1), (2, 7), (20, 500), (MOST_QUOTES, 9_000), (20, 500)):
            before = upstream.asked()[own]
            client.must_answer(fanout(n, start))
            if (asked := upstream.asked()[own] - before) != n:
                raise Mismatch(f"GET /fanout/{n}", f"{n} requests to the upstream", f"{asked}")
    for wrong in ("a", "-1", "1.5", str(MOST_QUOTES + 1), "9" * 15):
        client.get(f"/fanout/{wrong}?start=1").must_be_refused()


@TOPIC.check("fanout-at-once", needs=UPSTREAM)
def prices_are_asked_for_at_once(client: Client) -> None:
    """At least two of a hundred are under way at the same time at the upstream: a client that takes long for each
    request of its own has no more, since each is answered after 10 ms."""
    with _upstream(client) as (upstream, own):
        upstream.most_at_once(own)
        client.must_answer(fanout(MOST_QUOTES, 101))
        if (most := upstream.most_at_once(own)) < 2:
            raise Mismatch(
                f"GET /fanout/{MOST_QUOTES}", "several requests to the upstream at once", f"{most} at a time"
            )


@contextmanager
def _upstream(client: Client) -> Iterator[tuple[Upstream, str]]:
    """And the address that it knows the service by. Raises Mismatch if there is no upstream."""
    try:
        yield Upstream(), probe.resolve((client.host, client.port))[0]
    except (Away, probe.NotUp) as error:
        raise Mismatch("GET /fanout", "an upstream to ask", str(error)) from None
