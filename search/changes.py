"""Change points: from when on a query was written about more, or less, for good; not a spike, but a new level.

Counts are cut into stretches of one rate each by optimal partitioning (Jackson et al. 2005, IEEE Signal Processing
Letters 12), the exact search that PELT prunes (Killick, Fearnhead and Eckley 2012, JASA 107). The cost of a stretch is
twice its negative Poisson log-likelihood with all that was published as exposure, so that a press that writes more is no change. Three things keep it from seeing changes everywhere, since
news comes in bursts: costs are divided by a dispersion measured within short windows (quasi-likelihood, Wedderburn 1974);
a burst counts only up to what chance allows around its usual, for a spike is no new level (after Fearnhead and Rigaill
2019, JASA 114, who bound the loss of outliers); and a cut costs PENALTY * log(periods), the modified BIC's three
(Zhang and Siegmund 2007). A change that makes less than LEAST of a difference is not told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from math import log, sqrt
from statistics import median
from typing import Any

from search.backend import Backend
from search.nodes import All, Node, both
from search.trends import By, as_of, bucket, clipped, covered, following, periods

SHORTEST: Mapping[By, int] = {"day": 14, "week": 4, "month": 3}  # periods of a level
WINDOW: Mapping[By, int] = {"day": 14, "week": 6, "month": 6}  # periods on each side: where the usual is read
PENALTY = 3.0
LEAST = 1.25  # times more or less
FEWEST = 10  # documents of the busier level
CANDIDATES = 400  # places where a cut is first tried; the found ones are then moved to their best period
SIGMAS = 2.5
COLUMNS = ("query", "start", "before", "after", "ratio", "share_before", "share_after")


@dataclass(frozen=True, slots=True)
class Level:
    """A stretch of periods with one rate: its first place, how many periods were looked at, its count, and all that was
    published in it."""

    first: int
    periods: int
    count: float
    weight: float

    @property
    def rate(self) -> float:
        """Documents of the query for each published; half a one added, so that never is not nought."""
        return (self.count + 0.5) / self.weight if self.weight else 0.0


def changes(
    backend: Backend, queries: Sequence[tuple[str, Node]], *, by: By = "week", narrowing: Node | None = None,
    start: date | None = None, end: date | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows `{query, start, before, after, ratio, share_before, share_after}` in order of time for each query.

    `start` is the first period of the new level; `before` and `after` are documents a period on average between the
    neighbouring changes, `ratio` is share after for share before. Periods that `start` and `end` (inclusive days) cut
    in two are left out: they hold less for that reason alone.
    """
    rows: list[dict[str, Any]] = []
    for query, node in queries:
        within = both(narrowing or All(), *as_of(node))
        days = covered(backend, within)
        if days is None:
            continue
        low, high = clipped(node, max(start or days[0], days[0]), min(end or days[1], days[1]))
        assert low is not None and high is not None
        span = [period for period in periods(low, high, by) if period >= low and _last(period, by) <= high]
        counts, weights = (_counts(backend, asked, by) for asked in (both(node, within), within))
        found = levels([counts.get(p, 0) for p in span], [weights.get(p, 0) for p in span], by)
        rows += [_row(query, span, before, after) for before, after in pairwise(found)]
    return rows


def _row(query: str, span: Sequence[date], before: Level, after: Level) -> dict[str, Any]:
    return {
        "query": query, "start": span[after.first].isoformat(),
        "before": round(before.count / before.periods, 3),
        "after": round(after.count / after.periods, 3), "ratio": round(after.rate / before.rate, 3),
        "share_before": before.count / before.weight, "share_after": after.count / after.weight,
    }  # fmt: skip


def levels(counts: Sequence[int], weights: Sequence[int], by: By = "day") -> list[Level]:
    """The series cut into levels, of at least SHORTEST periods each; one level where nothing changed, none where nothing
    was published. `weights` say how much was published in each period; where that is nothing, nothing was looked at."""
    kept = [place for place, weight in enumerate(weights) if weight]
    if not kept or not any(counts):
        return []
    numbers, exposure = [counts[place] for place in kept], [weights[place] for place in kept]
    usual = _usual(numbers, exposure, WINDOW[by])
    spread = _dispersion(numbers, usual)
    tamed = [min(float(n), u + SIGMAS * sqrt(spread * max(u, 1.0))) for n, u in zip(numbers, usual, strict=True)]
    cost = _Cost(tamed, exposure)
    cuts = _moved(_cuts(cost, SHORTEST[by], PENALTY * spread * log(max(len(kept), 2))), cost, SHORTEST[by])
    real = _Cost([float(n) for n in numbers], exposure)
    cuts = _told(cuts, cost)
    edges = [0, *cuts, len(kept)]
    return [real.level(a, b, first=kept[a]) for a, b in pairwise(edges)]


