"""Trend rows -> one Vega-Lite specification -> SVG, PNG or JSON: the page, the command line and the mail draw the same chart.

Vega and its bundle run inside `vl-convert`: nothing is fetched. Dates are days in Lima and are drawn as they are (`utc`
scales only keep the renderer's own time zone out of it).
"""

import functools
import json
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import altair as alt
import vl_convert

Row = Mapping[str, Any]
Spec = dict[str, Any]

# Okabe and Ito's palette without its yellow (too pale for a line on white): told apart with every common colour blindness.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
OUTAGE = "#777777"
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
MOST_SERIES = 12
MOST_TICKS = 11
LABELS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "day": "Día (Lima)", "week": "Semana que empieza el (Lima)", "month": "Mes (Lima)",
        "documents": "Documentos", "stories": "Historias", "share": "Parte de la cobertura", "query": "Consulta", "group": "Grupo",
        "outage": "Fondo gris: alguna fuente estuvo caída",
    },
    "en": {
        "day": "Day (Lima)", "week": "Week starting (Lima)", "month": "Month (Lima)",
        "documents": "Documents", "stories": "Stories", "share": "Share of coverage", "query": "Query", "group": "Group",
        "outage": "Grey background: a source was down",
    },
}  # fmt: skip
_LOCALES: Mapping[str, Literal["es-ES", "en-US"]] = {"es": "es-ES", "en": "en-US"}
_drawing = threading.Lock()


def trend_chart(
    rows: Iterable[Row], *, by: str = "day", share: bool = False, stories: bool = False, language: str = "es",
    title: str | None = None, names: Mapping[str, str] | None = None, width: int = 760, height: int = 300,
) -> Spec:  # fmt: skip
    """The Vega-Lite specification (a dict) of rows `{query, group, start, count, total, share, outage}`.

    One series is drawn as bars, several as lines; the largest `MOST_SERIES` are kept. Periods with an outage are shaded.
    `names` are the printed names of groups.
    """
    words = LABELS[language]
    values = _values(rows, by, share, names or {})
    series = list(dict.fromkeys(value["series"] for value in values))
    x = alt.X("start:T", scale=alt.Scale(type="utc"), axis=_date_axis(words[by], values, by))
    y_title = words["share"] if share else words["stories" if stories else "documents"]
    y = alt.Y("value:Q", scale=_scale(values, share), axis=_count_axis(y_title, values, share))
    layers: list[alt.Chart] = []
    if any(value["outage"] for value in values):
        layers.append(_outages())
    legend = words["group" if series and all(value["of_group"] for value in values) else "query"]
    layers.append(_bars(x, y) if len(series) <= 1 else _lines(values, series, x, y, legend))
    heading = _heading(title, words["outage"] if len(layers) > 1 else None)
    chart = alt.layer(*layers).properties(width=width, height=height, background="#ffffff", **heading)
    chart = chart.configure_axis(labelFontSize=12, titleFontSize=13, titleFontWeight="normal", titlePadding=10)
    chart = chart.configure_legend(labelFontSize=12, titleFontSize=12, labelLimit=260, orient="bottom", columns=3)
    return finished(chart, language, rows=values, outages=_outage_spans(values))


def finished(chart: alt.LayerChart, language: str, **datasets: list[dict[str, Any]]) -> Spec:
    """The specification with its data beside it: altair would copy and check every number of data inside."""
    result: Spec = chart.to_dict(format="vega-lite")
    return result | {"datasets": datasets, "usermeta": {"language": language}}


def named(name: str) -> alt.NamedData:
    """The data of that name, which `finished` adds."""
    return alt.NamedData(name=name)


def svg(spec: Spec) -> str:
    """The chart as an SVG document (text stays text)."""
    return _svg(json.dumps(spec, sort_keys=True))


def png(spec: Spec, *, scale: float = 2.0) -> bytes:
    """The chart as a PNG, by default at twice its size, for mails and reports."""
    with _drawing:
        return bytes(vl_convert.vegalite_to_png(json.dumps(spec), scale=scale, **_locale(spec)))


@functools.lru_cache(maxsize=32)
def _svg(text: str) -> str:
    with _drawing:
        return str(vl_convert.vegalite_to_svg(text, **_locale(json.loads(text))))


def _locale(spec: Spec) -> dict[str, Any]:
    """Number and date locale, and no address from which data may be loaded."""
    name = _LOCALES[spec.get("usermeta", {}).get("language", "es")]
    dates = vl_convert.get_time_format_locale(name)
    if name == "es-ES":  # in Peru it is setiembre
        dates["months"][8], dates["shortMonths"][8] = "setiembre", "set"
    return {"format_locale": name, "time_format_locale": dates, "allowed_base_urls": []}


