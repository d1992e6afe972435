"""What we know of each source from polling it: status, graded failures, a learned interval, outages, feed validators.

`after_poll` decides, and is pure; the other functions read and write. A source is never dropped: feeds that answered
404 for weeks come back, so failures only slow it down and show in its status.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, and_, or_, select, update

from store.dialect import insert
from store.schema import outages as outages_table
from store.schema import source_states
from store.schema import validators as validators_table

Status = Literal["probation", "verified", "failing", "blocked", "silent"]
SHORTEST, FIRST, LONGEST = 900.0, 3600.0, 86400.0
"""Seconds between polls: the shortest, before anything is learned, the longest."""
PERMANENT = frozenset({"blocked", "moved", "gone", "invalid", "layout", "robots"})
REFUSALS = frozenset({"blocked", "robots"})
FAILING = 3
WANTED_SHARE = 0.25
SHORTEST_GAP = 4 * 3600.0
QUIET_GAPS = 3
FORGETTING = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as polling found it. `interval` and `gap` (its usual longest pause between new items) are seconds.

    `failures` counts points since the last success: 1 for what passes by itself (network, timeout, server, empty), 2
    for what needs a person (blocked, moved, gone, invalid, layout, robots).
    """

    slug: str
    status: Status = "probation"
    enabled: bool = True
    failures: float = 0
    reason: str | None = None
    error: str | None = None
    interval: float = FIRST
    gap: float | None = None
    last_poll: datetime | None = None
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_item: datetime | None = None
    next_poll: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll gave. `not_modified`: the server said 304, so nothing was read. `expected_gap`: seconds between two
    items that the source's own file leads us to expect."""

    ok: bool
    new: int = 0
    listed: int = 0
    reason: str | None = None
    error: str | None = None
    not_modified: bool = False
    min_interval: float = 0
    expected_gap: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a feed's server gave us to ask whether anything changed."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time when a source was down or silent; `ended` is None while it lasts."""

    source: str
    started: datetime
    ended: datetime | None
    reason: str


def after_poll(state: SourceState, poll: Poll, now: datetime) -> SourceState:
    """The state after a poll. A 304 after a failure proves nothing: only a feed that was read makes the source green again."""
    if not poll.ok:
        return _failed(state, poll, now)
    broken = state.last_failure is not None and (state.last_success is None or state.last_failure > state.last_success)
    if poll.not_modified and broken:
        return replace(state, last_poll=now, next_poll=_after(now, state.interval, poll))
    interval = _learned(state, poll)
    gap, last_item = _pauses(state, poll, now)
    after = replace(
        state, failures=0, reason=None, error=None, interval=interval, gap=gap, last_item=last_item, last_poll=now, last_success=now,
        status="verified", next_poll=_after(now, interval, poll),
    )  # fmt: skip
    if poll.not_modified and state.last_success is None:
        after = replace(after, status=state.status, last_success=None)
    return replace(after, status="silent", reason="silent") if is_quiet(after, now) else after


def is_quiet(state: SourceState, now: datetime) -> bool:
    """Whether nothing new has come for three of the source's usual longest pauses."""
    if state.last_item is None or state.gap is None:
        return False
    return (now - state.last_item).total_seconds() > QUIET_GAPS * state.gap


def state(tx: Connection, slug: str) -> SourceState:
    """The state of a source; that of a source never polled is on probation."""
    return states(tx).get(slug) or SourceState(slug=slug)


def states(tx: Connection) -> dict[str, SourceState]:
    """Every source that was polled, enabled or disabled, by slug."""
    rows = tx.execute(select(source_states).order_by(source_states.c.slug)).mappings()
    return {row["slug"]: SourceState(**row) for row in rows}


def record_poll(
    tx: Connection, slug: str, ok: bool, new: int, listed: int, error: str | None, reason: str | None, now: datetime, *,
    not_modified: bool = False, min_interval: float = 0, expected_gap: float | None = None,
) -> SourceState:  # fmt: skip
    """Record a poll: the new state is kept and answered. After a failure the feeds are asked again in full, and an
    outage is open until a feed is read again."""
    poll = Poll(
        ok=ok, new=new, listed=listed, error=error, reason=reason, not_modified=not_modified, min_interval=min_interval,
        expected_gap=expected_gap,
    )  # fmt: skip
    after = after_poll(state(tx, slug), poll, now)
    _keep(tx, after)
    if not ok:
        nothing = {"etag": None, "last_modified": None, "body_hash": None}
        tx.execute(update(validators_table).where(validators_table.c.source == slug).values(nothing))
    _keep_outage(tx, after, now)
    return after


