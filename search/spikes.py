"""Days or weeks when far more was written on a query than usual: count, ratio and sources must all say so.

The usual is a robust rate: documents of the query for all documents, over the periods around (WINDOW on each side, the
neighbours and whatever stands out itself left out), times what was published in the period, so that a quiet week of the
sources is no fall and a busy one no spike. The excess is measured on the square-root scale, where counts have the same
spread whatever their size (Anscombe 1948), widened by how uneven the usual is. A burst of several days is told once,
at its height. At least two sources must share it: one outlet's series is no event.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from search.backend import Backend
from search.nodes import All, And, Node, Range, Tag, both
from search.trends import By, as_of, bucket, clipped, following, periods, timeless

WINDOW: Mapping[By, int] = {"day": 28, "week": 8, "month": 12}
FEWEST: Mapping[By, int] = {"day": 7, "week": 4, "month": 6}  # periods that make a usual
COUNT, RATIO, SCORE, SOURCES = 5, 3.0, 4.0, 2
CUT, OUTLIER, ROUNDS = 0.2, 3.0, 3
APART = 2  # periods: nearer spikes are one burst
EVIDENCE = 5


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
    within = both(narrowing or All(), *as_of(node))
    asked = both(timeless(node), within)
    outlets = _sources(backend, asked, by)
    if not outlets:
        return []
    counts = {period: sum(told.values()) for period, told in outlets.items()}
    totals = _by_period(backend, within, by)
    span = list(periods(min(totals), max(totals), by))
    weights = [1 if _asks_everything(node) else totals[period] for period in span]
    found = _bursts(peaks(span, [counts.get(period, 0) for period in span], weights, by), span)
    return [
        _row(backend, node, asked, peak, outlets[peak.start], by)
        for peak in found
        if len(outlets[peak.start]) >= SOURCES and _touches(peak.start, low, high, by)
    ]


def _touches(period: date, low: date | None, high: date | None, by: By) -> bool:
    return (high is None or period <= high) and (low is None or following(period, by) > low)


def peaks(span: Sequence[date], counts: Sequence[int], weights: Sequence[int], by: By = "day") -> list[Peak]:
    """The periods whose count stands out of those around; `weights` say how much was published in each."""
    found = []
    for place, start in enumerate(span):
        if counts[place] < COUNT or not weights[place]:
            continue
        around = [
            (counts[other], weights[other])
            for other in range(max(0, place - WINDOW[by]), min(len(span), place + WINDOW[by] + 1))
            if abs(other - place) > 1 and weights[other]
        ]
        if len(around) < FEWEST[by]:
            continue
        rate, spread = _usual(around)
        expected, score = rate * weights[place], _score(counts[place], weights[place], rate, spread)
        if counts[place] >= RATIO * expected and score >= SCORE:
            found.append(Peak(start, counts[place], expected, score))
    return found


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
