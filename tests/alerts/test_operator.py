"""What operators are told without looking: each trouble once when it begins, once when it is over, whatever happens between."""

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import operator, outbox, subscriptions
from alerts.operator import SETTLED, Trouble, judged
from crawler.source import Source
from store import alerts as kept
from store import bulletins, disk, runs, sources
from store.schema import work as work_table
from store.sources import SourceState

from .conftest import NOW, arrive, article

KNOWN = {
    slug: Source(slug=slug, name=slug.title(), home=f"https://{slug}.example/", feeds=(f"https://{slug}.example/rss",))
    for slug in ("faro", "ribera", "quipu")
}
ROOM = 500 * 2**30


@pytest.fixture(autouse=True)
def roomy(monkeypatch):
    """A disk with room, whatever the machine has."""
    monkeypatch.setattr(disk, "free", lambda settings: ROOM)
    real = disk.measure
    monkeypatch.setattr(disk, "measure", lambda *args: dataclasses.replace(real(*args), free=ROOM))


@pytest.fixture
def ops(store):
    return subscriptions.add(store, NOW, name="ops", owner="ops@example.org", language="en", kind="operator")


def state(store, slug, now=NOW, **values):
    with store.write() as tx:
        sources.keep(tx, SourceState(slug=slug, **values), now)


def look(store, settings, now=NOW):
    return operator.look(store, settings, KNOWN, now)


def heard(store, settings, mailbox, now):
    """The texts that come in now."""
    before = len(mailbox[0].raw)
    outbox.deliver(store, settings, now)
    return mailbox[0].texts[before:]


def test_a_silent_a_blocked_and_a_drifting_source(store, ops, mailing, mailbox, now):
    state(store, "faro", status="silent", reason="silent", last_item=now - timedelta(days=3))
    state(store, "ribera", status="blocked", reason="blocked", error="HTTP 403")
    state(store, "quipu", status="failing", reason="layout", drift={"date": {"have": 0, "of": 12, "usual": 0.9}})
    state(store, "unknown", status="silent", reason="silent")
    assert look(store, mailing) == {"troubles": 3, "told": 3}
    (text,) = heard(store, mailing, mailbox, now)
    assert "Faro is silent" in text and "Its last item: 2026-11-22" in text and "pututu sources check faro" in text
    assert "Ribera blocks us" in text and "It said: HTTP 403" in text and "it refuses us" in text
    assert "Quipu gives less than usual" in text and "with a date: 0 of the latest 12, usually 90%" in text
    assert look(store, mailing, now + timedelta(hours=5))["told"] == 0
    assert heard(store, mailing, mailbox, now + timedelta(hours=5)) == []


def test_a_trouble_that_ends_is_told_once_and_flapping_is_not(store, ops, mailing, mailbox, now):
    state(store, "faro", status="silent", reason="silent")
    look(store, mailing)
    heard(store, mailing, mailbox, now)
    minute = timedelta(minutes=1)
    state(store, "faro", status="verified")
    assert look(store, mailing, now + 10 * minute)["told"] == 0
    state(store, "faro", status="silent", reason="silent")
    assert look(store, mailing, now + 20 * minute)["told"] == 0  # it was away for less than it takes to have ended
    state(store, "faro", status="verified")
    for later in (30, 45):
        assert look(store, mailing, now + later * minute)["told"] == 0
    assert look(store, mailing, now + 61 * minute)["told"] == 1
    (text,) = heard(store, mailing, mailbox, now + 61 * minute)
    assert "Over: Faro is silent" in text and "From 2026-11-25 10:00 to 2026-11-25 10:30 (Lima)" in text
    assert look(store, mailing, now + 90 * minute)["told"] == 0
    state(store, "faro", status="silent", reason="silent")
    assert look(store, mailing, now + 99 * minute)["told"] == 1  # another time


def test_who_subscribes_later_is_told_what_lasts_and_no_end_of_what_was_never_told(store, ops, mailing, now):
    state(store, "faro", status="blocked", reason="robots")
    look(store, mailing)
    state(store, "ribera", status="silent", reason="silent")
    look(store, mailing, now + timedelta(hours=1))
    state(store, "ribera", status="verified")
    look(store, mailing, now + timedelta(hours=2))
    late = subscriptions.add(store, now, name="dos", owner="bea@example.org", kind="operator")
    look(store, mailing, now + timedelta(hours=3))
    with store.read() as tx:
        found = bulletins.waiting(tx)
    assert [one.what for one in found[ops.id]] == ["blocked", "silent", "over"]
    assert [one.what for one in found[late.id]] == ["blocked"]


