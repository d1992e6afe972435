"""How each channel fares: failures in a row, when it is tried again, and whether it was paused because it seems dead.

A channel is its URL, whoever uses it. One that works has no row. A paused one is tried once a day with what waits for it:
if that is taken, it goes on by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, false, or_, select, true

from store.dialect import insert
from store.schema import channels

PATIENCE = timedelta(days=3)
LEAST = 8
"""A channel that only fails for PATIENCE, at least LEAST times, is taken for dead."""
TRIAL = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A channel that fails: how often in a row and since when, when it is tried next, since when it is paused, the last error."""

    url: str
    failures: int
    since: datetime | None
    not_before: datetime | None
    paused: datetime | None
    error: str | None


def states(tx: Connection) -> dict[str, ChannelState]:
    """The channels that fail or are paused, by URL."""
    return {row["url"]: ChannelState(**row) for row in tx.execute(select(channels)).mappings()}


def failures(tx: Connection, url: str) -> int:
    """How often in a row a channel failed: whatever it was given, a fresh message does not begin its back-off anew."""
    return tx.execute(select(channels.c.failures).where(channels.c.url == url)).scalar() or 0


def failed(tx: Connection, url: str, error: str, again: datetime, now: datetime, *, dead: bool) -> bool:
    """Write down a failure; `again` is when to try next. True when it is paused by this one: the other side said so, or it lasts."""
    before = states(tx).get(url)
    failures, since = (before.failures + 1, before.since or now) if before else (1, now)
    paused = before.paused if before else None
    gives_up = paused is None and (dead or (failures >= LEAST and now - since >= PATIENCE))
    if gives_up:
        paused = now
    row = {
        "url": url, "failures": failures, "since": since, "paused": paused, "error": error,
        "not_before": now + TRIAL if paused else again,
    }  # fmt: skip
    said = insert(tx, channels).values(**row)
    tx.execute(said.on_conflict_do_update(index_elements=["url"], set_=row))
    return gives_up


def works(tx: Connection, url: str | None = None) -> list[str]:
    """Forget the failures of a channel (of all): it took something, or a person says that it is mended. Those that were paused."""
    wanted = true() if url is None else channels.c.url == url
    paused = list(tx.execute(select(channels.c.url).where(wanted, channels.c.paused.is_not(None))).scalars())
    tx.execute(delete(channels).where(wanted))
    return paused


def blocked(tx: Connection, now: datetime, *, due_only: bool) -> list[str]:
    """The channels that are not to be tried now: paused and not yet due for their trial; with `due_only` also those that back off."""
    return list(tx.execute(select(channels.c.url).where(_waits(now, due_only=due_only))).scalars())


def closed_to(column: ColumnElement[str], closed: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column holds a URL that is closed: one of these, or of a whole kind (`mailto:`)."""
    kinds = [column.startswith(one, autoescape=True) for one in closed if one.endswith(":")]
    return or_(false(), column.in_([one for one in closed if not one.endswith(":")]), *kinds)


def _waits(now: datetime, *, due_only: bool) -> ColumnElement[bool]:
    """A moment further ahead than any that we set was written by a clock that has gone back since."""
    kept = true() if due_only else channels.c.paused.is_not(None)
    return and_(channels.c.not_before > now, channels.c.not_before <= now + TRIAL, kept)
