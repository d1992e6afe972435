"""Once: a story is told again only for news, what is muted or known is counted, merges, splits, backups and clocks send nothing."""

import dataclasses
import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from alerts import subscriptions
from alerts.ledger import ledger, opened
from alerts.matching import match
from alerts.outbox import deliver
from core.document import Annotation
from store import alerts as kept
from store import annotations, answers, deliveries, documents, schema, stories, story_decisions, work
from store.backup import backup, restore
from store.database import Store

from .conftest import NOW, arrive, article

TAGS = {"status": None, "places": (), "casualties": None, "norms": ()}


def tell(store, number, *, story="s1", source=None, arrival="live", title="", now=NOW, **facts):
    """A document of a story arrives, tagged: `status`, `places` (codes), `casualties`, `norms`."""
    facts = TAGS | facts
    payload = {
        "strike": {"status": facts["status"]} if facts["status"] else None, "casualties": facts["casualties"],
        "places": [{"name": "Lima", "ubigeo": code, "role": "event", "department": "Lima", "province": None, "district": code} for code in facts["places"]],
        "norms": [{"id": name, "title": None, "url": None, "spans": []} for name in facts["norms"]], "topics": [{"name": "strike"}],
    }  # fmt: skip
    (id_,) = arrive(
        store,
        [article(number, title, source=source or f"medio{number}", published=now, fetched=now, arrival=arrival)],
        now=now,
    )
    with store.write() as tx:
        annotations.put_many(
            tx, [Annotation(document=id_, version=1, step="test", fingerprint="1", payload=payload)], now
        )
        place(tx, id_, story, now)
    return id_


def place(tx, id_, story, now=NOW):
    """Put a document into a story, as a merge or split does."""
    stories.leave(tx, id_)
    if stories.get(tx, story) is None:
        tx.execute(schema.stories.insert().values(id=story, first=now, last=now, size=0, created=now))
    tx.execute(schema.story_members.insert().values(document=id_, story=story, joined=now))
    tx.execute(update(schema.stories).where(schema.stories.c.id == story).values(size=schema.stories.c.size + 1))


def flow(store, settings, now=NOW):
    """Match and deliver; how many mails went out."""
    match(store, settings, now)
    return deliver(store, settings, now)["mails"]


def test_a_story_is_told_again_only_for_news(store, mailing, mailbox, alert, now):
    tell(store, 1, status="announced", places=["150000"])
    assert flow(store, mailing) == 1
    tell(store, 2, status="announced", places=["150000"])
    tell(store, 3)
    assert flow(store, mailing) == 0
    tell(store, 4, status="suspended", places=["150000"])
    assert flow(store, mailing) == 1
    text = mailbox[0].texts[1]
    assert "numero 4" in text and "numero 2" not in text
    assert "Novedad en una noticia ya contada: estado de la medida" in text
    assert "Además coinciden 2 documentos de noticias ya contadas, sin novedad." in text
    tell(
        store, 5, status="suspended", casualties={"killed": 1, "injured": None}, norms=["Ley 32108"], places=["130101"]
    )
    assert flow(store, mailing) == 1
    assert "lugar, víctimas, norma" in mailbox[0].texts[2]


def test_the_alert_may_ask_for_every_document(store, mailing, mailbox, now):
    subscriptions.add(store, now, name="todo", query="paro", owner="ana@example.org", every=True)
    for number in range(3):
        tell(store, number)
        assert flow(store, mailing) == 1
    assert "sin novedad" not in "".join(mailbox[0].texts)


def test_each_alert_has_its_own_memory(store, mailing, mailbox, alert, now):
    tell(store, 1)
    assert flow(store, mailing) == 1
    subscriptions.add(store, now, name="otra", query="paro", owner="bea@example.org")
    tell(store, 2)
    assert flow(store, mailing) == 1
    assert mailbox[0].letters[1]["To"] == "bea@example.org"


def test_what_waits_unsent_takes_later_documents_of_its_story(store, mailing, mailbox, now):
    subscriptions.add(store, now, name="diaria", query="paro", owner="ana@example.org", rhythm="daily")
    tell(store, 1)
    assert flow(store, mailing) == 0
    tell(store, 2)
    assert flow(store, mailing, now + timedelta(days=1)) == 1
    assert mailbox[0].letters[0]["Subject"].endswith("1 noticia") and "2 documentos" in mailbox[0].texts[0]


