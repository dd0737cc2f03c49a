"""Whatever a person writes after a verb reaches the command unchanged, and can run nothing on its way."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parent.parent
VERBS = sorted(
    set(re.findall(r"^([a-z]+):.*\n\t@engine/stand \S+ \$\(OPTIONS\)", (ROOT / "Makefile").read_text(), re.M))
)
# Without control characters; make drops blanks before a value.
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.lstrip)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Makefile, and an engine that only says what it was told."""
    folder = tmp_path_factory.mktemp("make")
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "engine").mkdir()
    stand = folder / "engine" / "stand"
    stand.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
    stand.chmod(0o755)
    return folder


def arrives(folder: Path, verb: str, **options: str) -> None:
    words = [f"{name}={value}" for name, value in options.items()]
    made = subprocess.run(
        ["make", verb, *words], cwd=folder, capture_output=True, check=True, env=os.environ | {"LC_ALL": "C.UTF-8"}
    )
    told = made.stdout.decode().split("\0")
    assert told[0] == verb
    assert sorted(told[1:-1]) == sorted(words)
    assert sorted(path.name for path in folder.iterdir()) == ["Makefile", "engine"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "value",
    [
        "p99<50ms",
        "a>pwned",
        "a&touch pwned",
        "a;touch pwned",
        "$(touch pwned)",
        "$(shell touch pwned)",
        "`touch pwned`",
        "$HOME ${HOME} $$",
        "two  blanks ",
        "\"double\" 'single'",
        "back\\slash #no comment",
        "a\ntouch pwned",
        "",
    ],
)
def test_shell_characters_arrive_unchanged(folder: Path, verb: str, value: str) -> None:
    arrives(folder, verb, SERVICES="a,b", OBJECTIVE=value)


@settings(max_examples=25)
@given(VALUES, VALUES)
def test_any_text_arrives_unchanged(folder: Path, one: str, other: str) -> None:
    arrives(folder, "bench", OBJECTIVE=one, SERVICES=other)
