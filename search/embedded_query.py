"""The query tree as a tantivy query. Its own parser is never used: it loses `a AND NOT b` and `inflac*` in silence."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from tantivy import FieldType, Occur, Query, Schema, Searcher

from core.errors import QueryError
from search import asking, near
from search.analysed import LANGUAGES, SIDES, Side
from search.fields import DAYS, where
from search.nodes import All, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Tag, Wildcard, Word

FEW = 200


class Compiler:
    """Compiles for one searcher: fields that lack a term are left out, which makes twelve fields as cheap as two."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self.schema, self.searcher = schema, searcher

    def query(self, node: Node, sides: Collection[Side] = SIDES) -> Any:
        """The query; with `sides`, one that only their text can answer (exclusions always look at both)."""
        match node:
            case And():
                return self._all(node, sides)
            case Or():
                return any_of(self.query(child, sides) for child in node.nodes)
            case Not():
                return without(Query.all_query(), self.query(node.node))
            case All():
                return Query.all_query()
            case Tag():
                return self._term(node.field, asking.value(node))
            case Range():
                return self._days(node)
            case Word() | Phrase():
                return self._words(node, sides)
            case Prefix() | Wildcard() | Fuzzy():
                return self._shaped(node, sides)

    def facet(self, name: str, value: str) -> Any:
        """Documents of which this value of a facet is counted."""
        return self._term(f"facet_{name}", value)

    def among(self, ids: Sequence[str]) -> Any:
        """Documents with these ids. For a few, terms: a set of terms is looked up in full before it is met with others."""
        if len(ids) <= FEW:
            return any_of(self._term("id", name) for name in ids)
        return Query.term_set_query(self.schema, "id", list(ids))

    def _all(self, node: And, sides: Collection[Side]) -> Any:
        clauses = [
            (Occur.MustNot, self.query(child.node))
            if isinstance(child, Not)
            else (Occur.Must, self.query(child, sides))
            for child in node.nodes
        ]
        if all(occur == Occur.MustNot for occur, _ in clauses):
            clauses.append((Occur.Must, Query.all_query()))
        return Query.boolean_query(clauses)

    def _term(self, field: str, term: str) -> Any:
        return Query.term_query(self.schema, field, term, "basic")

    def _days(self, node: Range) -> Any:
        low, high = node.days()
        field = DAYS[node.field]
        if low is None and high is None:
            return Query.exists_query(field)
        bounds = (low.toordinal() if low else None, high.toordinal() if high else None)
        return Query.range_query(self.schema, field, FieldType.Integer, *bounds)

    def _words(self, node: Word | Phrase, sides: Collection[Side]) -> Any:
        found = []
        for side, part in where(node.field, sides):
            for suffix in ("exact",) if node.exact else LANGUAGES:
                field, terms = f"{side}_{part}_{suffix}", asking.wanted(node, suffix)
                if all(self.searcher.doc_freq(field, term) for term in set(terms)):
                    found.append(self._in_field(field, terms, node.slop if isinstance(node, Phrase) else 0))
        return any_of(found)

    def _in_field(self, field: str, terms: tuple[str, ...], slop: int) -> Any:
        if len(terms) == 1:
            return self._term(field, terms[0])
        if slop == 0:
            return Query.phrase_query(self.schema, field, list(terms))
        return any_of(Query.phrase_query(self.schema, field, list(phrase)) for phrase in near.positioned(terms, slop))

    def _shaped(self, node: Prefix | Wildcard | Fuzzy, sides: Collection[Side]) -> Any:
        if node.field in asking.BARE:
            return any_of(self._pattern(f"{side}_{part}_exact", node) for side, part in where(node.field, sides))
        return self._pattern(node.field, node)

    def _pattern(self, field: str, node: Prefix | Wildcard | Fuzzy) -> Any:
        if isinstance(node, Fuzzy):
            return Query.fuzzy_term_query(self.schema, field, asking.fuzzy_word(node), node.distance)
        try:
            return Query.regex_query(self.schema, field, asking.expression(node))
        except ValueError as error:
            raise QueryError(f"{node} asks more than tantivy takes.", "Write more of its letters.") from error


def any_of(queries: Iterable[Any]) -> Any:
    """One of them at least; nothing if there is none."""
    found = list(queries)
    if len(found) == 1:
        return found[0]
    return Query.boolean_query([(Occur.Should, query) for query in found]) if found else Query.empty_query()


def all_of(*queries: Any) -> Any:
    """All of them."""
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def without(query: Any, excluded: Any) -> Any:
    """The one without the other."""
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, excluded)])
