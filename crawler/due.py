"""When: how late is late, when a server that asked us to wait may be asked again, and what a poll says of its source.

`after_poll` decides, and is pure: the next poll by the source's rhythm and within its own limits, graded failures, and
whether it has been quiet for too long. A source is never dropped: feeds that answered 404 for weeks come back, so
failures only slow it down and show in its status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from core.time import LIMA
from crawler.rhythm import Rhythm

if TYPE_CHECKING:  # extraction workers ask how late is late, and need not load the store for it
    from store.sources import SourceState, Status

LATE = timedelta(days=7)
LONGEST_WAIT = timedelta(days=2)
SHORTEST, LONGEST = 900.0, 86400.0
"""Seconds between polls: the shortest and the longest."""
UNKNOWN_RATE = 1 / 3600
"""Items a second of a source of which nothing is known: one an hour."""
PERMANENT = frozenset({"blocked", "moved", "gone", "invalid", "layout", "robots"})
REFUSALS = frozenset({"blocked", "robots"})
FAILING = 3
SHORTEST_GAP = 4 * 3600.0
DAY = 86400.0
QUIET_GAPS = 3
FORGETTING = 0.97
OVERFLOWN = 1.5
"""By how much more than it shows a listing is taken to have been, where all of it was new."""
PATIENCE = 10
"""A silent source is asked again after a tenth of its silence."""
HOURLY = 3600.0
"""Seconds: who runs us by hand or by cron every hour looks as well as the daemon."""
FEW = 3
"""Dates from which a listing's own pauses and rate are read."""


