"""A document with its tags as every face prints it."""

from datetime import UTC, datetime

from core.document import Annotation, Document
from core.record import Record


def record() -> Record:
    document = Document(id="d", url="https://diario.example/1", title="Paro", source="diario", fetched=datetime(2025, 8, 20, tzinfo=UTC))  # fmt: skip
    strike = {"status": "ongoing", "guild": None, "start": None, "end": None, "place": None, "demand": "que llamen al 987 654 321"}  # fmt: skip
    event = {"date": "2025-08-20", "precision": "day", "spans": []}
    payloads = {"strikes": {"strike": strike}, "event": {"event": event}}
    return Record.of(document, [Annotation(document="d", version=1, step=step, fingerprint="f", payload=payload) for step, payload in payloads.items()])  # fmt: skip


def test_the_keys_keep_their_order_and_new_ones_stand_last() -> None:
    keys = list(record().to_json())
    assert keys[-5:] == ["casualties", "strike", "story", "steps", "event"]
    assert record().to_json()["event"]["date"] == "2025-08-20"


def test_what_a_strike_demands_is_masked_like_the_text_it_stands_in() -> None:
    assert record().to_json()["strike"]["demand"] == "que llamen al 987 654 321"
    assert "987" not in record().masked().to_json()["strike"]["demand"]
    assert record().masked().to_json()["strike"]["status"] == "ongoing"


def test_who_says_that_it_is_no_strike_takes_its_status_away_too() -> None:
    facts, topics = record(), {"topics": [{"name": "strike", "subtype": None, "score": 1.0, "spans": []}]}
    asked = {"topics": {"add": [], "remove": ["strike"]}}
    said = {"topics": topics, "strikes": {"strike": facts.tags["strike"]}, "human": asked}
    given = [Annotation(document="d", version=1, step=step, fingerprint="f", payload=payload) for step, payload in said.items()]  # fmt: skip
    shown = Record.of(facts.document, given).to_json()
    assert shown["topics"] == [] and shown["strike"] is None


def test_a_translation_hides_what_its_original_hides_even_without_the_words_that_tell_it() -> None:
    document = Document(
        id="d", url="https://diario.example/1", title="Paro: llamar al 452-7788", source="diario", section="tel 987654321",
        text="La moto de placa 1234-5A. Dicta nueve ochenta y siete, 654, tres veintiuno. Ley 32108.", fetched=datetime(2025, 8, 20, tzinfo=UTC),
    )  # fmt: skip
    english = {
        "language": "en", "engine": "any", "summary": "", "title": "Strike: 452 7788",
        "text": "The bike 1234 5A. It says nueve ochenta y siete, 654, tres veintiuno; nine eighty-seven, 654, three twenty-one. Law 32108.",
    }  # fmt: skip
    given = [Annotation(document="d", version=1, step="translate", fingerprint="f", payload={"translation": english})]
    shown = Record.of(document, given).masked().to_json()
    assert shown["section"] == "tel •••••••••"
    assert shown["translation"]["title"] == "Strike: ••••••••"
    assert shown["translation"]["text"].replace("•", "") == "The bike . It says ; . Law 32108."
    assert len(shown["translation"]["text"]) == len(english["text"])
