"""Days or weeks when far more was written on a query than usual: count, ratio and sources must all say so.

The usual is a robust rate: documents of the query for all documents, over the periods around (WINDOW on each side, the
neighbours and whatever stands out itself left out), times what was published in the period, so that a quiet week of the
sources is no fall and a busy one no spike. The excess is measured on the square-root scale, where counts have the same
spread whatever their size (Anscombe 1948), widened by how uneven the usual is. A burst of several days is told once,
at its height. At least two sources must share it, each with SHARED times what it usually has: one outlet's series is no
event, whatever the others write that day as on any other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt
from typing import Any

from search.backend import Backend
from search.nodes import All, And, Node, Range, Tag, both
from search.trends import By, as_of, bucket, clipped, following, periods, timeless

WINDOW: Mapping[By, int] = {"day": 28, "week": 8, "month": 12}
FEWEST: Mapping[By, int] = {"day": 7, "week": 4, "month": 6}  # periods that make a usual
COUNT, RATIO, SCORE, SOURCES = 5, 3.0, 4.0, 2
SHARED = (
    2.0  # times its own usual that a source has who shares a burst: less than RATIO, which all of them have together
)
CUT, OUTLIER, ROUNDS = 0.2, 3.0, 3
APART = 2  # periods: nearer spikes are one burst
EVIDENCE = 5
_NONE: Counter[str] = Counter()  # of the sources in a period without anything
LOOK_BACK = 3  # windows: beyond, nothing changes whether the last periods stand out


@dataclass(frozen=True, slots=True)
class Peak:
    """A period that stands out."""

    start: date
    count: int
    expected: float
    score: float

    @property
    def ratio(self) -> float:
        """How many times the usual."""
        return self.count / self.expected


def spikes(
    backend: Backend, node: Node, *, by: By = "day", narrowing: Node | None = None, start: date | None = None, end: date | None = None
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows `{query, start, count, expected, ratio, sources, evidence}` in order of time; `evidence` are ids, one an outlet.

    `narrowing` are filters beside the query. `start` and `end` (inclusive days), and `date:` ranges that the query itself
    asks for, say which periods are told: what is usual is still learned from those before and after. A query for
    everything is measured by its counts alone.
    """
    low, high = clipped(node, start, end)
    series = _series(backend, node, by, narrowing)
    return [series.row(peak) for peak in series.peaks() if _touches(peak.start, low, high, by)] if series else []


def replayed(
    backend: Backend, node: Node, *, start: date, end: date, back: int = 0
) -> Iterator[tuple[date, Iterator[dict[str, Any]]]]:
    """For each day from `start` to `end` the rows that `spikes` would have given at its end, of that day and the `back` days
    before it, the newest first: judged by what was published until then alone."""
    series = _series(backend, node, "day", None)
    if series is None:
        return
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        yield day, series.told(day, back)


@dataclass(frozen=True, slots=True)
class _Series:
    """A query's counts by period, those of all that was published beside it (`weights`), and who shares them."""

    backend: Backend
    node: Node
    asked: Node
    by: By
    span: Sequence[date]
    counts: Sequence[int]
    weights: Sequence[int]
    outlets: Mapping[date, Counter[str]]

    def peaks(self) -> list[Peak]:
        """The bursts that at least two sources share."""
        found = peaks(self.span, self.counts, self.weights, self.by)
        return _bursts([peak for peak in found if self._is_shared(peak)], self.span)

    def _is_shared(self, peak: Peak) -> bool:
        """Whether two sources at least have far more than they usually have themselves."""
        outlets = self.outlets[peak.start]
        if len(outlets) < SOURCES:
            return False
        place = self.span.index(peak.start)
        near = [
            (self.outlets.get(self.span[other], _NONE), self.weights[other])
            for other in _around(place, self.weights, self.by)
        ]
        sharing = 0
        for source, count in outlets.items():
            rate, _ = _usual([(told[source], weight) for told, weight in near])
            sharing += count >= SHARED * rate * self.weights[place]
        return sharing >= SOURCES

    def until(self, day: date) -> "_Series":
        """The same as it stood at the end of a day, as far back as its last peaks need."""
        end = sum(period <= day for period in self.span)
        kept = slice(max(0, end - LOOK_BACK * WINDOW[self.by]), end)
        return replace(self, span=self.span[kept], counts=self.counts[kept], weights=self.weights[kept])

    def told(self, day: date, back: int) -> Iterator[dict[str, Any]]:
        """What stands out at the end of a day, of that day and `back` days before it, the newest first."""
        known = self.until(day)
        for peak in reversed(known.peaks()):
            if peak.start >= day - timedelta(days=back):
                yield known.row(peak)

    def row(self, peak: Peak) -> dict[str, Any]:
        """A peak as it is told."""
        return _row(self.backend, self.node, self.asked, peak, self.outlets[peak.start], self.by)


