"""The beginning of a session: signed, after no cookie and after a forged one that has to be found out."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from random import Random

from levelground.contract.topics.state import session
from levelground.traffic.scenario import Transaction


def transactions(random: Random) -> Iterator[Transaction]:
    while True:
        yield [session()]
        yield [session(urlsafe_b64encode(random.randbytes(60)).decode())]