def test_parked_work_is_told_and_again_when_it_is_ten_times_as_much(store, ops, mailing, mailbox, now):
    def park(count):
        with store.write() as tx:
            tx.execute(work_table.update().values(state="parked", error="places: ValueError: no <b>place</b>") .where(work_table.c.id <= count))  # fmt: skip

    arrive(store, [article(n) for n in range(30)])
    for count, told in ((1, 1), (9, 0), (12, 1), (30, 0)):
        park(count)
        assert look(store, mailing)["told"] == told, count
    (text,) = heard(store, mailing, mailbox, now)
    assert "1 pieces of" in text and "12 pieces of" in text and "pututu retry" in text
    html = mailbox[0].letters[0].get_body(("html",)).get_content()
    assert "<b>place" not in html and "&lt;b&gt;place" in html


def test_a_step_that_fails_again_and_again(store, ops, mailing, mailbox, now):
    arrive(store, [article(1), article(2)])
    with store.write() as tx:
        values = {"error": "translate: OSError: no model", "attempts": 2}
        tx.execute(work_table.update().where(work_table.c.kind == "match").values(**values))
    assert look(store, mailing)["troubles"] == 0
    with store.write() as tx:
        tx.execute(work_table.update().values(attempts=3))
    assert look(store, mailing) == {"troubles": 1, "told": 1}
    (text,) = heard(store, mailing, mailbox, now)
    assert "The step translate fails again and again (2 documents)" in text and "no model" in text


def test_a_stage_that_fails_twice_in_a_row(store, ops, mailing, mailbox, now):
    def run(failed, kind="process"):
        with store.write() as tx:
            id = runs.start(tx, kind, now)
            runs.finish(tx, id, {"failed": failed}, not failed, now)

    run(["index: Elasticsearch does not answer."])
    assert look(store, mailing)["troubles"] == 0
    run(["deliver: refused"])
    assert look(store, mailing)["troubles"] == 0  # another stage each time
    run(["deliver: refused", "index: x"])
    assert look(store, mailing) == {"troubles": 1, "told": 1}
    assert "The job process failed twice in a row: deliver" in heard(store, mailing, mailbox, now)[0]
    run([])
    assert look(store, mailing)["troubles"] == 0


def test_a_disk_that_fills_up(store, ops, mailing, mailbox, now, monkeypatch):
    giga = 2**30
    with store.write() as tx:
        for back in range(10, 0, -1):
            usage = disk.Usage(
                day=(now - timedelta(days=back)).date(),
                archive=0,
                store=(100 - back) * giga,
                search=0,
                free=(back + 9) * giga,
            )
            disk.record(tx, mailing, usage)
    monkeypatch.setattr(disk, "free", lambda settings: 9 * giga)
    assert look(store, dataclasses.replace(mailing, store_budget="none", archive_budget="none"))["told"] == 1
    text = heard(store, mailing, mailbox, now)[0]
    assert "The disk is filling up" in text and "full in 9 days" in text
    assert look(store, dataclasses.replace(mailing, store_budget="1GB", archive_budget="none"), now)["told"] == 1
    assert "beyond its budget" in heard(store, mailing, mailbox, now)[0]


def test_nobody_subscribed_is_no_error_and_every_word_stands_in_both_languages(store, mailing):
    from alerts.bulletin_words import EN, ES

    state(store, "faro", status="silent", reason="silent")
    assert look(store, mailing) == {"troubles": 1, "told": 0}
    assert EN.keys() == ES.keys()
    with store.read() as tx:
        assert kept.listed(tx) == [] and [one.key for one in bulletins.findings_of(tx)] == ["silent:faro"]


def test_hostile_words_of_a_site_stay_words(store, ops, mailing, mailbox, now):
    state(
        store,
        "faro",
        status="blocked",
        reason="blocked",
        error="{slug} <script>\r\nBcc: x@example.org\u2028 {0.__class__} " + "x" * 5000,
    )
    look(store, mailing)
    (text,) = heard(store, mailing, mailbox, now)
    assert "{slug} <script> Bcc: x@example.org {0.__class__}" in text and len(text) < 2000
    letter = mailbox[0].letters[0]
    assert letter["Bcc"] is None and "<script>" not in letter.get_body(("html",)).get_content()


steps = st.lists(st.tuples(st.booleans(), st.integers(1, 120)), min_size=1, max_size=40)


@given(steps)
def test_whatever_a_trouble_does_its_beginning_and_end_take_turns(steps):
    """Begin and end alternate, each spell away of at least SETTLED is an end, and a shorter one is none."""
    finding, now, begun, away = None, NOW, 0, None
    expected = 0
    for there, minutes in steps:
        now += timedelta(minutes=minutes)
        if there:
            expected += (away is None and begun == 0) or (away is not None and now - away >= SETTLED)
            away = None
        elif finding is not None and away is None:
            away = now
        before = finding
        trouble = Trouble(key="k", what="silent", payload={}) if there else None
        if trouble is None and finding is None:
            continue
        finding = judged(finding, trouble, now)
        assert finding is not None
        begun += before is None or finding.since != before.since
        assert (finding.over is None) is there
    assert begun == expected
