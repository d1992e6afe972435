"""Trending terms: words and names that a window of days has far more often than the days before it.

Each term's documents in the window are held against those in a background window by the log-likelihood ratio G2 of two
binomials (Dunning 1993, Computational Linguistics 19), which keeps its meaning for rare words where a ratio or a z-score
does not. News comes in bursts and wire copies, so G2 ranks and cuts here, it is no probability: a term must also stand
in FEWEST documents of at least two sources. Terms are content words and pairs of headlines (`search/keyterms.py`), and
the names the documents are tagged with; a word that hardly ever comes without its pair is told as the pair.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from math import log
from typing import Any

from core.errors import InputError
from search.backend import Backend
from search.keyterms import stem_key
from search.nodes import All, Node, Phrase, Range, Tag, Word, both
from search.trends import as_of, clipped, covered, timeless

KINDS = ("term", "person", "organisation", "place", "norm")
COLUMNS = ("query", "term", "kind", "count", "background", "expected", "ratio", "score", "sources", "evidence")
WINDOW = timedelta(days=7)
BACKGROUND = timedelta(days=28)
FEWEST, SOURCES = 3, 2
LEAST_SCORE = 15.13  # G2 at p = 0.0001 with one degree of freedom
TOGETHER = 0.6  # of a word's documents have it in this longer term: the longer one is told
LOOKED_AT = 300
LISTED = 20_000  # values of a facet in the window
EVIDENCE = 3
ONE = timedelta(days=1)
Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Windows:
    """The days asked about and those they are held against, all inclusive."""

    start: date
    end: date
    background_start: date
    background_end: date


@dataclass(frozen=True, slots=True)
class Scored:
    """A term, its documents in the window and in the background, what the background leads to expect, and G2."""

    term: str
    kind: str
    stems: tuple[str, ...]
    count: int
    background: int
    expected: float
    score: float


def trending(
    backend: Backend, node: Node, *, start: date | None = None, end: date | None = None, background: int | None = None,
    narrowing: Node | None = None, limit: int = 20,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows with the keys of COLUMNS, the most telling first: terms of what answers the query in the window.

    The window is `start` to `end` (inclusive days), else the `date:` range of the query, else the last seven days that
    have anything. `background` is how many days before it are held against it: by default four times as many, at least
    28. `count` and `background` are documents, `expected` is what the background leads to expect in the window, `ratio`
    is count of expected, `evidence` are ids, one an outlet. Raises InputError where the background has no document.
    """
    asked = both(timeless(node), narrowing or All())
    windows = _windows(backend, node, both(narrowing or All(), *as_of(node)), start, end, background)
    if windows is None:
        return []
    now = both(asked, _days(windows.start, windows.end))
    before = both(asked, _days(windows.background_start, windows.background_end))
    seen, known = backend.count(now), backend.count(before)
    if not known:
        raise InputError(
            f"Nothing from {windows.background_start} to {windows.background_end} answers the query: there is nothing to "
            f"hold {windows.start} to {windows.end} against.",
            "Ask for a later window, or more days of background.",
        )
    likely = scored(*_counted(backend, now, before), seen, known)
    found = _counted_again(backend, likely[:LOOKED_AT], now, before, seen, known)
    rows = (_row(backend, node, now, one) for one in _told(found))
    return list(islice((row for row in rows if row["sources"] >= SOURCES), limit))


def scored(now: Mapping[Key, Counter[str]], before: Mapping[Key, int], seen: int, known: int) -> list[Scored]:
    """The terms that are more frequent now than before, the highest G2 first. Counts are documents, now by printed form."""
    found = []
    for (kind, stems), forms in now.items():
        term = min(forms, key=lambda form: (-forms[form], form[:1].isupper(), form))
        one = _scored(term, kind, stems, sum(forms.values()), before.get((kind, stems), 0), seen, known)
        found += [one] if one else []
    return sorted(found, key=_order)


def _scored(
    term: str, kind: str, stems: tuple[str, ...], count: int, old: int, seen: int, known: int
) -> Scored | None:  # fmt: skip
    """The term with its score; None where it is too rare or not more frequent than before."""
    if count < FEWEST or count * known <= old * seen:
        return None
    score = g2(count, seen, old, known)
    expected = seen * (old + 0.5) / (known + 1)  # half a document more, so that never is not nought
    return Scored(term, kind, stems, count, old, expected, score) if score >= LEAST_SCORE else None


def _order(one: Scored) -> tuple[float, str, str]:
    return -one.score, one.term, one.kind


