"""Sending: each hit in exactly one mail, whatever dies, refuses or comes twice. A real mail server on loopback."""

import dataclasses
import re
import threading
from datetime import timedelta

import pytest

from alerts import messages, outbox, subscriptions
from alerts.ledger import ledger
from alerts.outbox import backoff, deliver
from core.errors import InputError
from store import alerts as kept
from store import deliveries
from store.alerts import Hit
from store.database import Store

from .conftest import NOW

NUMBER = re.compile(r"numero (\d+) en la ruta")


def hit(store, alert, numbers, *, story="{}", now=NOW, **more):
    """Write hits of made-up documents; `story` is a pattern over the number."""
    found = [
        Hit(
            alert=alert.id, document=f"doc{n}", version=1, matched=now,
            story=story.format(n), snapshot={
                "headline": f"Paro de buses numero {n} en la ruta", "outlet": "El Faro", "source": "faro", "published": None,
                "precision": None, "url": f"https://faro.example/{n}", "sentence": None, "why": [], "side": None,
                "translation": None, "topics": [], "places": [], "late": False,
            }, **{"counted": False, "cause": "publisher", "arrival": "live"} | more,
        )
        for n in numbers
    ]  # fmt: skip
    with store.write() as tx:
        return kept.add_hits(tx, found)


def numbers(box):
    return [[int(n) for n in NUMBER.findall(text)] for text in box.texts]


def named(box):
    return [number for mail in numbers(box) for number in mail]


def all_deliveries(store, alert):
    with store.read() as tx:
        return deliveries.deliveries_of(tx, alert.id)


def test_entries_that_are_due_together_share_one_mail(store, mailing, mailbox, alert, now):
    hit(store, alert, range(5))
    receipt = deliver(store, mailing, now)
    assert (receipt["mails"], receipt["entries"], receipt["waiting"], receipt["failed"]) == (1, 5, 0, {})
    assert numbers(mailbox[0]) == [[0, 1, 2, 3, 4]]
    assert mailbox[0].letters[0]["Subject"] == "[Pututu] paros: 5 noticias"


def test_d1_500_matches_at_once_are_500_named_once(store, mailing, mailbox, alert, now):
    """Never the first 50."""
    hit(store, alert, range(500))
    deliver(store, mailing, now)
    assert numbers(mailbox[0]) == [list(range(500))]


def test_d10_a_burst_is_told_to_the_last_however_it_is_cut(store, mailing, mailbox, alert, now):
    """Not only the first of a minute: what comes between two runs shares a mail, what comes after has the next."""
    for second in range(6):
        hit(store, alert, range(second * 10, second * 10 + 10), now=now + timedelta(seconds=second))
        if second % 2:
            deliver(store, mailing, now + timedelta(seconds=second))
    assert [len(mail) for mail in numbers(mailbox[0])] == [20, 20, 20]
    assert sorted(named(mailbox[0])) == list(range(60))


def test_more_than_500_are_several_numbered_mails_and_nothing_is_left_out(store, mailing, mailbox, alert, now):
    hit(store, alert, range(1203))
    hit(store, alert, [5000, 5001], counted=True, arrival="import")
    receipt = deliver(store, mailing, now)
    assert (receipt["mails"], receipt["entries"]) == (3, 1203)
    assert [letter["Subject"].rpartition(" ")[2] for letter in mailbox[0].letters] == ["(1/3)", "(2/3)", "(3/3)"]
    assert named(mailbox[0]) == list(range(1203))
    assert ["2 documentos importados" in text for text in mailbox[0].texts] == [True, False, False]
    assert len({letter["Message-ID"] for letter in mailbox[0].letters}) == 3


def test_running_again_sends_nothing(store, mailing, mailbox, alert, now):
    hit(store, alert, range(3))
    deliver(store, mailing, now)
    assert hit(store, alert, range(3)).known == 3
    receipt = deliver(store, mailing, now + timedelta(days=3))
    assert receipt["mails"] == 0 and len(mailbox[0].raw) == 1


def test_hits_of_one_story_are_one_entry_until_it_is_sent(store, mailing, mailbox, alert, now):
    hit(store, alert, [1, 2], story="s")
    assert hit(store, alert, [3], story="s").entries == 0
    assert deliver(store, mailing, now)["entries"] == 1
    assert hit(store, alert, [4], story="s").entries == 1
    deliver(store, mailing, now)
    assert numbers(mailbox[0]) == [[1, 2, 3], [4]]
    assert "También lo cuenta" in mailbox[0].texts[0] and "3 documentos" in mailbox[0].texts[0]
    with store.read() as tx:
        assert [(entry.state, entry.hits) for entry in kept.entries_of(tx, alert.id)] == [("frozen", 1), ("frozen", 3)]


