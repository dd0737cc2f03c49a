"""What is published of the contract: it is what the topics say, and it is valid."""

import re

import pytest
import yaml
from openapi_spec_validator import validate

from levelground.contract import published
from levelground.contract.topics import TOPICS, routes, rows

AGAIN = "to write it anew: python -m levelground.contract.published"


def test_openapi_is_what_the_topics_say() -> None:
    assert published.OPENAPI.read_text() == published.openapi(), AGAIN


def test_the_page_is_what_the_topics_say() -> None:
    text = published.PAGE.read_text()
    assert text == published.page(text), AGAIN


def test_drift_in_the_page_is_found() -> None:
    text = published.PAGE.read_text()
    assert published.page(text.replace("`hello world`", "`hello you`")) == text


@pytest.mark.parametrize("mark", ["<!-- rows -->", "<!-- /rows -->", "<!-- about -->", "<!-- /about -->"])
def test_a_page_without_its_marks_is_refused(mark: str) -> None:
    with pytest.raises(ValueError, match=r"CONTRACT\.md needs <!-- (rows|about) --> and"):
        published.page(published.PAGE.read_text().replace(mark, ""))


def test_openapi_is_valid_and_reads_back_as_it_was_meant() -> None:
    read = yaml.safe_load(published.openapi())
    assert read == published.specification()
    validate(read)


def test_openapi_has_every_row_once() -> None:
    paths = published.specification()["paths"]
    assert [(path, method.upper()) for path, methods in paths.items() for method in methods] == [
        (row.path, row.method) for row in rows()
    ]
    assert len({row.operation["operationId"] for row in rows()}) == len(rows())


def test_every_parameter_of_a_path_is_described() -> None:
    for row in rows():
        described = [one["name"] for one in row.operation.get("parameters", []) if one["in"] == "path"]
        assert described == re.findall(r"\{(\w+)\}", row.path)


def test_the_rows_of_the_table_are_in_the_order_of_the_topics() -> None:
    lines = published.table().splitlines()[2:]
    assert [line.split("|")[1].strip() for line in lines if line.split("|")[1].strip()] == [one.name for one in TOPICS]
    assert {re.findall(r"`([A-Z]+ /[^`]*)`", line)[0] for line in lines} == {
        f"{method} {path}" for path, methods in routes().items() for method in methods
    }