def test_merges_and_splits_send_nothing_and_tell_nothing_twice(store, mailing, mailbox, alert, now):
    first, second = tell(store, 1, story="s1"), tell(store, 2, story="s2")
    assert flow(store, mailing) == 1
    with store.write() as tx:
        place(tx, second, "s1")  # merged
    assert flow(store, mailing) == 0
    tell(store, 3, story="s1")
    assert flow(store, mailing) == 0
    with store.write() as tx:
        place(tx, first, "s3")  # split
        work.add_many(tx, "match", [(first, 1), (second, 1)], "enrich", NOW)
    assert flow(store, mailing) == 0
    tell(store, 4, story="s3")  # the new story's documents were told
    assert flow(store, mailing) == 0
    assert len(mailbox[0].raw) == 1


def test_how_many_other_outlets_tell_it(store, mailing, mailbox, alert, now):
    tell(store, 1, source="faro")
    for number, source in enumerate(["puerto", "puerto", "andes", "faro"], 10):
        tell(store, number, source=source, title="Choferes no salen a la ruta")
    assert flow(store, mailing) == 1
    (text,) = mailbox[0].texts
    assert "Lo cuentan también 2 medios más: http://127.0.0.1:9/stories/s1" in text
    tell(store, 20, source="norte", title="Choferes no salen a la ruta")
    assert flow(store, mailing) == 0
    with store.read() as tx:
        (one,) = kept.entries_of(tx, alert.id)
    assert one.others == 2  # frozen as it was


@pytest.mark.parametrize(
    ("kind", "value", "silent"),
    [("source", "medio2", True), ("source", "medio", False), ("story", "s2", True), ("place", "150000", True), ("place", "150133", False)],
)  # fmt: skip
def test_what_is_muted_is_only_counted(store, mailing, mailbox, alert, now, kind, value, silent):
    with store.write() as tx:
        answers.mute(tx, alert.id, kind, value, now)
    tell(store, 2, story="s2", places=["150132"])
    assert flow(store, mailing) == (0 if silent else 1)
    with store.read() as tx:
        (hit,) = kept.hits_of(tx, alert.id)
    assert hit.silenced == (f"{kind}:{value}" if silent else None)
    tell(store, 3, story="s3", places=["130000"])
    assert flow(store, mailing) == 1
    assert ("1 documento de lo que silenciaste" in mailbox[0].texts[-1]) is silent


def test_a_muted_place_silences_only_what_happened_nowhere_else(store, mailing, alert, now):
    with store.write() as tx:
        answers.mute(tx, alert.id, "place", "150000", now)
    tell(store, 1, places=["150132", "130101"])
    tell(store, 2, story="s2")
    assert flow(store, mailing) == 1


def test_a_mute_between_match_and_write_is_heeded(store, mailing, alert, now, monkeypatch):
    from alerts import matching

    tell(store, 1, source="faro")
    real, calls = matching.snapshot, []

    def muting(*given):
        if not calls:
            calls.append(1)
            with store.write() as tx:
                answers.mute(tx, alert.id, "source", "faro", now)
        return real(*given)

    monkeypatch.setattr(matching, "snapshot", muting)
    assert flow(store, mailing) == 0


@pytest.mark.parametrize("arrival", ["backfill", "import"])
def test_the_past_is_one_counted_line(store, mailing, mailbox, alert, now, arrival):
    for number in range(120):
        tell(store, number, story=f"s{number}", arrival=arrival)
    assert flow(store, mailing) == 0
    tell(store, 500, story="new")
    assert flow(store, mailing) == 1
    assert mailbox[0].texts[0].count("120 documentos") == 1


def test_the_receipt_says_what_was_checked_matched_late_and_down(store, mailing, mailbox, alert, now):
    with store.write() as tx:
        for source, started, ended in (
            ("faro", now - timedelta(hours=1), None),
            ("andes", now - timedelta(days=9), now - timedelta(days=8)),
        ):
            tx.execute(schema.outages.insert().values(source=source, started=started, ended=ended, reason="network"))
    tell(store, 1, arrival="late")
    tell(store, 2, story="s2")
    tell(store, 3, story="s3", title="Nada que ver")
    match(store, mailing, now)
    deliver(store, mailing, now + timedelta(minutes=5), outlets={"faro": "El Faro"})
    (text,) = mailbox[0].texts
    assert "se revisaron 3 documentos" in text and "De ellos coincidieron 2; 1 llegó con retraso." in text
    assert "Fuentes caídas en ese tiempo (lo suyo llegará tarde, si llega): El Faro." in text
    with store.read() as tx:
        (row,) = ledger(tx, alert)
        one = opened(tx, alert, row["id"])
    assert one["receipt"] == {
        "checked": 3, "matched": 2, "told": 2, "late": 1, "down": ["El Faro"], "query": "paro", "earlier": {},
    }  # fmt: skip
    assert [entry["documents"][0]["headline"][-16:] for entry in one["told"]] == [
        "numero 1 en la ruta"[-16:],
        "numero 2 en la ruta"[-16:],
    ]
    tell(store, 4, story="s4")
    flow(store, mailing, now + timedelta(minutes=6))
    assert "Ninguna fuente estuvo caída" not in mailbox[0].texts[1]  # it still is down


