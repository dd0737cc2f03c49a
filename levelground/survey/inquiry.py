"""A survey from its first question to its record: every claim is checked, whatever happens to the others.

Services are asked side by side, a few at a time; the claims about one service one after the other.
A check that hangs is given up when its time is over, and a service that is down is asked nothing.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from levelground.contract.client import Mismatch
from levelground.model import footprint
from levelground.model.folder import RESULTS, Folder
from levelground.model.interval import Interval
from levelground.model.record import now
from levelground.model.survey import Answered, Exchange, Package, Record, System, Verdict
from levelground.stand import distributions, host, probe
from levelground.stand.catalog import Service
from levelground.stand.distributions import Distributions
from levelground.survey import claims as survey_claims
from levelground.survey import speed
from levelground.survey.claims import FEATURES
from levelground.survey.terms import Chapter, Claim, Held, Look, Refuted, Subject, Unchecked, short

FOLDER = "survey"
"""In results/, with a folder for each survey."""
FILE = "survey.json"
SERVICES = Path(__file__).parent.parent.parent / "services"
AT_ONCE = 4
MOST_EVIDENCE = 8
"""Exchanges that a verdict keeps: the first ones and the last."""
_LOCKS = ("requirements.txt", "package-lock.json")


def check(claim: Claim, look: Look) -> Answered:
    """The verdict on one claim, within its time."""
    began = time.monotonic()
    verdict, through, reason, broke = _within(claim, look)
    return Answered(
        system=claim.system,
        service=claim.service,
        says=claim.says,
        verdict=verdict,
        evidence=_kept(look.evidence),
        feature=claim.feature,
        through=through,
        reason=reason,
        broke=broke,
        seconds=round(time.monotonic() - began, 2),
    )


type _Outcome = tuple[Verdict, str | None, str | None, bool]


def _within(claim: Claim, look: Look) -> _Outcome:
    """In a thread of its own, which is left alone if it does not come to its end."""
    outcomes: SimpleQueue[_Outcome] = SimpleQueue()
    Thread(target=lambda: outcomes.put(_outcome(claim, look)), daemon=True).start()
    try:
        return outcomes.get(timeout=claim.seconds)
    except Empty:
        return Verdict.UNCHECKED, None, f"The check took over {claim.seconds:g} s and was given up.", True


def _outcome(claim: Claim, look: Look) -> _Outcome:
    try:
        found = claim.check(look) or Held()
    except Unchecked as reason:
        return Verdict.UNCHECKED, None, str(reason), False
    except Refuted as reason:
        return Verdict.NOT, None, str(reason), False
    except Mismatch as mismatch:
        return Verdict.NOT, None, short(str(mismatch)), False
    except Exception as error:
        # Whatever a check did not foresee is the check's own failure, and says nothing of the claim.
        return Verdict.UNCHECKED, None, f"The check broke: {type(error).__name__}: {short(str(error))}", True
    return Verdict.THROUGH if found.through else Verdict.HOLDS, found.through, found.note, False


def survey(
    services: Sequence[Service],
    address_of: Callable[[Service], probe.Address] = probe.inside,
    results: Path = RESULTS,
    chapters: Sequence[Chapter] | None = None,
    start_seconds: float = probe.START_SECONDS,
) -> Record:
    """Checks the claims about these services; the record, which is not written yet."""
    started, began = now(), time.monotonic()
    wanted = {one.name: one for one in services}
    chapters = [one for one in chapters or survey_claims.chapters(services) if _is_about(one, wanted)]
    claims = [claim for one in chapters for claim in one.claims if claim.service in wanted]
    asked = [one for one in services if any(claim.service == one.name for claim in claims)]
    up, down = probe.await_all(asked, start_seconds, address_of)
    images = (host.describe(results)["engine"] or {}).get("images", {})
    installed = {
        name: distributions.read(images[name], results) if name in images else None
        for name in (one.name for one in asked)
    }
    by_service: dict[str, list[int]] = defaultdict(list)
    for position, claim in enumerate(claims):
        by_service[claim.service].append(position)
    own = {subject.service: subject.distribution for subject in (one.subject for one in chapters)}
    answered: dict[int, Answered] = {}

    def ask(name: str) -> None:
        gone = down.get(name)
        for position in by_service[name]:
            claim = claims[position]
            if gone:
                reason = f"The service is down: {gone}"
                answered[position] = Answered(
                    claim.system, name, claim.says, Verdict.UNCHECKED, [], claim.feature, reason=reason, broke=True
                )
                continue
            look = Look(address_of(wanted[name]), own.get(name), installed[name], up[name])
            answered[position] = check(claim, look)
            if answered[position].verdict in (Verdict.NOT, Verdict.UNCHECKED):
                gone = _gone(address_of(wanted[name]))
        _say(f"{name}: {len(by_service[name])} claims checked")

    _say(f"{len(claims)} claims about {len(asked)} services")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, by_service))
    runs = speed.Runs.read(results)
    contenders = [one.name for one in services if one.role == "contender"]
    weights = _footprint(results)
    speeds, costs = speed.answer(runs, contenders), speed.costs(runs, contenders)
    return Record(
        survey="",
        started=started,
        seconds=round(time.monotonic() - began, 1),
        features=list(FEATURES),
        systems=[_system(one.subject, wanted, up, installed, weights) for one in chapters],
        claims=[answered[position] for position in range(len(claims))],
        speed=speeds,
        costs=costs,
        machines=speed.machines(runs, speeds, costs),
    )


def write(record: Record, results: Path = RESULTS) -> Folder:
    """The record in a folder of its own, and results/survey/latest pointing at it."""
    folder = Folder.create(results / FOLDER)
    folder.write_json(FILE, replace(record, survey=folder.name))
    return folder


def _is_about(chapter: Chapter, wanted: Mapping[str, Service]) -> bool:
    return any(claim.service in wanted for claim in chapter.claims)


def _gone(address: probe.Address) -> str | None:
    try:
        probe.about(address)
    except probe.NotUp as error:
        return str(error)
    return None


def _kept(evidence: Sequence[Exchange]) -> list[Exchange]:
    every = list(evidence)
    return every if len(every) <= MOST_EVIDENCE else [*every[: MOST_EVIDENCE - 2], *every[-2:]]


def _system(
    subject: Subject,
    wanted: Mapping[str, Service],
    up: Mapping[str, Mapping[str, Any]],
    installed: Mapping[str, Distributions | None],
    weights: Mapping[str, footprint.Footprint],
) -> System:
    name, missing = subject.service, {}
    if name is None or name not in wanted:
        return System(subject.name, name, subject.what)
    about, known, weight = up.get(name, {}), installed.get(name), weights.get(name)
    lines = count_lines(SERVICES / name)
    package = _package(known, subject.distribution) if known is not None and subject.distribution else None
    if package is None:
        missing["package"] = "the metadata of the packages in its image were not taken out of it"
    if lines is None:
        missing["lines"] = "its folder is not here"
    if weight is None:
        missing["start_seconds"] = missing["memory_idle_bytes"] = "not measured: `make footprint` first"
    return System(
        name=subject.name,
        service=name,
        what=subject.what,
        language=f"{about['language']} {about['language_version']}" if about else None,
        server=f"{about['server']} {about['server_version']}" if about else None,
        package=package,
        lines=lines,
        start_seconds=_interval(weight.start_seconds) if weight else None,
        memory_idle_bytes=_interval(weight.memory_idle_bytes) if weight else None,
        declared=dict(wanted[name].declared),
        missing=missing,
    )


def _package(installed: Distributions, name: str) -> Package | None:
    own = installed.get(canonicalize_name(name))
    if own is None:
        return None
    return Package(
        name=own.name,
        version=own.version,
        summary=own.summary,
        licence=own.licence,
        kept_by=own.kept_by,
        home=own.home,
        status=own.status,
        pulls_in=sorted(distributions.required(installed, name)),
    )


def count_lines(folder: Path) -> int | None:
    """Lines that are not blank, of all text files of a service but its lock files; None: there is no such folder."""
    if not folder.is_dir():
        return None
    return sum(
        sum(1 for line in path.read_text(errors="replace").splitlines() if line.strip())
        for path in folder.rglob("*")
        if path.is_file() and path.name not in _LOCKS and "__pycache__" not in path.parts
    )


def _footprint(results: Path) -> Mapping[str, footprint.Footprint]:
    """The newest footprint of each service."""
    found: dict[str, footprint.Footprint] = {}
    for path in sorted((results / "footprint").glob("*/footprint.json")):
        if not path.parent.is_symlink():
            try:
                found |= msgspec.json.decode(path.read_bytes(), type=footprint.Report).services
            except (OSError, msgspec.MsgspecError):
                continue
    return found


def _interval(one: footprint.Sample) -> Interval | None:
    if one.estimate is None:
        return None
    return Interval(
        one.estimate, one.estimate if one.low is None else one.low, one.estimate if one.high is None else one.high
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr)
