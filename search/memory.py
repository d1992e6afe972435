"""The query tree asked of records in memory: the alert matcher's verdict, and the oracle that the engines are held to."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import inf
from typing import Any

from core.record import Record
from search import asking, near
from search.analysed import FACETS, SIDES, Analysed, Part, Side
from search.backend import DayCount, Hits, Sort, StoryDay, Trouble, calendar_facets, checked_facets, folded
from search.fields import newest_first, where
from search.nodes import All, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Tag, Wildcard, Word
from search.postings import Postings
from search.spelling import is_similar


def matches(node: Node, record: Record | Analysed, sides: Collection[Side] = SIDES) -> bool:
    """Whether a record answers a query; with `sides`, by the text of those alone. Pass `Analysed` to ask often."""
    return _holds(node, _view(record), sides)


def explain(node: Node, record: Record | Analysed) -> list[Node]:
    """The clauses that did not match: the smallest parts of the query that would each have had to; empty if it matches."""
    view = _view(record)
    if _holds(node, view, SIDES):
        return []
    if isinstance(node, And):
        return [clause for child in node.nodes for clause in explain(child, view)]
    return [node]


def sides_of(node: Node, record: Record | Analysed) -> str:
    """Which side answers: `original`, `translation` or `both`. A query that asks no text is answered by the original."""
    view = _view(record)
    if not asking.asks_text(node):
        return "original"
    found = [side for side in SIDES if _holds(node, view, (side,))]
    return found[0] if len(found) == 1 else "both"


def _view(record: Record | Analysed) -> Analysed:
    return record if isinstance(record, Analysed) else Analysed.of(record)


def _holds(node: Node, view: Analysed, sides: Collection[Side]) -> bool:
    match node:
        case And():
            return all(_holds(child, view, sides) for child in node.nodes)
        case Or():
            return any(_holds(child, view, sides) for child in node.nodes)
        case Not():
            return not _holds(node.node, view, SIDES)
        case All():
            return True
        case Tag():
            return asking.value(node) in view.tags.get(node.field, ())
        case Range():
            return _dated(node, view)
        case Prefix() | Wildcard() | Fuzzy() if node.field not in asking.BARE:
            return any(map(test(node), view.tags.get(node.field, ())))
        case _:
            return any(in_part(node, part) for part in parts(view, node.field, sides))


def parts(view: Analysed, field: str, sides: Collection[Side] = SIDES) -> Iterator[Part]:
    """The parts of a record that a text field of the query language stands for."""
    allowed = _allowed(field, tuple(sides))
    return (part for part in view.parts if (part.side, part.name) in allowed)


@lru_cache(maxsize=64)
def _allowed(field: str, sides: tuple[Side, ...]) -> frozenset[tuple[Side, str]]:
    return frozenset(where(field, sides))


def in_part(node: Word | Phrase | Prefix | Wildcard | Fuzzy, part: Part) -> bool:
    """Whether one part answers a leaf that is asked of text."""
    if isinstance(node, Word | Phrase):
        places = part.exacts if node.exact else part.stems
        terms = asking.wanted(node, part.language)
        if len(terms) == 1:
            return terms[0] in places
        return near.occurs(terms, node.slop if isinstance(node, Phrase) else 0, places)
    return any(map(test(node), part.exacts))


@lru_cache(maxsize=256)
def test(node: Prefix | Wildcard | Fuzzy) -> Callable[[str], bool]:
    """The test that a term, or the value of a tag, must pass."""
    if isinstance(node, Fuzzy):
        word = asking.fuzzy_word(node)
        return lru_cache(maxsize=50_000)(lambda term: asking.is_near(word, term, node.distance))
    if isinstance(node, Prefix):
        beginning = asking.beginning(node)
        return lambda term: term.startswith(beginning)
    pattern = asking.compiled(node)
    return lambda term: pattern.fullmatch(term) is not None


def _dated(node: Range, view: Analysed) -> bool:
    day = view.day if node.field == "date" else view.seen
    low, high = _bounds(node)
    return day is not None and low <= day <= high


@lru_cache(maxsize=256)
def _bounds(node: Range) -> tuple[float, float]:
    """The days of the range as ordinals; endless where it is open."""
    low, high = node.days()
    return low.toordinal() if low else -inf, high.toordinal() if high else inf


class MemoryBackend:
    """The whole port over a dictionary: for tests and small things. Answers are exact by construction."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._views: dict[str, Analysed] = {}
        self._postings: Postings | None = None
        self._rank: dict[str, int] = {}
        self.index(records)

    def index(self, records: Iterable[Record]) -> dict[str, str]:
        """Take records in, each in place of one with its id."""
        self._views |= {record.id: Analysed.of(record) for record in records}
        self._postings = None
        return {}

    def delete(self, ids: Iterable[str]) -> None:
        """Forget documents; unknown ids are no error."""
        for name in ids:
            self._views.pop(name, None)
        self._postings = None

    def flush(self) -> None:
        """Nothing waits here."""

    def search(self, node: Node, *, sort: Sort = "date", limit: int = 20, offset: int = 0) -> Hits:
        """A page of ids, the total and the side that matched each."""
        found = self._found(node)
        if sort == "relevance":
            found.sort(key=lambda view: (-_weight(node, view), view.id))
        page = found[offset : offset + limit]
        ids = tuple(view.id for view in page)
        return Hits(len(found), ids, self.sides(node, ids))

    def sides(self, node: Node, ids: Sequence[str]) -> dict[str, str]:
        """Which side answers, for documents that match."""
        return {name: sides_of(node, self._views[name]) for name in ids}

    def count(self, node: Node) -> int:
        """How many documents match."""
        return len(self._asking().found(node))

    def facets(self, node: Node, names: Sequence[str], size: int | None = 10) -> dict[str, list[tuple[str, int]]]:
        """For each name, its most frequent values with their counts."""
        found, result = self._found(node), {}
        for name in checked_facets(names):
            if name in FACETS:
                counter = Counter(value for view in found for value in view.facets.get(name, ()))
                result[name] = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:size]
            else:
                result[name] = calendar_facets(self.histogram(node), name, size)
        return result

    def tally(self, node: Node, name: str, *, size: int = 20_000, among: Sequence[str] | None = None) -> dict[str, int]:
        """Exact counts of the most frequent values of one facet, or of those of `among` that occur."""
        counted = dict(self.facets(node, checked_facets([name], FACETS), None)[name])
        if among is None:
            return dict(list(counted.items())[:size])
        return {value: counted[value] for value in among if value in counted}

    def histogram(self, node: Node, group: str | None = None) -> list[DayCount]:
        """Counts by day, and by group if one is named; `day` is None for the undated."""
        checked_facets([group] if group else [], FACETS)
        counter = Counter((value, view.day) for view in self._found(node) for value in _groups(view, group))
        rows = [DayCount(value, _date(day), number) for (value, day), number in counter.items()]
        return sorted(rows, key=DayCount.order)

    def stories(self, node: Node, group: str | None = None) -> Iterator[StoryDay]:
        """Every story of every day, once."""
        seen = {(value, view.day, view.story) for view in self._found(node) for value in _groups(view, group)}
        return (StoryDay(value, _date(day), story) for value, day, story in seen)

    def walk(self, node: Node) -> Iterator[tuple[str, int]]:
        """All matches, newest first, with the number of their story."""
        return ((view.id, view.story) for view in self._found(node))

    def fold(self, node: Node, *, limit: int = 20, offset: int = 0) -> Hits:
        """A page of stories."""
        return folded(self, node, limit, offset)

    def similar(self, word: str) -> list[str]:
        """Word forms near this one."""
        return sorted(term for term in self._asking().forms if is_similar(word, term))

    def health(self) -> dict[str, Any]:
        """What `doctor` prints."""
        return {"engine": "memory", "documents": len(self._views)}

    def troubles(self) -> list[Trouble]:
        """None."""
        return []

    def close(self) -> None:
        """Nothing to release."""

    def _asking(self) -> Postings:
        """What is known of all documents, made at the first question after a change."""
        if self._postings is None:
            views = self._views.values()
            self._rank = {view.id: rank for rank, view in enumerate(sorted(views, key=newest_first))}
            self._postings = Postings(views, lambda leaf, view: _holds(leaf, view, SIDES), test)
        return self._postings

    def _found(self, node: Node) -> list[Analysed]:
        """Newest first."""
        ids = self._asking().found(node)
        return [self._views[id] for id in sorted(ids, key=self._rank.__getitem__)]


def _groups(view: Analysed, group: str | None) -> Sequence[str | None]:
    return (None,) if group is None else view.facets.get(group, ())


def _date(day: int | None) -> date | None:
    return date.fromordinal(day) if day is not None else None


def _weight(node: Node, view: Analysed) -> int:
    """How often the words of the query occur; the engines weigh by BM25, so relevance is not compared between them."""
    if isinstance(node, And | Or):
        return sum(_weight(child, view) for child in node.nodes)
    if isinstance(node, Word):
        return sum(len(_places(node, part)) for part in parts(view, node.field))
    return 0


def _places(node: Word, part: Part) -> Sequence[int]:
    places: Mapping[str, list[int]] = part.exacts if node.exact else part.stems
    return places.get(asking.wanted(node, part.language)[0], ())
