"""Marks, snippets, reasons, trends, spikes and suggestions: what people see of an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from core.errors import InputError
from core.record import Record
from search.analysed import Analysed
from search.explain import explained
from search.highlight import marks, snippet
from search.memory import MemoryBackend, explain, matches
from search.nodes import Tag
from search.query import parse
from search.spikes import peaks, spikes
from search.suggest import suggestions
from search.trends import trends

Make = Callable[..., Record]


def shown(record: Record, query: str) -> dict[str, list[str]]:
    return {
        name: [record.field_text(name)[a:b] for a, b in spans] for name, spans in marks(parse(query), record).items()
    }


def test_marks_stand_on_the_printed_words(make: Make) -> None:
    one = make(
        "¡EXTORSIÓN en Ñaña!", summary="Piden S/1.500.", text="Choferes extorsionados paran. El paro agrario sigue.",
        translation={"title": "Extortion of drivers", "text": "The agrarian strike goes on."},
    )  # fmt: skip
    assert shown(one, "extorsion") == {"title": ["EXTORSIÓN"], "text": ["extorsionados"]}
    assert shown(one, "extors* ñaña") == {"title": ["EXTORSIÓN", "Ñaña"], "text": ["extorsionados"]}
    assert shown(one, '"paro agrario"') == {"text": ["paro agrario"]}
    assert shown(one, '"agrario paro"~2') == {"text": ["paro", "agrario"]}
    assert shown(one, "1.500") == {"summary": ["1.500"]}
    assert shown(one, "driver OR strikes") == {"translation.title": ["drivers"], "translation.text": ["strike"]}
    assert shown(one, "title:extorsion -choferes") == {"title": ["EXTORSIÓN"]}
    assert shown(one, "exact:paran") == {"text": ["paran"]}
    assert shown(one, "source:diario") == {}


def test_a_snippet_is_the_sentence_with_most_of_the_words(make: Make) -> None:
    one = make("Título", text="Nada aquí. Un paro en Ñaña. " + "Palabra " * 100 + "con paro. Otra cosa.")
    best = snippet(one, parse("paro ñaña"))
    assert (best.field, best.text) == ("text", "Un paro en Ñaña.")
    assert [best.text[a:b] for a, b in best.marks] == ["paro", "Ñaña"]
    long = snippet(make("x", text="Palabra " * 100 + "con paro al final"), parse("paro"), 120)
    assert len(long.text) <= 120 and [long.text[a:b] for a, b in long.marks] == ["paro"]
    assert snippet(make("Solo título"), parse("nada")).text == "Solo título"


def test_explain_names_the_clauses_that_failed(make: Make) -> None:
    one = make("Paro de choferes", topics=[{"name": "strike"}])
    assert explain(parse("paro choferes topic:strike"), one) == []
    assert explain(parse("paro (huelga OR marcha) topic:extortion"), one) == [
        parse("huelga OR marcha"),
        Tag("topic", "extortion"),
    ]
    assert explain(parse("paro -choferes"), one) == [parse("* -choferes").nodes[1]]  # type: ignore[union-attr]
    assert matches(parse("paro"), Analysed.of(one))


def test_the_explained_query_tells_what_each_is_asked() -> None:
    told = explained(parse('paro "la ley"~1 extors* castilo~1 date:2024 -topic:strike'))
    assert set(told) == {"matcher", "tantivy", "elasticsearch"}
    assert "paro" in told["tantivy"] and "bool" in told["elasticsearch"]


# trends

DAY = timedelta(days=1)
START = date(2026, 3, 2)  # a Monday


def series(make: Make, counts: dict[int, int], words: str = "paro", **values: object) -> list[Record]:
    """So many documents with these words on the n-th day."""
    noon = datetime(2026, 3, 2, 17, tzinfo=UTC)
    return [
        make(f"{words} {n} {i}", published=noon + n * DAY, **({"source": f"medio{i % 3}"} | values))
        for n, number in counts.items()
        for i in range(number)
    ]


@dataclass
class Down:
    started: datetime
    ended: datetime | None = None


def test_a_row_for_every_period_with_totals_and_shares(make: Make) -> None:
    backend = MemoryBackend(
        [*series(make, {0: 1, 3: 2}), *series(make, {0: 1, 9: 1}, "otra"), make("paro sin fecha", published=None)]
    )
    answer = trends(backend, [("paro", parse("paro"))], by="day", start=START, end=START + 4 * DAY)
    assert [(row["start"], row["count"], row["total"], row["share"]) for row in answer.rows] == [
        ("2026-03-02", 1, 2, 0.5), ("2026-03-03", 0, 0, None), ("2026-03-04", 0, 0, None), ("2026-03-05", 2, 2, 1.0), ("2026-03-06", 0, 0, None),
    ]  # fmt: skip
    assert answer.undated == 1
    assert list(answer.rows[0]) == ["query", "group", "start", "count", "total", "share", "outage"]
    weeks = trends(backend, [("paro", parse("paro")), ("nada", parse("nada"))], by="week").rows
    assert [(row["query"], row["start"], row["count"]) for row in weeks] == [
        ("paro", "2026-03-02", 3), ("paro", "2026-03-09", 0), ("nada", "2026-03-02", 0), ("nada", "2026-03-09", 0),
    ]  # fmt: skip
    months = trends(backend, [("*", parse("*"))], by="month", start=date(2026, 1, 31), end=date(2026, 3, 31)).rows
    assert [(row["start"], row["count"]) for row in months] == [("2026-01-01", 0), ("2026-02-01", 0), ("2026-03-01", 5)]


def test_filters_narrow_the_total_and_the_query_s_own_dates_the_rows(make: Make) -> None:
    backend = MemoryBackend([*series(make, {0: 3, 1: 3}), *series(make, {0: 3}, "otra")])
    rows = trends(backend, [("q", parse("paro date:2026-03-02"))], narrowing=Tag("source", "medio1")).rows
    assert [(row["start"], row["count"], row["total"]) for row in rows] == [("2026-03-02", 1, 2)]


def test_groups_stories_and_outages(make: Make) -> None:
    backend = MemoryBackend(
        [*series(make, {0: 2, 1: 1}, source="a", story="s1"), *series(make, {1: 1}, source="b", story="s2")]
    )
    rows = trends(backend, [("paro", parse("paro"))], group="source").rows
    assert [(row["group"], row["count"], row["total"]) for row in rows] == [
        ("a", 2, 2),
        ("a", 1, 2),
        ("b", 0, 2),
        ("b", 1, 2),
    ]
    told = trends(backend, [("paro", parse("paro"))], by="week", stories=True).rows
    assert [(row["count"], row["total"]) for row in told] == [(2, 2)]
    down = [Down(datetime(2026, 3, 3, 12, tzinfo=UTC), datetime(2026, 3, 3, 20, tzinfo=UTC))]
    assert [row["outage"] for row in trends(backend, [("paro", parse("paro"))], outages=down).rows] == [False, True]
    assert all(
        row["outage"]
        for row in trends(backend, [("p", parse("paro"))], outages=[Down(datetime(2026, 1, 1, tzinfo=UTC))]).rows
    )
    with pytest.raises(InputError, match="no group"):
        trends(backend, [("paro", parse("paro"))], group="colour")


def test_a_mistyped_year_is_an_error_not_a_flood(make: Make) -> None:
    with pytest.raises(InputError, match="rows"):
        trends(MemoryBackend(series(make, {0: 1})), [("paro", parse("paro"))], start=date(1000, 1, 1))


# spikes


def test_a_burst_is_told_once_at_its_height_with_evidence(make: Make) -> None:
    background = series(make, dict.fromkeys(range(60), 20), "otra")
    backend = MemoryBackend([*background, *series(make, dict.fromkeys(range(0, 60, 4), 1) | {30: 9, 31: 15, 32: 8})])
    rows = spikes(backend, parse("paro"))
    assert [(row["start"], row["count"], row["sources"]) for row in rows] == [("2026-04-02", 15, 3)]
    assert list(rows[0]) == ["query", "start", "count", "expected", "ratio", "sources", "evidence"]
    assert rows[0]["ratio"] > 10 and len(set(rows[0]["evidence"])) == 3
    assert [row["start"] for row in spikes(backend, parse("paro"), by="week")] == ["2026-03-30"]
    assert spikes(backend, parse("nadie")) == []


def test_one_outlet_alone_and_a_busier_press_are_no_spike(make: Make) -> None:
    background = series(make, dict.fromkeys(range(60), 20), "otra")
    alone = MemoryBackend([*background, *series(make, {30: 15}, source="uno")])
    assert spikes(alone, parse("paro")) == []
    busy = MemoryBackend(
        [
            *series(make, dict.fromkeys(range(60), 10) | {30: 100}, "otra"),
            *series(make, dict.fromkeys(range(60), 2) | {30: 20}),
        ]
    )
    assert spikes(busy, parse("paro")) == [], "twice the share of nothing: all of the press wrote ten times as much"


def test_flat_and_short_series_have_no_spike() -> None:
    span = [START + n * DAY for n in range(60)]
    assert peaks(span, [12] * 60, [100] * 60) == []
    assert peaks(span[:5], [0, 0, 30, 0, 0], [100] * 5) == []
    assert peaks(span, [0] * 59 + [4], [100] * 60) == []
    assert [peak.start for peak in peaks(span, [1] * 59 + [30], [100] * 60)] == [span[-1]]


# did you mean


def test_a_word_without_a_hit_is_offered_with_its_n_and_then_its_neighbours(make: Make) -> None:
    backend = MemoryBackend(
        [make("Niño en Ñaña"), make("Castillo gana"), make("Castillo y castilla"), make("source", source="correo")]
    )
    assert suggestions(backend, parse("nino")) == ["niño"]
    assert suggestions(backend, parse("naña")) == ["ñaña"]
    assert suggestions(backend, parse("castilo")) == ["castillo", "castilla"]
    assert suggestions(backend, parse("castillo -otra")) == []
    assert suggestions(backend, parse("source:coreo")) == ["source:correo"]
    assert suggestions(backend, parse("zzzzzz")) == []


def test_the_strike_of_december_2020_is_among_few_spikes(shared_data: object) -> None:
    """Counts by day of the real headlines with the phrase, and of all, as measured: the peak is found, the flat part is not."""
    start = date(2020, 12, 5)
    counts = {
        0: 13,
        2: 1,
        3: 2,
        5: 1,
        15: 1,
        16: 1,
        17: 15,
        18: 9,
        19: 1,
        20: 2,
        21: 1,
        22: 2,
        23: 2,
        25: 12,
        26: 10,
        27: 6,
        28: 10,
        30: 1,
    }
    span = [start + n * DAY for n in range(90)]
    found = peaks(span, [counts.get(n, 0) for n in range(90)], [620] * 90)
    assert date(2020, 12, 22) in [peak.start for peak in found]
