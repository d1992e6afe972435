"""One contract, three backends: what a query finds, which side answers, order, counts, facets, histograms, stories."""

import string
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.errors import InputError
from core.record import Record
from search.backend import Backend, DayCount, StoryDay, scan
from search.filters import filters
from search.nodes import Prefix, Tag, Wildcard, both
from search.query import everything, parse

Make = Callable[..., Record]


def found(backend: Backend, query: str) -> set[str]:
    return set(scan(backend, parse(query)))


def put(backend: Backend, *records: Record) -> None:
    assert backend.index(records) == {}
    backend.flush()


WORDS: list[tuple[str, list[str], list[str]]] = [
    ("paro", ["Paro de choferes", "Los PAROS siguen"], ["Paró el tren", "Carta para Ana", "La pared"]),
    ("exact:paro", ["Paro de choferes", "Paró el tren"], ["Los paros siguen", "Para Ana"]),
    (
        'exact:"paro nacional"',
        ["Hay paro nacional hoy", "Paró Nacional ayer"],
        ["Paros nacionales", "paro muy nacional"],
    ),
    ("extorsion", ["La extorsión crece", "EXTORSIONES en Villa Ficticia"], ["Extra"]),
    ("año", ["Fin de AÑO", "Los años pasan"], ["El ano"]),
    ("puno", ["Viaje a Puno"], ["El puño cerrado"]),
    ("EE.UU.", ["Viaje a EE.UU. mañana", "EE UU dice"], ["EEUU dice"]),
    ("1.500", ["Son 1,500 soles", "1.500 casos"], ["500 1 casos", "1500 casos"]),
    ("S/ 600", ["Bono de S/600", "S 600"], ["600 soles"]),
    ('"paro agrario"', ["Gran paro agrario en Ñaña"], ["Paro del gremio agrario", "Agrario paro"]),
    ('"paro agrario"~1', ["Paro general agrario", "paro agrario"], ["paro del gremio agrario", "agrario paro"]),
    ('"paro agrario"~2', ["agrario paro", "paro del gremio agrario"], ["paro de todo gremio agrario"]),
    ('"lima lima"~2', ["Lima y otra Lima", "Lima Lima"], ["Lima sola", "Lima a b c Lima"]),
    ("extors*", ["Extorsionan a dueño", "extorsivo"], ["ex torsion"]),
    ("*cion", ["Una canción", "Nación"], ["cionista"]),
    ("ca?a", ["Cara", "caña", "casa"], ["cana dura lo hallo".replace("cana", "canoa"), "caa"]),
    ("castilo~1", ["Castillo gana", "castilo"], ["Castilla-La Vieja".replace("Castilla", "Castro")]),
    ("catsillo~1", ["Castillo gana"], ["Casino"]),
    ("huelga OR paro", ["Huelga hoy", "Paro hoy"], ["Marcha hoy"]),
    ("hoy -paro", ["Huelga hoy"], ["Paro hoy"]),
    ("hoy AND NOT (paro OR huelga)", ["Marcha hoy"], ["Huelga hoy", "Paro hoy"]),
    ("hoy (NOT paro OR gran)", ["Marcha hoy", "Gran paro hoy"], ["Paro hoy", "gran paro"]),
    ("* -paro", ["Marcha hoy"], ["Paro hoy"]),
    ("a/b", ["Ruta a/b", "a b"], ["ab", "b/a"]),
    ("transport* paro", ["Paro de transportistas"], ["Paro de choferes", "Transporte"]),
    ("ß", ["Straße ß", "SS norte"], ["s"]),
]


@pytest.fixture(scope="module")
def worded(shared_backend: Backend, build: Make) -> tuple[Backend, dict[str, str]]:
    """All titles of WORDS in one index, with the id of each."""
    titles = dict.fromkeys(title for _, yes, no in WORDS for title in (*yes, *no))
    records = {title: build(title, section="words") for title in titles}
    put(shared_backend, *records.values())
    return shared_backend, {title: record.id for title, record in records.items()}


@pytest.mark.parametrize(("query", "yes", "no"), WORDS)
def test_words(worded: tuple[Backend, dict[str, str]], query: str, yes: list[str], no: list[str]) -> None:
    backend, ids = worded
    answer = found(backend, query)
    assert [title for title in (*yes, *no) if ids[title] in answer] == yes


def test_a_phrase_lies_within_one_part_and_not_excludes_from_any(backend: Backend, make: Make) -> None:
    split = make("Gran paro", summary="agrario en Ñaña", text="Cierran vías.")
    whole = make("Noticia", text="Hubo paro agrario.")
    put(backend, split, whole)
    assert found(backend, '"paro agrario"') == {whole.id}
    assert found(backend, "paro agrario") == {split.id, whole.id}
    assert found(backend, "paro -cierran") == {whole.id}
    assert found(backend, '"paro agrario"~9') == {whole.id}


