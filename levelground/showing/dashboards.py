"""Grafana's dashboards, made from code: what each panel asks Prometheus, and what it says in plain words.

`python -m levelground.showing.dashboards` writes them anew. They name the services for their colours only.
"""

import json
from pathlib import Path

from grafana_foundation_sdk.builders import dashboard, heatmap, table
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from levelground.judging import gates
from levelground.showing.panels import Query, asked, bars, lines, numbers, page, per, percentile, rate, variable

FOLDER = Path(__file__).parent.parent.parent / "dashboards" / "grafana"

CHOSEN = 'scenario="$scenario",service=~"$service"'
ONE = 'service="$service"'
NOT_A_RATE = (
    "Services are measured in turns, so this divides by the time in which the service was measured, not by the time on "
    "the clock."
)
AS_IT_WENT = "As it went: blocks that are dropped for what the host did are in it too."
DROPPED = "Blocks above the dashed line are dropped."
INTERPOLATED = "Read from 14 coarse buckets: the run's report has exact percentiles."


def live_comparison() -> dashboard.Dashboard:
    """All services beside each other, in one scenario."""
    of_each = "{{service}}"
    services = variable("service", "Services to compare.").multi(True).include_all(True).all_value(".*")
    invalid = asked(
        table.Panel(),
        "Gates",
        "What makes a cell invalid, by the newest judgement: a rule that does not look at how fast the service was. "
        "Empty: all cells are valid.",
        units.NoUnit,
        [Query(f"sum by (service, gate) (levelground_cell_gate{{{CHOSEN}}})", "", PromQueryFormat.TABLE)],
        instant=True,
    )
    invalid.with_transformation(
        model.DataTransformerConfig("organize", options={"excludeByName": {"Time": True, "Value": True}})
    )
    panels = (
        bars(
            "Ratio to the baseline",
            "The ratio that the run's own table is ranked by: in a closed loop undisturbed speed, in an open loop "
            "latency (less is better), in a search for capacity the capacity. As far as the run has got: scenarios are "
            "judged one after the other.",
            units.NoUnit,
            Query(f'sort_desc(max by (service) (levelground_baseline_ratio{{bound="estimate",{CHOSEN}}}))', of_each),
        ),
        invalid,
        lines(
            "Requests per second",
            f"Right answers per second. {NOT_A_RATE} {AS_IT_WENT}",
            units.RequestsPerSecond,
            Query(per("requests", "slice_seconds", CHOSEN, "service"), of_each),
            is_of_services=True,
        ),
        lines(
            "CPU time per request",
            f"CPU time of the service's container per right answer, its own code and the kernel's. {AS_IT_WENT}",
            units.Seconds,
            Query(per("cpu_seconds", "requests", CHOSEN, "service"), of_each),
            is_of_services=True,
        ),
        lines(
            "Latency, median",
            f"Half of the answers came faster. In a closed loop this is a saturated server. {INTERPOLATED}",
            units.Seconds,
            Query(percentile(50, CHOSEN, "service"), of_each),
            is_of_services=True,
        ),
        lines(
            "Latency, p99",
            f"One answer in a hundred took longer. In a closed loop this is a saturated server. {INTERPOLATED}",
            units.Seconds,
            Query(percentile(99, CHOSEN, "service"), of_each),
            is_of_services=True,
        ),
        lines(
            "Memory",
            "Memory of the service's container after its last slice, without what the kernel could drop at once.",
            units.BytesIEC,
            Query(f"max by (service) (levelground_memory_bytes{{{CHOSEN}}})", of_each),
            is_of_services=True,
        ),
        lines(
            "Failed slices",
            "The share of slices in which anything failed; they count for no other panel. Above the dashed line the "
            "cell is invalid.",
            units.PercentUnit,
            Query(per("failed_slices", "slices", CHOSEN, "service"), of_each),
            limit=gates.FAILED_SHARE,
            is_of_services=True,
        ),
    )
    help = "Every service of the newest run beside the others, in one scenario."
    made = page("level-ground-live", "Live comparison", help, panels)
    return made.with_variable(variable("scenario", "The scenario to compare in.")).with_variable(services)


