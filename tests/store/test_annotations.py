"""Annotations stand for one version; a person's corrections stand for all of them and can be undone."""

from dataclasses import replace

import pytest

from core.document import Annotation
from core.errors import InputError
from store import annotations, documents, work


@pytest.fixture
def one(store, make, now):
    with store.write() as tx:
        return documents.save(tx, make(text="Texto.", completeness="full"), now=now).document


def note(document, step, fingerprint="f1", version=None, **payload):
    return Annotation(
        document=document.id, version=version or document.version, step=step, fingerprint=fingerprint, payload=payload
    )


def put(store, now, *given):
    with store.write() as tx:
        return annotations.put_many(tx, given, now)


def test_only_the_current_version_takes_annotations(store, make, one, now):
    assert put(store, now, note(one, "topics", topics=[])) == 1
    with store.write() as tx:
        two = documents.save(tx, replace(one, text="Otro."), now=now).document
    assert put(store, now, note(one, "topics", "f2"), note(two, "places", "f1", places=[])) == 1
    with store.read() as tx:
        assert [(a.step, a.version) for a in annotations.of(tx, [one.id])[one.id]] == [("places", 2)]


def test_a_later_annotation_replaces_the_earlier_one(store, one, now):
    put(store, now, note(one, "topics", "f1", topics=[1]), note(one, "topics", "f2", topics=[2]))
    put(store, now, note(one, "topics", "f3", topics=[3]))
    with store.read() as tx:
        (kept,) = annotations.of(tx, [one.id])[one.id]
        assert (kept.fingerprint, kept.payload) == ("f3", {"topics": [3]})


def test_stale_are_those_that_lack_a_fingerprint(store, make, now):
    made = [make(f"n{n}") for n in range(4)]
    with store.write() as tx:
        documents.save_many(tx, made, now=now)
    fresh, old, half, none = made
    put(store, now, note(fresh, "a"), note(fresh, "b"), note(old, "a", "f0"), note(old, "b"), note(half, "a"))
    with store.read() as tx:
        lacking = sorted([old.id, half.id, none.id])
        assert annotations.stale(tx, {"a": "f1", "b": "f1"}, 10) == lacking
        assert annotations.stale(tx, {"a": "f1", "b": "f1"}, 10, after=lacking[0]) == lacking[1:]
        assert annotations.stale(tx, {"a": "f1", "b": "f1"}, 2) == lacking[:2]
        assert annotations.stale(tx, {"a": "f1"}, 10) == sorted([old.id, none.id])
        assert annotations.stale(tx, {}, 10) == []


def test_a_correction_wins_survives_new_versions_and_can_be_undone(store, one, now):
    put(store, now, note(one, "topics", topics=[{"name": "strike"}, {"name": "extortion"}]))
    with store.write() as tx:
        annotations.correct(
            tx, one.id, {"topics": {"add": [{"name": "legislation"}], "remove": ["strike"]}}, "ana", now
        )
        annotations.correct(tx, one.id, {"published": "2025-03-01T05:00:00+00:00"}, "luis", now)
    with store.write() as tx:
        record = documents.record(tx, one.id)
        assert [t["name"] for t in record.tags["topics"]] == ["extortion", "legislation"]
        assert record.document.published.isoformat() == "2025-03-01T05:00:00+00:00"
        human = annotations.of(tx, [one.id])[one.id][-1]
        assert (human.step, human.payload["author"]) == ("human", "luis")
        documents.save(tx, replace(one, text="Otro."), now=now)
        assert [t["name"] for t in documents.record(tx, one.id).tags["topics"]] == ["legislation"]
        assert annotations.undo(tx, one.id, now)
        assert documents.record(tx, one.id).document.published is None
        assert [t["name"] for t in documents.record(tx, one.id).tags["topics"]] == ["legislation"]
        assert annotations.undo(tx, one.id, now) and not annotations.undo(tx, one.id, now)
        assert annotations.of(tx, [one.id]) == {}


def test_each_correction_queues_the_index_again(store, one, now):
    for name in ("strike", "extortion"):
        with store.write() as tx:
            annotations.correct(tx, one.id, {"topics": {"add": [{"name": name}]}}, "ana", now)
        with store.write() as tx:
            held = work.claim(tx, "index", store.worker, 9, now)
            assert [w.cause for w in held] == ["correction"]
            work.done_many(tx, held, store.worker, now)


def test_what_is_added_later_is_no_longer_removed():
    add, remove = {"topics": {"add": [{"name": "strike"}]}}, {"topics": {"remove": ["strike"]}}
    assert annotations.merged([remove, add])["topics"] == {"add": [{"name": "strike"}], "remove": []}
    assert annotations.merged([add, remove])["topics"] == {"add": [], "remove": ["strike"]}


def test_a_correction_of_what_is_not_there_is_an_error(store, one, now):
    with store.write() as tx:
        with pytest.raises(InputError, match="no document"):
            annotations.correct(tx, "0" * 20, {}, "ana", now)
        with pytest.raises(InputError, match="without a name"):
            annotations.correct(tx, one.id, {"topics": {"add": [{"score": 1}]}}, "ana", now)
