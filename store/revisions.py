"""Revision checks: whose page is to be looked at again, when, with what validators; and what is gone from its site.

A row stands here for an address whose document is young enough to change; it goes when the last check is done, but for
what is gone: that is kept for ever, and so is the document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select, update

from core.document import Payload
from store.dialect import batches, insert
from store.names import url_alias
from store.schema import frontier, revisions

TOLD = ("title", "modified", "digest")
HOLD = timedelta(hours=1)
"""For so long a check that was handed out is not handed out again, should its process die."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A check that is due: the address, the document it gave, and what its site said when it was last asked.

    `archive`: where the page is kept that the document was made from. `digest`: of the text seen at the last check.
    `missing`: how many checks in a row found nothing there.
    """

    address: int
    source: str
    url: str
    document: str
    archive: str | None
    discovered: datetime
    etag: str | None
    last_modified: str | None
    digest: str | None
    missing: int
    gone: datetime | None


def watch(
    tx: Connection, address: int, source: str, due: datetime, etag: str | None, last_modified: str | None
) -> None:
    """Look at this address again at a moment: its page has just been fetched."""
    values = {"due": due, "etag": etag, "last_modified": last_modified, "digest": None}
    statement = insert(tx, revisions).values(address=address, source=source, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["address"], set_=values))


def claim(tx: Connection, source: str, limit: int, now: datetime) -> list[Revision]:
    """Checks that are due, the longest due first; each is out of reach for a while."""
    if limit <= 0:
        return []
    columns = (frontier.c.url, frontier.c.document, frontier.c.archive, frontier.c.discovered)
    ready = and_(
        revisions.c.source == source,
        revisions.c.due <= now,
        frontier.c.state == "extracted",
        frontier.c.document.is_not(None),
    )
    chosen = select(revisions, *columns).join(frontier, frontier.c.id == revisions.c.address).where(ready)
    rows = (
        tx.execute(chosen.order_by(revisions.c.due).limit(limit).with_for_update(skip_locked=True, of=revisions))
        .mappings()
        .all()
    )
    for batch in batches([row["address"] for row in rows]):
        tx.execute(update(revisions).where(revisions.c.address.in_(batch)).values(due=now + HOLD))
    return [Revision(**{name: row[name] for name in Revision.__dataclass_fields__}) for row in rows]


def checked_since(tx: Connection, source: str, moment: datetime) -> int:
    """How many checks of a source were made since a moment."""
    chosen = select(func.count()).where(revisions.c.source == source, revisions.c.checked >= moment)
    return int(tx.execute(chosen).scalar_one())


def checked(
    tx: Connection, one: Revision, now: datetime, due: datetime | None, *, etag: str | None = None, last_modified: str | None = None,
    digest: str | None = None,
) -> None:  # fmt: skip
    """The page is there. When to look again, None for never more (the row goes); a page that was gone is back."""
    if due is None:
        tx.execute(delete(revisions).where(revisions.c.address == one.address))
        return
    values = {
        "due": due, "checked": now, "missing": 0, "gone": None, "etag": etag or one.etag, "last_modified": last_modified or one.last_modified,
        "digest": digest or one.digest,
    }  # fmt: skip
    tx.execute(update(revisions).where(revisions.c.address == one.address).values(values))


def missing(tx: Connection, one: Revision, now: datetime, due: datetime | None, *, gone: bool) -> None:
    """The site says that there is no such page: once is no proof unless it says so for good (`gone`)."""
    values = {"due": due, "checked": now, "missing": one.missing + 1, "gone": (one.gone or now) if gone else None}
    tx.execute(update(revisions).where(revisions.c.address == one.address).values(values))


def vanished(tx: Connection, address: int, now: datetime) -> None:
    """The page itself says that the article is no more."""
    tx.execute(update(revisions).where(revisions.c.address == address, revisions.c.gone.is_(None)).values(gone=now))


def postponed(tx: Connection, one: Revision, now: datetime, due: datetime | None) -> None:
    """The page could not be had; nothing is known of it. With no more look to come the row goes, unless it says gone."""
    if due is None and one.gone is None:
        tx.execute(delete(revisions).where(revisions.c.address == one.address))
        return
    tx.execute(update(revisions).where(revisions.c.address == one.address).values(due=due, checked=now))


def noticed(tx: Connection, source: str, entries: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Make a check due at once where a listing says something new of an item we have; how many there were."""
    found = told_anew(tx, source, entries)
    for address in found.values():
        statement = insert(tx, revisions).values(address=address, source=source, due=now)
        tx.execute(statement.on_conflict_do_update(index_elements=["address"], set_={"due": now}))
    return len(found)


def told_anew(tx: Connection, source: str, entries: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Items we have of which a listing says something new (another title, text, or a later `modified`): alias to address.

    The listing's words are kept, so that each is told once.
    """
    told = {url_alias(entry["url"])[0]: entry for entry in entries if any(entry.get(name) for name in TOLD)}
    found: dict[str, int] = {}
    for batch in batches(list(told)):
        chosen = select(frontier.c.id, frontier.c.alias, frontier.c.entry).where(
            frontier.c.alias.in_(batch), frontier.c.source == source, frontier.c.state == "extracted", frontier.c.document.is_not(None)
        )  # fmt: skip
        for row in tx.execute(chosen).all():
            if fresh := _news(row.entry, told[row.alias]):
                tx.execute(update(frontier).where(frontier.c.id == row.id).values(entry=dict(row.entry) | fresh))
                found[row.alias] = row.id
    return found


def gone(tx: Connection, document: str) -> datetime | None:
    """Since when every address of a document is gone from its site; None while one answers, or none was checked."""
    chosen = (
        select(revisions.c.gone)
        .join(frontier, frontier.c.id == revisions.c.address)
        .where(frontier.c.document == document)
    )
    moments = list(tx.execute(chosen).scalars())
    return max(moments) if moments and all(moments) else None


def _news(known: Payload, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a listing says now, where it had said something else."""
    fresh: dict[str, Any] = {}
    for name in TOLD:
        before, now = known.get(name), told.get(name)
        if before and now and (now > before if name == "modified" else now.split() != before.split()):
            fresh[name] = now
    return fresh
