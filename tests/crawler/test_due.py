"""What polling teaches about a source: when to look again, whether it is well, and when it has been quiet for too long."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.time import LIMA
from crawler import due
from crawler.due import Poll, after_poll, is_quiet
from crawler.rhythm import Rhythm
from store.sources import SourceState

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
READ = Poll(ok=True, new=5, listed=20, trusted=True)
SAME = Poll(ok=True, not_modified=True, trusted=True)


def polled(polls, state=None, step=HOUR):
    state, moment = state or SourceState(slug="chasqui"), NOW
    for poll in polls:
        state = after_poll(state, poll, moment)
        moment += step
    return state


def watched(arrives, days, *, shows=20, start=NOW, state=None, until_quiet=False, **more):
    """Poll a feed as the decider says; `arrives(moment)` gives every item's moment up to then. The states, in order."""
    state, moment, seen, states = state or SourceState(slug="chasqui"), start, None, []
    while moment < start + timedelta(days=days):
        items = arrives(moment)
        first = seen is None
        new = len(items) if first else min(len(items) - seen, shows)
        seen = len(items)
        poll = Poll(
            ok=True, new=min(new, shows), listed=shows if new else 0, not_modified=not new and not first, dates=items[-shows:] if new else (),
            trusted=True, **more,
        )  # fmt: skip
        state = after_poll(state, poll, moment)
        states.append((moment, new, state))
        if until_quiet and state.status == "silent":
            break
        moment = state.next_poll
    return states


def regular(step, *, stop=None, start=NOW - timedelta(days=70)):
    def arrives(moment):
        last = min(moment, stop) if stop else moment
        count = max(0, int((last - start) / step))
        return [start + step * (i + 1) for i in range(count)]

    return arrives


def working_days(a_day, *, first_hour=7, last_hour=21, stop=None, seed=1):
    """Items at chance between two hours of the day in Lima, from three weeks before NOW."""
    chance, items = random.Random(seed), []
    for day in range(-21, 120):
        opening = datetime(2026, 11, 2, first_hour, tzinfo=LIMA).astimezone(UTC) + timedelta(days=day)
        items += [opening + chance.random() * (last_hour - first_hour) * HOUR for _ in range(a_day)]
    items.sort()
    items = [at for at in items if stop is None or at <= stop]
    return lambda moment: [at for at in items if at <= moment]


# how well it is


def test_a_feed_that_was_read_is_verified_where_its_routes_are_evidenced():
    state = polled([READ])
    assert (state.status, state.last_success, state.last_item) == ("verified", NOW, NOW)
    assert polled([SAME]).status == "probation", "a 304 at first sight shows nothing"
    guess = replace(READ, trusted=False)
    assert polled([guess] * 3).status == "probation", "a guessed route is verified by what its pages give"
    assert polled([guess], replace(polled([guess]), proven=NOW)).status == "verified"


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


def test_what_fell_in_its_pages_shows_until_it_is_mended():
    state = replace(polled([READ]), drift={"author": {"have": 0, "of": 12, "usual": 0.9}})
    after = after_poll(state, READ, NOW + HOUR)
    assert (after.status, after.reason, after.failures) == ("failing", "layout", 0)
    assert after_poll(replace(after, drift=None), READ, NOW + 2 * HOUR).status == "verified"


def test_a_listing_that_leads_elsewhere_for_good_is_told_while_it_still_yields():
    moved = replace(READ, moved_to="https://nuevo.example/feed")
    state = polled([moved])
    assert (state.status, state.reason, state.moved_to) == ("verified", "moved", "https://nuevo.example/feed")
    assert polled([moved, READ]).moved_to is None


def test_what_some_listings_lack_is_kept_beside_a_good_poll():
    state = polled([replace(READ, error="1 of 5 listings: 404")])
    assert (state.status, state.failures, state.error) == ("verified", 0, "1 of 5 listings: 404")


# when to look again


def test_failures_slow_a_source_down_but_never_stop_it():
    state = polled([READ] + [Poll(ok=False, reason="moved")] * 40, step=timedelta(0))
    assert state.next_poll - NOW == timedelta(days=1)


def test_the_verdict_falls_within_three_usual_gaps():
    state, moment = replace(polled([READ]), interval=20 * 3600.0, gap=5 * 3600.0), NOW
    for reason, most in (("network", 3), ("blocked", 2)):
        down, at = state, moment
        for _ in range(most):
            at = down.next_poll
            down = after_poll(down, Poll(ok=False, reason=reason), at)
        assert down.status in ("failing", "blocked") and at - state.next_poll <= 3 * timedelta(hours=5)


