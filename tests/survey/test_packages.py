"""What comes with a framework and what does not, by metadata."""

import pytest

from levelground.contract.client import Mismatch
from levelground.survey.packages import by, by_hand, light, only_through_extra, requires, without
from levelground.survey.terms import Check, Held, Look, Refuted, Unchecked
from tests.survey.fake import packages

INSTALLED = packages(
    'framework: base, tool; extra == "tools", mock; python_version < "3"',
    "base: deep",
    "deep:",
    "tool:",
    "other:",
)


def seen(check: Check) -> Held:
    return check(Look(("127.0.0.1", 1), "framework", INSTALLED)) or Held()


def right(_: Look) -> None:
    pass


def test_what_is_required_at_any_depth_is_brought() -> None:
    assert seen(requires("base", "deep")) == Held()
    with pytest.raises(Mismatch, match="tool among what it requires; got base, deep"):
        seen(requires("tool"))


def test_light_is_a_number() -> None:
    assert seen(light(2)) == Held()
    with pytest.raises(Mismatch, match="at most 1; got 2: base, deep"):
        seen(light(1))


def test_an_extra_is_named_and_what_comes_without_one_is_no_extra() -> None:
    assert seen(only_through_extra("tool", "tools")) == Held()
    with pytest.raises(Mismatch, match="the extra others"):
        seen(only_through_extra("tool", "others"))
    with pytest.raises(Mismatch, match="it requires base by itself"):
        seen(only_through_extra("base", "tools"))
    with pytest.raises(Mismatch, match="got none"):
        seen(only_through_extra("other", "tools"))


def test_a_package_that_the_framework_does_not_bring_is_what_it_holds_through() -> None:
    assert seen(by(right, "other")).through == "other"
    assert seen(by(right, "deep")) == Held(None, "framework brings deep itself")
    with pytest.raises(Mismatch, match="absent in the image"):
        seen(by(right, "absent"))


def test_what_must_not_be_there_is_not_even_installed() -> None:
    assert seen(without(right, "jinja2")) == Held()
    with pytest.raises(Mismatch, match="got other"):
        seen(without(right, "other", "jinja2"))


def test_what_a_service_does_by_hand_its_framework_does_not_have() -> None:
    with pytest.raises(Refuted, match="by a few lines: the framework has no such feature"):
        seen(by_hand(right, "a few lines"))


def test_without_metadata_it_cannot_be_checked() -> None:
    with pytest.raises(Unchecked, match="metadata"):
        requires("base")(Look(("127.0.0.1", 1), "framework"))
