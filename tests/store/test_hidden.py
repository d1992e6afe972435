"""Hashes of hidden numbers: kept for the current version, found on each database, gone with the document, brought back with a backup."""

import pytest

from core.document import Annotation
from core.hidden import Digests
from core.settings import Settings
from store import annotations, documents, hidden
from store.backup import backup, restore
from store.database import Store

DIGESTS = Digests(b"k" * 32)


def note(document, text, version=1, fingerprint="f"):
    payload = {"hidden": DIGESTS.kept([text]), "step_version": "1"}
    return Annotation(document=document.id, version=version, step="hidden", fingerprint=fingerprint, payload=payload)


@pytest.fixture
def carriers(store, make, later, now):
    """Three documents: two carry a number (one of them undated), one another."""
    ours = [make("a", published=now), make("b", published=later(5)), make("c"), make("d")]
    with store.write() as tx:
        documents.save_many(tx, ours, now=now)
        texts = ("al 987 654 321", "al +51987654321, placa ABC-123", "al 987-654-321", "al 912 345 678")
        annotations.put_many(tx, [note(*pair) for pair in zip(ours, texts, strict=True)], now)
    return ours


def found(store, value):
    with store.read() as tx:
        return hidden.carrying(tx, DIGESTS.asked(value))


def test_documents_are_found_newest_first_with_the_kinds(store, carriers):
    a, b, c, d = carriers
    assert list(found(store, "987654321").items()) == [(b.id, ["phone"]), (a.id, ["phone"]), (c.id, ["phone"])]
    assert found(store, "abc123") == {b.id: ["plate"]} and list(found(store, "+51 912345678")) == [d.id]
    assert found(store, "900 000 001") == {}


def test_the_current_version_counts_alone(store, carriers, make, now):
    a = carriers[0]
    with store.write() as tx:
        documents.save_many(tx, [make("a", title="Otro título", published=now)], now=now)
        assert annotations.put_many(tx, [note(a, "al 944 444 444")], now) == 0, "of a version that is no more"
        annotations.put_many(tx, [note(a, "al 955 555 555", 2)], now)
    assert a.id not in found(store, "987654321") and found(store, "944444444") == {}
    assert list(found(store, "955 555 555")) == [a.id]


def test_what_was_taken_down_is_found_no_more(store, carriers, now):
    with store.write() as tx:
        documents.takedown(tx, carriers[1].url, "the family asked", now)
        assert carriers[1].id not in {row.document for row in tx.execute(hidden.hidden.select())}
    assert carriers[1].id not in found(store, "987654321") and found(store, "ABC-123") == {}


def test_how_many_are_not_hashed_under_this_key(store, carriers):
    with store.read() as tx:
        assert annotations.behind(tx, "hidden", "f") == 0 and annotations.behind(tx, "hidden", "g") == 4


def test_a_backup_brings_hashes_and_their_key(store, carriers, tmp_path, now):
    ours = Digests.of_home(store.home)
    backup(store, tmp_path / "b.tar.gz", now=now)
    elsewhere = Settings.load({"PUTUTU_HOME": str(tmp_path / "elsewhere")})
    restore(elsewhere, tmp_path / "b.tar.gz")
    assert Digests.of_home(elsewhere.home).mark == ours.mark
    assert (elsewhere.home / "hidden.key").stat().st_mode & 0o777 == 0o600
    with Store.open(elsewhere) as back:
        assert len(found(back, "987654321")) == 3


def test_a_backup_of_a_home_without_a_key_leaves_the_one_that_is_there(store, carriers, tmp_path, now):
    backup(store, tmp_path / "b.tar.gz", now=now)
    elsewhere = Settings.load({"PUTUTU_HOME": str(tmp_path / "elsewhere")})
    mark = Digests.of_home(elsewhere.home).mark
    restore(elsewhere, tmp_path / "b.tar.gz")
    assert Digests.of_home(elsewhere.home).mark == mark
