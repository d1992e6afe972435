"""A person's corrections of a document by whatever name leads to it: made, taken back, listed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from core.correcting import check_day, check_removed
from core.document import Payload
from core.errors import InputError
from core.record import Record
from store import annotations, documents
from store.schema import corrections
from store.schema import documents as documents_table


def revise(tx: Connection, name: str, change: Payload | None, author: str, now: datetime) -> Record:
    """Keep a correction, or take the last one back (None); the document as it then stands.

    Raises InputError where no document has that name, where there is nothing to undo, a place to remove is not there, or the day has not come.
    """
    id = documents.resolve(tx, name)
    record = documents.record(tx, id) if id else None
    if id is None or record is None:
        raise InputError(f"There is no document {name!r}.", "`pututu search` prints ids.")
    if change is None:
        if not annotations.undo(tx, id, now):
            raise InputError(f"No correction of {name} stands.", "There is nothing to undo.")
    else:
        check_removed(change, record)
        check_day(change, now)
        annotations.correct(tx, id, change, author, now)
    revised = documents.record(tx, id)
    assert revised is not None
    return revised


def made(tx: Connection, id: str | None = None) -> list[dict[str, Any]]:
    """Every correction of a document, or of all, in the order they were made; those taken back too.

    Keys: id, document, change, author, at, undone (when it was taken back, or None).
    """
    standing = corrections.join(documents_table, documents_table.c.id == corrections.c.document)
    chosen = select(corrections).select_from(standing).where(documents_table.c.taken_down.is_(None))
    if id is not None:
        chosen = chosen.where(corrections.c.document == id)
    return [dict(row) for row in tx.execute(chosen.order_by(corrections.c.id)).mappings()]
