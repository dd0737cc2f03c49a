"""The checks of state, against liars."""

import pytest

from tests.contract.honest import Honest, Lie, Reply, Request, as_json, at, lying


class Trusting(Honest):
    """It believes what the cookie says, signed or not."""

    def session(self, request: Request) -> Reply:
        reply = super().session(request)
        return as_json({"visits": 42}) if "41" in request.headers.get("Cookie", "") else reply


class Careless(Honest):
    """It looks at the number only."""

    def session(self, request: Request) -> Reply:
        cookie = request.headers.get("Cookie", "")
        reply = super().session(request)
        return as_json({"visits": 2}) if cookie.startswith("session=1.") else reply


LIES = {
    "no cookie": Lie("cookie", "GET /cookie.*: expected a cookie `color`; got none", lying(at("/cookie"), headers={})),
    "a cookie for ever": Lie(
        "cookie",
        "expected a cookie for an hour; got",
        lying(
            lambda r, _: r.query == "set=green",
            headers={"Set-Cookie": "color=green; Path=/; HttpOnly; SameSite=Lax"},
        ),
    ),
    "a cookie for scripts": Lie(
        "cookie",
        "HttpOnly.*; got `color=green",
        lying(
            lambda r, _: r.query == "set=green",
            headers={"Set-Cookie": "color=green; Path=/; Max-Age=3600; SameSite=Lax"},
        ),
    ),
    "a cookie that does not end": Lie(
        "cookie",
        "expected a cookie that has ended",
        lying(lambda r, _: r.query == "expire=1", headers={"Set-Cookie": "color=green; Path=/; Max-Age=3600"}),
    ),
    "a cookie unasked": Lie(
        "cookie",
        "expected no cookie",
        lying(lambda r, _: r.path == "/cookie" and not r.query, headers={"Set-Cookie": "color=red; Path=/"}),
    ),
    "no session": Lie("session", "expected a cookie `session`; got none", lying(at("/session"), headers={})),
    "a session that forgets": Lie(
        "session", "expected 200 .*2.*; got 200", lying(at("/session"), body=b'{"visits": 1}')
    ),
    "a session that believes everything": Lie("session-forged", 'visits": 1}.*; got 200 .*42', Trusting),
    "a session that looks at half of it": Lie("session-forged", 'visits": 1}.*; got 200 .*2', Careless),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_found_by_the_check_for_it(lie: Lie) -> None:
    lie.must_be_found()
