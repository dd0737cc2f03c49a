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
    "twins": {"comparisons": 3, "false_alarms": 1, "bias_percent": 0.12, "half_width_percent": 2.0, **_SETTLED},
    "slowdown": {
        **{
            percent: {
                "tries": 5,
                "found": found,
                "estimate_percent": float(percent),
                "estimate_interval": interval(float(percent), 0.4),
                "minutes": 2.0,
                "cpu_percent": None,
            }
            for percent, found in (("1", 2), ("2", 4), ("5", 5))
        },
        "between_processes_percent": interval(3.0, 0.5),
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
    "protocol": {
        "usual_error_percent": 8.2,
        "ours_error_percent": 1.1,
        "ratio": 7.5,
        "turn_seconds": 15.0,
        **_SETTLED,
    },
    "details": {
        "generator": {"turn_seconds": 2.0},
        "twins": {"intervals": [interval(0.97, 0.02), interval(1.0, 0.02), interval(1.01, 0.02)]},
        "slowdown": {percent: {"tries": [interval(float(percent), 1.0)] * 5} for percent in ("1", "2", "5")},
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
        "protocol": {"usual_percent": [8.0, -8.0], "ours_percent": [1.0, -1.0]},
    },
}
