"""A question's answer: ids from the index, documents from the store, marks on the printed words. The command line and the page share it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from core.record import Record
from search.backend import Backend, Hits, Sort, fold
from search.highlight import marks
from search.nodes import Node
from store import documents
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
    store: Store, backend: Backend, node: Node, *, sort: Sort = "date", limit: int = 20, offset: int = 0, stories: bool = False
) -> Answer:
    """Ask the index; with `stories` one document stands for each story, the newest that matches."""
    if stories:
        hits = fold(backend, node, limit=limit, offset=offset)
    else:
        hits = backend.search(node, sort=sort, limit=limit, offset=offset)
    return Answer(node=node, hits=hits, store=store)

