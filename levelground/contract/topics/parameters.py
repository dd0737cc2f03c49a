"""Parameters: in the path, one, two and a typed one; in the query, single and repeated."""

from levelground.contract.client import Client
from levelground.contract.openapi import closed, in_path, json_answer, text_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, data, text

TOPIC = Topic(
    "parameters",
    rows=(
        Row(
            "GET",
            "/greet/{name}",
            "200 `text/plain`, `hello {name}`, percent-decoded UTF-8",
            {
                "operationId": "greet",
                "summary": "One parameter in the path, answered as text",
                "parameters": [in_path("name", "Zoë")],
                "responses": {
                    "200": text_answer(
                        "`hello {name}`, percent-decoded UTF-8",
                        {"type": "string", "pattern": "^hello "},
                        example="hello Zoë",
                    )
                },
            },
        ),
        Row(
            "GET",
            "/greet/{name}/{info}",
            '200 JSON `{"name": "…", "info": "…"}`, both percent-decoded UTF-8',
            {
                "operationId": "greet-info",
                "summary": "Two parameters in the path, answered as JSON",
                "parameters": [in_path("name", "Zoë"), in_path("info", "lübeck")],
                "responses": {
                    "200": json_answer(
                        "Both parameters, percent-decoded UTF-8",
                        closed({"name": {"type": "string"}, "info": {"type": "string"}}),
                        example={"name": "Zoë", "info": "lübeck"},
                    )
                },
            },
        ),
        Row(
            "GET",
            "/number/{digits}",
            '200 JSON `{"number": 123}`, an integer (`007` is 7); what is no number: 404 by the route\'s own pattern',
            {
                "operationId": "number",
                "summary": "A typed parameter in the path",
                "parameters": [
                    in_path(
                        "digits",
                        "007",
                        description="Up to 15 digits, what every language's JSON number holds exactly",
                        schema={"type": "string", "pattern": "^[0-9]{1,15}$"},
                    )
                ],
                "responses": {
                    "200": json_answer(
                        "The digits as an integer",
                        closed({"number": {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999}}),
                        example={"number": 7},
                    ),
                    "404": {"description": "Not ASCII digits, so no such route"},
                },
            },
        ),
        Row(
            "GET",
            "/query",
            'for `?name=a&name=b&age=3` 200 JSON `{"name": ["a", "b"], "age": "3"}`; absent: `[]` and `null`',
            {
                "operationId": "query",
                "summary": "A repeated and a single parameter in the query",
                "parameters": [
                    {
                        "name": "name",
                        "in": "query",
                        "schema": {"type": "array", "items": {"type": "string"}},
                        "explode": True,
                        "example": ["a", "b"],
                    },
                    {"name": "age", "in": "query", "schema": {"type": "string"}, "example": "3"},
                ],
                "responses": {
                    "200": json_answer(
                        "What was sent; absent parameters are an empty list and `null`",
                        closed(
                            {
                                "name": {"type": "array", "items": {"type": "string"}},
                                "age": {"type": ["string", "null"]},
                            }
                        ),
                        example={"name": ["a", "b"], "age": "3"},
                    )
                },
            },
        ),
    ),
)


# Traffic


def greet(name: str) -> Step:
    return text("GET", f"/greet/{name}", says=f"hello {name}")


def greet_info(name: str, info: str) -> Step:
    return data("GET", f"/greet/{name}/{info}", says={"name": name, "info": info})


def number(value: int) -> Step:
    return data("GET", f"/number/{value}", says={"number": value})


def query(*names: str, age: str | None = None, other: str | None = None) -> Step:
    """Each name is given as `name=`; `other=` is a parameter that the contract does not know."""
    given = [f"name={name}" for name in names]
    given += [f"{key}={value}" for key, value in (("other", other), ("age", age)) if value is not None]
    mark = "?" if given else ""
    return data("GET", f"/query{mark}{'&'.join(given)}", says={"name": list(names), "age": age})


# Checks


@TOPIC.check("greet")
def a_name_is_greeted(client: Client) -> None:
    for name in ("world", "a b", "a+b", "100%"):
        client.must_answer(greet(name))
    client.get("/greet/a+b").must_be_text("hello a+b")


@TOPIC.check("greet-percent")
def a_name_is_decoded_once(client: Client) -> None:
    client.get("/greet/%2541").must_be_text("hello %41")
    client.get("/greet/%2541/%2542").must_be_json({"name": "%41", "info": "%42"})


@TOPIC.check("greet-two")
def two_parameters_are_answered(client: Client) -> None:
    client.must_answer(greet_info("alice", "admin"))
    client.must_answer(greet_info("a b", '"\\<+'))


@TOPIC.check("number")
def digits_are_a_number_and_nothing_else_is(client: Client) -> None:
    for value in (0, 123, 999_999_999_999_999):
        client.must_answer(number(value))
    for digits, value in {"007": 7, "0" * 14 + "1": 1}.items():
        client.get(f"/number/{digits}").must_be_json({"number": value})
    # What int() of one language or another would take, and what none would.
    for other in ("-1", "+1", "1.5", "1e3", "0x10", "1_000", "a", "1a"):
        client.get(f"/number/{other}").must_be(404)


@TOPIC.check("query")
def a_repeated_name_is_a_list(client: Client) -> None:
    for step in (query(), query("a"), query(age="3"), query("a", "b", age="3"), query("b", "a", "b", age="3")):
        client.must_answer(step)
    client.must_answer(query("a b", other="1"))
    answers: dict[str, tuple[list[str], str | None]] = {
        "?": ([], None),
        "?name=b&age=3&name=a&name=b": (["b", "a", "b"], "3"),
        "?name=a+b&age=%33%20%2B": (["a b"], "3 +"),
        "?name=a%26b%3Dc&other=1": (["a&b=c"], None),
        "?Name=a&age%20=3": ([], None),
    }
    for given, (names, age) in answers.items():
        client.get(f"/query{given}").must_be_json({"name": names, "age": age})
