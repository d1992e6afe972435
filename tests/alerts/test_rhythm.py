"""When an entry is due: a pure function of moments, also of those that a jumping clock writes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import rules
from alerts.rhythm import due, is_quiet, latest_slot, next_due
from core.time import LIMA

BASE = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


def alert(rhythm: str, at: str = "07:00", **more: str):
    return rules.create(name="n", query="paro", owner="ana@example.org", rhythm=rhythm, at=at, now=BASE, **more)


def lima(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LIMA)


def test_instant_is_due_at_once():
    assert due(alert("instant"), BASE, None, BASE)
    assert due(alert("instant"), BASE + timedelta(days=9), BASE, BASE)  # the clock went back


@pytest.mark.parametrize(
    ("created", "last", "now", "expected"),
    [
        ("2026-11-25T06:59", None, "2026-11-25T07:00", True),
        ("2026-11-25T06:59", None, "2026-11-25T06:59:59", False),
        ("2026-11-25T07:01", None, "2026-11-25T23:00", False),
        ("2026-11-25T07:01", None, "2026-11-26T07:00", True),
        ("2026-11-25T07:00", "2026-11-25T07:00", "2026-11-26T07:00", True),
        ("2026-11-20T10:00", None, "2026-11-25T09:00", True),  # the machine was off for days
        (
            "2026-11-25T06:59",
            "2026-11-25T07:00",
            "2026-11-25T07:05",
            False,
        ),  # written late: the slot has had its digest
        ("2026-11-25T06:59", "2026-11-25T07:00", "2026-11-26T07:00", True),
    ],
)
def test_daily_is_due_once_a_day_at_its_hour_in_lima(created, last, now, expected):
    assert due(alert("daily"), lima(created), last and lima(last), lima(now)) is expected


def test_weekly_is_due_on_monday():
    weekly = alert("weekly", "18:30")
    assert lima("2026-11-23T00:00").weekday() == 0
    assert not due(weekly, lima("2026-11-20T10:00"), None, lima("2026-11-22T20:00"))
    assert not due(weekly, lima("2026-11-20T10:00"), None, lima("2026-11-23T18:29"))
    assert due(weekly, lima("2026-11-20T10:00"), None, lima("2026-11-23T18:30"))
    assert not due(weekly, lima("2026-11-23T18:31"), None, lima("2026-11-29T23:59"))


def test_a_clock_that_goes_back_holds_nothing_up():
    future, now = lima("2027-03-01T10:00"), lima("2026-11-25T07:05")
    assert due(alert("daily"), future, None, now)
    assert due(alert("daily"), future, lima("2027-03-01T11:00"), now)  # so was the last digest's
    assert not due(
        alert("daily"), future, lima("2026-11-25T07:01"), now
    )  # this slot had its digest; the next one takes it
    assert due(alert("daily"), future, lima("2026-11-25T07:01"), now + timedelta(days=1))


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(moments, st.one_of(st.none(), moments), moments, st.sampled_from(["daily", "weekly"]), st.times())
def test_whatever_the_clock_did_an_entry_goes_out_within_a_slot(created, last, now, rhythm, at):
    """After two more slots with a sound clock every entry was due at some moment, and a slot is never in the future."""
    one = alert(rhythm, at.strftime("%H:%M"))
    step = timedelta(days=1 if rhythm == "daily" else 7)
    assert now - step < latest_slot(one, now) <= now
    later = max(now, created) + 2 * step
    assert due(one, created, last if last is None or last <= now else None, later)


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        ("22:00-07:00", "2026-11-25T21:59:59", False), ("22:00-07:00", "2026-11-25T22:00", True), ("22:00-07:00", "2026-11-26T00:00", True),
        ("22:00-07:00", "2026-11-26T06:59:59", True), ("22:00-07:00", "2026-11-26T07:00", False), ("13:00-15:00", "2026-11-25T14:00", True),
        ("13:00-15:00", "2026-11-25T15:00", False), ("00:00-06:00", "2026-11-25T00:00", True), ("23:00-00:00", "2026-11-25T23:30", True),
        ("23:00-00:00", "2026-11-25T00:00", False),
    ],
)  # fmt: skip
def test_quiet_hours_are_limas(quiet, now, expected):
    one = alert("instant", quiet=quiet)
    assert is_quiet(one, lima(now)) is expected
    assert due(one, BASE - timedelta(days=1), None, lima(now)) is not expected


def test_what_waits_through_quiet_hours_goes_out_at_their_end():
    one = alert("instant", quiet="22:00-07:00")
    assert (
        next_due(one, lima("2026-11-25T23:10")) == next_due(one, lima("2026-11-26T03:00")) == lima("2026-11-26T07:00")
    )
    assert next_due(one, lima("2026-11-25T12:00")) == lima("2026-11-25T12:00")
    daily = alert("daily", "06:30", quiet="22:00-07:00")
    assert not due(daily, lima("2026-11-25T12:00"), None, lima("2026-11-26T06:45"))
    assert due(daily, lima("2026-11-25T12:00"), None, lima("2026-11-26T07:00"))
    assert next_due(daily, lima("2026-11-25T12:00")) == lima("2026-11-26T07:00")


def test_a_weekly_mail_has_its_day():
    friday = alert("weekly", "17:00", day="friday")
    assert latest_slot(friday, lima("2026-11-25T10:00")) == lima("2026-11-20T17:00")
    assert next_due(friday, lima("2026-11-25T10:00")) == lima("2026-11-27T17:00")
    assert due(friday, lima("2026-11-25T10:00"), None, lima("2026-11-27T17:00"))


@given(
    moments,
    st.sampled_from(["instant", "daily", "weekly"]),
    st.times(),
    st.times(),
    st.times(),
    st.sampled_from(["monday", "sunday"]),
)
def test_the_next_due_moment_is_one_at_which_it_is_due(now, rhythm, at, begins, ends, day):
    if begins.strftime("%H:%M") == ends.strftime("%H:%M"):
        return
    one = alert(rhythm, at.strftime("%H:%M"), quiet=f"{begins:%H:%M}-{ends:%H:%M}", day=day)
    moment = next_due(one, now)
    assert now <= moment <= now + timedelta(days=8) and due(one, now, None, moment + timedelta(seconds=1))
