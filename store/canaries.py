"""Canaries: synthetic documents that prove the whole way. Each leaves one row behind; the document itself is erased.

`injected`, `matched`, `sent` and `arrived` are the stations of its way; what has not been reached is None.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from store.dialect import exclusive
from store.schema import (
    alerts,
    aliases,
    annotations,
    canaries,
    deliveries,
    documents,
    entries,
    hits,
    story_keys,
    versions,
    work,
)

KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One canary and its stations."""

    id: str
    document: str
    alert: str
    injected: datetime
    matched: datetime | None = None
    sent: datetime | None = None
    arrived: datetime | None = None
    erased: datetime | None = None


def add(tx: Connection, canary: Canary) -> None:
    """Remember a canary that is sent on its way; the oldest ones are forgotten."""
    values = {name: getattr(canary, name) for name in ("id", "document", "alert", "injected")}
    tx.execute(canaries.insert().values(values))
    newest = select(canaries.c.id).order_by(canaries.c.injected.desc(), canaries.c.id).limit(KEPT)
    tx.execute(delete(canaries).where(canaries.c.erased.is_not(None), canaries.c.id.not_in(newest)))


def recent(tx: Connection, limit: int = 1) -> list[Canary]:
    """The latest ones, newest first."""
    chosen = select(canaries).order_by(canaries.c.injected.desc(), canaries.c.id).limit(limit)
    return [Canary(**row._mapping) for row in tx.execute(chosen)]


def under_way(tx: Connection) -> list[Canary]:
    """Those whose document is still in the store, oldest first."""
    chosen = select(canaries).where(canaries.c.erased.is_(None)).order_by(canaries.c.injected)
    return [Canary(**row._mapping) for row in tx.execute(chosen)]


def stations(tx: Connection, document: str) -> tuple[datetime | None, datetime | None, str | None]:
    """When a canary's document matched, when its mail was accepted, and that mail's Message-ID."""
    row = tx.execute(
        select(hits.c.matched, deliveries.c.sent, deliveries.c.message_id)
        .outerjoin(entries, entries.c.id == hits.c.entry)
        .outerjoin(deliveries, (deliveries.c.batch == entries.c.batch) & (deliveries.c.part == entries.c.part))
        .where(hits.c.document == document)
        .order_by(deliveries.c.sent.is_(None))
    ).first()
    return (row.matched, row.sent, row.message_id) if row else (None, None, None)


def note(tx: Connection, id: str, **moments: datetime | None) -> None:
    """Keep what was reached."""
    tx.execute(update(canaries).where(canaries.c.id == id).values(**moments))


def erase(tx: Connection, canary: Canary, now: datetime) -> None:
    """Take its document and whatever came of it out of every table."""
    found = tx.execute(select(hits.c.entry).where(hits.c.document == canary.document)).scalars().all()
    ids = [entry for entry in found if entry is not None]
    batches = tx.execute(select(entries.c.batch).where(entries.c.id.in_(ids))).scalars().all()
    tx.execute(delete(hits).where(hits.c.document == canary.document))
    for table in (work, annotations, aliases, versions, story_keys):
        tx.execute(delete(table).where(table.c.document == canary.document))
    tx.execute(delete(documents).where(documents.c.id == canary.document))
    empty = entries.c.id.in_(ids) & ~select(hits.c.id).where(hits.c.entry == entries.c.id).exists()
    tx.execute(delete(entries).where(empty))
    mails = deliveries.c.batch.in_([batch for batch in batches if batch])
    alone = ~select(entries.c.id).where(entries.c.batch == deliveries.c.batch).exists()
    tx.execute(delete(deliveries).where(mails, alone, deliveries.c.alert == canary.alert))
    note(tx, canary.id, erased=now)


def alert_of(tx: Connection, owner: str) -> str | None:
    """The id of the active alert that canaries of this address match."""
    mine = (alerts.c.kind == "canary") & (alerts.c.owner == owner) & (alerts.c.state == "active")
    return tx.execute(select(alerts.c.id).where(mine).order_by(alerts.c.created).limit(1)).scalar()


def lock(tx: Connection) -> None:
    """Until this transaction ends nobody else sends a canary."""
    exclusive(tx, "canaries")
