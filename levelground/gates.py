"""Which slices and cells count: rules that never look at how fast anything was, each with a reason in words.

Pure functions over recorded slices.
"""

from collections import Counter
from collections.abc import Sequence

from levelground.record import Member, Slice

FEWEST_BLOCKS = 10
"""A cell with fewer good slices is not judged."""
FAILED_SHARE = 0.01
"""A cell with a larger share of failed slices is invalid."""
GENERATOR_SHARE = 0.95
"""Where the generator's CPU was busy for a larger share of the slices' time, it was the bottleneck."""


def is_good(one: Slice) -> bool:
    """Whether a slice counts: after the warm-up, nothing failed in it, and something was answered."""
    return not one.warmup and not one.errors and one.requests > 0


def verdict(member: Member, scenario: str, slices: Sequence[Slice], blocks: int) -> list[str]:
    """Why a cell is invalid; empty if it is valid.

    `slices` are all of the cell, good or not, without the warm-up; `blocks` is how many the scenario had.
    """
    if member.problem:
        return [f"not up: {member.problem}"]
    if scenario in member.wrong:
        return [f"wrong answer before the first slice: {member.wrong[scenario]}"]
    reasons: list[str] = []
    errors: Counter[str] = Counter()
    for one in slices:
        errors.update(one.errors)
    if wrong := errors.pop("wrong answer", 0):
        reasons.append(f"wrong answers: {wrong}, the first: {_example(slices, 'wrong answer')}")
    # Slices that were left out because the service was away count as failed.
    failed = sum(1 for one in slices if one.errors) + max(0, blocks - len(slices))
    if failed > FAILED_SHARE * max(1, blocks):
        kinds = ", ".join(f"{kind} ×{count}" for kind, count in errors.most_common()) or "not up in a later round"
        reasons.append(f"errors: {kinds}; failed or away in {failed} of {blocks} blocks")
    good = [one for one in slices if is_good(one)]
    if len(good) < FEWEST_BLOCKS:
        reasons.append(f"too few blocks: {len(good)}, at least {FEWEST_BLOCKS} are needed")
    elif sum(s.generator_cpu_us for s in good) > GENERATOR_SHARE * 1e6 * sum(s.seconds for s in good):
        reasons.append("generator-bound")
    if any(one.throttled for one in slices):
        reasons.append("throttled")
    return reasons


def _example(slices: Sequence[Slice], kind: str) -> str | None:
    return next((one.example for one in slices if kind in one.errors), None)
