"""The claims as data: they name services that there are, features that are in the matrix, and leave no row out."""

from levelground.stand import catalog
from levelground.survey.claims import CHAPTERS, FEATURES, everyone

CLAIMS = [claim for chapter in CHAPTERS for claim in chapter.claims]


def test_every_claim_is_about_a_service_that_there_is() -> None:
    names = {one.name for one in catalog.read()}
    assert {one.service for one in CLAIMS} <= names
    assert {name for one in everyone.COMMON for name in one.packages} <= names


def test_every_contender_has_a_chapter() -> None:
    contenders = {one.name for one in catalog.read() if one.role == "contender"}
    assert {one.subject.service for one in CHAPTERS if one.subject.service} == contenders


def test_every_feature_is_in_the_matrix_and_every_row_is_claimed_of_somebody() -> None:
    assert {one.feature for one in CLAIMS if one.feature} == {one.name for one in FEATURES}


def test_nothing_is_said_twice_of_one_system_and_one_service() -> None:
    said = [(one.system, one.service, one.says) for one in CLAIMS]
    assert len(said) == len(set(said))


def test_every_claim_is_a_sentence_and_belongs_to_its_chapter() -> None:
    for chapter in CHAPTERS:
        for claim in chapter.claims:
            assert claim.says.endswith(".")
            assert claim.system == chapter.subject.name
