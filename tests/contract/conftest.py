"""Settings for the tests of the contract."""

import pytest

from levelground.contract.topics import database, items, waiting
from tests.contract.helpers import HELPERS


@pytest.fixture(autouse=True)
def _small_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "STORE_LIMIT", 20)


@pytest.fixture(autouse=True)
def _helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "Database", HELPERS)
    monkeypatch.setattr(waiting, "Upstream", lambda: HELPERS)
