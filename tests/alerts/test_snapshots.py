"""What a hit keeps of its document."""

import pytest

from alerts.snapshots import LONGEST, repeats, snapshot
from core.record import Record
from search.analysed import Analysed
from search.query import parse

from .conftest import article


def taken(query, title, text="", *, translation=None, tags=None, reader="es", **more):
    record = Record(document=article(1, title, text, **more), translation=translation, tags=tags or {})
    return snapshot(parse(query), Analysed.of(record), "El Faro", reader)


def shown(kept):
    sentence = kept["sentence"]
    return sentence["text"], [sentence["text"][start:end] for start, end in sentence["marks"]]


def test_the_sentence_with_the_most_words_is_kept_with_its_marks():
    kept = taken("paro buses", "Nada", "Hubo un paro. Los buses van al paro hoy. Fin del paro.")
    assert shown(kept) == ("Los buses van al paro hoy.", ["buses", "paro"])
    assert kept["why"] == [{"word": "paro", "fields": ["text"]}, {"word": "buses", "fields": ["text"]}]


def test_the_text_comes_before_the_headline_and_a_sentence_that_repeats_it_is_passed_over():
    kept = taken("paro", "Choferes al paro", "Choferes al paro. El paro dura un día.", summary="")
    assert shown(kept) == ("El paro dura un día.", ["paro"])
    assert kept["why"] == [{"word": "paro", "fields": ["title", "text"]}]
    assert shown(taken("paro", "Choferes al paro"))[0] == "Choferes al paro"


def test_a_translation_is_searched_and_said():
    translation = {"language": "en", "title": "Drivers strike", "summary": "", "text": "The strike is on."}
    kept = taken("strike", "Choferes paran", "Están parados.", translation=translation)
    assert shown(kept) == ("The strike is on.", ["strike"])
    assert (kept["side"], kept["translation"]) == ("translation", "Drivers strike")


@pytest.mark.parametrize(("reader", "sentence"), [("es", "El bus paró."), ("en", "The bus stopped.")])
def test_the_sentence_is_of_the_side_that_the_owner_reads(reader, sentence):
    translation = {"language": "en", "title": "x", "summary": "", "text": "The bus stopped."}
    assert shown(taken("bus", "Nada", "El bus paró.", translation=translation, reader=reader)) == (sentence, ["bus"])


def test_a_long_sentence_is_cut_around_its_first_mark():
    text, marks = shown(taken("paro", "Nada", "palabra " * 300 + "paro " + "palabra " * 300))
    assert len(text) <= LONGEST and marks == ["paro"]


def test_masked_character_by_character_so_that_marks_hold():
    kept = taken("paro", "Nada", "Llame al 987654321 por el paro.")
    assert shown(kept) == ("Llame al ••••••••• por el paro.", ["paro"])


TEXT = "Llegaron de noche. Pedían un cupo a los camioneros de Ate. El gremio calló."


def spanned(word, text=TEXT, field="text", **item):
    return item | {"spans": [[field, text.index(word), text.index(word) + len(word)]]}


@pytest.mark.parametrize(
    ("query", "tags", "marked"),
    [
        ("topic:extortion", {"topics": [spanned("cupo", name="extortion"), spanned("gremio", name="strike")]}, ["cupo"]),
        ("topic:extort*", {"topics": [spanned("cupo", name="extortion")]}, ["cupo"]),
        ("topic:extortion sector:freight_transport", {"topics": [spanned("cupo", name="extortion")], "sectors": [spanned("camioneros", name="freight_transport")]}, ["cupo", "camioneros"]),
        ("topic:extortion -sector:retail", {"topics": [spanned("cupo", name="extortion")], "sectors": [spanned("camioneros", name="freight_transport")]}, ["cupo"]),
        ("place:Ate", {"places": [spanned("Ate", name="Ate", district="Ate"), spanned("noche", name="Noche")]}, ["Ate"]),
        ("status:ongoing", {"strike": {"status": "ongoing"}, "topics": [spanned("gremio", name="strike")]}, ["gremio"]),
        ("topic:extortion nocturno", {"topics": [spanned("cupo", name="extortion")]}, ["cupo"]),
        ("topic:extortion noche", {"topics": [spanned("cupo", name="extortion")]}, ["noche"]),
    ],
)  # fmt: skip
def test_an_alert_on_tags_marks_the_words_that_made_them(query, tags, marked):
    assert shown(taken(query, "Titular nocturno", TEXT, tags=tags))[1] == marked


def test_words_of_a_tag_are_masked_and_spans_of_another_text_are_left_out():
    text = "Llame al 987654321 y pague el cupo."
    tags = {
        "topics": [
            {"name": "extortion", "spans": [["text", 9, 18], ["text", 30, 34], ["text", 900, 904], ["summary", 0, 4]]}
        ]
    }
    assert shown(taken("topic:extortion", "Nada", text, tags=tags)) == (
        "Llame al ••••••••• y pague el cupo.", ["•••••••••", "cupo"],
    )  # fmt: skip


def test_tags_without_spans_leave_no_sentence():
    kept = taken(
        "topic:strike", "Buses", tags={"topics": [{"name": "strike"}], "places": [{"name": "Cusco", "role": "mention"}]}
    )
    assert kept["sentence"] is None and kept["why"] == [] and kept["side"] is None
    assert (kept["topics"], kept["places"]) == (["strike"], ["Cusco"])


def test_places_where_it_happened_come_first():
    places = [{"name": "Lima", "department": "Lima", "role": "mention"}, {"name": "Ate", "district": "Ate", "province": "Lima", "department": "Lima", "role": "event"}]  # fmt: skip
    assert taken("paro", "Paro", tags={"places": places})["places"] == ["Ate, Lima"]


@pytest.mark.parametrize(("headline", "sentence", "same"), [("Paro en Ica", "«PARO en Ica».", True), ("Paro en Ica", "LIMA. Paro en Ica hoy", True), ("Paro en Ica hoy", "Paro en Ica", True), ("Paro en Ica", "Paro en Icapampa", False), ("", "Paro", False), ("Paro", "", False)])  # fmt: skip
def test_what_repeats_a_headline(headline, sentence, same):
    assert repeats(headline, sentence) is same