def _series(backend: Backend, node: Node, by: By, narrowing: Node | None) -> _Series | None:
    """The series of a query; None where nothing of it has a date."""
    within = both(narrowing or All(), *as_of(node))
    asked = both(timeless(node), within)
    outlets = _sources(backend, asked, by)
    if not outlets:
        return None
    counts = {period: sum(told.values()) for period, told in outlets.items()}
    totals = _by_period(backend, within, by)
    span = list(periods(min(totals), max(totals), by))
    weights = [1 if _asks_everything(node) else totals[period] for period in span]
    return _Series(backend, node, asked, by, span, [counts.get(period, 0) for period in span], weights, outlets)


def _touches(period: date, low: date | None, high: date | None, by: By) -> bool:
    return (high is None or period <= high) and (low is None or following(period, by) > low)


def peaks(span: Sequence[date], counts: Sequence[int], weights: Sequence[int], by: By = "day") -> list[Peak]:
    """The periods whose count stands out of those around; `weights` say how much was published in each."""
    found = []
    for place, start in enumerate(span):
        if counts[place] < COUNT or not weights[place]:
            continue
        around = [(counts[other], weights[other]) for other in _around(place, weights, by)]
        if len(around) < FEWEST[by]:
            continue
        rate, spread = _usual(around)
        expected, score = rate * weights[place], _score(counts[place], weights[place], rate, spread)
        if counts[place] >= RATIO * expected and score >= SCORE:
            found.append(Peak(start, counts[place], expected, score))
    return found


def _around(place: int, weights: Sequence[int], by: By) -> list[int]:
    """The places of the periods around one, its neighbours and those without anything left out."""
    return [
        other
        for other in range(max(0, place - WINDOW[by]), min(len(weights), place + WINDOW[by] + 1))
        if abs(other - place) > 1 and weights[other]
    ]


def _usual(around: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """The rate of the periods around, and how much more uneven they are than chance makes them (variance for mean, one at
    least), both without the periods that stand out themselves: first the busiest fifth, then whatever is far off the
    usual that is left (a reweighted estimate, Rousseeuw and Leroy 1987)."""
    kept = sorted(around, key=lambda pair: pair[0] / pair[1])[: len(around) - int(len(around) * CUT)]
    for _ in range(ROUNDS):
        rate, spread = _rate(kept)
        kept = [pair for pair in around if _score(*pair, rate, spread) <= OUTLIER]
    return _rate(kept)


def _rate(kept: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Rate and unevenness of these periods; half a document is added, so that never is not nought."""
    rate = (sum(count for count, _ in kept) + 0.5) / sum(weight for _, weight in kept)
    surprise = [(count - rate * weight) ** 2 / (rate * weight) for count, weight in kept]
    return rate, max(1.0, sum(surprise) / len(surprise))


def _score(count: int, weight: int, rate: float, spread: float) -> float:
    """The excess on the square-root scale, in standard deviations."""
    return 2 * (sqrt(count) - sqrt(rate * weight)) / sqrt(spread)


def _bursts(found: Sequence[Peak], span: Sequence[date]) -> list[Peak]:
    """One peak for each burst, its highest; of equals the first."""
    places = {start: place for place, start in enumerate(span)}
    bursts: list[list[Peak]] = []
    for peak in found:
        if bursts and places[peak.start] - places[bursts[-1][-1].start] <= APART:
            bursts[-1].append(peak)
        else:
            bursts.append([peak])
    return [max(burst, key=lambda peak: peak.count) for burst in bursts]


def _by_period(backend: Backend, node: Node, by: By) -> Counter[date]:
    counts: Counter[date] = Counter()
    for row in backend.histogram(node):
        if row.day:
            counts[bucket(row.day, by)] += row.count
    return counts


def _sources(backend: Backend, node: Node, by: By) -> Mapping[date, Counter[str]]:
    """How many documents each source has in each period."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for row in backend.histogram(node, "source"):
        if row.day and row.group:
            found[bucket(row.day, by)][row.group] += row.count
    return found


def _row(
    backend: Backend, node: Node, asked: Node, peak: Peak, outlets: Counter[str], by: By
) -> dict[str, Any]:  # fmt: skip
    last = following(peak.start, by) - timedelta(days=1)
    within = both(asked, Range("date", peak.start.isoformat(), last.isoformat()))
    evidence = [
        name
        for source, _ in sorted(outlets.items(), key=lambda item: (-item[1], item[0]))[:EVIDENCE]
        for name in backend.search(both(within, Tag("source", source)), limit=1).ids
    ]
    return {
        "query": str(node), "start": peak.start.isoformat(), "count": peak.count, "expected": round(peak.expected, 2),
        "ratio": round(peak.ratio, 2), "sources": len(outlets), "evidence": evidence,
    }  # fmt: skip


def _asks_everything(node: Node) -> bool:
    return all(isinstance(child, All | Range) for child in (node.nodes if isinstance(node, And) else (node,)))
