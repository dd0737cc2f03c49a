"""Numbers with as many digits as their interval supports."""

import math

from levelground.model.interval import Interval

_TWO_DIGITS = 3.545
"""Half widths whose digits are below this keep two of them; see `decimals`."""


def decimals(found: Interval) -> int:
    """How many decimals of an estimate its interval supports; negative: tens, hundreds and so on are zeros.

    The rule of the Particle Data Group (Review of Particle Physics, section 5.3): of the half width, two digits are
    kept if they are below 35, else one. An interval without width supports three decimals.
    """
    half = (found.high - found.low) / 2
    if not 0 < half < math.inf:
        return 3
    exponent = math.floor(math.log10(half))
    return (1 if half / 10**exponent < _TWO_DIGITS else 0) - exponent


def number(value: float, places: int) -> str:
    """A number with so many decimals, and commas between thousands."""
    return f"{round(value, places):,.{max(0, places)}f}"


def estimate(found: Interval | None) -> str:
    """The estimate alone; – if there is none."""
    return "–" if found is None else number(found.estimate, decimals(found))


def interval(found: Interval | None) -> str:
    """As `2.44 (2.37–2.52)`; the baseline's own ratio, which has no width, as `1`; – if there is none."""
    if found is None:
        return "–"
    if found.low == found.high:
        return f"{found.estimate:g}"
    low, middle, high = (number(value, decimals(found)) for value in (found.low, found.estimate, found.high))
    return f"{middle} ({low}–{high})"


def change(found: Interval) -> str:
    """A change in percent, as `+3.1 % (+2.2 to +3.9)`; a limit that is not 0 does not read 0."""
    places = decimals(found)
    while any(limit and round(limit, places) == 0 for limit in (found.low, found.high)) and places < 3:
        places += 1
    low, middle, high = (_signed(value, places) for value in (found.low, found.estimate, found.high))
    return f"{middle} %" if found.low == found.high else f"{middle} % ({low} to {high})"


def size(found: Interval) -> str:
    """How large a change in percent is, whichever way, as `3.1 % ± 0.8 %`."""
    half = max(found.high - found.estimate, found.estimate - found.low)
    places = decimals(found)
    return f"{number(abs(found.estimate), places)} % ± {number(half, places)} %"


def at_most(percent: float) -> str:
    """A bound in percent with two digits, rounded up: it must not promise too much."""
    if not 0 < percent < math.inf:
        return "0 %" if percent == 0 else "–"
    places = 1 - math.floor(math.log10(percent))
    # What is a round number already stays so, whatever its last bit says.
    return f"{number(math.ceil(round(percent * 10**places, 6)) / 10**places, places)} %"


def _signed(value: float, places: int) -> str:
    rounded = round(value, places)
    return f"{'+' if rounded > 0 else '-' if rounded < 0 else ''}{number(abs(rounded), places)}"


def in_ms(us: Interval) -> Interval:
    """A time in µs, in milliseconds."""
    return Interval(us.estimate / 1000, us.low / 1000, us.high / 1000)


def digits(value: float | None, count: int = 3) -> str:
    """A number that has no interval, with so many digits; – if there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    return number(value, count - 1 - math.floor(math.log10(abs(value))))


def percent(share: float) -> str:
    """A share as `±` has it: 4.3 %, 12 %."""
    return "–" if not math.isfinite(share) else f"{100 * share:.{1 if share < 0.0995 else 0}f} %"
