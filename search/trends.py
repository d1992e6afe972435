"""How much a query is written about, by day, week or month in Lima: counts from the engine, periods and shares in Python."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol

from core.errors import InputError
from core.time import lima_day
from search.backend import Backend
from search.nodes import All, And, Node, Range, both

By = Literal["day", "week", "month"]
GROUPS = ("topic", "sector", "place", "source")
MOST = 200_000  # rows: what a mistyped year would ask for otherwise
ONE = timedelta(days=1)
Periods = Counter[date]


class Outage(Protocol):
    """A time when a source was down; `ended` is None while it lasts."""

    @property
    def started(self) -> datetime:
        """When it began."""

    @property
    def ended(self) -> datetime | None:
        """When it ended."""


@dataclass(frozen=True, slots=True)
class Trends:
    """Rows `{query, group, start, count, total, share, outage}`, and how many matching documents have no date."""

    rows: list[dict[str, Any]]
    undated: int


def trends(
    backend: Backend, queries: Sequence[tuple[str, Node]], *, by: By = "day", group: str | None = None, stories: bool = False,
    start: date | None = None, end: date | None = None, narrowing: Node | None = None, outages: Iterable[Outage] = (),
) -> Trends:  # fmt: skip
    """A row for every query, group and period from `start` to `end` (inclusive days), empty ones too.

    Without them, from the first to the last day of anything that passes `narrowing` (the filters). `total` counts all
    that passes it in the period, `share` is count of total, None where there is nothing. `stories` counts stories.
    Raises InputError for a group that is not one.
    """
    if group is not None and group not in GROUPS:
        raise InputError(f"{group!r} is no group.", f"Known: {', '.join(GROUPS)}.")
    within = narrowing or All()
    count = _stories if stories else _documents
    everything, _ = count(backend, within, None, by, start, end)
    totals = everything.get(None, Counter())
    days = covered(backend, within)
    down = sorted(
        (lima_day(outage.started), lima_day(outage.ended) if outage.ended else date.max) for outage in outages
    )
    rows: list[dict[str, Any]] = []
    undated = 0
    for query, node in queries:
        counted, without = count(backend, both(node, within), group, by, start, end)
        undated += without
        low, high = clipped(node, start or (days[0] if days else None), end or (days[1] if days else None))
        groups = (
            [None] if group is None else sorted(counted, key=lambda value: (-sum(counted[value].values()), value or ""))
        )
        for value in groups:
            for period in periods(low, high, by):
                number, total = counted.get(value, Counter())[period], totals[period]
                rows.append({
                    "query": query, "group": value, "start": period.isoformat(), "count": number, "total": total,
                    "share": number / total if total else None, "outage": _was_down(down, period, by),
                })  # fmt: skip
            if len(rows) > MOST:
                raise InputError(
                    f"That is more than {MOST:,} rows.", "Ask for a shorter time, weeks or months, or fewer groups."
                )
    return Trends(rows, undated)


def bucket(day: date, by: By) -> date:
    """The first day of the period: the day itself, its Monday, the first of its month."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def following(period: date, by: By) -> date:
    """The first day of the next period."""
    if by == "month":
        return (period.replace(day=28) + 4 * ONE).replace(day=1)
    return period + (7 if by == "week" else 1) * ONE


def _documents(
    backend: Backend, node: Node, group: str | None, by: By, start: date | None, end: date | None
) -> tuple[dict[str | None, Periods], int]:
    """Documents by group and period, and how many are undated."""
    counted: dict[str | None, Periods] = defaultdict(Counter)
    rows = backend.histogram(node, group)
    for row in rows:
        if row.day and _inside(row.day, start, end):
            counted[row.group][bucket(row.day, by)] += row.count
    plain = rows if group is None else backend.histogram(node)
    return counted, sum(row.count for row in plain if row.day is None)


def _stories(
    backend: Backend, node: Node, group: str | None, by: By, start: date | None, end: date | None
) -> tuple[dict[str | None, Periods], int]:
    """Different stories by group and period: one that lasts two weeks counts in both; and how many have only undated ones."""
    found: dict[tuple[str | None, date], set[int]] = defaultdict(set)
    undated: set[int] = set()
    for row in backend.stories(node, group):
        if row.day is None:
            undated.add(row.story)
        elif _inside(row.day, start, end):
            found[row.group, bucket(row.day, by)].add(row.story)
    counted: dict[str | None, Periods] = defaultdict(Counter)
    for (value, period), stories in found.items():
        counted[value][period] = len(stories)
    return counted, len(undated)


def covered(backend: Backend, node: Node) -> tuple[date, date] | None:
    """The first and last day of anything that passes."""
    days = [row.day for row in backend.histogram(node) if row.day]
    return (min(days), max(days)) if days else None


def _inside(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def clipped(node: Node, low: date | None, high: date | None) -> tuple[date | None, date | None]:
    """The range cut to the dates that the query itself asks for."""
    for child in node.nodes if isinstance(node, And) else (node,):
        if isinstance(child, Range) and child.field == "date":
            first, last = child.days()
            low = max(first, low) if first and low else first or low
            high = min(last, high) if last and high else last or high
    return low, high


def periods(low: date | None, high: date | None, by: By) -> Iterator[date]:
    """The first day of every period that touches the range."""
    if low is None or high is None:
        return
    period = bucket(low, by)
    for _ in range(MOST + 1):
        if period > high:
            return
        yield period
        period = following(period, by)


def _was_down(down: Sequence[tuple[date, date]], period: date, by: By) -> bool:
    last = following(period, by) - ONE
    return any(first <= last and period <= until for first, until in down)
