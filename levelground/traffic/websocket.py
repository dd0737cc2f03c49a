"""WebSockets (RFC 6455): messages as masked frames built in advance, the opening handshake, frames parsed in full.

The frames of a message are masked once, when a scenario is rendered, and sent with that mask each time. A client has
to choose masks that whoever made the payload cannot foresee, so that no proxy in between is made to take a payload for
HTTP (section 10.3). Here is no proxy, the payloads are our own, and a server unmasks with any mask at the same cost.
"""

import hashlib
import logging
import struct

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import WebSocketURI

from levelground.traffic.message import Malformed
from levelground.traffic.step import HOST

TEXT_FRAME, BINARY_FRAME = 0x81, 0x82
"""The first byte of a message in a single frame."""
_SILENT = logging.getLogger("levelground.websocket")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class Refused(Exception):
    """The opening handshake failed; the message says how."""


class Closed(Exception):
    """The service sent a close frame; the message has its code and reason."""


def head(first: int, length: int, *, masked: bool = False) -> bytes:
    """The header of a frame up to the mask, with its first byte and the length of its payload."""
    mask = 0x80 if masked else 0
    if length < 126:
        return bytes((first, mask | length))
    if length < 1 << 16:
        return struct.pack("!BBH", first, mask | 126, length)
    return struct.pack("!BBQ", first, mask | 127, length)


def masked(payload: bytes, *, text: bool, frames: int = 1) -> bytes:
    """A message as a client sends it, in so many frames of about the same length."""
    opcode = Opcode.TEXT if text else Opcode.BINARY
    size = -(-len(payload) // frames) or 1
    wire = []
    for number in range(frames):
        part = payload[number * size : (number + 1) * size]
        first = (0x80 if number == frames - 1 else 0) | (Opcode.CONT if number else opcode)
        # From the payload, so that the traffic is the same each time; no byte is zero, so that each is unmasked.
        digest = hashlib.sha256(b"%d:%b" % (number, part)).digest()
        key = bytes(byte | 1 for byte in digest[:4])
        wire += [head(first, len(part), masked=True), key, _xor(part, key)]
    return b"".join(wire)


def _xor(data: bytes, key: bytes) -> bytes:
    repeated = (key * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data) ^ int.from_bytes(repeated)).to_bytes(len(data))


class WebSocket:
    """The parser of one connection, from its opening handshake on. It answers pings, and closes with a close."""

    def __init__(self, path: str) -> None:
        self._protocol = ClientProtocol(WebSocketURI(False, HOST, 80, path, ""), max_size=None, logger=_SILENT)
        self._protocol.send_request(self._protocol.connect())
        self._unread = 0
        """Bytes that were fed and are in no frame yet."""
        self._parts: list[bytes] = []
        self.is_closed = False
        """Whether a close frame came right after a message."""
        self._first = Opcode.CONT

    def to_send(self) -> bytes:
        """What is to be sent now: at first the handshake, later what answers a ping or a close."""
        return b"".join(self._protocol.data_to_send())

    def shake(self, data: bytes) -> bool:
        """Whether the handshake is complete with this. Raises Refused."""
        self._protocol.receive_data(data)
        answers = [event for event in self._protocol.events_received() if isinstance(event, Response)]
        error = self._protocol.handshake_exc
        if error is not None:
            why = f"{error} {answers[0].body[:200]!r}" if answers and answers[0].body else str(error)
            raise Refused(why if isinstance(error, InvalidHandshake) else f"no handshake: {error}")
        if answers and not data.endswith(b"\r\n\r\n"):
            raise Refused("bytes that nobody asked for after the handshake")
        return bool(answers)

    @property
    def is_between_frames(self) -> bool:
        """Whether it holds no part of a message or a frame: what comes next may pass it by."""
        return not self._unread and not self._parts

    @property
    def has_payload(self) -> bool:
        """Whether it holds a part of a message."""
        return bool(self._parts)

    def feed(self, data: bytes) -> tuple[bool, bytes] | None:
        """The message that is complete with this, and whether it is text. Raises Malformed, Closed."""
        self._unread += len(data)
        self._protocol.receive_data(data)
        message: tuple[bool, bytes] | None = None
        for frame in self._protocol.events_received():
            assert isinstance(frame, Frame)
            # A length in more bytes than needed, which is not allowed, would only lead to a parse of all that follows.
            self._unread -= len(head(0, len(frame.data))) + len(frame.data)
            if frame.opcode is Opcode.CLOSE:
                if message is None:
                    raise Closed(f"a close frame, {self._protocol.close_rcvd}")
                self.is_closed = True
                break
            if frame.opcode in (Opcode.PING, Opcode.PONG):
                continue
            if message is not None:
                raise Malformed(f"a message that nobody asked for: {bytes(frame.data[:80])!r}")
            if frame.opcode is not Opcode.CONT:
                self._first = frame.opcode
            self._parts.append(bytes(frame.data))
            if frame.fin:
                message = self._first is Opcode.TEXT, b"".join(self._parts)
                self._parts.clear()
        if self._protocol.parser_exc is not None:
            raise Malformed(f"{self._protocol.parser_exc}: {data[:80]!r}")
        return message

    def close(self) -> bytes:
        """The close frame, if the connection is open."""
        if self._protocol.state.name == "OPEN":
            self._protocol.send_close(1000)
        return self.to_send()
