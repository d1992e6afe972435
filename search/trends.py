"""How much a query is written about, by day, week or month in Lima: counts from the engine, periods and shares in Python."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol

from core.errors import InputError
from core.time import lima_day
from search.backend import Backend
from search.filters import filters
from search.nodes import All, And, Node, Not, Range, Tag, both, either

By = Literal["day", "week", "month"]
GROUPS = ("topic", "subtype", "sector", "place", "department", "source")
COLUMNS = ("query", "group", "start", "count", "total", "share", "outage", "down", "completeness", "partial")
MOST = 200_000  # rows: what a mistyped year would ask for otherwise
STRETCH = 7  # days: a source of the constant panel has something in each of them
ONE = timedelta(days=1)
EARLIEST, LATEST = date(2, 1, 1), date(9998, 12, 31)  # a calendar ends: a year beside these has no period
Periods = Counter[date]
Grouped = Mapping[str | None, Periods]


class Outage(Protocol):
    """A time when a source was down; `ended` is None while it lasts."""

    @property
    def source(self) -> str:
        """Its slug."""

    @property
    def started(self) -> datetime:
        """When it began."""

    @property
    def ended(self) -> datetime | None:
        """When it ended."""


class Completeness(Protocol):
    """How many items a source listed in a month, and how many of them are held."""

    @property
    def source(self) -> str:
        """Its slug."""

    @property
    def month(self) -> str:
        """`YYYY-MM`."""

    @property
    def listed(self) -> int:
        """Items that its sitemap, archive or feed named."""

    @property
    def have(self) -> int:
        """Those of them that are in the store."""


@dataclass(frozen=True, slots=True)
class Trends:
    """Rows with the keys of COLUMNS; how many matching documents have no date, by query; the sources of the constant panel.

    `down` names the sources that were down in the period, `outage` says whether there are any. `completeness` is the part
    of what the sources listed in the months of the period that is held, None where nobody counted. `partial`: only some
    days of the period were asked about, or the newest document of all is from before its end.
    """

    rows: list[dict[str, Any]]
    undated_by: Mapping[str, int] = field(default_factory=dict)
    panel: tuple[str, ...] | None = None

    @property
    def undated(self) -> int:
        """Matching documents without a date, over all queries."""
        return sum(self.undated_by.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the collection itself: when sources were down, and how much of what they listed is held."""

    outages: Sequence[Outage] = ()
    completeness: Sequence[Completeness] = ()


def trends(
    backend: Backend, queries: Sequence[tuple[str, Node]], *, by: By = "day", group: str | None = None, stories: bool = False,
    start: date | None = None, end: date | None = None, narrowing: Node | None = None, known: Known | None = None,
    panel: bool = False, top: int | None = None,
) -> Trends:  # fmt: skip
    """A row for every query, group and period from `start` to `end` (inclusive days), empty ones too.

    Without them, from the first to the last day of anything that passes `narrowing` (the filters), cut to the days that the
    query itself asks for, or these where there is nothing in them. `total` counts all that passes it in the period, grouped by
    source all of that source's own; `share` is count of total, None where there is nothing. `stories` counts stories. A
    `seen:` range in a query holds for its totals as well, so that an as-of share can be computed again. `panel` keeps
    only sources that have something in every seven days of the whole time; `top` keeps the largest groups of each query.
    Raises InputError for a group that is not one, for more than MOST rows, and where no source covers the whole time.
    """
    if group is not None and group not in GROUPS:
        raise InputError(f"{group!r} is no group.", f"Known: {', '.join(GROUPS)}.")
    within = narrowing or All()
    days = covered(backend, within) if start is None or end is None else None
    low, high = start or (days[0] if days else None), end or (days[1] if days else None)
    sources = constant_panel(backend, low, high) if panel else None
    if sources:
        within = both(within, either(*(Tag("source", slug) for slug in sources)))
    counting = _Counting(backend, within, by, group, stories, low, high)
    marks = _Marks(known or Known(), sources, by)
    everything = covered(backend, All())
    newest = everything[1] if everything else None
    rows: list[dict[str, Any]] = []
    undated: dict[str, int] = {}
    for query, node in queries:
        counted, undated[query] = counting.of(node)
        for value in _groups(counted, group, top):
            totals, numbers = counting.totals(node, value), counted.get(value, Counter[date]())
            first, last = _asked(node, (start, end), (low, high))
            asked = list(periods(first, last, by))
            if len(rows) + len(asked) > MOST:
                raise InputError(
                    f"That is more than {MOST:,} rows.",
                    "Ask for a shorter time, weeks or months, or only the largest groups (--top).",
                )
            for period in asked:
                row = _row(query, value, period, numbers[period], totals[period], marks.of(period, group, value))
                rows.append(row | {"partial": not _is_whole(period, by, first, last, newest)})
    return Trends(rows, undated, sources)


