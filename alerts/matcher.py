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
from core.errors import QueryError
from core.record import Record
from search import asking
from search.analysed import LANGUAGES, Analysed
from search.memory import explain as explain_node
from search.memory import matches
from search.nodes import And, Node, Not, Or, Phrase, Prefix, Tag, Word
from store.alerts import Alert


class Anchor(NamedTuple):
    """A term that leads to alerts. `kind`: `es` or `en` (a stem of that side), `exact`, `prefix`, or a tag's field."""

    kind: str
    term: str


Frequencies = Mapping[Anchor, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """An alert with its question as a tree."""

    alert: Alert
    node: Node


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
            self._asked[alert.id] = Asked(alert, node)
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
        view = record if isinstance(record, Analysed) else Analysed.of(record)
        candidates = [self._asked[id_] for id_ in sorted(self.candidates(view))]
        return [asked for asked in candidates if matches(asked.node, view)]

    def candidates(self, view: Analysed) -> set[str]:
        """The ids of the alerts that may match: all that do, and few that do not."""
        found = set(self._always)
        for part in view.parts:
            found |= self._touched(part.language, part.stems.keys())
            if "exact" in self._index:
                found |= self._touched("exact", part.exacts.keys())
            if self._lengths:
                forms = part.exacts.keys()
                found |= self._touched("prefix", {form[:n] for form in forms for n in self._lengths if n <= len(form)})
        for field, values in view.tags.items():
            found |= self._touched(f"tag:{field}", values)
        return found

    def _touched(self, kind: str, terms: Iterable[str]) -> set[str]:
        index = self._index.get(kind)
        if not index:
            return set()
        return {id_ for term in index.keys() & set(terms) for id_ in index[term]}


def required(node: Node, frequencies: Frequencies) -> frozenset[Anchor] | None:
    """Terms of which at least one occurs in every document that matches; None where there is no such set.

    Of a conjunction the set with the fewest expected documents; what is not in `frequencies` counts as unseen, and of
    those the longer words are taken to be rarer.
    """
    match node:
        case Word() | Phrase():
            return _words(node, frequencies)
        case Prefix(field) if field in asking.BARE:
            return frozenset({Anchor("prefix", beginning)}) if (beginning := asking.beginning(node)) else None
        case Tag(field):
            return frozenset({Anchor(f"tag:{field}", asking.value(node))})
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
    """In how many of the documents each stem and tag occurs: a sample tells which terms are rare."""
    counts: Counter[Anchor] = Counter()
    for view in views:
        counts.update({Anchor(part.language, stem) for part in view.parts for stem in part.stems})
        counts.update(Anchor(f"tag:{field}", value) for field, values in view.tags.items() for value in values)
    return counts


def explain(alert: Alert, record: Record) -> list[str]:
    """The clauses of the alert that the document does not meet; none when it matches. Raises QueryError for a broken alert."""
    return [str(node) for node in explain_node(checked_query(alert.query), record)]


def _words(node: Word | Phrase, frequencies: Frequencies) -> frozenset[Anchor] | None:
    """The rarest word of each side: a document has its words in one of them at least."""
    anchors = set()
    for language in LANGUAGES:
        each = [Anchor("exact" if node.exact else language, term) for term in asking.wanted(node, language)]
        if not each:
            return None
        anchors.add(min(each, key=lambda anchor: _cost({anchor}, frequencies)))
    return frozenset(anchors)


def _cost(anchors: Iterable[Anchor], frequencies: Frequencies) -> tuple[int, int]:
    """Documents expected for a set, then how short its shortest term is: the smaller, the better an anchor."""
    listed = list(anchors)
    return sum(frequencies.get(anchor, 0) for anchor in listed), -min(
        (len(anchor.term) for anchor in listed), default=0
    )
