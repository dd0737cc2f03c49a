"""Forms: fields as a browser sends them, and a file that is uploaded."""

import hashlib
from urllib.parse import urlencode
from uuid import uuid4

from levelground.contract.client import Client, Json
from levelground.contract.openapi import closed, json_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic import scenario
from levelground.traffic.scenario import FORM, Form, Step, data

SMALL, LARGE = 64 * 1024, 8 * 1024 * 1024
"""The files, in bytes, that every service takes."""
FIELDS = {
    "name": {"type": ["string", "null"]},
    "message": {"type": ["string", "null"]},
    "topic": {"type": "array", "items": {"type": "string"}},
}

TOPIC = Topic(
    "forms",
    rows=(
        Row(
            "POST",
            "/form",
            "for the form `name=Zo%C3%AB&message=a+b&topic=a&topic=b` 200 JSON "
            '`{"name": "Zoë", "message": "a b", "topic": ["a", "b"]}`; absent: `null` and `[]`',
            {
                "operationId": "form",
                "summary": "The fields of a form",
                "requestBody": {
                    "required": True,
                    "content": {
                        FORM: {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "name": {"type": "string"},
                                    "message": {"type": "string"},
                                    "topic": {"type": "array", "items": {"type": "string"}},
                                },
                            }
                        }
                    },
                },
                "responses": {
                    "200": json_answer(
                        "What was sent; absent fields are `null` and an empty list",
                        closed(FIELDS),
                        example={"name": "Zoë", "message": "a b", "topic": ["a", "b"]},
                    ),
                    "4XX": {"description": "No form, or a longer one than the framework takes"},
                },
            },
        ),
        Row(
            "POST",
            "/upload",
            'for a file `file` in `multipart/form-data` 200 JSON `{"name": "a.bin", "size": 65536, "sha256": "…"}`; '
            "without one: 4xx",
            {
                "operationId": "upload",
                "summary": "A file of up to 8 MiB, of which the service keeps nothing",
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "file": {"type": "string", "contentMediaType": "application/octet-stream"}
                                },
                                "required": ["file"],
                            }
                        }
                    },
                },
                "responses": {
                    "200": json_answer(
                        "The file's name, its size in bytes, and the SHA-256 of what is in it",
                        closed(
                            {
                                "name": {"type": "string"},
                                "size": {"type": "integer", "minimum": 0},
                                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                            }
                        ),
                        example={"name": "a.bin", "size": 0, "sha256": hashlib.sha256().hexdigest()},
                    ),
                    "4XX": {"description": "No file, malformed parts, or a longer body than the framework takes"},
                },
            },
        ),
    ),
)


# Traffic


def form(name: str, message: str, *topics: str) -> Step:
    fields: Form = {"name": name, "message": message, "topic": topics}
    return data("POST", "/form", form=fields, says={"name": name, "message": message, "topic": list(topics)})


def upload(content: bytes) -> Step:
    told = {"name": "file.bin", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return scenario.upload("/upload", content, says=told)


# Checks


@TOPIC.check("form")
def fields_come_back(client: Client) -> None:
    client.must_answer(form("Zoë", "a b & c = d; 100 %\r\n日本 🚀", "a", "b", "a"))
    client.must_answer(form("a+b", '"<', "one"))
    client.must_answer(form("a", "m" * 60_000, "one"))
    answers: dict[str, Json] = {
        "name=a": {"name": "a", "message": None, "topic": []},
        "topic=%C3%BC&other=1&topic=+": {"name": None, "message": None, "topic": ["ü", " "]},
        urlencode({"message": "ü"}): {"name": None, "message": "ü", "topic": []},
    }
    for body, expected in answers.items():
        client.request("POST", "/form", body.encode(), content_type=FORM).must_be_json(expected)


@TOPIC.check("upload")
def a_small_file_is_taken(client: Client) -> None:
    """Also an empty one, and one in which everything stands that separates parts."""
    for content in (bytes(range(256)) * (SMALL // 256), b"", b"\r\n--\r\n\x00--boundary--\r\n\r\n"):
        must_take(client, content)


@TOPIC.check("upload-large")
def a_large_file_is_taken(client: Client) -> None:
    """More than once: a service that kept files would not do so for long."""
    content = bytes(range(251)) * (LARGE // 251 + 1)
    for _ in range(3):
        must_take(client, content[:LARGE])


@TOPIC.check("upload-none")
def what_brings_no_file_is_refused(client: Client) -> None:
    field = b'--b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\ntext\r\n--b--\r\n'
    for content_type, body in (
        ("multipart/form-data; boundary=b", field % (b"other", b"")),
        ("multipart/form-data; boundary=b", field % (b"other", b'; filename="a"')),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
        (FORM, b"name=a"),
    ):
        client.request("POST", "/upload", body, content_type=content_type).must_be_refused()
    # Malformed: refused, or read as far as it goes.
    for content_type, body in (
        ("multipart/form-data", field % (b"file", b'; filename="a"')),
        ("multipart/form-data; boundary=c", field % (b"file", b'; filename="a"')),
        ("multipart/form-data; boundary=b", (field % (b"file", b'; filename="a"'))[:-20]),
        ("multipart/form-data; boundary=b", multipart("a.bin", bytes(SMALL), "b")[:-30]),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\ntext\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b""),
    ):
        if answer := client.attempt("POST", "/upload", body, content_type=content_type):
            answer.must_be_below_500()
    must_take(client, b"afterwards")


# What the checks share, also with other topics


def must_take(client: Client, content: bytes) -> None:
    name, boundary = f"{uuid4().hex[:8]}.bin", uuid4().hex
    expected: Json = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    answer = client.request(
        "POST",
        "/upload",
        multipart(name, content, boundary),
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    answer.must_be_json(expected)


def multipart(name: str, content: bytes, boundary: str) -> bytes:
    """The body of an upload, as browsers write it."""
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
