"""Change points: a new level is found near its first period, chance and spikes are none, and a busier press is none."""

import random
from datetime import date
from math import sqrt

import pytest

from search.backend import Backend
from search.changes import COLUMNS, changes, levels
from search.memory import MemoryBackend
from search.query import parse

from .series import DAY, START, Make, series


def counted(dice: random.Random, mean: float) -> int:
    """A count that chance moves around its mean as a Poisson variable (by the normal beyond 30)."""
    if mean > 30:
        return max(0, round(dice.gauss(mean, sqrt(mean))))
    gap, total = dice.expovariate(1), 0
    while gap < mean:
        total, gap = total + 1, gap + dice.expovariate(1)
    return total


def draw(
    seed: int, periods: int, mean: float, *, after: float = 1, uneven: bool = False, spikes: int = 0
) -> tuple[list[int], list[int]]:
    """Counts and all that was published (weekends quieter); from the middle on the rate is `after` times as high."""
    dice = random.Random(seed)
    weights = [counted(dice, 420 if n % 7 > 4 else 600) for n in range(periods)]
    rates = [mean * weight / 600 * (after if n >= periods // 2 else 1) for n, weight in enumerate(weights)]
    counts = [counted(dice, rate * (dice.gammavariate(2, 0.5) if uneven else 1)) for rate in rates]
    for _ in range(spikes):
        counts[dice.randrange(periods)] += 20
    return counts, weights


@pytest.mark.parametrize("mean", [0.3, 2, 10])
@pytest.mark.parametrize("spikes", [0, 4])
@pytest.mark.parametrize("uneven", [False, True])
def test_chance_and_spikes_are_no_change(mean: float, spikes: int, uneven: bool) -> None:
    found = [len(levels(*draw(seed, 180, mean, uneven=uneven, spikes=spikes))) - 1 for seed in range(40)]
    assert sum(map(bool, found)) <= 4, "at most one series in ten shows a change that is none"


@pytest.mark.parametrize(("mean", "after"), [(2, 2.5), (10, 1.6), (10, 0.5), (4, 0.1)])
def test_a_new_level_is_found_where_it_begins(mean: float, after: float) -> None:
    near = 0
    for seed in range(20):
        found = levels(*draw(seed, 180, mean, after=after, spikes=2))
        near += len(found) == 2 and abs(found[1].first - 90) <= 7
    assert near >= 16


def test_two_changes_and_what_stands_between_them() -> None:
    counts = [3] * 40 + [12] * 40 + [3] * 40
    found = levels(counts, [100] * 120)
    assert [(one.first, one.periods, one.count) for one in found] == [(0, 40, 120), (40, 40, 480), (80, 40, 120)]


def test_what_cannot_be_judged_is_one_level() -> None:
    assert levels([], []) == levels([0] * 50, [10] * 50) == levels([1, 2], [0, 0]) == []
    assert len(levels([1, 9, 9], [10] * 3)) == 1
    assert len(levels([0] * 30 + [1, 0, 0, 1, 0] * 3, [600] * 45)) == 1, "ten documents at least make a level"
    assert len(levels([100] * 60 + [115] * 60, [1000] * 120)) == 1, "a quarter more at least is a change"


def test_periods_without_any_news_were_not_looked_at() -> None:
    found = levels([4] * 40 + [0] * 40 + [4] * 40, [100] * 40 + [0] * 40 + [100] * 40)
    assert [(one.first, one.periods) for one in found] == [(0, 80)]


def test_a_long_series_is_cut_at_the_very_period() -> None:
    counts, weights = draw(3, 1826, 6)
    quarter = [count * 4 if n >= 1000 else count for n, count in enumerate(counts)]
    assert [one.first for one in levels(quarter, weights)][1:] == pytest.approx([1000], abs=2)


def test_rows_tell_what_was_before_and_after(make: Make) -> None:
    background = series(make, dict.fromkeys(range(140), 3), "otra")
    more = series(make, {n: 1 if n < 70 else 3 for n in range(140)})
    backend = MemoryBackend([*background, *more])
    rows = changes(backend, [("paro", parse("paro")), ("otra", parse("otra"))], by="week")
    assert [tuple(row) for row in rows] == [COLUMNS, COLUMNS]
    first = rows[0]
    assert (first["query"], first["start"]) == ("paro", (START + 70 * DAY).isoformat())
    assert (first["before"], first["after"], first["share_before"], first["share_after"]) == (7, 21, 0.25, 0.5)
    assert first["ratio"] == pytest.approx(2, abs=0.05)
    assert rows[1]["query"] == "otra" and rows[1]["ratio"] < 1, "its share fell, though nothing less was written"
    assert changes(backend, [("paro", parse("paro"))], start=START + 77 * DAY) == []
    assert changes(backend, [("nadie", parse("nadie"))]) == changes(MemoryBackend(), [("paro", parse("paro"))]) == []
    assert changes(backend, [("q", parse("paro date:[2026-03-02 TO 2026-04-30]"))]) == []


def test_half_a_period_at_the_end_is_no_fall(make: Make) -> None:
    steady = MemoryBackend(series(make, dict.fromkeys(range(7 * 20 + 1), 9)))
    assert changes(steady, [("paro", parse("paro"))], end=date(2026, 7, 20)) == []


def test_the_engines_give_the_same_changes(backend: Backend, make: Make) -> None:
    records = [*series(make, dict.fromkeys(range(0, 84, 2), 2), "otra"), *series(make, dict.fromkeys(range(42, 84), 3))]
    assert backend.index(records) == {}
    backend.flush()
    rows = changes(backend, [("paro", parse("paro"))])
    assert rows == changes(MemoryBackend(records), [("paro", parse("paro"))]) and len(rows) == 1
