"""Spikes: count, ratio and at least two sources must all say so; flat series and busy presses have none."""

import gzip
import json
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from search.backend import Backend
from search.memory import MemoryBackend
from search.query import parse
from search.spikes import peaks, spikes

from .series import DAY, START, Make, series


def burst(make: Make) -> MemoryBackend:
    background = series(make, dict.fromkeys(range(60), 20), "otra")
    return MemoryBackend([*background, *series(make, dict.fromkeys(range(0, 60, 4), 1) | {30: 9, 31: 15, 32: 8})])


def test_a_burst_is_told_once_at_its_height_with_evidence(make: Make) -> None:
    backend = burst(make)
    rows = spikes(backend, parse("paro"))
    assert [(row["start"], row["count"], row["sources"]) for row in rows] == [("2026-04-02", 15, 3)]
    assert list(rows[0]) == ["query", "start", "count", "expected", "ratio", "sources", "evidence"]
    assert rows[0]["ratio"] > 10 and len(set(rows[0]["evidence"])) == 3
    assert [row["start"] for row in spikes(backend, parse("paro"), by="week")] == ["2026-03-30"]
    assert spikes(backend, parse("nadie")) == []


def test_days_say_which_spikes_are_told_and_not_what_is_usual(make: Make) -> None:
    backend = burst(make)
    whole = spikes(backend, parse("paro"))
    day = START + 31 * DAY
    assert spikes(backend, parse("paro"), start=day, end=day) == whole
    assert spikes(backend, parse(f"paro date:{day}"))[0] | {"query": "paro"} == whole[0]
    assert spikes(backend, parse("paro"), start=day + DAY) == spikes(backend, parse("paro"), end=day - DAY) == []


def test_one_outlet_alone_and_a_busier_press_are_no_spike(make: Make) -> None:
    background = series(make, dict.fromkeys(range(60), 20), "otra")
    alone = MemoryBackend([*background, *series(make, {30: 15}, source="uno")])
    assert spikes(alone, parse("paro")) == []
    busy = MemoryBackend(
        [*series(make, dict.fromkeys(range(60), 10) | {30: 100}, "otra"), *series(make, dict.fromkeys(range(60), 2) | {30: 20})]
    )  # fmt: skip
    assert spikes(busy, parse("paro")) == [], "all of the press wrote ten times as much"


def test_one_outlet_s_burst_is_no_spike_where_the_others_write_what_they_always_do(make: Make) -> None:
    usual = [*series(make, dict.fromkeys(range(60), 20), "otra"), *series(make, dict.fromkeys(range(60), 3))]
    serial = series(make, {30: 30}, source="medio0")
    assert spikes(MemoryBackend([*usual, *serial]), parse("paro")) == []
    taken_up = [*usual, *serial, *series(make, {30: 8}, source="medio2")]
    assert [row["start"] for row in spikes(MemoryBackend(taken_up), parse("paro"))] == [str(START + 30 * DAY)]


def test_a_shared_day_is_told_though_one_outlet_s_series_stands_higher_beside_it(make: Make) -> None:
    usual = series(make, dict.fromkeys(range(60), 20), "otra")
    beside = [*series(make, {30: 40}, source="medio0"), *series(make, {31: 15})]
    rows = spikes(MemoryBackend([*usual, *beside]), parse("paro"))
    assert [(row["start"], row["count"]) for row in rows] == [(str(START + 31 * DAY), 15)]


def test_flat_and_short_series_have_no_spike() -> None:
    span = [START + n * DAY for n in range(60)]
    assert peaks(span, [12] * 60, [100] * 60) == []
    assert peaks(span[:5], [0, 0, 30, 0, 0], [100] * 5) == []
    assert peaks(span, [0] * 59 + [4], [100] * 60) == []
    assert [peak.start for peak in peaks(span, [1] * 59 + [30], [100] * 60)] == [span[-1]]


@pytest.mark.parametrize(("mean", "overdispersed"), [(0.5, False), (3, False), (12, False), (3, True), (12, True)])
def test_chance_alone_seldom_makes_a_spike(mean: float, overdispersed: bool) -> None:
    """100 half years of counts that only chance moves, weekends quieter: less than one false spike in two of them."""
    span = [START + n * DAY for n in range(180)]
    found = 0
    for seed in range(100):
        dice = random.Random(seed)
        weights = [420 if day.weekday() > 4 else 600 for day in span]
        rates = [mean * weight / 600 * (dice.gammavariate(2, 0.5) if overdispersed else 1) for weight in weights]
        counts = [sum(dice.random() < rate / 400 for _ in range(400)) for rate in rates]
        found += len(peaks(span, counts, weights))
    assert found < 50, found


def test_the_engines_give_the_same_spikes(backend: Backend, make: Make) -> None:
    records = [
        *series(make, dict.fromkeys(range(40), 6), "otra"),
        *series(make, dict.fromkeys(range(0, 40, 5), 1) | {20: 9}),
    ]
    assert backend.index(records) == {}
    backend.flush()
    rows = spikes(backend, parse("paro"))
    assert rows == spikes(MemoryBackend(records), parse("paro")) and rows


def test_the_strike_of_december_2020_is_among_few_spikes(shared_data: Path) -> None:
    """The real headlines, counted here: the phrase by day, and all by day."""
    counts, totals = Counter[date](), Counter[date]()
    with gzip.open(shared_data / "headlines/headlines-2020-12_2021-06.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            day = date.fromisoformat(row["date"][:10])
            totals[day] += 1
            counts[day] += "paro agrario" in row["title"].lower()
    span = [min(totals) + n * timedelta(days=1) for n in range((max(totals) - min(totals)).days + 1)]
    found = peaks(span, [counts[day] for day in span], [totals[day] for day in span])
    assert date(2020, 12, 22) in [peak.start for peak in found]
