"""What alerts tell that is no document: sudden volumes, and what operators must know.

A **bulletin** is unique for its alert and key, so that the same spike or trouble is told once, however often we look. It
waits until its alert is due and is then frozen into one message over each channel. A **finding** is a trouble that was seen: it lasts from
`since` until it is `over`; every operator alert gets a bulletin when it begins, and one when it ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from core.document import Payload
from store import deliveries
from store.alerts import Alert, get, tellable
from store.dialect import exclusive, insert
from store.schema import alerts, bulletins, findings

LOCK = "findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One thing to be told; `what` says how `payload` is worded, `batch` names the mail that tells it."""

    id: int
    alert: str
    key: str
    what: str
    payload: Payload
    created: datetime
    batch: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A trouble that was seen: since when, and since when it is away again (None while it lasts)."""

    key: str
    what: str
    payload: Payload
    since: datetime
    over: datetime | None


def add(tx: Connection, alert: str, key: str, what: str, payload: Mapping[str, Any], now: datetime) -> bool:
    """Keep a bulletin; False when this alert has one of that key."""
    values = {"alert": alert, "key": key, "what": what, "payload": dict(payload), "created": now}
    return (
        tx.execute(insert(tx, bulletins).values(values).on_conflict_do_nothing().returning(bulletins.c.id)).first()
        is not None
    )


def waiting(tx: Connection) -> dict[str, list[Bulletin]]:
    """The bulletins that no message tells yet, by alert, oldest first; only of alerts whose owners are told anything."""
    chosen = select(bulletins).join(alerts).where(bulletins.c.batch.is_(None), tellable()).order_by(bulletins.c.id)
    found: dict[str, list[Bulletin]] = {}
    for row in tx.execute(chosen):
        found.setdefault(row.alert, []).append(Bulletin(**row._mapping))
    return found


def prepare(tx: Connection, alert: Alert, ready: Sequence[Bulletin], domain: str, now: datetime) -> None:
    """Freeze bulletins into one message over each channel of the alert."""
    batch = deliveries.add_notice(tx, alert, None, domain, now, kind=deliveries.BULLETIN)
    ids = [one.id for one in ready]
    tx.execute(update(bulletins).where(bulletins.c.id.in_(ids), bulletins.c.batch.is_(None)).values(batch=batch))


def of_batch(tx: Connection, batch: str) -> list[Bulletin]:
    """What one message tells."""
    chosen = select(bulletins).where(bulletins.c.batch == batch).order_by(bulletins.c.id)
    return [Bulletin(**row._mapping) for row in tx.execute(chosen)]


def of_alert(tx: Connection, alert: str, limit: int, offset: int = 0) -> list[Bulletin]:
    """An alert's bulletins, newest first."""
    chosen = select(bulletins).where(bulletins.c.alert == alert).order_by(bulletins.c.id.desc())
    return [Bulletin(**row._mapping) for row in tx.execute(chosen.limit(limit).offset(offset))]


def hold_restored(tx: Connection, domain: str, now: datetime) -> None:
    """Freeze what waits in a store that was restored, so that it is parked with all else (`deliveries.hold_restored`)."""
    for id, opened in waiting(tx).items():
        if (alert := get(tx, id)).channels:
            prepare(tx, alert, opened, domain, now)


def last(tx: Connection, alert: str, now: datetime) -> datetime | None:
    """When this alert last had something to tell; a moment in the future (the clock went back) does not count."""
    chosen = select(func.max(bulletins.c.created)).where(bulletins.c.alert == alert, bulletins.c.created <= now)
    return tx.execute(chosen).scalar()


def findings_of(tx: Connection, *, over: bool = False) -> list[Finding]:
    """The troubles that last (with `over` also those that ended), the oldest first."""
    chosen = select(findings).order_by(findings.c.since, findings.c.key)
    rows = tx.execute(chosen if over else chosen.where(findings.c.over.is_(None)))
    return [Finding(**row._mapping) for row in rows]


def keep_finding(tx: Connection, finding: Finding) -> None:
    """Write a finding, in place of the one of its key."""
    values = {name: getattr(finding, name) for name in ("key", "what", "payload", "since", "over")}
    values["payload"] = dict(finding.payload)
    anew = {name: value for name, value in values.items() if name != "key"}
    tx.execute(insert(tx, findings).values(values).on_conflict_do_update(index_elements=["key"], set_=anew))


def forget_finding(tx: Connection, key: str) -> None:
    """Drop a finding that ended long ago."""
    tx.execute(delete(findings).where(findings.c.key == key))


def has(tx: Connection, alert: str, key: str) -> bool:
    """Whether an alert has a bulletin of this key."""
    mine = (bulletins.c.alert == alert) & (bulletins.c.key == key)
    return tx.execute(select(bulletins.c.id).where(mine)).first() is not None


def lock(tx: Connection) -> None:
    """Until this transaction ends nobody else judges what was found."""
    exclusive(tx, LOCK)
