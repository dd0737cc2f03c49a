"""A WebSocket server in a thread, whose every reply is bytes that a test chose; for tests of what clients do."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tests.server import Piece

Message = str | bytes
Reply = Callable[[int, Message], Sequence[Piece]]


def frame(payload: Message, *, fin: bool = True, opcode: Opcode | None = None) -> bytes:
    """As a server sends it: without a mask."""
    data = payload.encode() if isinstance(payload, str) else payload
    kind = Opcode.TEXT if isinstance(payload, str) else Opcode.BINARY
    return Frame(kind if opcode is None else opcode, data, fin).serialize(mask=False)


def echo(_: int, message: Message) -> Sequence[Piece]:
    return [frame(message)]


class WebSocketServer:
    """Answers the n-th message of all with `reply(n, message)`; keeps what it was sent."""

    def __init__(self, reply: Reply = echo, *, status: int = 101, about: bytes = b"") -> None:
        """`about` is the answer to GET /about."""
        self.messages: list[Message] = []
        self.frames: list[Frame] = []
        self.paths: list[str] = []
        self.closed: list[int | None] = []
        """The codes with which clients closed."""
        self._reply = reply
        self._status = status
        self._about = about
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._listener.getsockname()
        return host, port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Ends all connections without a close frame."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def say(self, data: bytes) -> None:
        """On the newest connection."""
        self._open[-1].sendall(data)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._talk(connection, ServerProtocol(max_size=None))
        except OSError:
            pass
        finally:
            connection.close()

    def _talk(self, connection: socket.socket, protocol: ServerProtocol) -> None:
        parts: list[bytes] = []
        text = False
        while data := connection.recv(1 << 16):
            protocol.receive_data(data)
            for event in protocol.events_received():
                if isinstance(event, Request):
                    if event.path == "/about":
                        protocol.send_response(protocol.reject(200, self._about.decode()))
                        continue
                    self.paths.append(event.path)
                    accepted = protocol.accept(event)
                    protocol.send_response(
                        accepted if self._status == 101 else protocol.reject(self._status, "no such place")
                    )
                elif isinstance(event, Frame):
                    self.frames.append(event)
                    if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                        text = event.opcode is Opcode.TEXT if event.opcode is not Opcode.CONT else text
                        parts.append(bytes(event.data))
                        if event.fin:
                            whole = b"".join(parts)
                            parts.clear()
                            if not self._send(connection, whole.decode() if text else whole):
                                return
            if protocol.close_rcvd is not None:
                self.closed.append(protocol.close_rcvd.code)
            if reply := b"".join(protocol.data_to_send()):
                connection.sendall(reply)
            if protocol.close_rcvd is not None:
                return

    def _send(self, connection: socket.socket, message: Message) -> bool:
        with self._lock:
            number = len(self.messages)
            self.messages.append(message)
        for piece in self._reply(number, message):
            if piece is None:
                return False
            if isinstance(piece, float):
                time.sleep(piece)
            else:
                connection.sendall(piece)
        return True
