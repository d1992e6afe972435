"""Elasticsearch, the engine of several machines: one index behind an alias, the same answers as tantivy.

Documents come analysed, are written in bulk by id (twice is once), and are read by queries, aggregations and
point-in-time paging; nothing that is paid for, no scripts, no ingest. Down or refusing, it says so with the mend.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from elasticsearch import Elasticsearch

from core.errors import StoreError
from core.record import Record
from core.settings import Settings
from search import asking, counting, elastic_bulk, elastic_rebuild
from search.analysed import FACETS, SIDES
from search.backend import (
    DayCount,
    Hits,
    Sort,
    StoryDay,
    Trouble,
    calendar_facets,
    checked_facets,
    folded,
)
from search.elastic_client import READ_ONLY, REBUILD, allowed, answering, connect
from search.elastic_query import Dsl, all_of, query, without
from search.fields import EXACT_FIELDS, VERSION
from search.nodes import Node
from search.spelling import SHORTEST, STANDS, is_similar

WINDOW = 10_000
PAGE = 5_000
KEPT_OPEN = "15m"  # that a view of the index is held for the next page: whoever takes an export may be slow
SIMILAR = 500
SLOW = 3.0  # seconds for a count, from which on `doctor` calls it slow
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
        client, alias = connect(settings)
        return cls(client, alias, write=write)

    # writing

    def index(self, records: Iterable[Record]) -> dict[str, str]:
        """Take records in, each in place of one with its id; returns those that were refused."""
        self._ready_to_write()
        return elastic_bulk.put(self.client, self.alias, records, alias=True)

    def delete(self, ids: Iterable[str]) -> None:
        """Forget documents; unknown ids are no error."""
        self._ready_to_write()
        elastic_bulk.delete(self.client, self.alias, ids, alias=True)

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
                elastic_rebuild.make(self.client, self.alias, in_force=True)
            self._there = True

    def _ready(self) -> bool:
        """Whether there is an index. Raises StoreError where it was made under another version."""
        if not self._there:
            with answering():
                made = elastic_rebuild.version(self.client, self.alias)
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
        asked = {"filter" if sort == "date" else "must": [query(node)], "should": _named_sides(node)}
        found = self._search(
            query={"bool": asked | {"minimum_should_match": 0}}, sort=order, size=max(limit, 0), from_=offset, track_total_hits=True
        )["hits"]  # fmt: skip
        sides = _sides(node, found["hits"])
        return Hits(found["total"]["value"], tuple(sides), sides)

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
        sides: dict[str, str] = {}
        for start in range(0, len(ids), WINDOW):
            among = {"ids": {"values": list(ids[start : start + WINDOW])}}
            asked = {"filter": [among], "should": _named_sides(node), "minimum_should_match": 0}
            sides |= _sides(node, self._search(query={"bool": asked}, size=WINDOW)["hits"]["hits"])
        return {name: sides.get(name, "both") for name in ids}

    def count(self, node: Node) -> int:
        """How many documents match."""
        return self._count(query(node)) if self._ready() else 0

    def _count(self, asked: Dsl) -> int:
        return int(self._search(query=all_of(asked), size=0, track_total_hits=True)["hits"]["total"]["value"])

    def _search(self, *, index: str | None = "", track_total_hits: bool = False, **asked: Any) -> Any:
        """One search; never of a part of the index, whatever is down."""
        with answering():
            return self.client.search(
                index=self.alias if index == "" else index, source=False, track_total_hits=track_total_hits,
                allow_partial_search_results=False, **asked,
            ).body  # fmt: skip

    def facets(self, node: Node, names: Sequence[str], size: int | None = 10) -> dict[str, list[tuple[str, int]]]:
        """For each name, its most frequent values, all in one request."""
        checked = checked_facets(names)
        if not self._ready():
            return {name: [] for name in checked}
        ask = self._counter(query(node))
        found = counting.facets(ask, [name for name in checked if name in FACETS], size)
        return {
            name: found[name] if name in FACETS else calendar_facets(counting.days(ask), name, size)
            for name in checked
        }  # fmt: skip

    def tally(self, node: Node, name: str, *, size: int = 20_000, among: Sequence[str] | None = None) -> dict[str, int]:
        """Exact counts of the most frequent values of one facet, or of those of `among` that occur."""
        checked_facets([name], FACETS)
        if not self._ready():
            return {}
        ask = self._counter(query(node))
        return counting.most(ask, name, size) if among is None else counting.among(ask, name, among)

    def histogram(self, node: Node, group: str | None = None) -> list[DayCount]:
        """Counts by day, and by group if one is named."""
        checked_facets([group] if group else [], FACETS)
        if not self._ready():
            return []
        ask = self._counter(query(node))
        return counting.grouped_days(ask, group) if group else counting.days(ask)

    def _counter(self, asked: Dsl) -> counting.Ask:
        """Who answers aggregations over the matches."""

        return lambda aggregations: self._search(query=all_of(asked), size=0, aggs=aggregations)["aggregations"]

    def stories(self, node: Node, group: str | None = None) -> Iterator[StoryDay]:
        """Every story of every day, once for each value of the group."""
        fields = tuple(f"facet_{name}" for name in checked_facets([group] if group else [], FACETS))
        if not self._ready():
            return
        asked = query(node)
        for (*values, day, story), _ in counting.combinations(self._counter(asked), (*fields, "day", "story_number")):
            yield StoryDay(values[0] if group else None, date.fromordinal(day), story)
        undated = self._counter(without(asked, DATED))
        for (*values, story), _ in counting.combinations(undated, (*fields, "story_number")):
            yield StoryDay(values[0] if group else None, None, story)

    def fold(self, node: Node, *, limit: int = 20, offset: int = 0) -> Hits:
        """A page of stories: matches collapsed by story; all are counted one by one, since `cardinality` only estimates."""
        if not self._ready():
            return Hits(0, ())
        if offset + limit > WINDOW:
            return folded(self, node, limit, offset)
        asked = {"filter": [query(node)], "should": _named_sides(node), "minimum_should_match": 0}
        collapsed = {"field": "story_number"}
        found = self._search(query={"bool": asked}, sort=NEWEST, collapse=collapsed, size=max(limit, 0), from_=offset)
        sides = _sides(node, found["hits"]["hits"])
        total = sum(1 for _ in counting.combinations(self._counter(query(node)), ("story_number",)))
        return Hits(total, tuple(sides), sides)

    def walk(self, node: Node) -> Iterator[tuple[str, int]]:
        """All matches, newest first, over one point in time."""
        if not self._ready():
            return
        for hit in self._hits(query(node), NEWEST):
            yield hit["_id"], int(hit["fields"]["story_number"][0])

    def _hits(self, asked: Dsl, order: list[Any]) -> Iterator[dict[str, Any]]:
        with answering():
            point = self.client.open_point_in_time(index=self.alias, keep_alive=KEPT_OPEN)["id"]
        after: list[Any] | None = None
        try:
            while True:
                found = self._search(
                    index=None, pit={"id": point, "keep_alive": KEPT_OPEN}, query=asked, sort=order, size=PAGE, search_after=after,
                    docvalue_fields=[{"field": "story_number"}],
                )  # fmt: skip
                point, hits = found["pit_id"], found["hits"]["hits"]
                yield from hits
                if len(hits) < PAGE:
                    return
                after = hits[-1]["sort"]
        finally:
            with answering():
                self.client.options(ignore_status=404).close_point_in_time(id=point)

    def similar(self, word: str) -> list[str]:
        """Word forms near this one, as the term suggester finds them."""
        if len(word) < SHORTEST or not self._ready():
            return []
        asked = {
            f"{edits} {name}": {
                "text": word,
                "term": {
                    "field": name, "analyzer": "whitespace", "suggest_mode": "always", "max_edits": edits, "accuracy": 0.01,
                    "prefix_length": prefix, "min_word_length": SHORTEST, "size": SIMILAR, "max_inspections": 20,
                    "max_term_freq": 2_000_000_000,  # by default a word that many documents have gets none
                },
            }
            for edits, prefix in ((1, 0), (2, STANDS))
            for name in EXACT_FIELDS
        }  # fmt: skip
        answer = self._search(size=0, suggest=asked)["suggest"]
        options = (option["text"] for entries in answer.values() for entry in entries for option in entry["options"])
        return sorted({term for term in options if is_similar(word, term)})

    def health(self) -> dict[str, Any]:
        """What `doctor` prints. What the key may not ask is None."""
        there = self._ready()
        documents = self._count({"match_all": {}}) if there else 0
        server = allowed(lambda: str(self.client.info()["version"]["number"]))
        size = allowed(lambda: self.client.indices.stats(index=self.alias, metric="store").body) if there else None
        return {
            "engine": f"Elasticsearch {server or ''}".strip(),
            "place": self.alias,
            "version": VERSION,
            "documents": documents,
            "bytes": size["_all"]["primaries"]["store"]["size_in_bytes"] if size else None,
        }

    def troubles(self) -> list[Trouble]:
        """Slow, read-only, with shards or replicas missing."""
        if not self._ready():
            return []
        started = time.monotonic()
        self._count({"match_all": {}})
        took = time.monotonic() - started
        found = [Trouble("note", f"it answers slowly ({took:.1f} s)", "See its log and memory.")] if took > SLOW else []
        return [*found, *self._blocked(), *self._missing()]

    def _blocked(self) -> Iterator[Trouble]:
        asked = allowed(
            lambda: self.client.indices.get_settings(index=self.alias, name="index.blocks.*", flat_settings=True).body
        )
        for about in (asked or {}).values():
            blocks = [name for name, value in about["settings"].items() if str(value).lower() == "true"]
            if blocks:
                yield Trouble("bad", f"the index is read-only ({', '.join(blocks)}): new documents wait", READ_ONLY)

    def _missing(self) -> Iterator[Trouble]:
        health = allowed(lambda: self.client.cluster.health(index=self.alias).body) or {}
        if health.get("status") == "red":
            yield Trouble("bad", "parts of the index are missing", "Start the nodes that are down; see its log.")
        elif health.get("status") == "yellow":
            yield Trouble(
                "note", "a copy of the index is missing: it stands on one node", "Start the nodes that are down."
            )


def _named_sides(node: Node) -> list[Dsl]:
    """Clauses that change neither what is found nor its weight, and name the side that answers."""
    if not asking.asks_text(node):
        return []
    return [{"constant_score": {"filter": query(node, (side,)), "boost": 0.0, "_name": side}} for side in SIDES]


def _sides(node: Node, hits: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The side of each hit; a query that asks no text is answered by the original."""
    if not asking.asks_text(node):
        return {hit["_id"]: "original" for hit in hits}
    return {hit["_id"]: _side(hit) for hit in hits}


def _side(hit: dict[str, Any]) -> str:
    """`original` or `translation` where only one side answers, else `both`."""
    named = hit.get("matched_queries", ())
    return str(named[0]) if len(named) == 1 else "both"
