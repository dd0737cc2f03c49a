"""A service that withstands what `make hostile` does, built on h11 and websockets, and what it takes to make it lie."""

import socket
import socketserver
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Thread
from typing import Any, override

import h11
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from levelground.contract.topics.streams import MESSAGE_LIMIT, SOCKET
from tests.contract.honest import App, Honest, Reply, Request

RECEIVE = 1 << 16
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
FAILED = b"HTTP/1.1 500 Failed\r\nContent-Length: 0\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


class Ended(Exception):
    """The client sends no more."""


class Strict(socketserver.BaseRequestHandler):
    """One connection. What is no HTTP is answered with 400 and closed."""

    app: App
    lies: Mapping[bytes, bytes] = {}
    """Whoever sends one of these bytes gets those, and is closed."""
    threads: BoundedSemaphore | None = None
    """How many connections are served at once; None: all."""
    request: socket.socket

    @override
    def handle(self) -> None:
        with suppress(ConnectionError, Ended):
            if self.threads is None:
                self.serve()
            else:
                with self.threads:
                    self.serve()

    def serve(self) -> None:
        self.seen = b""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=RECEIVE)
        try:
            while True:
                request, body = self.read(connection)
                if request.target == SOCKET.encode() and b"websocket" in dict(request.headers).get(b"upgrade", b""):
                    return self.socket()
                self.answer(connection, self.app(_asked(request, body)))
                if (connection.our_state, connection.their_state) != (h11.DONE, h11.DONE):
                    return None
                connection.start_next_cycle()
                self.seen = b""
        except h11.RemoteProtocolError:
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

    def receive(self) -> bytes:
        """Raises Ended at the end."""
        data = self.request.recv(RECEIVE)
        self.seen = (self.seen + data)[-4 * RECEIVE :]
        for sent, answer in self.lies.items():
            if sent in self.seen:
                self.request.sendall(answer)
                raise Ended
        if not data:
            self.ended()
            raise Ended
        return data

    def ended(self) -> None:
        """The client has shut its side."""

    def read(self, connection: h11.Connection) -> tuple[h11.Request, bytes]:
        request, body = None, []
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(self.receive())
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                return request, b"".join(body)
            elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                raise Ended

    def answer(self, connection: h11.Connection, reply: Reply) -> None:
        headers = [(name, text) for name, text in reply.headers.items()]
        if reply.status != 204:
            headers += [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
        head = connection.send(h11.Response(status_code=reply.status, headers=headers))
        data = connection.send(h11.Data(data=reply.body)) if reply.status != 204 else b""
        self.request.sendall((head or b"") + (data or b"") + (connection.send(h11.EndOfMessage()) or b""))

    def socket(self) -> None:
        """A WebSocket that echoes, from its handshake on, which was read by h11 already."""
        protocol = ServerProtocol(max_size=MESSAGE_LIMIT)
        protocol.receive_data(self.seen)
        parts: list[bytes] = []
        while True:
            for event in protocol.events_received():
                if isinstance(event, Frame):
                    self.echo(protocol, event, parts)
                else:
                    protocol.send_response(protocol.accept(event))  # type: ignore[arg-type]
            for data in protocol.data_to_send():
                if not data:
                    return
                self.request.sendall(data)
            protocol.receive_data(self.receive())

    def echo(self, protocol: ServerProtocol, frame: Frame, parts: list[bytes]) -> None:
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        parts.append(bytes(frame.data))
        if frame.fin:
            message = b"".join(parts)
            parts.clear()
            try:
                message.decode()
            except UnicodeDecodeError:
                protocol.fail(1007)
            else:
                protocol.send_text(message)


def _asked(request: h11.Request, body: bytes) -> Request:
    path, _, query = request.target.decode("latin-1").partition("?")
    headers = {name.decode().title(): text.decode("latin-1") for name, text in request.headers}
    return Request(request.method.decode(), path, query, headers, body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone is not worth a traceback."""


@contextmanager
def serving(handler: type[Strict] = Strict, **attributes: Any) -> Iterator[int]:
    kind = type("TestStrict", (handler,), {"app": staticmethod(Honest()), **attributes})
    with Server(("127.0.0.1", 0), kind) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Lie:
    """One way not to withstand an attack, the check that finds it, and what that says (a pattern)."""

    check: str
    says: str
    lies: Mapping[bytes, bytes] = field(default_factory=dict)
    handler: type[Strict] = Strict
    attributes: Callable[[], Mapping[str, Any]] = dict
