"""Bad input and outages, against services that are up: `make hostile`.

Promises its caller a verdict on every attack and every outage for each service, in one matrix as `make conformance`.
What a service declares is left out, and stands below with its reason.

`python -m levelground.contract.hostility NAME HOST PORT` does it to one service of compose.yaml wherever it runs,
without the outage for which the database has to be stopped.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from levelground.contract import checker, outages
from levelground.contract.attacks import ATTACKS
from levelground.contract.outages import OUTAGES, Engine, Outage
from levelground.contract.terms import Check
from levelground.stand import catalog
from levelground.stand.catalog import Service
from levelground.stand.helpers import Away

CHECKS: tuple[Check, ...] = (*ATTACKS.checks, *OUTAGES)

AT_ONCE = 2
"""Services that are attacked at the same time: they share their CPUs, and how soon others are served counts."""

type AddressOf = Callable[[Service], tuple[str, int]]


def run(services: Sequence[Service], address_of: AddressOf, engine: Engine | None = None) -> int:
    """Attack services, take the database from them, print the matrix; the exit code is 0 if every check held, else 1.

    Without an engine the database is not stopped.
    """
    meant = [service for service in services if checker.meant_for(service, CHECKS)]
    print(f"Bad input: {len(CHECKS)} checks, {len(meant)} services", file=sys.stderr)
    if spared := [service.name for service in services if service not in meant]:
        print(f"spared, for x-only leaves all of these out: {', '.join(spared)}", file=sys.stderr)
    results = checker.check_all(meant, address_of, ATTACKS.checks, AT_ONCE)
    try:
        for check, outage in _outages(engine).items():
            suffering = [(one, address_of(one)) for one in meant if check in checker.meant_for(one, CHECKS)]
            for name, wrong in outages.suffer(check, outage, suffering).items() if suffering else ():
                results[name][check.name] = wrong
    except Away as error:
        print(f"levelground: no outages without a database: {error}", file=sys.stderr)
        return 1
    finally:
        _print(results, meant)
    return int(any(any(verdicts.values()) for verdicts in results.values()))


def _outages(engine: Engine | None) -> Mapping[Check, Outage]:
    found: dict[Check, Outage] = {outages.SLOW: outages.slow, outages.FULL: outages.full}
    return found | ({outages.AWAY: partial(outages.away, engine)} if engine else {})


def _print(results: Mapping[str, Mapping[str, str | None]], services: Sequence[Service]) -> None:
    well = sum(not any(verdicts.values()) for verdicts in results.values())
    print(f"{checker.matrix(results, services, CHECKS)}\n\n{well} of {len(results)} services withstand all of it")


def main(arguments: Sequence[str]) -> int:
    """Attack one service; the exit code is 2 for wrong use."""
    try:
        name, host, port = arguments
        address, services = (host, int(port)), catalog.select(catalog.read(), [name])
    except ValueError as error:
        print(f"use: python -m levelground.contract.hostility NAME HOST PORT ({error})", file=sys.stderr)
        return 2
    return run(services, lambda _: address)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
