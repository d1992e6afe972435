"""What happened to an address, whatever stage it reached."""

from sqlalchemy import insert

from core.document import Annotation
from store import annotations, documents, frontier, history, joining, schema, work


def test_an_address_never_seen_has_an_empty_history(store):
    with store.read() as tx:
        told = history.of(tx, "https://elchasqui.example/nada")
    assert (told.id, told.addresses, told.document, told.hits, told.first_seen) == (None, (), None, (), None)


def test_a_parked_address_tells_why(store, now):
    with store.write() as tx:
        frontier.discover(tx, "chasqui", [{"url": "https://elchasqui.example/a"}], arrival="live", now=now)
        frontier.park(tx, frontier.claim(tx, None, store.worker, 1, now)[0], store.worker, "a challenge page", now)
        told = history.of(tx, "http://elchasqui.example/a?utm_source=x")
    assert (told.id, told.addresses[0].state, told.addresses[0].error, told.source.slug) == (
        None,
        "parked",
        "a challenge page",
        "chasqui",
    )
    assert told.first_seen == now


def test_a_document_tells_everything(store, make, now, later):
    one = make("a", published=now)
    with store.write() as tx:
        frontier.discover(tx, "chasqui", [{"url": one.url}], arrival="live", now=now)
        row = frontier.claim(tx, None, store.worker, 1, now)[0]
        frontier.fetched(tx, row, store.worker, "x:1", later(1))
        page = frontier.to_extract(tx, None, store.worker, 1, now)[0]
        documents.save(tx, one, now=later(2))
        frontier.extracted(tx, page, store.worker, one.id, later(2))
        annotations.put_many(
            tx, [Annotation(document=one.id, version=1, step="topics", fingerprint="f", payload={})], later(3)
        )
        annotations.correct(tx, one.id, {"topics": {"remove": ["strike"]}}, "ana", later(4))
        joining.join_many(tx, [(one, {"keys": [1]})], now, similar=lambda a, b, _: 0)
        work.fail(tx, work.claim(tx, "enrich", store.worker, 1, now)[0], store.worker, "no engine", now)
        tx.execute(
            insert(schema.alerts).values(
                _filled(schema.alerts, id="al1", name="Paros", query="paro", created=now, changed=now, channels=[])
            )
        )
        tx.execute(
            insert(schema.deliveries).values(
                _filled(schema.deliveries, id="d1", batch="b1", part=1, parts=1, alert="al1", prepared=now)
            )
        )
        tx.execute(
            insert(schema.entries).values(_filled(schema.entries, id=7, alert="al1", batch="b1", part=1, created=now))
        )
        tx.execute(insert(schema.hits).values(
            _filled(schema.hits, id=3, alert="al1", document=one.id, version=1, counted=False, entry=7, matched=now, snapshot={})))  # fmt: skip
        told = history.of(tx, one.url)
        by_id = history.of(tx, one.id)
    with store.write() as tx:
        documents.takedown(tx, one.id, "a court's order", later(9))
        after = history.of(tx, one.url)
    assert after.document["takedown_reason"] == "a court's order" and after.versions[0].title == ""
    assert (
        after.hits[0]["snapshot"] == {"taken_down": True} and after.addresses[0].state == "gone" and after.story is None
    )
    assert told.id == one.id == by_id.id
    assert [row.state for row in told.addresses] == ["extracted"] == [row.state for row in by_id.addresses]
    assert told.document["first_seen"] == later(2) and told.first_seen == now
    assert [v.version for v in told.versions] == [1]
    assert [step["step"] for step in told.steps] == ["topics"] and told.corrections[0]["author"] == "ana"
    assert told.story.size == 1
    assert {(w["kind"], w["state"], w["error"]) for w in told.work} == {
        ("enrich", "waiting", "no engine"),
        ("index", "waiting", None),
    }
    assert [hit["alert"] for hit in told.hits] == ["al1"]
    assert [entry["id"] for entry in told.entries] == [7] and [sent["id"] for sent in told.deliveries] == ["d1"]


def _filled(table, **given):
    """A row with every column that must be there: numbers 1, texts the column's name, unless given."""
    filled = {
        c.name: 1 if c.type.python_type is int else c.name
        for c in table.c
        if not c.nullable and not c.server_default and not c.primary_key
    }
    return filled | given
