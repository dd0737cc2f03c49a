"""All transactions of a scenario, and for each service the scripts that its connections send from.

Asking every service for every answer in advance would take minutes.
So a service is asked for a sample of each kind of step, and all other answers are predicted from the sample.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from levelground.traffic import spelling
from levelground.traffic.spelling import NO_MARKS, Marks, Spelling, Wire
from levelground.traffic.step import Step, Transaction

SAMPLES = 8
"""How many transactions with each kind of step are asked."""
FEW = 128
"""If no more transactions than these have answers that cannot be predicted, all of them are asked."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A step of a script, with what the right answer of one service is recognised by (see Marks)."""

    step: Step
    ends: bool
    """Whether the transaction is over after it."""
    request: bytes
    length: int
    prefix: bytes
    suffix: bytes


Script = Sequence[Learned]
"""What one connection sends, over and over: transactions, one after the other."""


def starts(script: Script) -> Sequence[int]:
    """Where the transactions of a script begin."""
    if isinstance(script, _Indexed):
        return script.starts
    return [0, *(at + 1 for at, learned in enumerate(script[:-1]) if learned.ends)]


class _Indexed(tuple[Learned, ...]):
    """A script with an index of its transactions: searching a long one before every slice would take too long."""

    starts: Sequence[int]


class Scripts(tuple[Script, ...]):
    """The script of each connection."""

    parsed: Sequence[Step] = ()
    """The different steps whose answers have to be parsed in full each time."""

    @property
    def warning(self) -> str | None:
        """What a user should know, in a sentence."""
        if not self.parsed:
            return None
        return (
            f"answers to {len(self.parsed):,} requests cannot be predicted (the first is {self.parsed[0].line}): "
            "they are parsed in full, which makes the generator slower"
        )


def websocket(scripts: Sequence[Script]) -> str:
    """The path of the WebSocket that the connections of these scripts are; "" for HTTP."""
    return next((learned.step.websocket for script in scripts for learned in script), "")


class Pool(tuple[Sequence[Transaction], ...]):
    """The transactions of each connection, with what is worked out from them once, for all services.

    A connection is one WebSocket or none: scenarios see to it that all steps have the same.
    """

    @property
    def websocket(self) -> str:
        """The path of the WebSocket that each connection is; "" for HTTP."""
        steps = (step for transactions in self for transaction in transactions for step in transaction)
        return next((step.websocket for step in steps), "")

    def learn(self, ask: Callable[[Step], Marks]) -> Scripts:
        """The scripts for one service. `ask` sends it a step, and returns what its right answer is recognised by.

        Steps are asked for in whole transactions. What `ask` raises is passed on.
        """
        return self._index.learn(ask)

    @cached_property
    def _index(self) -> "_Index":
        return _Index(self)


class _Index:
    """The different steps of a pool, by number, and what services that spell alike can share."""

    def __init__(self, pool: Pool) -> None:
        numbers: dict[tuple[Step, bool], int] = {}
        """Of a step, and of whether its transaction is over after it."""
        self._scripts: list[tuple[Sequence[int], Sequence[int]]] = []
        """For each connection the numbers of its steps, and where among them its transactions begin."""
        different: dict[tuple[int, ...], None] = {}
        for transactions in pool:
            script, begins = array("L"), array("L")
            for transaction in transactions:
                last = len(transaction) - 1
                steps = tuple(
                    numbers.setdefault((step, at == last), len(numbers)) for at, step in enumerate(transaction)
                )
                different[steps] = None
                begins.append(len(script))
                script.extend(steps)
            self._scripts.append((script, begins))
        self._steps = list(numbers)
        self._kinds = [spelling.kind(step) for step, _ in self._steps]
        self._transactions = list(different)
        self._sample = self._choose()
        self._suffixes: dict[Wire, dict[int, bytes]] = defaultdict(dict)
        self._known: dict[Hashable, Scripts] = {}

    def learn(self, ask: Callable[[Step], Marks]) -> Scripts:
        asked: dict[int, Marks] = {}
        self._ask(self._sample, ask, asked)
        spellings = self._fit(asked)
        if all(spellings.values()):
            # Services that spell alike share their scripts.
            alike = tuple(spellings.items())
            if alike not in self._known:
                self._known[alike] = self._predict(spellings, asked)
            return self._known[alike]
        open_ = [one for one in self._transactions if not all(at in asked or spellings[self._kinds[at]] for at in one)]
        if len(open_) <= FEW:
            self._ask(open_, ask, asked)
        else:
            spellings |= self._fit({at: marks for at, marks in asked.items() if not spellings[self._kinds[at]]}, True)
        return self._predict(spellings, asked)

    def _choose(self) -> list[tuple[int, ...]]:
        """Transactions with every kind of step in it, SAMPLES of each if there are so many: the first and the last."""
        seen = Counter[Hashable]()
        sample: dict[tuple[int, ...], None] = {}
        for one in chain.from_iterable(zip(self._transactions, reversed(self._transactions), strict=True)):
            kinds = [self._kinds[at] for at in one]
            if one not in sample and any(seen[kind] < SAMPLES for kind in kinds):
                sample[one] = None
                seen.update(kinds)
        return list(sample)

    def _ask(
        self, transactions: Iterable[Sequence[int]], ask: Callable[[Step], Marks], asked: dict[int, Marks]
    ) -> None:
        for at in chain.from_iterable(transactions):
            marks = ask(self._steps[at][0])
            asked.setdefault(at, marks)

    def _fit(self, asked: Mapping[int, Marks], in_any_chunks: bool = False) -> dict[Hashable, Spelling | None]:
        """How the service spells its answers of each kind, if it does so in a known way."""
        samples: dict[Hashable, list[tuple[Step, Marks]]] = defaultdict(list)
        for at, marks in asked.items():
            samples[self._kinds[at]].append((self._steps[at][0], marks))
        return {kind: spelling.fit(of_kind, in_any_chunks=in_any_chunks) for kind, of_kind in samples.items()}

    def _predict(self, spellings: Mapping[Hashable, Spelling | None], asked: Mapping[int, Marks]) -> Scripts:
        learned: list[Learned] = []
        for at, ((step, ends), kind) in enumerate(zip(self._steps, self._kinds, strict=True)):
            found = spellings[kind]
            if found:
                marks = found.marks(self._suffix(found.wire, at))
            else:
                # Recognised in one piece, a stream would have no first byte.
                marks = NO_MARKS if step.streams else asked.get(at, NO_MARKS)
            learned.append(Learned(step, ends, step.request, *marks))
        scripts = Scripts(self._script(learned, *one) for one in self._scripts)
        scripts.parsed = [one.step for one in learned if one.length == NO_MARKS.length]
        return scripts

    def _suffix(self, wire: Wire, at: int) -> bytes:
        """Cached: many services write the same bodies and differ only in their headers."""
        kept = self._suffixes[wire]
        if at not in kept:
            kept[at] = wire.suffix(self._steps[at][0])
        return kept[at]

    @staticmethod
    def _script(learned: Sequence[Learned], numbers: Sequence[int], begins: Sequence[int]) -> Script:
        script = _Indexed(learned[at] for at in numbers)
        script.starts = begins
        return script
