"""Questions asked of the index and the store, answered in plain values: what pages, data formats and the API all print."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from core.errors import InputError, QueryError
from core.masking import find, mask
from core.record import Record
from core.text import fold as alike
from core.time import day_bounds, lima_day
from search import changes as changing
from search import spikes as rising
from search import suggest, trending
from search import trends as counting
from search.backend import scan
from search.filters import filters
from search.highlight import marks
from search.nodes import Node, both
from search.query import everything, parse
from search.similar import candidates, nearest
from store import completeness, documents, sources, stories, work
from web.desk import Desk
from web.question import Question

LONG_AGO = date(1990, 1, 1)
FACETS = ("topic", "subtype", "sector", "department", "source", "language", "kind")
Marks = Mapping[str, Sequence[tuple[int, int]]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of a search: how many there are in all, the records of the page, their sides and marks by id; where each
    stands for its story, the sources that tell it."""

    total: int
    records: Sequence[Record] = ()
    sides: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, Marks] = field(default_factory=dict)
    outlets: Mapping[str, Sequence[str]] = field(default_factory=dict)


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
        hits = index.fold(node, limit=question.limit, offset=question.offset)
    else:
        hits = index.search(node, sort=question.sort, limit=question.limit, offset=question.offset)
    with desk.store.read() as tx:
        records = documents.records(tx, hits.ids)
        told = {record.id: _outlets(tx, record) for record in records} if question.stories else {}
    found = {record.id: marks(node, record) for record in records} if question.q else {}
    return Found(total=hits.total, records=records, sides=hits.sides if question.q else {}, marks=found, outlets=told)


def _outlets(tx: Connection, record: Record) -> list[str]:
    """The sources that tell a record's story, the first to tell it first."""
    if record.story is None or record.story.size < 2:
        return [record.document.source]
    return stories.outlets(tx, record.story.id)


def search_json(
    question: Question, found: Found, facets: Mapping[str, Sequence[tuple[str, int]]], *, with_text: Callable[[Record], bool]
) -> Row:  # fmt: skip
    """A page of results as JSON: documents as everywhere, each with the side that matched and the marks by field, and where
    it stands for its story the `outlets` that tell it, else None."""
    rows = [
        record.masked().to_json(with_text=with_text(record))
        | {
            "matched": found.sides.get(record.id),
            "highlights": {k: [list(span) for span in v] for k, v in found.marks.get(record.id, {}).items()},
            "outlets": list(found.outlets[record.id]) if record.id in found.outlets else None,
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


def offers(desk: Desk, question: Question) -> list[tuple[str, str | None]]:
    """Other words to try where the query's words find nothing, each with the query that has it in its place."""
    found = suggest.offers(desk.index(), parsed(question.q)) if question.q else []
    return [(one.offered, one.put_into(question.q)) for one in found]


def behind(desk: Desk) -> tuple[int, int, int]:
    """How many documents the index and the store have, and how much index work waits: new documents, and those that
    changed, were tagged again or translated since they were indexed."""
    indexed = desk.index().health().get("documents")
    with desk.store.read() as tx:
        stored, waiting = documents.count(tx), work.waiting(tx, "index")
    return (indexed if isinstance(indexed, int) else stored), stored, waiting


def trends(desk: Desk, question: Question) -> counting.Trends:
    """A row for every period of every query (and group), and how many matching documents are undated."""
    if not question.queries:
        raise InputError("A trend needs a query.", "Give q=..., or q=* for everything.")
    return counting.trends(
        desk.index(), _asked(question), by=question.by, group=question.group, stories=question.stories, start=question.start,
        end=question.end, narrowing=narrowing(question, dates=False), known=_known(desk, question), panel=question.panel, top=question.top,
    )  # fmt: skip


def spikes(desk: Desk, question: Question) -> list[Row]:
    """Sudden rises of each query, with their evidence as `{id, url, title}`, masked."""
    rows = [
        row | {"query": query}
        for query, node in _asked(question) or [("*", everything())]
        for row in rising.spikes(
            desk.index(), node, by=question.by, narrowing=narrowing(question, dates=False), start=question.start, end=question.end
        )
    ]  # fmt: skip
    return _with_evidence(desk, rows)


def changes(desk: Desk, question: Question) -> list[Row]:
    """Changes of level of each query."""
    return changing.changes(
        desk.index(), _asked(question), by=question.by, narrowing=narrowing(question, dates=False), start=question.start, end=question.end
    )  # fmt: skip


def terms(desk: Desk, question: Question, limit: int) -> list[Row]:
    """Trending terms of the first query, with their evidence; numbers that are masked in a text are no term either."""
    found = trending.trending(
        desk.index(), parsed(question.q), start=question.start, end=question.end, background=question.background,
        narrowing=narrowing(question, dates=False), limit=limit,
    )  # fmt: skip
    return _with_evidence(desk, [row | {"query": question.q or "*"} for row in found if not _is_private(row["term"])])


def _is_private(term: str) -> bool:
    return bool(find(f"DNI {term}") or find(f"tel. {term}"))


def _asked(question: Question) -> list[tuple[str, Node]]:
    return [(query, parsed(query)) for query in question.queries]


def _with_evidence(desk: Desk, rows: Sequence[Row]) -> list[Row]:
    """The rows with `{id, url, title, source}` for each id of their evidence."""
    ids = list(dict.fromkeys(id for row in rows for id in row["evidence"]))
    with desk.store.read() as tx:
        told = {one.id: {"id": one.id, "url": one.url, "title": mask(one.title)} for one in documents.many(tx, ids)}
    return [row | {"evidence": [told[id] for id in row["evidence"] if id in told]} for row in rows]


def _known(desk: Desk, question: Question) -> counting.Known:
    """When a source was down, and how much of what it listed is held, of those asked for (of all, where none is named)."""
    now = datetime.now(UTC)
    start = day_bounds(min(max(question.start or LONG_AGO, LONG_AGO), lima_day(now)))[0]
    end = day_bounds(question.end)[1] if question.end and question.end < lima_day(now) else now
    named = question.filters.get("source", ())
    with desk.store.read() as tx:
        outages = sources.outages(tx, start, end)
        counted = completeness.rows(tx, named or None)
    return counting.Known(outages=[one for one in outages if not named or one.source in named], completeness=counted)


def held(desk: Desk, question: Question) -> completeness.Whole:
    """How much of what the sources asked about listed in the months asked about is held, taken together."""
    first, last = (f"{day:%Y-%m}" if day else None for day in (question.start, question.end))
    with desk.store.read() as tx:
        return completeness.together(completeness.rows(tx, question.filters.get("source", ()) or None, first, last))


def similar(desk: Desk, record: Record, limit: int = 10) -> list[tuple[Record, float]]:
    """The documents nearest to this one, with how near each is (0 to 1)."""
    profile, ids = candidates(desk.index(), record)
    with desk.store.read() as tx:
        return nearest(profile, documents.records(tx, ids), limit)


def everything_found(desk: Desk, question: Question) -> Iterator[Record]:
    """All documents that answer, newest first, without a cap, in one view of the index."""
    return documents.each(desk.store, scan(desk.index(), tree(question)))