def test_fields_of_text_and_sides(backend: Backend, make: Make) -> None:
    spanish = make(
        "Choferes marchan", summary="Piden seguridad", text="Los choferes marchan. Piden seguridad ya.",
        translation={"title": "Drivers march", "summary": "", "text": "The drivers march for safety."},
    )  # fmt: skip
    english = make("Drivers striking", language="en", text="They were striking.")
    both_sides = make("Hotel central", translation={"title": "Central hotel", "text": ""})
    put(backend, spanish, english, both_sides)
    assert found(backend, "title:marchan") == {spanish.id}
    assert found(backend, "title:seguridad") == set()
    assert found(backend, "text:seguridad") == {spanish.id}
    assert found(backend, 'text:"piden seguridad"') == {spanish.id}
    assert found(backend, "translation:driver") == {spanish.id}
    assert found(backend, "title:driver") == {spanish.id, english.id}
    assert found(backend, "strike drivers") == {english.id}, "English is stemmed as English"
    assert found(backend, "choferes drivers") == {spanish.id}
    sides = backend.search(parse("drivers OR hotel OR marchan")).sides
    assert sides == {spanish.id: "both", english.id: "original", both_sides.id: "both"}
    assert backend.search(parse("drivers")).sides == {spanish.id: "translation", english.id: "original"}
    assert backend.search(parse("marchan safety")).sides == {spanish.id: "both"}
    assert backend.search(parse("marchan -hotel")).sides == {spanish.id: "original"}
    assert backend.search(parse("source:diario language:en")).sides == {english.id: "original"}


TAGGED: dict[str, Any] = {
    "topics": [{"name": "strike", "subtype": "stoppage"}],
    "sectors": [{"name": "public_transport", "role": "victim"}],
    "places": [
        {"name": "SJL", "ubigeo": "150132", "department": "Lima", "province": "Lima", "district": "San Juan de Lurigancho", "role": "event"},
        {"name": "Ancash", "ubigeo": "02", "department": "Áncash", "province": None, "district": None, "role": "mention"},
    ],
    "entities": [
        {"name": "Rosa Ficticia Núñez", "type": "person", "id": "x"}, {"name": "Gremio de Choferes", "type": "organisation", "id": "y"},
    ],
    "norms": [{"id": "Ley 32108", "title": "Ley ficticia"}, {"id": "DS 124-2025-PCM", "title": None}],
    "roads": [{"name": "Panamericana Norte", "km": 12, "state": "blocked"}],
    "strike": {"status": "ongoing", "guild": "choferes", "start": None, "end": None},
}  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        "source:Diario", "kind:bill", "language:ES", 'author:"Ana Perez"', "author:Pérez", "section:politica", "topic:strike", "subtype:stoppage",
        "sector:public_transport", "place:ancash", "place:Áncash", "place:SJL", 'place:"san juan de lurigancho"', "place:150132", "role:victim",
        "role:mention", "department:áncash", "province:lima", 'district:"San  Juan de Lurigancho"', 'road:"panamericana norte"',
        'person:"Rosa Ficticia"', "person:nuñez", 'organisation:"gremio de choferes"', 'norm:"Ley N° 32108"', 'norm:"ley 32.108"', "norm:32108",
        'norm:"decreto supremo 124-2025-PCM"', "strike:choferes", "strike:any", "strike:*", "status:ongoing", "story:h1", "id:a1b2",
        "date:2026-03-10", "date:[2026-03-09 TO 2026-03-11]", "date:>=2026-03", "date:2026", "date:<=2026-03-10", "date:{2026-03-09 TO *]",
        "seen:2026-03-11", "place:anc*", "place:*lurigancho", "person:fictisia~1", "section:pol?tica", "date:*",
    ],
)  # fmt: skip
def test_every_field_is_found_by_its_value(tagged: Backend, query: str) -> None:
    both_of_them = parse("id:a1b2 OR id:c3d4")
    assert set(scan(tagged, both(parse(query), both_of_them))) == {"a1b2"}
    assert set(scan(tagged, both(parse(f"* AND NOT {query}"), both_of_them))) == {"c3d4"}


