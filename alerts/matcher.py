"""Every active alert asked of a document, without asking all of them: an index of what each one needs most.

Of the terms of a query at least one must occur for it to match: the rarest such set is its anchor (words of both sides,
beginnings of words, and tags are all terms). A document's own terms lead to the alerts whose anchor it touches, and only those
are asked in full, by the evaluator that search is tested against. So the matcher finds exactly what search finds.
Measured elsewhere for 10,000 alerts: 60 candidates a document, 2,415 documents/s on one core (reference/engines.md, B7).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from alerts.rules import checked_query
from alerts.verdict import EXACT, Seen, Verdict, verdict
from core.errors import QueryError
from core.record import Record
from search import asking
from search.analysed import LANGUAGES, Analysed
from search.memory import explain as explain_node
from search.nodes import TAG_FIELDS, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Tag, Wildcard, Word
from store.alerts import Alert

KINDS = (*LANGUAGES, EXACT)
COMMON = 0.01  # share of the documents from which on a word is too common to lead to a phrase by itself
BEGINNING = 6  # letters: of longer beginnings the frequency is that of their first letters


class Anchor(NamedTuple):
    """A term that leads to alerts. `kind`: `es` or `en` (a stem of that language), `exact`, each also with `title:` before it;
    `row:` and these (two terms in a row), `prefix` (of a word form), `tag:` and a field (a value of it), or `has` (a field that
    has any value)."""

    kind: str
    term: str


Frequencies = Mapping[Anchor, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """An alert with its question as a tree, and as a function."""

    alert: Alert
    node: Node
    holds: Verdict


class Matcher:
    """The active alerts, indexed. `broken` names those whose question can no longer be asked, with the reason."""

    def __init__(self, alerts: Iterable[Alert], frequencies: Frequencies | None = None) -> None:
        self.broken: dict[str, str] = {}
        self._asked: dict[str, Asked] = {}
        self._always: list[str] = []
        self._index: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for alert in alerts:
            try:
                node = checked_query(alert.query)
            except QueryError as error:
                self.broken[alert.id] = str(error)
                continue
            self._asked[alert.id] = Asked(alert, node, verdict(node))
            anchors = required(node, frequencies or {})
            if anchors is None:
                self._always.append(alert.id)
            for kind, term in anchors or ():
                self._index[kind][term].append(alert.id)
        self._lengths = sorted({len(term) for term in self._index["prefix"]}) if "prefix" in self._index else []

    def __len__(self) -> int:
        return len(self._asked)

    def match(self, record: Record | Analysed) -> list[Asked]:
        """The alerts that the document matches, in the order of their ids."""
        seen = Seen(record if isinstance(record, Analysed) else Analysed.of(record))
        candidates = [self._asked[id_] for id_ in self._candidates(seen)]
        return sorted((asked for asked in candidates if asked.holds(seen)), key=lambda asked: asked.alert.id)

    def candidates(self, view: Analysed) -> set[str]:
        """The ids of the alerts that may match: all that do, and few that do not."""
        return self._candidates(Seen(view))

    def _candidates(self, seen: Seen) -> set[str]:
        found = set(self._always)
        for kind in KINDS:
            self._touch(found, kind, seen.of("", kind))
            if f"title:{kind}" in self._index:
                self._touch(found, f"title:{kind}", seen.of("title", kind))
            if f"row:{kind}" in self._index:
                self._touch(found, f"row:{kind}", seen.rows(kind))
        for length in self._lengths:
            self._touch(found, "prefix", seen.beginnings(length))
        self._touch(found, "has", set(seen.tags))
        for field, values in seen.tags.items():
            self._touch(found, f"tag:{field}", values)
        return found

    def _touch(self, found: set[str], kind: str, terms: set[str] | frozenset[str]) -> None:
        index = self._index.get(kind)
        if index:
            for term in index.keys() & terms:
                found.update(index[term])


def required(node: Node, frequencies: Frequencies) -> frozenset[Anchor] | None:
    """Terms of which at least one occurs in every document that matches; None where there is no such set.

    Of a conjunction the set with the fewest expected documents; what is not in `frequencies` counts as unseen, and of
    those the longer words are taken to be rarer.
    """
    match node:
        case Word() | Phrase():
            return _words(node, frequencies)
        case Tag(field):
            return frozenset({Anchor(f"tag:{field}", asking.value(node))})
        case Prefix(field) | Wildcard(field) | Fuzzy(field) if field in TAG_FIELDS:
            return frozenset({Anchor("has", field)})
        case Prefix():
            return _beginning(asking.beginning(node))
        case Wildcard():
            return _beginning(asking.shape(node).replace("?", "*").partition("*")[0])
        case And(nodes):
            sets = [anchors for child in nodes if (anchors := required(child, frequencies)) is not None]
            return min(sets, key=lambda anchors: _cost(anchors, frequencies), default=None)
        case Or(nodes):
            several = [anchors for child in nodes if (anchors := required(child, frequencies)) is not None]
            return frozenset[Anchor]().union(*several) if len(several) == len(nodes) else None
        case Not(Not(inner)):
            return required(inner, frequencies)
    return None


def frequencies(views: Sequence[Analysed]) -> Counter[Anchor]:
    """In how many of the documents each term occurs: a sample tells which terms are rare."""
    counts: Counter[Anchor] = Counter()
    for seen in map(Seen, views):
        for kind in KINDS:
            counts.update(Anchor(kind, term) for term in seen.of("", kind))
            counts.update(Anchor(f"title:{kind}", term) for term in seen.of("title", kind))
        counts.update(Anchor("has", field) for field in seen.tags)
        counts.update(
            Anchor("prefix", term) for term in {form[:n] for form in seen.exact for n in range(1, BEGINNING + 1)}
        )
        counts.update(Anchor(f"tag:{field}", value) for field, values in seen.tags.items() for value in values)
    return counts


def explain(alert: Alert, record: Record) -> list[str]:
    """The clauses of the alert that the document does not meet; none when it matches. Raises QueryError for a broken alert."""
    return [str(node) for node in explain_node(checked_query(alert.query), record)]


def _words(node: Word | Phrase, frequencies: Frequencies) -> frozenset[Anchor] | None:
    """The rarest word of each side: a document has its words in one of them at least. Of a phrase of common words, two in a row."""
    anchors = set()
    where = "title:" if node.field == "title" else ""
    for language in LANGUAGES:
        kind = EXACT if node.exact else language
        terms = asking.wanted(node, language)
        each = [Anchor(where + kind, term) for term in terms]
        if not each:
            return None
        rarest = min(range(len(each)), key=lambda place: _cost({each[place]}, frequencies))
        if len(each) > 1 and not getattr(node, "slop", 0) and _is_common(each[rarest], frequencies):
            first = min(rarest, len(each) - 2)
            anchors.add(Anchor(f"row:{kind}", f"{terms[first]} {terms[first + 1]}"))
        else:
            anchors.add(each[rarest])
    return frozenset(anchors)


def _is_common(anchor: Anchor, frequencies: Frequencies) -> bool:
    return frequencies.get(anchor, 0) > COMMON * frequencies.get(Anchor("has", "id"), 0)


def _beginning(letters: str) -> frozenset[Anchor] | None:
    return frozenset({Anchor("prefix", letters)}) if letters else None


def _cost(anchors: Iterable[Anchor], frequencies: Frequencies) -> tuple[int, int]:
    """Documents expected for a set, then how short its shortest term is: the smaller, the better an anchor."""
    listed = list(anchors)
    expected = sum(frequencies.get(_counted(anchor), 0) for anchor in listed)
    return expected, -min((0 if anchor.kind == "has" else len(anchor.term) for anchor in listed), default=0)


def _counted(anchor: Anchor) -> Anchor:
    """The anchor that the frequencies count in place of this one."""
    return Anchor("prefix", anchor.term[:BEGINNING]) if anchor.kind == "prefix" else anchor
