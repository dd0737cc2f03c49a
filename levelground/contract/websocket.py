"""A WebSocket client for looking at a service as a black box, beside the HTTP one: it waits for nothing for ever.

The protocol is the `websockets` library's, without its sockets: so frames can be sent that no library would send.
What a service does is held against what was expected, or is a Mismatch in one sentence.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import WebSocketURI

from levelground.contract.client import ANSWER_SECONDS, HOLD_SECONDS, HungUp, Mismatch, NoAnswer
from levelground.stand.wire import left
from levelground.traffic.websocket import masked

_RECEIVE = 1 << 16
_CLOSE = b"\x88"


class WebSocket:
    """One connection, open from the beginning. Methods raise NoAnswer where a service hangs, and HungUp where it goes.

    No extension is offered, so what is compressed is a mismatch. Pings are answered.
    """

    def __init__(self, host: str, port: int, path: str = "/ws", *, what: str = "") -> None:
        """`what` will be done, for messages. Raises Mismatch if the service answers, but not as a WebSocket."""
        self._what = f"WS {path}{f', {what}' if what else ''}"
        self._protocol = ClientProtocol(WebSocketURI(False, host, port, path, ""), max_size=None)
        self._frames: list[Frame] = []
        with self._answered("an opening handshake"):
            self._socket = socket.create_connection((host, port), timeout=ANSWER_SECONDS)
        try:
            self._shake()
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._socket.close()

    def send(self, message: str | bytes, *, frames: int = 1) -> None:
        """One message, in so many frames."""
        payload = message.encode() if isinstance(message, str) else message
        self.send_bytes(masked(payload, text=isinstance(message, str), frames=frames))

    def send_bytes(self, data: bytes) -> None:
        """As they are, right or wrong. What a service no longer reads is no mismatch."""
        try:
            self._socket.settimeout(ANSWER_SECONDS)
            self._socket.sendall(data)
        except TimeoutError:
            raise NoAnswer(self._what, f"{len(data):,} bytes read", "no reading") from None
        except ConnectionError:
            pass

    def flood(self, message: bytes, times: int) -> None:
        """The message again and again, as long as the service takes it, and without reading what comes back."""
        with self._answered("a socket"):
            self._socket.settimeout(HOLD_SECONDS)
            with suppress(TimeoutError, ConnectionError):
                for _ in range(times):
                    self._socket.sendall(message)

    def receive(self) -> str | bytes:
        """The next message."""
        parts: list[bytes] = []
        is_text = False
        deadline = time.monotonic() + ANSWER_SECONDS
        with self._answered("a message"):
            while True:
                frame = self._next(deadline)
                if frame is None:
                    raise HungUp(self._what, "a message", self._end())
                if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
                    is_text = frame.opcode is Opcode.TEXT
                if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                    parts.append(bytes(frame.data))
                    if frame.fin:
                        return _decoded(b"".join(parts), self._what) if is_text else b"".join(parts)

    def must_echo(self, message: str | bytes, *, frames: int = 1) -> None:
        """Text comes back as text, and binary as binary."""
        self.send(message, frames=frames)
        got = self.receive()
        if got != message:
            raise Mismatch(self._what, f"{_shown(message)} back", _shown(got))

    def must_answer_a_ping(self, payload: bytes = b"there?") -> None:
        self._protocol.send_ping(payload)
        self._flush()
        deadline = time.monotonic() + ANSWER_SECONDS
        with self._answered("a pong"):
            while (frame := self._next(deadline)) is not None:
                if frame.opcode is Opcode.PONG and bytes(frame.data) == payload:
                    return
        raise HungUp(self._what, "a pong", self._end())

    def must_close(self, *codes: int) -> None:
        """The service ends the connection by itself, with one of these codes; no codes: in any way, with or without."""
        expected = f"a close with {' or '.join(map(str, codes))}" if codes else "a close"
        deadline = time.monotonic() + ANSWER_SECONDS
        with self._answered(expected):
            while self._next(deadline) is not None:
                pass
        close = self._protocol.close_rcvd
        if codes and (close is None or close.code not in codes):
            raise Mismatch(self._what, expected, self._end())

    def must_be_closed_in_order(self, code: int = 1000) -> None:
        """We close, and the service says so too, with the same code (RFC 6455, section 5.5.1)."""
        self._protocol.send_close(code)
        self._flush()
        self.must_close(code)

    def _shake(self) -> None:
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        deadline = time.monotonic() + ANSWER_SECONDS
        expected = "101 and a WebSocket"
        with self._answered(expected):
            while True:
                self._socket.settimeout(left(deadline))
                data = self._socket.recv(_RECEIVE)
                if not data:
                    raise HungUp(self._what, expected, "a closed connection")
                self._protocol.receive_data(data)
                events = self._protocol.events_received()
                if self._protocol.handshake_exc is not None:
                    raise Mismatch(self._what, expected, str(self._protocol.handshake_exc))
                if events and isinstance(events[0], Response):
                    self._frames = [event for event in events[1:] if isinstance(event, Frame)]
                    return

    def _next(self, deadline: float) -> Frame | None:
        """The next frame; None once the connection is closed."""
        while not self._frames:
            if self._protocol.close_rcvd is not None:
                return None
            self._socket.settimeout(left(deadline))
            try:
                data = self._socket.recv(_RECEIVE)
            except ConnectionError:
                return None
            if not data:
                return None
            self._protocol.receive_data(data)
            self._frames += [event for event in self._protocol.events_received() if isinstance(event, Frame)]
            if self._protocol.parser_exc is not None and data.startswith(_CLOSE):
                # A close frame with a code or reason that is none, such as the one that we sent: it says what it means.
                return None
            if self._protocol.parser_exc is not None:
                raise Mismatch(self._what, "frames", f"{self._protocol.parser_exc}: {data[:80]!r}")
            self._flush()
        return self._frames.pop(0)

    def _flush(self) -> None:
        self.send_bytes(b"".join(self._protocol.data_to_send()))

    def _end(self) -> str:
        close = self._protocol.close_rcvd
        return f"a close with {close}" if close else "a closed connection without a close frame"

    @contextmanager
    def _answered(self, expected: str) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise NoAnswer(
                self._what, f"{expected} within {ANSWER_SECONDS:g} s", "none, or only a part of it"
            ) from None
        except ConnectionRefusedError:
            raise NoAnswer(self._what, expected, "nobody listening") from None
        except OSError as error:
            raise NoAnswer(self._what, expected, f"{type(error).__name__}: {error}") from None


def _decoded(payload: bytes, what: str) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise Mismatch(what, "text in UTF-8", str(error)) from None


def _shown(message: str | bytes) -> str:
    kind = "text" if isinstance(message, str) else "binary"
    more = f"… ({len(message):,} in all)" if len(message) > 80 else ""
    return f"{kind} {message[:80]!r}{more}"