def _asked(
    node: Node, told: tuple[date | None, date | None], known: tuple[date | None, date | None]
) -> tuple[date | None, date | None]:
    """The days a query's rows are of: those known, cut to its own; its own where nothing is known of them."""
    first, last = clipped(node, *known)
    return clipped(node, *told) if first and last and first > last else (first, last)


def _is_whole(period: date, by: By, first: date | None, last: date | None, newest: date | None) -> bool:
    """Whether all days of the period were asked about, and there is news of the last of them or of a later one."""
    end = following(period, by) - ONE
    return (first is None or first <= period) and all(day is None or end <= day for day in (last, newest))


def _row(
    query: str, group: str | None, period: date, count: int, total: int, marks: tuple[list[str], float | None]
) -> dict[str, Any]:
    down, completeness = marks
    return {
        "query": query, "group": group, "start": period.isoformat(), "count": count, "total": total,
        "share": count / total if total else None, "outage": bool(down), "down": down, "completeness": completeness,
    }  # fmt: skip


def _groups(counted: Grouped, group: str | None, top: int | None) -> list[str | None]:
    """The values to print, the largest first."""
    if group is None:
        return [None]
    return sorted(counted, key=lambda value: (-sum(counted[value].values()), value or ""))[:top]


class _Counting:
    """Counts of nodes by group and period, within the filters and the days."""

    def __init__(
        self, backend: Backend, within: Node, by: By, group: str | None, stories: bool, low: date | None, high: date | None
    ) -> None:  # fmt: skip
        self._backend, self._within, self._by, self._group = backend, within, by, group
        self._by_story, self._count = stories, self._stories if stories else self._documents
        self._low, self._high = low, high
        self._met: dict[tuple[Node, str | None], Grouped] = {}

    def of(self, node: Node) -> tuple[Grouped, int]:
        """By group and period, and how many documents are undated (stories: how many have no document in the time asked)."""
        asked = both(node, self._within)
        undated = both(asked, Not(Range("date", None, None)))
        if not self._by_story:
            return self._counted(asked, self._group), self._backend.count(undated)
        untold = {row.story for row in self._backend.stories(undated)}
        if untold:
            untold -= {row.story for row in self._backend.stories(self._dated(asked))}
        return self._counted(asked, self._group), len(untold)

    def totals(self, node: Node, value: str | None) -> Periods:
        """Everything within the filters as it was known when the query's `seen:` says; of one source, what it published: an
        outlet that writes twice as much would otherwise seem to care twice as much."""
        own = "source" if self._group == "source" else None
        counted = self._counted(both(self._within, *as_of(node)), own)
        return counted.get(value if own else None, Counter())

    def _counted(self, node: Node, group: str | None) -> Grouped:
        """By group and period; what was counted before is not counted again."""
        if (node, group) not in self._met:
            self._met[node, group] = self._count(node, group)
        return self._met[node, group]

    def _documents(self, node: Node, group: str | None) -> Grouped:
        counted: dict[str | None, Periods] = defaultdict(Counter)
        for row in self._backend.histogram(self._dated(node), group):
            if row.day:
                counted[row.group][bucket(row.day, self._by)] += row.count
        return counted

    def _stories(self, node: Node, group: str | None) -> Grouped:
        """Different stories: one that lasts two weeks counts in both."""
        found: dict[tuple[str | None, date], set[int]] = defaultdict(set)
        for row in self._backend.stories(self._dated(node), group):
            if row.day:
                found[row.group, bucket(row.day, self._by)].add(row.story)
        counted: dict[str | None, Periods] = defaultdict(Counter)
        for (value, period), stories in found.items():
            counted[value][period] = len(stories)
        return counted

    def _dated(self, node: Node) -> Node:
        return both(node, filters(start=self._low, end=self._high))


