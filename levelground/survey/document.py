"""Checks of what a framework generates from its handlers: the OpenAPI document, and the pages that show it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

import jsonschema
import openapi_spec_validator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from levelground.contract.client import Answer, Client
from levelground.contract.topics import TOPICS
from levelground.contract.topics.streams import SOCKET
from levelground.survey.asking import SLOW_SECONDS
from levelground.survey.terms import Check, Held, Look, differs, short

METHODS = ("get", "put", "post", "delete", "patch")
MOUNTED = ("/static/",)
"""Below these a framework serves files: no handler of its own stands behind each of them."""

_LINKED = re.compile(r"""<(link|script|img)\b[^>]*\b(?:href|src)=["']([^"']+)""")
IN_NO_BROWSER = (
    "The page is served and names the document; its scripts come from another host, which no container of the stand "
    "can ask, and no browser is in this image. That a browser shows every operation there is among the tests "
    "(tests/end_to_end/test_survey.py)."
)


def is_valid(path: str) -> Check:
    """OpenAPI's own schema accepts the document."""

    def check(look: Look) -> None:
        document = _read(look, path)
        try:
            openapi_spec_validator.validate(document)
        except OpenAPIValidationError as error:
            where = "/".join(str(part) for part in error.absolute_path)
            got = f"at {where}: {short(error.message)}"
            raise differs(f"GET {path}", "a document that is valid by OpenAPI's own schema", got) from None
        except Exception as error:
            # What is no OpenAPI at all is told by other exceptions, of several packages.
            raise differs(f"GET {path}", "an OpenAPI document", f"{type(error).__name__}: {error}") from None
        look.note(f"{path} by the schema of OpenAPI {document.get('openapi')}", "valid")

    return check


def lists_routes(path: str, mounted: Sequence[str] = MOUNTED) -> Check:
    """The contract's routes are in the document, but for mounted applications; and none that is not served."""

    def check(look: Look) -> Held:
        document = _read(look, path)
        documented = {
            (method.upper(), template(route))
            for route, item in document.get("paths", {}).items()
            for method in item
            if method in METHODS
        }
        served = {
            (row.method, template(row.path))
            for topic in TOPICS
            for row in topic.rows
            if row.path != SOCKET and not row.path.startswith(tuple(mounted))
        }
        look.note(f"{path}: OpenAPI {document.get('openapi')}", f"{len(documented)} operations")
        with look.client(SLOW_SECONDS) as client:
            for method, route in sorted(served):
                if (method, route) not in documented and _is_there(client.request(method, _example(route))):
                    raise differs(
                        f"GET {path}", f"{method} {route}, which is served, in the document", "it is not there"
                    )
            for method, route in sorted(documented):
                if method == "GET" and "{" not in route and not _is_there(client.get(route)):
                    raise differs(f"GET {path}", "no route that is not served", f"GET {route}")
        return Held()

    return check


def describes_model(path: str, route: str, right: object, wrong: object) -> Check:
    """The document's JSON Schema of a body accepts what is right, and refuses what is wrong."""

    def check(look: Look) -> None:
        document = _read(look, path)
        try:
            body = document["paths"][route]["post"]["requestBody"]["content"]["application/json"]["schema"]
        except KeyError as error:
            raise differs(f"GET {path}", f"the schema of POST {route}'s body", f"no {error}") from None
        look.note(f"GET {path}: schema of POST {route}", str(body))
        schema = {**body, "components": document.get("components", {})}
        validator = jsonschema.Draft202012Validator(schema)
        if problems := [one.message for one in validator.iter_errors(right)]:
            raise differs(f"the schema of POST {route}", "that it accepts a right body", problems[0])
        refused = [one.message for one in validator.iter_errors(wrong)]
        if not refused:
            raise differs(f"the schema of POST {route}", "that it refuses a wrong body", "it accepts it")
        look.note(f"a wrong body by the schema of POST {route}", refused[0])

    return check


def shows(page: str, program: str, document: str) -> Check:
    """A page that loads a program (Swagger UI, ReDoc) and names the document."""

    def check(look: Look) -> Held:
        # Not a client whose answers are evidence: the head of a page shows nothing of what is claimed.
        with Client(look.host, look.port) as client:
            place, answer = page, client.get(page)
            if answer.status in (301, 302, 307, 308) and answer.headers.get("location", "").startswith("/"):
                place = answer.headers["location"]
                answer = client.get(place)
            answer.must_be(200)
            text = answer.body.decode("utf-8", "replace")
            linked = _LINKED.findall(text)
            own = [urljoin(place, one) for _, one in linked if not urlsplit(one).netloc]
            missing = [one for one in own if client.get(one).status >= 400]
        for piece in (program, document):
            if piece.lower() not in text.lower():
                raise answer.mismatch(f"a page with {piece}")
        scripts = [one for tag, one in linked if tag == "script"]
        look.note(f"GET {page}", f"{answer.status} text/html that names {program} and {document}")
        look.note(f"GET {page}: its scripts", ", ".join(one.rpartition("/")[2] for one in scripts) or "none")
        if missing:
            look.note(f"GET {', '.join(missing)}", "named by the page, and not served")
        return Held(note=" ".join([IN_NO_BROWSER, *(f"It names {one}, which is not served." for one in missing)]))

    return check


def template(route: str) -> str:
    """A path without the names of its parameters: /items/{id} -> /items/{}."""
    return re.sub(r"\{[^}]*\}", "{}", route)


def _example(route: str) -> str:
    return route.replace("{}", "1")


def _is_there(answer: Answer) -> bool:
    return answer.status not in (404, 405)


def _read(look: Look, path: str) -> Mapping[str, Any]:
    with look.client() as client:
        answer = client.get(path)
    answer.must_be(200)
    document = answer.json()
    if not isinstance(document, dict):
        raise answer.mismatch("a JSON object")
    return document
