"""Mails: what freezes entries, who sends them, and what became of them.

A **delivery** is one mail of a batch over one channel: prepared, leased by the worker that sends it, recorded once. Its
Message-ID comes from its id, so that a mail sent again after a crash is the same mail. A batch also takes along the hits
that are only counted: the first part tells their number.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, or_, select, true, tuple_, update

from store.alerts import Alert, Entry, Hit, hit_of, hit_rows, lock, tellable
from store.dialect import batches
from store.schema import alerts, deliveries, entries, hits
from store.workers import workers_of

LEASE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One mail over one channel: `part` of `parts` of a batch. `state` is `prepared`, `sent` or `parked` (with `error`)."""

    id: str
    batch: str
    part: int
    parts: int
    alert: str
    kind: str
    channel: str
    message_id: str
    state: str
    reason: str | None
    checked: int
    prepared: datetime
    sent: datetime | None
    attempts: int
    not_before: datetime | None
    lease_by: str | None
    lease_until: datetime | None
    error: str | None

    @property
    def recipient(self) -> str:
        """The address behind the channel's URL."""
        return self.channel.partition(":")[2]


def last_prepared(tx: Connection, alert: str, now: datetime) -> datetime | None:
    """When this alert's last digest (or bulletin) was prepared; one dated after `now` (the clock went back) does not count."""
    mine = and_(deliveries.c.alert == alert, deliveries.c.kind != "notice", deliveries.c.prepared <= now)
    return tx.execute(
        select(deliveries.c.prepared).where(mine).order_by(deliveries.c.prepared.desc()).limit(1)
    ).scalar()


def prepare(tx: Connection, alert: Alert, parts: Sequence[Sequence[Entry]], domain: str, now: datetime) -> list[str]:
    """Freeze entries into a batch of mails, one for each part and channel, and take along what is only counted."""
    batch = secrets.token_hex(12)
    total = tx.execute(select(alerts.c.checked).where(alerts.c.id == alert.id)).scalar_one()
    for number, part in enumerate(parts, 1):
        ids = [entry.id for entry in part]
        for some in batches(ids):
            values = {"state": "frozen", "batch": batch, "part": number}
            tx.execute(update(entries).where(entries.c.id.in_(some), entries.c.state == "open").values(**values))
    untold = and_(hits.c.alert == alert.id, hits.c.counted, hits.c.batch.is_(None))
    tx.execute(update(hits).where(untold).values(batch=batch))
    tx.execute(update(alerts).where(alerts.c.id == alert.id).values(checked=0))
    rows = [
        _delivery_values(
            alert.id, batch, channel, domain, now, part=number, parts=len(parts), kind="digest", checked=total
        )
        for number in range(1, len(parts) + 1)
        for channel in alert.channels
    ]
    tx.execute(deliveries.insert(), rows)
    return [row["id"] for row in rows]


def add_notice(
    tx: Connection, alert: Alert, reason: str | None, domain: str, now: datetime, *, kind: str = "notice"
) -> str:
    """A mail to the owner that is about the alert itself, or (`bulletin`) that tells its bulletins; the batch."""
    batch = secrets.token_hex(12)
    rows = [
        _delivery_values(alert.id, batch, channel, domain, now, kind=kind, reason=reason) for channel in alert.channels
    ]
    tx.execute(deliveries.insert(), rows)
    return batch


