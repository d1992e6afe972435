"""Each document joins the story of those that tell its news, or opens one, as it arrives.

Candidates share a key of their signature (copies) or words of their headlines (retellings) within days; whether they tell
the same is what the `similar` that the caller gives says of the two, so that a shared key alone joins nothing. How much a
shared word tells hangs on how many documents of these days carry it, which the same table of keys knows. The outcome
depends on the documents and the order in which they come: not on batches, not on the database.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from core.document import Document, Payload
from store.dialect import batches, exclusive, insert, insert_numbers, numbers
from store.reading import unnamed
from store.schema import documents as documents_table
from store.schema import stories, story_keys, story_members

Rarity = Callable[[int], float]
Similar = Callable[[Document, Document, Rarity], float]
Item = tuple[Document, Payload]

COPY = 10.0
"""A score from which two documents are copies of one text: they may lie WINDOW_DAYS apart, what is merely retold one day."""
WINDOW_DAYS, RETOLD_DAYS = 3, 1
COMMON = 200
"""A key that more documents share says little by itself: only the oldest and the newest of them are compared, SAMPLE in all;
a word that more share finds none."""
SAMPLE = 40
MOST_VERIFIED = 24
FEW = 100
"""Documents of these days below which shares of them would be chance: so many are taken to be there."""
TOGETHER, APART = 0.3, -2.0
"""What a retelling must score with a story's documents on average, and at least with each, so that stories form no chains."""
SURE = 2.0
"""What a score counts for at most in that average: one that is told word by word does not make up for two that are not."""
COMPARED = 10
"""Documents of a story, the first ones, with which that is asked."""
DOCUMENTS_KEY = 0
"""The key that every document has: how many there are on a day."""
_RAREST = 8.0
_DAY, _LIMA = 86400, 5 * 3600


class Joined(dict[str, str]):
    """Document id to story id. `common` counts the keys that so many documents share that only some were compared."""

    common: int = 0


class _Keys(NamedTuple):
    copies: tuple[int, ...]
    terms: tuple[int, ...]

    def all(self) -> list[int]:
        return sorted({DOCUMENTS_KEY, *self.copies, *self.terms})


