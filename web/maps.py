"""Counts by department -> a map as a Vega-Lite specification; drawn by `charts.svg` and `charts.png`.

The shapes are in static/geo/ with their licence (MPL-2.0, LICENSE-boundaries.txt). They are projected as they lie: Peru
is near enough to the equator for that, and it spares the winding order that a spherical projection needs.
"""

import functools
import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.text import fold
from web.charts import Spec, finished

SHAPES = Path(__file__).parent / "static" / "geo" / "departments.geojson"
TITLES: Mapping[str, Mapping[str, str]] = {
    "es": {"documents": "Documentos", "none": "sin documentos"},
    "en": {"documents": "Documents", "none": "no documents"},
}
NO_COUNT = "#e9e9e9"
SMALL_AREA, SMALL_BESIDE = 0.1, 0.45  # square degrees, degrees (Callao)


def department_map(
    counts: Mapping[str, int], *, link: Callable[[str], str], language: str = "es", width: int = 520
) -> Spec:
    """The map of `{department: count}` (official names); `link` gives the address behind a department's shape."""
    by_name = {fold(name): (name, count) for name, count in counts.items()}
    features = []
    for feature in shapes():
        name, count = by_name.get(fold(feature["name"]), (feature["name"].title(), 0))
        properties = {"name": name, "count": count, "url": link(name)}
        features.append({"type": "Feature", "geometry": feature["geometry"], "properties": properties})
    title = TITLES[language]["documents"]
    chart: Spec = {
        "layer": [_areas(max(counts.values(), default=0), title), _labels()], "projection": {"type": "identity", "reflectY": True},
        "width": width, "height": int(width * 1.45),
    }  # fmt: skip
    return finished(chart, language, shapes=features, numbers=_numbers(counts, by_name))


@functools.lru_cache(maxsize=1)
def shapes() -> tuple[Mapping[str, Any], ...]:
    """`{name, geometry, middle, small}` of each department; coordinates to 3 decimals (100 m), enough for a page."""
    features = json.loads(SHAPES.read_text("utf-8"))["features"]
    found = []
    for feature in features:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        rounded = [[[[round(x, 3), round(y, 3)] for x, y in ring] for ring in polygon] for polygon in polygons]
        middle, small = _middle(max((polygon[0] for polygon in rounded), key=len))
        found.append({
            "name": feature["properties"]["NOMBDEP"],
            "geometry": {"type": "MultiPolygon", "coordinates": rounded},
            "middle": middle,
            "small": small,
        })  # fmt: skip
    return tuple(found)


def _middle(ring: list[list[float]]) -> tuple[tuple[float, float], bool]:
    """The centroid of a ring, by the shoelace formula; of one too small for a number, a place in the sea beside it."""
    area = x = y = 0.0
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        cross = x0 * y1 - x1 * y0
        area, x, y = area + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
    small = abs(area) / 2 < SMALL_AREA
    return (x / (3 * area) - (SMALL_BESIDE if small else 0), y / (3 * area)), small


def _areas(top: int, title: str) -> Spec:
    """One hue, pale to dark: readable without telling colours apart. Departments without a count are grey."""
    scale = {"type": "sqrt", "domain": [0, max(top, 4)], "range": ["#e8f1fa", "#08519c"]}
    legend = {
        "title": title,
        "format": ",d",
        "tickMinStep": 1,
        "tickCount": 3,
        "orient": "bottom-left",
        "gradientLength": 140,
        "direction": "horizontal",
    }
    count, name = {"field": "properties.count", "type": "quantitative"}, {"field": "properties.name", "type": "nominal"}
    colour = {
        "condition": {"test": "datum.properties.count > 0", "scale": scale, "legend": legend} | count,
        "value": NO_COUNT,
    }
    return {
        "data": {"name": "shapes"}, "mark": {"type": "geoshape", "stroke": "#6b6b6b", "strokeWidth": 0.6},
        "encoding": {"color": colour, "href": {"field": "properties.url", "type": "nominal"}, "tooltip": [name, count]},
    }  # fmt: skip


def _numbers(counts: Mapping[str, int], by_name: Mapping[str, tuple[str, int]]) -> list[dict[str, Any]]:
    """Where to print the count of each department that has one, and whether it stands on a dark shape."""
    top = max(counts.values(), default=0)
    numbers = []
    for feature in shapes():
        count = by_name.get(fold(feature["name"]), ("", 0))[1]
        if count:
            x, y = feature["middle"]
            numbers.append({"x": x, "y": y, "count": count, "dark": not feature["small"] and count > 0.3 * max(top, 4)})
    return numbers


def _labels() -> Spec:
    """The counts, dark on pale and white on dark."""
    return {
        "data": {"name": "numbers"}, "mark": {"type": "text", "fontSize": 12, "fontWeight": "bold"},
        "encoding": {
            "longitude": {"field": "x", "type": "quantitative"}, "latitude": {"field": "y", "type": "quantitative"},
            "text": {"field": "count", "type": "quantitative", "format": ",d"},
            "color": {"condition": {"test": "datum.dark", "value": "#ffffff"}, "value": "#111111"},
        },
    }  # fmt: skip
