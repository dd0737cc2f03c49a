"""One visitor: the front page, a session, a search, a page of rows, a row of PostgreSQL, and a form."""

from collections.abc import Iterator
from itertools import cycle
from random import Random

from levelground.contract.topics.database import ROWS, db
from levelground.contract.topics.forms import form
from levelground.contract.topics.hello import hello
from levelground.contract.topics.pages import template
from levelground.contract.topics.parameters import query
from levelground.contract.topics.state import session
from levelground.traffic.scenario import Transaction, word

PAGES = 4
"""Visitors see the same pages. All of them are asked for in advance, so that none has to be parsed in full."""


def transactions(random: Random) -> Iterator[Transaction]:
    pages = cycle([template(f"{word(random)} & {word(random)}") for _ in range(PAGES)])
    while True:
        message = " ".join(word(random) for _ in range(20))
        yield [
            hello(),
            session(),
            query(word(random), age=str(random.randrange(100))),
            next(pages),
            db(random.randint(1, ROWS)),
            form(f"{word(random)} ü", message, word(random), word(random)),
        ]
