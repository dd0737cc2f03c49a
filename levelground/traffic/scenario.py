"""One pattern of traffic, as requests in bytes and the answers that are right for them.

A scenario is a file in locustfiles/scenarios/ with one generator function, `transactions(random)`.
It yields transactions: lists of steps that one connection sends one after the other, and always to the end.
Rendered once with a seed, they are the same bytes for every service.
"""

import hashlib
import importlib.util
import json
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from urllib.parse import quote

from levelground.stand.catalog import UnknownName

SCENARIOS = Path(__file__).parent.parent.parent / "locustfiles" / "scenarios"
HOST = "level.ground"
"""The Host header of every request, whichever service it goes to: identical traffic is identical bytes."""


@dataclass(frozen=True)
class Step:
    """A request, rendered, and the answer that is right for it."""

    request: bytes
    status: int
    media_type: str | None
    body: str
    """Text, or JSON in its canonical form; "" if the answer has no body."""

    def accepts(self, status: int, media_type: str | None, body: bytes) -> bool:
        """Whether an answer says what it should: status, media type, decoded body."""
        if status != self.status:
            return False
        if self.media_type is None:
            return not body
        if media_type != self.media_type:
            return False
        try:
            return self.body == (canonical(json.loads(body)) if media_type == JSON else body.decode())
        except ValueError:
            return False


Transaction = Sequence[Step]
TEXT, JSON = "text/plain", "application/json"


@dataclass(frozen=True)
class Scenario:
    """A scenario's name, its one-line description, and the source of its transactions."""

    name: str
    summary: str
    transactions: Callable[[Random], Iterator[Transaction]]

    def render(self, seed: int, connections: int) -> tuple[tuple[Transaction, ...], ...]:
        """The transactions of each connection: the same for the same seed, and no transaction on two connections."""
        each = max(1, 128 // connections)
        source = self.transactions(Random(f"{self.name}:{seed}"))
        pool = list(islice(source, each * connections))
        return tuple(tuple(pool[first : first + each]) for first in range(0, len(pool), each))


def digest(transactions: Sequence[Sequence[Transaction]]) -> str:
    """The SHA-256 of the byte stream that `Scenario.render` made."""
    sha = hashlib.sha256()
    for of_connection in transactions:
        for transaction in of_connection:
            for step in transaction:
                sha.update(step.request)
    return sha.hexdigest()


def read(folder: Path = SCENARIOS) -> tuple[Scenario, ...]:
    """All scenarios, in the order of their names."""
    return tuple(_load(path) for path in sorted(folder.glob("*.py")))


def select(scenarios: Sequence[Scenario], names: Sequence[str]) -> tuple[Scenario, ...]:
    """Those scenarios that are named; no names: all of them. Raises UnknownName."""
    known = [one.name for one in scenarios]
    if wrong := [name for name in names if name not in known]:
        raise UnknownName("scenario", wrong, known)
    return tuple(one for one in scenarios if not names or one.name in names)


def _load(path: Path) -> Scenario:
    spec = importlib.util.spec_from_file_location(f"scenarios.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not (module.__doc__ and callable(getattr(module, "transactions", None))):
        raise ImportError(f"{path}: a scenario needs a docstring and a function transactions(random)")
    return Scenario(path.stem, module.__doc__.strip().splitlines()[0], module.transactions)


# What scenario files are written with.


def text(method: str, path: str, *, says: str, status: int = 200) -> Step:
    """A request that is answered with text."""
    return Step(_request(method, path), status, TEXT, says)


def data(method: str, path: str, *, says: object, send: object = None, status: int = 200) -> Step:
    """A request, with a JSON body if `send` is given, that is answered with JSON."""
    return Step(_request(method, path, send), status, JSON, canonical(says))


def empty(method: str, path: str, *, status: int) -> Step:
    """A request that is answered without a body."""
    return Step(_request(method, path), status, None, "")


def word(random: Random) -> str:
    """A made-up word of 4 to 12 lower-case letters."""
    return "".join(random.choices(string.ascii_lowercase, k=random.randint(4, 12)))


def canonical(value: object) -> str:
    """One spelling for all JSON that means the same: 1.0 and 1 are one number, as they are in JavaScript."""
    return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _whole(value: object) -> object:
    """The same value, with integers in place of floats that have no fraction."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _whole(one) for key, one in value.items()}
        case list():
            return [_whole(one) for one in value]
    return value


def _request(method: str, path: str, send: object = None) -> bytes:
    head = f"{method} {quote(path, safe='/?=&')} HTTP/1.1\r\nHost: {HOST}\r\n"
    if send is None:
        return f"{head}\r\n".encode()
    body = canonical(send).encode()
    return f"{head}Content-Type: {JSON}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
