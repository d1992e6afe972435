"""Annotations: what each step says of a document version, which are stale, and a person's corrections.

Corrections are kept as a list for the document, whatever its version, and are merged into one annotation of step
`human` whenever a document is read: so they outlive re-enrichment and new versions, and the last one can be undone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, func, literal, or_, select, update

from core.document import Annotation, Payload
from core.errors import InputError
from core.record import HIDDEN, HUMAN, LISTS, called
from core.text import fold
from store import hidden
from store.dialect import batches, insert
from store.schema import annotations, corrections, documents
from store.work import add_many


def put_many(tx: Connection, given: Sequence[Annotation], now: datetime) -> int:
    """Keep the annotations whose version is still the current one; how many those were. Later ones replace earlier ones."""
    current = _versions(tx, [one.document for one in given], lock=True)
    rows: dict[tuple[str, str], dict[str, Any]] = {
        (one.document, one.step): {
            "document": one.document, "version": one.version, "step": one.step, "fingerprint": one.fingerprint,
            "payload": one.payload, "made": now,
        }
        for one in given
        if current.get(one.document) == one.version
    }  # fmt: skip
    if rows:
        statement = insert(tx, annotations)
        replaced = {name: statement.excluded[name] for name in ("fingerprint", "payload", "made")}
        tx.execute(
            statement.on_conflict_do_update(index_elements=["document", "version", "step"], set_=replaced),
            list(rows.values()),
        )
    hidden.keep(tx, {id: row["payload"] for (id, step), row in rows.items() if step == HIDDEN})
    return len(rows)


def of(tx: Connection, ids: Sequence[str]) -> dict[str, list[Annotation]]:
    """The annotations of each document's current version, a person's corrections last."""
    found: dict[str, list[Annotation]] = {}
    current: dict[str, int] = {}
    for batch in batches(list(dict.fromkeys(ids))):
        joined = annotations.join(
            documents, and_(documents.c.id == annotations.c.document, documents.c.version == annotations.c.version)
        )
        rows = tx.execute(select(annotations).select_from(joined).where(annotations.c.document.in_(batch)))
        for row in rows:
            found.setdefault(row.document, []).append(_annotation(row))
        for id, changes in _corrections(tx, batch).items():
            current = current or _versions(tx, ids)
            if id in current:
                found.setdefault(id, []).append(_human(id, current[id], changes))
    return found


def stale(tx: Connection, fingerprints: Mapping[str, str], limit: int, after: str = "") -> list[str]:
    """Ids (in their order, from the one after `after`) whose current version lacks one of these steps' fingerprints.

    A step that cannot run here (a translation without an engine) must be left out of the mapping by the caller.
    """
    if not fingerprints:
        return []
    fresh = or_(
        *(and_(annotations.c.step == step, annotations.c.fingerprint == mark) for step, mark in fingerprints.items())
    )
    own = and_(annotations.c.document == documents.c.id, annotations.c.version == documents.c.version, fresh)
    has = select(func.count()).select_from(annotations).where(own).scalar_subquery()
    lacking = and_(documents.c.id > after, documents.c.taken_down.is_(None), has < len(fingerprints))
    return list(tx.execute(select(documents.c.id).where(lacking).order_by(documents.c.id).limit(limit)).scalars())


def behind(tx: Connection, step: str, fingerprint: str) -> int:
    """How many documents' current version lacks what this step says under this fingerprint."""
    own = and_(annotations.c.document == documents.c.id, annotations.c.version == documents.c.version)
    said = select(literal(1)).where(own, annotations.c.step == step, annotations.c.fingerprint == fingerprint)
    lacking = and_(documents.c.taken_down.is_(None), ~said.exists())
    return tx.execute(select(func.count()).select_from(documents).where(lacking)).scalar_one()


def correct(tx: Connection, id: str, change: Payload, author: str, now: datetime) -> None:
    """Keep a person's word: `{"topics": {"add": [item], "remove": [name]}, ..., "published": ISO}`; queues `index` work."""
    version = _current(tx, id)
    _check(change)
    tx.execute(insert(tx, corrections).values(document=id, change=change, author=author, at=now))
    add_many(tx, "index", [(id, version)], "correction", now, again=True)


def undo(tx: Connection, id: str, now: datetime) -> bool:
    """Take the last correction back; False if there was none. It stays in the table, marked as undone."""
    version = _current(tx, id)
    standing = and_(corrections.c.document == id, corrections.c.undone.is_(None))
    last = tx.execute(select(func.max(corrections.c.id)).where(standing)).scalar()
    if last is None:
        return False
    tx.execute(update(corrections).where(corrections.c.id == last).values(undone=now))
    add_many(tx, "index", [(id, version)], "correction", now, again=True)
    return True


def merged(changes: Iterable[Payload]) -> dict[str, Any]:
    """Corrections in their order as one: what a later one adds is no longer removed, and the other way round."""
    added: dict[str, dict[Any, Payload]] = {}
    removed: dict[str, dict[str, None]] = {}
    whole: dict[str, Any] = {}
    for change in changes:
        for key, value in change.items():
            if key not in LISTS:
                whole[key] = value
                continue
            plus, minus = added.setdefault(key, {}), removed.setdefault(key, {})
            for name in value.get("remove") or ():
                for other in [key for key, item in plus.items() if fold(name) in called(item)]:
                    del plus[other]
                minus[name] = None
            for item in value.get("add") or ():
                for other in [name for name in minus if fold(name) in called(item)]:
                    del minus[other]
                plus[item.get("ubigeo") or fold(item["name"])] = item
    return whole | {key: {"add": list(added[key].values()), "remove": list(removed[key])} for key in added}


def _check(change: Payload) -> None:
    for key in LISTS:
        for item in (change.get(key) or {}).get("add") or ():
            if not item.get("name"):
                raise InputError(f"A correction of {key} adds an item without a name.", 'Write {"name": ...}.')


def _current(tx: Connection, id: str) -> int:
    version = _versions(tx, [id]).get(id)
    if version is None:
        raise InputError(f"There is no document {id}.", "`pututu search` and `pututu why URL` print ids.")
    return version


def _versions(tx: Connection, ids: Sequence[str], *, lock: bool = False) -> dict[str, int]:
    found: dict[str, int] = {}
    for batch in batches(list(dict.fromkeys(ids))):
        standing = and_(documents.c.id.in_(batch), documents.c.taken_down.is_(None))
        chosen = select(documents.c.id, documents.c.version).where(standing)
        found |= {row.id: row.version for row in tx.execute(chosen.with_for_update() if lock else chosen)}
    return found


def _corrections(tx: Connection, ids: Sequence[str]) -> dict[str, list[Any]]:
    standing = and_(corrections.c.document.in_(ids), corrections.c.undone.is_(None))
    found: dict[str, list[Any]] = {}
    for row in tx.execute(select(corrections).where(standing).order_by(corrections.c.id)):
        found.setdefault(row.document, []).append(row)
    return found


def _human(id: str, version: int, rows: Sequence[Any]) -> Annotation:
    last = rows[-1]
    payload = merged(row.change for row in rows) | {"author": last.author, "at": last.at.isoformat()}
    mark = sha256(",".join(str(row.id) for row in rows).encode()).hexdigest()[:16]
    return Annotation(document=id, version=version, step=HUMAN, fingerprint=mark, payload=payload)


def _annotation(row: Any) -> Annotation:
    return Annotation(
        document=row.document, version=row.version, step=row.step, fingerprint=row.fingerprint, payload=row.payload
    )
