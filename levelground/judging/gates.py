"""Which blocks, slices and cells count. No rule looks at how fast anything was, and each gives its reason in words.

Pure functions of records. The thresholds come from twins: docs/method.md.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from levelground.model import histogram
from levelground.model.record import Conditions, Run, Slice

WINDOW_SECONDS = 0.5
"""The kernel counts some times in ticks of 10 ms, so blocks are judged together in windows of at least this length."""
STOLEN_SHARE = 0.05
"""A block is dropped if the hypervisor took a larger share of the measuring CPUs' time."""
FOREIGN_SHARE = 0.15
"""A block is dropped if something else used a larger share of the services' CPUs."""
DELAYED_SHARE = 0.1
"""A block is dropped if the generator waited for its CPU for a larger share of the time."""
STOLEN = "CPU time stolen by the hypervisor"
FOREIGN = "something else on the services' CPUs"
DELAYED = "something else on the generator's CPU"
DISTURBANCES = (STOLEN, FOREIGN, DELAYED)
"""Why a block is dropped, in words."""
DROPPED_SHARE = 1 / 3
"""A scenario is too noisy to be judged if a larger share of its blocks was dropped."""
FEWEST_BLOCKS = 10
"""A cell with fewer good slices is not judged."""
TOO_FEW = "too few blocks"
FAILED_SHARE = 0.01
"""A cell with a larger share of failed slices is invalid."""
GENERATOR_SHARE = 0.9
"""The generator was the bottleneck if its CPU was busy for a larger share of the slices' time."""
HELPER_SHARE = 0.9
"""The helpers were the bottleneck if the CPUs that they have were busy for a larger share, with a generator there."""
GENERATOR_BOUND, HELPER_BOUND = "generator-bound", "helper-bound"
STARVED_SHARE = 0.05
"""A cell is invalid if a larger share of its connections got nothing while the others were served."""
SERVED = 2
"""Connections without an answer are counted only in slices with at least so many answers per connection."""
LATE_US = 1000.0
LATE_SHARE = 0.01
"""An open loop is late if a larger share of its requests was sent more than LATE_US after they were due."""
UNANSWERED_SHARE = 0.01
"""A cell is invalid if a larger share of an open loop's requests was never answered."""


_NAMES = {"postgres": "the database", "upstream": "the upstream"}


def is_good(one: Slice) -> bool:
    """Whether a slice counts: after the warm-up, nothing failed in it, and something was answered."""
    return not one.warmup and not one.errors and one.requests > 0


def dropped(run: Run, blocks: Iterable[Conditions]) -> dict[int, str]:
    """The blocks of a run that are dropped for what the host did, and why."""
    return disturbed(blocks, measuring_cpus(run))


def measuring_cpus(run: Run) -> int:
    """How many CPUs the services and the generator have together."""
    services = {cpu for member in run.services.values() for cpu in member.cpus}
    return max(1, len(services | set(run.host.get("generator_cpus") or ())))


def disturbed(blocks: Iterable[Conditions], cpus: int) -> dict[int, str]:
    """The blocks that the host disturbed, and how; `cpus` is the number of the services' and the generator's CPUs."""
    found: dict[int, str] = {}
    for window in windows([one for one in blocks if not one.warmup]):
        shared = _disturbance(window, cpus)
        for one in window:
            if why := shared or _delay(one):
                found[one.block] = why
    return found


def _disturbance(window: Sequence[Conditions], cpus: int) -> str | None:
    """Why all of these blocks are dropped; None if they are not."""
    time_us = 1e6 * sum(one.seconds for one in window)
    if sum(one.stolen_us for one in window) > STOLEN_SHARE * time_us * cpus:
        return STOLEN
    if sum(one.foreign_us or 0.0 for one in window) > FOREIGN_SHARE * time_us:
        return FOREIGN
    return None


def _delay(block: Conditions) -> str | None:
    """What helpers on the generator's CPUs did there is part of the work, and no disturbance."""
    if block.delayed_us is None or block.delayed_us - block.helper_delay_us <= DELAYED_SHARE * 1e6 * block.seconds:
        return None
    return DELAYED


def windows(blocks: Sequence[Conditions]) -> list[list[Conditions]]:
    """Consecutive blocks of one round, as many as last WINDOW_SECONDS together."""
    found: list[list[Conditions]] = []
    for one in blocks:
        newest = found[-1] if found else []
        if newest and newest[0].round == one.round and sum(each.seconds for each in newest) < WINDOW_SECONDS:
            newest.append(one)
        else:
            found.append([one])
    return found


TOO_NOISY = "too noisy"
"""The reason of every cell of a scenario for which the host was too noisy."""


def is_too_noisy(blocks: int, dropped: int) -> bool:
    """Whether no cell of a scenario can be judged, because too many of its blocks were dropped."""
    return dropped > DROPPED_SHARE * blocks


