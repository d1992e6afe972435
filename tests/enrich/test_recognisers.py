"""Recognisers that need a model: chosen by setting, refused with a reason, laid under the rules. Models are made here, or skipped."""

import dataclasses
import importlib.util
from pathlib import Path

import pytest

from core.errors import SettingError, UnavailableError
from core.settings import Settings
from enrich.names import Rules
from enrich.reading import Field
from enrich.recognisers import Model, choose, pieces, spacy_model


def asked(value: str) -> Settings:
    return dataclasses.replace(Settings.load({}), entities=value)


def test_rules_are_the_default() -> None:
    assert Settings.load({}).entities == "rules"
    assert isinstance(choose(asked("rules")), Rules)


@pytest.mark.parametrize("value", ["spacy", "bert", "gliner:x"])
def test_a_setting_that_names_no_engine_is_an_error(value: str) -> None:
    with pytest.raises(SettingError, match="PUTUTU_ENTITIES"):
        Settings.load({"PUTUTU_ENTITIES": value})


@pytest.mark.parametrize("value", ["spacy:", "spacy:no_such_model", "transformers:"])
def test_an_engine_or_model_that_is_not_here_is_told_at_once(value: str) -> None:
    with pytest.raises(UnavailableError):
        choose(asked(value))


def test_a_models_spans_are_typed_by_the_lists_and_lie_under_the_rules() -> None:
    text = "Xilor habló con Ana Soto Lazo en Bogotá y Ministerio Azul calló."
    labels = {"Xilor": "PER", "Ana Soto": "ORG", "Bogotá": "ORG", "calló": "MISC"}
    found = [(text.index(words), text.index(words) + len(words), label) for words, label in labels.items()]
    (names,) = Model("made", "1", lambda _: found).names([Field("text", text)])
    said = {text[n.start : n.end]: n.kind for n in names}
    assert said == {"Xilor": "person", "Ana Soto Lazo": "person", "Bogotá": "place", "Ministerio Azul": "organisation"}


def test_pieces_cover_a_text_and_are_short_enough() -> None:
    for text in ("Uno dos tres. " * 300, "x" * 5_000, "", "a\n" * 2_000):
        cut = list(pieces(text, 1_500))
        assert "".join(piece for _, piece in cut) == text
        assert all(len(piece) <= 1_501 and text.startswith(piece, at) for at, piece in cut)


@pytest.mark.skipif(importlib.util.find_spec("spacy") is None, reason="spaCy is not installed (pututu[entities])")
def test_a_spacy_model_in_a_folder_is_read(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("es")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "xilor"}])  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "made")
    (names,) = spacy_model(str(tmp_path / "made")).names([Field("text", "vino xilor ayer")])
    assert [(n.start, n.end, n.kind) for n in names] == [(5, 10, "person")]
