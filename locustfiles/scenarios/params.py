"""Path parameters: one, two, names beyond ASCII, and a number that the route's own pattern admits."""

from collections.abc import Iterator
from random import Random

from levelground.traffic.scenario import Transaction, data, text, word


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        name, info = word(random), word(random)
        number = random.randrange(10**9)
        yield [text("GET", f"/greet/{name}", says=f"hello {name}")]
        yield [text("GET", f"/greet/{name} ü", says=f"hello {name} ü")]
        yield [data("GET", f"/greet/{name}/{info}", says={"name": name, "info": info})]
        yield [data("GET", f"/number/{number}", says={"number": number})]
