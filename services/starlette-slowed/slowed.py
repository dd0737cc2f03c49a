"""The same app with known extra work: `make calibrate` looks at what the instrument makes of it.

    PUT /work/500         500 turns of a loop more on every request from now on
    PUT /garbage/16/250   every 16 requests, 250 pieces of cyclic garbage are made and collected at once
    GET /turns/5000       how long so many turns of the loop take, in ns, over and over for 10 ms

A PUT ends what the one before it began, and tells for how many nanoseconds garbage was made and collected meanwhile.
"""

import gc
import time
from itertools import repeat

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app import app as starlette

TURNS_NS = 10_000_000


class Slowed:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.turns = 0
        self.every = self.pieces = self.requests = self.garbage_ns = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        match scope["path"].split("/")[1:]:
            case ["work" | "garbage" as kind, *numbers] if scope["method"] == "PUT":
                told, self.garbage_ns = self.garbage_ns, 0
                self.turns = int(numbers[0]) if kind == "work" else 0
                self.every, self.pieces = map(int, numbers) if kind == "garbage" else (0, 0)
                await Request(scope, receive).body()
                await JSONResponse(told)(scope, receive, send)
            case ["turns", turns]:
                await JSONResponse(timed(int(turns)))(scope, receive, send)
            case _:
                work(self.turns)
                self.requests += 1
                if self.every and self.requests % self.every == 0:
                    self.garbage_ns += litter(self.pieces)
                await self.app(scope, receive, send)


def work(turns: int) -> None:
    # Not range: its numbers up to 256 exist already, and cost less than those above.
    for _ in repeat(None, turns):
        pass


def timed(turns: int) -> list[int]:
    """Nanoseconds of `work`, one time after the other."""
    found = []
    end = time.perf_counter_ns() + TURNS_NS
    while (begin := time.perf_counter_ns()) < end:
        work(turns)
        found.append(time.perf_counter_ns() - begin)
    return found


def litter(pieces: int) -> int:
    """Makes so many lists that hold themselves, collects them, and returns how many nanoseconds that took."""
    begin = time.perf_counter_ns()
    for _ in range(pieces):
        piece: list[object] = []
        piece.append(piece)
    gc.collect(0)  # a full one would empty the interpreter's free lists too, and slow the requests after it
    return time.perf_counter_ns() - begin


# Collections have the garbage to look at, and nothing else.
gc.collect()
gc.freeze()
gc.disable()
app = Slowed(starlette)
