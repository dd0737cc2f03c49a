"""The table of a count."""

from levelground.model import count
from levelground.model.count import Counted, Repeat, Report
from levelground.showing import count as table


def counted(role: str, *totals: int, **missing: str) -> Counted:
    repeats = [Repeat(1000, total, 1.0, [0.0]) for total in totals]
    return Counted(role, None, None, {"hello": count.of(repeats)} if totals else {}, missing)


def a_report(**services: Counted) -> Report:
    return Report(
        run="2026-01-01T00-00-00Z-0000",
        started="2026-01-01T00:00:00Z",
        command="count",
        seed=1,
        connections=16,
        repeats=2,
        interrupted=False,
        scenarios={"hello": "00"},
        host={"kernel": "6.1", "architecture": "x86_64", "cpu": "CPU", "cpus": 2, "cgroup_version": 1, "engine": None},
        services=services,
    )


def test_the_fewest_instructions_come_first_with_ratio_and_spread_and_what_is_missing_is_said() -> None:
    report = a_report(
        quart=counted("contender", 1_200_000_000, 1_212_000_000),
        starlette=counted("contender", 150_000_000, 150_000_000),
        go=counted("reference", hello="it ended under callgrind: a signal"),
        node=counted("reference", hello="it ended under callgrind: a signal"),
    )
    lines = table.render(report).splitlines()
    assert lines[0].startswith("count 2026-01-01T00-00-00Z-0000: 2 × CPU, ")
    assert lines[2] == "hello: ratios to starlette"
    assert [line.split() for line in lines[3:10]] == [
        ["service", "instr/request", "repeats", "apart", "by", "ratio"],
        ["contenders"],
        ["starlette", "150,000", "0.000", "%", "1.000"],
        ["quart", "1,206,000", "0.995", "%", "(too", "wide)", "8.040"],
        ["references"],
        ["go", "–", "–", "–"],
        ["node", "–", "–", "–"],
    ]
    assert lines[-1] == "no count in hello, it ended under callgrind: a signal: go, node"


def test_without_starlette_ratios_are_to_the_first_service() -> None:
    lines = table.render(a_report(go=counted("reference", 10_000_000), node=counted("reference", 20_000_000)))
    assert "hello: ratios to go" in lines
    assert lines.index("1.000") < lines.index("2.000")