class _Marks:
    """What is to be said of a period: who was down, and how complete it is."""

    def __init__(self, known: Known, sources: Sequence[str] | None, by: By) -> None:
        self._by = by
        self._down = [
            (lima_day(outage.started), lima_day(outage.ended) if outage.ended else date.max, outage.source)
            for outage in known.outages
            if sources is None or outage.source in sources
        ]
        self._listed: dict[date, dict[str, tuple[int, int]]] = defaultdict(dict)
        for one in known.completeness:
            if sources is None or one.source in sources:
                self._listed[date.fromisoformat(f"{one.month}-01")][one.source] = (
                    min(one.have, one.listed),
                    one.listed,
                )
        self._met: dict[tuple[date, str | None], tuple[list[str], float | None]] = {}
        self._down_in: dict[date, list[str]] = {}

    def of(self, period: date, group: str | None, value: str | None) -> tuple[list[str], float | None]:
        """Both, of all sources, or of one where rows are grouped by source."""
        source = value if group == "source" else None
        if (period, source) not in self._met:
            last = following(period, self._by) - ONE
            if period not in self._down_in:
                down = {slug for first, until, slug in self._down if first <= last and period <= until}
                self._down_in[period] = sorted(down)
            self._met[period, source] = (
                [slug for slug in self._down_in[period] if source in (None, slug)],
                self._completeness(period, last, source),
            )
        return self._met[period, source]

    def _completeness(self, first: date, last: date, source: str | None) -> float | None:
        months = periods(first, last, "month") if self._listed else ()
        pairs = [
            pair
            for month in months
            for slug, pair in self._listed.get(month, {}).items()
            if source in (None, slug)
        ]  # fmt: skip
        listed = sum(pair[1] for pair in pairs)
        return round(sum(pair[0] for pair in pairs) / listed, 4) if listed else None


def constant_panel(backend: Backend, low: date | None, high: date | None) -> tuple[str, ...]:
    """The sources that have at least one document in every seven days from `low` to `high`; what is left over at the end
    belongs to the last seven. Raises InputError where there is none."""
    if low is None or high is None:
        return ()
    stretches = max(1, ((high - low).days + 1) // STRETCH)
    found: dict[str, set[int]] = defaultdict(set)
    for row in backend.histogram(Range("date", low.isoformat(), high.isoformat()), "source"):
        if row.day and row.group:
            found[row.group].add(min((row.day - low).days // STRETCH, stretches - 1))
    panel = tuple(sorted(slug for slug, met in found.items() if len(met) == stretches))
    if not panel:
        raise InputError(
            f"No source has documents in every {STRETCH} days from {low} to {high}.",
            "Ask for a shorter time, or without the constant panel.",
        )
    return panel


def as_of(node: Node) -> list[Node]:
    """The query's own `seen:` ranges that hold for all of it."""
    children = node.nodes if isinstance(node, And) else (node,)
    return [child for child in children if isinstance(child, Range) and child.field == "seen"]


def timeless(node: Node) -> Node:
    """The query without the `date:` ranges that hold for all of it."""
    children = node.nodes if isinstance(node, And) else (node,)
    return both(*(child for child in children if not (isinstance(child, Range) and child.field == "date")))


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


def covered(backend: Backend, node: Node) -> tuple[date, date] | None:
    """The first and last day of anything that passes."""
    days = [row.day for row in backend.histogram(node) if row.day]
    return (min(days), max(days)) if days else None


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
    period, high = bucket(max(low, EARLIEST), by), min(high, LATEST)
    for _ in range(MOST + 1):
        if period > high:
            return
        yield period
        period = following(period, by)
