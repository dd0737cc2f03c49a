"""Query parameters: a name once, a name three times as a list, several names, none at all."""

from collections.abc import Iterator
from random import Random

from levelground.traffic.scenario import Transaction, data, word


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        a, b, c, age = word(random), word(random), word(random), str(random.randrange(100))
        yield [data("GET", f"/query?name={a}&age={age}", says={"name": [a], "age": age})]
        yield [data("GET", f"/query?name={a}&name={b}&name={c}", says={"name": [a, b, c], "age": None})]
        yield [data("GET", f"/query?name={a}&other={b}&age={age}", says={"name": [a], "age": age})]
        yield [data("GET", "/query", says={"name": [], "age": None})]
