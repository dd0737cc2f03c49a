"""The claims as data: they name services that there are, features that are in the matrix, and leave no row out."""

from levelground.stand import catalog
from levelground.stand.catalog import Service
from levelground.survey.claims import CHAPTERS, FEATURES, chapters, everyone

CLAIMS = [claim for chapter in CHAPTERS for claim in chapter.claims]


def test_every_claim_is_about_a_service_that_there_is() -> None:
    names = {one.name for one in catalog.read()}
    assert {one.service for one in CLAIMS} <= names
    assert {name for one in everyone.COMMON for name in one.packages} <= names


def test_every_contender_has_a_chapter_also_one_that_the_survey_does_not_speak_of() -> None:
    new, half = Service("new", "contender", 8099), Service("half", "contender", 8098, only=("hello",))
    services = [*catalog.read(), new, half]
    contenders = {one.name for one in services if one.role == "contender" and one is not half}
    found = chapters(services)
    assert {one.subject.service for one in found if one.subject.service} == contenders
    assert [claim.feature for claim in found[-1].claims] == [one.feature.name for one in everyone.COMMON]


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
