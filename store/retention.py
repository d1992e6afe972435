"""What may leave a disk that fills: which pages are evidence, what the store says once a page was dropped, and what nothing needs.

Evidence is what a person marked as kept, what an alert hit, and what a person corrected. Its pages are never dropped.
A document whose page was dropped stays as it is, and its `archive` says `dropped:` and the day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, String, and_, bindparam, delete, func, or_, select, tuple_, type_coerce, update

from core.document import TOPICS
from core.errors import InputError
from core.time import lima_day
from store.dialect import batches, exclusive, insert
from store.names import url_alias
from store.reading import resolve
from store.schema import aliases, annotations, corrections, documents, erasures, frontier, hits, kept, runs

DROPPED = "dropped:"
RECEIPTS_KEPT = timedelta(days=400)
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document that somebody marked as kept: who, why, when."""

    document: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pages:
    """What the store says of some archive records: the documents of each, and which still wait to be extracted."""

    documents: Mapping[str, set[str]] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()


def keep(tx: Connection, names: Sequence[str], by: str, reason: str, now: datetime) -> list[str]:
    """Mark documents (by id, alias or address) as evidence; their ids. Raises InputError for one that is not there."""
    exclusive(tx, "retention")
    ids = [_known(tx, name) for name in names]
    rows = [{"document": id, "by": by, "reason": reason, "at": now} for id in dict.fromkeys(ids)]
    statement = insert(tx, kept)
    told = {"by": statement.excluded.by, "reason": statement.excluded.reason, "at": statement.excluded.at}
    tx.execute(statement.on_conflict_do_update(index_elements=["document"], set_=told), rows)
    return ids


def unkeep(tx: Connection, names: Sequence[str]) -> list[str]:
    """Take the mark off. Raises InputError for a document that is not there or bears none."""
    ids = [_known(tx, name) for name in names]
    for name, id in zip(names, ids, strict=True):
        if not tx.execute(delete(kept).where(kept.c.document == id)).rowcount:
            raise InputError(f"{name} is not marked as kept.", "`pututu retention kept` lists those that are.")
    return ids


def kept_documents(tx: Connection) -> list[Kept]:
    """Everything that is marked, the latest mark first."""
    rows = tx.execute(select(kept).order_by(kept.c.at.desc(), kept.c.document)).mappings()
    return [Kept(**row) for row in rows]


