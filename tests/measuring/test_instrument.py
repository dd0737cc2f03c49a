"""The hash of what measures: another line of code there is another instrument, and nothing else is."""

import shutil
from pathlib import Path

import pytest

from levelground.measuring import instrument


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return shutil.copytree(instrument.PACKAGE, tmp_path / "levelground", ignore=shutil.ignore_patterns("__pycache__"))


def test_the_same_code_elsewhere_is_the_same_instrument(package: Path) -> None:
    assert instrument.version(package) == instrument.version()
    assert len(instrument.version()) == 12


@pytest.mark.parametrize("path", ["traffic/client.py", "measuring/measurement.py", "model/arrivals.py"])
def test_another_line_is_another_instrument(package: Path, path: str) -> None:
    with (package / path).open("a") as file:
        file.write("# and more\n")
    assert instrument.version(package) != instrument.version()


def test_another_name_is_another_instrument(package: Path) -> None:
    (package / "traffic/client.py").rename(package / "traffic/clients.py")
    assert instrument.version(package) != instrument.version()


def test_how_runs_are_judged_and_shown_is_none_of_it(package: Path) -> None:
    for path in ("judging/gates.py", "showing/table.py"):
        with (package / path).open("a") as file:
            file.write("# and more\n")
    assert instrument.version(package) == instrument.version()
