"""The forecast: what grows, by how much a day, and when it is full; one odd day is not taken for the usual."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from store import disk
from store.disk import Budgets, Usage, budgets, days_left, days_until_full, growth, history, measure, record_today
from store.workers import of_home

MB = 10**6


def days(*archive: int, store: int = 0, free: int = 1000 * MB) -> list[Usage]:
    first = date(2026, 11, 1)
    return [
        Usage(day=first + timedelta(days=n), archive=size, store=store * n, search=0, free=free)
        for n, size in enumerate(archive)
    ]


def test_growth_is_the_usual_day_s():
    steady = [n * MB for n in range(10)]
    assert growth(days(*steady), "archive") == MB
    rotated = [*steady[:5], *[size - 4 * MB for size in steady[5:]]]
    assert growth(days(*rotated), "archive") == MB, "a rotation is no shrinking"
    backfilled = [*steady[:5], *[size + 900 * MB for size in steady[5:]]]
    assert growth(days(*backfilled), "archive") == MB, "a backfill is no usual day"


def test_days_that_were_missed_count_as_days():
    first, last = days(0, 10 * MB)
    assert growth([first, replace(last, day=first.day + timedelta(days=5))], "archive") == 2 * MB


def test_nothing_is_told_before_there_is_something_to_compare():
    assert growth(days(5), "archive") is None and growth([], "archive") is None
    assert days_until_full(days(5)[0], days(5), Budgets(archive=None, store=None)) is None


def test_days_left():
    assert days_left(80, 100, 5) == 4
    assert days_left(100, 100, 5) == days_left(120, 100, None) == 0
    assert days_left(80, 100, 0) is None and days_left(80, 100, None) is None


def test_an_archive_at_its_budget_grows_no_more():
    grown = days(*[n * MB for n in range(10)], store=MB, free=100 * MB)
    last = grown[-1]
    assert days_until_full(last, grown, Budgets(archive=None, store=None)) == 50
    assert days_until_full(last, grown, Budgets(archive=29 * MB, store=None)) == 80, (
        "20 days of both, then the store alone"
    )
    still = days(*[5 * MB] * 5)
    assert days_until_full(still[-1], still, Budgets(archive=None, store=None)) is None


def test_a_share_is_one_of_what_is_ours_and_what_is_free(settings):
    usage = Usage(day=date(2026, 11, 1), archive=100, store=200, search=100, free=600)
    chosen = replace(settings, archive_budget="40%", store_budget="30%")
    assert budgets(chosen, usage, local=True) == Budgets(archive=400, store=300)
    assert budgets(chosen, usage, local=False) == Budgets(archive=320, store=None), "nobody knows the server's disk"
    chosen = replace(settings, archive_budget="none", store_budget="5kB")
    assert budgets(chosen, usage, local=False) == Budgets(archive=None, store=5000)


def test_the_figures_of_a_day_are_kept_once_and_of_each_home(store, store_settings, tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "keep_reserve", lambda home: None)
    (store.home / "archive").mkdir()
    noon = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    for hours, size in ((0, 10), (3, 20), (24, 30)):
        (store.home / "archive" / "x.warc.gz").write_bytes(b"x" * size)
        record_today(store, store_settings, noon + timedelta(hours=hours))
    other = replace(store_settings, home=tmp_path / "other")
    other.home.mkdir()
    record_today(store, other, noon)
    with store.read() as tx:
        kept = history(tx, store_settings)
        assert [(one.day.isoformat(), one.archive) for one in kept] == [("2026-11-20", 20), ("2026-11-21", 30)]
        assert kept[0].store > 10_000 and kept[0].free > 0
        assert len(history(tx, other)) == 1


def test_the_database_s_size_is_what_holds_something(store, store_settings, make, now):
    from store import documents

    before = measure(store, store_settings, now).store
    with store.write() as tx:
        documents.save_many(
            tx, [make(f"n{n}", text=os.urandom(2500).hex(), completeness="full") for n in range(100)], now=now
        )
    assert before + 300_000 < measure(store, store_settings, now).store < before + 3_000_000


@pytest.mark.parametrize("number", [1, 2])
def test_a_home_lives_as_long_as_one_of_its_stores(store, store_settings, tmp_path, number):
    from core.home import home_id
    from store.database import Store

    other = replace(store_settings, home=tmp_path / "other")
    name = of_home(home_id(other.home))
    opened = [Store.open(other) for _ in range(number)]
    with store.read() as tx:
        workers = store._workers
        assert workers.dead(tx, [name, of_home("hfffffff")]) == {of_home("hfffffff")}
    for one in opened[:-1]:
        one.close()
    with store.read() as tx:
        assert workers.dead(tx, [name]) == set()
    opened[-1].close()
    with store.read() as tx:
        assert workers.dead(tx, [name]) == {name}
        assert workers.dead(tx, [of_home(home_id(store.home))]) == set(), "our own lives"