def claim_delivery(
    tx: Connection, worker: str, now: datetime, *, due_only: bool, skip: Iterable[str] = ()
) -> Delivery | None:
    """Lease the oldest prepared delivery that nobody living sends now. `due_only`: leave those that wait for a retry."""
    lock(tx)
    query = (
        _ready(tx, now, due_only=due_only)
        .where(deliveries.c.id.not_in(list(skip)))
        .order_by(deliveries.c.attempts, deliveries.c.prepared, deliveries.c.batch, deliveries.c.part, deliveries.c.id)
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    lease = {"lease_by": worker, "lease_until": now + LEASE}
    tx.execute(update(deliveries).where(deliveries.c.id == row.id).values(**lease))
    return Delivery(**{**row._mapping, **lease})


def record_sent(tx: Connection, delivery: Delivery, worker: str, now: datetime) -> bool:
    """The channel took it. False when the lease was lost meanwhile."""
    return _record(tx, delivery, worker, {"state": "sent", "sent": now, "error": None, "not_before": None})


def record_failed(tx: Connection, delivery: Delivery, worker: str, error: str, not_before: datetime | None) -> bool:
    """It was not taken: tried again from `not_before` on, or parked when there is none."""
    state = "prepared" if not_before else "parked"
    return _record(tx, delivery, worker, {"state": state, "error": error, "not_before": not_before})


def contents(tx: Connection, delivery: Delivery) -> tuple[list[list[Hit]], Counter[str]]:
    """The entries of a delivery, each a list of hits, and (on the first part) the hits that are only counted, by kind."""
    query = (
        hit_rows()
        .where(entries.c.batch == delivery.batch, entries.c.part == delivery.part)
        .order_by(entries.c.id, hits.c.id)
    )
    found: dict[int, list[Hit]] = {}
    for hit in map(hit_of, tx.execute(query)):
        if "headline" in hit.snapshot and hit.entry is not None:
            found.setdefault(hit.entry, []).append(hit)
    counted: Counter[str] = Counter()
    if delivery.part == 1:
        rows = tx.execute(
            select(hits.c.cause, hits.c.arrival, func.count())
            .where(hits.c.batch == delivery.batch)
            .group_by(hits.c.cause, hits.c.arrival)
        )
        for cause, arrival, number in rows:
            counted[arrival if arrival in ("backfill", "import") else cause] += number
    return list(found.values()), counted


def deliveries_of(tx: Connection, alert: str, *, limit: int | None = None, offset: int = 0) -> list[Delivery]:
    """An alert's deliveries, newest first."""
    mine = select(deliveries).where(deliveries.c.alert == alert)
    query = mine.order_by(deliveries.c.prepared.desc(), deliveries.c.batch, deliveries.c.part, deliveries.c.channel)
    return [Delivery(**row._mapping) for row in tx.execute(query.limit(limit).offset(offset))]


def parked_deliveries(tx: Connection) -> list[Delivery]:
    """Mails that were refused for good, with what was said."""
    return [Delivery(**row._mapping) for row in tx.execute(select(deliveries).where(deliveries.c.state == "parked"))]


def retry_deliveries(tx: Connection) -> int:
    """Put parked mails back."""
    values = {"state": "prepared", "attempts": 0, "not_before": None}
    return tx.execute(update(deliveries).where(deliveries.c.state == "parked").values(**values)).rowcount


def unsent_entries(tx: Connection) -> int:
    """How many entries are in a mail that is prepared and was not sent over every channel yet."""
    unsent = select(deliveries.c.batch, deliveries.c.part).where(deliveries.c.state == "prepared")
    waits = and_(tuple_(entries.c.batch, entries.c.part).in_(unsent), tellable())
    return tx.execute(select(func.count()).select_from(entries.join(alerts)).where(waits)).scalar_one()


def is_any_ready(tx: Connection, now: datetime, *, due_only: bool) -> bool:
    """Whether a mail is prepared, unsent and in nobody's living hands."""
    return tx.execute(_ready(tx, now, due_only=due_only).limit(1)).first() is not None


def redirect(tx: Connection, alert: Alert) -> None:
    """Unsent mails to addresses the alert no longer has go to its first one, unless that one gets the same mail anyway."""
    unsent = and_(
        deliveries.c.alert == alert.id, deliveries.c.state != "sent", deliveries.c.channel.not_in(alert.channels)
    )
    for row in tx.execute(select(deliveries).where(unsent)).all():
        same = and_(
            deliveries.c.batch == row.batch, deliveries.c.part == row.part, deliveries.c.channel == alert.channels[0]
        )
        if tx.execute(select(deliveries.c.id).where(same)).first():
            tx.execute(delete(deliveries).where(deliveries.c.id == row.id))
        else:
            anew = {"channel": alert.channels[0], "state": "prepared", "attempts": 0, "not_before": None, "error": None}
            tx.execute(update(deliveries).where(deliveries.c.id == row.id).values(**anew))


def _ready(tx: Connection, now: datetime, *, due_only: bool) -> Select[Any]:
    """The prepared deliveries that may be leased now. A lease ends with its worker's life, or after LEASE if it hangs."""
    holders = tx.execute(select(deliveries.c.lease_by).where(deliveries.c.lease_by.is_not(None)).distinct()).scalars()
    dead = workers_of(tx).dead(tx, [name for name in holders if name])
    free = or_(deliveries.c.lease_by.is_(None), deliveries.c.lease_by.in_(dead), deliveries.c.lease_until < now)
    ready = or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= now) if due_only else true()
    told = or_(tellable(), deliveries.c.kind == "notice")
    return select(deliveries).join(alerts).where(deliveries.c.state == "prepared", free, ready, told)


def _record(tx: Connection, delivery: Delivery, worker: str, values: Mapping[str, Any]) -> bool:
    mine = and_(deliveries.c.id == delivery.id, deliveries.c.lease_by == worker, deliveries.c.state == "prepared")
    freed = {"lease_by": None, "lease_until": None, "attempts": deliveries.c.attempts + 1}
    return bool(tx.execute(update(deliveries).where(mine).values(**values, **freed)).rowcount)


def _delivery_values(alert: str, batch: str, channel: str, domain: str, now: datetime, *, part: int = 1, parts: int = 1, kind: str, checked: int = 0, reason: str | None = None) -> dict[str, Any]:  # fmt: skip
    id_ = secrets.token_hex(16)
    return {
        "id": id_, "batch": batch, "part": part, "parts": parts, "alert": alert, "kind": kind, "channel": channel,
        "message_id": f"<{id_}@{domain}>", "state": "prepared", "reason": reason, "checked": checked, "prepared": now, "attempts": 0,
    }  # fmt: skip
