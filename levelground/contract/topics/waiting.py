"""Waiting: an answer that takes time but no work, such as one that comes from elsewhere."""

import time
from concurrent.futures import ThreadPoolExecutor

from levelground.contract.client import Client, Mismatch
from levelground.contract.openapi import closed, in_path, json_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, data

LONGEST_MS = 10_000
AT_ONCE = 16

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
    ),
)


# Traffic


def sleep(ms: int) -> Step:
    return data("GET", f"/sleep/{ms}", says={"ms": ms})


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
