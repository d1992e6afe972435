"""The port: what search needs of an engine, in our words. Three answer it alike: memory, tantivy, Elasticsearch."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

from core.errors import InputError
from core.record import Record
from search.analysed import FACETS, SIDES
from search.nodes import Node

Sort = Literal["date", "relevance"]
CALENDAR = ("year", "month")


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of results: how many there are in all, the ids of the page, and the side that matched each."""

    total: int
    ids: tuple[str, ...]
    sides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many documents one day (in Lima) has; `day` is None for the undated, `group` where none was asked for."""

    group: str | None
    day: date | None
    count: int

    def order(self) -> tuple[str, date]:
        """Groups in order, days in order, the undated first."""
        return self.group or "", self.day or date.min


@dataclass(frozen=True, slots=True)
class StoryDay:
    """A story that has documents on that day; `story` is a number, equal for equal stories."""

    group: str | None
    day: date | None
    story: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that `doctor` tells: `state` is `note` or `bad`, `mend` what to do."""

    state: Literal["note", "bad"]
    finding: str
    mend: str


class Backend(Protocol):
    """An index of records. Reading is safe from several threads; one process writes."""

    def index(self, records: Iterable[Record]) -> dict[str, str]:
        """Take records in, each in place of one with its id; returns id -> error of those that were refused.

        Raises UnavailableError when the engine does not answer: then anything may or may not be in; index it again.
        """

    def delete(self, ids: Iterable[str]) -> None:
        """Forget documents; unknown ids are no error."""

    def flush(self) -> None:
        """When this returns, what was written can be found and survives a crash."""

    def search(self, node: Node, *, sort: Sort = "date", limit: int = 20, offset: int = 0) -> Hits:
        """A page of ids (any size), newest first and the undated last, or by relevance."""

    def sides(self, node: Node, ids: Sequence[str]) -> dict[str, str]:
        """For documents that match: which side answers, `original`, `translation` or `both`."""

    def count(self, node: Node) -> int:
        """How many documents match, exactly."""

    def facets(self, node: Node, names: Sequence[str], size: int | None = 10) -> dict[str, list[tuple[str, int]]]:
        """For each name of FACETS, `year` or `month`: its most frequent values, exactly counted; None gives all."""

    def tally(self, node: Node, name: str, *, size: int = 20_000, among: Sequence[str] | None = None) -> dict[str, int]:
        """Exact counts of the `size` most frequent values of one facet, or of those of `among` that occur: for facets with
        more values than can be listed."""

    def histogram(self, node: Node, group: str | None = None) -> list[DayCount]:
        """Counts by day, for each value of a facet if one is named; only days that have any."""

    def stories(self, node: Node, group: str | None = None) -> Iterator[StoryDay]:
        """Every story of every day, once for each value of the group."""

    def walk(self, node: Node) -> Iterator[tuple[str, int]]:
        """All matches, newest first, each with the number of its story: no cap, one view of the index throughout."""

    def fold(self, node: Node, *, limit: int = 20, offset: int = 0) -> Hits:
        """A page with one document for each story, its newest that matches; the total is the exact number of stories."""

    def similar(self, word: str) -> list[str]:
        """Word forms of the index near this one, in order: see `spelling.is_similar`. A form may be of deleted documents only."""

    def health(self) -> dict[str, Any]:
        """What `doctor` prints: engine, documents, place, version."""

    def troubles(self) -> list[Trouble]:
        """What is not as it should be though the engine answers: read-only, slow, a replica missing."""

    def close(self) -> None:
        """Release locks and connections; what was not flushed is lost."""


def scan(backend: Backend, node: Node) -> Iterator[str]:
    """The ids of all matches, newest first."""
    return (name for name, _ in backend.walk(node))


def folded(backend: Backend, node: Node, limit: int, offset: int) -> Hits:
    """The same by walking through all matches: for engines that know no better way."""
    seen: set[int] = set()
    ids: list[str] = []
    for name, story in backend.walk(node):
        if story not in seen:
            if offset <= len(seen) < offset + limit:
                ids.append(name)
            seen.add(story)
    return Hits(len(seen), tuple(ids), backend.sides(node, ids))


def checked_facets(names: Iterable[str], known: Sequence[str] = FACETS + CALENDAR) -> list[str]:
    """The names, if all can be counted. Raises InputError naming the first that cannot, and the nearest that can."""
    names = list(names)
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            raise InputError(
                f"{name!r} cannot be counted.", f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}."
            )
    return names


def calendar_facets(rows: Iterable[DayCount], name: str, size: int | None) -> list[tuple[str, int]]:
    """Years or months with their counts, newest first."""
    width = 4 if name == "year" else 7
    counter: Counter[str] = Counter()
    for row in rows:
        if row.day:
            counter[row.day.isoformat()[:width]] += row.count
    return sorted(counter.items(), reverse=True)[:size]


def side_of(name: str, answers: dict[Any, set[str]]) -> str:
    """`original` or `translation` where only one side answers, else `both`."""
    found = [side for side in SIDES if name in answers[side]]
    return found[0] if len(found) == 1 else "both"
