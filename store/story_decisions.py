"""A person's word on stories: these tell the same, those do not. It is kept, survives every re-run, and can be undone.

A merge moves the documents of other stories into one, whose id stays; the ids of the others lead to it from then on. A
split moves documents into a story of their own. What arrives later joins whichever of them it is nearest to. Every move
queues the documents for the index; entries of alerts that were made before stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, or_, select, update

from core.errors import InputError
from store.dialect import batches, exclusive, insert
from store.reading import resolve
from store.schema import documents, stories, story_decisions, story_members
from store.work import add_many


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`merge`: `documents` went from `other` into `story`. `split`: they went from `story` into `other`."""

    id: int
    kind: Literal["merge", "split"]
    story: str
    other: str
    documents: tuple[str, ...]
    author: str
    at: datetime
    undone: datetime | None


def merge(tx: Connection, story: str, others: Sequence[str], author: str, now: datetime) -> str:
    """Bring other stories into one; its id. Raises InputError for a story that is not there, or one given twice."""
    exclusive(tx, "stories")
    into = _known(tx, story)
    parts = [_known(tx, other) for other in others]
    if not parts or len({into, *parts}) <= len(parts):
        raise InputError(
            "A story cannot be merged with itself.", "Name different stories; `pututu stories` prints their ids."
        )
    for part in parts:
        moved = _members(tx, part)
        _move(tx, moved, part, into, now)
        _keep(tx, "merge", into, part, moved, author, now)
    return into


def split(tx: Connection, story: str, names: Sequence[str], author: str, now: datetime) -> str:
    """Take documents out of a story into one of their own; its id. Some must stay. Raises InputError with what does not fit."""
    exclusive(tx, "stories")
    whole = _known(tx, story)
    members = _members(tx, whole)
    moved = list(dict.fromkeys(resolve(tx, name) or name for name in names))
    strangers = [id for id in moved if id not in members]
    if strangers or not moved:
        named = ", ".join(strangers) or "No document"
        raise InputError(f"{named} is not in story {whole}.", "Name documents of that story; its page lists them.")
    if len(moved) == len(members):
        raise InputError(f"These are all documents of story {whole}.", "Leave at least one in it.")
    part = _fresh(tx, moved[0])
    _open(tx, part, now)
    _move(tx, moved, whole, part, now)
    _keep(tx, "split", whole, part, moved, author, now)
    return part


def undo(tx: Connection, number: int, now: datetime) -> Decision:
    """Take a decision back: its documents return, those that have been moved on since stay where they are."""
    exclusive(tx, "stories")
    row = tx.execute(select(story_decisions).where(story_decisions.c.id == number)).mappings().first()
    if row is None or row["undone"] is not None:
        raise InputError(f"No decision {number} stands.", "`pututu story decisions` lists those that do.")
    found = _decision(row)
    source, target = (found.story, found.other) if found.kind == "merge" else (found.other, found.story)
    source = follow(tx, source) or source
    target = target if found.kind == "merge" else follow(tx, target) or target
    back = [id for id in found.documents if id in set(_members(tx, source))]
    tx.execute(update(story_decisions).where(story_decisions.c.id == number).values(undone=now))
    if back and source != target:
        _open(tx, target, now)
        _move(tx, back, source, target, now)
    return found


def follow(tx: Connection, story: str) -> str | None:
    """The story that an id leads to now: itself, or the one that it was merged into; None if it leads nowhere."""
    seen: set[str] = set()
    while story not in seen:
        if tx.execute(select(stories.c.id).where(stories.c.id == story)).first():
            return story
        seen.add(story)
        merged = (story_decisions.c.kind == "merge") & story_decisions.c.undone.is_(None)
        taken_back = (story_decisions.c.kind == "split") & story_decisions.c.undone.is_not(None)
        chosen = select(story_decisions.c.story).where(story_decisions.c.other == story, or_(merged, taken_back))
        story = tx.execute(chosen.order_by(story_decisions.c.id.desc()).limit(1)).scalar() or story
    return None


def decisions(tx: Connection, story: str | None = None) -> list[Decision]:
    """All that was decided, the latest first; of one story if asked."""
    chosen = select(story_decisions).order_by(story_decisions.c.id.desc())
    if story is not None:
        chosen = chosen.where(or_(story_decisions.c.story == story, story_decisions.c.other == story))
    return [_decision(row) for row in tx.execute(chosen).mappings()]


def _decision(row: Any) -> Decision:
    return Decision(**{**row, "documents": tuple(row["documents"])})


def _known(tx: Connection, story: str) -> str:
    """A story by its id, one that was merged away, or a document of it."""
    found = follow(tx, story)
    if found is None and (id := resolve(tx, story)):
        found = tx.execute(select(story_members.c.story).where(story_members.c.document == id)).scalar()
    if found is None:
        raise InputError(f"There is no story {story!r}.", "`pututu stories` prints their ids.")
    return found


def _members(tx: Connection, story: str) -> list[str]:
    chosen = select(story_members.c.document).where(story_members.c.story == story)
    return list(tx.execute(chosen.order_by(story_members.c.joined, story_members.c.document)).scalars())


def _fresh(tx: Connection, document: str) -> str:
    """An id that no story has or had."""
    number, name = 1, f"s{document}"
    while (
        tx.execute(select(stories.c.id).where(stories.c.id == name)).first()
        or tx.execute(select(story_decisions.c.id).where(or_(story_decisions.c.other == name, story_decisions.c.story == name))).first()
    ):  # fmt: skip
        number += 1
        name = f"s{document}-{number}"
    return name


def _open(tx: Connection, story: str, now: datetime) -> None:
    tx.execute(insert(tx, stories).values(id=story, first=now, last=now, size=0, created=now).on_conflict_do_nothing())


def _move(tx: Connection, ids: Sequence[str], source: str, target: str, now: datetime) -> None:
    for part in batches(ids):
        tx.execute(update(story_members).where(story_members.c.document.in_(part)).values(story=target))
        standing = documents.c.id.in_(part) & documents.c.taken_down.is_(None)
        versions = tx.execute(select(documents.c.id, documents.c.version).where(standing)).all()
        add_many(tx, "index", [(row.id, row.version) for row in versions], "correction", now, again=True)
    for story in (source, target):
        _recount(tx, story)


def _recount(tx: Connection, story: str) -> None:
    """Size, first and last of a story from its documents; one without any is gone."""
    moment = func.coalesce(documents.c.published, documents.c.fetched)
    joined = story_members.join(documents, documents.c.id == story_members.c.document)
    counted = select(func.count(), func.min(moment), func.max(moment)).select_from(joined)
    size, first, last = tx.execute(counted.where(story_members.c.story == story)).one()
    if not size:
        tx.execute(delete(stories).where(stories.c.id == story))
    else:
        tx.execute(update(stories).where(stories.c.id == story).values(size=size, first=first, last=last))


def _keep(tx: Connection, kind: str, story: str, other: str, moved: Sequence[str], author: str, now: datetime) -> None:
    tx.execute(insert(tx, story_decisions).values(
        kind=kind, story=story, other=other, documents=list(moved), author=author, at=now
    ))  # fmt: skip
