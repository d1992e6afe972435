"""What is kept of a source: its state, the validators of its listings, and when it was down."""

from dataclasses import replace
from datetime import timedelta

from store import frontier, sources
from store.sources import SourceState

HOUR = timedelta(hours=1)


def keep(store, now, slug="chasqui", **fields):
    with store.write() as tx:
        one = replace(sources.locked(tx, slug), last_poll=now, **fields)
        sources.keep(tx, one, now)
        return one


def read_well(store, now, **fields):
    return keep(store, now, status="verified", failures=0, reason=None, last_success=now, **fields)


def failed(store, now, reason="network", **fields):
    return keep(store, now, failures=1, reason=reason, error=f"because {reason}", last_failure=now, **fields)


def test_the_state_is_kept_and_due_follows_it(store, now, later):
    with store.read() as tx:
        assert sources.due(tx, {"chasqui": 0, "quipu": 0}, now) == ["chasqui", "quipu"]
        assert sources.state(tx, "chasqui") == SourceState(slug="chasqui")
    told = {
        "rhythm": {"base": 0.5, "items": [1.0]},
        "figures": {"pages": 3},
        "drift": {"author": {"have": 0, "of": 9}},
        "moved_to": "https://x.example/",
    }
    kept = read_well(store, now, next_poll=later(60), listed=20, **told)
    with store.write() as tx:
        assert sources.state(tx, "chasqui") == kept
        assert sources.due(tx, {"chasqui": 0}, later(59)) == []
        assert sources.due(tx, {"chasqui": 0, "quipu": 0}, later(61)) == ["quipu", "chasqui"]
        assert sources.due(tx, {"chasqui": 7200}, later(61)) == []
        assert sources.due(tx, {"chasqui": 7200}, now - timedelta(days=400)) == ["chasqui"], "the clock was set back"
        sources.disable(tx, "chasqui")
        assert sources.due(tx, {"chasqui": 0}, later(61)) == []
        sources.enable(tx, "chasqui")
        assert sources.due(tx, {"chasqui": 0}, later(1)) == ["chasqui"]
        assert list(sources.states(tx)) == ["chasqui"]


def test_after_a_failure_the_feeds_are_read_in_full(store, now):
    feed = "https://elchasqui.example/rss"
    with store.write() as tx:
        sources.save_validators(tx, "chasqui", feed, '"v1"', "Mon", "h1")
        sources.save_validators(tx, "chasqui", feed, '"v2"', "Tue", "h2")
        assert sources.validators(tx, "chasqui", feed) == sources.Validators(
            etag='"v2"', last_modified="Tue", body_hash="h2"
        )
    failed(store, now)
    with store.read() as tx:
        assert sources.validators(tx, "chasqui", feed) == sources.Validators()


def test_outages_open_at_the_first_failure_and_close_when_a_feed_is_read(store, now):
    read_well(store, now)
    for hours in (1, 5, 9):
        failed(store, now + hours * HOUR)
    with store.read() as tx:
        (open_,) = sources.outages(tx, now, now + 12 * HOUR)
        assert (open_.started, open_.ended, open_.reason) == (now + HOUR, None, "network")
    keep(store, now + 10 * HOUR)  # a 304, which proves nothing
    read_well(store, now + 11 * HOUR)
    failed(store, now + 12 * HOUR)
    read_well(store, now + 13 * HOUR)
    with store.read() as tx:
        (closed,) = sources.outages(tx, now, now + 99 * HOUR)
        assert closed.ended == now + 11 * HOUR
        assert len(sources.outages(tx, now, now + 99 * HOUR, at_least=HOUR)) == 2
        assert sources.outages(tx, now + 20 * HOUR, now + 99 * HOUR, at_least=HOUR) == []


def test_a_silence_is_an_outage_since_the_last_item_but_not_before_we_watched(store, now):
    with store.write() as tx:
        frontier.discover(tx, "chasqui", [{"url": "https://elchasqui.example/1"}], arrival="live", now=now - 30 * HOUR)
        frontier.discover(tx, "quipu", [{"url": "https://quipu.example/1"}], arrival="live", now=now)
    silent = {"status": "silent", "reason": "silent", "last_success": now}
    keep(store, now, last_item=now - 20 * HOUR, **silent)
    keep(store, now, slug="quipu", last_item=now - 900 * HOUR, **silent)
    with store.read() as tx:
        found = {
            one.source: one.started for one in sources.outages(tx, now - 999 * HOUR, now + HOUR, at_least=HOUR * 0)
        }
    assert found == {"chasqui": now - 20 * HOUR, "quipu": now}


def test_what_drifts_is_an_outage_only_where_documents_go_missing(store, now):
    for slug, drift in (
        ("chasqui", {"author": {"have": 0, "of": 9}}),
        ("quipu", {"document": {"have": 0, "of": 9}, "author": {"have": 0, "of": 9}}),
    ):
        keep(store, now, slug=slug, status="failing", reason="layout", drift=drift, last_success=now)
    with store.read() as tx:
        found = sources.outages(tx, now, now + HOUR, at_least=HOUR * 0)
    assert [(one.source, one.reason) for one in found] == [("quipu", "layout")]
