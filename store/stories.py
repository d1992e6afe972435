"""Stories: the documents that tell the same news. A document joins the story of the nearest one before it, or opens one.

Candidates share a signature key within three days; whether they tell the same is verified on the texts by the
`similar` that the caller gives (exact Jaccard and containment), so a chance collision of keys joins nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from core.document import Document, Payload, StoryRef
from store.dialect import batches, exclusive, insert, insert_numbers
from store.reading import many
from store.schema import documents as documents_table
from store.schema import stories, story_keys, story_members

Similar = Callable[[Document, Document], float]
Item = tuple[Document, Payload]
WINDOW_DAYS = 3
COMMON = 200
"""A key that more documents share says little by itself: only the oldest and the newest of them are compared, SAMPLE in all."""
SAMPLE = 40
MOST_VERIFIED = 40
DAY_SECONDS = 86400


class Joined(dict[str, str]):
    """Document id to story id. `common` counts the keys that so many documents share that only some were compared."""

    common: int = 0


@dataclass(slots=True)
class _Neighbours:
    """What a batch is compared with: who has which key on which day, the documents, their stories."""

    by_key: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    documents: dict[str, Document] = field(default_factory=dict)
    story: dict[str, str] = field(default_factory=dict)


def join_many(tx: Connection, items: Sequence[Item], now: datetime, *, similar: Similar) -> Joined:
    """Give each document a story, in the order given. One that has a story keeps it: doing it again changes nothing.

    `items` are documents with the payload of their `signature` annotation; `similar(a, b)` is 0 (or False) where they
    do not tell the same, else the higher the nearer. Of equally near ones the oldest story wins.
    """
    exclusive(tx, "stories")
    joined = Joined()
    for batch in batches(items):
        _join_batch(tx, batch, now, similar, joined)
    return joined


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
    """A story by its id."""
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
    """Drop the keys of documents older than that: nothing of so long ago will be joined any more; how many they were."""
    return tx.execute(delete(story_keys).where(story_keys.c.day < int(before.timestamp() // DAY_SECONDS))).rowcount


def _join_batch(tx: Connection, items: Sequence[Item], now: datetime, similar: Similar, joined: Joined) -> None:
    keys = {document.id: _keys(payload) for document, payload in items}
    known = _neighbours(tx, [document for document, _ in items], keys)
    opened: dict[str, Document] = {}
    members: dict[str, str] = {}
    for document, _ in items:
        if document.id in known.story:
            joined[document.id] = known.story[document.id]
        else:
            story = _nearest(document, keys[document.id], known, similar, joined)
            if story is None:
                story = "s" + document.id
                opened[story] = document
            members[document.id] = joined[document.id] = known.story[document.id] = story
        known.documents[document.id] = document
        its = (_day(document), document.id)
        for key in keys[document.id]:
            known.by_key[key].append(its)
    _write(tx, items, keys, opened, members, now)


def _neighbours(tx: Connection, documents: Sequence[Document], keys: dict[str, tuple[int, ...]]) -> _Neighbours:
    known = _Neighbours()
    days = [_day(document) for document in documents]
    own = {document.id for document in documents}
    wanted = list({key for document in documents for key in keys[document.id]})
    for batch in batches(wanted):
        near = story_keys.c.day.between(min(days) - WINDOW_DAYS, max(days) + WINDOW_DAYS)
        chosen = select(story_keys.c.key, story_keys.c.day, story_keys.c.document).where(
            story_keys.c.key.in_(batch), near
        )
        for key, day, id in tx.execute(chosen):
            if id not in own:
                known.by_key[key].append((day, id))
    others = _candidates(documents, keys, known)
    known.documents = {document.id: document for document in many(tx, list(others))}
    for part in batches([*others, *own]):
        chosen = select(story_members.c.document, story_members.c.story).where(story_members.c.document.in_(part))
        known.story |= {row.document: row.story for row in tx.execute(chosen)}
    return known


def _candidates(documents: Sequence[Document], keys: dict[str, tuple[int, ...]], known: _Neighbours) -> dict[str, None]:
    """Every stored document that one of the batch may have to be compared with, so that they are loaded at once."""
    found: dict[str, None] = {}
    for document in documents:
        shared, _ = _sharing(document, keys[document.id], known)
        found |= dict.fromkeys(shared)
    return found


def _sharing(document: Document, keys: Iterable[int], known: _Neighbours) -> tuple[list[str], int]:
    """Ids that share keys within the window, those that share most first, the oldest first; and how many keys were too common to look at all of them."""
    day, common = _day(document), 0
    first, last = day - WINDOW_DAYS, day + WINDOW_DAYS
    shared: dict[tuple[int, str], int] = {}
    for key in keys:
        if others := known.by_key.get(key):
            near = sorted({its for its in others if first <= its[0] <= last and its[1] != document.id})
            if len(near) > COMMON:
                common += 1
                near = near[: SAMPLE // 2] + near[-SAMPLE // 2 :]
            for its in near:
                shared[its] = shared.get(its, 0) + 1
    nearest = sorted(shared, key=lambda its: (-shared[its], its))[:MOST_VERIFIED]
    return [id for _, id in nearest], common


def _nearest(
    document: Document, keys: Iterable[int], known: _Neighbours, similar: Similar, joined: Joined
) -> str | None:
    ids, common = _sharing(document, keys, known)
    joined.common += common
    best: tuple[float, float, str] | None = None
    for id in ids:
        other, story = known.documents.get(id), known.story.get(id)
        if other is None or story is None:
            continue
        score = float(similar(document, other))
        rank = (-score, _moment(other).timestamp(), story)
        if score > 0 and (best is None or rank < best):
            best = rank
    return best[2] if best else None


def _write(
    tx: Connection,
    items: Sequence[Item],
    keys: dict[str, tuple[int, ...]],
    opened: dict[str, Document],
    members: dict[str, str],
    now: datetime,
) -> None:
    given = {document.id: document for document, _ in items}
    days = {id: _day(document) for id, document in given.items()}
    insert_numbers(tx, story_keys, sorted((key, days[id], id) for id in given for key in keys[id]))
    if opened:
        tx.execute(insert(tx, stories), [
            {"id": story, "first": _moment(document), "last": _moment(document), "size": 0, "created": now}
            for story, document in opened.items()
        ])  # fmt: skip
    if not members:
        return
    tx.execute(
        insert(tx, story_members), [{"document": id, "story": story, "joined": now} for id, story in members.items()]
    )
    grown: dict[str, list[Any]] = {}
    for id, story in members.items():
        grown.setdefault(story, []).append(_moment(given[id]))
    _grow(tx, grown)


def _grow(tx: Connection, grown: dict[str, list[Any]]) -> None:
    """Keep size, first and last of the stories that grew."""
    changes: list[dict[str, Any]] = []
    for batch in batches(list(grown)):
        for row in tx.execute(select(stories).where(stories.c.id.in_(batch))):
            moments = grown[row.id]
            changes.append({
                "id": row.id, "size": row.size + len(moments), "first": min(row.first, *moments), "last": max(row.last, *moments),
                "created": row.created,
            })  # fmt: skip
    statement = insert(tx, stories)
    kept = {name: statement.excluded[name] for name in ("size", "first", "last")}
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=kept), changes)


def _keys(payload: Payload) -> tuple[int, ...]:
    """The keys as signed 64-bit numbers, which is what both databases hold."""
    given = payload.get("signature") or payload
    return tuple({(key & (2**64 - 1)) - (2**64 if key & 2**63 else 0): None for key in given.get("keys") or ()})


def _moment(document: Document) -> datetime:
    return document.published or document.fetched


def _day(document: Document) -> int:
    return int(_moment(document).timestamp() // DAY_SECONDS)
