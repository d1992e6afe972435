"""What we know of each source from watching it: status, graded failures, a learned rhythm, outages, listing validators.

Rows only: what a poll means for its source is decided in `crawler.due`, what its pages mean in `crawler.health`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, and_, func, or_, select, update

from core.document import Payload
from store.dialect import exclusive, insert
from store.schema import frontier, source_states
from store.schema import outages as outages_table
from store.schema import validators as validators_table

Status = Literal["probation", "verified", "failing", "blocked", "silent"]
SKEW = timedelta(minutes=2)
"""What two hosts on one store may differ by; a poll further ahead was written by a clock that has gone back since."""
FIRST = 3600.0
"""Seconds between polls before anything is learned."""
LOSING = frozenset({"answered", "document", "text"})
"""What of a drift makes documents go missing: a time of it is an outage, a missing author is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as watching found it. `interval` (to the next poll) and `gap` (its usual longest pause between new items)
    are seconds.

    `failures` counts points since the last success: 1 for what passes by itself (network, timeout, server, empty), 2
    for what needs a person (blocked, moved, gone, invalid, layout, robots). `listed`: how many items its listings last
    held. `rhythm`: when its items come (`crawler.rhythm`). `proven`: when it had first given enough documents to count
    as verified. `moved_to`: where its listings lead for good. `drift`: what fell in its pages.
    `figures`: what its latest pages gave (`crawler.health`). `backfilled`: when its recent past was first asked for.
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
    listed: int | None = None
    rhythm: Payload | None = None
    proven: datetime | None = None
    moved_to: str | None = None
    drift: Mapping[str, Payload] | None = None
    figures: Payload | None = None
    backfilled: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a listing's server gave us to ask whether anything changed, and when it was last read."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    read: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time when a source was down or silent; `ended` is None while it lasts."""

    source: str
    started: datetime
    ended: datetime | None
    reason: str


def state(tx: Connection, slug: str) -> SourceState:
    """The state of a source; that of a source never polled is on probation."""
    return states(tx).get(slug) or SourceState(slug=slug)


def states(tx: Connection) -> dict[str, SourceState]:
    """Every source that was polled, enabled or disabled, by slug."""
    rows = tx.execute(select(source_states).order_by(source_states.c.slug)).mappings()
    return {row["slug"]: SourceState(**row) for row in rows}


def keep(tx: Connection, one: SourceState, now: datetime) -> None:
    """Keep a state as it now is. After a failure the listings are asked again in full; an outage is open from the first
    failure (or the last item before a silence) until a listing is read again."""
    _keep(tx, one)
    if one.last_failure is not None and one.last_failure == now:
        nothing = {"etag": None, "last_modified": None, "body_hash": None}
        tx.execute(update(validators_table).where(validators_table.c.source == one.slug).values(nothing))
    _keep_outage(tx, one, now)


def locked(tx: Connection, slug: str) -> SourceState:
    """The state of a source, which nobody else changes until this transaction ends."""
    exclusive(tx, "source_states")
    return state(tx, slug)


def due(tx: Connection, sources: Mapping[str, float], now: datetime) -> list[str]:
    """Slugs to poll now, the longest overdue first. `sources`: slug to its own shortest interval in seconds."""
    known = states(tx)
    ready: list[tuple[datetime, str]] = []
    for slug, shortest in sources.items():
        one = known.get(slug) or SourceState(slug=slug)
        at = one.next_poll or datetime.min.replace(tzinfo=now.tzinfo)
        if one.last_poll is not None:
            set_back = one.last_poll > now + SKEW  # the clock: what was reckoned by it counts no more
            at = now if set_back else max(at, one.last_poll + timedelta(seconds=shortest))
        if one.enabled and at <= now:
            ready.append((at, slug))
    return [slug for _, slug in sorted(ready)]


def enable(tx: Connection, slug: str) -> None:
    """Poll this source again, from now on; what its pages give now is taken for usual."""
    _keep(tx, replace(state(tx, slug), enabled=True, next_poll=None, drift=None, figures=None))


def disable(tx: Connection, slug: str) -> None:
    """Poll this source no more; what it gave stays."""
    _keep(tx, replace(state(tx, slug), enabled=False))


def validators(tx: Connection, slug: str, feed_url: str) -> Validators:
    """What to send with the next request to this feed; empty after a failure, so that it is read in full."""
    own = and_(validators_table.c.source == slug, validators_table.c.feed == feed_url)
    row = tx.execute(select(validators_table).where(own)).mappings().first()
    return Validators() if row is None else Validators(**{name: row[name] for name in Validators.__dataclass_fields__})


def save_validators(
    tx: Connection, slug: str, feed_url: str, etag: str | None, last_modified: str | None, body_hash: str | None,
    read: datetime | None = None,
) -> None:  # fmt: skip
    """Keep a listing's validators: in the transaction that writes its entries to the frontier."""
    values = {"etag": etag, "last_modified": last_modified, "body_hash": body_hash, "read": read}
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


def _keep(tx: Connection, one: SourceState) -> None:
    values = asdict(one)
    statement = insert(tx, source_states).values(values)
    tx.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=values))


def _keep_outage(tx: Connection, one: SourceState, now: datetime) -> None:
    open_ = and_(outages_table.c.source == one.slug, outages_table.c.ended.is_(None))
    down = one.failures or one.status == "silent" or (one.drift and LOSING & one.drift.keys())
    reason = one.reason if down else None
    is_open = tx.execute(select(outages_table.c.id).where(open_)).first() is not None
    if reason is None:
        tx.execute(update(outages_table).where(open_).values(ended=now))
    elif not is_open:
        started = _quiet_since(tx, one, now) if reason == "silent" else now
        tx.execute(insert(tx, outages_table).values(source=one.slug, started=started, reason=reason))


def _quiet_since(tx: Connection, one: SourceState, now: datetime) -> datetime:
    """Since its last item, but not before we watched it."""
    first = tx.execute(select(func.min(frontier.c.discovered)).where(frontier.c.source == one.slug)).scalar()
    return max(one.last_item or now, first or now)
