"""A calibration.json with every part in it, small and plausible."""

from typing import Any


def interval(estimate: float, reach: float) -> dict[str, float]:
    return {"estimate": estimate, "low": estimate - reach, "high": estimate + reach}


_PERCENT = [1.0, 50.0, 90.0, 99.0, 99.9]
_SETTLED = {"blocks": 100, "dropped_blocks": 3, "dropped": {"CPU time stolen by the hypervisor": 3}, "too_noisy": False}
_AT = {"p50": (300, 310), "p90": (400_000, 401_000), "p99": (1_800_000, 1_801_000)}

FOUND: dict[str, Any] = {
    "when": "2026-01-01T00:00:00Z",
    "minutes": 10.0,
    "host": {"kernel": "6.1", "architecture": "x86_64", "cpu": "CPU", "cpus": 2, "cgroup_version": 1, "engine": None},
    "generator": {"requests_per_second": 81234.5, "wrk_ratio": 0.91, "fasthttp_ratio": 9.5, "turns": 5},
    "small": {
        **{
            name: {
                "truth_percent": truth,
                "tries": 5,
                "found": found,
                "found_as_it_went": 0,
                "half_width_percent": 1.0,
                "half_width_as_it_went_percent": 3.0,
                "estimate_percent": truth,
                "estimate_interval": interval(truth, 0.4),
                "minutes": 0.5,
            }
            for name, truth, found in (("0 again", 0.0, 1), ("1", 1.02, 2), ("2", 2.01, 4), ("5", 4.96, 5))
        },
        **_SETTLED,
    },
    "scale": {
        **{
            name: {
                "truth": truth,
                "undisturbed_error_percent": 0.4,
                "undisturbed_error_interval": interval(0.4, 0.5),
                "as_it_went_error_percent": -6.0,
                "as_it_went_error_interval": interval(-6.0, 2.0),
            }
            for name, truth in (("1.5", 0.667), ("2", 0.5), ("5", 0.2), ("10", 0.1))
        },
        **_SETTLED,
    },
    "garbage": {
        **{
            name: {
                "truth_percent": 5.0,
                "undisturbed_percent": sees,
                "undisturbed_interval": interval(sees, 0.5),
                "as_it_went_percent": 5.2,
                "as_it_went_interval": interval(5.2, 2.0),
            }
            for name, sees in (("often", 4.9), ("rarely", 0.1))
        },
        **_SETTLED,
    },
    "delay": {
        name: {
            "p50_error_us": 150.0 + place,
            "p99_error_us": -400.0 - place,
            "p50_server_late_us": 20.0,
            "p99_server_late_us": 60.0,
            "requests": 250,
        }
        for place, name in enumerate(("0", "1", "5", "50", "exponential"))
    },
    "stall": {key: {"analytic_us": known, "measured_us": seen} for key, (known, seen) in _AT.items()},
    "slip": {"p99_us": 44.4, "poisson_p_value": 0.4, "rate_per_second": 40_000.0, "modest": {"p99_us": 12.0}},
    "tomorrow": {
        "runs": 3,
        "hours": 2.0,
        **{
            name: {
                "comparisons": 6,
                "beyond": beyond,
                "beyond_percent": 100 * beyond / 6,
                "median_difference_percent": 0.8,
                "largest_difference_percent": 2.1,
            }
            for name, beyond in (("undisturbed", 0), ("as_it_went", 2))
        },
    },
    "clock": {
        "run": "2026-01-01T00-00-00Z-abcd",
        "points": 3,
        "instructions_per_us": 4000.0,
        "correlation": 0.991,
        "outliers": {"node, hello": 42.0},
    },
    "details": {
        "generator": {"turn_seconds": 2.0},
        "small": {name: {"tries": [interval(1.0, 1.0)] * 5} for name in ("0 again", "1", "2", "5")},
        "scale": {},
        "garbage": {},
        "delay": {"rate_per_second": 250.0},
        "stall": {
            "percent": _PERCENT,
            "analytic_us": [300, 300, 400_000, 1_800_000, 1_980_000],
            "measured_us": [290, 310, 401_000, 1_801_000, 1_981_000],
            "requests": 1600,
        },
        "slip": {
            "percent": _PERCENT,
            "expected_gap": [0.01, 0.7, 2.3, 4.6, 6.9],
            "rates": {
                rate: {"slip_us": [0.0, 4.0, 10.0, 44.4, 200.0], "gap": [0.02, 0.7, 2.3, 4.6, 7.0]}
                for rate in ("40,000/s", "2,000/s")
            },
        },
        "tomorrow": {
            "runs": ["a", "b", "c"],
            **{
                name: {"flask, hello": [interval(1.0, 0.02)] * 3, "go, hello": [interval(1.01, 0.02)] * 3}
                for name in ("undisturbed", "as_it_went")
            },
        },
        "clock": {
            "points": {
                f"{name}, hello": {"us": us, "instructions": instructions}
                for name, us, instructions in (("starlette", 40.0, 154e3), ("quart", 240.0, 1.1e6), ("node", 18.0, 5e4))
            }
        },
    },
}