def test_documents_without_a_story_have_entries_of_their_own(store, alert):
    found = [
        Hit(
            alert=alert.id,
            document=f"d{n}",
            version=1,
            cause="publisher",
            arrival="live",
            counted=False,
            snapshot={},
            matched=NOW,
        )
        for n in range(3)
    ]
    with store.write() as tx:
        assert kept.add_hits(tx, found).entries == 3


def test_without_a_mail_server_nothing_is_sent_or_lost(store, settings, mailing, mailbox, alert, now):
    hit(store, alert, range(4))
    receipt = deliver(store, settings, now)
    assert (receipt["mails"], receipt["waiting"]) == (0, 4) and "PUTUTU_SMTP" in receipt["mend"]
    hit(store, alert, [4])
    deliver(store, mailing, now)
    assert numbers(mailbox[0]) == [[0, 1, 2, 3, 4]]
    assert deliver(store, settings, now)["mend"] is None


def test_a_server_that_is_down_freezes_nothing_and_gets_it_all_when_it_is_up(store, mailing, mailbox, alert, now):
    down = dataclasses.replace(mailing, smtp="smtp://127.0.0.1:1")
    hit(store, alert, [0])
    receipt = deliver(store, down, now)
    assert receipt["waiting"] == 1 and len(receipt["failed"]) == 1 and receipt["mend"]
    hit(store, alert, [1], story="0")
    assert deliver(store, down, now)["waiting"] == 1
    deliver(store, mailing, now + timedelta(hours=3))
    assert numbers(mailbox[0]) == [[0, 1]]


def test_with_nothing_to_send_the_server_is_not_asked(store, mailing, alert, now):
    down = dataclasses.replace(mailing, smtp="smtp://127.0.0.1:1")
    assert deliver(store, down, now)["failed"] == {}


def test_a_refused_recipient_is_parked_with_the_reason_and_others_get_theirs(store, mailing, mailbox, alert, now):
    box, _ = mailbox
    other = subscriptions.add(store, now, name="otra", query="huelga", owner="bea@example.org")
    box.refuse["ana@example.org"] = "550 5.1.1 nobody of that name"
    hit(store, alert, [1])
    hit(store, other, [2])
    receipt = deliver(store, mailing, now)
    assert (receipt["mails"], receipt["parked"]) == (1, 1)
    assert numbers(box) == [[2]]
    (parked,) = all_deliveries(store, alert)
    assert parked.state == "parked" and "550" in (parked.error or "") and "nobody of that name" in (parked.error or "")
    assert deliver(store, mailing, now + timedelta(days=9))["mails"] == 0
    box.refuse.clear()
    with store.write() as tx:
        assert [one.id for one in deliveries.parked_deliveries(tx)] == [parked.id]
        assert deliveries.retry_deliveries(tx) == 1
    deliver(store, mailing, now)
    assert numbers(box)[1:] == [[1]] and box.letters[1]["Message-ID"] == parked.message_id


def test_a_new_address_gets_what_the_old_one_refused(store, mailing, mailbox, alert, now):
    box, _ = mailbox
    box.refuse["ana@example.org"] = "550 no"
    hit(store, alert, [1])
    deliver(store, mailing, now)
    subscriptions.edit(store, "paros", now, owner="ana@new.example")
    deliver(store, mailing, now)
    assert numbers(box) == [[1]] and box.letters[0]["To"] == "ana@new.example"


def test_a_busy_server_is_tried_again_later_and_longer_each_time(store, mailing, mailbox, alert, now):
    box, _ = mailbox
    box.refuse["ana@example.org"] = "450 come back"
    hit(store, alert, [1])
    assert deliver(store, mailing, now, all_due=False)["failed"] == {"ana@example.org: 450 come back": 1}
    (one,) = all_deliveries(store, alert)
    assert one.state == "prepared" and one.not_before == now + timedelta(seconds=60)
    assert deliver(store, mailing, now + timedelta(seconds=59), all_due=False)["failed"] == {}
    assert deliver(store, mailing, now + timedelta(seconds=1))["failed"] != {}  # by hand it is tried at once
    (one,) = all_deliveries(store, alert)
    assert one.not_before == now + timedelta(seconds=121) and one.attempts == 2
    box.refuse.clear()
    assert deliver(store, mailing, now + timedelta(days=2), all_due=False)["mails"] == 1


def test_backoff_doubles_up_to_a_day():
    assert [backoff(n).total_seconds() for n in (0, 1, 2, 3)] == [60, 60, 120, 240]
    assert backoff(12) == backoff(10_000) == timedelta(days=1)


def test_a_refused_message_holds_up_no_other(store, mailing, mailbox, alert, now):
    box, _ = mailbox
    box.data_reply = "554 looks like junk"
    hit(store, alert, [1])
    assert deliver(store, mailing, now)["parked"] == 1
    box.data_reply = "250 kept"
    hit(store, alert, [2])
    later = deliver(store, mailing, now)
    assert later["mails"] == 1 and later["parked"] == 1


