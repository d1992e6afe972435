"""Alerts on volume: count, ratio, two outlets and a cooldown; told once, with their evidence, whatever is run again."""

from datetime import datetime, time, timedelta

import pytest

from alerts import outbox, subscriptions, volume
from core.errors import QueryError
from core.record import Record
from core.time import LIMA, lima_day
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


# the back-test


def tried(store, given, now, query="paro", **least):
    if given:
        arrive(store, given)
    thresholds = {"count": 5, "ratio": 3.0, "sources": 2, "cooldown": 24} | least
    return volume.backtest(query, thresholds, backend(given), store, now)


def test_a_back_test_says_how_often_it_would_have_been_told_with_evidence(store, now):
    given = [
        *press(12, day=now - timedelta(days=20)),
        *(article(2_000 + n, f"Paro nuevo {n}, llame al 987654321", published=now - timedelta(days=6, hours=3), source=f"medio{n % 3}") for n in range(15)),
    ]  # fmt: skip
    found = tried(store, given, now)
    days = [(now - timedelta(days=back)).date() for back in (20, 6)]
    assert [one.start for one in found.surges] == days and [one.told for one in found.surges] == days
    assert [(one.count, one.sources) for one in found.surges] == [(13, 3), (16, 3)]
    row = found.to_json()
    assert (row["kind"], row["fired"], row["from"], row["to"]) == ("volume", 2, "2026-10-27", "2026-11-25")
    titles = [one["title"] for one in row["surges"][1]["evidence"]]
    assert len(titles) == 3 and not any("987654321" in title for title in titles) and "•" in " ".join(titles)


@pytest.mark.parametrize(
    ("least", "fired"),
    [({}, 1), ({"count": 13}, 1), ({"count": 14}, 0), ({"ratio": 50}, 0), ({"sources": 3}, 1), ({"sources": 4}, 0)],
)
def test_each_threshold_of_a_back_test_counts(store, now, least, fired):
    assert len(tried(store, press(12, day=now - timedelta(days=5)), now, **least).surges) == fired


def test_a_back_test_heeds_the_cooldown_and_tells_a_day_once(store, now):
    given = [
        *press(12, day=now - timedelta(days=12)),
        *(article(3_000 + n, f"Paro que sigue {n}", published=now - timedelta(days=9, hours=2), source=f"medio{n % 3}") for n in range(30)),
    ]  # fmt: skip
    assert len(tried(store, given, now).surges) == 2
    assert len(tried(store, given, now, cooldown=24 * 7).surges) == 1


def test_a_back_test_finds_what_asking_every_day_would_have_told(store, surge, now):
    """The days replayed against the real thing: `ask` run at the end of each of thirty days over what was published until then."""
    given = [
        *press(12, day=now - timedelta(days=20)),
        *(article(4_000 + n, f"Paro creciente {n}", published=now - timedelta(days=9 - n % 7 % 5, hours=2), source=f"medio{n % 4}") for n in range(120)),
    ]  # fmt: skip
    end = lima_day_end(now)
    found = tried(store, given, end)
    for back in range(29, -1, -1):
        moment = end - timedelta(days=back)
        ask(store, [one for one in given if one.published <= moment], moment)
    with store.read() as tx:
        told = [one.payload["start"] for one in bulletins.waiting(tx)[surge.id]]
    assert [one.start.isoformat() for one in found.surges] == told and len(told) > 1


def lima_day_end(moment: datetime) -> datetime:
    return datetime.combine(lima_day(moment), time(23, 59), LIMA)


def test_a_back_test_of_nothing_or_of_everything(store, now):
    assert tried(store, [], now).surges == []
    everything = tried(store, press(40, day=now - timedelta(days=3)), now, query="*")
    assert [one.count for one in everything.surges] == [50]
    with pytest.raises(QueryError, match="as it arrives"):
        tried(store, [], now, query="paro date:2026")