def test_a_restored_store_sends_nothing_by_itself_and_loses_nothing(
    store, settings, mailing, mailbox, alert, now, tmp_path
):
    if not settings.store.startswith("sqlite"):
        pytest.skip("one backup of SQLite is enough: what is restored into PostgreSQL passes the same line")
    daily = subscriptions.add(store, now, name="diaria", query="paro", owner="bea@example.org", rhythm="daily")
    tell(store, 1)
    match(store, mailing, now)
    backup(store, tmp_path / "b.tar.gz", archive=False)
    tomorrow = now + timedelta(days=1)
    assert deliver(store, mailing, tomorrow)["mails"] == 2
    home = tmp_path / "again"
    again = dataclasses.replace(mailing, home=home, store=f"sqlite:///{home / 'pututu.sqlite'}")
    assert restore(again, tmp_path / "b.tar.gz")["held"] == 2
    with Store.open(again) as other:
        told = deliver(other, again, tomorrow)
        assert (told["mails"], told["parked"]) == (0, 2) and len(mailbox[0].raw) == 2
        tell(other, 2, now=tomorrow)
        assert flow(other, again, tomorrow) == 0  # its story may have been told
        with other.write() as tx:
            assert deliveries.retry_deliveries(tx) == 2
        assert deliver(other, again, tomorrow)["mails"] == 2 and daily.id


def test_a_clock_that_jumps_loses_and_repeats_nothing(store, mailing, mailbox, alert, now):
    box, _ = mailbox
    future = now + timedelta(days=4000)
    box.refuse["ana@example.org"] = "450 later"
    tell(store, 1)
    match(store, mailing, future)
    deliver(store, mailing, future, all_due=False)
    box.refuse.clear()
    assert deliver(store, mailing, now, all_due=False)["mails"] == 1  # the retry set in that future holds nothing up
    tell(store, 2, story="s2")
    assert flow(store, mailing, now - timedelta(days=300)) == 1
    assert flow(store, mailing, future) == 0 and len(box.raw) == 2


def test_an_alert_edited_while_500_match_in_a_minute(store, settings, mailing, mailbox, alert, now):
    """Whatever happens in between: each document is told exactly once."""
    arrive(store, [article(n) for n in range(500)])
    stop = threading.Event()

    def edit():
        with Store.open(settings) as other:
            for turn in range(40):
                if stop.is_set():
                    return
                subscriptions.edit(other, alert.id, now, query="paro" if turn % 2 else "paro OR huelga")

    editing = threading.Thread(target=edit)
    editing.start()
    for second in range(3):
        match(store, mailing, now + timedelta(seconds=20 * second), batch=50)
        deliver(store, mailing, now + timedelta(seconds=20 * second))
    stop.set()
    editing.join()
    flow(store, mailing, now + timedelta(minutes=1))
    from .test_outbox import named

    assert sorted(named(mailbox[0])) == list(range(500))


def test_why_says_tag_clauses(store, mailing, mailbox, now):
    subscriptions.add(store, now, name="etiquetas", query='(status:announced OR norm:"Ley 32108") topic:strike -topic:legislation', owner="ana@example.org")  # fmt: skip
    tell(store, 1, status="announced")
    assert flow(store, mailing) == 1
    assert "Coincide: status:announced, topic:strike" in mailbox[0].texts[0]


def test_a_document_taken_down_leaves_no_trace_in_what_comes_later(store, mailing, mailbox, alert, now):
    id_ = tell(store, 1)
    match(store, mailing, now)
    with store.write() as tx:
        documents.takedown(tx, id_, "asked", now)
    assert deliver(store, mailing, now)["mails"] == 0
    with store.read() as tx:
        assert "numero 1" not in str(list(ledger(tx, alert)))