class _Cost:
    """Costs of stretches from running sums: twice the negative Poisson log-likelihood at the stretch's own rate."""

    def __init__(self, counts: Sequence[float], weights: Sequence[int]) -> None:
        self.counts, self.weights = [0.0, *accumulate(counts)], [0, *accumulate(weights)]
        self.size = len(counts)

    def of(self, first: int, end: int) -> float:
        """The cost of the periods from `first` to before `end`, without what is the same for every cut."""
        count, weight = self.counts[end] - self.counts[first], self.weights[end] - self.weights[first]
        return 2 * count * (1 - log(count / weight)) if count > 0 else 0.0

    def level(self, start: int, end: int, *, first: int = 0) -> Level:
        """The stretch itself, under the name of its first place."""
        count, weight = self.counts[end] - self.counts[start], self.weights[end] - self.weights[start]
        return Level(first, end - start, count, weight)


def _cuts(cost: _Cost, shortest: int, penalty: float) -> list[int]:
    """Optimal partitioning over a grid of at most CANDIDATES places: where the levels after the first begin."""
    step = max(1, -(-cost.size // CANDIDATES))
    grid = [*range(0, cost.size - shortest + 1, step), cost.size]
    best, before = {0: 0.0}, {0: 0}
    for end in grid[1:]:
        reached = [(best[first] + cost.of(first, end), first) for first in best if end - first >= shortest]
        if reached:
            least, before[end] = min(reached)
            best[end] = least + penalty
    cuts: list[int] = []
    place = cost.size
    while before.get(place):
        place = before[place]
        cuts.append(place)
    return cuts[::-1]


def _moved(cuts: Sequence[int], cost: _Cost, shortest: int) -> list[int]:
    """Each cut moved to its best place between its neighbours: the grid may have missed it by a few periods."""
    moved = list(cuts)
    for number, cut in enumerate(moved):
        low = (moved[number - 1] if number else 0) + shortest
        high = (moved[number + 1] if number + 1 < len(moved) else cost.size) - shortest
        around = range(max(low, cut - 2 * shortest), min(high, cut + 2 * shortest) + 1)
        left, right = low - shortest, high + shortest
        moved[number] = min(around, key=lambda place: cost.of(left, place) + cost.of(place, right), default=cut)
    return moved


def _told(cuts: Sequence[int], cost: _Cost) -> list[int]:
    """Cuts without those that make less than LEAST of a difference or stand on too few documents, the smallest first."""
    kept = list(cuts)
    while kept:
        found = [cost.level(a, b) for a, b in pairwise([0, *kept, cost.size])]
        sizes = [
            abs(log(after.rate / before.rate)) if max(before.count, after.count) >= FEWEST else 0.0
            for before, after in pairwise(found)
        ]
        least = min(range(len(sizes)), key=sizes.__getitem__)
        if sizes[least] >= log(LEAST):
            break
        del kept[least]
    return kept


def _usual(counts: Sequence[int], weights: Sequence[int], window: int) -> list[float]:
    """What each period would have at the median rate of the periods around; at half a document where that is nought."""
    rates = [count / weight for count, weight in zip(counts, weights, strict=True)]
    overall = sum(counts) / sum(weights)
    return [
        max(median(rates[max(0, place - window) : place + window + 1]), 0.5 * overall) * weight
        for place, weight in enumerate(weights)
    ]


def _dispersion(counts: Sequence[int], usual: Sequence[float]) -> float:
    """How much more uneven the counts are than chance makes them (variance for mean), one at least: the trimmed mean of
    squared surprises, its busiest tenth left out."""
    surprises = sorted((count - mean) ** 2 / mean for count, mean in zip(counts, usual, strict=True))
    kept = surprises[: max(1, len(surprises) - len(surprises) // 10)]
    return max(1.0, 1.25 * sum(kept) / len(kept))


def _counts(backend: Backend, node: Node, by: By) -> dict[date, int]:
    counted: dict[date, int] = {}
    for row in backend.histogram(node):
        if row.day:
            period = bucket(row.day, by)
            counted[period] = counted.get(period, 0) + row.count
    return counted


def _last(period: date, by: By) -> date:
    return following(period, by) - timedelta(days=1)
