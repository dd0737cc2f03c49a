"""Work: arithmetic that keeps the CPU busy, where waiting for nothing helps nobody."""

from functools import cache

from levelground.contract.client import Client
from levelground.contract.openapi import closed, in_path, json_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, data

MOST = 100_000


@cache
def xorshift(n: int) -> int:
    """Marsaglia, Xorshift RNGs, Journal of Statistical Software 8(14), 2003: n rounds, from n."""
    x = n
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x


TOPIC = Topic(
    "work",
    rows=(
        Row(
            "GET",
            "/cpu/{n}",
            f'200 JSON `{{"result": {xorshift(1_000)}}}` for n = 1000: n rounds of xorshift32 that begin with n; '
            f"over {MOST:,}: a 4xx",
            {
                "operationId": "cpu",
                "summary": "n rounds of xorshift32 that begin with n",
                "description": "A round is `x ^= x << 13; x ^= x >> 17; x ^= x << 5`, on 32 bits without a sign",
                "parameters": [in_path("n", "1000", schema={"type": "integer", "minimum": 0, "maximum": MOST})],
                "responses": {
                    "200": json_answer(
                        "The last x",
                        closed({"result": {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}}),
                        example={"result": xorshift(1_000)},
                    ),
                    "4XX": {"description": f"No digits, or more than {MOST:,}"},
                },
            },
        ),
    ),
)


# Traffic


def cpu(n: int) -> Step:
    return data("GET", f"/cpu/{n}", says={"result": xorshift(n)})


# Checks


@TOPIC.check("cpu")
def the_result_is_right(client: Client) -> None:
    for n in (0, 1, 2, 999, 1_000, 31_337):
        client.must_answer(cpu(n))
    for wrong in ("a", "-1", "1.5", str(MOST + 1), "9" * 15):
        client.get(f"/cpu/{wrong}").must_be_refused()