def test_a_muted_story_stays_muted_in_the_one_it_was_merged_into(store, mailing, mailbox, alert, now):
    tell(store, 1, story="s1")
    flow(store, mailing)
    tell(store, 2, story="s2", arrival="backfill")
    with store.write() as tx:
        answers.mute(tx, alert.id, "story", "s1", now)
        story_decisions.merge(tx, "s2", ["s1"], "ana", now)
    tell(store, 3, story="s2", casualties={"killed": 3, "injured": None})
    assert flow(store, mailing) == 0
    with store.write() as tx:
        story_decisions.undo(tx, story_decisions.decisions(tx)[0].id, now)
    tell(store, 4, story="s2", casualties={"killed": 4, "injured": None})
    assert flow(store, mailing) == 1, "undone, the mute is that of the story alone"


def test_a_muted_story_stays_muted_in_what_is_split_off_it(store, mailing, alert, now):
    tell(store, 1, status="announced")
    second = tell(store, 2, status="announced")
    stranger = tell(store, 3, story="s2", status="announced")
    assert flow(store, mailing) == 1
    with store.write() as tx:
        answers.mute(tx, alert.id, "story", "s1", now)
        part = story_decisions.split(tx, "s1", [second], "ana", now)
        place(tx, stranger, part)
    tell(store, 4, story=part, status="ongoing")
    tell(store, 5, status="ongoing")
    assert flow(store, mailing) == 0, "the part, and what stayed"
    tell(store, 6, story="s2", status="ongoing")
    assert flow(store, mailing) == 1, "a document of another entry brings its story no mute"


def test_a_mute_of_stories_that_were_one_holds_for_both_when_that_is_undone(store, mailing, alert, now):
    tell(store, 1, status="announced")
    tell(store, 2, story="s2", status="announced")
    with store.write() as tx:
        story_decisions.merge(tx, "s1", ["s2"], "ana", now)
    assert flow(store, mailing) == 1
    with store.write() as tx:
        answers.mute(tx, alert.id, "story", "s1", now)
        (decision,) = story_decisions.decisions(tx)
        story_decisions.undo(tx, decision.id, now)
    tell(store, 3, story="s1", status="ongoing")
    tell(store, 4, story="s2", status="ongoing")
    assert flow(store, mailing) == 0
    with store.write() as tx:
        answers.unmute(tx, alert.id, "story", "s1")
    tell(store, 5, story="s2", casualties={"killed": 2, "injured": None})
    assert flow(store, mailing) == 1


def test_a_muted_part_of_a_story_stays_muted_when_the_split_is_undone(store, mailing, alert, now):
    tell(store, 1, status="announced")
    second = tell(store, 2, status="announced")
    with store.write() as tx:
        part = story_decisions.split(tx, "s1", [second], "ana", now)
    assert flow(store, mailing) == 1
    with store.write() as tx:
        answers.mute(tx, alert.id, "story", part, now)
        (decision,) = story_decisions.decisions(tx)
        story_decisions.undo(tx, decision.id, now)
    tell(store, 3, story="s1", status="ongoing")
    assert flow(store, mailing) == 0


@pytest.mark.parametrize(("kind", "value"), [("story", "s1"), ("source", "faro"), ("place", "150100")])
def test_what_is_muted_while_it_waits_for_a_digest_is_only_counted(store, mailing, mailbox, now, kind, value):
    daily = subscriptions.add(store, now, name="diaria", query="topic:strike", owner="ana@example.org", rhythm="daily")
    tell(store, 1, source="faro", places=["150101"])
    tell(store, 2, story="s2", places=["210101"])
    assert flow(store, mailing) == 0
    with store.write() as tx:
        answers.mute(tx, daily.id, kind, value, now)
    later = now + timedelta(days=1)
    done = deliver(store, mailing, later)
    assert (done["mails"], done["entries"]) == (1, 1)
    assert "numero 2 " in mailbox[0].texts[0] and "numero 1 " not in mailbox[0].texts[0]
    assert "1 documento de lo que silenciaste" in mailbox[0].texts[0]
    assert flow(store, mailing, later) == 0


def test_an_alert_whose_waiting_entries_are_all_muted_sends_nothing(store, mailing, now):
    daily = subscriptions.add(store, now, name="diaria", query="topic:strike", owner="ana@example.org", rhythm="daily")
    tell(store, 1, source="faro")
    match(store, mailing, now)
    with store.write() as tx:
        answers.mute(tx, daily.id, "source", "faro", now)
    done = deliver(store, mailing, now + timedelta(days=1))
    assert (done["mails"], done["waiting"], done["held"]) == (0, 0, 0)
    with store.read() as tx:
        assert deliveries.counted_of(tx, daily.id) == {"muted": 1}
