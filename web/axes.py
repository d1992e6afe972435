"""The axes of charts: calendar ticks with labels of our own words, and scales that start at nought.

Dates are days in Lima and drawn as they are: `utc` scales only keep the renderer's own time zone out of it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from math import ceil, floor, log10
from typing import Any

Axis = dict[str, Any]
MONTHS = {
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
ONE = timedelta(days=1)
TICK_WIDTH, MONTH_WIDTH = 58, 46  # pixels that a label needs
LEAST_SHARE = 1e-5
STEPS: tuple[tuple[str, int], ...] = (
    ("day", 1), ("day", 2), ("week", 1), ("week", 2), ("month", 1), ("month", 2), ("month", 3), ("month", 6), ("year", 1),
    ("year", 2), ("year", 5), ("year", 10), ("year", 20), ("year", 50), ("year", 100),
)  # fmt: skip
FINEST = {"day": 0, "week": 2, "month": 4}


def period(start: str, by: str) -> tuple[date, date]:
    """The first and last day of the period that starts on `start` (`YYYY-MM-DD`)."""
    day = date.fromisoformat(start)
    if by == "month":
        return day, (day.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE
    return day, day + timedelta(days=6 if by == "week" else 0)


def ticks(first: date, last: date, by: str, width: int) -> tuple[list[date], bool]:
    """Days to label from `first` to `last`, both included, at the finest calendar step whose labels fit into the width;
    and whether each labels its one period (a day, a week, a month) and not where a longer time begins."""
    for unit, step in STEPS[FINEST[by] :]:
        room = max(2, width // (TICK_WIDTH if unit in ("day", "week") else MONTH_WIDTH))
        found = list(islice(_every(unit, step, first, last), room + 1))
        if len(found) <= room:
            return found or [first], unit == by or (unit, by) == ("week", "day") or not found
    return [first, last], False


def _every(unit: str, step: int, first: date, last: date) -> Iterator[date]:
    """The days at which a step of the calendar begins."""
    if unit in ("day", "week"):
        stride = step * (7 if unit == "week" else 1)
        day = first + timedelta(days=-first.weekday() % 7) if unit == "week" else first
        while day <= last:
            yield day
            day += timedelta(days=stride)
        return
    months = step * (12 if unit == "year" else 1)
    number = first.year * 12 + first.month - 1
    number += -number % months
    while (day := date(number // 12, number % 12 + 1, 1)) <= last:
        if day >= first:
            yield day
        number += months


def labels(days: Sequence[date], by: str, language: str) -> list[list[str]]:
    """The lines of each label: day and month, or month, or year; the year below wherever it is new."""
    found = []
    years = len({day.year for day in days}) == len(days) > 1 and all((d.day, d.month) == (1, 1) for d in days)
    months = all(day.day == 1 for day in days) and (by == "month" or len(days) > 1)
    for number, day in enumerate(days):
        name = MONTHS[language][day.month - 1]
        if years:
            found.append([str(day.year)])
            continue
        line = name if months else f"{day.day} {name}"
        new = not number or days[number - 1].year != day.year
        found.append([line, str(day.year)] if new else [line])
    return found


def date_axis(title: str | None, first: date, last: date, by: str, width: int, language: str) -> Axis:
    """The axis below a chart of the days `first` to `last`."""
    days, centred = ticks(first, last, by, width)
    stamps = [_stamp(day) + (_half(day, by) if centred else 0) for day in days]
    said = ",".join(f"'{at}':{lines}" for at, lines in zip(stamps, labels(days, by, language), strict=True))
    return {
        "title": title, "values": stamps, "labelExpr": f"({{{said}}})[''+time(datum.value)] || ''", "labelAngle": 0, "labelOverlap": False,
        "labelBound": False, "labelFlush": False, "labelLineHeight": 14, "grid": False,
    }  # fmt: skip


def _stamp(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _half(day: date, by: str) -> int:
    """Half the period that begins on this day, in milliseconds."""
    return int((period(day.isoformat(), by)[1] - day + ONE).total_seconds() * 500)


def ceiling(top: float, share: bool) -> float:
    """The end of the axis: the next round number above what is drawn; something even where nothing is."""
    if top <= (LEAST_SHARE if share else 4):
        return 4.0 if not share else LEAST_SHARE if top > 0 else 0.01
    size = 10.0 ** floor(log10(top * 1.02))
    return next(step * size for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12) if step * size >= top * 1.02)


def value_axis(title: str | None, top: float, share: bool, height: int) -> Axis:
    """Percent for a share; for counts, whole numbers, thousands apart."""
    count = max(3, min(6, height // 40))
    if share:
        places = next((places for places in range(4) if top / count >= 0.01 / 10**places), 4)
        return {"title": title, "format": f".{places}%", "tickCount": count}
    return {"title": title, "format": ",d", "tickMinStep": 1, "tickCount": min(count, ceil(top))}
