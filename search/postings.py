"""Where terms and tags occur, for the engine in memory: which documents can answer a query at all.

Only a first cut. What it lets through is asked in full by `memory.matches`, so the verdict is the alert matcher's; what it
drops lacks a word that must occur. It makes the oracle of the tests fast enough for every headline and 10,000 queries.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from search import asking
from search.analysed import LANGUAGES, Analysed
from search.nodes import And, Fuzzy, Node, Or, Phrase, Prefix, Tag, Wildcard, Word

Ids = set[str]
Test = Callable[[Prefix | Wildcard | Fuzzy], Callable[[str], bool]]


class Postings:
    """Documents by word form, stem of each language, and tag; `test` makes the test of a pattern's terms."""

    def __init__(self, views: Iterable[Analysed], test: Test) -> None:
        self._test = test
        self.forms: dict[str, Ids] = defaultdict(set)
        self._stems: dict[str, dict[str, Ids]] = {language: defaultdict(set) for language in LANGUAGES}
        self._tags: dict[str, dict[str, Ids]] = defaultdict(lambda: defaultdict(set))
        for view in views:
            self._add(view)

    def _add(self, view: Analysed) -> None:
        for part in view.parts:
            for form in part.exacts:
                self.forms[form].add(view.id)
            for stem in part.stems:
                self._stems[part.language][stem].add(view.id)
        for field, values in view.tags.items():
            for value in values:
                self._tags[field][value].add(view.id)

    def candidates(self, node: Node) -> Ids | None:
        """Ids among which all that match are; None where any document may."""
        match node:
            case And():
                known = [ids for child in node.nodes if (ids := self.candidates(child)) is not None]
                return set[str].intersection(*sorted(known, key=len)) if known else None
            case Or():
                several = [self.candidates(child) for child in node.nodes]
                return None if None in several else set[str]().union(*(ids for ids in several if ids))
            case Word() | Phrase():
                return self._words(node)
            case Tag():
                return self._tags[node.field].get(asking.value(node), set())
            case Prefix() | Wildcard() | Fuzzy():
                terms = self.forms if node.field in asking.BARE else self._tags[node.field]
                passes = self._test(node)
                return set[str]().union(*(ids for term, ids in terms.items() if passes(term)))
        return None

    def _words(self, node: Word | Phrase) -> Ids:
        found: Ids = set()
        for language in LANGUAGES:
            terms = self.forms if node.exact else self._stems[language]
            each = [terms.get(term, set()) for term in asking.wanted(node, language)]
            found |= set[str].intersection(*sorted(each, key=len))
        return found
