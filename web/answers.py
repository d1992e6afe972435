"""Questions asked of the index and the store, answered in plain values: what pages, data formats and the API all print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.errors import InputError, QueryError
from core.record import Record
from core.text import fold as alike
from core.time import day_bounds
from search import trends as counting
from search.backend import fold
from search.filters import filters
from search.highlight import marks
from search.nodes import Node, both
from search.query import everything, parse
from search.suggest import suggestions
from store import documents, sources
from store.sources import Outage
from web.desk import Desk
from web.question import Question

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
FACETS = ("topic", "sector", "department", "source", "language", "kind")
Marks = Mapping[str, Sequence[tuple[int, int]]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of a search: how many there are in all, the records of the page, their sides and marks by id."""

    total: int
    records: Sequence[Record] = ()
    sides: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, Marks] = field(default_factory=dict)


class AskedError(QueryError):
    """A query that does not parse, and which one of several it was."""

    def __init__(self, error: QueryError, query: str) -> None:
        super().__init__(error.reason, error.mend, error.position)
        self.query = query


def parsed(query: str) -> Node:
    """The tree of a query; everything for an empty one. Raises AskedError."""
    try:
        return parse(query) if query else everything()
    except QueryError as error:
        raise AskedError(error, query) from error


def tree(question: Question) -> Node:
    """The question's first query with its filters."""
    return both(parsed(question.q), narrowing(question))


def narrowing(question: Question, *, dates: bool = True) -> Node:
    """The filters as a tree, with or without the days from `start` to `end`."""
    days = {"start": question.start, "end": question.end} if dates else {}
    return filters(**days, **question.filters)  # type: ignore[arg-type]


def search(desk: Desk, question: Question) -> Found:
    """One page of results. Documents that the index knows and the store no longer has are left out of the page."""
    node, index = tree(question), desk.index()
    if question.stories:
        hits = fold(index, node, limit=question.limit, offset=question.offset)
    else:
        hits = index.search(node, sort=question.sort, limit=question.limit, offset=question.offset)
    with desk.store.read() as tx:
        records = documents.records(tx, hits.ids)
    found = {record.id: marks(node, record) for record in records} if question.q else {}
    return Found(total=hits.total, records=records, sides=hits.sides if question.q else {}, marks=found)


def search_json(
    question: Question, found: Found, facets: Mapping[str, Sequence[tuple[str, int]]], *, with_text: bool
) -> Row:
    """A page of results as JSON: documents as everywhere, each with the side that matched and the marks by field."""
    rows = [
        record.masked().to_json(with_text=with_text)
        | {
            "matched": found.sides.get(record.id),
            "highlights": {k: [list(span) for span in v] for k, v in found.marks.get(record.id, {}).items()},
        }
        for record in found.records
    ]
    return {
        "query": question.q, "total": found.total, "page": question.page, "limit": question.limit,
        "facets": {name: [list(pair) for pair in values] for name, values in facets.items()}, "documents": rows,
    }  # fmt: skip


def facets(desk: Desk, question: Question) -> dict[str, list[tuple[str, int]]]:
    """How many of the results each value of each facet has."""
    return desk.index().facets(tree(question), FACETS, 10)


def departments(desk: Desk, question: Question) -> dict[str, int]:
    """Documents by department, most first, equal ones by name."""
    counted = desk.index().facets(tree(question), ["department"], None)["department"]
    return dict(sorted(counted, key=lambda pair: (-pair[1], alike(pair[0]))))


def offers(desk: Desk, question: Question) -> list[str]:
    """Other words to try where the query's words find nothing."""
    return suggestions(desk.index(), parsed(question.q)) if question.q else []


def behind(desk: Desk) -> tuple[int, int]:
    """How many documents the index and the store have: they differ while index work waits."""
    indexed = desk.index().health().get("documents")
    with desk.store.read() as tx:
        stored = documents.count(tx)
    return (indexed if isinstance(indexed, int) else stored), stored


def trends(desk: Desk, question: Question) -> tuple[list[Row], int]:
    """A row for every period of every query (and group), and how many matching documents are undated."""
    if not question.queries:
        raise InputError("A trend needs a query.", "Give q=..., or q=* for everything.")
    asked = [(query, parsed(query)) for query in question.queries]
    found = counting.trends(
        desk.index(), asked, by=question.by, group=question.group, stories=question.stories, start=question.start, end=question.end,
        narrowing=narrowing(question, dates=False), outages=_outages(desk, question),
    )  # fmt: skip
    return found.rows, found.undated


def _outages(desk: Desk, question: Question) -> list[Outage]:
    """When a source was down, of those asked for (of any, where none is named)."""
    start = day_bounds(question.start)[0] if question.start else LONG_AGO
    end = day_bounds(question.end)[1] if question.end else datetime.now(UTC)
    named = question.filters.get("source", ())
    with desk.store.read() as tx:
        found = sources.outages(tx, start, end)
    return [outage for outage in found if not named or outage.source in named]
