"""Alerts on volume: count, ratio, two outlets and a cooldown; told once, with their evidence, whatever is run again."""

from datetime import datetime, timedelta

import pytest

from alerts import outbox, subscriptions, volume
from core.record import Record
from search.memory import MemoryBackend
from store import alerts as kept
from store import bulletins, documents
from store.schema import alerts

from .conftest import NOW, arrive, article, plain


def press(burst: int, outlets: int = 3, day: datetime = NOW, usual: int = 1) -> list:
    """Forty quiet days of ten documents, of which `usual` are on strikes; and a day with so many more, of so many outlets."""
    found, number = [], 0
    for back in range(40, -1, -1):
        for place in range(10):
            number += 1
            title = f"Paro de buses numero {number}" if place < usual else f"Otra noticia numero {number}"
            found.append(
                article(number, title, published=NOW - timedelta(days=back, hours=2), source=f"medio{place % 3}")
            )
    for place in range(burst):
        number += 1
        found.append(article(number, f"Paro en la ruta {number}, llame al 987654321", published=day - timedelta(hours=1), source=f"medio{place % outlets}"))  # fmt: skip
    return found


def backend(given: list) -> MemoryBackend:
    return MemoryBackend([Record(document=one) for one in given])


@pytest.fixture
def surge(store, now):
    return subscriptions.add(
        store, now, name="alza", query="paro", owner="ana@example.org", language="en", kind="volume"
    )


def ask(store, given, now):
    return volume.ask(store, backend(given), now, "example.org")


def test_a_surge_is_told_once_with_its_evidence(store, surge, mailing, mailbox, now):
    given = press(12)
    arrive(store, given)
    assert ask(store, given, now) == {"asked": 1, "told": 1, "paused": []}
    assert outbox.deliver(store, mailing, now)["mails"] == 1
    letter = mailbox[0].letters[0]
    text = plain(letter)
    assert letter["Subject"].startswith("[Pututu] alza: 13 news items on 2026-11-25, usual would be")
    assert "from 3 outlets" in text and text.count("/documents/") == 3 and "Question: paro" in text
    assert "987654321" not in text and "•" in text  # masked like all that leaves the machine
    for later in (now, now + timedelta(hours=1), now + timedelta(hours=23)):
        assert ask(store, given, later)["told"] == 0
        assert outbox.deliver(store, mailing, later)["mails"] == 0
    assert ask(store, given, now + timedelta(hours=25))["told"] == 0  # cooled down, and still the same day's surge


def test_a_surge_that_goes_on_is_told_again_after_the_cooldown(store, surge, now):
    assert ask(store, press(12), now)["told"] == 1
    tomorrow = now + timedelta(days=1, hours=1)
    later = [*press(12), *(article(900 + n, f"Paro de ayer {n}", published=tomorrow - timedelta(hours=3), source=f"medio{n % 3}") for n in range(40))]  # fmt: skip
    assert ask(store, later, tomorrow)["told"] == 1
    subscriptions.edit(store, "alza", now, volume={"cooldown": 48})
    assert ask(store, later, tomorrow + timedelta(hours=20)) == {"asked": 0, "told": 0, "paused": []}


@pytest.mark.parametrize(
    ("given", "thresholds"),
    [
        (press(12, outlets=1), {}), (press(2), {}), (press(12, usual=9), {}), (press(0), {}), (press(12), {"count": 20}), (press(12), {"ratio": 50}),
        (press(12), {"sources": 4}), (press(12, day=NOW - timedelta(days=5)), {}),
    ],
    ids=["one outlet", "too few", "no ratio", "nothing", "count", "ratio", "sources", "long ago"],
)  # fmt: skip
def test_what_is_no_surge(store, surge, now, given, thresholds):
    only = (
        [one for one in given if "Paro" not in one.title or one.source == "medio0"]
        if thresholds == {} and len({one.source for one in given[410:]}) == 1
        else given
    )
    if thresholds:
        subscriptions.edit(store, "alza", now, volume=thresholds)
    assert ask(store, only, now)["told"] == 0


def test_paused_ones_are_not_asked_and_broken_ones_are_paused(store, surge, mailing, mailbox, now):
    subscriptions.pause(store, "alza", now)
    assert ask(store, press(12), now)["asked"] == 0
    subscriptions.resume(store, "alza", now)
    with store.write() as tx:
        tx.execute(alerts.update().values(query="gone:x"))
    assert [one["name"] for one in ask(store, press(12), now)["paused"]] == ["alza"]
    with store.read() as tx:
        assert kept.get(tx, surge.id).state == "paused" and "gone" in (kept.get(tx, surge.id).reason or "")
    assert outbox.deliver(store, mailing, now)["notices"] == 1 and "alert paused" in mailbox[0].letters[0]["Subject"]


def test_a_daily_one_waits_for_its_hour_and_quiet_hours_hold(store, mailing, mailbox, now):
    subscriptions.add(
        store,
        now,
        name="alza",
        query="paro",
        owner="ana@example.org",
        kind="volume",
        rhythm="daily",
        at="18:00",
        quiet="17:00-19:00",
    )
    given = press(12)
    arrive(store, given)
    assert ask(store, given, now)["told"] == 1
    hours = [
        (now, 0),
        (now + timedelta(hours=8, minutes=30), 0),
        (now + timedelta(hours=9), 1),
        (now + timedelta(hours=10), 0),
    ]
    for moment, mails in hours:  # 10:00, 18:30 (quiet), 19:00 and 20:00 in Lima
        assert outbox.is_anything_due(store, moment) is bool(mails)
        assert outbox.deliver(store, mailing, moment)["mails"] == mails


def test_evidence_that_was_taken_down_is_not_shown(store, surge, mailing, mailbox, now):
    given = press(12)
    arrive(store, given)
    ask(store, given, now)
    with store.write() as tx:
        found = bulletins.waiting(tx)[surge.id][0].payload["evidence"]
        documents.takedown(tx, found[0], "asked for", now)
    outbox.deliver(store, mailing, now)
    assert plain(mailbox[0].letters[0]).count("/documents/") == 2
