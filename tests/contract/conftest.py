"""Settings for the tests of the contract."""

import pytest

from levelground.contract.topics import items


@pytest.fixture(autouse=True)
def _small_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "STORE_LIMIT", 20)
