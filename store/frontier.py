"""The frontier: every address a source has shown us, and how far it got: pending, fetched, extracted, parked, gone; or
only listed, which is what a survey of the past found and nobody has asked for yet.

A row is written in the transaction that writes the feed's validators, so that a kill between feed and article loses
nothing. Fetching and extracting lease rows as the work queue does. An alias is here once, for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, or_, select, true, update

from core.document import Arrival, Payload
from core.home import ID
from store.dialect import batches, exclusive, insert
from store.names import lookup, url_alias
from store.schema import aliases, documents, frontier
from store.work import LEASE, MAX_ATTEMPTS, delay
from store.workers import of_home, workers_of

STATES = ("pending", "fetched", "extracted", "parked", "gone", "listed")
LATER = ("backfill", "import")
REFUSED = "blocked:%"
"""How the error of an address begins that its site refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierRow:
    """An address and how far it got. `entry` is what the feed said of it, `archive` where its page is kept, `published`
    the date that its page says, or its listing before."""

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
    published: datetime | None = None


FIELDS = tuple(FrontierRow.__dataclass_fields__)
FREE: dict[str, Any] = {"lease_by": None, "lease_until": None}
_HOME = func.substr(frontier.c.archive, 1, 8)
"""The id of the home whose archive has the page: the names of its files begin with it."""


def discover(
    tx: Connection,
    source: str,
    entries: Sequence[Any],
    *,
    arrival: Arrival,
    now: datetime,
    only_listed: bool = False,
    revive: bool = True,
) -> int:
    """Keep the addresses not seen before as pending (or as only listed); how many they were. Write the listing's validators
    in the same `tx`.

    An entry is a mapping or dataclass with `url`; all of it is kept, its `dated` or `published` moment as its date too.
    What cannot be an address is parked with the reason; what was taken down is left out; what is known only by import is
    still fetched once, the page may be richer. What had only been listed becomes pending, and counts as new (unless not to `revive`).
    """
    rows: dict[str, dict[str, Any]] = {}
    for given in entries:
        entry = _entry(given)
        alias, reason = url_alias(entry["url"])
        state = "parked" if reason else "listed" if only_listed else "pending"
        rows.setdefault(alias, {
            "url": entry["url"], "alias": alias, "source": source, "state": state, "error": reason, "priority": int(arrival in LATER),
            "entry": entry, "arrival": arrival, "discovered": now, "not_before": now, "attempts": 0, "changed": now,
            "published": _dated(entry),
        })  # fmt: skip
    exclusive(tx, "frontier")
    new = 0
    for batch in batches(list(rows)):
        chosen = select(frontier.c.alias, frontier.c.state).where(frontier.c.alias.in_(batch))
        known = {row.alias: row.state for row in tx.execute(chosen)}
        refused = _taken_down(tx, batch)
        fresh = [rows[alias] for alias in batch if alias not in known and alias not in refused]
        if fresh:
            tx.execute(insert(tx, frontier), fresh)
        waited = [
            rows[alias]
            for alias in batch
            if revive and known.get(alias) == "listed" and rows[alias]["state"] == "pending"
        ]
        for row in waited:
            values = {
                name: row[name]
                for name in ("state", "priority", "arrival", "discovered", "entry", "not_before", "changed")
            }
            tx.execute(update(frontier).where(frontier.c.alias == row["alias"]).values(values))
        new += len(fresh) + len(waited)
    return new


def claim(
    tx: Connection, sources: Sequence[str] | None, worker: str, limit: int, now: datetime, *,
    per_source: int | Mapping[str, int] | None = None, ignore_not_before: bool = True, lease: timedelta = LEASE,
    between: tuple[datetime, datetime] | None = None,
) -> list[FrontierRow]:  # fmt: skip
    """Lease pending rows to fetch: live ones before a backfill's, the oldest first, at most `per_source` of each source.

    A backfill's rows keep to their time whoever asks, unless `between` names the dates that are wanted of it.
    """
    _free(tx, now)
    ready = frontier.c.state == "pending"
    if between is not None:
        ready = and_(
            ready, frontier.c.priority > 0, frontier.c.published >= between[0], frontier.c.published < between[1]
        )
    elif not ignore_not_before:
        ready = and_(ready, _is_time(now))
    else:
        ready = and_(ready, or_(frontier.c.priority == 0, _is_time(now)))
    if per_source is None:
        return _lease(tx, and_(ready, _of(sources)), worker, limit, now, lease)
    rows: list[FrontierRow] = []
    for source in sources if sources is not None else _waiting_sources(tx):
        share = per_source.get(source, limit) if isinstance(per_source, Mapping) else per_source
        rows += _lease(tx, and_(ready, frontier.c.source == source), worker, min(share, limit - len(rows)), now, lease)
    return rows


def is_any_ready(tx: Connection, sources: Sequence[str], now: datetime) -> bool:
    """Whether any address of these sources waits to be fetched and its time has come."""
    ready = and_(frontier.c.state == "pending", _is_time(now), _of(sources))
    return tx.execute(select(frontier.c.id).where(ready).limit(1)).first() is not None


def to_extract(
    tx: Connection, sources: Sequence[str] | None, worker: str, limit: int, now: datetime, *,
    lease: timedelta = LEASE, home: str | None = None,
) -> list[FrontierRow]:  # fmt: skip
    """Lease fetched rows whose page waits to be extracted; for a `home` (its id), not those that another living one has."""
    _free(tx, now)
    ready = and_(frontier.c.state == "fetched", _of(sources))
    if home is not None and (others := _living_homes(tx, home)):
        ready = and_(ready, _HOME.not_in(others))
    return _lease(tx, ready, worker, limit, now, lease)


