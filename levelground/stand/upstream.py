"""The slow upstream that services ask for prices, as a server of its own: each answer takes 10 ms and no work.

    GET /quote/<id>   200 JSON {"id": 7, "price": 7898}, after 10 ms
    GET /asked        200 JSON: how many quotes each address has asked for since the start
    GET /about        200 JSON: its container, by which its counters are found, and the CPUs that it may run on

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


class Connection(asyncio.Protocol):
    """One connection of a service; `asked` counts for all of them."""

    def __init__(self, asked: Counter[str]) -> None:
        self._asked = asked
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
                    self._asked[self._peer] += 1
                    self._loop.call_later(DELAY_SECONDS, self._answer, {"id": int(id), "price": price(int(id))})
                case ["asked"]:
                    self._answer(self._asked)
                case ["about"]:
                    self._answer({"container": socket.gethostname(), "cpus": sorted(os.sched_getaffinity(0))})
                case _:
                    self._answer({"there are": ["/quote/{id}", "/asked", "/about"]}, "404 Not Found")

    def _answer(self, content: object, status: str = "200 OK") -> None:
        body = json.dumps(content).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(address: tuple[str, int]) -> None:
    """Until it is cancelled."""
    asked: Counter[str] = Counter()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(asked), *address, backlog=_BACKLOG)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(("0.0.0.0", PORT)))
