"""What is said of aiohttp."""

from levelground.survey.asking import all_of, asks, get, header, keeps, status, text, value
from levelground.survey.sockets import echoes, must_stream
from levelground.survey.terms import Chapter, Claim, Subject

NAME = "aiohttp"
CLIENT = asks(get("/features/client", value({"status": 200, "text": "hello world"})))

CHAPTER = Chapter(
    Subject(NAME, "aiohttp", "aiohttp", "An asynchronous HTTP client and server for asyncio."),
    (
        Claim(NAME, "aiohttp", "It is a server and a client.", CLIENT, "HTTP client"),
        Claim(NAME, "aiohttp", "The server has WebSockets.", echoes),
        Claim(
            NAME,
            "aiohttp",
            "The client has WebSockets.",
            all_of(must_stream, asks(get("/features/ws-client", value({"sent": "hello", "received": "hello"})))),
            "WebSocket client",
        ),
        Claim(NAME, "aiohttp", "It has middleware.", keeps("middleware")),
        Claim(
            NAME,
            "aiohttp",
            "It has signals, whose receivers are called in order.",
            asks(get("/features/signals/hello", header("x-signals", "first, second", text("hello world")))),
            "hooks and signals",
        ),
        Claim(
            NAME,
            "aiohttp",
            "Routing is pluggable: a resource class of one's own decides what it matches.",
            asks(get("/features/routing/level", text("level")), get("/features/routing/ground", status(404))),
        ),
        Claim(NAME, "aiohttp", "Routes have patterns, and anything else gets 404.", keeps("number")),
    ),
)
