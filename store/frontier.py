"""The frontier: every address a source has shown us, and how far it got: pending, fetched, extracted, parked, gone.

A row is written in the transaction that writes the feed's validators, so that a kill between feed and article loses
nothing. Fetching and extracting lease rows as the work queue does. An alias is here once, for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, or_, select, true, update

from core.document import Arrival, Payload
from store.dialect import batches, exclusive, insert
from store.names import lookup, url_alias
from store.schema import aliases, documents, frontier
from store.work import LEASE, MAX_ATTEMPTS, delay
from store.workers import workers_of

STATES = ("pending", "fetched", "extracted", "parked", "gone")
LATER = ("backfill", "import")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierRow:
    """An address and how far it got. `entry` is what the feed said of it, `archive` where its page is kept."""

    id: int
    url: str
    alias: str
    source: str
    state: str
    entry: Payload
    arrival: Arrival
    discovered: datetime
    fetched: datetime | None = None
    archive: str | None = None
    document: str | None = None
    attempts: int = 0
    not_before: datetime
    lease_by: str | None = None
    error: str | None = None
    changed: datetime


FIELDS = tuple(FrontierRow.__dataclass_fields__)
FREE: dict[str, Any] = {"lease_by": None, "lease_until": None}


def discover(tx: Connection, source: str, entries: Sequence[Any], *, arrival: Arrival, now: datetime) -> int:
    """Keep the addresses not seen before as pending; how many they were. Write the feed's validators in the same `tx`.

    An entry is a mapping or dataclass with `url`; all of it is kept. What cannot be an address is parked with the
    reason; what was taken down is left out; what is known only by import is still fetched once, the page may be richer.
    """
    rows: dict[str, dict[str, Any]] = {}
    for given in entries:
        entry = _entry(given)
        alias, reason = url_alias(entry["url"])
        rows.setdefault(alias, {
            "url": entry["url"], "alias": alias, "source": source, "state": "parked" if reason else "pending", "error": reason,
            "priority": int(arrival in LATER), "entry": entry, "arrival": arrival, "discovered": now, "not_before": now,
            "attempts": 0, "changed": now,
        })  # fmt: skip
    exclusive(tx, "frontier")
    new = 0
    for batch in batches(list(rows)):
        known = set(tx.execute(select(frontier.c.alias).where(frontier.c.alias.in_(batch))).scalars()) | _taken_down(
            tx, batch
        )
        fresh = [rows[alias] for alias in batch if alias not in known]
        if fresh:
            tx.execute(insert(tx, frontier), fresh)
        new += len(fresh)
    return new


def claim(
    tx: Connection, sources: Sequence[str] | None, worker: str, limit: int, now: datetime, *,
    per_source: int | Mapping[str, int] | None = None, ignore_not_before: bool = True, lease: timedelta = LEASE,
) -> list[FrontierRow]:  # fmt: skip
    """Lease pending rows to fetch: live ones before a backfill's, the oldest first, at most `per_source` of each source."""
    _free(tx, now)
    ready = frontier.c.state == "pending"
    if not ignore_not_before:
        ready = and_(ready, frontier.c.not_before <= now)
    if per_source is None:
        return _lease(tx, and_(ready, _of(sources)), worker, limit, now, lease)
    rows: list[FrontierRow] = []
    for source in sources if sources is not None else _waiting_sources(tx):
        share = per_source.get(source, limit) if isinstance(per_source, Mapping) else per_source
        rows += _lease(tx, and_(ready, frontier.c.source == source), worker, min(share, limit - len(rows)), now, lease)
    return rows


def is_any_ready(tx: Connection, sources: Sequence[str], now: datetime) -> bool:
    """Whether any address of these sources waits to be fetched and its time has come."""
    ready = and_(frontier.c.state == "pending", frontier.c.not_before <= now, _of(sources))
    return tx.execute(select(frontier.c.id).where(ready).limit(1)).first() is not None