def test_what_is_only_counted_waits_for_the_next_mail_and_is_told_once(store, mailing, mailbox, alert, now):
    hit(store, alert, range(10, 13), counted=True, arrival="import")
    hit(store, alert, [20], counted=True, arrival="live", cause="translation")
    assert deliver(store, mailing, now)["mails"] == 0
    hit(store, alert, [1])
    deliver(store, mailing, now)
    hit(store, alert, [2])
    deliver(store, mailing, now)
    first, second = mailbox[0].texts
    assert "coinciden 3 documentos importados" in first and "1 documento por una traducción" in first
    assert "importados" not in second and "traducción" not in second
    assert numbers(mailbox[0]) == [[1], [2]]


def test_d4_a_hit_is_in_one_digest_only_with_all_that_a_mail_needs(store, mailing, mailbox, now):
    daily = subscriptions.add(
        store, now, name="diaria", query="paro", owner="ana@example.org", rhythm="daily", at="07:00"
    )
    hit(store, daily, [1, 2])
    assert deliver(store, mailing, now) == {"mails": 0, "entries": 0, "notices": 0, "waiting": 0, "held": 2, "parked": 0, "paused": [], "failed": {}, "mend": None}  # fmt: skip
    tomorrow = now + timedelta(hours=21)  # 07:00 in Lima
    assert deliver(store, mailing, tomorrow - timedelta(seconds=1))["mails"] == 0
    hit(store, daily, [3], now=tomorrow + timedelta(minutes=1))
    assert deliver(store, mailing, tomorrow + timedelta(minutes=2))["entries"] == 2
    assert deliver(store, mailing, tomorrow + timedelta(hours=20))["mails"] == 0
    assert deliver(store, mailing, tomorrow + timedelta(hours=24))["entries"] == 1
    assert deliver(store, mailing, tomorrow + timedelta(hours=48))["mails"] == 0
    assert numbers(mailbox[0]) == [[1, 2], [3]]
    assert "El Faro" in mailbox[0].texts[0] and "/documents/doc1" in mailbox[0].texts[0]


def test_a_paused_alert_is_silent_and_a_removed_one_for_good(store, mailing, mailbox, alert, now):
    hit(store, alert, [1])
    subscriptions.pause(store, "paros", now)
    assert deliver(store, mailing, now)["waiting"] == 0
    subscriptions.resume(store, alert.id, now)
    assert deliver(store, mailing, now)["mails"] == 1
    hit(store, alert, [2])
    subscriptions.remove(store, "paros", now)
    assert deliver(store, mailing, now)["mails"] == 0
    with store.read() as tx:
        assert (
            len(kept.hits_of(tx, alert.id)) == 2 and kept.listed(tx) == [] and len(kept.listed(tx, removed=True)) == 1
        )
        with pytest.raises(InputError):
            kept.get(tx, "paros")


def test_every_channel_gets_its_own_copy(store, mailing, mailbox, now):
    both = subscriptions.add(store, now, name="dos", query="paro", owner="ana@example.org", channels=["mailto:ana@example.org", "mailto:bea@example.org"])  # fmt: skip
    box, _ = mailbox
    box.refuse["bea@example.org"] = "450 later"
    hit(store, both, [1])
    receipt = deliver(store, mailing, now)
    assert (receipt["mails"], receipt["waiting"]) == (1, 1)
    box.refuse.clear()
    deliver(store, mailing, now)
    assert [letter["To"] for letter in box.letters] == ["ana@example.org", "bea@example.org"] and numbers(box) == [
        [1],
        [1],
    ]


def test_a_document_taken_down_is_left_out(store, mailing, mailbox, alert, now):
    from sqlalchemy import update

    from store.schema import hits

    hit(store, alert, [1, 2])
    with store.write() as tx:
        tx.execute(update(hits).where(hits.c.document == "doc1").values(snapshot={"taken_down": True}))
    deliver(store, mailing, now)
    assert numbers(mailbox[0]) == [[2]]
    hit(store, alert, [3])
    with store.write() as tx:
        tx.execute(update(hits).where(hits.c.document == "doc3").values(snapshot={"taken_down": True}))
    assert deliver(store, mailing, now)["mails"] == 0 and len(mailbox[0].raw) == 1
    assert deliver(store, mailing, now)["waiting"] == 0


