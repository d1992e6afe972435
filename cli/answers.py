"""A question's answer: ids from the index, documents from the store, marks on the printed words. The command line and the page share it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from core.record import Record, columns
from core.time import lima_iso
from search.backend import Backend, Hits, Sort
from search.highlight import marks
from search.nodes import Node
from search.similar import candidates, nearest
from store import documents, stories
from store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How many match, and the page of ids asked for; the documents come in batches, in that order."""

    node: Node
    hits: Hits
    store: Store
    by_story: bool = False

    @property
    def total(self) -> int:
        """How many documents (or stories) match in all."""
        return self.hits.total

    def records(self) -> Iterator[Record]:
        """The documents as the store has them now; one that was taken down since it was indexed is left out."""
        return documents.each(self.store, self.hits.ids)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each document's JSON, with `matched` (original, translation or both) and `marks` (spans by field); where it
        stands for its story, with `outlets`, the sources that tell it, the first to tell it first."""
        for record in self.records():
            row = record.to_json() | self.matched(record)
            yield row | {"outlets": self._outlets(record)} if self.by_story else row

    def columns(self) -> tuple[str, ...]:
        """The keys of every row."""
        return (*columns(), "matched", "marks", *(("outlets",) if self.by_story else ()))

    def _outlets(self, record: Record) -> list[str]:
        if record.story is None or record.story.size < 2:
            return [record.document.source]
        with self.store.read() as tx:
            return stories.outlets(tx, record.story.id)

    def matched(self, record: Record) -> dict[str, Any]:
        """Which side of a document answers, and where its words stand: spans `[field, start, end]` of the printed text."""
        spans = [[name, start, end] for name, found in marks(self.node, record).items() for start, end in found]
        return {"matched": self.hits.sides.get(record.id), "marks": spans}


def ask(
    store: Store, backend: Backend, node: Node, *, sort: Sort = "date", limit: int = 20, by_story: bool = False
) -> Answer:
    """Ask the index; with `by_story` one document stands for each story, the newest that matches."""
    hits = backend.fold(node, limit=limit) if by_story else backend.search(node, sort=sort, limit=limit)
    return Answer(node=node, hits=hits, store=store, by_story=by_story)


def evidence(store: Store, ids: Sequence[str]) -> list[dict[str, Any]]:
    """What stands behind a figure: `{id, url, title}` of each document."""
    with store.read() as tx:
        return [{"id": one.id, "url": one.url, "title": one.title} for one in documents.many(tx, list(ids))]


def similar(store: Store, backend: Backend, record: Record, limit: int) -> list[tuple[Record, float]]:
    """The documents nearest to this one, with how near each is (0 to 1)."""
    profile, ids = candidates(backend, record)
    with store.read() as tx:
        return nearest(profile, documents.records(tx, ids), limit)


def recent_stories(store: Store, limit: int) -> Iterator[dict[str, Any]]:
    """The stories with the latest news."""
    with store.read() as tx:
        yield from filter(None, (_story(tx, story.id) for story in stories.recent(tx, limit)))


def stories_of(store: Store, backend: Backend, node: Node, limit: int) -> Iterator[dict[str, Any]]:
    """The stories of which a document answers the query, the latest answer first."""
    ids = backend.fold(node, limit=limit).ids
    with store.read() as tx:
        found = stories.of(tx, ids)
        yield from filter(None, (_story(tx, found[id].id) for id in ids if id in found))


def story_row(store: Store, id: str) -> dict[str, Any] | None:
    """One story, by its id or by one that leads to it; None where there is none."""
    with store.read() as tx:
        return _story(tx, id)


def _story(tx: Connection, id: str) -> dict[str, Any] | None:
    """A row `{id, size, first, last, title, sources, documents}`, the title that of the newest document."""
    story = stories.get(tx, id)
    told = documents.many(tx, stories.members(tx, story.id)) if story else []
    if story is None or not told:
        return None
    told.sort(key=lambda one: one.published or one.fetched)
    return {
        "id": story.id, "size": story.size, "first": lima_iso(story.first), "last": lima_iso(told[-1].published or told[-1].fetched),
        "title": told[-1].title, "sources": sorted({one.source for one in told}), "documents": [one.id for one in told],
    }  # fmt: skip