def one_service() -> dashboard.Dashboard:
    """One service in all its scenarios."""
    of_each = "{{scenario}}"
    counted = (
        ("out_of_memory_kills", "killed for lack of memory"),
        ("restarts", "restarted"),
        ("throttled_periods", "stopped by a CPU quota"),
    )
    panels = (
        lines(
            "Ratio to the baseline",
            "The ratio that the run's own table is ranked by, with its 95 % interval, as the run was judged last.",
            units.NoUnit,
            Query(
                f"max by (scenario, bound) (levelground_baseline_ratio{{{ONE}}})",
                "{{scenario}}, {{bound}}",
            ),
        ),
        lines(
            "Undisturbed time per request",
            "Closed loop: what an answer costs while nothing outside the service slows its core, as the run was judged "
            "last.",
            units.Seconds,
            Query(f"max by (scenario) (levelground_undisturbed_seconds_per_request{{{ONE}}})", of_each),
        ),
        lines(
            "Requests per second",
            f"Right answers per second; in an open loop also those that were due. {NOT_A_RATE} {AS_IT_WENT}",
            units.RequestsPerSecond,
            Query(per("requests", "slice_seconds", ONE, "scenario"), of_each),
            Query(per("offered_requests", "slice_seconds", ONE, "scenario"), "{{scenario}}, due"),
        ),
        lines(
            "CPU time per request",
            "CPU time per right answer in the service's own code, in the kernel for it, and in the helpers it asks. "
            f"Kernels tell the first two apart by their ticks, so short moments say little. {AS_IT_WENT}",
            units.Seconds,
            Query(per("cpu_user_seconds", "requests", ONE, "scenario"), "{{scenario}}, own code"),
            Query(per("cpu_system_seconds", "requests", ONE, "scenario"), "{{scenario}}, kernel"),
            Query(per("helpers_cpu_seconds", "requests", ONE, "scenario"), "{{scenario}}, helpers"),
        ),
        lines(
            "Latency",
            f"Median, p90 and p99 of right answers; in an open loop from when requests were due. {INTERPOLATED}",
            units.Seconds,
            *(Query(percentile(one, ONE, "scenario"), f"{{{{scenario}}}}, p{one:g}") for one in (50, 90, 99)),
        ),
        _latencies(),
        lines(
            "Memory",
            "Memory of the service's container after its last slice, and before the first.",
            units.BytesIEC,
            Query(f"max by (scenario) (levelground_memory_bytes{{{ONE}}})", of_each),
            Query(f"max by (service) (levelground_memory_idle_bytes{{{ONE}}})", "idle"),
        ),
        lines(
            "Errors",
            "What failed, by kind, per slice.",
            units.Short,
            Query(
                f"{rate('errors', ONE, 'scenario, kind')} / on (scenario) group_left () "
                f"{rate('slices', ONE, 'scenario')}",
                "{{scenario}}, {{kind}}",
            ),
        ),
        lines(
            "Gate: failed slices",
            "The share of slices in which anything failed. Above the dashed line the cell is invalid.",
            units.PercentUnit,
            Query(per("failed_slices", "slices", ONE, "scenario"), of_each),
            limit=gates.FAILED_SHARE,
        ),
        lines(
            "Gate: starved connections",
            "Closed loop: the share of connections that got no answer while the others were served. Above the dashed "
            "line the cell is invalid.",
            units.PercentUnit,
            Query(per("starved_connections", "watched_connections", ONE, "scenario"), of_each),
            limit=gates.STARVED_SHARE,
        ),
        lines(
            "Gate: generator-bound",
            "The share of the time in which the generator was busy, without waiting. Above the dashed line of a closed "
            "loop the generator was the bottleneck, not the service.",
            units.PercentUnit,
            Query(per("generator_cpu_seconds", "slice_seconds", ONE, "scenario"), of_each),
            limit=gates.GENERATOR_SHARE,
        ),
        lines(
            "Gate: late or given up",
            "Open loop: the share of requests that the generator sent over 1 ms too late, and of those that were given "
            "up. Above the dashed line the cell is invalid.",
            units.PercentUnit,
            Query(per("late_requests", "sent_requests", ONE, "scenario"), "{{scenario}}, late"),
            Query(per("unanswered_requests", "offered_requests", ONE, "scenario"), "{{scenario}}, given up"),
            limit=gates.LATE_SHARE,
        ),
        numbers(
            "Gate: killed, restarted, throttled",
            "How often in the time that is shown. Any of them makes the cell invalid.",
            units.Short,
            *(Query(f"sum(increase(levelground_{name}_total{{{ONE}}}[$__range]))", said) for name, said in counted),
        ),
    )
    made = page("level-ground-service", "One service", "One service of the newest run in all its scenarios.", panels)
    return made.with_variable(variable("service", "The service to look at."))


def _latencies() -> heatmap.Panel:
    query = f"sum by (le) (increase(levelground_latency_seconds_bucket{{{ONE}}}[$__rate_interval]))"
    panel = asked(
        heatmap.Panel(),
        "Latencies",
        "How many answers took how long, in all scenarios. The buckets are those of the export.",
        units.Short,
        [Query(query, "{{le}}", PromQueryFormat.HEATMAP)],
    )
    return panel.calculate(False).y_axis(heatmap.YAxisConfig().unit(units.Seconds))


