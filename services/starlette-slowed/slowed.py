"""The same app, slowed by a known share of its CPU time: `make calibrate` looks whether the instrument finds it.

`PUT /slowdown/2` makes it 2 % slower from then on, `PUT /slowdown/0` not at all, with the same bookkeeping.
"""

import time

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app import app as starlette

EVERY = 64
"""Requests from one burning of CPU time to the next."""


class Slowed:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.percent = 0.0
        self.requests = 0
        self.used_ns = time.process_time_ns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/slowdown/"):
            self.percent = float(scope["path"].removeprefix("/slowdown/"))
            await PlainTextResponse(f"slowed by {self.percent:g} %")(scope, receive, send)
            return
        # Counted on through changes of the share: no slice begins at the same place between two burnings.
        self.requests += 1
        if self.requests % EVERY == 0:
            self.burn()
        await self.app(scope, receive, send)

    def burn(self) -> None:
        """Burns that share of the CPU time that was used since the burning before."""
        now = time.process_time_ns()
        until = now + int((now - self.used_ns) * self.percent / 100)
        while now < until:
            now = time.process_time_ns()
        self.used_ns = now


app = Slowed(starlette)
