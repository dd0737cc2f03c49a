"""HTTP/1.1 responses, parsed in full: the slow and certain way to read an answer."""

from dataclasses import dataclass

import h11


class Malformed(Exception):
    """What came is not an HTTP/1.1 response."""

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


def parse(data: bytes) -> Response | None:
    """The response that `data` begins with, or None if more bytes are needed. Raises Malformed."""
    if not data:
        return None
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    head: h11.Response | None = None
    body = bytearray()
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return None
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                break
    except h11.RemoteProtocolError as error:
        raise Malformed(f"{error}: {data[:80]!r}") from None
    headers = dict(head.headers)
    media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
    return Response(
        status=head.status_code,
        media_type=media_type or None,
        body=bytes(body),
        keep_alive=connection.their_state is not h11.MUST_CLOSE,
        head_length=data.index(b"\r\n\r\n") + 4,
        length=len(data) - len(connection.trailing_data[0]),
    )
