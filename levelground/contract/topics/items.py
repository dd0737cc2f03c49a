"""Items: a store of JSON values, in memory and bounded."""

from urllib.parse import quote
from uuid import uuid4

from levelground.contract.client import Client, Json
from levelground.contract.openapi import JSON_BODY, REFUSED, SAME_JSON, in_path
from levelground.contract.terms import Row, Topic
from levelground.contract.topics.echo import MALFORMED, encoded
from levelground.traffic.scenario import Step, data, empty

STORE_LIMIT = 1_000
"""How many items a service keeps."""
ID = in_path("id", "first")
NO_ITEM = {"description": "No such item"}

TOPIC = Topic(
    "items",
    rows=(
        Row(
            "PUT",
            "/items/{id}",
            "stores the JSON body and answers it: 201 for a new id, 200 for a replaced one; malformed JSON: 4xx",
            {
                "operationId": "items-put",
                "summary": f"Store a JSON value; when number {STORE_LIMIT + 1:,} comes in, the oldest goes",
                "parameters": [ID],
                "requestBody": JSON_BODY,
                "responses": {"200": SAME_JSON, "201": SAME_JSON, "4XX": REFUSED},
            },
        ),
        Row(
            "GET",
            "/items/{id}",
            "200 with the stored JSON, or 404",
            {
                "operationId": "items-get",
                "summary": "The stored JSON value",
                "parameters": [ID],
                "responses": {"200": SAME_JSON, "404": NO_ITEM},
            },
        ),
        Row(
            "DELETE",
            "/items/{id}",
            "204 without a body, or 404",
            {
                "operationId": "items-delete",
                "summary": "Forget the stored JSON value",
                "parameters": [ID],
                "responses": {"204": {"description": "It is gone; no body"}, "404": NO_ITEM},
            },
        ),
    ),
)


# Traffic


def put_item(item: str, value: object, *, created: bool) -> Step:
    return data("PUT", f"/items/{item}", send=value, says=value, status=201 if created else 200)


def get_item(item: str, value: object) -> Step:
    return data("GET", f"/items/{item}", says=value)


def delete_item(item: str) -> Step:
    return empty("DELETE", f"/items/{item}", status=204)


# Checks


@TOPIC.check("items")
def an_item_lives_and_is_gone(client: Client) -> None:
    item = new_item()
    client.get(f"/items/{item}").must_be(404)
    client.delete(f"/items/{item}").must_be(404)
    client.must_answer(put_item(item, {"a": 1}, created=True))
    client.must_answer(get_item(item, {"a": 1}))
    client.must_answer(put_item(item, {"b": [2]}, created=False))
    client.must_answer(get_item(item, {"b": [2]}))
    forget(client, item)
    client.delete(f"/items/{item}").must_be(404)
    client.must_answer(put_item(item, 1, created=True))
    forget(client, item)


@TOPIC.check("items-falsy")
def what_is_falsy_is_a_value(client: Client) -> None:
    """`null` and everything else that a language may take for nothing."""
    item = new_item()
    values: tuple[Json, ...] = (None, False, 0, "", [], {})
    for value, status in zip(values, (201, 200, 200, 200, 200, 200), strict=True):
        client.put(f"/items/{item}", encoded(value)).must_be_json(value, status=status)
        client.get(f"/items/{item}").must_be_json(value)
    forget(client, item)


@TOPIC.check("items-malformed")
def what_is_malformed_stores_nothing_and_replaces_nothing(client: Client) -> None:
    must_store_nothing_of(client, *MALFORMED)


@TOPIC.check("items-store-bounded")
def the_oldest_item_goes(client: Client) -> None:
    """It leaves the store full: that is what it becomes under any load, and numbers take little memory."""
    item = new_item()
    for position in range(STORE_LIMIT + 1):
        client.put(f"/items/{item}-{position}", b"1").must_be(201)
    client.get(f"/items/{item}-0").must_be(404)
    client.must_answer(get_item(f"{item}-1", 1))
    client.must_answer(get_item(f"{item}-{STORE_LIMIT}", 1))


# What the checks share, also with other topics


def new_item() -> str:
    """An id that no item has."""
    return uuid4().hex[:12]


def forget(client: Client, item: str) -> None:
    """Delete an item, which is gone then."""
    client.must_answer(delete_item(item))
    client.get(f"/items/{quote(item)}").must_be(404)


def must_store_nothing_of(client: Client, *bodies: bytes) -> None:
    absent, present = new_item(), new_item()
    client.must_answer(put_item(present, 1, created=True))
    for body in bodies:
        for item in (absent, present):
            client.put(f"/items/{item}", body).must_be_refused()
    client.get(f"/items/{absent}").must_be(404)
    client.must_answer(get_item(present, 1))
    forget(client, present)