def is_late(published: datetime | None, seen: datetime) -> bool:
    """Whether an item was published more than seven days before it was first seen."""
    return published is not None and published < seen - LATE


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """When a server wants to be asked again (seconds or a date), at most two days ahead; None where it says nothing usable."""
    text = (value or "").strip()
    if text.isdigit() and text.isascii():
        return now + min(timedelta(seconds=min(int(text[:10]), 10**7)), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(when.astimezone(UTC), now + LONGEST_WAIT) if when > now else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of a source's listings gave.

    `not_modified`: nothing was read, the server said 304 or sent the same bytes. `shortest`: seconds to leave until the
    next poll, by the source's file or the server's word. `dates`: what the listings say of their items. `items_a_day`:
    what the source's file expects. `trusted`: its routes are evidenced, so that one good poll verifies it. `moved_to`:
    where a listing was redirected to for good. `error`, when `ok`: what some of the listings lacked.
    """

    ok: bool
    new: int = 0
    listed: int = 0
    reason: str | None = None
    error: str | None = None
    not_modified: bool = False
    shortest: float = 0
    dates: Sequence[datetime] = ()
    items_a_day: float | None = None
    trusted: bool = False
    moved_to: str | None = None


def after_poll(state: SourceState, poll: Poll, now: datetime) -> SourceState:
    """The state after a poll. A 304 after a failure proves nothing: only a listing that was read makes the source green again."""
    if not poll.ok:
        return _failed(state, poll, now)
    broken = state.last_failure is not None and (state.last_success is None or state.last_failure > state.last_success)
    if poll.not_modified and broken:
        return replace(state, last_poll=now, next_poll=_after(now, state.interval, poll))
    rhythm = _learned(state, poll, now)
    gap, last_item = _pauses(state, poll, now)
    wait = max(SHORTEST, poll.shortest, rhythm.wait(now, poll.listed or state.listed or 0, LONGEST))
    if state.status == "silent" and last_item is not None:  # for years, perhaps
        wait = max(wait, min(LONGEST, (now - last_item).total_seconds() / PATIENCE))
    after = replace(
        state, failures=0, reason=None, error=poll.error, moved_to=poll.moved_to, rhythm=rhythm.to_json(), interval=wait, gap=gap,
        last_item=last_item, last_poll=now, last_success=now, listed=poll.listed or state.listed,
        next_poll=_in_time(now + timedelta(seconds=wait), last_item, gap, now, poll),
    )  # fmt: skip
    if poll.not_modified and state.last_success is None:
        return replace(after, last_success=None)
    return settled(after, trusted=poll.trusted, now=now)


def settled(state: SourceState, *, trusted: bool, now: datetime) -> SourceState:
    """With the status that its facts give: failures, then what fell in its pages, silence, and the evidence that it yields."""
    if state.failures >= FAILING:
        return replace(state, status="blocked" if state.reason in REFUSALS else "failing")
    if state.failures:
        return state
    status, reason = _well(state, trusted, now)
    return replace(state, status=status, reason=reason)


def _well(state: SourceState, trusted: bool, now: datetime) -> tuple[Status, str | None]:
    if state.drift:
        return ("blocked", "blocked") if "answered" in state.drift else ("failing", "layout")
    if is_quiet(state, now):
        return "silent", "silent"
    reason = "moved" if state.moved_to else None
    return ("verified" if state.proven or (trusted and state.last_success) else "probation"), reason


def is_quiet(state: SourceState, now: datetime) -> bool:
    """Whether nothing new has come for three of the source's usual longest pauses: by its rhythm once that is known, by the clock before."""
    rhythm = Rhythm.from_json(state.rhythm) if state.rhythm is not None else None
    if rhythm is not None and rhythm.is_known:
        return rhythm.is_quiet
    if state.last_item is None or state.gap is None:
        return False
    return (now - state.last_item).total_seconds() > QUIET_GAPS * state.gap


def _failed(state: SourceState, poll: Poll, now: datetime) -> SourceState:
    points = state.failures + (2 if poll.reason in PERMANENT else 1)
    slowed = min(state.interval * 2 ** min(points, 10), LONGEST)
    if points < FAILING and state.gap:  # the verdict is to fall within three usual gaps
        slowed = min(slowed, max(SHORTEST, state.gap))
    failed = replace(
        state, failures=points, reason=poll.reason or "unknown", error=poll.error, moved_to=poll.moved_to or state.moved_to, last_poll=now,
        last_failure=now, next_poll=_after(now, slowed, poll),
    )  # fmt: skip
    return settled(failed, trusted=poll.trusted, now=now)


def _learned(state: SourceState, poll: Poll, now: datetime) -> Rhythm:
    """The rhythm after this poll. A first poll, where all is new, teaches nothing; nor do pauses in which nobody looked and
    after which the listing may not hold all that came."""
    if state.rhythm is None:
        base = _expected_rate(poll)
        return Rhythm(base=base, longest=max(1.0, base * (_first_gap(poll) or 0)), since=now)
    rhythm = Rhythm.from_json(state.rhythm)
    looked, overflown = _looked(state, now), 0 < poll.listed <= poll.new
    if state.last_poll is None or now <= state.last_poll:
        return rhythm
    new = poll.new * (OVERFLOWN if overflown else 1)
    rhythm = rhythm.look(state.last_poll, now, new, timely=looked)
    if not new:
        return rhythm
    return rhythm.learn(now, new) if looked or not overflown else replace(rhythm, since=now)


def _expected_rate(poll: Poll) -> float:
    """Items a second, by the source's file, else by the dates in its listing."""
    if poll.items_a_day:
        return poll.items_a_day / 86400
    dates = _dates(poll)
    span = (dates[-1] - dates[0]).total_seconds() if len(dates) >= FEW else 0
    return (len(dates) - 1) / span if span >= 60 else UNKNOWN_RATE


def _dates(poll: Poll) -> list[datetime]:
    """The dates of a listing in order, without its oldest tenth: an old item that is kept at the end tells of no pause."""
    dates = sorted(poll.dates)
    return dates[max(1, len(dates) // 10) :] if len(dates) >= 2 * FEW else dates


def _pauses(state: SourceState, poll: Poll, now: datetime) -> tuple[float | None, datetime | None]:
    """The usual longest pause, slowly forgotten, and when the last item came. Pauses in which we did not look do not count;
    none is under four hours, since a newsroom sleeps."""
    if state.gap is None:
        newest = max((date for date in poll.dates if date <= now), default=now)
        return _first_gap(poll), newest if poll.new or poll.dates else state.last_item
    if poll.new == 0:
        return state.gap, state.last_item
    gap = state.gap
    if state.last_item is not None and _looked(state, now):
        gap = max((now - state.last_item).total_seconds(), gap * FORGETTING, SHORTEST_GAP)
    return gap, now


def _first_gap(poll: Poll) -> float | None:
    """The longest pause between the items of a listing, else three times what the source's file expects, else a day.

    Items of one moment tell of no pause, and days of none that is shorter.
    """
    dates = _dates(poll)
    if len(dates) >= FEW and dates[0] < dates[-1]:
        return max(SHORTEST_GAP, DAY if _are_days(dates) else 0, *((b - a).total_seconds() for a, b in pairwise(dates)))
    if poll.not_modified:
        return None
    return max(SHORTEST_GAP, 3 * 86400 / poll.items_a_day if poll.items_a_day else 86400.0)


def _are_days(dates: Sequence[datetime]) -> bool:
    return all((at := date.astimezone(LIMA)).hour == at.minute == at.second == 0 for date in dates)


def _looked(state: SourceState, now: datetime) -> bool:
    """Whether the last look was about when it was due: a pause of our own says nothing of the source's pauses."""
    return state.last_poll is not None and (now - state.last_poll).total_seconds() <= 2 * max(HOURLY, state.interval)


def _in_time(at: datetime, last_item: datetime | None, gap: float | None, now: datetime, poll: Poll) -> datetime:
    """No later than when its silence would have to be noticed."""
    if last_item is None or gap is None:
        return at
    noticed = last_item + timedelta(seconds=QUIET_GAPS * gap + 60)
    return max(min(at, noticed), _after(now, 0, poll)) if noticed > now else at


def _after(now: datetime, interval: float, poll: Poll) -> datetime:
    return now + timedelta(seconds=max(SHORTEST, poll.shortest, interval))