def test_a_first_look_reads_the_rate_from_the_dates_of_the_listing():
    quick = polled([Poll(ok=True, new=20, listed=20, dates=[NOW - i * timedelta(minutes=10) for i in range(20)])])
    slow = polled([Poll(ok=True, new=20, listed=20, dates=[NOW - i * timedelta(days=1) for i in range(20)])])
    assert quick.interval < 3600 < slow.interval <= due.LONGEST
    assert quick.gap == due.SHORTEST_GAP and slow.gap == 86400
    backwards = [NOW - timedelta(minutes=10 * i) for i in (3, 1, 2, 0, 9)]
    assert polled([Poll(ok=True, new=5, listed=5, dates=backwards)]).interval <= 3600, "dates in any order"
    same = polled([Poll(ok=True, new=9, listed=9, dates=[NOW] * 9)])
    assert same.interval == polled([Poll(ok=True, new=9, listed=9)]).interval, "dates of one second tell no rate"


def test_an_old_item_kept_at_the_end_of_a_listing_tells_of_no_pause():
    dates = [NOW - timedelta(minutes=20 * i) for i in range(19)] + [NOW - timedelta(days=700)]
    state = polled([Poll(ok=True, new=20, listed=20, dates=dates, trusted=True)])
    assert state.interval <= 3600 and state.gap == due.SHORTEST_GAP


def test_who_looks_once_a_day_hears_of_silence_too():
    arrives, state, moment, seen = regular(6 * HOUR, stop=NOW + timedelta(days=20)), None, NOW, 0
    while moment < NOW + timedelta(days=60) and (state is None or state.status != "silent"):
        items = arrives(moment)
        poll = Poll(ok=True, new=min(len(items) - seen, 20), listed=20, dates=items[-20:], trusted=True)
        state, seen = after_poll(state or SourceState(slug="chasqui"), poll, moment), len(items)
        moment += timedelta(days=1)
    assert state.status == "silent" and timedelta(days=20) < moment - NOW < timedelta(days=27)


def test_the_source_s_own_limits_hold():
    own = replace(READ, shortest=7200)
    assert polled([READ, *[replace(own, new=20)] * 5]).interval == 7200
    assert polled([replace(READ, new=20)] * 30, step=timedelta(minutes=20)).interval == due.SHORTEST
    asked_to_wait = after_poll(polled([READ]), Poll(ok=False, reason="blocked", shortest=40_000), NOW)
    assert asked_to_wait.next_poll == NOW + timedelta(seconds=40_000)


polls = st.builds(Poll, ok=st.booleans(), new=st.integers(0, 50), listed=st.integers(0, 50), not_modified=st.booleans(),
                  reason=st.sampled_from([None, "network", "blocked", "empty"]), shortest=st.sampled_from([0, 600, 7200]),
                  dates=st.lists(st.integers(-10**6, 10**5).map(lambda s: NOW + timedelta(seconds=s)), max_size=4))  # fmt: skip


@given(st.lists(polls, max_size=30), st.integers(1, 3000))
def test_a_source_is_always_polled_again_within_its_bounds(given_polls, minutes):
    state, moment = SourceState(slug="chasqui"), NOW
    for poll in given_polls:
        state = after_poll(state, poll, moment)
        wait = (state.next_poll - moment).total_seconds()
        assert max(due.SHORTEST, poll.shortest) <= wait <= due.LONGEST
        moment += timedelta(minutes=minutes)


def test_a_sleeping_newsroom_is_hardly_asked():
    states = watched(working_days(60), 28)
    last_week = [moment.astimezone(LIMA).hour for moment, _, _ in states if moment > NOW + timedelta(days=21)]
    night, day = sum(hour < 6 for hour in last_week) / 6, sum(8 <= hour < 20 for hour in last_week) / 12
    assert day > 8 and night < day / 3, f"a night's hour is asked {night} times a week, a day's {day}"


def test_a_burst_is_followed_and_soon_forgotten():
    usual = regular(HOUR)
    rush_from = NOW + timedelta(days=10)
    rush = [rush_from + timedelta(minutes=3 * i) for i in range(60)]
    states = watched(lambda moment: sorted(usual(moment) + [at for at in rush if at <= moment]), 12)
    before = [s.interval for m, _, s in states if rush_from - timedelta(days=1) < m < rush_from]
    during = [s.interval for m, _, s in states if rush_from + HOUR < m < rush_from + 3 * HOUR]
    after = [s.interval for m, _, s in states if m > rush_from + timedelta(hours=20)]
    assert max(during) < min(before) / 2 and min(after) > max(during)


def test_a_listing_is_read_before_items_fall_off_its_end():
    states = watched(regular(timedelta(minutes=6)), 3, shows=10)
    assert all(new <= 10 for _, new, _ in states[1:]) and all(s.interval <= 1800 for _, _, s in states[5:])


