"""The translation step and its engines."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from core.document import Annotation
from core.errors import UnavailableError
from core.record import TAG_LINE as TAGS
from core.settings import Settings
from enrich.apertium import Apertium
from enrich.models import choose
from enrich.pool import enriched
from enrich.steps import build
from enrich.translate import TranslateStep, translate_documents

needs_apertium = pytest.mark.skipif(not Apertium.installed(), reason="apertium-eng-spa is not installed")


class Loud:
    """A translator for tests: upper case, every request counted."""

    name = "loud"
    version = "1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def translate(self, texts: Sequence[str]) -> list[str]:
        self.asked += texts
        return [text.upper() for text in texts]

    def close(self) -> None:
        self.asked = []


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> Loud:
    engine = Loud()
    monkeypatch.setattr("enrich.translate.choose", lambda *_, **__: engine)
    return engine


def translation(chain: Any, document: Any) -> Any:
    return next(a.payload["translation"] for a in chain.run(document).annotations if a.step == "translate")


def test_relevant_spanish_documents_are_translated(loud: Loud, settings: Settings, document) -> None:
    chain = build(dataclasses.replace(settings, translate="relevant"))
    assert translation(chain, document("Paro de choferes", "Es hoy.")) == {
        "language": "en",
        "title": "PARO DE CHOFERES",
        "summary": "",
        "text": "ES HOY.",
        "engine": "loud",
    }
    assert translation(chain, document("Receta de arroz con pato para hoy")) is None
    assert translation(chain, document("Bus drivers on strike in Lima over extortion")) is None


def test_all_and_none(loud: Loud, settings: Settings, document) -> None:
    recipe = document("Receta de arroz con pato para hoy")
    assert (
        translation(build(dataclasses.replace(settings, translate="all")), recipe)["title"]
        == "RECETA DE ARROZ CON PATO PARA HOY"
    )
    none = build(dataclasses.replace(settings, translate="none"))
    assert "translate" not in none.fingerprints()


def test_a_text_is_translated_once(loud: Loud, document) -> None:
    step = TranslateStep(loud, "all")
    step.translation(document("Uno", "Igual"))
    step.translation(document("Dos", "Igual"))
    assert loud.asked.count("Igual") == 1


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Apertium, "installed", staticmethod(lambda *_: False))


def test_without_an_engine_a_line_of_tags_stands_in_and_nothing_is_stale(
    nothing_here: None, settings: Settings, document
) -> None:
    chain = build(dataclasses.replace(settings, translate="relevant", translation="auto"))
    assert "translate" not in chain.fingerprints()
    strike = document(
        "Choferes acatan paro en Trujillo", "Dos choferes murieron. El gremio pide seguridad contra las extorsiones."
    )
    made = translation(chain, strike)
    assert made["engine"] == TAGS
    assert made["title"].startswith("Strike") or "strike" in made["title"]
    assert "Trujillo (La Libertad)" in made["title"]
    assert (made["summary"], made["text"]) == ("", "")
    assert translation(chain, document("Receta de arroz con pato para hoy")) is None
    with pytest.raises(UnavailableError, match="apertium"):
        list(translate_documents([document("Hola a todos")], settings))


def test_a_named_engine_that_is_missing_stops_no_document(nothing_here: None, settings: Settings, document) -> None:
    chain = build(dataclasses.replace(settings, translate="relevant", translation="opus-mt"))
    outcome = chain.run(document("Choferes acatan paro en Trujillo"))
    assert outcome.errors == {}
    assert translation(chain, document("Choferes acatan paro en Trujillo"))["engine"] == TAGS


def test_a_line_of_tags_gives_way_to_a_translation_and_never_the_other_way(
    monkeypatch: pytest.MonkeyPatch, nothing_here: None, settings: Settings, document
) -> None:
    text, chosen = document("Choferes acatan paro en Trujillo"), dataclasses.replace(settings, translate="relevant")
    without = build(chosen)
    first = {one.step: one for one in without.run(text).annotations}
    monkeypatch.setattr("enrich.translate.choose", lambda *_, **__: Loud())
    ((result,),) = enriched(chosen, [[(text, first)]], parallel=False)
    assert [one.step for one in result.annotations] == ["translate"]
    assert result.annotations[0].payload["translation"]["engine"] == "loud"
    assert result.translated_first
    both = first | {"translate": result.annotations[0]}
    assert without.run(text, both).annotations == []
    stale = both | {"language": dataclasses.replace(first["language"], fingerprint="old")}
    assert "translate" not in {one.step for one in without.run(text, stale).annotations}


def test_a_named_engine_that_is_missing_is_an_error(nothing_here: None, settings: Settings) -> None:
    for name in ("apertium", "opus-mt", "babel"):
        with pytest.raises(UnavailableError, match=name):
            choose(dataclasses.replace(settings, translation=name))


@needs_apertium
def test_apertium_is_named_in_the_translation(settings: Settings, document) -> None:
    chosen = dataclasses.replace(settings, translation="apertium")
    ((_, made, reason),) = translate_documents([document("Los maestros acatan una huelga", language="es")], chosen)
    assert made is not None and not reason
    assert made["engine"] == "apertium"
    assert "strike" in made["title"]
    ((_, none, _),) = translate_documents([document("Teachers strike", language="en")], chosen)
    assert none is None


class Mortal(Loud):
    """A translator that dies of one text, and for good after a few."""

    def __init__(self, deaths: int = 99) -> None:
        super().__init__()
        self.deaths = deaths

    def translate(self, texts: Sequence[str]) -> list[str]:
        self.asked += texts
        if any("veneno" in text for text in texts) or self.deaths <= 0:
            self.deaths -= 1
            raise UnavailableError("The engine died.", "It is tried again.")
        return [text.upper() for text in texts]


def relevant(document: Any, number: int, more: str = "") -> Any:
    return document(f"Choferes acatan paro número {number} {more}", f"Texto {number}.", id=f"d{number}")


def test_an_engine_that_dies_in_mid_batch_costs_one_document_its_translation(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, document
) -> None:
    monkeypatch.setattr("enrich.translate.choose", lambda *_, **__: Mortal())
    chain = build(dataclasses.replace(settings, translate="relevant"))
    tasks = [(relevant(document, n, "veneno" if n == 2 else ""), {}) for n in range(5)]
    outcomes = chain.run_many(tasks)
    made = [next(a for a in one.annotations if a.step == "translate") for one in outcomes]
    assert [a.payload["translation"]["engine"] for a in made] == ["loud", "loud", TAGS, "loud", "loud"]
    assert [bool(one.errors) for one in outcomes] == [False, False, True, False, False]
    assert "The engine died" in outcomes[2].errors["translate"]
    assert {"topics", "places", "signature"} <= {a.step for a in outcomes[2].annotations}
    assert made[2].fingerprint != chain.fingerprints()["translate"], "it is stale, so that it is done again"


def test_an_engine_that_is_gone_is_not_asked_by_every_document(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, document
) -> None:
    engine = Mortal(deaths=0)
    monkeypatch.setattr("enrich.translate.choose", lambda *_, **__: engine)
    chain = build(dataclasses.replace(settings, translate="relevant"))
    outcomes = chain.run_many([(relevant(document, n), {}) for n in range(40)])
    assert all("The engine died" in one.errors["translate"] for one in outcomes)
    assert len(engine.asked) < 40 * 3


def test_a_batch_is_translated_in_one_request(loud: Loud, settings: Settings, document) -> None:
    requests: list[int] = []
    translate = loud.translate
    loud.translate = lambda texts: requests.append(len(texts)) or translate(texts)  # type: ignore[method-assign]
    chain = build(dataclasses.replace(settings, translate="relevant"))
    outcomes = chain.run_many([(relevant(document, n), {}) for n in range(30)])
    assert all(not one.errors for one in outcomes)
    assert requests == [61]  # thirty titles, thirty texts, one empty summary


def test_enriched_again_a_document_keeps_its_translation_while_nothing_it_hangs_on_changed(
    loud: Loud, settings: Settings, document
) -> None:
    chosen = dataclasses.replace(settings, translate="relevant")
    text = document("Choferes acatan paro en Trujillo", "Piden seguridad.")
    first = {one.step: one for one in build(chosen).run(text).annotations}
    asked = len(loud.asked)
    stale: dict[str, Annotation] = {
        name: dataclasses.replace(one, fingerprint="older word lists") for name, one in first.items()
    }
    again = build(chosen).run(text, stale)
    assert next(a for a in again.annotations if a.step == "translate").payload == first["translate"].payload
    assert len(loud.asked) == asked
    loud.version = "2"
    build(chosen).run(text, stale)
    assert len(loud.asked) > asked
