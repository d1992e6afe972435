"""Documents: everything that other rooms ask of them. `reading.py` reads, `saving.py` decides what a save changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select, update

from core.document import SYNTHETIC, Annotation, ChangedBy, Document, document_id
from core.record import Record
from store import annotations as notes
from store import hidden, schema, stories
from store.database import Store
from store.dialect import exclusive
from store.names import lookup
from store.reading import count, get, ids, many, resolve
from store.retention import DROPPED, ask_erasure
from store.saving import Saved, save, save_many
from store.schema import aliases, documents, frontier, hits, work
from store.work import add_many

__all__ = [
    "Saved", "Takedown", "VersionInfo", "count", "each", "get", "ids", "many", "record", "records", "resolve", "save", "save_many",
    "takedown", "versions",
]  # fmt: skip
ERASED = "taken down"
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInfo:
    """One version of a document as it was: its texts, who changed them, and when we saw it."""

    version: int
    by: ChangedBy
    seen: datetime
    title: str
    summary: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """What a takedown reached: the document's id and the archive records that the caller must erase."""

    id: str
    archives: tuple[str, ...]


def versions(tx: Connection, id: str) -> list[VersionInfo]:
    """Every version of a document, the first one first."""
    rows = tx.execute(
        select(schema.versions).where(schema.versions.c.document == id).order_by(schema.versions.c.version)
    )
    return [
        VersionInfo(version=row.version, by=row.by, seen=row.seen, title=row.title, summary=row.summary, text=row.text)
        for row in rows
    ]


def record(tx: Connection, id: str) -> Record | None:
    """The document with everything said of its current version, for who asks for it by name; None if unknown, taken down, or of our
    own making (a canary has no permalink)."""
    found = next(iter(records(tx, [id])), None)
    return None if found is None or found.document.source == SYNTHETIC else found


def records(tx: Connection, ids: Sequence[str]) -> list[Record]:
    """As `many`, each with its current version's annotations, a person's corrections and its story."""
    found = many(tx, ids)
    said: dict[str, list[Annotation]] = notes.of(tx, [document.id for document in found])
    told = stories.of(tx, [document.id for document in found])
    return [Record.of(document, said.get(document.id, ()), told.get(document.id)) for document in found]


def each(store: Store, ids: Iterable[str]) -> Iterator[Record]:
    """The records of many ids in their order, batch by batch, each batch as the store has it then."""
    names = iter(ids)
    while batch := list(islice(names, BATCH)):
        with store.read() as tx:
            found = records(tx, batch)
        yield from found


def takedown(tx: Connection, name: str, reason: str, now: datetime) -> Takedown:
    """Erase a document's texts, annotations and hit snapshots for good, and refuse it when it comes again.

    An address never seen is remembered and refused too. The index forgets it by `index` work (cause `takedown`:
    `get` gives None); the archive's records are named in the answer, since only the crawler can erase them.
    """
    exclusive(tx, "documents")
    id = resolve(tx, name) or _tombstone(tx, name, now)
    tx.execute(
        update(documents)
        .where(documents.c.id == id)
        .values(taken_down=now, takedown_reason=reason, changed=now, author=[], section=None)
    )
    tx.execute(update(schema.versions).where(schema.versions.c.document == id).values(title="", summary="", text=""))
    tx.execute(schema.annotations.delete().where(schema.annotations.c.document == id))
    hidden.forget(tx, id)
    tx.execute(update(hits).where(hits.c.document == id).values(snapshot={"taken_down": True}))
    stories.leave(tx, id)
    archives = _erase_frontier(tx, id, now)
    ask_erasure(tx, archives, now)
    tx.execute(update(documents).where(documents.c.id == id).values(archive=None))
    version = tx.execute(select(documents.c.version).where(documents.c.id == id)).scalar_one()
    open_work = (work.c.document == id) & (work.c.state != "done")
    tx.execute(
        update(work).where(open_work).values(state="done", lease_by=None, lease_until=None, error=ERASED, finished=now)
    )
    add_many(tx, "index", [(id, version)], "takedown", now, again=True)
    return Takedown(id=id, archives=archives)


def _erase_frontier(tx: Connection, id: str, now: datetime) -> tuple[str, ...]:
    """Mark every address of the document as gone; the archive records they and the document point to."""
    names = select(aliases.c.alias).where(aliases.c.document == id)
    rows = (frontier.c.document == id) | frontier.c.alias.in_(names)
    pointers = set(tx.execute(select(frontier.c.archive).where(rows)).scalars())
    pointers.add(tx.execute(select(documents.c.archive).where(documents.c.id == id)).scalar())
    gone: dict[str, Any] = {
        "state": "gone",
        "entry": {},
        "archive": None,
        "error": ERASED,
        "lease_by": None,
        "lease_until": None,
        "changed": now,
    }
    tx.execute(update(frontier).where(rows).values(gone))
    return tuple(sorted(pointer for pointer in pointers if pointer and not pointer.startswith(DROPPED)))


def _tombstone(tx: Connection, name: str, now: datetime) -> str:
    """A document without a text for an address that was never seen, so that it is refused when it comes."""
    alias = lookup(name)[-1]
    id = document_id(alias)
    document = Document(id=id, url=name, title="", source="", fetched=now, aliases=(alias,))
    save(tx, document, now=now)
    return id
