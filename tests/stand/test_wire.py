"""Answers read with one deadline."""

import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPResponse
from socket import socket, socketpair

import pytest

from levelground.stand.wire import Reader, Wire, left
from tests.server import answer


@pytest.fixture
def ends() -> Iterator[tuple[socket, socket]]:
    near, far = socketpair()
    with closing(near), closing(far):
        yield near, far


def read(reader: Reader) -> bytes:
    with HTTPResponse(reader) as response:  # type: ignore[arg-type]
        response.begin()
        return response.read()


def test_answers_on_one_connection_are_read_one_after_the_other(ends: tuple[socket, socket]) -> None:
    near, far = ends
    far.sendall(answer(b"one") + answer(b"two"))
    reader = Reader(Wire(near, time.monotonic() + 5.0))
    assert [read(reader), read(reader)] == [b"one", b"two"]


def test_a_deadline_that_is_over_ends_even_what_has_come(ends: tuple[socket, socket]) -> None:
    near, far = ends
    far.sendall(answer(b"one"))
    with pytest.raises(TimeoutError):
        read(Reader(Wire(near)))


def test_the_deadline_can_be_moved_on_for_the_next_answer(ends: tuple[socket, socket]) -> None:
    near, far = ends
    wire = Wire(near, time.monotonic() + 5.0)
    reader = Reader(wire)
    far.sendall(answer(b"one"))
    assert read(reader) == b"one"
    wire.deadline = time.monotonic()
    with pytest.raises(TimeoutError):
        read(reader)
    far.sendall(answer(b"two"))
    wire.deadline = time.monotonic() + 5.0
    assert read(reader) == b"two"


def test_what_is_left_is_never_nothing() -> None:
    assert 0 < left(time.monotonic() + 5.0) <= 5.0
    with pytest.raises(TimeoutError):
        left(time.monotonic())
