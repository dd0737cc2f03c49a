"""`make survey` on real containers: what it prints and writes, and what it says of a service that is down."""

import json

import jsonschema
import pytest

from levelground.model.survey import Verdict
from levelground.showing import schema, survey
from tests.end_to_end.conftest import ROOT, command

pytestmark = pytest.mark.usefixtures("up")

LATEST = ROOT / "results" / "survey" / "latest"


def test_two_frameworks_are_asked_and_the_page_is_written() -> None:
    done = command("make", "survey", "SERVICES=starlette,falcon")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].endswith("cannot be checked here")
    told = json.loads((LATEST / "survey.json").read_text())
    jsonschema.validate(told, schema.of("survey"))
    record = survey.read(LATEST / "survey.json")
    assert {one.service for one in record.claims} == {"starlette", "falcon"}
    assert all(one.evidence for one in record.claims if one.verdict is not Verdict.UNCHECKED)
    for system in record.systems:
        if system.service:
            assert system.package is not None
            assert system.package.licence
            assert system.lines
    assert (LATEST / "survey.md").read_text() == survey.page(record)
