"""A question's answer: ids from the index, documents from the store, marks on the printed words. The command line and the page share it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from core.record import Record
from core.time import lima_iso
from search.backend import Backend, Hits, Sort, fold
from search.highlight import marks
from search.nodes import Node
from store import documents, stories
from store.database import Store

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How many match, and the page of ids asked for; the documents come in batches, in that order."""

    node: Node
    hits: Hits
    store: Store

    @property
    def total(self) -> int:
        """How many documents (or stories) match in all."""
        return self.hits.total

    def records(self) -> Iterator[Record]:
        """The documents as the store has them now; one that was taken down since it was indexed is left out."""
        ids = iter(self.hits.ids)
        while batch := list(islice(ids, BATCH)):
            with self.store.read() as tx:
                found = documents.records(tx, batch)
            yield from found

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each document's JSON, with `matched` (original, translation or both) and `marks` (spans by field)."""
        for record in self.records():
            yield record.to_json() | self.matched(record)

    def matched(self, record: Record) -> dict[str, Any]:
        """Which side of a document answers, and where its words stand: spans `[field, start, end]` of the printed text."""
        spans = [[name, start, end] for name, found in marks(self.node, record).items() for start, end in found]
        return {"matched": self.hits.sides.get(record.id), "marks": spans}


def ask(
    store: Store, backend: Backend, node: Node, *, sort: Sort = "date", limit: int = 20, by_story: bool = False
) -> Answer:
    """Ask the index; with `by_story` one document stands for each story, the newest that matches."""
    hits = fold(backend, node, limit=limit) if by_story else backend.search(node, sort=sort, limit=limit)
    return Answer(node=node, hits=hits, store=store)


def evidence(store: Store, ids: Sequence[str]) -> list[dict[str, Any]]:
    """What stands behind a figure: `{id, url, title}` of each document."""
    with store.read() as tx:
        return [{"id": one.id, "url": one.url, "title": one.title} for one in documents.many(tx, list(ids))]


def story_rows(store: Store, limit: int) -> Iterator[dict[str, Any]]:
    """The stories with the latest news: rows `{id, size, first, last, title, sources, documents}`, the title of the newest document."""
    with store.read() as tx:
        for story in stories.recent(tx, limit):
            told = documents.many(tx, stories.members(tx, story.id))
            if told:
                newest = max(told, key=lambda one: one.published or one.fetched)
                yield {
                    "id": story.id, "size": story.size, "first": lima_iso(story.first), "last": lima_iso(newest.published or newest.fetched),
                    "title": newest.title, "sources": sorted({one.source for one in told}), "documents": [one.id for one in told],
                }  # fmt: skip
