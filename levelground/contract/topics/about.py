"""About: who answers, and within which limits. It has no traffic: its answer is each service's own."""

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from levelground.contract.client import Client, Mismatch
from levelground.contract.openapi import closed, json_answer
from levelground.contract.terms import Row, Topic

EXAMPLE = {
    "framework": "starlette",
    "framework_version": "1.10.0",
    "server": "uvicorn",
    "server_version": "0.54.0",
    "parser": "httptools",
    "parser_version": "0.8.0",
    "json": "json",
    "json_version": "3.13.9",
    "language": "CPython",
    "language_version": "3.13.9",
    "base_image": "python:3.13-slim",
    "event_loop": "uvloop.Loop",
    "workers": 1,
    "threads": None,
    "container": "4f2a8c6e0b1d",
    "limits": {"cpus": [1], "memory_bytes": 1024**3, "pids": 1024, "open_files": 16384},
}

NAME = {"type": "string", "minLength": 1}
VERSION = {"type": ["string", "null"], "pattern": "[0-9]"}
LIMIT = {"type": ["integer", "null"], "minimum": 0}

SCHEMA = closed(
    {
        "framework": NAME,
        "framework_version": VERSION,
        "server": NAME,
        "server_version": VERSION,
        "parser": {"description": "What parses HTTP"} | NAME,
        "parser_version": VERSION,
        "json": {
            "description": "What encodes JSON; `null` where nothing does",
            "type": ["string", "null"],
            "minLength": 1,
        },
        "json_version": VERSION,
        "language": NAME,
        "language_version": VERSION,
        "base_image": {"description": "What the container's image was built from"} | NAME,
        "event_loop": {
            "description": "The name of the running loop's class; `null` where there is none",
            "type": ["string", "null"],
            "minLength": 1,
        },
        "workers": {"type": "integer", "minimum": 1},
        "threads": {
            "description": "How many requests each worker serves at once; `null` or absent where that has no bound",
            "type": ["integer", "null"],
            "minimum": 1,
        },
        "container": {"description": "The container's short id, its host name"} | NAME,
        "limits": closed(
            {
                "cpus": {
                    "description": "The CPUs that the process may run on",
                    "type": "array",
                    "items": {"type": "integer", "minimum": 0},
                    "minItems": 1,
                    "uniqueItems": True,
                },
                "memory_bytes": LIMIT,
                "pids": LIMIT,
                "open_files": LIMIT,
            },
            description='As read from inside; `null` is "no limit"',
        ),
    },
    optional=("threads",),
    description="Every version is asked of what is installed; `null` where nothing tells it",
)

TOPIC = Topic(
    "about",
    rows=(
        Row(
            "GET",
            "/about",
            "200 JSON: who answers, and within which limits (below)",
            {
                "operationId": "about",
                "summary": "Who answers, and within which limits",
                "responses": {
                    "200": json_answer("Versions as installed, limits as read from inside", SCHEMA, example=EXAMPLE)
                },
            },
        ),
    ),
)


@TOPIC.check("about", always=True)
def it_tells_who_it_is(client: Client) -> None:
    answer = client.get("/about")
    value = answer.json()
    answer.must_be_json(value)
    if error := best_match(Draft202012Validator(SCHEMA).iter_errors(value)):
        raise Mismatch(answer.request, "the schema of contract/openapi.yaml", f"{error.json_path}: {error.message}")
