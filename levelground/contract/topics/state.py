"""State: what a browser keeps for the service, as a cookie and as a session that it cannot forge."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, Morsel, SimpleCookie

from levelground.contract.client import Answer, Client, Mismatch
from levelground.contract.openapi import closed, json_answer
from levelground.contract.terms import Row, Topic
from levelground.traffic.scenario import Step, data

COOKIE, SESSION = "color", "session"
"""The cookies' names."""
KEPT_SECONDS = 3600
COLOR = {"type": "string", "pattern": "^[a-z]{1,32}$"}

TOPIC = Topic(
    "state",
    rows=(
        Row(
            "GET",
            "/cookie",
            '200 JSON `{"color": "blue"}`, what the cookie `color` brings, or `null`; '
            "`?set=green` sets it for an hour, `?expire=1` ends it",
            {
                "operationId": "cookie",
                "summary": "A cookie that is read, set and ended",
                "parameters": [
                    {"name": COOKIE, "in": "cookie", "schema": COLOR},
                    {"name": "set", "in": "query", "schema": COLOR},
                    {"name": "expire", "in": "query", "schema": {"const": "1"}},
                ],
                "responses": {
                    "200": json_answer(
                        "What the request's cookie brings; set with `Path=/; Max-Age=3600; HttpOnly; SameSite=Lax`",
                        closed({"color": {"type": ["string", "null"]}}),
                        example={"color": "blue"},
                    ),
                    "4XX": {"description": "A parameter is wrong, where the framework asks for what is declared"},
                },
            },
        ),
        Row(
            "GET",
            "/session",
            '200 JSON `{"visits": 1}`, one more than the session in the cookie `session` holds; '
            "a forged cookie holds none",
            {
                "operationId": "session",
                "summary": "A session that its visitor cannot forge",
                "parameters": [{"name": SESSION, "in": "cookie", "schema": {"type": "string"}}],
                "responses": {
                    "200": json_answer(
                        "How often this session was here, this time included",
                        closed({"visits": {"type": "integer", "minimum": 1}}),
                        example={"visits": 1},
                    )
                },
            },
        ),
    ),
)


# Traffic


def cookie(color: str | None = None, *, set: str | None = None, expire: bool = False) -> Step:
    """`color` is what the request brings."""
    query = f"?set={set}" if set else "?expire=1" if expire else ""
    return data("GET", f"/cookie{query}", cookies={COOKIE: color} if color else None, says={"color": color})


def session(forged: str | None = None) -> Step:
    """Without a cookie, or with a forged one: the first visit of a session. (Right ones differ between services.)"""
    return data("GET", "/session", cookies={SESSION: forged} if forged else None, says={"visits": 1})


# Checks


@TOPIC.check("cookie")
def a_cookie_is_set_read_and_ended(client: Client) -> None:
    client.must_answer(cookie())
    if _cookies(client.get("/cookie")):
        raise Mismatch("GET /cookie", "no cookie, since none was asked for", "one")
    answer = client.get("/cookie?set=green", Cookie="a=b; color=blue")
    answer.must_be_json({"color": "blue"})
    morsel = _cookie(answer, COOKIE)
    path, seconds, flag = morsel["path"], _seconds(morsel), str(morsel["samesite"]).lower()
    if (morsel.value, path, flag, bool(morsel["httponly"])) != ("green", "/", "lax", True):
        raise _unlike(answer, "`color=green; Path=/; HttpOnly; SameSite=Lax`", morsel)
    if not KEPT_SECONDS - 60 <= seconds <= KEPT_SECONDS + 60:
        raise _unlike(answer, "a cookie for an hour", morsel)
    client.must_answer(cookie("green"))
    answer = client.get("/cookie?expire=1", Cookie="color=green")
    answer.must_be_json({"color": "green"})
    morsel = _cookie(answer, COOKIE)
    if _seconds(morsel) > 0 or morsel["path"] != "/":
        raise _unlike(answer, "a cookie that has ended, with `Path=/`", morsel)


@TOPIC.check("session")
def a_session_remembers(client: Client) -> None:
    brings: Mapping[str, str] = {}
    for visits in (1, 2, 3):
        answer = client.get("/session", **brings)
        answer.must_be_json({"visits": visits})
        brings = _brought_back(answer, brings)
    client.get("/session").must_be_json({"visits": 1})


@TOPIC.check("session-forged")
def a_forged_session_holds_nothing(client: Client) -> None:
    """A new session, or a refusal. The cookie is changed at its beginning, in the middle, and before its end."""
    client.must_answer(session("eyJ2aXNpdHMiOiA0MX0="))
    brings = _brought_back(client.get("/session"), {})
    client.get("/session", **brings).must_be_json({"visits": 2})
    value = brings["Cookie"].partition("=")[2]
    for at in (1, len(value) // 2, len(value) - 8):
        other = "A" if value[at] != "A" else "B"
        _must_be_new(client.get("/session", Cookie=f"{SESSION}={value[:at]}{other}{value[at + 1 :]}"))
    for forged in (value[:-8], value[8:], value[::-1], "a", "%00", '"', "visits=41", '{"visits":41}'):
        _must_be_new(client.get("/session", Cookie=f"{SESSION}={forged}"))
    client.get("/session").must_be_json({"visits": 1})


def _must_be_new(answer: Answer) -> None:
    if not 400 <= answer.status < 500:
        answer.must_be_json({"visits": 1})


def _brought_back(answer: Answer, before: Mapping[str, str]) -> Mapping[str, str]:
    """The request header that brings the session, which a service that holds sessions itself sets only once."""
    cookies = _cookies(answer)
    if SESSION in cookies:
        return {"Cookie": f"{SESSION}={cookies[SESSION].coded_value}"}
    if not before:
        raise Mismatch(answer.request, f"a cookie `{SESSION}`", "none")
    return before


def _cookies(answer: Answer) -> SimpleCookie:
    found = SimpleCookie()
    for line in answer.headers.get_all("set-cookie", []):
        try:
            found.load(line)
        except CookieError as error:
            raise Mismatch(answer.request, "a cookie", f"{line!r} ({error})") from None
    return found


def _cookie(answer: Answer, name: str) -> "Morsel[str]":
    found = _cookies(answer).get(name)
    if found is None:
        raise Mismatch(answer.request, f"a cookie `{name}`", "none")
    return found


def _seconds(morsel: "Morsel[str]") -> float:
    """How long it is kept: Max-Age counts before Expires, and without both it is kept until the browser ends."""
    if morsel["max-age"] != "":
        return float(morsel["max-age"])
    if not morsel["expires"]:
        return float("inf")
    return (parsedate_to_datetime(morsel["expires"]).astimezone(UTC) - datetime.now(UTC)).total_seconds()


def _unlike(answer: Answer, expected: str, morsel: "Morsel[str]") -> Mismatch:
    return Mismatch(answer.request, expected, f"`{morsel.OutputString()}`")