def to_extract(
    tx: Connection, sources: Sequence[str] | None, worker: str, limit: int, now: datetime, *, lease: timedelta = LEASE
) -> list[FrontierRow]:
    """Lease fetched rows whose page waits to be extracted."""
    _free(tx, now)
    return _lease(tx, and_(frontier.c.state == "fetched", _of(sources)), worker, limit, now, lease)


def fetched(tx: Connection, row: FrontierRow, worker: str, archive: str, now: datetime) -> bool:
    """The page is in the archive at `archive`. False, and nothing written, when the lease is no longer ours."""
    return _write(
        tx, row, worker, {"state": "fetched", "archive": archive, "fetched": now, "attempts": 0, "error": None}, now
    )


def extracted(tx: Connection, row: FrontierRow, worker: str, document: str, now: datetime) -> bool:
    """The page gave this document. False when the lease is no longer ours."""
    return _write(tx, row, worker, {"state": "extracted", "document": document, "attempts": 0, "error": None}, now)


def park(tx: Connection, row: FrontierRow, worker: str, reason: str, now: datetime) -> bool:
    """The page is no article, or cannot be had: it stays here with its reason. False when the lease is no longer ours."""
    return _write(tx, row, worker, {"state": "parked", "error": reason}, now)


def gone(tx: Connection, row: FrontierRow, worker: str, reason: str, now: datetime) -> bool:
    """The site says that the page is no more. False when the lease is no longer ours."""
    return _write(tx, row, worker, {"state": "gone", "error": reason}, now)


def failed(
    tx: Connection, row: FrontierRow, worker: str, error: str, now: datetime, *,
    permanent: bool = False, not_before: datetime | None = None,
) -> bool:  # fmt: skip
    """A fetch or extraction failed: it waits longer each time (or until `not_before`), and is parked after 8 or at once.

    False when the lease is no longer ours.
    """
    attempts = row.attempts + 1
    values: dict[str, Any] = {"attempts": attempts, "error": error, "not_before": not_before or now + delay(attempts)}
    if permanent or attempts >= MAX_ATTEMPTS:
        values["state"] = "parked"
    return _write(tx, row, worker, values, now)


def release(tx: Connection, rows: Sequence[FrontierRow], worker: str) -> int:
    """Give back what was leased and not begun."""
    freed = 0
    for batch in batches([row.id for row in rows]):
        own = and_(frontier.c.id.in_(batch), frontier.c.lease_by == worker)
        freed += tx.execute(update(frontier).where(own).values(FREE)).rowcount
    return freed


def of_url(tx: Connection, url: str) -> FrontierRow | None:
    """The row of an address, in whatever form it is written."""
    found = tx.execute(select(frontier).where(frontier.c.alias.in_(lookup(url)))).mappings().first()
    return _row(found) if found else None


def of_document(tx: Connection, id: str) -> list[FrontierRow]:
    """Every address that led to a document."""
    names = select(aliases.c.alias).where(aliases.c.document == id)
    chosen = select(frontier).where(or_(frontier.c.document == id, frontier.c.alias.in_(names))).order_by(frontier.c.id)
    return [_row(row) for row in tx.execute(chosen).mappings()]


def counts(tx: Connection, source: str | None = None) -> dict[str, int]:
    """How many addresses are in each state."""
    scope = true() if source is None else frontier.c.source == source
    rows = tx.execute(select(frontier.c.state, func.count().label("number")).where(scope).group_by(frontier.c.state))
    return dict.fromkeys(STATES, 0) | {row.state: row.number for row in rows}


def parked(tx: Connection, limit: int = 1000) -> list[FrontierRow]:
    """What failed for good, the oldest first."""
    chosen = select(frontier).where(frontier.c.state == "parked").order_by(frontier.c.id).limit(limit)
    return [_row(row) for row in tx.execute(chosen).mappings()]


def fetched_rows(tx: Connection, sources: Sequence[str] | None, after_id: int, limit: int) -> list[FrontierRow]:
    """Rows whose page is in the archive, in the order of ids from the one after `after_id`: to extract everything again."""
    has = and_(frontier.c.archive.is_not(None), frontier.c.state != "gone", frontier.c.id > after_id, _of(sources))
    return [
        _row(row) for row in tx.execute(select(frontier).where(has).order_by(frontier.c.id).limit(limit)).mappings()
    ]


