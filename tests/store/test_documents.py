"""Ids, aliases, versions, and the work that a save queues."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.document import Annotation
from store import annotations, documents, frontier, work


def saved(store, *given, now, **kw):
    with store.write() as tx:
        return documents.save_many(tx, given, now=now, **kw)


def queued(store):
    with store.read() as tx:
        rows = tx.exec_driver_sql("SELECT kind, document, version, cause, state FROM work ORDER BY id").all()
    return [(r[0], r[2], r[3], r[4]) for r in rows]


def test_a_new_document_comes_back_as_it_was_saved(store, make, now):
    given = make(text="El paro empieza el lunes.\n\nSegún el gremio.", summary="Paro el lunes", author=("Ana Quispe", "Luis Ñahui"),
                 section="Lima", published=datetime(2025, 3, 9, 5, 0, 0, 123456, tzinfo=UTC), published_precision="second",
                 published_from="metadata", completeness="full", paywalled=True, archive="a.warc.gz:12", language="es",
                 canonical_url="https://elchasqui.example/nota-1")  # fmt: skip
    (one,) = saved(store, given, now=now)
    assert one.change == "new"
    with store.read() as tx:
        assert documents.get(tx, given.id) == given == one.document
        assert documents.count(tx) == 1
    assert queued(store) == [("enrich", 1, "publisher", "waiting")]


def test_the_same_again_changes_nothing(store, make, now):
    given = make(text="Uno  dos\ntres.", completeness="full")
    saved(store, given, now=now)
    (again,) = saved(store, replace(given, text="Uno dos tres.", title=given.title + " "), now=now + timedelta(days=1))
    assert (again.change, again.document) == ("same", given)
    assert len(queued(store)) == 1


def test_a_changed_text_is_a_new_version_that_says_who_changed_it(store, make, now):
    given = make(text="Primero.", completeness="full")
    saved(store, given, now=now)
    with store.write() as tx:
        held = work.claim(tx, "enrich", store.worker, 9, now)
        work.done_many(tx, held, store.worker, now)
    (two,) = saved(store, replace(given, text="Primero. Segundo."), now=now)
    (three,) = saved(store, replace(given, text="Tercero."), now=now, by="extractor")
    assert [two.change, three.change, three.document.version] == ["version", "version", 3]
    with store.read() as tx:
        assert [(v.version, v.by, v.text) for v in documents.versions(tx, given.id)] == [
            (1, "publisher", "Primero."), (2, "publisher", "Primero. Segundo."), (3, "extractor", "Tercero.")]  # fmt: skip
        assert documents.get(tx, given.id).text == "Tercero."
    assert queued(store)[1:] == [("enrich", 2, "publisher", "waiting"), ("enrich", 3, "publisher", "waiting")]


def test_an_extractors_version_of_what_was_told_is_the_extractors(store, make, now):
    given = make(text="Primero.", completeness="full")
    saved(store, given, now=now)
    with store.write() as tx:
        work.done_many(tx, work.claim(tx, "enrich", store.worker, 9, now), store.worker, now)
    saved(store, replace(given, text="Segundo."), now=now, by="extractor")
    assert queued(store)[-1] == ("enrich", 2, "extractor", "waiting")


def test_a_document_found_by_a_better_extractor_is_still_news(store, make, now):
    saved(store, make(), now=now, by="extractor")
    assert queued(store) == [("enrich", 1, "publisher", "waiting")]


def test_a_poorer_copy_never_replaces_a_richer_one_but_fills_gaps(store, make, now):
    full = make(text="Todo el texto.", completeness="full", section="Lima")
    saved(store, full, now=now)
    poor = replace(full, title="Otro título", text="", completeness="headline", section="Otra", author=("Ana",))
    (one,) = saved(store, poor, now=now)
    assert one.change == "meta"
    assert one.document == replace(full, author=("Ana",))
    assert saved(store, replace(full, text=""), now=now)[0].change == "same"


def test_a_richer_copy_of_a_headline_is_a_version(store, make, now):
    saved(store, make(), now=now)
    (one,) = saved(store, make(text="Ahora con texto.", completeness="full", archive="x:1"), now=now)
    assert (one.change, one.document.completeness, one.document.archive) == ("version", "full", "x:1")


def test_a_summary_beside_a_text_is_no_version_and_offsets_hold(store, make, now):
    full = make(text="Todo el texto.", summary="Uno", completeness="full")
    saved(store, full, now=now)
    assert saved(store, replace(full, summary="Dos"), now=now)[0].change == "same"


def test_a_change_of_date_or_author_queues_the_index_each_time(store, make, now):
    one = make(published=now, published_precision="day", published_from="url")
    saved(store, one, now=now)
    finer = replace(one, published=now + timedelta(hours=1), published_precision="second", published_from="metadata")
    assert saved(store, finer, now=now)[0].change == "meta"
    assert saved(store, one, now=now)[0].change == "same", "a coarser date never replaces a finer one"
    with store.write() as tx:
        work.done_many(tx, work.claim(tx, "index", store.worker, 9, now), store.worker, now)
        assert work.waiting(tx, "index") == 0
    assert saved(store, replace(finer, author=("Ana",)), now=now)[0].change == "meta"
    with store.read() as tx:
        assert work.waiting(tx, "index") == 1
        assert documents.get(tx, one.id).published == finer.published


def test_aliases_lead_to_the_id_first_given(store, make, now):
    first = make("nota-1", aliases=("native:chasqui:77",))
    saved(store, first, now=now)
    moved = make("politica/nota-1-larga", aliases=("native:chasqui:77",))
    (one,) = saved(store, moved, now=now)
    assert (one.document.id, one.change) == (first.id, "same")
    with store.read() as tx:
        for name in (
            first.id,
            "native:chasqui:77",
            first.url,
            moved.url,
            "http://www." + moved.url[8:] + "?utm_source=x",
        ):
            assert documents.resolve(tx, name) == first.id
        assert documents.resolve(tx, "https://elchasqui.example/otra") is None


def test_aliases_of_two_known_documents_go_to_the_older_and_leave_the_other(store, make, now):
    old, young = make("a", aliases=("native:c:1",)), make("b", aliases=("native:c:2",))
    saved(store, young, now=now + timedelta(hours=1))
    saved(store, old, now=now)
    both = make("c", aliases=("native:c:2", "native:c:1"))
    (one,) = saved(store, both, now=now + timedelta(hours=2))
    assert one.document.id == old.id
    with store.read() as tx:
        assert documents.resolve(tx, "native:c:2") == young.id
        assert documents.resolve(tx, both.url) == old.id
        assert documents.count(tx) == 2


def test_a_canonical_address_counts_only_on_the_same_site_and_for_a_path(store, make, now):
    front, foreign, own = (
        "https://elchasqui.example/",
        "https://otra.example/nota",
        "https://www.elchasqui.example/nota-9",
    )
    saved(
        store,
        make("n1", canonical_url=front),
        make("n2", canonical_url=foreign),
        make("n3", canonical_url=own),
        now=now,
    )
    (again,) = saved(store, make("nota-9"), now=now)
    with store.read() as tx:
        assert documents.count(tx) == 3
        assert documents.resolve(tx, front) is None is documents.resolve(tx, foreign)
    assert again.document.id == make("n3").id


def test_documents_of_one_call_may_be_the_same_one(store, make, now):
    a, b = make("a", aliases=("native:c:1",)), make("b", aliases=("native:c:1",), text="Más.", completeness="full")
    first, second, third = saved(store, a, b, a, now=now)
    assert [first.change, second.change, third.change] == ["new", "version", "same"]
    assert first.document.id == second.document.id == third.document.id


def test_repeating_an_import_adds_nothing_even_if_it_holds_two_titles_of_one_address(store, make, now):
    rows = [make(title="Uno", arrival="import"), make(title="Dos", arrival="import")]
    assert [one.change for one in saved(store, *rows, now=now)] == ["new", "version"]
    assert [one.change for one in saved(store, *rows, now=now)] == ["same", "same"]
    assert saved(store, make(title="Uno"), now=now)[0].change == "version", "the live page says the old title again"


def test_an_imported_document_whose_change_we_see_live_is_live(store, make, now):
    saved(store, make(arrival="import"), now=now)
    assert saved(store, make(text="Más.", completeness="full"), now=now)[0].document.arrival == "live"
    assert (
        saved(store, make(text="Otra.", completeness="full", arrival="import"), now=now)[0].document.arrival == "live"
    )


def test_what_no_database_can_hold_is_stored_all_the_same(store, make, now):
    odd = make(title="Paro\x00 en Lima \ud83d", url="no es una dirección", aliases=())
    saved(store, odd, now=now)
    with store.read() as tx:
        kept = documents.get(tx, odd.id)
        assert kept.title == "Paro\ufffd en Lima \ufffd"
        assert documents.resolve(tx, "url:no es una dirección") == odd.id


def test_a_naive_moment_is_refused_and_nothing_is_written(store, make, now):
    with pytest.raises(Exception, match="time zone"), store.write() as tx:
        documents.save_many(tx, [make("a"), make("b", published=datetime(2025, 1, 1))], now=now)
    with store.read() as tx:
        assert documents.count(tx) == 0 == work.waiting(tx)


def test_records_hold_annotations_of_the_current_version_in_the_order_asked(store, make, now):
    a, b = make("a"), make("b")
    saved(store, a, b, now=now)
    tag = Annotation(
        document=a.id,
        version=1,
        step="topics",
        fingerprint="f",
        payload={"topics": [{"name": "strike"}], "step_version": "1"},
    )
    with store.write() as tx:
        annotations.put_many(tx, [tag], now)
    with store.read() as tx:
        found = documents.records(tx, [b.id, "unknown", a.id])
        assert [one.id for one in found] == [b.id, a.id]
        assert found[1].tags["topics"] == [{"name": "strike"}] and found[1].steps == {"topics": "1"}
    saved(store, replace(a, text="Nuevo.", completeness="full"), now=now)
    with store.read() as tx:
        assert documents.record(tx, a.id).tags["topics"] == []


def test_ids_walk_through_everything_in_batches(store, make, now):
    given = [make(f"n{n}") for n in range(25)]
    saved(store, *given, now=now)
    with store.read() as tx:
        seen, after = [], ""
        while batch := documents.ids(tx, after=after, limit=10):
            seen += batch
            after = batch[-1]
    assert seen == sorted(one.id for one in given)


def test_a_takedown_erases_and_refuses_what_comes_again(store, make, now):
    one = make(text="El texto que debe irse.", completeness="full", archive="p.warc.gz:9")
    saved(store, one, now=now)
    with store.write() as tx:
        frontier.discover(tx, "chasqui", [{"url": one.url, "title": "El título"}], arrival="live", now=now)
        annotations.put_many(
            tx, [Annotation(document=one.id, version=1, step="x", fingerprint="f", payload={"q": "texto"})], now
        )
        down = documents.takedown(tx, one.url, "a court's order", now)
    assert (down.id, down.archives) == (one.id, ("p.warc.gz:9",))
    (again,) = saved(store, replace(one, text="Otro texto."), now=now)
    assert again.change == "same"
    with store.write() as tx:
        assert documents.get(tx, one.id) is None and documents.count(tx) == 0 and documents.ids(tx, limit=9) == []
        assert documents.records(tx, [one.id]) == [] and annotations.of(tx, [one.id]) == {}
        assert {v.text + v.title for v in documents.versions(tx, one.id)} == {""}
        row = frontier.of_url(tx, one.url)
        assert (row.state, row.entry, row.archive) == ("gone", {}, None)
        assert [(w.kind, w.cause) for w in work.claim(tx, "index", store.worker, 9, now)] == [("index", "takedown")]
        assert work.waiting(tx, "enrich") == 0


def test_a_takedown_of_an_address_never_seen_is_remembered(store, make, now):
    with store.write() as tx:
        documents.takedown(tx, "https://elchasqui.example/nota-1?utm_source=x", "asked by a victim", now)
        assert (
            frontier.discover(tx, "chasqui", [{"url": "https://elchasqui.example/nota-1"}], arrival="live", now=now)
            == 0
        )
    assert saved(store, make("nota-1"), now=now)[0].change == "same"
    with store.read() as tx:
        assert documents.count(tx) == 0
