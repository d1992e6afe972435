"""Where terms and tags occur, and who answers a query: the set algebra behind the engine in memory.

A leaf is asked in full (`memory.matches`' own test of it) of the documents that can answer it at all, once; what joins
leaves is the algebra of sets. It makes the oracle of the tests fast enough for every headline and 10,000 queries, and a
test holds it to the evaluator that the alert matcher uses.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from search import asking
from search.analysed import LANGUAGES, Analysed
from search.nodes import All, And, Fuzzy, Leaf, Node, Not, Or, Phrase, Prefix, Tag, Wildcard, Word

Ids = set[str]
Shaped = Prefix | Wildcard | Fuzzy
REMEMBERED = 300  # leaves


class Postings:
    """Documents by word form, stem of each language, and tag. `holds` tells whether a document answers a leaf, `test` makes
    the test that a term must pass for a pattern."""

    def __init__(
        self,
        views: Iterable[Analysed],
        holds: Callable[[Node, Analysed], bool],
        test: Callable[[Shaped], Callable[[str], bool]],
    ) -> None:
        self._holds, self._test = holds, test
        self._views = {view.id: view for view in views}
        self._all = set(self._views)
        self._known: dict[Leaf, Ids] = {}
        self.forms: dict[str, Ids] = defaultdict(set)
        self._stems: dict[str, dict[str, Ids]] = {language: defaultdict(set) for language in LANGUAGES}
        self._tags: dict[str, dict[str, Ids]] = defaultdict(lambda: defaultdict(set))
        for view in self._views.values():
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

    def found(self, node: Node) -> Ids:
        """The ids of all documents that answer the query; not to be changed."""
        match node:
            case And():
                wanted = [self.found(child) for child in node.nodes if not isinstance(child, Not)]
                unwanted = (self.found(child.node) for child in node.nodes if isinstance(child, Not))
                rest = set[str].intersection(*sorted(wanted, key=len)) if wanted else self._all
                return rest.difference(*unwanted)
            case Or():
                return set[str]().union(*map(self.found, node.nodes))
            case Not():
                return self._all - self.found(node.node)
            case All():
                return self._all
        return self._leaf(node)

    def _leaf(self, leaf: Leaf) -> Ids:
        if leaf not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[leaf] = {id for id in self._candidates(leaf) if self._holds(leaf, self._views[id])}
        return self._known[leaf]

    def _candidates(self, leaf: Leaf) -> Ids:
        """Those that can answer it at all: they have its words, or a term that passes its test."""
        match leaf:
            case Word() | Phrase():
                return self._with_words(leaf)
            case Tag():
                return self._tags[leaf.field].get(asking.value(leaf), set())
            case Prefix() | Wildcard() | Fuzzy():
                terms = self.forms if leaf.field in asking.BARE else self._tags[leaf.field]
                passes = self._test(leaf)
                return set[str]().union(*(ids for term, ids in terms.items() if passes(term)))
        return self._all

    def _with_words(self, leaf: Word | Phrase) -> Ids:
        found: Ids = set()
        for language in LANGUAGES:
            terms = self.forms if leaf.exact else self._stems[language]
            each = [terms.get(term, set()) for term in asking.wanted(leaf, language)]
            found |= set[str].intersection(*sorted(each, key=len))
        return found
