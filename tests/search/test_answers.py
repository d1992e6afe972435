"""Marks, snippets, reasons and suggestions: what people see of an answer."""

from collections.abc import Callable

import pytest

from core.record import Record
from search.analysed import Analysed
from search.explain import explained
from search.highlight import marks, snippet
from search.memory import MemoryBackend, explain, matches
from search.nodes import Tag
from search.query import parse
from search.suggest import Offer, suggestions

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


# did you mean


def test_a_word_without_a_hit_is_offered_with_its_n_and_then_its_neighbours(make: Make) -> None:
    backend = MemoryBackend(
        [make("Niño en Ñaña"), make("Castillo gana"), make("Castillo y castilla"), make("source", source="correo")]
    )
    assert suggestions(backend, parse("nino")) == ["niño"]
    assert suggestions(backend, parse("naña")) == ["ñaña"]
    assert suggestions(backend, parse("castilo")) == ["castillo", "castilla"]
    assert suggestions(backend, parse("castilo nino")) == ["castillo", "niño", "castilla"], (
        "the best of each word first"
    )
    assert suggestions(backend, parse("castillo -otra")) == []
    assert suggestions(backend, parse("source:coreo")) == ["source:correo"]
    assert suggestions(backend, parse("zzzzzz")) == []


def test_an_operator_in_small_letters_is_offered_in_capitals_where_documents_have_the_word(make: Make) -> None:
    backend = MemoryBackend([make("Huelga", translation={"title": "Strike or march and not more"}), make("Marcha")])
    assert suggestions(backend, parse("huelga or marcha"))[0] == "OR"
    assert suggestions(backend, parse("marcha and strike"))[0] == "AND"
    assert suggestions(backend, parse("marcha not huelga"))[0] == "NOT"
    assert "OR" not in suggestions(backend, parse("exact:or marcha"))


def test_a_value_is_offered_by_its_words_by_its_look_and_from_a_short_list(make: Make) -> None:
    backend = MemoryBackend(
        [
            make("a", source="el_comercio", topics=[{"name": "strike"}], sectors=[{"name": "public_transport"}]),
            make("b", source="otro", topics=[{"name": "strike"}, {"name": "extortion"}], places=[{"name": "San Juan"}]),
        ]
    )
    assert suggestions(backend, parse("source:comercio")) == ["source:el_comercio"]
    assert suggestions(backend, parse("sector:transporte")) == ["sector:public_transport"]
    assert suggestions(backend, parse("place:juan")) == ['place:"San Juan"']
    assert suggestions(backend, parse("topic:paros")) == ["topic:strike", "topic:extortion"]
    assert suggestions(backend, parse("source:zzz")) == [], "outlets are too many to be named"


@pytest.mark.parametrize(
    ("asked", "offered", "text", "put"),
    [
        ("nino", "niño", "paro -nino2 (Nino OR rey)", "paro -nino2 (niño OR rey)"),
        ("or", "OR", "color or luz", "color OR luz"),
        ("source:el comercio", "source:el_comercio", 'paro source: "El Comercio"', "paro source:el_comercio"),
        ("topic:paros", "topic:strike", "date:2024 topic:paros", "date:2024 topic:strike"),
        ("topic:paros", "topic:strike", "topic:(paros OR leyes)", None),
        ("paró", "exact:paro", "exact:paró", None),
        ("or", "OR", "or luz", None),
    ],
)
def test_an_offer_is_put_where_the_word_stands(asked: str, offered: str, text: str, put: str | None) -> None:
    assert Offer(asked, offered).put_into(text) == put
