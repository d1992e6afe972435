"""tantivy, the engine of one machine: an index in a folder, written by one process, read by any.

tantivy's traps are met here and in the files beside: documents made with the schema, a new writer and a replay after a
commit that failed, tokenizers registered at every open, one writer by a lock of our own that names its holder. A rebuild
goes on beside the index that serves and takes its place at once (`embedded_generations`, `embedded_rebuild`).
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tantivy

from core.errors import StoreError
from core.record import Record
from core.settings import Settings
from search import asking, counting
from search import embedded_generations as generations
from search.analysed import FACETS, SIDES, Analysed
from search.backend import (
    DayCount,
    Hits,
    Sort,
    StoryDay,
    Trouble,
    calendar_facets,
    checked_facets,
    side_of,
)
from search.embedded_generations import Generation
from search.embedded_query import Compiler, all_of
from search.embedded_writer import Writer
from search.fields import EXACT_FIELDS, VERSION
from search.lock import Lock
from search.nodes import Node
from search.spelling import SHORTEST, STANDS, is_similar, one_edit

PAGE = 20_000


class EmbeddedBackend:
    """The port over a folder. A reader sees what any process committed; a writer waits for the lock at its first write."""

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        self.folder = folder
        self._may_write = write
        self._mutex = threading.RLock()
        self._lock = Lock(folder / "writer.lock", "The index")
        self._writer: Writer | None = None
        self._generation: Generation | None = None
        self._refresh()

    @classmethod
    def open(cls, settings: Settings, *, write: bool = False) -> "EmbeddedBackend":
        """Raises StoreError for an index of another version, or a damaged one."""
        return cls(Path(settings.index), write=write)

    # writing

    def index(self, records: Iterable[Record]) -> dict[str, str]:
        """Take records in, each in place of one with its id; returns those that were refused."""
        writer = self._writing()
        errors: dict[str, str] = {}
        with self._mutex:
            for record in records:
                if error := writer.put(Analysed.of(record)):
                    errors[record.id] = error
        return errors

    def delete(self, ids: Iterable[str]) -> None:
        """Forget documents; unknown ids are no error."""
        writer = self._writing()
        with self._mutex:
            for name in ids:
                writer.delete(name)

    def flush(self) -> None:
        """Commit: what was written can be found, by this process at once and by others at their next question."""
        with self._mutex:
            if self._writer:
                self._writer.commit()

    def close(self) -> None:
        """Finish merges and give the lock back. What was not flushed is lost."""
        with self._mutex:
            if self._writer:
                self._writer.close()
                self._writer = None
            self._lock.free()

    def _writing(self) -> Writer:
        with self._mutex:
            if not self._may_write:
                raise StoreError("The index was opened for reading.", "Open it with write=True.")
            if self._writer is None:
                self._lock.take()
                self._refresh()
                if self._generation is None:
                    self._generation = generations.create(self.folder)
                    generations.put_in_force(self.folder, self._generation.path)
                self._writer = Writer(self._generation)
            return self._writer

    # reading

    def _refresh(self) -> None:
        path = generations.in_force(self.folder)
        if path is None:
            self._generation = None
        elif self._generation is None or self._generation.path != path:
            try:
                self._generation = Generation.open(path)
            except StoreError:
                if generations.in_force(self.folder) == path:
                    raise
                self._refresh()  # a rebuild took its place between the two looks
        else:
            self._generation.reload()

    def _asking(self) -> tuple[Any, Compiler] | None:
        """A searcher over what is committed now, and a compiler for it; None where nothing was ever indexed."""
        with self._mutex:
            self._refresh()
            if self._generation is None:
                return None
            searcher = self._generation.index.searcher()
            return searcher, Compiler(self._generation.schema, searcher)

    def search(self, node: Node, *, sort: Sort = "date", limit: int = 20, offset: int = 0) -> Hits:
        """A page of ids, newest first or by BM25, with the total and the side that matched each."""
        asking_now = self._asking()
        if asking_now is None:
            return Hits(0, ())
        searcher, compiler = asking_now
        query = compiler.query(node)
        if limit <= 0 or offset >= searcher.num_docs:
            return Hits(_count(searcher, query), ())
        order = {"order_by_field": "order"} if sort == "date" else {}
        found = searcher.search(query, limit=min(limit, searcher.num_docs), offset=offset, **order)
        ids = tuple(_name(searcher, address) for _, address in found.hits)
        return Hits(found.count, ids, _sides(searcher, compiler, node, ids))

    def sides(self, node: Node, ids: Sequence[str]) -> dict[str, str]:
        """Which side answers, for documents that match."""
        asking_now = self._asking()
        return _sides(*asking_now, node, ids) if asking_now else {}

    def count(self, node: Node) -> int:
        """How many documents match."""
        asking_now = self._asking()
        return _count(asking_now[0], asking_now[1].query(node)) if asking_now else 0

    def facets(self, node: Node, names: Sequence[str], size: int | None = 10) -> dict[str, list[tuple[str, int]]]:
        """For each name, its most frequent values, all in one look at the matches."""
        checked = checked_facets(names)
        ask = self._counter(node)
        if ask is None:
            return {name: [] for name in checked}
        found = counting.facets(ask, [name for name in checked if name in FACETS], size)
        return {
            name: found[name] if name in FACETS else calendar_facets(counting.days(ask), name, size)
            for name in checked
        }  # fmt: skip

    def tally(self, node: Node, name: str, *, size: int = 20_000, among: Sequence[str] | None = None) -> dict[str, int]:
        """Exact counts of the most frequent values of one facet, or of those of `among` that occur."""
        checked_facets([name], FACETS)
        ask = self._counter(node)
        if ask is None:
            return {}
        return counting.most(ask, name, size) if among is None else counting.among(ask, name, among)

    def histogram(self, node: Node, group: str | None = None) -> list[DayCount]:
        """Counts by day, and by group if one is named."""
        checked_facets([group] if group else [], FACETS)
        ask = self._counter(node)
        if ask is None:
            return []
        return counting.grouped_days(ask, group) if group else counting.days(ask)

    def _counter(self, node: Node) -> counting.Ask | None:
        """Who answers aggregations over the matches, of one view of the index."""
        asking_now = self._asking()
        if asking_now is None:
            return None
        searcher, compiler = asking_now
        query = compiler.query(node)
        return lambda aggregations: searcher.aggregate(query, aggregations)

    def stories(self, node: Node, group: str | None = None) -> Iterator[StoryDay]:
        """Every story of every day, once for each value of the group. Its columns are read: eight times faster than buckets."""
        checked_facets([group] if group else [], FACETS)
        asking_now = self._asking()
        if asking_now is None:
            return
        searcher, compiler = asking_now
        query = compiler.query(node)
        values = [None] if group is None else [value for value, _ in self.facets(node, [group], None)[group]]
        for value in values:
            of_group = query if value is None else all_of(query, compiler.facet(str(group), value))
            for day, story in set(_columns(searcher, of_group, "day", "story_number")):
                yield StoryDay(value, None if day is None else date.fromordinal(day), story)

    def fold(self, node: Node, *, limit: int = 20, offset: int = 0) -> Hits:
        """A page of stories: the story of every match is read, the ids of the page only."""
        asking_now = self._asking()
        if asking_now is None or not asking_now[0].num_docs:
            return Hits(0, ())
        searcher, compiler = asking_now
        addresses = _addresses(searcher, compiler.query(node))
        first: dict[int, Any] = {}
        for address, story in zip(addresses, searcher.fast_field_values("story_number", addresses), strict=True):
            first.setdefault(story, address)
        page = list(first.values())[offset : offset + limit]
        ids = tuple(_name(searcher, address) for address in page)
        return Hits(len(first), ids, _sides(searcher, compiler, node, ids))

    def walk(self, node: Node) -> Iterator[tuple[str, int]]:
        """All matches, newest first, page by page over one searcher; each page begins at the last one's order number."""
        asking_now = self._asking()
        if asking_now is None or not asking_now[0].num_docs:
            return
        searcher, compiler = asking_now
        query, rest, boundary = compiler.query(node), compiler.query(node), set[str]()
        while True:
            size = max(PAGE, 2 * len(boundary))  # many may share one order number
            hits = searcher.search(rest, limit=size, count=False, order_by_field="order").hits
            addresses = [address for _, address in hits]
            numbers = searcher.fast_field_values("story_number", addresses)
            names = [_name(searcher, address) for address in addresses]
            for name, number in zip(names, numbers, strict=True):
                if name not in boundary:
                    yield name, int(number)
            if len(hits) < size:
                return
            last = hits[-1][0]
            boundary = {name for (order, _), name in zip(hits, names, strict=True) if order == last}
            older = tantivy.Query.range_query(compiler.schema, "order", tantivy.FieldType.Integer, None, last)
            rest = all_of(query, older)

    def similar(self, word: str) -> list[str]:
        """Word forms near this one: those one edit away are looked up, those two edits away are among those that begin alike."""
        asking_now = self._asking()
        if asking_now is None or len(word) < SHORTEST:
            return []
        searcher, _ = asking_now
        found = {
            other
            for other in one_edit(word)
            if is_similar(word, other) and any(searcher.doc_freq(field, other) for field in EXACT_FIELDS)
        }
        for field in EXACT_FIELDS:
            beginning = searcher.terms_with_prefix(field, word[:STANDS])
            found.update(term for term, _ in beginning if is_similar(word, term))
        return sorted(found)

    def health(self) -> dict[str, Any]:
        """What `doctor` prints."""
        asking_now = self._asking()
        serving = generations.in_force(self.folder)
        return {
            "engine": "tantivy",
            "place": str(self.folder),
            "version": VERSION,
            "documents": asking_now[0].num_docs if asking_now else 0,
            "bytes": generations.size(serving) if serving else 0,
        }

    def troubles(self) -> list[Trouble]:
        """None of its own: it answers, or it cannot be opened."""
        return []


