"""A page of Quart that a Flask extension guards: a program that prints the statuses of the page, the login, the page.

With a module's name as its argument, that module is imported first of all.
"""

import sys
from importlib import import_module

for module in sys.argv[1:]:
    import_module(module)

import asyncio  # noqa: E402
import json  # noqa: E402

from flask_login import LoginManager, UserMixin, login_required, login_user  # noqa: E402
from quart import Quart  # noqa: E402

app = Quart(__name__)
app.secret_key = "of this stand, and no secret"
logins = LoginManager(app)


class User(UserMixin):
    id = "zoe"


@logins.user_loader
def load_user(id: str) -> User:
    return User()


@app.get("/page")
@login_required
async def page() -> str:
    return "hello"


@app.post("/login")
async def login() -> str:
    login_user(User())
    return "welcome"


async def ask() -> list[int]:
    client = app.test_client()
    answers = [await client.get("/page"), await client.post("/login"), await client.get("/page")]
    return [answer.status_code for answer in answers]


print(json.dumps(asyncio.run(ask())))
