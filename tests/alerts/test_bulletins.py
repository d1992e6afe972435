"""Bulletins over every way: webhook, chat, feed and mail; a dead channel, quiet hours, a restore; looked up in the ledger."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts import feeds, ledger, rules, subscriptions
from alerts.outbox import deliver, is_anything_due
from alerts.rhythm import is_quiet
from store import bulletins, deliveries, sources
from store.sources import SourceState

from .conftest import NOW
from .test_operator import look
from .test_outbox import hit

CHAT = "ntfy://example.org/pututu-tests"
NIGHT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)  # 23:00 in Lima


class Chat:
    """Keeps the notes of a chat."""

    def __init__(self):
        self.notes = []

    def send(self, message, recipient):
        self.notes.append((message, recipient))


@pytest.fixture
def silent(store):
    with store.write() as tx:
        for slug in ("faro", "ribera"):
            sources.keep(tx, SourceState(slug=slug, status="silent", reason="silent"), NOW)


def ops(store, settings, *ways, **fields):
    asked = {"name": "ops", "owner": "ops@example.org", "language": "en", "kind": "operator"} | fields
    return subscriptions.add(store, NOW, allowed=settings.allow_private, channels=ways or None, **asked)


def ledger_of(store, alert):
    with store.read() as tx:
        return list(ledger.ledger(tx, alert))


def test_each_way_tells_the_same_bulletins_once(store, mailing, mailbox, receiver, monkeypatch, silent):
    monkeypatch.setattr("alerts.rules.checked", lambda url, allowed=(): url)  # the chat's name is not resolved here
    one, chat = ops(store, mailing, "mailto:ops@example.org", receiver.url + "/hook", CHAT, "feed:"), Chat()
    assert look(store, mailing)["told"] == 2 and is_anything_due(store, NOW)
    done = deliver(store, mailing, NOW, ways={"chat": chat})
    assert (done["mails"], done["notices"], done["failed"]) == (4, 4, {})
    (said,) = receiver.bodies
    heads = {"Faro is silent", "Ribera is silent"}
    assert (said["type"], said["kind"]) == ("alert.bulletin", "operator") and {
        one["headline"] for one in said["bulletins"]
    } == heads
    assert all(part["link"].endswith("/sources") and part["lines"] for part in said["bulletins"])
    ((note, recipient),) = chat.notes
    assert (
        recipient == CHAT
        and all(head in note.body for head in heads)
        and "/l/" in note.body
        and "2 notices" in note.title
    )
    letter = mailbox[0].letters[0]
    assert letter["List-Unsubscribe"].startswith("<http") and all(head in mailbox[0].texts[0] for head in heads)
    with store.read() as tx:
        items = feeds.feed(tx, one, mailing.public_url).items
        opened = [ledger.opened(tx, one, row["id"]) for row in ledger.ledger(tx, one)]
    assert {item.title for item in items} == heads and len({item.id for item in items}) == 2
    assert len(opened) == 4 and all({part["headline"] for part in row["bulletins"]} == heads for row in opened)
    assert deliver(store, mailing, NOW + timedelta(hours=1), ways={"chat": chat})["mails"] == 0


def test_a_feed_of_bulletins_is_paged_and_complete(store, settings):
    one = ops(store, settings, "feed:")
    payload = {"name": "Faro", "slug": "faro", "reason": "silent"}
    with store.write() as tx:
        for number in range(230):
            bulletins.add(tx, one.id, f"silent:{number}", "silent", payload, NOW)
    with store.read() as tx:
        pages = [feeds.feed(tx, one, "http://127.0.0.1:9", page) for page in (1, 2, 3)]
    assert [page.more for page in pages] == [True, True, False] and "Question" not in pages[0].subtitle
    assert len({item.id for page in pages for item in page.items}) == 230


def test_a_chat_of_many_bulletins_counts_the_rest(store, settings, monkeypatch):
    monkeypatch.setattr("alerts.rules.checked", lambda url, allowed=(): url)
    one, chat = ops(store, settings, CHAT), Chat()
    with store.write() as tx:
        for number in range(25):
            bulletins.add(tx, one.id, f"silent:{number}", "silent", {"name": f"Faro {number}", "slug": "faro"}, NOW)
    deliver(store, settings, NOW, ways={"chat": chat})
    ((note, _),) = chat.notes
    assert (
        "Faro 9 is silent" in note.body
        and "Faro 10 " not in note.body
        and "15" in note.body
        and "/deliveries/" in note.body
    )


def test_no_mail_server_freezes_no_bulletin_that_only_a_mail_would_tell(store, settings, silent):
    one = ops(store, settings)
    look(store, settings)
    done = deliver(store, settings, NOW)
    assert done["mails"] == 0 and "PUTUTU_SMTP" in done["mend"]
    assert ledger_of(store, one) == [] and not is_anything_due(store, NOW, mail=False)


def test_what_failed_is_not_tried_again_in_quiet_hours(store, settings, receiver):
    one = subscriptions.add(
        store, NOW, allowed=settings.allow_private, name="paros", query="paro", owner="ana@example.org", channels=[receiver.url], quiet="22:00-07:00",
    )  # fmt: skip
    evening, morning = NIGHT - timedelta(minutes=61), NIGHT + timedelta(hours=8)
    assert not is_quiet(one, evening) and is_quiet(one, NIGHT) and not is_quiet(one, morning)
    hit(store, one, [1], now=evening)
    receiver.status = 503
    assert deliver(store, settings, evening)["failed"]
    receiver.status = 200
    for by_hand in (True, False):
        assert not is_anything_due(store, NIGHT, all_due=by_hand)
        assert deliver(store, settings, NIGHT, all_due=by_hand)["mails"] == 0
    assert len(receiver.posts) == 1 and is_anything_due(store, morning)
    assert deliver(store, settings, morning, all_due=False)["mails"] == 1 and len(set(receiver.ids)) == 1


def test_a_restored_store_parks_bulletins_too(store, mailing, mailbox, silent):
    one = ops(store, mailing)
    look(store, mailing)
    with store.write() as tx:
        bulletins.hold_restored(tx, "example.org", NOW)
        assert deliveries.hold_restored(tx, "example.org", NOW) == 1
    assert deliver(store, mailing, NOW)["mails"] == 0 and [row["state"] for row in ledger_of(store, one)] == ["parked"]
    with store.write() as tx:
        assert deliveries.retry_deliveries(tx) == 1
    assert deliver(store, mailing, NOW)["mails"] == 1 and "Faro is silent" in mailbox[0].texts[0]


def test_a_channels_notice_takes_no_digest_from_its_slot(store, mailing, mailbox, silent):
    one = ops(store, mailing, rhythm="daily", at="07:00")
    look(store, mailing)
    later = NOW + timedelta(days=1)
    with store.write() as tx:
        deliveries.add_notice(
            tx, one, "https://example.org/ 410", "example.org", later - timedelta(minutes=1), kind="channel"
        )
        assert deliveries.last_prepared(tx, one.id, later) is None
    assert deliver(store, mailing, later)["mails"] == 2


def test_a_channel_as_it_is_shown_stands_for_the_kept_one(store, settings, receiver):
    one = ops(store, settings, receiver.url + "/a", receiver.url + "/b", "feed:")
    hidden = receiver.url + "/…"
    same = rules.edited(one, settings.allow_private, channels=[hidden, hidden, "feed:"], name="otra")
    assert same.channels == one.channels and same.name == "otra"
    fewer = rules.edited(one, settings.allow_private, channels=[hidden, "mailto:ana@example.org"])
    assert fewer.channels == (receiver.url + "/a", "mailto:ana@example.org")
