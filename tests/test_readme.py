"""What is generated of README.md and the Makefile: it is what the code and compose.yaml say."""

import pytest

from levelground import options, readme

AGAIN = "to write it anew: python -m levelground.readme"


def test_the_readme_has_the_options_and_the_services_of_today() -> None:
    text = readme.README.read_text()
    assert text == readme.page(text), AGAIN


def test_the_makefile_names_the_options_of_today() -> None:
    text = readme.MAKEFILE.read_text()
    assert text == readme.help_lines(text), AGAIN


def test_every_option_of_every_command_is_in_the_table() -> None:
    table = readme.options_table()
    for verb, kind in options.COMMANDS.items():
        for one in options.of(kind):
            assert any(f"`{one.name}=`" in row and f"`{verb}`" in row and one.help in row for row in table.splitlines())


def test_a_part_is_replaced_between_its_marks_and_nothing_else_is_touched() -> None:
    text = (
        "before\n<!-- options -->\nold text\n<!-- /options -->\nbetween\n<!-- services -->\n<!-- /services -->\nafter\n"
    )
    new = readme.page(text)
    assert new.startswith("before\n<!-- options -->\n\n| option ")
    assert "|\n\n<!-- /options -->\nbetween\n<!-- services -->\n\n| service " in new
    assert new.endswith("|\n\n<!-- /services -->\nafter\n")
    assert "old text" not in new
    assert readme.page(new) == new


def test_a_part_without_its_marks_is_said() -> None:
    with pytest.raises(ValueError, match=r"README\.md needs <!-- options --> and <!-- /options -->"):
        readme.page("no marks")


def test_a_help_line_ends_with_the_options() -> None:
    text = "up:  ## the stand. WRONG=\n\t@x\njudge:  ## judges\n\t@x\ncheck:  ## checks. NONE=\n"
    assert readme.help_lines(text) == (
        "up:  ## the stand. SERVICES=\n\t@x\njudge:  ## judges. RUN=\n\t@x\ncheck:  ## checks. NONE=\n"
    )