def test_two_threads_that_deliver_at_once_send_each_once(store, settings, mailing, mailbox, alert, now):
    others = [subscriptions.add(store, now, name=f"n{n}", query="paro", owner=f"o{n}@example.org") for n in range(8)]
    for number, one in enumerate([alert, *others]):
        hit(store, one, [number])
    with Store.open(settings) as second:
        threads = [threading.Thread(target=deliver, args=(opened, mailing, now)) for opened in (store, second, store)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(named(mailbox[0])) == list(range(9))


def test_a_delivery_of_a_living_worker_is_left_alone(store, settings, mailing, mailbox, alert, now):
    hit(store, alert, [1])
    with Store.open(settings) as other:
        with other.write() as tx:
            deliveries.prepare(tx, alert, [kept.open_entries(tx)[alert.id]], "example.org", now)
            claimed = deliveries.claim_delivery(tx, other.worker, now, due_only=False)
        assert claimed is not None
        assert deliver(store, mailing, now)["mails"] == 0
    receipt = deliver(store, mailing, now)  # it is gone: free at once
    assert receipt["mails"] == 1 and mailbox[0].letters[0]["Message-ID"] == claimed.message_id


def test_a_connection_that_breaks_is_made_again(store, mailing, alert, now, mailbox):
    from alerts.channels import ChannelDownError

    class Breaking:
        """Breaks on the first message, then works."""

        def __init__(self):
            self.opened, self.got = 0, []

        def __enter__(self):
            self.opened += 1
            return self

        def __exit__(self, *_):
            pass

        def send(self, message, recipient):
            if self.opened == 1:
                raise ChannelDownError("it broke off")
            self.got.append(message["Message-ID"])

    other = subscriptions.add(store, now, name="otra", query="huelga", owner="bea@example.org")
    hit(store, alert, [1])
    hit(store, other, [2])
    channel = Breaking()
    receipt = deliver(store, mailing, now, channel=channel)
    assert channel.opened == 2 and len(channel.got) == 1
    assert receipt["failed"] == {"it broke off": 1} and receipt["waiting"] == 1
    assert deliver(store, mailing, now, channel=channel)["mails"] == 1
    assert len(set(channel.got)) == 2


def test_one_mail_that_cannot_be_written_holds_up_no_other(store, mailing, mailbox, alert, now, monkeypatch):
    other = subscriptions.add(store, now, name="otra", query="huelga", owner="bea@example.org")
    hit(store, alert, [1])
    hit(store, other, [2])
    real = messages.digests.digest
    monkeypatch.setattr(
        messages.digests, "digest", lambda a, *r, **k: {}["gone"] if a.id == alert.id else real(a, *r, **k)
    )
    receipt = deliver(store, mailing, now)
    assert receipt["mails"] == 1 and receipt["failed"] == {"KeyError: 'gone'": 1}
    monkeypatch.undo()
    assert deliver(store, mailing, now)["mails"] == 1


def test_what_is_due_for_the_daemon(store, mailing, mailbox, alert, now):
    assert not outbox.is_anything_due(store, now)
    hit(store, alert, [1])
    assert outbox.is_anything_due(store, now)
    mailbox[0].refuse["ana@example.org"] = "450 later"
    deliver(store, mailing, now)
    assert not outbox.is_anything_due(store, now) and outbox.is_anything_due(store, now, all_due=True)
    assert outbox.is_anything_due(store, now + timedelta(minutes=2))
    subscriptions.pause(store, "paros", now)
    assert not outbox.is_anything_due(store, now + timedelta(minutes=2))


def test_the_ledger_names_every_mail(store, mailing, mailbox, alert, now):
    hit(store, alert, [1, 2], story="s")
    hit(store, alert, [8, 9], counted=True, arrival="import")
    deliver(store, mailing, now)
    with store.read() as tx:
        (row,) = ledger(tx, alert)
    assert (row["state"], row["address"], row["entries"], row["documents"], row["counted"]) == (
        "sent",
        "ana@example.org",
        1,
        2,
        2,
    )
    assert row["sent"] == "2026-11-25T10:00:00-05:00" and row["message_id"] == mailbox[0].letters[0]["Message-ID"]


def test_what_waits_for_the_next_digest_is_counted_as_checked_there(store, mailing, mailbox, now):
    daily = subscriptions.add(
        store, now - timedelta(days=3), name="d", query="paro", owner="a@example.org", rhythm="daily"
    )
    slot = now.replace(hour=12, minute=0)  # 07:00 in Lima
    for number, moment in ((1, slot - timedelta(hours=1)), (2, slot + timedelta(minutes=30))):
        hit(store, daily, [number], now=moment)
        with store.write() as tx:
            kept.checked(tx, 1)
    deliver(store, mailing, slot + timedelta(hours=1))
    deliver(store, mailing, slot + timedelta(hours=24))
    assert numbers(mailbox[0]) == [[1], [2]]
    assert [(one.receipt["checked"], one.receipt["matched"]) for one in all_deliveries(store, daily)] == [
        (1, 1),
        (1, 1),
    ]
