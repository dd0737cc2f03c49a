"""The stand, brought up once for all tests of this folder by the command that people use."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.browser import Page, chromium

ROOT = Path(__file__).parent.parent.parent


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.stand)


def command(*words: str, timeout: float = 600, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in the repository, as a person would; its output is in the test's report if it fails."""
    done = subprocess.run(
        words, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=timeout, check=False
    )
    sys.stdout.write(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}exit code {done.returncode}\n")
    return done


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("browser") / "profile") as page:
        yield page


@pytest.fixture(scope="session")
def up() -> str:
    """What `make up` printed; the stand is up from here on."""
    done = command("make", "up", timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
