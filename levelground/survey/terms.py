"""What a survey is made of: systems, claims, checks, and what a check sees of a service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, override

from levelground.contract.client import ANSWER_SECONDS, Answer, Client, Mismatch
from levelground.model.survey import Exchange
from levelground.stand.distributions import Distributions
from levelground.stand.probe import Address

LONGEST = 300
"""Characters of an answer that stand in the evidence."""


@dataclass(frozen=True)
class Subject:
    """A system that the survey speaks of."""

    name: str
    service: str | None
    """The service that runs it; None: it is in several, and each of its claims names one."""
    distribution: str | None
    what: str
    """In a sentence or two."""


@dataclass(frozen=True)
class Held:
    """The claim holds; by the framework itself if `through` names nothing else."""

    through: str | None = None
    note: str | None = None
    """What else the reader of the verdict has to know."""


class Unchecked(Exception):
    """The claim cannot be checked here; the message is the reason."""


class Refuted(Exception):
    """The claim does not hold, for a reason that is no answer of the service; the message is the reason."""


class Look:
    """One service as a check sees it; whatever is asked through it becomes evidence."""

    def __init__(
        self,
        address: Address,
        distribution: str | None = None,
        installed: Distributions | None = None,
        about: dict[str, Any] | None = None,
    ) -> None:
        self.host, self.port = address
        self.distribution = distribution
        self.about = about or {}
        self.evidence: list[Exchange] = []
        self._installed = installed

    @property
    def installed(self) -> Distributions:
        """The distributions in its image. Raises Unchecked if they are not known."""
        if self._installed is None:
            raise Unchecked("the metadata of the packages in its image were not taken out of it (make up)")
        return self._installed

    def client(self, seconds: float = ANSWER_SECONDS) -> Client:
        """An HTTP client whose requests and answers are evidence."""
        return _Recorder(self, seconds)

    def note(self, request: str, answer: str) -> None:
        self.evidence.append(Exchange(short(request), short(answer)))


type Check = Callable[[Look], Held | None]
"""Raises Mismatch or Refuted if the claim does not hold, and Unchecked; None is the same as Held()."""


@dataclass(frozen=True)
class Claim:
    """One sentence about a system, with its check."""

    system: str
    service: str
    says: str
    check: Check
    feature: str | None = None
    """The row of the matrix."""
    seconds: float = 60.0
    """How long the check may take."""


@dataclass(frozen=True)
class Chapter:
    """A system with its claims."""

    subject: Subject
    claims: Sequence[Claim] = field(default_factory=tuple)


def differs(request: str, expected: str, got: str) -> Mismatch:
    return Mismatch(request, expected, short(got))


def short(text: str) -> str:
    """One line of at most LONGEST characters, without what a terminal would act on."""
    line = "".join(each if each.isprintable() else " " for each in " ".join(text.split()))
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


class _Recorder(Client):
    def __init__(self, look: Look, seconds: float) -> None:
        super().__init__(look.host, look.port, seconds)
        self._look = look

    @override
    def _exchange(self, described: str, method: str, data: bytes) -> Answer:
        try:
            answer = super()._exchange(described, method, data)
        except Mismatch as mismatch:
            self._look.note(described, str(mismatch).partition("; got ")[2] or str(mismatch))
            raise
        media_type = answer.headers.get_content_type() if "content-type" in answer.headers else ""
        body = answer.body.decode("utf-8", "backslashreplace")
        self._look.note(described, f"{answer.status} {media_type} {body}")
        return answer
