"""Elasticsearch, the engine of several machines: one index behind an alias, the same answers as tantivy.

Documents come analysed, are written in bulk by id (twice is once), and are read by queries, composite aggregations and
point-in-time paging; nothing that is paid for, no scripts, no ingest. Down or refusing, it says so with the mend.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from core.errors import StoreError
from core.record import Record
from core.settings import Settings
from search import asking, elastic_index
from search.analysed import FACETS, SIDES, Analysed
from search.backend import DayCount, Hits, Sort, StoryDay, calendar_facets, checked_facets, side_of
from search.elastic_index import REBUILD, answering
from search.elastic_query import Dsl, all_of, query, without
from search.fields import EXACT_FIELDS, VERSION
from search.nodes import Node

WINDOW = 10_000
PAGE = 5_000
BUCKETS = 10_000
NEWEST: list[Any] = [{"order": "desc"}, {"id": "asc"}]
BEST: list[Any] = [{"_score": "desc"}, {"id": "asc"}]
DATED: Dsl = {"exists": {"field": "day"}}


class ElasticBackend:
    """The port over an alias. Nothing is asked of the server before the first question."""

    def __init__(self, client: Elasticsearch, alias: str, *, write: bool = False) -> None:
        self.client, self.alias = client, alias
        self._may_write = write
        self._there: bool | None = None

    @classmethod
    def open(cls, settings: Settings, *, write: bool = False) -> "ElasticBackend":
        """Raises SettingError for an address or a certificate that cannot be used."""
        client, alias = elastic_index.connect(settings)
        return cls(client, alias, write=write)

    # writing

    def index(self, records: Iterable[Record]) -> dict[str, str]:
        """Take records in, each in place of one with its id; returns those that were refused."""
        self._ready_to_write()
        actions = (
            {"_op_type": "index", "_id": view.id, "_source": elastic_index.source(view)}
            for view in map(Analysed.of, records)
        )
        return _bulk(self.client, self.alias, actions, require_alias=True)

    def delete(self, ids: Iterable[str]) -> None:
        """Forget documents; unknown ids are no error."""
        self._ready_to_write()
        errors = _bulk(
            self.client, self.alias, ({"_op_type": "delete", "_id": name} for name in ids), require_alias=True
        )
        if errors:
            raise StoreError(
                f"Elasticsearch did not delete {len(errors)} documents ({next(iter(errors.values()))}).", "Try again."
            )

    def flush(self) -> None:
        """Refresh: what was written can be found."""
        if self._there:
            with answering():
                self.client.indices.refresh(index=self.alias)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _ready_to_write(self) -> None:
        if not self._may_write:
            raise StoreError("The index was opened for reading.", "Open it with write=True.")
        if not self._ready():
            with answering():
                elastic_index.make(self.client, self.alias, in_force=True)
            self._there = True

    def _ready(self) -> bool:
        """Whether there is an index. Raises StoreError where it was made under another version."""
        if not self._there:
            with answering():
                made = elastic_index.version(self.client, self.alias)
            if made not in (None, VERSION):
                raise StoreError(
                    f"The index {self.alias} was made by another version ({made}, now {VERSION}).", REBUILD
                )
            self._there = made is not None
        return self._there

    # reading

    def search(self, node: Node, *, sort: Sort = "date", limit: int = 20, offset: int = 0) -> Hits:
        """A page of ids, newest first or by BM25, with the total and the side that matched each."""
        if not self._ready():
            return Hits(0, ())
        if offset + limit > WINDOW:
            return self._long(node, sort, limit, offset)
        order = NEWEST if sort == "date" else BEST
        asked = all_of(query(node)) if sort == "date" else query(node)
        with answering():
            found = self.client.search(
                index=self.alias,
                query=asked,
                sort=order,
                size=max(limit, 0),
                from_=offset,
                source=False,
                track_total_hits=True,
            )["hits"]
        ids = tuple(hit["_id"] for hit in found["hits"])
        return Hits(found["total"]["value"], ids, self.sides(node, ids))

    def _long(self, node: Node, sort: Sort, limit: int, offset: int) -> Hits:
        """A page beyond the window that one request may see."""
        order = NEWEST if sort == "date" else BEST
        ids = []
        for place, hit in enumerate(self._hits(query(node), order)):
            if place >= offset + limit:
                break
            if place >= offset:
                ids.append(hit["_id"])
        return Hits(self.count(node), tuple(ids), self.sides(node, ids))

    def sides(self, node: Node, ids: Sequence[str]) -> dict[str, str]:
        """The query asked again of each side, among these documents."""
        if not ids or not asking.asks_text(node):
            return dict.fromkeys(ids, "original")
        answers: dict[Any, set[str]] = {side: set() for side in SIDES}
        for side in SIDES:
            for start in range(0, len(ids), WINDOW):
                among = {"ids": {"values": list(ids[start : start + WINDOW])}}
                with answering():
                    found = self.client.search(
                        index=self.alias,
                        query=all_of(query(node, (side,)), among),
                        size=WINDOW,
                        source=False,
                        track_total_hits=False,
                    )
                answers[side].update(hit["_id"] for hit in found["hits"]["hits"])
        return {name: side_of(name, answers) for name in ids}

    def count(self, node: Node) -> int:
        """How many documents match."""
        return self._count(query(node)) if self._ready() else 0

    def _count(self, asked: Dsl) -> int:
        with answering():
            return int(self.client.count(index=self.alias, query=all_of(asked))["count"])

    def facets(self, node: Node, names: Sequence[str], size: int | None = 10) -> dict[str, list[tuple[str, int]]]:
        """For each name, its most frequent values: all are counted, then the page is cut."""
        result: dict[str, list[tuple[str, int]]] = {}
        for name in checked_facets(names):
            if name in FACETS:
                values = [(value, number) for (value,), number in self._composite(query(node), (f"facet_{name}",))]
                result[name] = sorted(values, key=lambda item: (-item[1], item[0]))[:size]
            else:
                result[name] = calendar_facets(self.histogram(node), name, size)
        return result

    def histogram(self, node: Node, group: str | None = None) -> list[DayCount]:
        """Counts by day, and by group if one is named."""
        fields = tuple(f"facet_{name}" for name in checked_facets([group] if group else [], FACETS))
        asked = query(node)
        rows = [
            DayCount(values[0] if group else None, date.fromordinal(values[-1]), number)
            for values, number in self._composite(asked, (*fields, "day"))
        ]
        undated = without(asked, DATED)
        if group:
            rows += [DayCount(value, None, number) for (value,), number in self._composite(undated, fields)]
        elif self._ready() and (number := self._count(undated)):
            rows.append(DayCount(None, None, number))
        return sorted(rows, key=DayCount.order)

    def stories(self, node: Node, group: str | None = None) -> Iterator[StoryDay]:
        """Every story of every day, once for each value of the group."""
        fields = tuple(f"facet_{name}" for name in checked_facets([group] if group else [], FACETS))
        asked = query(node)
        for values, _ in self._composite(asked, (*fields, "day", "story_number")):
            yield StoryDay(values[0] if group else None, date.fromordinal(values[-2]), values[-1])
        for values, _ in self._composite(without(asked, DATED), (*fields, "story_number")):
            yield StoryDay(values[0] if group else None, None, values[-1])

    def walk(self, node: Node) -> Iterator[tuple[str, int]]:
        """All matches, newest first, over one point in time."""
        if not self._ready():
            return
        for hit in self._hits(query(node), NEWEST):
            yield hit["_id"], int(hit["fields"]["story_number"][0])

    def _hits(self, asked: Dsl, order: list[Any]) -> Iterator[dict[str, Any]]:
        with answering():
            point = self.client.open_point_in_time(index=self.alias, keep_alive="2m")["id"]
        after: list[Any] | None = None
        try:
            while True:
                with answering():
                    found = self.client.search(
                        pit={"id": point, "keep_alive": "2m"}, query=asked, sort=order, size=PAGE, search_after=after, source=False,
                        docvalue_fields=[{"field": "story_number"}], track_total_hits=False,
                    )  # fmt: skip
                point, hits = found["pit_id"], found["hits"]["hits"]
                yield from hits
                if len(hits) < PAGE:
                    return
                after = hits[-1]["sort"]
        finally:
            with answering():
                self.client.options(ignore_status=404).close_point_in_time(id=point)

    def _composite(self, asked: Dsl, fields: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], int]]:
        """Every combination of values of these fields with its exact count, paged so that no limit cuts it."""
        if not self._ready():
            return
        sources = [{name: {"terms": {"field": name}}} for name in fields]
        after: dict[str, Any] | None = None
        while True:
            page = {"size": BUCKETS, "sources": sources} | ({"after": after} if after else {})
            with answering():
                found = self.client.search(
                    index=self.alias,
                    query=all_of(asked),
                    size=0,
                    aggs={"page": {"composite": page}},
                    track_total_hits=False,
                )["aggregations"]["page"]
            for bucket in found["buckets"]:
                yield tuple(bucket["key"][name] for name in fields), bucket["doc_count"]
            after = found.get("after_key")
            if after is None:
                return

    def similar(self, word: str) -> list[str]:
        """Word forms at most two edits away, as the term suggester finds them (the first letter stands)."""
        if not self._ready() or not word:
            return []
        option = {"suggest_mode": "always", "max_edits": 2, "prefix_length": 1, "min_word_length": 3, "size": 50}
        asked = {
            name: {"text": word, "term": {"field": name, "analyzer": "whitespace"} | option} for name in EXACT_FIELDS
        }
        with answering():
            answer = self.client.search(index=self.alias, size=0, suggest=asked)["suggest"]
        options = (option["text"] for entries in answer.values() for entry in entries for option in entry["options"])
        return sorted({term for term in options if term != word and asking.is_near(word, term, 2)})

    def health(self) -> dict[str, Any]:
        """What `doctor` prints."""
        with answering():
            server = self.client.info()["version"]["number"]
        documents = self._count({"match_all": {}}) if self._ready() else 0
        return {
            "engine": f"Elasticsearch {server}",
            "place": self.alias,
            "version": VERSION,
            "documents": documents,
            "bytes": None,
        }


def rebuild(
    settings: Settings, records: Iterable[Record], catch_up: Callable[[], Iterable[Record]] | None = None
) -> dict[str, str]:
    """Index all records into a new index, then what `catch_up` says changed meanwhile, then lead the alias there.

    Killed on the way, the old index stays in force and the next rebuild removes the unfinished one.
    """
    client, alias = elastic_index.connect(settings)
    try:
        with answering():
            for name, leads in elastic_index.ours(client, alias).items():
                if not leads:
                    client.indices.delete(index=name, ignore_unavailable=True)
            name = elastic_index.make(client, alias, in_force=False)
            client.indices.put_settings(index=name, settings={"refresh_interval": "-1"})
        errors: dict[str, str] = {}
        for batch in (records, catch_up() if catch_up else ()):
            views = map(Analysed.of, batch)
            errors |= _bulk(client, name, ({"_id": view.id, "_source": elastic_index.source(view)} for view in views))
        with answering():
            client.indices.put_settings(index=name, settings={"refresh_interval": None})
            client.indices.refresh(index=name)
            elastic_index.put_in_force(client, alias, name)
        return errors
    finally:
        client.close()


def _bulk(client: Elasticsearch, index: str, actions: Iterable[dict[str, Any]], **options: Any) -> dict[str, str]:
    """Write in chunks of 500 documents or 5 MB, backing off while the server is busy; id -> error of what is refused."""
    errors: dict[str, str] = {}
    with answering():
        for ok, item in streaming_bulk(
            client, actions, index=index, chunk_size=500, max_chunk_bytes=5_000_000, raise_on_error=False, max_retries=8,
            initial_backoff=0.5, max_backoff=30, yield_ok=False, **options,
        ):  # fmt: skip
            operation, answer = next(iter(item.items()))
            if not ok and not (operation == "delete" and answer.get("status") == 404):
                reason = answer.get("error") or answer
                errors[str(answer.get("_id"))] = str(
                    reason.get("reason", reason) if isinstance(reason, dict) else reason
                )[:500]
    return errors
