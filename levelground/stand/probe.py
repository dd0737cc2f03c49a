"""Asks a service who it is, at GET /about.

An answer also means that it is up. All services are probed from outside, since their images share no tool.
"""

import http.client
import json
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from levelground.stand import wire
from levelground.stand.catalog import PORT, Service

Address = tuple[str, int]
START_SECONDS = 60.0
"""How long a service may take from its start to its first answer."""


class NotUp(Exception):
    """A service does not answer GET /about as it should; the message says what it does instead."""


def inside(service: Service) -> Address:
    """Where a service is reached from within the stand."""
    return service.name, PORT


def resolve(address: Address) -> Address:
    """The same address as an IP address. Raises NotUp if the name is not known: no such container is running."""
    try:
        return socket.gethostbyname(address[0]), address[1]
    except OSError:
        raise NotUp("no such container is running") from None


def about(address: Address, timeout: float = 2.0) -> dict[str, Any]:
    """The service's own description, if it is there within `timeout` seconds in all. Raises NotUp."""
    try:
        status, body = _get(resolve(address), "/about", timeout)
        if status != 200:
            raise NotUp(f"GET /about answered {status}")
        answer = json.loads(body)
    except TimeoutError:
        raise NotUp(f"GET /about: no whole answer within {timeout:g} s") from None
    except (OSError, http.client.HTTPException) as error:
        raise NotUp(f"GET /about: {str(error) or type(error).__name__}") from None
    except ValueError:
        raise NotUp(f"GET /about answered no JSON: {body[:80]!r}") from None
    if not isinstance(answer, dict):
        raise NotUp(f"GET /about answered no JSON object: {body[:80]!r}")
    return answer


def await_page(address: Address, seconds: float) -> bool:
    """Whether something answers `GET /` there within so many seconds, whatever its answer."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        with suppress(OSError, http.client.HTTPException):
            _get(address, "/", min(left, 2.0))
            return True
        time.sleep(0.2)
    return False


def await_all(
    services: Sequence[Service],
    seconds: float,
    address_of: Callable[[Service], Address] = inside,
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Descriptions of those services that answer within so many seconds, and what is wrong with the others."""
    up: dict[str, dict[str, Any]] = {}
    wrong: dict[str, str] = {}
    deadline = time.monotonic() + seconds
    while True:
        for service in services:
            if service.name not in up:
                try:
                    up[service.name] = about(address_of(service))
                    wrong.pop(service.name, None)
                except NotUp as error:
                    wrong[service.name] = str(error)
        if not wrong or time.monotonic() > deadline:
            return up, wrong
        time.sleep(0.2)


def _get(address: Address, path: str, seconds: float) -> tuple[int, bytes]:
    """Status and body of the answer on a new connection. Raises TimeoutError, other OSErrors, HTTPException."""
    deadline = time.monotonic() + seconds
    with socket.create_connection(address, timeout=wire.left(deadline)) as connection:
        connection.settimeout(wire.left(deadline))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n\r\n".encode())
        reader = wire.Reader(wire.Wire(connection, deadline))
        # HTTPResponse uses nothing of a socket but makefile().
        with http.client.HTTPResponse(reader, method="GET") as response:  # type: ignore[arg-type]
            response.begin()
            return response.status, response.read()
