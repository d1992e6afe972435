"""Trend rows -> one Vega-Lite specification -> SVG, PNG or JSON: the page, the command line and the mail draw the same chart.

They are drawn by `web/painter.py`; nothing is fetched. One series is drawn as bars, up to MOST_LINES as lines in
one frame, more as a frame each, which share their days: ten lines in one frame cannot be told apart.
"""

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from search.nodes import All, Node
from web.axes import ceiling, date_axis, value_axis
from web.painter import PAINTER
from web.series import NOT_DRAWN, Row, Series, series_of

Spec = dict[str, Any]

# Okabe and Ito's palette: told apart with every common colour blindness; lines differ by their dashes as well.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3])
OUTAGE, INCOMPLETE, MARK, INK, SOFT = "#777777", "#E69F00", "#D55E00", "#222222", "#444444"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
CONFIG: Spec = {
    "axis": {
        "labelFontSize": 12, "titleFontSize": 13, "titleFontWeight": "normal", "titlePadding": 8, "labelColor": INK, "titleColor": INK,
        "gridColor": "#e3e3e3", "domainColor": "#888888", "tickColor": "#888888",
    },
    "view": {"stroke": None}, "concat": {"spacing": 14},
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "orient": "bottom", "direction": "vertical"},
}  # fmt: skip
MOST_LINES = 4
FEW_PERIODS = 45
FRAME_HEIGHT = 110
THINNEST = 2  # pixels of a bar
LINES = 4  # of a title
LABELS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "day": "Día (Lima)", "week": "Semana que empieza el lunes (Lima)", "month": "Mes (Lima)",
        "documents": "Documentos", "stories": "Historias", "share": "Parte de la cobertura", "own": "Parte de la cobertura propia de cada fuente", "query": "Consulta", "group": "Grupo",
        "outage": "Fondo gris: alguna fuente estuvo caída (más oscuro, más fuentes)",
        "incomplete": "Franja naranja: se tiene menos del 80 % de lo que las fuentes publicaron",
        "partial": "Más claro: período que no se contó entero", "hollow": "Punto hueco: período que no se contó entero", "frames": "Cada cuadro tiene su propia escala",
        "cut": "Las {kept} series mayores de {all}", "spike": "Triángulo: alza súbita", "level": "Línea: nivel entre cambios",
        "none": "Ningún documento responde en estos días", "panel": "solo medios constantes",
    },
    "en": {
        "day": "Day (Lima)", "week": "Week starting on Monday (Lima)", "month": "Month (Lima)",
        "documents": "Documents", "stories": "Stories", "share": "Share of coverage", "own": "Share of each source's own coverage", "query": "Query", "group": "Group",
        "outage": "Grey background: a source was down (the darker, the more sources)",
        "incomplete": "Orange strip: less than 80 % of what the sources published is held",
        "partial": "Paler: a period that was not counted whole", "hollow": "Hollow point: a period that was not counted whole", "frames": "Each frame has a scale of its own",
        "cut": "The {kept} largest series of {all}", "spike": "Triangle: sudden rise", "level": "Line: level between changes",
        "none": "No document answers in these days", "panel": "constant sources only",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """How it is drawn."""

    by: str
    share: bool
    language: str
    width: int
    height: int
    quantity: str

    def say(self, name: str) -> str:
        """Words of the chart's language."""
        return LABELS[self.language][name]


def trend_chart(
    rows: Iterable[Row], *, by: str = "day", share: bool = False, stories: bool = False, language: str = "es", title: str | None = None,
    names: Mapping[str, str] | None = None, group: str | None = None, width: int = 760, height: int = 300, spikes: Iterable[Row] = (), changes: Iterable[Row] = (),
) -> Spec:  # fmt: skip
    """The Vega-Lite specification (a dict) of rows as `search.trends` makes them.

    `names` are the printed names of the groups of a `group`; `spikes` and `changes` (rows of `search.spikes` and `search.changes`, of the
    same periods) are marked in charts without groups. `width` is that of the whole, in pixels.
    """
    share_of = "own" if group == "source" else "share"
    quantity = share_of if share else "stories" if stories else "documents"
    frame = _Frame(by=by, share=share, language=language, width=max(200, width - 75), height=height, quantity=quantity)
    data = series_of(
        list(rows), by=by, share=share, names=names or {}, width=frame.width, spikes=list(spikes), changes=list(changes)
    )  # fmt: skip
    drawn = _frames(data, frame, width) if len(data.by_name) > MOST_LINES else _one_frame(data, frame)
    return finished(drawn | _heading(title, _notes(data, frame), width), language, **_datasets(data))


def heading(queries: Iterable[str], narrowing: Node, panel: bool, language: str) -> str:
    """The title of a chart that goes out alone: what was asked, within which filters, of which sources."""
    asked = " / ".join(queries)
    within = "" if isinstance(narrowing, All) else str(narrowing)
    return " · ".join(part for part in (asked, within, LABELS[language]["panel"] if panel else "") if part)


def finished(chart: Spec, language: str, **datasets: list[dict[str, Any]]) -> Spec:
    """The specification with what every chart has, and its data by name."""
    return {
        "$schema": SCHEMA, "background": "#ffffff", "padding": 8, "config": CONFIG, "usermeta": {"language": language}, "datasets": datasets,
    } | chart  # fmt: skip


def svg(spec: Spec) -> str:
    """The chart as an SVG document (text stays text). Raises InputError where it cannot be drawn."""
    return _svg(json.dumps(spec, sort_keys=True))


def png(spec: Spec, *, scale: float = 2.0) -> bytes:
    """The chart as a PNG, by default at twice its size, for mails and reports."""
    return PAINTER.paint("png", spec, scale)


@functools.lru_cache(maxsize=32)
def _svg(text: str) -> str:
    return PAINTER.paint("svg", json.loads(text)).decode()


def _datasets(data: Series) -> dict[str, list[dict[str, Any]]]:
    """The data of the layers that are drawn."""
    sets = {"outages": data.outages, "incomplete": data.incomplete}
    if len(data.by_name) in range(2, MOST_LINES + 1):
        sets["rows"] = data.values
    for number, name in enumerate(data.by_name):
        own = {
            "rows": [*data.by_name[name], *_closing(data.by_name[name])],
            "levels": data.levels.get(name, []),
            "spikes": data.spikes.get(name, []),
        }
        wanted = ("spikes",) if "rows" in sets else tuple(own)
        sets |= {f"{what}_{number}": own[what] for what in wanted}
    return sets if data.by_name else sets | {"rows_0": []}


def _closing(values: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The last value again where its period ends: an outline needs it, and bars of no width do not show."""
    return [dict(values[-1], left=values[-1]["end"], right=values[-1]["end"])] if values else []


def _one_frame(data: Series, frame: _Frame) -> Spec:
    """Bars of the one series, or lines of several."""
    if len(data.by_name) <= 1:
        layers = _single(data, frame, 0, frame.say(frame.quantity), frame.say(frame.by))
    else:
        axes = _axes(data.values, data, frame, frame.say(frame.quantity), frame.say(frame.by), "middle")
        layers = [*_behind(data), *_lines(data, frame, axes), *_spikes(data)]
    return {"layer": layers, "width": frame.width, "height": frame.height}


def _frames(data: Series, frame: _Frame, width: int) -> Spec:
    """A small frame for each series, two beside one another where there is room."""
    columns = 2 if width >= 620 else 1
    small = replace(frame, width=(width - 30) // columns - 62, height=FRAME_HEIGHT)
    frames = []
    for number, name in enumerate(data.by_name):
        title = {
            "text": _shortened(name, small.width),
            "fontSize": 12,
            "fontWeight": "bold",
            "anchor": "start",
            "frame": "bounds",
            "color": INK,
        }
        layers = _single(data, small, number, None, None)
        frames.append({"layer": layers, "width": small.width, "height": small.height, "title": title})
    return {"concat": frames, "columns": columns}


def _shortened(name: str, width: int) -> str:
    room = max(10, width // 7)
    return name if len(name) <= room else name[: room - 1] + "…"


def _single(data: Series, frame: _Frame, number: int, y_title: str | None, x_title: str | None) -> list[Spec]:
    """One series as bars, or as their outline where they are too thin to be seen, with what stands behind and above them."""
    name = next(iter(list(data.by_name)[number : number + 1]), "")
    values = data.by_name.get(name, [])
    axes = _axes(values, data, frame, y_title, x_title, "left")
    if len(values) * THINNEST > frame.width:
        drawn = _layer(f"rows_{number}", {"type": "area", "interpolate": "step-after", "color": PALETTE[0]}, axes)
    else:
        paler = {"condition": {"test": "datum.partial", "value": 0.45}, "value": 1}
        bars = {"x2": {"field": "right"}, "y2": {"field": "zero"}, "opacity": paler}
        drawn = _layer(f"rows_{number}", {"type": "rect", "color": PALETTE[0]}, axes | bars)
    layers = [*_behind(data), drawn]
    if data.levels.get(name):
        line = {"x": _time("start"), "x2": {"field": "end"}, "y": _number("value")}
        layers.append(_layer(f"levels_{number}", {"type": "rule", "color": INK, "strokeWidth": 1.5}, line))
    return layers + ([_triangles(f"spikes_{number}", MARK)] if data.spikes.get(name) else [])


def _layer(data: str, mark: Spec, encoding: Spec) -> Spec:
    return {"data": {"name": data}, "mark": mark, "encoding": encoding}


def _time(field: str) -> Spec:
    return {"field": field, "type": "temporal", "scale": {"type": "utc"}}


def _number(field: str) -> Spec:
    return {"field": field, "type": "quantitative"}


def _axes(
    values: Sequence[Mapping[str, Any]], data: Series, frame: _Frame, y_title: str | None, x_title: str | None, at: str
) -> Spec:  # fmt: skip
    """The two position channels: days over the whole width, values from nought."""
    days = [
        {"expr": f"utc({day.year},{day.month - 1},{day.day})"} for day in (data.first, data.last + timedelta(days=1))
    ]  # fmt: skip
    top = ceiling(max((value["value"] or 0 for value in values), default=0) * 1.04, frame.share)
    dates = date_axis(x_title, data.first, data.last, frame.by, frame.width, frame.language)
    numbers = value_axis(y_title, top, frame.share, frame.height)
    return {
        "x": _time(at) | {"scale": {"type": "utc", "domain": days, "nice": False}, "axis": dates},
        "y": _number("value") | {"scale": {"domain": [0, top], "nice": False}, "axis": numbers},
    }


def _behind(data: Series) -> list[Spec]:
    """Outages as grey bands over the whole height, low completeness as a strip along the top."""
    layers: list[Spec] = []
    place = {"x": _time("start"), "x2": {"field": "end"}}
    if data.outages:
        weight = _number("weight") | {"scale": {"domain": [0, 1], "range": [0.1, 0.32]}, "legend": None}
        layers.append(_layer("outages", {"type": "rect", "color": OUTAGE}, place | {"opacity": weight}))
    if data.incomplete:
        layers.append(
            _layer("incomplete", {"type": "rect", "color": INCOMPLETE}, place | {"y": {"value": 0}, "y2": {"value": 6}})
        )
    return layers


def _lines(data: Series, frame: _Frame, axes: Spec) -> list[Spec]:
    """Lines told apart by colour and by dashes; points where there are few periods, hollow where one is not whole."""
    names = list(data.by_name)
    wide = frame.width >= 500 and not any(len(name) > 40 for name in names)
    legend = {
        "title": frame.say("group" if data.by_group else "query"), "symbolType": "stroke", "symbolSize": 600, "symbolStrokeWidth": 3,
        "columns": 2 if wide else 1, "labelLimit": frame.width // 2 - 40 if wide else frame.width,
    }  # fmt: skip
    told = {"field": "series", "type": "nominal", "sort": names, "legend": legend}
    colour = told | {"scale": {"domain": names, "range": list(PALETTE[: len(names)])}}
    dash = told | {"scale": {"domain": names, "range": list(DASHES[: len(names)])}}
    line = {"type": "line", "strokeWidth": 2, "strokeJoin": "round"}
    layers = [_layer("rows", line, axes | {"color": colour, "strokeDash": dash})]
    few = len({value["start"] for value in data.values}) <= FEW_PERIODS
    if few or any(value["partial"] for value in data.values):
        fill = {
            "condition": {"test": "datum.partial", "value": "#ffffff"},
            "field": "series",
            "type": "nominal",
            "scale": colour["scale"],
            "legend": None,
        }
        point = {"type": "point", "size": 36, "strokeWidth": 2, "opacity": 1}
        points = _layer("rows", point, axes | {"color": colour, "fill": fill})
        layers.append(points if few else points | {"transform": [{"filter": "datum.partial"}]})
    return layers


def _spikes(data: Series) -> list[Spec]:
    return [_triangles(f"spikes_{n}", PALETTE[n]) for n, name in enumerate(data.by_name) if data.spikes.get(name)]


def _triangles(data: str, colour: str) -> Spec:
    """A triangle that points down at the top of each value."""
    mark = {
        "type": "point",
        "shape": "triangle-down",
        "filled": True,
        "size": 60,
        "color": colour,
        "opacity": 1,
        "yOffset": -8,
    }
    return _layer(data, mark, {"x": _time("middle"), "y": _number("value")})


def _notes(data: Series, frame: _Frame) -> list[str]:
    """What the marks mean, and what is not drawn."""
    notes = []
    if data.of > len(data.by_name):
        notes.append(frame.say("cut").format(kept=len(data.by_name), all=data.of))
    if len(data.by_name) > MOST_LINES:
        notes.append(f"{frame.say(frame.quantity)}. {frame.say(frame.by)}. {frame.say('frames')}")
    notes += [frame.say("none")] if not any(value["value"] for value in data.values) else []
    notes += [frame.say("outage")] if data.outages else []
    notes += [frame.say("incomplete")] if data.incomplete else []
    hollow = len(data.by_name) in range(2, MOST_LINES + 1)
    notes += [frame.say("hollow" if hollow else "partial")] if any(value["partial"] for value in data.values) else []
    said = [frame.say("spike")] if any(data.spikes.values()) else []
    said += (
        [frame.say("level")]
        if any(data.levels.values()) and (len(data.by_name) == 1 or len(data.by_name) > MOST_LINES)
        else []
    )
    return notes + ([". ".join(said)] if said else [])


def _heading(title: str | None, notes: Sequence[str], width: int) -> dict[str, Any]:
    """Title above, notes below it; both broken into lines that fit."""
    if not title and not notes:
        return {}
    lines = [line for note in notes for line in _broken(note, width, 6.2)]
    small = {"fontSize": 12, "fontWeight": "normal", "color": SOFT, "lineHeight": 15}
    words: dict[str, Any] = (
        {"text": _broken(title, width, 8.0), "fontSize": 15, "color": INK} if title else {"text": lines} | small
    )
    if title and lines:
        words |= {"subtitle": lines, "subtitleFontSize": 12, "subtitleColor": SOFT, "subtitleLineHeight": 15}
    return {"title": {"anchor": "start", "frame": "bounds", "offset": 8} | words}


def _broken(text: str, width: int, letter: float) -> list[str]:
    """The text in lines of at most the width, each letter that wide on average; LINES of them at most."""
    lines, room = [""], max(8, int(width / letter))
    for word in NOT_DRAWN.sub(" ", text).split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()[:room]
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], f"{lines[LINES - 1][: room - 1]}…"]