def extracted_again(
    tx: Connection, row: FrontierRow, now: datetime, *, document: str | None = None, reason: str | None = None
) -> None:
    """What a new extraction of an archived page gave: a document, or the reason why there is none."""
    values = {
        "state": "extracted" if document else "parked",
        "document": document or row.document,
        "error": reason,
        "changed": now,
    }
    tx.execute(update(frontier).where(frontier.c.id == row.id).values(values))


def retry(tx: Connection, now: datetime, source: str | None = None) -> int:
    """Put parked rows back: to the extractor where the page is in the archive, else to be fetched; how many they were.

    What is no http(s) address stays parked: trying again does not make it one.
    """
    scope = and_(
        frontier.c.state == "parked", frontier.c.url.startswith("http"), _of(None if source is None else [source])
    )
    fresh: dict[str, Any] = {"attempts": 0, "not_before": now, "changed": now} | FREE
    again = tx.execute(
        update(frontier).where(scope, frontier.c.archive.is_not(None)).values(fresh | {"state": "fetched"})
    ).rowcount
    return again + tx.execute(update(frontier).where(scope).values(fresh | {"state": "pending"})).rowcount


def _entry(given: Any) -> dict[str, Any]:
    return asdict(given) if is_dataclass(given) and not isinstance(given, type) else dict(given)


def _of(sources: Sequence[str] | None) -> ColumnElement[bool]:
    return true() if sources is None else frontier.c.source.in_(sources)


def _taken_down(tx: Connection, names: Sequence[str]) -> set[str]:
    joined = aliases.join(documents, documents.c.id == aliases.c.document)
    chosen = (
        select(aliases.c.alias)
        .select_from(joined)
        .where(aliases.c.alias.in_(names), documents.c.taken_down.is_not(None))
    )
    return set(tx.execute(chosen).scalars())


def _waiting_sources(tx: Connection) -> list[str]:
    chosen = select(frontier.c.source).where(frontier.c.state == "pending").distinct().order_by(frontier.c.source)
    return list(tx.execute(chosen).scalars())


def _free(tx: Connection, now: datetime) -> None:
    """Free the leases of dead workers and those that were outlived."""
    names = tx.execute(select(frontier.c.lease_by).where(frontier.c.lease_by.is_not(None)).distinct()).scalars()
    if held := [name for name in names if name]:
        dead = workers_of(tx).dead(tx, held)
        lost = and_(frontier.c.lease_by.is_not(None), or_(frontier.c.lease_by.in_(dead), frontier.c.lease_until < now))
        tx.execute(update(frontier).where(lost).values(FREE))


def _lease(
    tx: Connection, ready: ColumnElement[bool], worker: str, limit: int, now: datetime, lease: timedelta
) -> list[FrontierRow]:
    if limit <= 0:
        return []
    chosen = (
        select(frontier)
        .where(ready, frontier.c.lease_by.is_(None))
        .order_by(frontier.c.priority, frontier.c.id)
        .limit(limit)
    )
    rows = tx.execute(chosen.with_for_update(skip_locked=True)).mappings().all()
    for batch in batches([row["id"] for row in rows]):
        tx.execute(update(frontier).where(frontier.c.id.in_(batch)).values(lease_by=worker, lease_until=now + lease))
    return [_row(dict(row) | {"lease_by": worker}) for row in rows]


def _write(tx: Connection, row: FrontierRow, worker: str, values: dict[str, Any], now: datetime) -> bool:
    own = and_(frontier.c.id == row.id, frontier.c.lease_by == worker)
    return bool(tx.execute(update(frontier).where(own).values(values | FREE | {"changed": now})).rowcount)


def _row(row: RowMapping | dict[str, Any]) -> FrontierRow:
    return FrontierRow(**{name: row[name] for name in FIELDS})