def verdict(
    run: Run,
    service: str,
    scenario: str,
    slices: Sequence[Slice],
    blocks: Collection[int],
    dropped: Collection[int] = (),
) -> list[str]:
    """Why a cell is invalid; empty if it is valid.

    `slices` are the cell's, good or not, without the warm-up and without blocks that were broken off; `blocks` are the
    numbers of the scenario's blocks. OOM kills, restarts, throttling and wrong answers count even in dropped blocks;
    other errors do not.
    Each reason begins with its kind; what follows the colon is printed below the table.
    """
    member = run.services[service]
    if member.problem:
        return [f"errors: not up: {member.problem}"]
    if scenario in member.wrong:
        return [f"wrong answers: before the first slice: {member.wrong[scenario]}"]
    reasons: list[str] = []
    if scenario in member.wrong_later:
        reasons.append(f"wrong answers: {member.wrong_later[scenario]}")
    if wrong := sum(one.errors.get("wrong answer", 0) for one in slices):
        reasons.append(f"wrong answers: {wrong}, the first: {_example(slices, 'wrong answer')}")
    reasons += [f"wrong answers: {each}" for each in _not_asked(slices)]
    if killed := sum(one.out_of_memory for one in slices):
        reasons.append(f"out of memory: the kernel killed {killed} of its processes{_limit(run, service)}")
    if restarts := sum(one.restarted for one in slices):
        reasons.append(f"restarted: {restarts} times within a round")
    if throttled := sum(one.throttled for one in slices):
        reasons.append(f"throttled: a CPU quota stopped it in {throttled} periods")
    slices = [one for one in slices if one.block not in dropped]
    kept = len(set(blocks) - set(dropped))
    errors: Counter[str] = Counter()
    for one in slices:
        errors.update(one.errors)
    del errors["wrong answer"]
    # Slices that were left out because the service was away count as failed.
    failed = sum(1 for one in slices if one.errors) + max(0, kept - len(slices))
    if failed > FAILED_SHARE * max(1, kept):
        kinds = ", ".join(f"{kind} ×{count}" for kind, count in errors.most_common()) or "not up in a later round"
        reasons.append(f"errors: {kinds}; failed or away in {failed} of {kept} blocks")
    if starving := _starved(run.connections_in(scenario), slices):
        reasons.append(f"starved connections: {starving}")
    good = [one for one in slices if is_good(one)]
    if len(good) < FEWEST_BLOCKS:
        reasons.append(f"{TOO_FEW}: {len(good)}, at least {FEWEST_BLOCKS} are needed")
    elif run.load == "closed":
        if sum(s.generator_cpu_us for s in good) > GENERATOR_SHARE * 1e6 * sum(s.seconds for s in good):
            reasons.append(GENERATOR_BOUND)
        elif why := _helpers_busy(run, good):
            reasons.append(f"{HELPER_BOUND}: {why}")
    else:
        reasons += _open_loop(run, good)
    return reasons


def _not_asked(slices: Sequence[Slice]) -> Iterator[str]:
    """Which helpers were asked less often in a round than its answers are worth: something was kept or batched."""
    for round in sorted({one.round for one in slices}):
        due, asked = Counter[str](), Counter[str]()
        for one in slices:
            if one.round == round:
                due.update(one.due)
                asked.update(one.asked)
        for name in due:
            if asked[name] < due[name]:
                who = _NAMES.get(name, name)
                yield f"in round {round + 1} it asked {who} {asked[name]:,} times where {due[name]:,} were due"


def _helpers_busy(run: Run, slices: Sequence[Slice]) -> str | None:
    """What kept the helpers' CPUs busy, if anything did."""
    names = sorted({name for one in slices for name in one.helper_cpu_us})
    cpus = {cpu for name in names for cpu in run.helpers.get(name, {}).get("cpus") or ()}
    beside_generator = bool(cpus & set(run.host.get("generator_cpus") or ()))
    time_us = 1e6 * sum(one.seconds for one in slices) * len(cpus)
    busy_us = sum(sum(one.helper_cpu_us.values()) for one in slices)
    if beside_generator:
        busy_us += run.generators * sum(one.generator_cpu_us for one in slices)
    if busy_us <= HELPER_SHARE * time_us or not cpus:
        return None
    who = [_NAMES.get(name, name) for name in names] + ["the generator"] * beside_generator
    return f"{' and '.join(who)} took {100 * busy_us / time_us:.0f} % of the time of their CPU{'s' * (len(cpus) > 1)}"


def _open_loop(run: Run, slices: Sequence[Slice]) -> list[str]:
    slip = histogram.add(one.slip for one in slices)
    reasons = []
    if (late := histogram.above(slip, LATE_US)) > LATE_SHARE:
        reasons.append(f"late: {100 * late:.1f} % of the requests were sent over {LATE_US / 1000:g} ms too late")
    unanswered, asked = sum(one.unanswered for one in slices), sum(one.unanswered + one.requests for one in slices)
    if run.load == "open" and unanswered > UNANSWERED_SHARE * asked:
        reasons.append(f"errors: {unanswered} of {asked} requests were not answered before they were given up")
    return reasons


def _starved(connections: int, slices: Sequence[Slice]) -> str | None:
    """Little's law, counted: where the others were served several times over, nobody should have waited throughout."""
    telling = [one for one in slices if one.requests >= SERVED * connections]
    starved = sum(one.starved for one in telling)
    if starved <= STARVED_SHARE * connections * len(telling):
        return None
    each = starved / len(telling)
    return f"on average {each:.1f} of {connections} got no answer while the others were served"


def _limit(run: Run, service: str) -> str:
    limits = (run.services[service].about or {}).get("limits") or {}
    limit = limits.get("memory_bytes")
    return f"; its limit is {limit / 2**20:.0f} MiB" if limit else ""


def _example(slices: Sequence[Slice], kind: str) -> str | None:
    return next((one.example for one in slices if kind in one.errors), None)