def _count(searcher: Any, query: Any) -> int:
    """By an aggregation: twice as fast as a search that counts."""
    return int(searcher.aggregate(query, {"every": counting.EVERY})["every"]["value"])


def _name(searcher: Any, address: Any) -> str:
    return str(searcher.doc(address)["id"][0])


def _addresses(searcher: Any, query: Any) -> list[Any]:
    """Of all matches, newest first."""
    hits = searcher.search(query, limit=searcher.num_docs, count=False, order_by_field="order").hits
    return [address for _, address in hits]


def _columns(searcher: Any, query: Any, *fields: str) -> Iterator[tuple[Any, ...]]:
    """The values of these number fields of all matches; None where a document has none."""
    if searcher.num_docs:
        addresses = _addresses(searcher, query)
        yield from zip(*(searcher.fast_field_values(field, addresses) for field in fields), strict=True)


def _sides(searcher: Any, compiler: Compiler, node: Node, ids: Sequence[str]) -> dict[str, str]:
    """The query asked again of each side, among these documents."""
    if not ids or not asking.asks_text(node):
        return dict.fromkeys(ids, "original")
    among = compiler.among(ids)
    answers = {}
    for side in SIDES:
        hits = searcher.search(all_of(compiler.query(node, (side,)), among), limit=len(ids), count=False).hits
        answers[side] = {_name(searcher, address) for _, address in hits}
    return {name: side_of(name, answers) for name in ids}
