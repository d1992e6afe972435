"""tantivy, the engine of one machine: an index in a folder, written by one process, read by any.

The folder holds generations (`1`, `2`, ...) and a file `current` that names the one in force, so that a rebuild goes on
beside the index that serves and takes its place at once. Each keeps its schema and terms version. tantivy's traps are
met here and in `writing.py`: documents made with the schema, a new writer and a replay after a commit that failed,
tokenizers registered at every open, one writer by a lock of our own that names its holder.
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
from search import asking
from search.analysed import FACETS, SIDES, Analysed
from search.backend import DayCount, Hits, Sort, StoryDay, calendar_facets, checked_facets, side_of
from search.embedded_query import Compiler, all_of, without
from search.embedded_writer import Generation, Writer, generation_in_force, new_generation, put_in_force
from search.fields import EXACT_FIELDS, VERSION
from search.lock import Lock
from search.nodes import Node

PAGE = 20_000
BUCKETS = 50_000


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
                    self._generation = new_generation(self.folder)
                    put_in_force(self.folder, self._generation)
                self._writer = Writer(self._generation)
            return self._writer

    # reading

    def _refresh(self) -> None:
        path = generation_in_force(self.folder)
        if path is None:
            self._generation = None
        elif self._generation is None or self._generation.path != path:
            try:
                self._generation = Generation.open(path)
            except StoreError:
                if generation_in_force(self.folder) == path:
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
        """For each name, its most frequent values: all are counted, then the page is cut."""
        checked = checked_facets(names)
        asking_now = self._asking()
        result: dict[str, list[tuple[str, int]]] = {name: [] for name in checked}
        if asking_now is None:
            return result
        searcher, compiler = asking_now
        query = compiler.query(node)
        for name in checked:
            if name in FACETS:
                values = [(value, number) for (value,), number in _composite(searcher, query, (f"facet_{name}",))]
                result[name] = sorted(values, key=lambda item: (-item[1], item[0]))[:size]
            else:
                result[name] = calendar_facets(self.histogram(node), name, size)
        return result

    def histogram(self, node: Node, group: str | None = None) -> list[DayCount]:
        """Counts by day, and by group if one is named."""
        fields = tuple(f"facet_{name}" for name in checked_facets([group] if group else [], FACETS))
        asking_now = self._asking()
        if asking_now is None:
            return []
        searcher, compiler = asking_now
        query = compiler.query(node)
        rows = [
            DayCount(values[0] if group else None, date.fromordinal(values[-1]), number)
            for values, number in _composite(searcher, query, (*fields, "day"))
        ]
        undated = without(query, tantivy.Query.exists_query("day"))
        if group:
            rows += [DayCount(value, None, number) for (value,), number in _composite(searcher, undated, fields)]
        elif number := _count(searcher, undated):
            rows.append(DayCount(None, None, number))
        return sorted(rows, key=DayCount.order)

    def stories(self, node: Node, group: str | None = None) -> Iterator[StoryDay]:
        """Every story of every day, once for each value of the group."""
        fields = tuple(f"facet_{name}" for name in checked_facets([group] if group else [], FACETS))
        asking_now = self._asking()
        if asking_now is None:
            return
        searcher, compiler = asking_now
        query = compiler.query(node)
        for values, _ in _composite(searcher, query, (*fields, "day", "story_number")):
            yield StoryDay(values[0] if group else None, date.fromordinal(values[-2]), values[-1])
        undated = without(query, tantivy.Query.exists_query("day"))
        for values, _ in _composite(searcher, undated, (*fields, "story_number")):
            yield StoryDay(values[0] if group else None, None, values[-1])

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
        """Word forms at most two edits away that begin with the same letter, or with another in its place."""
        asking_now = self._asking()
        if asking_now is None or not word:
            return []
        searcher, _ = asking_now
        found = {
            term
            for field in EXACT_FIELDS
            for term, _ in searcher.terms_with_prefix(field, word[:1])
            if term != word and asking.is_near(word, term, 2)
        }
        return sorted(found)

    def health(self) -> dict[str, Any]:
        """What `doctor` prints."""
        asking_now = self._asking()
        documents = asking_now[0].num_docs if asking_now else 0
        size = (
            sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file()) if self.folder.is_dir() else 0
        )
        return {
            "engine": "tantivy",
            "place": str(self.folder),
            "version": VERSION,
            "documents": documents,
            "bytes": size,
        }


def rebuild(folder: Path, records: Iterable[Record]) -> dict[str, str]:
    """Index all records into a new generation beside the one in force, then put it in its place.

    Readers go on with the old one and change over at their next question; index work of others waits meanwhile.
    Killed on the way, the old one stays in force. Returns id -> error of the records that were refused.
    """
    lock = Lock(folder / "writer.lock", "The index")
    lock.take()
    try:
        generation = new_generation(folder)
        writer = Writer(generation)
        errors = {}
        for record in records:
            if error := writer.put(Analysed.of(record)):
                errors[record.id] = error
        writer.commit()
        writer.close()
        put_in_force(folder, generation)
        return errors
    finally:
        lock.free()


def _count(searcher: Any, query: Any) -> int:
    return int(searcher.search(query, limit=1).count)


def _name(searcher: Any, address: Any) -> str:
    return str(searcher.doc(address)["id"][0])


def _sides(searcher: Any, compiler: Compiler, node: Node, ids: Sequence[str]) -> dict[str, str]:
    """The query asked again of each side, among these documents."""
    if not ids or not asking.asks_text(node):
        return dict.fromkeys(ids, "original")
    among = tantivy.Query.term_set_query(compiler.schema, "id", list(ids))
    answers = {}
    for side in SIDES:
        hits = searcher.search(all_of(compiler.query(node, (side,)), among), limit=len(ids), count=False).hits
        answers[side] = {_name(searcher, address) for _, address in hits}
    return {name: side_of(name, answers) for name in ids}


def _composite(searcher: Any, query: Any, fields: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Every combination of values of these fast fields with its exact count, paged so that no limit cuts it."""
    sources = [{name: {"terms": {"field": name}}} for name in fields]
    after: dict[str, Any] | None = None
    while True:
        page = {"size": BUCKETS, "sources": sources} | ({"after": after} if after else {})
        found = searcher.aggregate(query, {"page": {"composite": page}})["page"]
        for bucket in found["buckets"]:
            yield tuple(bucket["key"][name] for name in fields), bucket["doc_count"]
        after = found.get("after_key")
        if after is None or len(found["buckets"]) < BUCKETS:
            return