@pytest.fixture(scope="module")
def tagged(shared_backend: Backend, build: Make) -> Backend:
    """Two documents with tags, one without a date."""
    one = build(
        "Uno", id="a1b2", kind="bill", author=("Ana Pérez",), section="Política", story="h1",
        fetched=datetime(2026, 3, 12, 4, 59, tzinfo=UTC), published=datetime(2026, 3, 11, 4, 59, 59, tzinfo=UTC), **TAGGED,
    )  # fmt: skip
    other = build(
        "Dos", id="c3d4", source="otro", language="en", published=None, fetched=datetime(2026, 3, 12, 5, tzinfo=UTC),
        topics=[{"name": "extortion", "subtype": None}], places=[{"name": "Ica", "department": "Ica", "role": None}],
    )  # fmt: skip
    put(shared_backend, one, other)
    return shared_backend


def test_every_sign_in_a_value_is_itself(backend: Backend, make: Make) -> None:
    signs = [sign for sign in (*string.punctuation, "·", "😀") if sign not in "*?"]
    records = {sign: make(f"nota {n}", section=f"uno{sign}dos") for n, sign in enumerate(signs)}
    put(backend, *records.values())
    for sign, one in records.items():
        for node in (
            Tag("section", f"uno{sign}dos"),
            Prefix("section", f"uno{sign}"),
            Wildcard("section", f"*o{sign}?os"),
        ):
            assert parse(str(node)) == node and found(backend, str(node)) == {one.id}, node


def test_days_are_lima_days(backend: Backend, make: Make) -> None:
    late = make("tarde", published=datetime(2026, 3, 11, 4, 59, 59, tzinfo=UTC))
    early = make("temprano", published=datetime(2026, 3, 11, 5, 0, 0, tzinfo=UTC))
    put(backend, late, early)
    assert found(backend, "date:2026-03-10") == {late.id}
    assert found(backend, "date:2026-03-11") == {early.id}
    assert set(scan(backend, filters(start=date(2026, 3, 11), end=date(2026, 3, 11)))) == {early.id}


