"""A query tree as a function of a document: the same verdict as `search.memory`, reached by sets instead of by parts.

A word is asked of the set of all stems of its field; a phrase first of that set, and only where all its words are there of the
parts' terms in a row; a prefix of the set of beginnings. What is none of these, nor a tag, is left to the evaluator itself. Held equal to it, and to each engine, by
generated queries (`tests/alerts/test_parity.py`).
"""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

from search import asking
from search.analysed import Analysed
from search.fields import where
from search.memory import matches
from search.nodes import TEXT_FIELDS, All, And, Node, Not, Or, Phrase, Prefix, Tag, Word

EXACT = "exact"
NOTHING: frozenset[str] = frozenset()


class Seen:
    """A document as sets of terms: `es`, `en` and `exact` of all its parts; those of one field are made when asked for."""

    __slots__ = ("_beginnings", "_fields", "_rows", "en", "es", "exact", "tags", "view")

    def __init__(self, view: Analysed) -> None:
        self.view = view
        self.tags = view.tags
        terms: dict[str, set[str]] = {"es": set(), "en": set(), EXACT: set()}
        for part in view.parts:
            exacts, stems = part.joined
            terms[part.language].update(stems.split(" "))
            terms[EXACT].update(exacts.split(" "))
        self.es, self.en, self.exact = terms["es"], terms["en"], terms[EXACT]
        self._fields: dict[tuple[str, str], set[str]] = {}
        self._beginnings: dict[int, set[str]] = {}
        self._rows: dict[str, set[str]] = {}

    def rows(self, kind: str) -> set[str]:
        """Every two terms in a row, joined by a space."""
        if kind not in self._rows:
            found: set[str] = set()
            for part in self.view.parts:
                if kind in (EXACT, part.language):
                    terms = part.joined[0 if kind == EXACT else 1].split(" ")
                    found.update(map(" ".join, pairwise(terms)))
            self._rows[kind] = found
        return self._rows[kind]

    def beginnings(self, length: int) -> set[str]:
        """The first letters of all word forms, as many of each."""
        if length not in self._beginnings:
            self._beginnings[length] = {form[:length] for form in self.exact}
        return self._beginnings[length]

    def in_a_row(self, field: str, kind: str, terms: str) -> bool:
        """Whether one part of the field has these terms, joined by spaces, in a row."""
        allowed = _allowed(field)
        for part in self.view.parts:
            if kind in (EXACT, part.language) and (part.side, part.name) in allowed:
                joined = part.joined[0 if kind == EXACT else 1]
                if terms in joined and f" {terms} " in f" {joined} ":
                    return True
        return False

    def of(self, field: str, kind: str) -> set[str]:
        """The terms of one field: stems of a language, or word forms."""
        if not field:
            found: set[str] = getattr(self, kind)
            return found
        if (field, kind) not in self._fields:
            self._fields[field, kind] = self._of(field, kind)
        return self._fields[field, kind]

    def _of(self, field: str, kind: str) -> set[str]:
        allowed, found = _allowed(field), set()
        for part in self.view.parts:
            if (part.side, part.name) in allowed and kind in (EXACT, part.language):
                found.update(part.joined[0 if kind == EXACT else 1].split(" "))
        return found


@cache
def _allowed(field: str) -> frozenset[tuple[str, str]]:
    return frozenset(where(field))


Verdict = Callable[[Seen], bool]


def verdict(node: Node) -> Verdict:
    """Whether a document matches, as one function."""
    match node:
        case And(nodes):
            return _all([verdict(child) for child in nodes])
        case Or(nodes):
            return _any([verdict(child) for child in nodes])
        case Not(inner):
            asked = verdict(inner)
            return lambda seen: not asked(seen)
        case All():
            return lambda seen: True
        case Tag(field):
            value = asking.value(node)
            return lambda seen: value in seen.tags.get(field, NOTHING)
        case Word() | Phrase() if node.field in ("", *TEXT_FIELDS):
            return _words(node)
        case Prefix(""):
            beginning = asking.beginning(node)
            return lambda seen: beginning in seen.beginnings(len(beginning))
    return lambda seen: matches(node, seen.view)


def _all(verdicts: list[Verdict]) -> Verdict:
    def asked(seen: Seen) -> bool:
        for one in verdicts:  # noqa: SIM110 - a generator costs as much as the question itself
            if not one(seen):
                return False
        return True

    return asked


def _any(verdicts: list[Verdict]) -> Verdict:
    def asked(seen: Seen) -> bool:
        for one in verdicts:  # noqa: SIM110
            if one(seen):
                return True
        return False

    return asked


def _words(node: Word | Phrase) -> Verdict:
    field = node.field
    kinds = (EXACT,) if node.exact else ("es", "en")
    wanted = {kind: asking.wanted(node, "es" if kind == EXACT else kind) for kind in kinds}
    if all(len(terms) == 1 for terms in wanted.values()):
        return _word(field, {kind: terms[0] for kind, terms in wanted.items()})
    return _near(node, wanted) if isinstance(node, Phrase) and node.slop else _row(field, wanted)


def _row(field: str, wanted: dict[str, tuple[str, ...]]) -> Verdict:
    asked = [(kind, frozenset(terms), " ".join(terms)) for kind, terms in wanted.items()]

    def phrase(seen: Seen) -> bool:
        for kind, terms, row in asked:  # noqa: SIM110
            if terms <= seen.of(field, kind) and seen.in_a_row(field, kind, row):
                return True
        return False

    return phrase


def _near(node: Phrase, wanted: dict[str, tuple[str, ...]]) -> Verdict:
    field, asked = node.field, [(kind, frozenset(terms)) for kind, terms in wanted.items()]

    def near(seen: Seen) -> bool:
        for kind, terms in asked:
            if terms <= seen.of(field, kind):
                return matches(node, seen.view)
        return False

    return near


def _word(field: str, wanted: dict[str, str]) -> Verdict:
    if field:
        pairs = list(wanted.items())
        return lambda seen: any(term in seen.of(field, kind) for kind, term in pairs)
    if EXACT in wanted:
        form = wanted[EXACT]
        return lambda seen: form in seen.exact
    spanish, english = wanted["es"], wanted["en"]
    return lambda seen: spanish in seen.es or english in seen.en