def _values(rows: Iterable[Row], by: str, share: bool, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows as the chart reads them, of the largest series only; `series` is what the legend says."""
    rows = list(rows)
    queries, groups = {row["query"] for row in rows}, {row["group"] for row in rows}
    sums: dict[str, float] = {}
    values = []
    for row in rows:
        parts = [str(row["query"])] if len(queries) > 1 or len(groups) <= 1 else []
        parts += (
            [names.get(str(row["group"]), str(row["group"]))] if row["group"] is not None and len(groups) > 1 else []
        )
        series = " · ".join(parts)
        sums[series] = sums.get(series, 0) + (row["count"] or 0)
        start = str(row["start"])[:10]
        values.append({
            "series": series, "start": start, "end": _end(start, by), "value": row["share"] if share else row["count"],
            "zero": 0, "outage": bool(row["outage"]), "of_group": len(queries) == 1 and len(groups) > 1,
        })  # fmt: skip
    kept = sorted(sums, key=lambda name: (-sums[name], name))[:MOST_SERIES]
    return [value for value in values if value["series"] in kept]


def period(start: str, by: str) -> tuple[date, date]:
    """The first and last day of the period that starts on `start` (`YYYY-MM-DD`)."""
    day = date.fromisoformat(start)
    if by == "month":
        return day, (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day, day + timedelta(days=6 if by == "week" else 0)


def _end(start: str, by: str) -> str:
    return (period(start, by)[1] + timedelta(days=1)).isoformat()


def _date_axis(title: str, values: list[dict[str, Any]], by: str) -> alt.Axis:
    """At most `MOST_TICKS` labels, each at the start of a period that is there; the year only where it is needed."""
    starts = sorted({value["start"] for value in values})
    step = max(1, -(-len(starts) // MOST_TICKS))
    ticks = [int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp() * 1000) for start in starts[::step]]
    format = "%b %Y" if by == "month" else "%d %b %Y"
    return alt.Axis(title=title, values=ticks, format=format, labelAngle=-30, labelOverlap=False, grid=False)


def _top(values: list[dict[str, Any]]) -> float:
    return max((value["value"] or 0 for value in values), default=0)


def _scale(values: list[dict[str, Any]], share: bool) -> alt.Scale:
    """From zero, with a little air above; an empty chart still has an axis."""
    return alt.Scale(domain=[0, max(_top(values) * 1.04, 0.001 if share else 4)], nice=True)


def _count_axis(title: str, values: list[dict[str, Any]], share: bool) -> alt.Axis:
    """Percent for a share; for counts, whole numbers without thousands marks."""
    if share:
        top = _top(values)
        return alt.Axis(title=title, format=".0%" if top >= 0.1 else ".1%" if top >= 0.01 else ".2%", tickCount=6)
    return alt.Axis(title=title, format="d", tickMinStep=1, tickCount=6)


def _bars(x: alt.X, y: alt.Y) -> alt.Chart:
    bars = alt.Chart(named("rows")).mark_rect(color=PALETTE[0], stroke="#ffffff", strokeWidth=0.5)
    encoded: alt.Chart = bars.encode(x=x, x2=alt.X2("end:T"), y=y, y2=alt.Y2("zero:Q"))
    return encoded


def _lines(values: list[dict[str, Any]], names: list[str], x: alt.X, y: alt.Y, title: str) -> alt.Chart:
    """Lines told apart by colour and by dashes; points where there are few periods."""
    colours = [PALETTE[i % len(PALETTE)] for i in range(len(names))]
    dashes = [DASHES[(i // 2) % len(DASHES)] for i in range(len(names))]
    few = len({value["start"] for value in values}) <= 40
    point: Any = alt.OverlayMarkDef(size=36, filled=True, strokeDash=[1, 0]) if few else False
    lines = alt.Chart(named("rows")).mark_line(strokeWidth=2, strokeJoin="round", point=point)
    legend = alt.Legend(title=title, symbolType="stroke", symbolSize=500, symbolStrokeWidth=3)
    encoded: alt.Chart = lines.encode(
        x=x,
        y=y,
        color=alt.Color("series:N", sort=names, scale=alt.Scale(domain=names, range=colours), legend=legend),
        strokeDash=alt.StrokeDash("series:N", sort=names, scale=alt.Scale(domain=names, range=dashes), legend=legend),
    )
    return encoded


def _outage_spans(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    spans = {value["start"]: value["end"] for value in values if value["outage"]}
    return [{"start": start, "end": end} for start, end in sorted(spans.items())]


def _outages() -> alt.Chart:
    shade = alt.Chart(named("outages")).mark_rect(color=OUTAGE, opacity=0.22)
    encoded: alt.Chart = shade.encode(x=alt.X("start:T", scale=alt.Scale(type="utc")), x2=alt.X2("end:T"))
    return encoded


def _heading(title: str | None, note: str | None) -> dict[str, Any]:
    """Title above, note below it; a note alone is printed in the note's size."""
    if not title and not note:
        return {}
    small = {"fontSize": 12, "fontWeight": "normal", "color": "#444444"}
    words: dict[str, Any] = {"text": title, "fontSize": 15} if title else {"text": note} | small
    if title and note:
        words |= {"subtitle": note, "subtitleFontSize": 12, "subtitleColor": "#444444"}
    return {"title": alt.TitleParams(anchor="start", **words)}