def lost(tx: Connection, row: FrontierRow, worker: str, reason: str, now: datetime) -> bool:
    """The page is in no archive that lives: it is fetched once more. False when the lease is no longer ours."""
    return _write(tx, row, worker, {"state": "pending", "archive": None, "error": reason, "not_before": now}, now)


def fetched(tx: Connection, row: FrontierRow, worker: str, archive: str, now: datetime) -> bool:
    """The page is in the archive at `archive`. False, and nothing written, when the lease is no longer ours.

    Its attempts stay until it is extracted: it may turn out to be no page at all.
    """
    return _write(tx, row, worker, {"state": "fetched", "archive": archive, "fetched": now, "error": None}, now)


def arrived(tx: Connection, source: str, urls: Sequence[str], archive: str, now: datetime) -> int:
    """Mark as fetched the addresses whose item a listing printed whole: their page is the archived listing. How many."""
    names, count = list(dict.fromkeys(url_alias(url)[0] for url in urls)), 0
    waits = and_(
        frontier.c.source == source, frontier.c.state.in_(("pending", "listed")), frontier.c.lease_by.is_(None)
    )
    values = {"state": "fetched", "archive": archive, "fetched": now, "attempts": 0, "error": None, "changed": now}
    for batch in batches(names):
        count += tx.execute(update(frontier).where(waits, frontier.c.alias.in_(batch)).values(values)).rowcount
    return count


def extracted(
    tx: Connection, row: FrontierRow, worker: str, document: str, now: datetime, *, published: datetime | None = None
) -> bool:
    """The page gave this document, and its date where it has one. False when the lease is no longer ours."""
    values = {"state": "extracted", "document": document, "attempts": 0, "error": None}
    return _write(tx, row, worker, values | ({"published": published} if published else {}), now)


def look_again(tx: Connection, address: int, archive: str, now: datetime) -> bool:
    """A page that gave a document was fetched once more and differs: it waits to be extracted again."""
    known = and_(frontier.c.id == address, frontier.c.state == "extracted", frontier.c.document.is_not(None))
    values = {"state": "fetched", "archive": archive, "fetched": now, "changed": now}
    return bool(tx.execute(update(frontier).where(known).values(values)).rowcount)


def stays(tx: Connection, row: FrontierRow, worker: str, reason: str, now: datetime) -> bool:
    """A page that gave a document gives none now: the document stays, with the reason. False when the lease is not ours."""
    return _write(tx, row, worker, {"state": "extracted", "error": reason}, now)


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
    """A fetch failed, or gave what is no page: it is fetched again, waits longer each time (or until `not_before`), and is
    parked after 8 or at once.

    False when the lease is no longer ours.
    """
    attempts = row.attempts + 1
    values = {
        "attempts": attempts,
        "error": error,
        "not_before": not_before or now + delay(attempts),
        "state": "parked" if permanent or attempts >= MAX_ATTEMPTS else "pending",
    }
    return _write(tx, row, worker, values, now)


def held(tx: Connection, sources: Sequence[str], worker: str, now: datetime) -> bool:
    """Whether another living worker holds pending rows of these sources."""
    _free(tx, now)
    theirs = and_(
        frontier.c.lease_by.is_not(None), frontier.c.lease_by != worker, frontier.c.state == "pending", _of(sources)
    )
    return tx.execute(select(frontier.c.id).where(theirs).limit(1)).first() is not None


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


def retry(tx: Connection, now: datetime, source: str | None = None, *, refused: bool = False) -> int:
    """Put parked rows back: to the extractor where the page is in the archive, else to be fetched; how many they were.

    With `refused` only what its site refused. What is no http(s) address stays parked: trying again does not make it one.
    """
    scope = and_(
        frontier.c.state == "parked", frontier.c.url.startswith("http"), _of(None if source is None else [source]),
        frontier.c.error.like(REFUSED) if refused else true(),
    )  # fmt: skip
    fresh: dict[str, Any] = {"attempts": 0, "not_before": now, "changed": now} | FREE
    again = tx.execute(
        update(frontier).where(scope, frontier.c.archive.is_not(None)).values(fresh | {"state": "fetched"})
    ).rowcount
    return again + tx.execute(update(frontier).where(scope).values(fresh | {"state": "pending"})).rowcount


def _living_homes(tx: Connection, home: str) -> set[str]:
    """The other homes that have pages which wait to be extracted, and somebody there to do it."""
    named = set(tx.execute(select(_HOME).where(frontier.c.state == "fetched").distinct()).scalars())
    others = {of_home(name): name for name in named if name and name != home and ID.fullmatch(name)}
    return set(others.values()) - {others[name] for name in workers_of(tx).dead(tx, others)}


def _entry(given: Any) -> dict[str, Any]:
    return asdict(given) if is_dataclass(given) and not isinstance(given, type) else dict(given)


def _dated(entry: Mapping[str, Any]) -> datetime | None:
    """The moment that an entry is dated by."""
    said = entry.get("dated") or entry.get("published")
    if isinstance(said, str):
        said = datetime.fromisoformat(said)
    return said if isinstance(said, datetime) and said.tzinfo else None


def _is_time(now: datetime) -> ColumnElement[bool]:
    """Its time has come, or was reckoned by a clock that has been set back since: then it waits for nothing."""
    return or_(frontier.c.not_before <= now, frontier.c.changed > now)


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
