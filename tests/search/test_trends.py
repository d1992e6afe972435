"""Trends: a row for every period, shares of what was collected, and everything that would make a count mislead."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from core.errors import InputError
from search.backend import Backend
from search.memory import MemoryBackend
from search.nodes import Tag
from search.query import parse
from search.trends import COLUMNS, Known, constant_panel, trends

from .series import DAY, NOON, START, Make, series

PARO = [("paro", parse("paro"))]


@dataclass
class Down:
    source: str
    started: datetime
    ended: datetime | None = None


@dataclass
class Counted:
    source: str
    month: str
    listed: int
    have: int


def test_a_row_for_every_period_with_totals_and_shares(make: Make) -> None:
    backend = MemoryBackend(
        [*series(make, {0: 1, 3: 2}), *series(make, {0: 1, 9: 1}, "otra"), make("paro sin fecha", published=None)]
    )
    answer = trends(backend, PARO, by="day", start=START, end=START + 4 * DAY)
    assert [(row["start"], row["count"], row["total"], row["share"]) for row in answer.rows] == [
        ("2026-03-02", 1, 2, 0.5), ("2026-03-03", 0, 0, None), ("2026-03-04", 0, 0, None), ("2026-03-05", 2, 2, 1.0), ("2026-03-06", 0, 0, None),
    ]  # fmt: skip
    assert answer.undated == 1 and answer.undated_by == {"paro": 1} and answer.panel is None
    assert list(answer.rows[0]) == list(COLUMNS)
    assert list(COLUMNS)[:7] == ["query", "group", "start", "count", "total", "share", "outage"]
    weeks = trends(backend, [*PARO, ("nada", parse("nada"))], by="week").rows
    assert [(row["query"], row["start"], row["count"]) for row in weeks] == [
        ("paro", "2026-03-02", 3), ("paro", "2026-03-09", 0), ("nada", "2026-03-02", 0), ("nada", "2026-03-09", 0),
    ]  # fmt: skip
    months = trends(backend, [("*", parse("*"))], by="month", start=date(2026, 1, 31), end=date(2026, 3, 31)).rows
    assert [(row["start"], row["count"]) for row in months] == [("2026-01-01", 0), ("2026-02-01", 0), ("2026-03-01", 5)]


def test_filters_narrow_the_total_and_the_query_s_own_dates_the_rows(make: Make) -> None:
    backend = MemoryBackend([*series(make, {0: 3, 1: 3}), *series(make, {0: 3}, "otra")])
    rows = trends(backend, [("q", parse("paro date:2026-03-02"))], narrowing=Tag("source", "medio1")).rows
    assert [(row["start"], row["count"], row["total"]) for row in rows] == [("2026-03-02", 1, 2)]


def test_a_query_for_days_of_which_nothing_is_held_has_its_empty_rows(make: Make) -> None:
    backend = MemoryBackend(series(make, {0: 3, 1: 3}))
    rows = trends(backend, [("q", parse("paro date:2019"))], by="month").rows
    assert [row["start"] for row in rows][::11] == ["2019-01-01", "2019-12-01"] and len(rows) == 12
    assert {(row["count"], row["total"], row["share"]) for row in rows} == {(0, 0, None)}
    assert [row["start"] for row in trends(backend, [("q", parse("paro date:2026-03"))], by="day").rows] == [
        "2026-03-02",
        "2026-03-03",
    ]
    apart = trends(backend, [("q", parse("paro date:2019"))], by="month", start=START, end=START + DAY).rows
    assert apart == [], "days that the query and the options do not share"


def test_a_period_that_is_not_counted_whole_says_so(make: Make) -> None:
    backend = MemoryBackend(series(make, dict.fromkeys(range(0, 60), 1)))
    weeks = trends(backend, PARO, by="week", start=START + 2 * DAY, end=START + 22 * DAY).rows
    assert [row["partial"] for row in weeks] == [True, False, False, True]
    assert [row["count"] for row in weeks] == [5, 7, 7, 2]
    assert not any(row["partial"] for row in trends(backend, PARO, by="day", start=START).rows)
    cut = trends(backend, [("q", parse("paro date:>=2026-03-15"))], by="month", end=date(2026, 4, 30)).rows
    assert [(row["start"], row["partial"]) for row in cut] == [("2026-03-01", True), ("2026-04-01", False)]
    ahead = trends(backend, PARO, by="month", start=date(2026, 4, 1), end=date(2026, 6, 30)).rows
    assert [row["partial"] for row in ahead] == [False, True, True], "the newest document is of the last of April"
    silent = trends(backend, PARO, by="week", start=START, end=START + 13 * DAY, narrowing=Tag("source", "nobody")).rows
    assert [row["partial"] for row in silent] == [False, False], "others wrote after it"


@pytest.mark.parametrize("group", ["topic", "subtype", "sector", "place", "department", "source"])
def test_every_group_is_counted_and_the_largest_kept(make: Make, group: str) -> None:
    tags = {
        "topics": [{"name": "strike", "subtype": "stoppage"}],
        "sectors": [{"name": "mining"}],
        "places": [{"name": "Ica", "department": "Ica", "province": "Nasca"}],
    }
    other = {"topics": [{"name": "extortion", "subtype": "cupos"}], "sectors": [{"name": "retail"}], "places": [{"name": "Puno", "department": "Puno"}]}  # fmt: skip
    backend = MemoryBackend([*series(make, {0: 2}, source="a", **tags), *series(make, {1: 1}, source="b", **other)])
    expected = {
        "topic": ["strike", "extortion"], "subtype": ["stoppage", "cupos"], "sector": ["mining", "retail"], "place": ["Nasca", "Puno"],
        "department": ["Ica", "Puno"], "source": ["a", "b"],
    }[group]  # fmt: skip
    rows = trends(backend, PARO, group=group, by="week").rows
    totals = (2, 1) if group == "source" else (3, 3)
    assert [(row["group"], row["count"], row["total"]) for row in rows] == [(expected[0], 2, totals[0]), (expected[1], 1, totals[1])]  # fmt: skip
    assert {row["group"] for row in trends(backend, PARO, group=group, top=1).rows} == {expected[0]}


def test_the_share_of_a_source_is_of_its_own_coverage(make: Make) -> None:
    """A large outlet does not look keener than a small one by its size; days, stories and `seen:` narrow its total too."""
    then, later = datetime(2026, 3, 20, 17, tzinfo=UTC), datetime(2026, 4, 20, 17, tzinfo=UTC)
    large = [
        *series(make, {0: 4}, source="grande", fetched=then),
        *series(make, {0: 36, 1: 5}, "otra", source="grande", fetched=then),
    ]
    small = [
        *series(make, {0: 2}, source="chica", fetched=then),
        *series(make, {0: 2}, "otra", source="chica", story="s", fetched=then),
    ]
    backend = MemoryBackend([*large, *small, *series(make, {0: 9}, "otra", source="chica", fetched=later)])
    queries = [("q", parse("paro seen:<=2026-03-31"))]
    rows = trends(backend, queries, group="source", by="week").rows
    assert [(row["group"], row["count"], row["total"]) for row in rows] == [("grande", 4, 45), ("chica", 2, 4)]
    days = trends(backend, queries, group="source").rows
    assert [(row["group"], row["start"], row["share"]) for row in days] == [
        ("grande", "2026-03-02", 0.1), ("grande", "2026-03-03", 0.0), ("chica", "2026-03-02", 0.5), ("chica", "2026-03-03", None),
    ]  # fmt: skip
    stories = trends(backend, queries, group="source", stories=True, by="week").rows
    assert [(row["group"], row["count"], row["total"]) for row in stories] == [("grande", 4, 45), ("chica", 2, 3)]


def test_an_unknown_group_is_an_error(make: Make) -> None:
    with pytest.raises(InputError, match="no group"):
        trends(MemoryBackend(), PARO, group="colour")


def test_stories_are_counted_once_a_period(make: Make) -> None:
    told = [*series(make, {0: 2, 1: 1}, source="a", story="s1"), *series(make, {1: 1}, source="b", story="s2")]
    undated = [make("paro viejo", published=None, story="s1"), make("paro perdido", published=None, story="s3")]
    backend = MemoryBackend([*told, *undated])
    days = trends(backend, PARO, stories=True)
    assert [(row["count"], row["total"]) for row in days.rows] == [(1, 1), (2, 2)]
    assert days.undated == 1, "the story s1 has a dated document as well"
    assert [(row["count"], row["total"]) for row in trends(backend, PARO, by="week", stories=True).rows] == [(2, 2)]
    by_source = trends(backend, PARO, by="week", stories=True, group="source")
    assert [(row["group"], row["count"]) for row in by_source.rows] == [("a", 1), ("b", 1)] and by_source.undated == 1


def test_outages_name_who_was_down(make: Make) -> None:
    backend = MemoryBackend([*series(make, {0: 2, 1: 2, 2: 2}, source="a"), *series(make, {1: 1}, source="b")])
    noon = datetime(2026, 3, 3, 12, tzinfo=UTC)
    known = Known(outages=[Down("a", noon, noon + DAY / 4), Down("b", noon, None)])
    rows = trends(backend, PARO, known=known).rows
    assert [(row["outage"], row["down"]) for row in rows] == [(False, []), (True, ["a", "b"]), (True, ["b"])]
    grouped = trends(backend, PARO, known=known, group="source").rows
    assert [row["down"] for row in grouped if row["group"] == "a"] == [[], ["a"], []]
    assert all(row["outage"] for row in trends(backend, PARO, known=Known(outages=[Down("x", datetime(2026, 1, 1, tzinfo=UTC))])).rows)  # fmt: skip


def test_completeness_is_what_is_held_of_what_was_listed_in_the_months_of_a_period(make: Make) -> None:
    backend = MemoryBackend(series(make, {0: 1, 29: 1, 60: 1}, source="a"))
    counted = [Counted("a", "2026-03", 100, 50), Counted("b", "2026-03", 100, 120), Counted("a", "2026-04", 10, 10)]
    months = trends(backend, PARO, by="month", known=Known(completeness=counted)).rows
    assert [row["completeness"] for row in months] == [0.75, 1.0, None]
    weeks = trends(backend, PARO, by="week", known=Known(completeness=counted), end=date(2026, 4, 5)).rows
    assert weeks[-1]["start"] == "2026-03-30" and weeks[-1]["completeness"] == round(160 / 210, 4)
    grouped = trends(backend, PARO, by="month", known=Known(completeness=counted), group="source").rows
    assert grouped[0]["completeness"] == 0.5


def test_a_constant_panel_has_only_sources_that_cover_the_whole_time(make: Make) -> None:
    steady = series(make, dict.fromkeys(range(0, 28, 6), 1), source="siempre")
    late = series(make, dict.fromkeys(range(9, 28), 2), source="tarde")
    gap = series(make, dict.fromkeys([*range(0, 7), *range(15, 28)], 1), source="hueco")
    backend = MemoryBackend([*steady, *late, *gap])
    answer = trends(backend, PARO, by="week", panel=True)
    assert answer.panel == ("siempre",)
    assert sum(row["count"] for row in answer.rows) == sum(row["total"] for row in answer.rows) == len(steady)
    assert constant_panel(backend, START + 14 * DAY, START + 27 * DAY) == ("hueco", "siempre", "tarde")
    assert constant_panel(backend, START, START) == ("hueco", "siempre"), "a short time is one stretch"
    with pytest.raises(InputError, match="No source"):
        trends(backend, PARO, panel=True, start=date(2026, 1, 1), end=date(2026, 3, 31))


def test_a_share_as_it_was_known_on_a_day_can_be_computed_again(make: Make) -> None:
    then, later = datetime(2026, 3, 20, 17, tzinfo=UTC), datetime(2026, 4, 20, 17, tzinfo=UTC)
    backend = MemoryBackend(
        [*series(make, {0: 1}, fetched=then), *series(make, {0: 1}, "otra", fetched=then), *series(make, {0: 6}, "otra más", fetched=later)]
    )  # fmt: skip
    rows = trends(backend, [("now", parse("paro")), ("then", parse("paro seen:<=2026-03-31"))]).rows
    assert [(row["count"], row["total"]) for row in rows] == [(1, 8), (1, 2)]


def test_a_mistyped_year_is_an_error_not_a_flood(make: Make) -> None:
    with pytest.raises(InputError, match="rows"):
        trends(MemoryBackend(series(make, {0: 1})), PARO, start=date(1000, 1, 1))


def test_the_engines_give_the_same_rows(backend: Backend, make: Make) -> None:
    records = [
        *series(make, {0: 3, 1: 1, 8: 2}, topics=[{"name": "strike", "subtype": "stoppage"}]), *series(make, {0: 2, 5: 4, 13: 1}, "otra"),
        make("paro sin fecha", published=None), make("paro contado dos veces", published=NOON, story="s1"), make("paro otra vez", published=NOON, story="s1"),
    ]  # fmt: skip
    assert backend.index(records) == {}
    backend.flush()
    oracle = MemoryBackend(records)
    for options in ({}, {"by": "week"}, {"group": "source"}, {"stories": True, "by": "week"}, {"stories": True, "group": "topic"}, {"panel": True}):  # fmt: skip
        queries = [*PARO, ("seen", parse("otra seen:>=2026-03-01")), ("*", parse("*"))]
        assert trends(backend, queries, **options) == trends(oracle, queries, **options), options


def test_stories_are_the_same_page_by_page(backend: Backend, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three documents, many of them of one second, some undated: nothing is told twice, nothing is left out."""
    monkeypatch.setattr("search.embedded.PAGE", 3)
    records = [
        make(
            f"nota {n}",
            source=f"s{n % 3}",
            story=f"t{n % 7}" if n % 5 else None,
            published=None if n > 34 else NOON + (n // 11) * DAY,
        )
        for n in range(40)
    ]
    assert backend.index(records) == {}
    backend.flush()
    oracle = MemoryBackend(records)
    for group in (None, "source"):
        found = list(backend.stories(parse("nota"), group))
        assert len(found) == len(set(found)) and set(found) == set(oracle.stories(parse("nota"), group))