def due(tx: Connection, sources: Mapping[str, float], now: datetime) -> list[str]:
    """Slugs to poll now, the longest overdue first. `sources`: slug to its own shortest interval in seconds."""
    known = states(tx)
    ready: list[tuple[datetime, str]] = []
    for slug, shortest in sources.items():
        one = known.get(slug) or SourceState(slug=slug)
        at = one.next_poll or datetime.min.replace(tzinfo=now.tzinfo)
        if one.last_poll is not None:
            at = max(at, one.last_poll + timedelta(seconds=shortest))
        if one.enabled and at <= now:
            ready.append((at, slug))
    return [slug for _, slug in sorted(ready)]


def enable(tx: Connection, slug: str) -> None:
    """Poll this source again, from now on."""
    _keep(tx, replace(state(tx, slug), enabled=True, next_poll=None))


def disable(tx: Connection, slug: str) -> None:
    """Poll this source no more; what it gave stays."""
    _keep(tx, replace(state(tx, slug), enabled=False))


def validators(tx: Connection, slug: str, feed_url: str) -> Validators:
    """What to send with the next request to this feed; empty after a failure, so that it is read in full."""
    own = and_(validators_table.c.source == slug, validators_table.c.feed == feed_url)
    row = tx.execute(select(validators_table).where(own)).mappings().first()
    return Validators() if row is None else Validators(**{name: row[name] for name in Validators.__dataclass_fields__})


def save_validators(
    tx: Connection, slug: str, feed_url: str, etag: str | None, last_modified: str | None, body_hash: str | None
) -> None:
    """Keep a feed's validators: in the transaction that writes its entries to the frontier."""
    values = {"etag": etag, "last_modified": last_modified, "body_hash": body_hash}
    statement = insert(tx, validators_table).values(source=slug, feed=feed_url, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["source", "feed"], set_=values))


def outages(
    tx: Connection, start: datetime, end: datetime, *, at_least: timedelta = timedelta(hours=6)
) -> list[Outage]:
    """Times within [start, end) when a source was down for so long, the earliest first: to mark them in trends."""
    touches = and_(outages_table.c.started < end, or_(outages_table.c.ended.is_(None), outages_table.c.ended > start))
    rows = tx.execute(select(outages_table).where(touches).order_by(outages_table.c.started, outages_table.c.source))
    found = [Outage(source=row.source, started=row.started, ended=row.ended, reason=row.reason) for row in rows]
    return [one for one in found if (one.ended or end) - one.started >= at_least]


def _failed(state: SourceState, poll: Poll, now: datetime) -> SourceState:
    points = state.failures + (2 if poll.reason in PERMANENT else 1)
    status = state.status
    if points >= FAILING:
        status = "blocked" if poll.reason in REFUSALS else "failing"
    slowed = min(state.interval * 2 ** min(points, 10), LONGEST)
    return replace(
        state, status=status, failures=points, reason=poll.reason or "unknown", error=poll.error, last_poll=now, last_failure=now,
        next_poll=_after(now, slowed, poll),
    )  # fmt: skip


def _learned(state: SourceState, poll: Poll) -> float:
    """Half the time when much is new, half as much again when nothing is. A first poll, where all is new, teaches nothing."""
    if state.last_success is None:
        return state.interval
    factor = 1.5 if poll.new == 0 else min(1.5, max(0.5, WANTED_SHARE * max(poll.listed, poll.new) / poll.new))
    return min(LONGEST, max(SHORTEST, poll.min_interval, state.interval * factor))


def _pauses(state: SourceState, poll: Poll, now: datetime) -> tuple[float | None, datetime | None]:
    """The usual longest pause, slowly forgotten, and when the last item came. Pauses in which we did not look do not count;
    none is under four hours, since a newsroom sleeps."""
    gap = state.gap if state.gap is not None else max(SHORTEST_GAP, poll.expected_gap or 0)
    if poll.new == 0:
        return gap, state.last_item
    looked = state.last_poll is not None and (now - state.last_poll).total_seconds() <= 2 * state.interval
    if state.last_item is not None and looked:
        gap = max((now - state.last_item).total_seconds(), gap * FORGETTING, SHORTEST_GAP)
    return gap, now


def _after(now: datetime, interval: float, poll: Poll) -> datetime:
    return now + timedelta(seconds=max(SHORTEST, poll.min_interval, interval))


def _keep(tx: Connection, one: SourceState) -> None:
    values = asdict(one)
    statement = insert(tx, source_states).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=values))


def _keep_outage(tx: Connection, one: SourceState, now: datetime) -> None:
    open_ = and_(outages_table.c.source == one.slug, outages_table.c.ended.is_(None))
    reason = "silent" if one.status == "silent" else one.reason if one.failures else None
    is_open = tx.execute(select(outages_table.c.id).where(open_)).first() is not None
    if reason is None:
        tx.execute(update(outages_table).where(open_).values(ended=now))
    elif not is_open:
        started = one.last_item if reason == "silent" and one.last_item else now
        tx.execute(insert(tx, outages_table).values(source=one.slug, started=started, reason=reason))