def test_order_pages_and_totals(backend: Backend, make: Make) -> None:
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    dated = [make(f"nota {n}", id=f"{n:020x}", published=start + timedelta(hours=n // 3)) for n in range(30)]
    undated = [make(f"nota {n}", id=f"{n:020x}", published=None) for n in range(30, 33)]
    put(backend, *dated, *undated)
    expected = [r.id for r in sorted(dated, key=lambda r: (-r.document.published.timestamp(), r.id))]  # type: ignore[union-attr]
    expected += [r.id for r in undated]
    node = parse("nota")
    assert list(scan(backend, node)) == expected
    assert backend.search(node, limit=7).ids == tuple(expected[:7])
    assert backend.search(node, limit=7, offset=28).ids == tuple(expected[28:])
    assert backend.search(node, limit=12_000).ids == tuple(expected)
    assert backend.search(node, limit=5, offset=40).ids == ()
    assert backend.search(node, limit=0).total == backend.count(node) == 33
    assert set(backend.search(node, sort="relevance", limit=99).ids) == set(expected)


def test_relevance_puts_the_better_match_first(backend: Backend, make: Make) -> None:
    weak, strong = make("Una sola huelga entre muchas otras cosas de hoy"), make("Huelga, huelga y más huelga")
    put(backend, weak, strong)
    assert backend.search(parse("huelga"), sort="relevance").ids == (strong.id, weak.id)


def test_indexing_again_replaces_and_deleting_forgets(backend: Backend, make: Make) -> None:
    one, two = make("Primera", id="aa"), make("Segunda", id="bb")
    put(backend, one, two, one)
    put(backend, make("Tercera", id="aa"))
    assert backend.count(everything()) == 2
    assert found(backend, "primera") == set() and found(backend, "tercera") == {"aa"}
    backend.delete(["aa", "never-there"])
    backend.flush()
    assert list(scan(backend, everything())) == ["bb"]
    assert backend.health()["documents"] == 1


def test_facets_count_exactly_and_keep_accents(backend: Backend, make: Make) -> None:
    records = [
        make(f"a{n}", places=[{"name": "x", "department": name}])
        for n, name in enumerate(["Áncash", "Ica", "Áncash", "Puno"])
    ]
    records.append(make("b", topics=[{"name": "strike"}, {"name": "strike"}, {"name": "extortion"}], published=None))
    put(backend, *records)
    counted = backend.facets(everything(), ["department", "topic", "year", "month", "source", "kind"], 2)
    assert counted["department"] == [("Áncash", 2), ("Ica", 1)]
    assert counted["topic"] == [("extortion", 1), ("strike", 1)]
    assert counted["year"] == [("2026", 4)] and counted["month"] == [("2026-03", 4)]
    assert counted["source"] == [("diario", 5)] and counted["kind"] == [("news", 5)]
    assert backend.facets(parse("department:ica"), ["department"])["department"] == [("Ica", 1)]
    with pytest.raises(InputError, match="Did you mean department"):
        backend.facets(everything(), ["departmnt"])


def test_histogram_counts_days_and_groups_and_the_undated_apart(backend: Backend, make: Make) -> None:
    day = date(2026, 3, 10)
    put(
        backend, make("a"), make("b", source="otro"), make("c", source="otro", published=None),
        make("d", published=datetime(2026, 3, 11, 5, tzinfo=UTC), topics=[{"name": "strike"}, {"name": "extortion"}]),
    )  # fmt: skip
    assert backend.histogram(everything()) == [
        DayCount(None, None, 1),
        DayCount(None, day, 2),
        DayCount(None, date(2026, 3, 11), 1),
    ]
    by_source = [
        DayCount("diario", day, 1), DayCount("diario", date(2026, 3, 11), 1), DayCount("otro", None, 1), DayCount("otro", day, 1),
    ]  # fmt: skip
    assert backend.histogram(everything(), "source") == by_source
    assert [row.group for row in backend.histogram(everything(), "topic")] == ["extortion", "strike"]
    assert backend.histogram(parse("nadie")) == []


def test_stories_are_counted_exactly(backend: Backend, make: Make) -> None:
    later = datetime(2026, 3, 11, 17, tzinfo=UTC)
    old, new = make("nota a", story="s1"), make("nota b", story="s1", published=later)
    alone, undated = make("nota c"), make("nota d", story="s1", published=None)
    put(backend, old, new, alone, undated)
    folded = backend.fold(parse("nota"), limit=10)
    assert folded.total == 2 and folded.ids == (new.id, alone.id)
    assert backend.fold(parse("nota"), limit=1, offset=1).ids == (alone.id,)
    rows = set(backend.stories(parse("nota")))
    numbers = dict(backend.walk(parse("nota")))
    assert numbers[old.id] == numbers[new.id] != numbers[alone.id]
    assert rows == {
        StoryDay(None, date(2026, 3, 10), numbers[old.id]), StoryDay(None, date(2026, 3, 10), numbers[alone.id]),
        StoryDay(None, date(2026, 3, 11), numbers[old.id]), StoryDay(None, None, numbers[old.id]),
    }  # fmt: skip
    assert {row.group for row in backend.stories(parse("nota"), "source")} == {"diario"}


def test_an_empty_index_answers_with_nothing(backend: Backend) -> None:
    node = parse("paro")
    assert backend.search(node).total == backend.count(node) == 0
    assert (
        list(backend.walk(node)) == [] and list(backend.stories(node)) == [] and backend.histogram(node, "source") == []
    )
    assert backend.facets(node, ["topic", "year"]) == {"topic": [], "year": []}
    assert backend.similar("paro") == [] and backend.sides(node, []) == {}


def test_similar_words(backend: Backend, make: Make) -> None:
    put(backend, make("Castillo y castilla"), make("Otra cosa", text="camino"))
    assert backend.similar("castilo") == ["castilla", "castillo"]


def test_long_texts_are_searchable_to_the_last_word(backend: Backend, make: Make) -> None:
    put(backend, make("Gaceta", text="palabra " * 30_000 + "finalísima"), make("ñ" * 300, text="x" * 70_000))
    assert backend.count(parse("finalisima")) == 1
    assert backend.count(parse("ñ" * 64)) == 1


def test_many_words_at_once(backend: Backend, make: Make) -> None:
    one = make("palabra417")
    put(backend, one)
    assert found(backend, " OR ".join(f"palabra{n}" for n in range(500))) == {one.id}
    deep = "palabra417"
    for n in range(9):
        deep = f"palabra{n} OR (palabra417 {deep} AND NOT ninguna)"
    assert found(backend, deep) == {one.id}


def test_filters_narrow(backend: Backend, make: Make) -> None:
    one, two = make("nota", topics=[{"name": "strike"}]), make("nota", source="otro", published=None)
    put(backend, one, two)
    asked = both(parse("nota"), filters(topic="strike", source=["diario", "x"], start=date(2026, 3, 1)))
    assert list(scan(backend, asked)) == [one.id]
    assert filters() == everything()
    with pytest.raises(TypeError):
        filters(colour="red")


def test_a_story_that_changes_is_counted_anew(backend: Backend, make: Make) -> None:
    one, two = make("nota a"), make("nota b")
    put(backend, one, two)
    assert backend.fold(parse("nota")).total == 2
    put(backend, *(replace(record, story=make("x", story="s9").story) for record in (one, two)))
    assert backend.fold(parse("nota")).total == 1
