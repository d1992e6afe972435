"""Trending terms: log-likelihood ranks, rare words and one outlet do not pass, pairs and names stand for their words."""

from datetime import date, timedelta
from math import log

import pytest

from core.errors import InputError
from search.backend import Backend
from search.keyterms import key_terms, stem_key
from search.memory import MemoryBackend
from search.query import parse
from search.trending import COLUMNS, clause, g2, trending

from .series import DAY, START, Make, series


@pytest.mark.parametrize(
    ("title", "terms"),
    [
        ("Paro de transportistas en Lima", {"Paro", "transportistas", "Lima", "Paro de transportistas", "transportistas en Lima"}),
        ("¡Alto! Sigue el paro", {"Alto", "Sigue", "paro", "Sigue el paro"}),
        ("Huelga, huelgas y más HUELGA", {"Huelga", "huelgas y más HUELGA"}),
        ("A las 10 de la 2", set()),
        ("Presidente de la República: 3 muertos", {"Presidente", "República", "muertos", "Presidente de la República"}),
        ("de la", set()),
        ("", set()),
    ],
)  # fmt: skip
def test_the_terms_of_a_headline(title: str, terms: set[str]) -> None:
    assert set(key_terms(title, "es")) == terms


def test_english_headlines_have_english_small_words() -> None:
    assert set(key_terms("Strike of the drivers", "en")) == {"Strike", "drivers", "Strike of the drivers"}
    assert stem_key("Paros") == stem_key("paro") != stem_key("paró")


def test_log_likelihood_is_that_of_two_binomials() -> None:
    """By hand: 10 of 100 against 5 of 1000, pooled 15 of 1100."""

    def likelihood(count: int, size: int, rate: float) -> float:
        return count * log(rate) + (size - count) * log(1 - rate)

    pooled = 15 / 1100
    by_hand = 2 * (
        likelihood(10, 100, 0.1)
        + likelihood(5, 1000, 0.005)
        - likelihood(10, 100, pooled)
        - likelihood(5, 1000, pooled)
    )
    assert g2(10, 100, 5, 1000) == pytest.approx(by_hand) and by_hand > 30
    assert g2(10, 100, 100, 1000) == pytest.approx(0, abs=1e-9)
    assert g2(5, 5, 0, 10) > 0 and g2(0, 5, 0, 10) == 0


def press(make: Make) -> list:
    """Four quiet weeks, then a week in which a burst is told by three outlets and another by one alone."""
    quiet = series(make, dict.fromkeys(range(28), 6), "fútbol local en vivo")
    busy = series(make, dict.fromkeys(range(28, 35), 6), "fútbol local en vivo")
    burst = series(make, {30: 6, 31: 6}, "Bloquean puente Bahía Azul por cobros")
    alone = series(make, {32: 8}, "Concurso de poesía", source="medio1")
    return [*quiet, *busy, *burst, *alone]


def test_a_burst_is_found_with_its_evidence(make: Make) -> None:
    backend = MemoryBackend(press(make))
    rows = trending(backend, parse("*"))
    assert [tuple(row) for row in rows] == [COLUMNS] * len(rows)
    terms = [row["term"] for row in rows]
    assert "puente Bahía" in terms or "Bahía Azul" in terms
    assert not {"Bahía", "Azul", "puente"} & set(terms), "their pair stands for them"
    assert "poesía" not in terms and "Concurso de poesía" not in terms, "one outlet alone"
    assert not any("fútbol" in term for term in terms), "always there"
    assert all(row["count"] == 12 and row["background"] == 0 and row["sources"] == 3 for row in rows)
    assert all(len(set(row["evidence"])) == 3 for row in rows) and rows == sorted(rows, key=lambda row: -row["score"])
    assert len(trending(backend, parse("*"), limit=1)) == 1


def test_windows_are_days_of_the_query_or_the_options(make: Make) -> None:
    backend = MemoryBackend(press(make))
    day = (START + 30 * DAY).isoformat()
    whole = trending(backend, parse("*"), start=date.fromisoformat(day), end=date.fromisoformat(day))
    assert whole and all(row["count"] == 6 for row in whole)
    assert [row["term"] for row in trending(backend, parse(f"date:{day}"))] == [row["term"] for row in whole]
    assert trending(backend, parse("*"), end=START + 27 * DAY) == []
    assert trending(MemoryBackend(), parse("*")) == []
    with pytest.raises(InputError, match="nothing to hold"):
        trending(backend, parse("*"), start=START, end=START + DAY)
    with pytest.raises(InputError, match="nothing to hold"):
        trending(backend, parse("bloquean"), background=3, start=START + 30 * DAY)


