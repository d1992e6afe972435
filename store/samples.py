"""Samples of a source: what its latest pages gave, one row a page, for judging how it does."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from store.frontier import REFUSED
from store.schema import documents, frontier, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One page: when it was last dealt with, whether the site answered, and what came of it (`length` in characters of
    text; 0 where there is no document)."""

    at: datetime
    answered: bool
    document: bool = False
    author: bool = False
    date: bool = False
    section: bool = False
    length: int = 0


def latest(tx: Connection, source: str, limit: int) -> list[Sample]:
    """The latest pages that were fetched live from a source, or refused by it, the newest first."""
    fetched = and_(frontier.c.state.in_(("extracted", "parked")), frontier.c.archive.is_not(None))
    refused = and_(frontier.c.state.in_(("pending", "parked")), frontier.c.error.like(REFUSED))
    its = and_(frontier.c.source == source, frontier.c.arrival == "live", or_(fetched, refused))
    told = (versions.c.document == documents.c.id) & (versions.c.version == documents.c.version)
    joined = frontier.outerjoin(documents, documents.c.id == frontier.c.document).outerjoin(versions, told)
    columns = (
        frontier.c.changed, frontier.c.error, frontier.c.state, documents.c.id, documents.c.author, documents.c.section,
        documents.c.published, func.length(versions.c.text).label("length"),
    )  # fmt: skip
    rows = tx.execute(select(*columns).select_from(joined).where(its).order_by(frontier.c.changed.desc()).limit(limit))
    return [
        Sample(
            at=row.changed, answered=row.state == "extracted" or not (row.error or "").startswith("blocked:"), document=row.id is not None,
            author=bool(row.author), section=bool(row.section), date=row.published is not None, length=row.length or 0,
        )
        for row in rows
    ]  # fmt: skip
