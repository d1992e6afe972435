"""The chain: fingerprints, what is kept, failures, other processes."""

import dataclasses
import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.document import SECTORS, TOPICS
from core.settings import Settings
from enrich.reading import Reading
from enrich.steps import Chain, build
from enrich.turns import Plain


def test_a_document_gets_one_annotation_of_each_step(chain: Chain, document) -> None:
    annotations, errors, _ = chain.run(document("Paro de choferes en Comas", "Acatan un paro.", version=3))
    assert errors == {}
    assert [a.step for a in annotations] == list(chain.fingerprints())
    assert {a.version for a in annotations} == {3}
    assert all(a.fingerprint == chain.fingerprints()[a.step] for a in annotations)
    assert all("step_version" in a.payload for a in annotations)
    json.dumps([dict(a.payload) for a in annotations])


def test_what_is_known_and_fresh_is_not_run_again(chain: Chain, document) -> None:
    text = document("Paro de choferes en Comas")
    first = {a.step: a for a in chain.run(text).annotations}
    assert chain.run(text, first).annotations == []
    stale = first | {"topics": dataclasses.replace(first["topics"], fingerprint="old")}
    assert [a.step for a in chain.run(text, stale).annotations] == ["topics"]
    other = dataclasses.replace(text, version=2)
    assert len(chain.run(other, first).annotations) == len(first)


def test_a_known_payload_is_what_later_steps_read(chain: Chain, document) -> None:
    text = document("Nada que ver")
    first = {a.step: a for a in chain.run(text).annotations}
    topics = dataclasses.replace(
        first["topics"], payload={"topics": [{"name": "strike", "subtype": None, "score": 1.0, "spans": []}]}
    )
    known = {
        "language": first["language"],
        "places": first["places"],
        "norms": first["norms"],
        "entities": first["entities"],
        "topics": topics,
    }
    strikes = next(a for a in chain.run(text, known).annotations if a.step == "strikes")
    assert strikes.payload["strike"] is not None


def test_fingerprints_cover_version_and_what_is_read(settings: Settings) -> None:
    def nothing(_: Reading) -> dict[str, object]:
        return {}

    def prints(version: str) -> dict[str, str]:
        return Chain(
            settings, (Plain("a", version, nothing), Plain("b", "1", nothing, ("a",)), Plain("c", "1", nothing))
        ).fingerprints()

    one, two = prints("1"), prints("2")
    assert one == prints("1")
    assert one["a"] != two["a"]
    assert one["b"] != two["b"]
    assert one["c"] == two["c"]


def test_one_step_that_fails_is_reported_and_stops_no_other(settings: Settings, document) -> None:
    def fails(_: Reading) -> dict[str, object]:
        raise ZeroDivisionError("by zero")

    def works(_: Reading) -> dict[str, object]:
        return {"roads": []}

    chain = Chain(settings, (Plain("a", "1", fails), Plain("b", "1", works, ("a",)), Plain("c", "1", works)))
    annotations, errors, _ = chain.run(document("x"))
    assert [a.step for a in annotations] == ["c"]
    assert errors == {"a": "ZeroDivisionError: by zero", "b": "waits for a"}
    assert chain.tag(document("x"))[0].tags["roads"] == []


def test_tag_gives_the_document_as_every_face_prints_it(chain: Chain, document) -> None:
    shown = chain.tag(document("Extorsión en Gamarra", "Piden 500 soles a bodegueros."))[0].to_json()
    assert shown["language"] == "es"
    assert shown["topics"][0]["name"] == "extortion"
    assert shown["places"][0]["district"] == "La Victoria"
    assert shown["amounts"][0] | {"spans": None} == {"value": 500, "currency": "PEN", "what": "demand", "spans": None}
    assert set(shown["steps"]) == set(chain.fingerprints())
    assert shown["translation"] is None


def _in_a_worker(settings: Settings) -> dict[str, str]:
    return build(settings).fingerprints()


@pytest.mark.timeout(60)
def test_a_worker_process_builds_the_same_chain(settings: Settings) -> None:
    here = build(settings).fingerprints()
    assert pickle.loads(pickle.dumps(settings)) == settings
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(_in_a_worker, settings).result(timeout=50) == here


@hypothesis_settings(deadline=None, max_examples=60)
@given(title=st.text(max_size=120), text=st.text(max_size=300))
def test_no_text_breaks_a_step_and_spans_hold(chain: Chain, title: str, text: str) -> None:
    from tests.enrich.conftest import a_document

    annotations, errors, _ = chain.run(a_document(title, text))
    assert errors == {}
    fields = {"title": title, "text": text, "summary": ""}
    for annotation in annotations:
        for items in annotation.payload.values():
            for item in items if isinstance(items, list) else ():
                for name, start, end in item["spans"]:
                    assert 0 <= start < end <= len(fields[name])


def test_names_are_those_of_the_design(chain: Chain) -> None:
    tags = {entry.tag for entries in chain.lexicon.automaton.values() for entry in entries}
    assert {tag.partition(".")[2] for tag in tags if tag.startswith("topic.")} == set(TOPICS)
    assert {tag.partition(".")[2] for tag in tags if tag.startswith("sector.")} == set(SECTORS)


def test_other_weights_make_stale_what_is_weighed_and_what_builds_on_it(settings, monkeypatch) -> None:
    before = build(settings).fingerprints()
    monkeypatch.setattr("enrich.classifier.digest", lambda: "another")
    after = build(settings).fingerprints()
    assert {name for name in before if before[name] != after[name]} == {
        "topics", "sectors", "strikes", "amounts", "casualties", "event",
    }  # fmt: skip
