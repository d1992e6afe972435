"""Which documents carry a hidden number: the keyed hashes that enrichment kept, looked up."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from core.document import Payload
from core.record import HIDDEN
from store.dialect import batches, insert
from store.schema import documents, hidden


def keep(tx: Connection, said: Mapping[str, Payload]) -> None:
    """Put the hashes of these documents (by id, as the step `hidden` said: `{"hidden": {digest: kind}}`) in the place of those of an earlier version or key."""
    for batch in batches(list(said)):
        tx.execute(delete(hidden).where(hidden.c.document.in_(batch)))
    rows = [
        {"document": id, "digest": digest, "kind": kind}
        for id, payload in said.items()
        for digest, kind in (payload.get(HIDDEN) or {}).items()
    ]
    if rows:
        tx.execute(insert(tx, hidden).on_conflict_do_nothing(), rows)


def carrying(tx: Connection, digests: Iterable[str]) -> dict[str, list[str]]:
    """The documents that carry one of the hashes, each with the kinds it is there: newest first, undated last."""
    chosen: Sequence[str] = sorted(set(digests))
    joined = hidden.join(documents, documents.c.id == hidden.c.document)
    query = (
        select(hidden.c.document, hidden.c.kind)
        .select_from(joined)
        .where(hidden.c.digest.in_(chosen), documents.c.taken_down.is_(None))
        .order_by(documents.c.published.desc().nulls_last(), hidden.c.document, hidden.c.kind)
    )
    found: dict[str, list[str]] = {}
    for id, kind in tx.execute(query):
        kinds = found.setdefault(id, [])
        if kind not in kinds:
            kinds.append(kind)
    return found


def forget(tx: Connection, id: str) -> None:
    """A document is taken down: nothing of it is found any more."""
    tx.execute(delete(hidden).where(hidden.c.document == id))
