"""What Grafana's dashboards are made of: questions to Prometheus, and the kinds of panels that show the answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import bargauge, common, dashboard, heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as words
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from levelground.showing import palette
from levelground.stand import catalog

SOURCE = model.DataSourceRef("prometheus", "prometheus")
"""As dashboards/provisioning/datasources names it."""
TAG = "level-ground"
LIMIT_COLOUR = "#d1242f"


@dataclass(frozen=True)
class Query:
    """One question to Prometheus, and how its series are called."""

    expr: str
    legend: str
    format: PromQueryFormat = PromQueryFormat.TIME_SERIES


def rate(counter: str, where: str, by: str) -> str:
    """What a counter gains per second on the clock, which is of use only if it is divided by another such rate."""
    return f"sum by ({by}) (rate(levelground_{counter}_total{{{where}}}[$__rate_interval]))"


def per(top: str, bottom: str, where: str, by: str) -> str:
    """What one counter gains by what the other gains."""
    return f"{rate(top, where, by)} / {rate(bottom, where, by)}"


def percentile(percent: float, where: str, by: str) -> str:
    """A percentile of the latencies, in seconds."""
    buckets = f"rate(levelground_latency_seconds_bucket{{{where}}}[$__rate_interval])"
    return f"histogram_quantile({percent / 100:g}, sum by (le, {by}) ({buckets}))"


type Panel = bargauge.Panel | heatmap.Panel | stat.Panel | table.Panel | timeseries.Panel


def asked[Kind: (bargauge.Panel, heatmap.Panel, stat.Panel, table.Panel, timeseries.Panel)](
    panel: Kind, title: str, description: str, unit: str, queries: Sequence[Query], *, instant: bool = False
) -> Kind:
    """A panel with its questions."""
    panel.title(title).description(description).datasource(SOURCE).unit(unit).span(12).height(8)
    for place, query in enumerate(queries):
        target = prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id("ABCDEFGH"[place])
        target.format(query.format)
        panel.with_target(target.instant() if instant else target.range())
    return panel


def lines(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    limit: float | None = None,
    begins_at_zero: bool = True,
    is_of_services: bool = False,
) -> timeseries.Panel:
    """Lines over time; `limit` is drawn dashed, and services have their colours."""
    panel = asked(timeseries.Panel(), title, description, unit, queries)
    legend = common.VizLegendOptions().display_mode(words.LegendDisplayMode.TABLE).show_legend(True)
    panel.legend(legend.placement(words.LegendPlacement.RIGHT).calcs(["lastNotNull"]))
    panel.tooltip(common.VizTooltipOptions().mode(words.TooltipDisplayMode.MULTI).sort(words.SortOrder.DESCENDING))
    panel.line_width(2).fill_opacity(0).show_points(words.VisibilityMode.NEVER)
    if begins_at_zero:
        panel.axis_soft_min(0)
    if limit is not None:
        panel.thresholds(_limit(limit))
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(words.GraphThresholdsStyleMode.DASHED))
    if is_of_services:
        _paint(panel, dashed=True)
    return panel


def bars(title: str, description: str, unit: str, query: Query) -> bargauge.Panel:
    """A bar for each service, in its colour."""
    panel = asked(bargauge.Panel(), title, description, unit, [query], instant=True)
    panel.orientation(words.VizOrientation.HORIZONTAL).display_mode(words.BarGaugeDisplayMode.BASIC)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"])).decimals(3).min(0)
    _paint(panel, dashed=False)
    return panel


def numbers(title: str, description: str, unit: str, *queries: Query) -> stat.Panel:
    """The newest values, with their names."""
    panel = asked(stat.Panel(), title, description, unit, queries, instant=True)
    panel.text_mode(words.BigValueTextMode.VALUE_AND_NAME).graph_mode(words.BigValueGraphMode.NONE)
    panel.color_mode(words.BigValueColorMode.NONE).reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return panel


def _limit(value: float) -> dashboard.ThresholdsConfig:
    steps = [model.Threshold(None, "transparent"), model.Threshold(value, LIMIT_COLOUR)]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def _paint(panel: Panel, *, dashed: bool) -> None:
    """Every service in the colour that it has on all pages."""
    names = [one.name for one in catalog.read()]
    for name in names:
        look = palette.look(name, names)
        properties = [model.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": look.colour})]
        if dashed and look.dash != palette.DASHES[0]:
            properties.append(model.DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": list(look.dash)}))
        panel.override_by_name(name, properties)


def page(uid: str, title: str, description: str, panels: Sequence[Panel]) -> dashboard.Dashboard:
    """A dashboard, with links to the others."""
    links = dashboard.DashboardLink("Level Ground").type(model.DashboardLinkType.DASHBOARDS).tags([TAG])
    made = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .link(links.keep_time(True))
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time("now-15m", "now")
        .refresh("5s")
        .timezone("browser")
    )
    for number, panel in enumerate(panels, start=1):
        made.with_panel(panel.id(number))
    return made


def variable(name: str, help: str) -> dashboard.QueryVariable:
    """What can be chosen on a dashboard, from what was measured."""
    query = f"label_values(levelground_slices_total, {name})"
    made = dashboard.QueryVariable(name).label(name).description(help).datasource(SOURCE).query(query)
    return made.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(model.VariableSort.ALPHABETICAL_ASC)
