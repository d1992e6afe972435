"""What polling teaches about a source: when to look again, whether it is well, and when it was down."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from store import sources
from store.sources import Poll, SourceState, after_poll, is_quiet

from .conftest import NOW

HOUR = timedelta(hours=1)


def polled(polls, state=None, step=HOUR):
    state, moment = state or SourceState(slug="chasqui"), NOW
    for poll in polls:
        state = after_poll(state, poll, moment)
        moment += step
    return state


READ = Poll(ok=True, new=5, listed=20)
SAME = Poll(ok=True, not_modified=True)


def test_a_feed_that_was_read_is_verified():
    state = polled([READ])
    assert (state.status, state.last_success, state.last_item) == ("verified", NOW, NOW)
    assert polled([SAME]).status == "probation", "a 304 at first sight shows nothing"


def test_failures_are_graded():
    network, blocked = Poll(ok=False, reason="network", error="refused"), Poll(ok=False, reason="blocked", error="403")
    assert [polled([READ] + [network] * n).status for n in (1, 2, 3)] == ["verified", "verified", "failing"]
    assert [polled([READ] + [blocked] * n).status for n in (1, 2)] == ["verified", "blocked"]
    state = polled([READ, network])
    assert (state.reason, state.error, state.failures) == ("network", "refused", 1)
    assert polled([READ, blocked, blocked, READ]).status == "verified"


def test_a_304_after_a_failure_does_not_turn_a_source_green():
    down = [Poll(ok=False, reason="invalid")] * 2
    state = polled([READ, *down, SAME])
    assert (state.status, state.reason) == ("failing", "invalid")
    assert polled([READ, *down, SAME, READ, SAME]).status == "verified"


def test_empty_and_invalid_are_different():
    assert polled([Poll(ok=False, reason="empty")]).failures < polled([Poll(ok=False, reason="invalid")]).failures
    assert polled([Poll(ok=False, reason="empty")]).reason == "empty"


def test_the_interval_is_learned():
    first = polled([READ])
    assert first.interval == sources.FIRST, "a first poll, where all is new, teaches nothing"
    assert polled([READ, Poll(ok=True, new=20, listed=20)]).interval == sources.FIRST / 2
    assert polled([READ, Poll(ok=True, new=0, listed=20)]).interval == sources.FIRST * 1.5
    assert polled([READ] + [SAME] * 30).interval == sources.LONGEST
    assert polled([READ] + [Poll(ok=True, new=20, listed=20)] * 30).interval == sources.SHORTEST
    own = Poll(ok=True, new=20, listed=20, min_interval=7200)
    assert polled([READ] + [own] * 5).interval == 7200


def test_failures_slow_a_source_down_but_never_stop_it():
    state = polled([READ] + [Poll(ok=False, reason="moved")] * 40, step=timedelta(0))
    assert state.next_poll - NOW == timedelta(days=1)


polls = st.builds(Poll, ok=st.booleans(), new=st.integers(0, 50), listed=st.integers(0, 50), not_modified=st.booleans(),
                  reason=st.sampled_from([None, "network", "blocked", "empty"]), min_interval=st.sampled_from([0, 600, 7200]))  # fmt: skip


@given(st.lists(polls, max_size=30), st.integers(1, 3000))
def test_a_source_is_always_polled_again_within_its_bounds(given_polls, minutes):
    state, moment = SourceState(slug="chasqui"), NOW
    for poll in given_polls:
        state = after_poll(state, poll, moment)
        wait = (state.next_poll - moment).total_seconds()
        assert max(sources.SHORTEST, poll.min_interval) <= wait <= sources.LONGEST
        moment += timedelta(minutes=minutes)


def test_a_source_is_silent_within_three_of_its_usual_pauses():
    busy = [Poll(ok=True, new=3, listed=20)] * 24
    quiet = polled(busy)
    assert quiet.gap == sources.SHORTEST_GAP
    last = quiet.last_item
    assert not is_quiet(quiet, last + 3 * timedelta(seconds=quiet.gap))
    after = after_poll(quiet, SAME, last + 13 * HOUR)
    assert (after.status, after.reason) == ("silent", "silent")
    assert after_poll(after, READ, last + 14 * HOUR).status == "verified"


def test_a_slow_source_is_given_its_time():
    weekly = Poll(ok=True, new=1, listed=20, expected_gap=7 * 86400)
    state = polled([weekly])
    assert not is_quiet(state, NOW + timedelta(days=20)) and is_quiet(state, NOW + timedelta(days=22))


def test_pauses_in_which_nobody_looked_teach_nothing():
    state = polled([READ, READ])
    assert after_poll(state, READ, NOW + timedelta(days=9)).gap == state.gap


def poll(store, now, ok=True, new=1, listed=20, reason=None, slug="chasqui", **kw):
    with store.write() as tx:
        return sources.record_poll(tx, slug, ok, new, listed, reason and f"because {reason}", reason, now, **kw)


def test_the_state_is_kept_and_due_follows_it(store, now, later):
    with store.read() as tx:
        assert sources.due(tx, {"chasqui": 0, "quipu": 0}, now) == ["chasqui", "quipu"]
        assert sources.state(tx, "chasqui") == SourceState(slug="chasqui")
    kept = poll(store, now)
    with store.write() as tx:
        assert sources.state(tx, "chasqui") == kept
        assert sources.due(tx, {"chasqui": 0}, later(59)) == []
        assert sources.due(tx, {"chasqui": 0, "quipu": 0}, later(61)) == ["quipu", "chasqui"]
        assert sources.due(tx, {"chasqui": 7200}, later(61)) == []
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
    poll(store, now, ok=False, reason="network")
    with store.read() as tx:
        assert sources.validators(tx, "chasqui", feed) == sources.Validators()


def test_outages_open_at_the_first_failure_and_close_when_a_feed_is_read(store, now):
    poll(store, now)
    for hours in (1, 5, 9):
        poll(store, now + hours * HOUR, ok=False, reason="network")
    with store.read() as tx:
        (open_,) = sources.outages(tx, now, now + 12 * HOUR)
        assert (open_.started, open_.ended, open_.reason) == (now + HOUR, None, "network")
    poll(store, now + 10 * HOUR, not_modified=True, new=0)
    poll(store, now + 11 * HOUR)
    poll(store, now + 12 * HOUR, ok=False, reason="network")
    poll(store, now + 13 * HOUR)
    with store.read() as tx:
        (closed,) = sources.outages(tx, now, now + 99 * HOUR)
        assert closed.ended == now + 11 * HOUR
        assert len(sources.outages(tx, now, now + 99 * HOUR, at_least=HOUR)) == 2
        assert sources.outages(tx, now + 20 * HOUR, now + 99 * HOUR, at_least=HOUR) == []
