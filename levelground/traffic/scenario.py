"""One pattern of traffic, as requests in bytes and the answers that are right for them.

A scenario is a file in locustfiles/scenarios/ with one generator function, `transactions(random)`.
It yields transactions: lists of steps that one connection sends one after the other, and always to the end.
Rendered once with a seed, they are the same bytes for every service.
It may say how many connections to each service it needs: `connections = 5000`. All others take what the run has.
"""

import hashlib
import importlib.util
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from levelground.stand.catalog import UnknownName
from levelground.traffic import markup, websocket
from levelground.traffic.events import Event, write
from levelground.traffic.pool import Pool
from levelground.traffic.step import BINARY, EVENTS, HOST, HTML, JSON, TEXT, Step, Transaction, canonical, compact

__all__ = ["HOST", "HTML", "JSON", "TEXT", "Event", "Step", "Transaction"]

SCENARIOS = Path(__file__).parent.parent.parent / "locustfiles" / "scenarios"
FORM = "application/x-www-form-urlencoded"
POOL = 8192
"""How many transactions a scenario has. Routers that cache whole paths keep 1,000 to 1,200 of them: real traffic has
more different paths than that, and so has ours."""
POOL_BYTES = 64 << 20
"""A scenario with long requests has fewer transactions, so that its pool takes no more memory than about this."""


@dataclass(frozen=True)
class Scenario:
    """A scenario's name, its one-line description, and the source of its transactions."""

    name: str
    summary: str
    transactions: Callable[[Random], Iterator[Transaction]]
    connections: int | None = None
    """To each service; None: as many as the run has for all."""

    @property
    def helpers(self) -> set[str]:
        """Those that services have to ask for its answers."""
        few = islice(self.transactions(Random(self.name)), 16)
        return {helper for transaction in few for step in transaction for helper in step.asks}

    @property
    def period(self) -> int:
        """After how many steps of every connection requests of each kind were sent equally often.

        Connections begin one transaction apart, so where a transaction is a single request every turn has all kinds.
        """
        return max(len(transaction) for transaction in islice(self.transactions(Random(self.name)), 16))

    def render(self, seed: int, connections: int) -> Pool:
        """The transactions of each connection, POOL in all: the same for the same seed.

        Connections share the transactions out among them, so that none is sent on two.
        Raises ValueError if they are not all messages of one WebSocket, or all in HTTP.
        """
        each = max(1, min(POOL, POOL_BYTES // self._longest) // connections)
        source = self.transactions(Random(f"{self.name}:{seed}"))
        # Where a scenario repeats itself, as `hello` does all the time, one step in memory stands for all.
        steps: dict[Step, Step] = {}
        pool = [
            tuple(steps.setdefault(step, step) for step in transaction)
            for transaction in islice(source, each * connections)
        ]
        if len(paths := {step.websocket for step in steps}) > 1:
            raise ValueError(f"scenario {self.name}: {' and '.join(map(repr, sorted(paths)))} on one connection")
        return Pool(pool[first : first + each] for first in range(0, len(pool), each))

    @property
    def _longest(self) -> int:
        """Bytes of the longest transaction, as far as a few tell."""
        few = islice(self.transactions(Random(self.name)), 4)
        return max(sum(len(step.request) for step in transaction) for transaction in few)


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
    connections = getattr(module, "connections", None)
    if not (connections is None or (isinstance(connections, int) and connections > 0)):
        raise ImportError(f"{path}: connections = {connections!r} is no number of connections")
    return Scenario(path.stem, module.__doc__.strip().splitlines()[0], module.transactions, connections)


# What scenario files are written with.


type Form = Mapping[str, str | Sequence[str]]
"""The fields of a form; one with several values is sent several times."""


def text(method: str, path: str, *, says: str, status: int = 200) -> Step:
    """A request that is answered with text."""
    return Step(_request(method, path), status, TEXT, says)


def data(
    method: str,
    path: str,
    *,
    says: object,
    send: object = None,
    form: Form | None = None,
    cookies: Mapping[str, str] | None = None,
    status: int = 200,
) -> Step:
    """A request, with a JSON body if `send` is given or with a form, that is answered with JSON."""
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    if form is not None:
        request = _request(method, path, urlencode(form, doseq=True).encode(), FORM, headers)
    elif send is not None:
        request = _request(method, path, canonical(send).encode(), JSON, headers)
    else:
        request = _request(method, path, headers=headers)
    return _answered_with_json(request, says, status)


def page(path: str, *, query: Mapping[str, str], says: str) -> Step:
    """A request that is answered with a page of HTML which means the same as this one."""
    return Step(_request("GET", path, query=query), 200, HTML, markup.meaning(says))


def empty(method: str, path: str, *, status: int) -> Step:
    """A request that is answered without a body."""
    return Step(_request(method, path), status, None, "")


def file(path: str, *, says: bytes, media_type: str) -> Step:
    """A GET that is answered with a file as it is."""
    return Step(_request("GET", path), 200, media_type, says)


def stream(path: str, *, says: Sequence[str]) -> Step:
    """A GET that is answered with these pieces of text one after the other; time runs to the first and the last."""
    return Step(_request("GET", path), 200, TEXT, "".join(says), streams=True)


def events(path: str, *, says: Sequence[Event]) -> Step:
    """A GET that is answered with these server-sent events, and then ends; timed as a stream."""
    return Step(_request("GET", path), 200, EVENTS, write(says), streams=True)


def message(path: str, says: str | bytes, *, frames: int = 1) -> Step:
    """Text or binary on the WebSocket at `path`, sent in so many frames and sent back as it is.

    Each connection of the scenario is one WebSocket, opened before time runs; no other steps go with it.
    """
    is_text = isinstance(says, str)
    payload = says.encode() if isinstance(says, str) else says
    sent = websocket.masked(payload, text=is_text, frames=frames)
    return Step(sent, 0, TEXT if is_text else BINARY, says, websocket=path)


def upload(path: str, file: bytes, *, says: object) -> Step:
    """A POST of one file in a form (multipart/form-data, field `file`) that is answered with JSON.

    Yield the same few steps again and again: each holds its file.
    """
    boundary = f"level-ground-{hashlib.sha256(file).hexdigest()[:32]}"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file.bin"\r\n'
        f"Content-Type: {BINARY}\r\n\r\n"
    )
    form = b"".join([head.encode(), file, f"\r\n--{boundary}--\r\n".encode()])
    return _answered_with_json(_request("POST", path, form, f"multipart/form-data; boundary={boundary}"), says, 200)


def word(random: Random, letters: int | None = None) -> str:
    """A made-up word of lower-case letters, 4 to 12 if it is not said how many."""
    return "".join(random.choices(string.ascii_lowercase, k=letters or random.randint(4, 12)))


def _answered_with_json(request: bytes, says: object, status: int) -> Step:
    body, written = canonical(says), compact(says)
    return Step(request, status, JSON, body, "" if written == body else written)


def _request(
    method: str,
    path: str,
    body: bytes | None = None,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> bytes:
    target = quote(path, safe="/?=&") + (f"?{urlencode(query)}" if query else "")
    fields = {"Host": HOST} | dict(headers or {})
    if body is not None:
        fields |= {"Content-Type": media_type, "Content-Length": str(len(body))}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode() + (body or b"")