def test_what_is_new_within_a_query(make: Make) -> None:
    old = series(make, dict.fromkeys(range(28), 2), "Paro en la mina Alta")
    new = series(make, dict.fromkeys(range(28, 35), 2), "Paro en el puerto Bajo")
    rows = trending(MemoryBackend([*old, *new]), parse("paro"))
    assert {row["term"] for row in rows} == {"Paro en el puerto", "puerto Bajo"} or {row["term"] for row in rows} == {
        "puerto Bajo",
        "puerto",
    }


def test_a_tagged_name_stands_for_its_word_and_spellings_are_one_term(make: Make) -> None:
    place = {"places": [{"name": "Ica", "department": "Ica", "province": None, "district": None}]}
    old = [
        *series(make, dict.fromkeys(range(28), 3), "otra cosa"),
        *series(make, dict.fromkeys(range(0, 28, 2), 3), "Manifestante herido"),
    ]
    new = [
        *series(make, dict.fromkeys(range(28, 35), 3), "Manifestantes heridos"),
        *series(make, {30: 6}, "Marcha en Ica", **place),
    ]
    rows = {(row["term"], row["kind"]): row for row in trending(MemoryBackend([*old, *new]), parse("*"))}
    assert ("Ica", "place") in rows and ("Ica", "term") not in rows
    for (term, _), row in rows.items():
        assert "anifestante" not in term or row["background"] > 20, "the background spelled it otherwise"


@pytest.mark.parametrize(
    ("term", "kind", "query"),
    [("paro", "term", "title:paro"), ("Bahía Azul", "term", 'title:"Bahía Azul"'), ("Ica", "place", 'place:"Ica"')],
)
def test_a_term_can_be_asked_for(term: str, kind: str, query: str) -> None:
    assert clause(term, kind) == parse(query)


def test_the_engines_give_the_same_terms(backend: Backend, make: Make) -> None:
    records = press(make)
    assert backend.index(records) == {}
    backend.flush()
    rows = trending(backend, parse("*"))
    assert rows == trending(MemoryBackend(records), parse("*")) and rows


def test_a_list_that_is_cut_gives_the_same_terms(backend: Backend, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.trending.LISTED", 15)
    records = press(make)
    assert backend.index(records) == {}
    backend.flush()
    rows = trending(backend, parse("*"))
    assert rows == trending(MemoryBackend(records), parse("*")) and rows


def test_a_tally_counts_exactly(backend: Backend, make: Make) -> None:
    records = [make(f"nota {n}", places=[{"name": f"lugar {n % 7}", "department": f"Dep {n % 3}"}]) for n in range(50)]
    assert backend.tally(parse("nota"), "department") == {}
    assert backend.index(records) == {}
    backend.flush()
    assert backend.tally(parse("nota"), "department") == {"Dep 0": 17, "Dep 1": 17, "Dep 2": 16}
    assert backend.tally(parse("nota"), "department", size=2) == {"Dep 0": 17, "Dep 1": 17}
    assert backend.tally(parse("nota"), "department", among=["Dep 2", "Dep 9"]) == {"Dep 2": 16}
    assert backend.tally(parse("nota"), "department", among=[]) == backend.tally(parse("nadie"), "department") == {}
    assert backend.tally(parse("title:nota"), "term")["nota"] == 50
    with pytest.raises(InputError, match="cannot be counted"):
        backend.tally(parse("nota"), "departmnt")


def test_the_default_background_is_four_weeks_or_more(make: Make) -> None:
    months = MemoryBackend(
        [
            *series(make, dict.fromkeys(range(0, 120), 3), "otra"),
            *series(make, dict.fromkeys(range(100, 120), 3), "Sequía"),
        ]
    )
    rows = trending(months, parse("*"), start=START + 100 * DAY, end=START + 119 * DAY)
    assert [row["term"] for row in rows] == ["Sequía"] and rows[0]["background"] == 0
    recent = trending(months, parse("*"), start=START + 115 * DAY, end=START + timedelta(days=119))
    assert recent == [], "it has been there for two weeks of the four before"