def test_a_weekly_magazine_costs_little_and_is_not_taken_for_dead():
    fridays = [NOW + timedelta(days=7 * week, hours=3, minutes=i) for week in range(-3, 9) for i in range(15)]
    states = watched(lambda moment: [at for at in fridays if at <= moment], 56)
    a_week = len([m for m, _, _ in states if m > NOW + timedelta(days=28)]) / 4
    assert a_week < 70 and not [m for m, _, s in states if s.status == "silent"]


# quiet for too long


@pytest.mark.parametrize("a_day", [4, 15, 150])
def test_nights_and_sundays_are_no_silence(a_day):
    states = watched(working_days(a_day), 60)
    assert not [moment for moment, _, state in states if state.status == "silent"]


@pytest.mark.parametrize(
    ("arrives", "hours"),
    [(regular(HOUR, stop=NOW + timedelta(days=14)), 12),
     (working_days(150, stop=NOW + timedelta(days=14, hours=3)), 12),
     (working_days(15, stop=NOW + timedelta(days=14, hours=3)), 36),
     (regular(timedelta(days=1), stop=NOW + timedelta(days=14)), 100),
     (regular(timedelta(days=7), stop=NOW + timedelta(days=14)), 24 * 28)],
    ids=["hourly", "a daily", "a regional one", "one a day", "weekly"],
)  # fmt: skip
def test_a_source_that_falls_silent_is_noticed_within_three_of_its_usual_pauses(arrives, hours):
    moment, _, state = watched(arrives, 60, until_quiet=True)[-1]
    assert (state.status, state.reason) == ("silent", "silent")
    assert moment > NOW + timedelta(days=14), "not before it fell silent"
    assert moment - state.last_item <= timedelta(hours=hours)
    assert after_poll(state, READ, state.next_poll).status == "verified", "and is well again with the next item"


def test_before_a_rhythm_is_known_the_clock_decides():
    quiet = polled([Poll(ok=True, new=3, listed=20, trusted=True)] * 24)
    last = quiet.last_item
    assert quiet.gap == due.SHORTEST_GAP or quiet.gap <= 86400
    limit = 3 * timedelta(seconds=quiet.gap)
    assert not is_quiet(quiet, last + limit) and is_quiet(quiet, last + limit + HOUR)


def test_a_feed_that_died_long_ago_is_silent_at_first_sight():
    old = [NOW - timedelta(days=400, hours=i) for i in range(15)]
    state = polled([Poll(ok=True, new=15, listed=15, dates=old, trusted=True)])
    assert (state.status, state.last_item) == ("silent", old[0])


def test_a_slow_source_is_given_its_time():
    weekly = Poll(ok=True, new=1, listed=1, items_a_day=1 / 7, trusted=True)
    state = polled([weekly])
    assert not is_quiet(state, NOW + timedelta(days=60)) and is_quiet(state, NOW + timedelta(days=64))


def test_pauses_in_which_nobody_looked_teach_nothing():
    state = polled([READ, READ])
    after = after_poll(state, READ, NOW + timedelta(days=9))
    before, learned = Rhythm.from_json(state.rhythm), Rhythm.from_json(after.rhythm)
    assert after.gap == state.gap and learned.longest == before.longest
    assert learned.mean < before.mean, "five new ones of twenty in nine days are all that came"
    overflown = after_poll(state, replace(READ, new=20), NOW + timedelta(days=9))
    assert Rhythm.from_json(overflown.rhythm).mean == before.mean, "what fell off meanwhile is not known"


def test_who_looks_once_an_hour_by_cron_learns_too():
    arrives = regular(timedelta(minutes=5))
    state, moment, seen = None, NOW, 0
    for _ in range(24 * 14):
        items = arrives(moment)
        new = min(len(items) - seen, 20)
        seen = len(items)
        state = after_poll(
            state or SourceState(slug="chasqui"), Poll(ok=True, new=new, listed=20, trusted=True), moment
        )
        moment += HOUR
    assert 1 / 400 < Rhythm.from_json(state.rhythm).mean < 1 / 200 and state.status == "verified"


def test_a_rhythm_survives_being_kept():
    state = polled([READ] * 3)
    rhythm = Rhythm.from_json(state.rhythm)
    assert rhythm.to_json() == state.rhythm and Rhythm.from_json(rhythm.to_json()) == rhythm


def test_items_of_one_moment_or_of_days_only_make_no_source_silent_at_noon():
    midnight = NOW.astimezone(LIMA).replace(hour=0, minute=0, second=0) - timedelta(days=1)
    for dates in (
        [midnight] * 12,
        [midnight + timedelta(hours=7)] * 12,
        [*[midnight] * 6, *[midnight - timedelta(days=1)] * 6],
    ):
        state = polled([Poll(ok=True, new=12, listed=12, dates=dates, trusted=True)])
        assert state.status == "verified" and state.gap >= 86400
        assert is_quiet(state, NOW + timedelta(days=6)), "but one that stays so is"
