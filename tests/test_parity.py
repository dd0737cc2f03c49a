"""docs/parity.md is what the services' folders and compose.yaml say."""

from pathlib import Path

from levelground import parity
from levelground.parity import Package, lines, packages
from levelground.stand import catalog

AGAIN = "to write it anew: make generate"


def test_the_page_is_of_today() -> None:
    assert parity.PAGE.read_text() == parity.page(), AGAIN


def test_every_declaration_is_on_the_page_with_its_reason() -> None:
    rows = [row for row in parity.page().splitlines() if row.startswith("| ")]
    for service in catalog.read():
        if service.role == "control":
            continue
        for check, reason in service.declared.items():
            (row,) = [row for row in rows if row.startswith(f"| {check} |") and f"`{service.name}`" in row]
            assert row.endswith(f"| {' '.join(reason.split())} |")


def test_packages_have_the_pinned_version_and_their_reason(tmp_path: Path) -> None:
    (tmp_path / "requirements.in").write_text("quart\nuvicorn[standard]  # the server\n")
    (tmp_path / "requirements.txt").write_text(
        "quart==1.2 \\\n    --hash=sha256:a\nuvicorn[standard]==0.9 \\\n    --hash=sha256:b\nuvloop==3.1 \\\nclick==8\n"
    )
    assert packages(tmp_path) == [
        Package("quart", "1.2", ""),
        Package("uvicorn", "0.9", "the server"),
        Package("uvloop", "3.1", ""),
    ]


def test_npm_packages_have_the_locked_version(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"@nestjs/core": "^12"}}')
    (tmp_path / "package-lock.json").write_text('{"packages": {"node_modules/@nestjs/core": {"version": "12.0.3"}}}')
    assert packages(tmp_path) == [Package("@nestjs/core", "12.0.3", "")]


def test_lines_are_those_of_a_topics_files_without_blank_ones(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "state.controller.ts").write_text("a\n\n  \nb\n")
    (tmp_path / "state.md").write_text("no source\n")
    (tmp_path / "statement.py").write_text("another topic\n")
    assert lines(tmp_path, "state") == 2
    assert lines(tmp_path, "work") == 0