def _counted_again(
    backend: Backend, likely: Sequence[Scored], now: Node, before: Node, seen: int, known: int
) -> list[Scored]:  # fmt: skip
    """The likeliest counted by the query that finds them: the background may spell a term as the window never does."""
    found = []
    for one in likely:
        asked = clause(one.term, one.kind)
        count, old = backend.count(both(now, asked)), backend.count(both(before, asked))
        again = _scored(one.term, one.kind, one.stems, count, old, seen, known)
        found += [again] if again else []
    return sorted(found, key=_order)


def g2(count: int, seen: int, old: int, known: int) -> float:
    """Twice the log-likelihood ratio of two binomials: `count` of `seen` and `old` of `known` with two rates or with one."""
    pooled = (count + old) / (seen + known)
    return 2 * (
        _likelihood(count, seen, count / seen)
        + _likelihood(old, known, old / known)
        - _likelihood(count, seen, pooled)
        - _likelihood(old, known, pooled)
    )


def _likelihood(count: int, size: int, rate: float) -> float:
    yes = count * log(rate) if count else 0.0
    return yes + ((size - count) * log(1 - rate) if size > count else 0.0)


def _windows(
    backend: Backend, node: Node, within: Node, start: date | None, end: date | None, background: int | None
) -> Windows | None:
    low, high = clipped(node, start, end)
    if high is None:
        days = covered(backend, within)
        if days is None:
            return None
        high = max(days[1], low or days[1])
    if low is None:
        low = max(high, date.min + WINDOW) - WINDOW + ONE
    length = timedelta(days=background) if background else max(BACKGROUND, 4 * (high - low + ONE))
    if low - date.min < length + ONE:
        raise InputError(f"There are no days before {low}.", "Ask for a later window.")
    return Windows(low, high, low - length, low - ONE)


def _days(low: date, high: date) -> Range:
    return Range("date", low.isoformat(), high.isoformat())


def _counted(backend: Backend, now: Node, before: Node) -> tuple[dict[Key, Counter[str]], dict[Key, int]]:
    """Documents of the window by kind and stems, and there by printed form; and those of the background, of forms that
    the window has often enough to be told."""
    counted: dict[Key, Counter[str]] = defaultdict(Counter)
    known: dict[Key, int] = defaultdict(int)
    for kind in KINDS:
        listed = backend.tally(now, kind, size=LISTED)
        rarest = (
            min(listed.values(), default=0) if len(listed) == LISTED else 0
        )  # of these some are cut, which by the engine
        for value, number in listed.items():
            if number > rarest and (stems := stem_key(value)):
                counted[kind, stems][value] += number
        often = {key: forms for key, forms in counted.items() if key[0] == kind and sum(forms.values()) >= FEWEST}
        numbers = backend.tally(before, kind, among=[form for forms in often.values() for form in forms])
        for key, forms in often.items():
            known[key] = sum(numbers.get(form, 0) for form in forms)
    return counted, known


def _told(found: Sequence[Scored]) -> Iterator[Scored]:
    """The terms worth a line: no word that its pair tells, no word that is a tagged name."""
    names = {one.stems for one in found if one.kind != "term"}
    for one in found:
        if one.kind != "term" or not (one.stems in names or any(_tells(other, one) for other in found)):
            yield one


def _tells(longer: Scored, one: Scored) -> bool:
    return (
        len(longer.stems) > len(one.stems)
        and longer.count >= TOGETHER * one.count
        and any(
            longer.stems[place : place + len(one.stems)] == one.stems
            for place in range(len(longer.stems) - len(one.stems) + 1)
        )
    )


def clause(term: str, kind: str) -> Node:
    """What finds the documents of a term."""
    if kind != "term":
        return Tag(kind, term)
    return Phrase("title", term) if len(stem_key(term)) > 1 else Word("title", term)


def _row(backend: Backend, node: Node, now: Node, one: Scored) -> dict[str, Any]:
    within = both(now, clause(one.term, one.kind))
    outlets = backend.facets(within, ["source"], None)["source"]
    return {
        "query": str(node), "term": one.term, "kind": one.kind, "count": one.count, "background": one.background,
        "expected": round(one.expected, 2), "ratio": round(one.count / one.expected, 2), "score": round(one.score, 1),
        "sources": len(outlets), "evidence": _evidence(backend, within, (source for source, _ in outlets[:EVIDENCE])),
    }  # fmt: skip


def _evidence(backend: Backend, node: Node, outlets: Iterable[str]) -> list[str]:
    return [name for source in outlets for name in backend.search(both(node, Tag("source", source)), limit=1).ids]