def instruments_health() -> dashboard.Dashboard:
    """Whether the numbers can be trusted: the host, the generator, the twin."""
    everywhere = ""
    panels = (
        numbers(
            "The run",
            "How long the newest run has been measuring.",
            units.DurationSeconds,
            Query(
                "levelground_run_elapsed_seconds * on (instance) group_left (run, load) levelground_run_info",
                "{{run}}, {{load}}",
            ),
        ),
        lines(
            "Twin",
            "Ratio of a second container of an image to the first: it should be 1, and what differs is the "
            "instrument's own error. With its 95 % interval, as the run was judged last.",
            units.NoUnit,
            Query(
                "max by (service, scenario, bound) (levelground_baseline_ratio) "
                '* on (service) group_left () max by (service) (levelground_service_info{twin_of!=""})',
                "{{service}}, {{scenario}}, {{bound}}",
            ),
            begins_at_zero=False,
        ),
        lines(
            "Host disturbed",
            "The share of the time in which known work on the services' CPUs took over a tenth longer than in its "
            "fastest moments, over the last blocks. No kernel counter shows this. Undisturbed figures leave it out.",
            units.PercentUnit,
            Query("levelground_known_work_disturbed_ratio", "disturbed"),
        ),
        lines(
            "Slowdown while disturbed",
            "How many times as long known work then took.",
            units.NoUnit,
            Query("levelground_known_work_slowdown_ratio", "slowdown"),
            begins_at_zero=False,
        ),
        lines(
            "Gate: stolen time",
            f"The share of the measuring CPUs' time that the hypervisor gave to others. {DROPPED}",
            units.PercentUnit,
            Query(
                "rate(levelground_stolen_seconds_total[$__rate_interval]) "
                "/ rate(levelground_measuring_cpu_seconds_total[$__rate_interval])",
                "stolen",
            ),
            limit=gates.STOLEN_SHARE,
        ),
        lines(
            "Gate: foreign work",
            f"CPU time that something else than the services used on their CPUs, by the time of the blocks. {DROPPED}",
            units.PercentUnit,
            Query(
                "rate(levelground_foreign_seconds_total[$__rate_interval]) "
                "/ rate(levelground_block_seconds_total[$__rate_interval])",
                "foreign",
            ),
            limit=gates.FOREIGN_SHARE,
        ),
        lines(
            "Gate: delayed generator",
            f"The share of the time in which the generator was ready to run and something else had its CPU. {DROPPED}",
            units.PercentUnit,
            Query(
                "rate(levelground_generator_delayed_seconds_total[$__rate_interval]) "
                "/ rate(levelground_block_seconds_total[$__rate_interval])",
                "delayed",
            ),
            limit=gates.DELAYED_SHARE,
        ),
        lines(
            "Dropped blocks",
            "The share of blocks that count for nothing, by what the host did. Above the dashed line a whole scenario "
            "cannot be judged.",
            units.PercentUnit,
            Query(
                f"{rate('blocks_dropped', everywhere, 'scenario, reason')} / on (scenario) group_left () "
                f"{rate('blocks', everywhere, 'scenario')}",
                "{{scenario}}: {{reason}}",
            ),
            limit=gates.DROPPED_SHARE,
        ),
        lines(
            "Generator",
            "The share of the time in which the generator was busy while it sent to a service, without waiting. Above "
            "the dashed line of a closed loop the generator was the bottleneck.",
            units.PercentUnit,
            Query(per("generator_cpu_seconds", "slice_seconds", everywhere, "service"), "{{service}}"),
            limit=gates.GENERATOR_SHARE,
            is_of_services=True,
        ),
        lines(
            "What watching costs",
            "CPU time that the export takes on the generator's CPUs, by the time on the clock.",
            units.PercentUnit,
            Query("rate(levelground_export_cpu_seconds_total[$__rate_interval])", "export"),
        ),
        lines(
            "Scrapes",
            "How long Prometheus waits for the metrics. Long ones mean that the web UI has no CPU to answer on.",
            units.Seconds,
            Query('scrape_duration_seconds{job="level-ground"}', "scrape"),
        ),
    )
    help = "What the host and the generator did to the newest run."
    return page("level-ground-health", "The instrument's health", help, panels)


PAGES = {
    "live-comparison": live_comparison,
    "one-service": one_service,
    "instruments-health": instruments_health,
}
"""The dashboards by the names of their files."""


def text(name: str) -> str:
    """A dashboard as its file holds it."""
    return json.dumps(PAGES[name]().build(), cls=JSONEncoder, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True, parents=True)
    for name in PAGES:
        (FOLDER / f"{name}.json").write_text(text(name))
