"""The slow upstream that services ask for prices, as a server of its own: each answer takes 10 ms and no work.

    GET /quote/<id>         200 JSON {"id": 7, "price": 7898}, after 10 ms
    GET /asked              200 JSON: how many quotes each address has asked for since the start
    GET /at-once/<address>  200 JSON: how many of its quotes were under way at the same time, at most, since this was
                            asked before
    GET /about              200 JSON: its container, by which its counters are found, and the CPUs that it may run on

It runs beside Locust, so it does no more for a request than it must. Needs only the standard library.
"""

import asyncio
import json
import os
import socket
from collections import Counter
from typing import override

PORT = 8000
DELAY_SECONDS = 0.010
_BACKLOG = 4096


def price(id: int) -> int:
    """The price of an article: the same every time, and not to be guessed from its neighbours'."""
    return id * 48271 % 10_000 + 1


class Counts:
    """What all connections have counted, by the address at their other end."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()

    def begin(self, peer: str) -> None:
        """A quote for this address is under way."""
        self.asked[peer] += 1
        self.under_way[peer] += 1
        self.most_at_once[peer] = max(self.under_way[peer], self.most_at_once[peer])


class Connection(asyncio.Protocol):
    """One connection of a service."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._buffer = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._peer: str = transport.get_extra_info("peername")[0]
        self._loop = asyncio.get_running_loop()

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            target = self._buffer[:end].split(b" ", 2)[1].decode("latin-1")
            self._buffer = self._buffer[end + 4 :]
            match target.split("/")[1:]:
                case ["quote", id] if id.isdecimal() and len(id) < 10:
                    self._counts.begin(self._peer)
                    self._loop.call_later(DELAY_SECONDS, self._quote, int(id))
                case ["asked"]:
                    self._answer(self._counts.asked)
                case ["at-once", address]:
                    self._answer(self._counts.most_at_once.pop(address, 0))
                case ["about"]:
                    self._answer({"container": socket.gethostname(), "cpus": sorted(os.sched_getaffinity(0))})
                case _:
                    self._answer(
                        {"there are": ["/quote/{id}", "/asked", "/at-once/{address}", "/about"]}, "404 Not Found"
                    )

    def _quote(self, id: int) -> None:
        self._counts.under_way[self._peer] -= 1
        self._answer({"id": id, "price": price(id)})

    def _answer(self, content: object, status: str = "200 OK") -> None:
        body = json.dumps(content).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(address: tuple[str, int]) -> None:
    """Until it is cancelled."""
    counts = Counts()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(counts), *address, backlog=_BACKLOG)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(("0.0.0.0", PORT)))