def evidence(tx: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the documents whose pages must stay. What was taken down is no evidence."""
    found: set[str] = set()
    standing = and_(corrections.c.undone.is_(None))
    for batch in batches(list(ids)):
        for column, scope in ((kept.c.document, None), (hits.c.document, None), (corrections.c.document, standing)):
            chosen = select(column).where(column.in_(batch)).distinct()
            found |= set(tx.execute(chosen if scope is None else chosen.where(scope)).scalars())
    for batch in batches(list(found)):
        gone = select(documents.c.id).where(documents.c.id.in_(batch), documents.c.taken_down.is_not(None))
        found -= set(tx.execute(gone).scalars())
    return found


def topical(tx: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the documents that are about one of the topics, in any of their versions."""
    payload = type_coerce(annotations.c.payload, String)
    named = or_(*(payload.contains(f'"{topic}"') for topic in TOPICS))
    found: set[str] = set()
    for batch in batches(list(ids)):
        about = and_(annotations.c.document.in_(batch), annotations.c.step == "topics", named)
        found |= set(tx.execute(select(annotations.c.document).where(about).distinct()).scalars())
    return found


def pages(tx: Connection, records: Mapping[str, str | None]) -> Pages:
    """What the store knows of records, given as pointer -> address of the page.

    A record belongs to the documents that point to it, and to the one of its address: pages of earlier versions are
    pointed to by nobody any more.
    """
    found: dict[str, set[str]] = {pointer: set() for pointer in records}
    waiting: set[str] = set()
    for batch in batches(list(records), BATCH):
        for row in tx.execute(select(documents.c.archive, documents.c.id).where(documents.c.archive.in_(batch))):
            found[row.archive].add(row.id)
        addresses = select(frontier.c.archive, frontier.c.document, frontier.c.state)
        for pointer, document, state in tx.execute(addresses.where(frontier.c.archive.in_(batch))):
            if document:
                found[pointer].add(document)
            if state == "fetched":
                waiting.add(pointer)
    for pointer, id in _by_address(tx, records):
        found[pointer].add(id)
    return Pages(found, frozenset(waiting))


def _by_address(tx: Connection, records: Mapping[str, str | None]) -> Iterable[tuple[str, str]]:
    named: dict[str, list[str]] = {}
    for pointer, url in records.items():
        if url:
            named.setdefault(url_alias(url)[0], []).append(pointer)
    for batch in batches(list(named), BATCH):
        rows = tx.execute(select(aliases.c.alias, aliases.c.document).where(aliases.c.alias.in_(batch)))
        for row in rows:
            yield from ((pointer, row.document) for pointer in named[row.alias])


def let_go(
    tx: Connection, dropped: Sequence[str], owners: Iterable[str], moved: Mapping[str, str], now: datetime
) -> bool:
    """Pages are dropped (`owners` are their documents), others have moved to another place: the store says so.

    False when one of them became evidence, or waits to be extracted, since it was chosen: then roll back.
    """
    exclusive(tx, "retention")
    if evidence(tx, owners):
        return False
    day = f"{DROPPED}{lima_day(now).isoformat()}"
    for batch in batches(dropped, BATCH):
        tx.execute(update(documents).where(documents.c.archive.in_(batch)).values(archive=day))
        done = and_(frontier.c.archive.in_(batch), frontier.c.state != "fetched")
        tx.execute(update(frontier).where(done).values(archive=None))
        if tx.execute(select(frontier.c.id).where(frontier.c.archive.in_(batch)).limit(1)).first():
            return False
    rows = [{"old": old, "new": new} for old, new in moved.items()]
    for table in (documents, frontier) if rows else ():
        statement = update(table).where(table.c.archive == bindparam("old")).values(archive=bindparam("new"))
        tx.execute(statement, rows)
    return True


def forget_file(tx: Connection, file: str, now: datetime) -> None:
    """A file of the archive is gone, whatever was in it: its documents say so, and what waited to be extracted is fetched again."""
    inside = f"{file}:"
    day = f"{DROPPED}{lima_day(now).isoformat()}"
    tx.execute(update(documents).where(documents.c.archive.startswith(inside, autoescape=True)).values(archive=day))
    rows = frontier.c.archive.startswith(inside, autoescape=True)
    tx.execute(update(frontier).where(rows, frontier.c.state == "fetched").values(state="pending", archive=None))
    tx.execute(update(frontier).where(rows).values(archive=None))


def is_pointed_to(tx: Connection, file: str) -> bool:
    """Whether anything points into an archive file."""
    return any(
        tx.execute(select(table.c.archive).where(table.c.archive.startswith(f"{file}:", autoescape=True)).limit(1)).first()
        for table in (documents, frontier)
    )  # fmt: skip


def ask_erasure(tx: Connection, pointers: Sequence[str], now: datetime) -> None:
    """Archive records that must be erased by the machine that has them: remembered until it is done."""
    rows = [{"pointer": pointer, "asked": now} for pointer in pointers]
    if rows:
        tx.execute(insert(tx, erasures).on_conflict_do_nothing(), rows)


def erasures_asked(tx: Connection) -> list[str]:
    """Records that wait to be erased."""
    return list(tx.execute(select(erasures.c.pointer).order_by(erasures.c.pointer)).scalars())


def erased(tx: Connection, pointers: Sequence[str]) -> None:
    """These are gone."""
    for batch in batches(pointers, BATCH):
        tx.execute(delete(erasures).where(erasures.c.pointer.in_(batch)))


def clear(tx: Connection, now: datetime, limit: int = BATCH) -> int:
    """Delete what nothing needs any more: tags of superseded versions, receipts of runs older than a year; how many rows.

    At most so many of each: call it again until it answers 0, so that others come to write between.
    """
    exclusive(tx, "retention")
    older = and_(documents.c.id == annotations.c.document, documents.c.version > annotations.c.version)
    superseded = select(annotations.c.document, annotations.c.version, annotations.c.step).join(documents, older)
    keys = [tuple(row) for row in tx.execute(superseded.limit(limit))]
    columns = tuple_(annotations.c.document, annotations.c.version, annotations.c.step)
    if keys:
        tx.execute(delete(annotations).where(columns.in_(keys)))
    old = select(runs.c.id).where(runs.c.started < now - RECEIPTS_KEPT, runs.c.finished.is_not(None)).limit(limit)
    ids = list(tx.execute(old).scalars())
    if ids:
        tx.execute(delete(runs).where(runs.c.id.in_(ids)))
    return len(keys) + len(ids)


def clearable(tx: Connection, now: datetime) -> int:
    """How many rows `clear` would delete in the end."""
    older = and_(documents.c.id == annotations.c.document, documents.c.version > annotations.c.version)
    tags = tx.execute(select(func.count()).select_from(annotations.join(documents, older))).scalar_one()
    past = and_(runs.c.started < now - RECEIPTS_KEPT, runs.c.finished.is_not(None))
    return tags + tx.execute(select(func.count()).select_from(runs).where(past)).scalar_one()


def _known(tx: Connection, name: str) -> str:
    id = resolve(tx, name)
    if id is None:
        raise InputError(f"There is no document {name!r}.", "`pututu search` prints ids; an address will do as well.")
    return id
