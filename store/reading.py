"""Reading documents: by id, in batches, and by whatever name leads to them."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select

from core.document import SYNTHETIC, Document
from store.dialect import batches
from store.names import lookup
from store.schema import aliases, documents, versions


def get(tx: Connection, id: str) -> Document | None:
    """The document with its current texts; None if unknown or taken down."""
    return next(iter(many(tx, [id])), None)


def many(tx: Connection, ids: Sequence[str]) -> list[Document]:
    """The documents in the order asked; unknown and taken down ones are left out."""
    found = unnamed(tx, ids)
    names = aliases_of(tx, list(found))
    return [replace(found[id], aliases=names.get(id, ())) for id in ids if id in found]


def unnamed(tx: Connection, ids: Sequence[str]) -> dict[str, Document]:
    """The same by id, in no order and without aliases, for who only reads what they say."""
    found: dict[str, Document] = {}
    for batch in batches(list(dict.fromkeys(ids))):
        rows = tx.execute(
            select(documents, versions.c.title, versions.c.summary, versions.c.text)
            .join(versions, (versions.c.document == documents.c.id) & (versions.c.version == documents.c.version))
            .where(documents.c.id.in_(batch), documents.c.taken_down.is_(None))
        ).mappings()
        found |= {row["id"]: document_of(row) for row in rows}
    return found


def ids(tx: Connection, *, after: str = "", limit: int = 1000) -> list[str]:
    """Ids in their own order, from the one after `after`: to walk through everything in batches."""
    chosen = select(documents.c.id).where(documents.c.id > after, real())
    return list(tx.execute(chosen.order_by(documents.c.id).limit(limit)).scalars())


def count(tx: Connection) -> int:
    """How many documents there are; taken down and synthetic ones do not count."""
    return tx.execute(select(func.count()).select_from(documents).where(real())).scalar_one()


def real() -> ColumnElement[bool]:
    """Documents that stand, and that somebody published: not those of our own making."""
    return and_(documents.c.taken_down.is_(None), documents.c.source != SYNTHETIC)


def resolve(tx: Connection, name: str) -> str | None:
    """The id that an id, an alias or an address leads to; None if it leads nowhere."""
    found = tx.execute(select(documents.c.id).where(documents.c.id == name)).scalar()
    if found is None:
        names = lookup(name)
        rows = tx.execute(select(aliases.c.alias, aliases.c.document).where(aliases.c.alias.in_(names))).all()
        by_alias = {row.alias: row.document for row in rows}
        found = next((by_alias[n] for n in names if n in by_alias), None)
    return found


def aliases_of(tx: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The aliases that lead to each document, sorted."""
    found: dict[str, list[str]] = {}
    for batch in batches(ids):
        rows = tx.execute(select(aliases.c.document, aliases.c.alias).where(aliases.c.document.in_(batch)))
        for row in rows:
            found.setdefault(row.document, []).append(row.alias)
    return {document: tuple(sorted(names)) for document, names in found.items()}


def document_of(row: RowMapping) -> Document:
    """A document from its row joined with its current version; its aliases are not in it."""
    return Document(
        id=row["id"],
        url=row["url"],
        title=row["title"],
        source=row["source"],
        fetched=row["fetched"],
        canonical_url=row["canonical_url"],
        kind=row["kind"],
        summary=row["summary"],
        text=row["text"],
        language=row["language"],
        author=tuple(row["author"]),
        section=row["section"],
        published=row["published"],
        published_precision=row["published_precision"],
        published_from=row["published_from"],
        arrival=row["arrival"],
        version=row["version"],
        completeness=row["completeness"],
        paywalled=row["paywalled"],
        archive=row["archive"],
    )
