"""What is told of the host."""

import pytest

from levelground.stand import host


def test_a_kernel_that_does_not_tell_arrivals_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert host.tells_arrivals() in (True, False)
    monkeypatch.setattr(host, "SO_TIMESTAMPNS", 9999)
    assert not host.tells_arrivals()


def test_a_tables_first_line_says_what_the_kernel_does_not_tell() -> None:
    told = {"cpus": 2, "cpu": "CPU", "kernel": "6.1", "cgroup_version": 2, "engine": None}
    assert not any("arrival" in one for one in host.words(told))
    assert not any("arrival" in one for one in host.words(told | {"arrival_times": True}))
    assert any("no arrival times" in one for one in host.words(told | {"arrival_times": False}))
