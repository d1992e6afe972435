"""Stories: the documents that tell the same news; what is known of them. How they come about: `store/joining.py`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from core.document import StoryRef
from store.dialect import batches
from store.joining import day_of
from store.schema import documents as documents_table
from store.schema import stories, story_keys, story_members
from store.story_decisions import follow


def of(tx: Connection, ids: Sequence[str]) -> dict[str, StoryRef]:
    """The story of each document that has one."""
    found: dict[str, StoryRef] = {}
    for batch in batches(list(dict.fromkeys(ids))):
        joined = story_members.join(stories, stories.c.id == story_members.c.story)
        chosen = select(story_members.c.document, stories.c.id, stories.c.size, stories.c.first).select_from(joined)
        for row in tx.execute(chosen.where(story_members.c.document.in_(batch))):
            found[row.document] = StoryRef(id=row.id, size=row.size, first=row.first)
    return found


def get(tx: Connection, story: str) -> StoryRef | None:
    """A story by its id, or by the id of one that was merged into it."""
    story = follow(tx, story) or story
    row = tx.execute(select(stories.c.id, stories.c.size, stories.c.first).where(stories.c.id == story)).first()
    return StoryRef(id=row.id, size=row.size, first=row.first) if row else None


def members(tx: Connection, story: str) -> list[str]:
    """The ids of a story's documents, in the order in which they joined."""
    chosen = select(story_members.c.document).where(story_members.c.story == story)
    return list(tx.execute(chosen.order_by(story_members.c.joined, story_members.c.document)).scalars())


def chronicle(tx: Connection, story: str) -> list[str]:
    """The ids of a story's documents, oldest first."""
    told = documents_table.c
    joined = story_members.join(documents_table, told.id == story_members.c.document)
    chosen = select(told.id).select_from(joined).where(story_members.c.story == story, told.taken_down.is_(None))
    return list(tx.execute(chosen.order_by(func.coalesce(told.published, told.fetched), told.id)).scalars())


def outlets(tx: Connection, story: str) -> list[str]:
    """The sources that tell a story, the first to tell it first."""
    told = documents_table.c
    joined = story_members.join(documents_table, told.id == story_members.c.document)
    chosen = select(told.source).select_from(joined).where(story_members.c.story == story).group_by(told.source)
    first = func.min(func.coalesce(told.published, told.fetched))
    return list(tx.execute(chosen.order_by(first, told.source)).scalars())


def recent(tx: Connection, limit: int = 20, *, offset: int = 0, at_least: int = 1) -> list[StoryRef]:
    """The stories whose latest document is the newest, of at least so many documents."""
    chosen = select(stories.c.id, stories.c.size, stories.c.first).where(stories.c.size >= at_least)
    rows = tx.execute(chosen.order_by(stories.c.last.desc(), stories.c.id).limit(limit).offset(offset))
    return [StoryRef(id=row.id, size=row.size, first=row.first) for row in rows]


def count(tx: Connection) -> int:
    """How many stories there are."""
    return tx.execute(select(func.count()).select_from(stories)).scalar_one()


def leave(tx: Connection, document: str) -> None:
    """Take a document out of its story and forget its keys; a story without documents is gone."""
    story = tx.execute(select(story_members.c.story).where(story_members.c.document == document)).scalar()
    tx.execute(delete(story_keys).where(story_keys.c.document == document))
    if story is not None:
        tx.execute(delete(story_members).where(story_members.c.document == document))
        tx.execute(update(stories).where(stories.c.id == story).values(size=stories.c.size - 1))
        tx.execute(delete(stories).where(stories.c.id == story, stories.c.size <= 0))


def forget_keys(tx: Connection, before: datetime) -> int:
    """Drop the keys of what joined its story before that, and is older: nothing will be compared with it any more; how many."""
    settled = select(story_members.c.document).where(story_members.c.joined < before)
    old = (story_keys.c.day < day_of(before)) & story_keys.c.document.in_(settled)
    return tx.execute(delete(story_keys).where(old)).rowcount
