"""Trend rows -> what a chart draws: values by series, and the days that are to be marked."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from core.errors import InputError
from web.axes import period

Row = Mapping[str, Any]
Value = dict[str, Any]
MOST_SERIES = 12
MOST_DRAWN = 25_000  # values
LOW = 0.8  # of what the sources listed: below it a period is marked as incomplete
WIDEST = 72  # pixels of a bar
NOT_DRAWN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold


@dataclass(slots=True)
class Series:
    """What is drawn: values by series (only the largest, in the order in which they came), and what is said of the days."""

    by_name: dict[str, list[Value]]
    of: int
    by_group: bool
    first: date
    last: date
    outages: list[Value] = field(default_factory=list)
    incomplete: list[Value] = field(default_factory=list)
    spikes: dict[str, list[Value]] = field(default_factory=dict)
    levels: dict[str, list[Value]] = field(default_factory=dict)

    @property
    def values(self) -> list[Value]:
        """All values."""
        return [value for values in self.by_name.values() for value in values]


def series_of(
    rows: Sequence[Row], *, by: str, share: bool, names: Mapping[str, str], width: int, spikes: Sequence[Row], changes: Sequence[Row]
) -> Series:  # fmt: skip
    """Rows as the chart reads them. Raises InputError for more values than can be drawn."""
    queries, groups = {row["query"] for row in rows}, {row["group"] for row in rows}
    found: dict[str, list[dict[str, Any]]] = {}
    sums: dict[str, float] = {}
    for row in rows:
        series = _name(row, len(queries), len(groups), names)
        sums[series] = sums.get(series, 0) + (row["count"] or 0)
        found.setdefault(series, []).append(_value(row, series, by, share))
    if sum(map(len, found.values())) > MOST_DRAWN:
        raise InputError(
            f"More than {MOST_DRAWN:,} values are too many for a chart.",
            "Ask for weeks or months, a shorter time, or fewer queries.",
        )
    kept = set(sorted(sums, key=lambda name: (-sums[name], name))[:MOST_SERIES])
    values = [value for name, own in found.items() if name in kept for value in own]
    _narrow(values, width)
    starts = [value["start"] for value in values] or [date.today().isoformat()]
    first, last = date.fromisoformat(min(starts)), period(max(starts), by)[1]
    data = Series({name: own for name, own in found.items() if name in kept}, len(found), len(groups) > 1, first, last)
    data.outages = _bands(values, lambda value: int(value["down"]))
    data.incomplete = _bands(values, lambda value: value["completeness"] is not None and value["completeness"] < LOW)
    if len(groups) <= 1:
        _mark(data, share, spikes, changes)
    return data


def _name(row: Row, queries: int, groups: int, names: Mapping[str, str]) -> str:
    """What the legend says of a row's series."""
    parts = [str(row["query"])] if queries > 1 or groups <= 1 else []
    if row["group"] is not None and groups > 1:
        parts.append(names.get(str(row["group"]), str(row["group"])))
    return NOT_DRAWN.sub(" ", " · ".join(parts))


def _value(row: Row, series: str, by: str, share: bool) -> Value:
    start = str(row["start"])[:10]
    first, last = period(start, by)
    end = last + timedelta(days=1)
    noon = datetime(first.year, first.month, first.day) + (end - first) / 2
    return {
        "series": series, "start": start, "end": end.isoformat(), "middle": f"{noon.isoformat()}Z",
        "value": row["share"] if share else row["count"], "zero": 0, "partial": bool(row.get("partial")),
        "down": len(row.get("down") or ()) or int(bool(row["outage"])), "completeness": row.get("completeness"),
    }  # fmt: skip


def _narrow(values: Sequence[Value], width: int) -> None:
    """Bars of few periods with air between them, and never wider than WIDEST."""
    room = width / max(1, len({value["start"] for value in values}))
    aside = max(0.06 if room > 8 else 0.0, (1 - WIDEST / room) / 2)
    for value in values:
        start, end = datetime.fromisoformat(value["start"]), datetime.fromisoformat(value["end"])
        value["left"], value["right"] = (
            f"{moment.isoformat()}Z" for moment in (start + (end - start) * aside, end - (end - start) * aside)
        )


def _bands(values: Sequence[Value], weight: Callable[[Value], int]) -> list[Value]:
    """The periods for which `weight` is not nought, once each, with how heavy it is among them (0 to 1)."""
    found: dict[str, tuple[str, int]] = {}
    for value in values:
        if number := weight(value):
            found[value["start"]] = value["end"], max(number, found.get(value["start"], ("", 0))[1])
    most = max((number for _, number in found.values()), default=1)
    return [{"start": start, "end": end, "weight": number / most} for start, (end, number) in sorted(found.items())]


def _mark(data: Series, share: bool, spikes: Sequence[Row], changes: Sequence[Row]) -> None:
    """Spikes stand on their period's value; levels run from change to change."""
    for name, values in data.by_name.items():
        at = {value["start"]: value for value in values if value["value"] is not None}
        data.spikes[name] = [at[row["start"]] for row in spikes if _is_of(row, name) and row["start"] in at]
        moved = [row for row in changes if _is_of(row, name)]
        data.levels[name] = list(_levels(moved, values, share)) if moved and values else []


def _is_of(row: Row, name: str) -> bool:
    return NOT_DRAWN.sub(" ", str(row["query"])) == name


def _levels(changes: Sequence[Row], values: Sequence[Value], share: bool) -> Iterator[Value]:
    before, after = ("share_before", "share_after") if share else ("before", "after")
    edges = [values[0]["start"], *(row["start"] for row in changes), values[-1]["end"]]
    heights = [changes[0][before], *(row[after] for row in changes)]
    for (start, end), height in zip(pairwise(edges), heights, strict=True):
        yield {"start": start, "end": end, "value": height}
