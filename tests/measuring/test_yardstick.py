"""Known work, asked for over a socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from levelground.measuring import yardstick
from levelground.model import arrivals
from levelground.stand import cgroup


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    def nowhere(container: str) -> cgroup.Group:
        raise cgroup.NotFound(container)

    def serve() -> None:
        with suppress(OSError):
            yardstick.serve(listener)

    monkeypatch.setattr(cgroup, "find", nowhere)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()


def test_pieces_are_told_one_after_the_other_for_as_long_as_was_asked(address: tuple[str, int]) -> None:
    one = yardstick.Yardstick(address)
    for seconds in (0.005, 0.02):
        pieces = arrivals.unpack(one.work(seconds))
        assert pieces.sum() >= 0.99e6 * seconds
        assert len(pieces) > 0
    assert one.used_us() == {}
    one.close()


def test_work_may_take_longer_than_anything_else(address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    one = yardstick.Yardstick(address, timeout=1.0)
    waited: list[float | None] = []

    def read(size: int) -> bytes:
        waited.append(one._socket.gettimeout())
        return bytes(size)

    monkeypatch.setattr(one, "_read", read)
    one.work(30.0)
    assert set(waited) == {31.0}
    one.close()


def test_the_next_client_is_served_when_the_first_has_gone(address: tuple[str, int]) -> None:
    for _ in range(2):
        one = yardstick.Yardstick(address)
        assert one.work(0.001)
        one.close()


def test_a_piece_is_the_same_work_every_time() -> None:
    assert yardstick.piece() == yardstick.piece() > 0
