"""HTTP/1.1 responses, parsed in full: the slow and certain way to read an answer."""

from dataclasses import dataclass

import h11

_BLANK_LINE = b"\r\n\r\n"


class Malformed(Exception):
    """What came is not an HTTP/1.1 response, nor a WebSocket frame where one was expected."""

    kind = "malformed"


@dataclass(frozen=True)
class Response:
    """A complete response, and where it ended on the wire."""

    status: int
    media_type: str | None
    """In lower case, without parameters."""
    body: bytes
    keep_alive: bool
    head_length: int
    """Bytes up to the end of the blank line; what follows is the body as framed on the wire."""
    length: int
    """Bytes of the whole response."""


class Parser:
    """Reads one response as it comes in; what was read once is not read again."""

    def __init__(self) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
        self._connection.send(h11.Request(method="GET", target="/", headers=[("Host", "")]))
        self._connection.send(h11.EndOfMessage())
        self._head: h11.Response | None = None
        self._raw_head = b""
        self._body = bytearray()
        self._fed = 0

    @property
    def has_body(self) -> bool:
        """Whether any of the body has come."""
        return bool(self._body)

    def feed(self, data: bytes) -> Response | None:
        """The response, once it is complete. Raises Malformed."""
        if not data:
            return None
        if self._head is None:
            self._raw_head += data
        self._fed += len(data)
        self._connection.receive_data(data)
        try:
            while True:
                event = self._connection.next_event()
                if event is h11.NEED_DATA:
                    return None
                if isinstance(event, h11.Response):
                    self._head = event
                elif isinstance(event, h11.Data):
                    self._body += event.data
                elif isinstance(event, h11.EndOfMessage) and self._head is not None:
                    return self._response(self._head)
        except h11.RemoteProtocolError as error:
            raise Malformed(f"{error}: {data[:80]!r}") from None

    def _response(self, head: h11.Response) -> Response:
        headers = dict(head.headers)
        media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
        return Response(
            status=head.status_code,
            media_type=media_type or None,
            body=bytes(self._body),
            keep_alive=self._connection.their_state is not h11.MUST_CLOSE,
            head_length=self._raw_head.index(_BLANK_LINE) + len(_BLANK_LINE),
            length=self._fed - len(self._connection.trailing_data[0]),
        )


def parse(data: bytes) -> Response | None:
    """The response that `data` begins with, or None if more bytes are needed. Raises Malformed."""
    return Parser().feed(data)
