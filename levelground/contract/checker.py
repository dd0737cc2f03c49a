"""The contract, checked as a black box over HTTP.

Promises its caller a verdict on every row and rule of CONTRACT.md for any service at any address:
held, or one sentence with the request, what was expected and what came.
Semantics are strict (status, media type, decoded body); the order of headers and how JSON is written are free.
A service that hangs fails a check, it never blocks one.

`python -m levelground.contract.checker NAME HOST PORT` checks one service of compose.yaml wherever it runs.
"""

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from levelground.contract.attacks import ATTACKS
from levelground.contract.client import Client, Mismatch, NoAnswer
from levelground.contract.outages import OUTAGES
from levelground.contract.rules import RULES
from levelground.contract.terms import Check, Run
from levelground.contract.topics import TOPICS
from levelground.contract.topics.hello import hello
from levelground.stand import catalog
from levelground.stand.catalog import Service, UnknownName

CHECKS: tuple[Check, ...] = tuple(each for topic in (*TOPICS, RULES) for each in topic.checks)
ALL: tuple[Check, ...] = (*CHECKS, *ATTACKS.checks, *OUTAGES)
"""What a service may declare that it cannot pass: the contract, and what `make hostile` does."""
AT_ONCE = 4
"""How many services are checked at the same time: they share their CPUs, more would only make them slow."""


def meant_for(service: Service, checks: Sequence[Check] = CHECKS) -> list[Check]:
    """The checks that the service has to pass: those of its scenarios, without what it declares that it cannot do."""
    return [
        each
        for each in checks
        if (each.always or service.answers(each.name)) and not {each.name, each.presumes} & service.declared.keys()
    ]


def without(away: Collection[str]) -> tuple[Check, ...]:
    """The contract's checks but those that need one of these helpers."""
    return tuple(each for each in CHECKS if each.needs not in away)


def of_contract(service: Service) -> dict[str, str]:
    """What the service declares of the contract; the rest is about bad input, and changes no answer under load."""
    names = {each.name for each in CHECKS}
    return {name: reason for name, reason in service.declared.items() if name in names}


def check(service: Service, host: str, port: int, checks: Sequence[Check] = CHECKS) -> dict[str, str | None]:
    """The name of each check that is meant for the service -> None if it held, else what was wrong.

    After each check the service has to answer a simple request, if it did so before:
    damage that is seen only afterwards is told with the check that did it.
    """
    verdicts: dict[str, str | None] = {}
    well = _mismatch(host, port, _greets) is None
    gone = ""
    for each in meant_for(service, checks):
        if gone:
            verdicts[each.name] = gone
            continue
        wrong = _mismatch(host, port, each.run)
        after = _mismatch(host, port, _greets)
        told = [str(wrong)] if wrong else []
        if well and after and str(after) not in told:
            told.append(f"afterwards {after}")
        verdicts[each.name] = "; ".join(told) or None
        well = after is None
        # A service that hangs would take its time over each of the other checks, too.
        if isinstance(after, NoAnswer):
            gone = f"not checked, the service was gone after {each.name}"
    return verdicts


def _greets(client: Client) -> None:
    client.must_answer(hello())


def _mismatch(host: str, port: int, run: Run) -> Mismatch | None:
    try:
        with Client(host, port) as client:
            run(client)
    except Mismatch as mismatch:
        return mismatch
    return None


def check_all(
    services: Sequence[Service],
    address_of: Callable[[Service], tuple[str, int]],
    checks: Sequence[Check] = CHECKS,
    at_once: int = AT_ONCE,
) -> dict[str, dict[str, str | None]]:
    """The verdicts of `check` for each service, by its name. Raises UnknownName if one declares what is no check."""
    known = [each.name for each in ALL]
    for service in services:
        if wrong := [name for name in service.declared if name not in known]:
            raise UnknownName(f"check in x-declared of {service.name}", wrong, known)
    with ThreadPoolExecutor(at_once) as pool:
        checked = pool.map(lambda service: check(service, *address_of(service), checks), services)
        return {service.name: verdicts for service, verdicts in zip(services, checked, strict=True)}


def run(services: Sequence[Service], address_of: Callable[[Service], tuple[str, int]]) -> int:
    """Check services, print the matrix; the exit code is 0 if every check held, else 1."""
    print(f"Checking the contract: {len(CHECKS)} checks, {len(services)} services", file=sys.stderr)
    results = check_all(services, address_of)
    kept = sum(not any(verdicts.values()) for verdicts in results.values())
    print(f"{matrix(results, services)}\n\n{kept} of {len(results)} services keep the contract")
    return int(kept < len(results))


def matrix(
    results: Mapping[str, Mapping[str, str | None]],
    services: Sequence[Service] = (),
    checks: Sequence[Check] = CHECKS,
) -> str:
    """A line for each check, a column for each service: ✓ held, ✗ broken, dash not meant for it.

    Below it the failures, and why those services cannot do what they declare.
    """
    shown = {name for names in (*results.values(), *(one.declared for one in services)) for name in names}
    names = [each.name for each in checks if each.name in shown]
    width = max(map(len, names), default=0)
    lines = [" " * width + "  │" * position + f"  {name}" for position, name in enumerate(results)]
    for name in names:
        lines.append(name.ljust(width) + "".join(f"  {_mark(name, verdicts)}" for verdicts in results.values()))
    for service, verdicts in results.items():
        lines += _failures(service, verdicts)
    notes = [
        f"{one.name}: {name}: {reason}" for one in services for name, reason in one.declared.items() if name in names
    ]
    if notes:
        lines += ["", *notes]
    return "\n".join(lines)


def _mark(name: str, verdicts: Mapping[str, str | None]) -> str:
    if name not in verdicts:
        return "\N{EN DASH}"
    return "✗" if verdicts[name] else "✓"


def _failures(service: str, verdicts: Mapping[str, str | None]) -> list[str]:
    broken = [(name, text) for name, text in verdicts.items() if text]
    if not broken:
        return []
    lines = ["", f"{service}: {len(broken)} of {len(verdicts)} checks failed"]
    for text, group in groupby(broken, key=lambda pair: pair[1]):
        names = [name for name, _ in group]
        lines.append(f"  {names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}: {text}")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Check one service; the exit code is 2 for wrong use."""
    try:
        name, host, port = arguments
        address, services = (host, int(port)), catalog.select(catalog.read(), [name])
    except ValueError as error:
        print(f"use: python -m levelground.contract.checker NAME HOST PORT ({error})", file=sys.stderr)
        return 2
    return run(services, lambda _: address)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
