"""HTTP/2 by prior knowledge (RFC 9113, section 3.3): without TLS, and without asking for an upgrade."""

import socket
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from levelground.contract.client import ANSWER_SECONDS, NoAnswer
from levelground.stand.wire import left
from levelground.survey.terms import Look, differs

STREAMS = 3
"""Requests that are under way on one connection at once."""


def speaks(look: Look) -> None:
    """Several requests at once on one connection are answered in HTTP/2."""
    request = f"{STREAMS} × GET / in HTTP/2 by prior knowledge, on one connection"
    try:
        answers = _ask(look.host, look.port)
    except TimeoutError:
        look.note(request, f"no whole answer within {ANSWER_SECONDS:g} s")
        raise NoAnswer(request, f"answers within {ANSWER_SECONDS:g} s", "none, or not all") from None
    except (OSError, h2.exceptions.H2Error) as error:
        look.note(request, f"no HTTP/2: {type(error).__name__}: {error}")
        raise differs(request, "answers in HTTP/2", f"{type(error).__name__}: {error}") from None
    told = ", ".join(f"HTTP/2 {status} {body.decode('utf-8', 'backslashreplace')}" for status, body in answers)
    look.note(request, told)
    if any(answer != ("200", b"hello world") for answer in answers):
        raise differs(request, "200 hello world on each stream", told)


def _ask(host: str, port: int) -> list[tuple[str, bytes]]:
    deadline = time.monotonic() + ANSWER_SECONDS
    protocol = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    statuses: dict[int, str] = {}
    bodies: dict[int, bytes] = {}
    ended: set[int] = set()
    with socket.create_connection((host, port), timeout=left(deadline)) as connection:
        protocol.initiate_connection()
        for _ in range(STREAMS):
            stream = protocol.get_next_available_stream_id()
            fields = {":method": "GET", ":path": "/", ":scheme": "http", ":authority": f"{host}:{port}"}
            protocol.send_headers(stream, list(fields.items()), end_stream=True)
            bodies[stream] = b""
        connection.sendall(protocol.data_to_send())
        while len(ended) < STREAMS:
            connection.settimeout(left(deadline))
            data = connection.recv(1 << 16)
            if not data:
                raise ConnectionError("the connection was closed")
            for event in protocol.receive_data(data):
                match event:
                    case h2.events.ResponseReceived(stream_id=int(stream), headers=list(headers)):
                        statuses[stream] = next(
                            (text for name, text in headers if name == b":status"), b"none"
                        ).decode()
                    case h2.events.DataReceived(stream_id=int(stream), data=bytes(piece)):
                        bodies[stream] += piece
                        protocol.acknowledge_received_data(event.flow_controlled_length or 0, stream)
                    case h2.events.StreamEnded(stream_id=int(stream)):
                        ended.add(stream)
                    case h2.events.StreamReset() | h2.events.ConnectionTerminated():
                        raise ConnectionError(f"the service ended it: error code {event.error_code}")
                    case _:
                        pass
            connection.sendall(protocol.data_to_send())
    return [(statuses.get(stream, "no status"), bodies[stream]) for stream in sorted(bodies)]