@dataclass(slots=True)
class _Known:
    """What a batch is compared with: who has which key on which day and how many, the documents, their stories' days."""

    by_key: dict[tuple[int, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    count: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    documents: dict[str, Document] = field(default_factory=dict)
    story: dict[str, str] = field(default_factory=dict)
    days: dict[str, tuple[int, int]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def number(self, key: int, day: int) -> int:
        """How many documents have a term on that day and those beside it."""
        return sum(self.count.get((key, near), 0) for near in _around(day, RETOLD_DAYS))

    def holders(self, key: int, day: int, days: int) -> list[tuple[int, str]]:
        """The day and id of each document that has a key on that day or up to so many days from it."""
        get = self.by_key.get
        return [(at, id) for at in _around(day, days) for id in get((key, at), ())]

    def add(self, document: Document, keys: "_Keys", story: str, kept: frozenset[int]) -> None:
        """A document that those behind it in the batch are compared with; `kept` are the keys that the store has of it."""
        day, first = _day(document), self.days.get(story)
        if self.story.get(document.id) != story or document.id not in self.members[story]:
            self.members[story].append(document.id)
        self.documents[document.id], self.story[document.id] = document, story
        self.days[story] = (min(day, first[0]), max(day, first[1])) if first else (day, day)
        for key in keys.all():
            if key not in kept:
                self.by_key[key, day].append(document.id)
                self.count[key, day] += 1


def join_many(tx: Connection, items: Sequence[Item], now: datetime, *, similar: Similar) -> Joined:
    """Give each document a story, in the order given. One that has a story keeps it: doing it again changes nothing.

    `items` are documents with the payload of their `signature` annotation (`keys` of copies, `terms` of the headline).
    `similar(a, b, rarity)` is above 0 where they tell the same, the higher the surer, and COPY or more for copies;
    `rarity(term)` is the share of the other documents of these days that carry it. Of equally near ones the oldest wins.
    """
    exclusive(tx, "stories")
    joined = Joined()
    for batch in batches(items):
        _join_batch(tx, batch, now, similar, joined)
    return joined


def _join_batch(tx: Connection, items: Sequence[Item], now: datetime, similar: Similar, joined: Joined) -> None:
    keys = {document.id: _keys(payload) for document, payload in items}
    known = _neighbours(tx, [document for document, _ in items], keys)
    kept = _kept(tx, [document for document, _ in items if document.id in known.story], keys)
    opened: dict[str, Document] = {}
    members: dict[str, str] = {}
    for document, _ in items:
        story = known.story.get(document.id)
        if story is None:
            story = _nearest(tx, document, keys[document.id], known, similar, joined)
            if story is None:
                story = "s" + document.id
                opened[story] = document
            members[document.id] = story
        joined[document.id] = story
        known.add(document, keys[document.id], story, kept.get(document.id, frozenset()))
    _write(tx, items, keys, opened, members, now)


# who may tell the same


def _neighbours(tx: Connection, documents: Sequence[Document], keys: Mapping[str, _Keys]) -> _Known:
    known = _Known()
    days = {document.id: _day(document) for document in documents}
    terms = {(key, days[id]) for id in days for key in (*keys[id].terms, DOCUMENTS_KEY)}
    _count(tx, terms, known)
    copies = {(key, days[id]) for id in days for key in keys[id].copies}
    few = {(key, day) for key, day in terms if key != DOCUMENTS_KEY and 0 < known.number(key, day) <= COMMON}
    _find(tx, _spans([(copies, WINDOW_DAYS), (few, RETOLD_DAYS)]), known)
    own = {document.id: document for document in documents}
    known.story |= dict(_story_of(tx, list(own)))
    near_ids = (id for document in documents for id in _candidates(document, keys[document.id], known)[0])
    _load(tx, list(dict.fromkeys(id for id in near_ids if id not in own)), known)
    _load(tx, [id for id in own if id in known.story], known)
    return known


def _count(tx: Connection, terms: Iterable[tuple[int, int]], known: _Known) -> None:
    for key, day, number in _holding(tx, _spans([(terms, RETOLD_DAYS)]), func.count(), by=True):
        known.count[key, day] = number


def _find(tx: Connection, spans: Sequence["_Span"], known: _Known) -> None:
    for key, day, id in _holding(tx, spans, story_keys.c.document):
        known.by_key[key, day].append(id)


class _Span(NamedTuple):
    key: int
    first: int
    last: int


def _spans(groups: Iterable[tuple[Iterable[tuple[int, int]], int]]) -> list[_Span]:
    """Of pairs of key and day, each group with the days around them that count too, every key's days, none twice."""
    reach: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pairs, around in groups:
        for key, day in pairs:
            reach[key].append((day - around, day + around))
    found = []
    for key, some in reach.items():
        some.sort()
        first, last = some[0]
        for start, end in some:
            if start > last + 1:
                found.append(_Span(key, first, last))
                first = start
            last = max(last, end)
        found.append(_Span(key, first, last))
    return found


def _holding(tx: Connection, spans: Sequence[_Span], what: Any, *, by: bool = False) -> Iterable[Any]:
    """Key, day and `what` of the rows within the spans, `by` key and day where it is counted."""
    if not spans:
        return ()
    span = numbers(tx, spans, _Span._fields)
    within = (story_keys.c.key == span.c.key) & story_keys.c.day.between(span.c.first, span.c.last)
    chosen = select(story_keys.c.key, story_keys.c.day, what).select_from(span.join(story_keys, within))
    return tx.execute(chosen.group_by(story_keys.c.key, story_keys.c.day) if by else chosen)


def _kept(tx: Connection, documents: Sequence[Document], keys: Mapping[str, _Keys]) -> dict[str, frozenset[int]]:
    """The keys that the store has of documents which have a story: those are not counted twice."""
    days = {document.id: _day(document) for document in documents}
    wanted = {(key, day) for id, day in days.items() for key in keys[id].all()}
    found: dict[str, set[int]] = defaultdict(set)
    for key, _, holder in _holding(tx, _spans([(wanted, 0)]), story_keys.c.document):
        if holder in days:
            found[holder].add(key)
    return {id: frozenset(some) for id, some in found.items()}


def _load(tx: Connection, ids: Sequence[str], known: _Known) -> None:
    """Stored documents, their stories, the days of those and their first documents."""
    known.story |= dict(_story_of(tx, ids))
    new = sorted({known.story[id] for id in ids if id in known.story} - known.days.keys())
    wanted = dict.fromkeys(ids)
    for part in batches(new):
        spans = select(stories.c.id, stories.c.first, stories.c.last).where(stories.c.id.in_(part))
        known.days |= {row.id: (day_of(row.first), day_of(row.last)) for row in tx.execute(spans)}
        for id, story in tx.execute(_first_members(part)):
            known.members[story].append(id)
            known.story[id] = story
            wanted[id] = None
    missing = [id for id in wanted if id not in known.documents]
    known.documents |= unnamed(tx, missing)


def _story_of(tx: Connection, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    for part in batches(ids):
        chosen = select(story_members.c.document, story_members.c.story).where(story_members.c.document.in_(part))
        for row in tx.execute(chosen):
            yield row.document, row.story


def _first_members(some: Sequence[str]) -> Any:
    """The first COMPARED documents of each story, by their own time."""
    moment = func.coalesce(documents_table.c.published, documents_table.c.fetched)
    place = func.row_number().over(partition_by=story_members.c.story, order_by=(moment, story_members.c.document))
    joined = story_members.join(documents_table, documents_table.c.id == story_members.c.document)
    inner = select(story_members.c.document, story_members.c.story, place.label("place")).select_from(joined)
    ranked = inner.where(story_members.c.story.in_(some)).subquery()
    return (
        select(ranked.c.document, ranked.c.story)
        .where(ranked.c.place <= COMPARED)
        .order_by(ranked.c.story, ranked.c.place)
    )


def _candidates(document: Document, keys: _Keys, known: _Known) -> tuple[list[str], int]:
    """Ids of those that share most, by how telling the keys are, the oldest first; and how many keys were too common."""
    day, common = _day(document), 0
    shared: dict[tuple[int, str], float] = defaultdict(float)
    for key in keys.copies:
        holders = known.holders(key, day, WINDOW_DAYS)
        if len(holders) > COMMON:
            common += 1
            holders.sort()
            holders = holders[: SAMPLE // 2] + holders[-SAMPLE // 2 :]
        for holder in holders:
            shared[holder] += _RAREST
    for key in keys.terms:
        number = known.number(key, day)
        if 0 < number <= COMMON:
            for holder in known.holders(key, day, RETOLD_DAYS):
                shared[holder] += _RAREST - log(number)
    shared.pop((day, document.id), None)
    best = sorted(shared, key=lambda holder: (-round(shared[holder], 6), holder))[:MOST_VERIFIED]
    return [id for _, id in best], common


# the story of those who do


def _nearest(
    tx: Connection, document: Document, keys: _Keys, known: _Known, similar: Similar, joined: Joined
) -> str | None:
    ids, common = _candidates(document, keys, known)
    joined.common += common
    if lacking := [id for id in ids if id not in known.documents]:  # those before it in the batch moved them up
        _load(tx, lacking, known)
    day = _day(document)
    total = max(known.number(DOCUMENTS_KEY, day), FEW)

    def rarity(key: int) -> float:
        return max(known.number(key, day) - 1, 0) / total

    def asked(id: str) -> float:
        other = known.documents.get(id)
        return float(similar(document, other, rarity)) if other is not None else 0.0

    found: dict[str, float] = {id: asked(id) for id in ids if id in known.story}
    best: dict[str, tuple[float, float, str]] = {}
    for id, score in found.items():
        if score > 0:
            rank = (-score, _moment(known.documents[id]).timestamp(), known.story[id])
            best[known.story[id]] = min(rank, best.get(known.story[id], rank))
    for story in sorted(best, key=best.__getitem__):
        if _is_in_time(-best[story][0], day, known.days[story]):
            members = _first(known, story) if -best[story][0] < COPY else []
            scores = [min(found[id] if id in found else asked(id), SURE) for id in members]
            if not scores or (sum(scores) / len(scores) >= TOGETHER and min(scores) >= APART):
                return story
    return None


def _first(known: _Known, story: str) -> list[str]:
    """Of the documents of a story, those that one which would join is compared with."""
    members = [(_moment(known.documents[id]), id) for id in known.members[story] if id in known.documents]
    return [id for _, id in sorted(members)[:COMPARED]]


def _is_in_time(score: float, day: int, days: tuple[int, int]) -> bool:
    """Whether a story still takes a document of that day: it may lie within the story's days, or widen them a little."""
    most = WINDOW_DAYS if score >= COPY else RETOLD_DAYS
    return max(days[1], day) - min(days[0], day) <= max(most, days[1] - days[0])


def _write(
    tx: Connection,
    items: Sequence[Item],
    keys: Mapping[str, _Keys],
    opened: Mapping[str, Document],
    members: Mapping[str, str],
    now: datetime,
) -> None:
    given = {document.id: document for document, _ in items}
    days = {id: _day(document) for id, document in given.items()}
    insert_numbers(tx, story_keys, sorted((key, days[id], id) for id in given for key in keys[id].all()))
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
    grown: dict[str, list[datetime]] = defaultdict(list)
    for id, story in members.items():
        grown[story].append(_moment(given[id]))
    _grow(tx, grown)


def _grow(tx: Connection, grown: Mapping[str, Sequence[datetime]]) -> None:
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


def _keys(payload: Payload) -> _Keys:
    """The keys as signed 64-bit numbers, which is what both databases hold."""
    given = payload.get("signature") or payload
    copies, terms = (
        tuple({(key & (2**64 - 1)) - (2**64 if key & 2**63 else 0): None for key in given.get(name) or ()})
        for name in ("keys", "terms")
    )
    return _Keys(copies, terms)


def _moment(document: Document) -> datetime:
    return document.published or document.fetched


def _day(document: Document) -> int:
    return day_of(_moment(document))


def day_of(moment: datetime) -> int:
    """The day in Lima (UTC-5 all year), as a number."""
    return int((moment.timestamp() - _LIMA) // _DAY)


def _around(day: int, days: int) -> list[int]:
    return list(range(day - days, day + days + 1))
