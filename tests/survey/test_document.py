"""OpenAPI documents that are right, invalid, or about another service; and the pages that show them."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import openapi_spec_validator
import pytest

from levelground.contract import published
from levelground.contract.terms import Topic
from levelground.contract.topics import TOPICS
from levelground.survey import document
from levelground.survey.document import describes_model, is_valid, lists_routes, shows, template
from levelground.survey.terms import Held
from tests.survey import fake
from tests.survey.fake import held, refused

Document = dict[str, Any]
HELLO: Document = {
    "openapi": "3.1.0",
    "info": {"title": "x", "version": "1"},
    "paths": {"/": {"get": {"responses": {"200": {"description": "hello world"}}}}},
}
ORDER: Document = HELLO | {
    "paths": {
        "/validate": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                "responses": {"200": {"description": "right"}},
            }
        }
    },
    "components": {
        "schemas": {
            "Order": {
                "type": "object",
                "required": ["quantity"],
                "properties": {"quantity": {"minimum": 1, "type": "integer"}},
            }
        }
    },
}


@pytest.fixture(autouse=True)
def _only_hello(monkeypatch: pytest.MonkeyPatch) -> None:
    (hello, *_) = TOPICS
    monkeypatch.setattr(document, "TOPICS", [Topic(hello.name, hello.rows[:1])])


def answers(told: Document) -> Mapping[str, bytes]:
    return {"GET /openapi.json": fake.value(told), "GET /": fake.text("hello world")}


def changed(told: Document, **paths: Any) -> Document:
    new = deepcopy(told)
    new["paths"] |= paths
    return new


def test_a_document_of_the_routes_that_are_there_holds() -> None:
    assert held(lists_routes("/openapi.json"), answers(HELLO)) == Held()


def test_what_the_specification_does_not_allow_is_told_with_its_place() -> None:
    wrong = changed(HELLO, **{"/": {"get": {"responses": {"200": {"descripton": "hello world"}}}}})
    assert held(is_valid("/openapi.json"), answers(HELLO)) == Held()
    refused(is_valid("/openapi.json"), answers(wrong), "valid by OpenAPI's own schema; got at paths//")
    refused(is_valid("/openapi.json"), answers({"hello": "world"}), "an OpenAPI document")
    refused(is_valid("/openapi.json"), {"GET /openapi.json": fake.text("openapi: 3.1.0")}, "JSON")


def test_a_route_that_is_served_but_not_documented_is_told() -> None:
    refused(lists_routes("/openapi.json"), answers(HELLO | {"paths": {}}), "GET /, which is served, in the document")
    # A mounted application stands behind it.
    assert held(lists_routes("/openapi.json", ["/"]), answers(HELLO | {"paths": {}})) == Held()


def test_a_route_that_is_documented_but_not_served_is_told() -> None:
    more = changed(HELLO, **{"/more": {"get": {"responses": {"200": {"description": "more"}}}}})
    refused(lists_routes("/openapi.json"), answers(more), "no route that is not served; got GET /more")


def test_no_document_at_all_is_told() -> None:
    refused(lists_routes("/openapi.json"), {}, "expected 200")


def test_the_schema_of_a_model_takes_what_is_right_and_refuses_what_is_wrong() -> None:
    check = describes_model("/openapi.json", "/validate", {"quantity": 3}, {"quantity": 0})
    assert held(check, answers(ORDER)) == Held()
    refused(describes_model("/openapi.json", "/validate", {"quantity": 0}, {}), answers(ORDER), "accepts a right body")
    vague = deepcopy(ORDER)
    vague["components"]["schemas"]["Order"] = {"type": "object"}
    refused(check, answers(vague), "refuses a wrong body")
    refused(check, answers(HELLO), "the schema of POST /validate's body")


def test_a_page_that_shows_the_document_names_it_and_its_program() -> None:
    check = shows("/docs", "swagger-ui", "/openapi.json")
    right = '<script src="https://example.org/swagger-ui-bundle.js"></script><script>url: "/openapi.json"</script>'
    found = held(check, {"GET /docs": fake.page(right)})
    assert found.note is not None
    assert "no browser is in this image" in found.note
    moved = fake.text("", "Location: /docs/", status="301 Moved")
    assert held(check, {"GET /docs": moved, "GET /docs/": fake.page(right)}) == found
    icon = f'<link rel="icon" href="icon.png">{right}'
    told = held(check, {"GET /docs": moved, "GET /docs/": fake.page(icon)}).note
    assert told == f"{found.note} It names /docs/icon.png, which is not served."
    assert held(check, {"GET /docs": fake.page(icon), "GET /icon.png": fake.page("")}) == found
    refused(check, {"GET /docs": fake.page("swagger-ui")}, "a page with /openapi.json")
    refused(check, {"GET /docs": fake.page("/openapi.json")}, "a page with swagger-ui")
    refused(check, {}, "expected 200")


def test_names_of_parameters_do_not_matter() -> None:
    assert template("/items/{id}") == template("/items/{item_id}") == "/items/{}"


def test_the_contracts_own_document_is_valid() -> None:
    openapi_spec_validator.validate(published.specification())
