"""Hello: the shortest answers there are, as text and as JSON."""

from levelground.contract.client import Client
from levelground.contract.openapi import closed, json_answer, text_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, data, text

TOPIC = Topic(
    "hello",
    rows=(
        Row(
            "GET",
            "/",
            "200 `text/plain`, `hello world`",
            {
                "operationId": "hello",
                "summary": "The shortest answer there is",
                "responses": {"200": text_answer("A greeting", {"const": "hello world"})},
            },
        ),
        Row(
            "GET",
            "/json",
            '200 JSON `{"hello": "world"}`',
            {
                "operationId": "json",
                "summary": "A small JSON object",
                "responses": {"200": json_answer("A greeting", closed({"hello": {"const": "world"}}))},
            },
        ),
    ),
)


# Traffic


def hello() -> Step:
    return text("GET", "/", says="hello world")


def hello_json() -> Step:
    return data("GET", "/json", says={"hello": "world"})


# Checks


@TOPIC.check("hello", always=True)
def it_greets(client: Client) -> None:
    client.must_answer(hello())
    client.get("/?a=1").must_be_text("hello world")


@TOPIC.check("json")
def it_greets_in_json(client: Client) -> None:
    client.must_answer(hello_json())
