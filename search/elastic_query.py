"""The query tree as Elasticsearch's query DSL. Never `query_string`: the tree alone says what is meant."""

from collections.abc import Collection, Iterable
from typing import Any

from search import asking, near
from search.analysed import LANGUAGES, SIDES, Side
from search.fields import DAYS, where
from search.nodes import All, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Tag, Wildcard, Word

Dsl = dict[str, Any]
GAP = "_"  # a place that any word may take; the analyzer `gaps` drops it and keeps its position
EVERYTHING: Dsl = {"match_all": {}}


def query(node: Node, sides: Collection[Side] = SIDES) -> Dsl:
    """The DSL; with `sides`, what only their text can answer (exclusions always look at both)."""
    match node:
        case And():
            return _all(node, sides)
        case Or():
            return any_of(query(child, sides) for child in node.nodes)
        case Not():
            return {"bool": {"must_not": [query(node.node)]}}
        case All():
            return EVERYTHING
        case Tag():
            return {"term": {node.field: {"value": asking.value(node)}}}
        case Range():
            return _days(node)
        case Word() | Phrase():
            return _words(node, sides)
        case Prefix() | Wildcard() | Fuzzy():
            return _shaped(node, sides)


def _all(node: And, sides: Collection[Side]) -> Dsl:
    must = [query(child, sides) for child in node.nodes if not isinstance(child, Not)]
    must_not = [query(child.node) for child in node.nodes if isinstance(child, Not)]
    return {"bool": ({"must": must} if must else {}) | ({"must_not": must_not} if must_not else {})}


def _days(node: Range) -> Dsl:
    low, high = node.days()
    field = DAYS[node.field]
    if low is None and high is None:
        return {"exists": {"field": field}}
    bounds = ({"gte": low.toordinal()} if low else {}) | ({"lte": high.toordinal()} if high else {})
    return {"range": {field: bounds}}


def _words(node: Word | Phrase, sides: Collection[Side]) -> Dsl:
    suffixes = ("exact",) if node.exact else LANGUAGES
    slop = node.slop if isinstance(node, Phrase) else 0
    return any_of(
        clause
        for side, part in where(node.field, sides)
        for suffix in suffixes
        for clause in _in_field(f"{side}_{part}_{suffix}", asking.wanted(node, suffix), slop)
    )


def _in_field(field: str, terms: tuple[str, ...], slop: int) -> list[Dsl]:
    """One clause, but for near-words with a word twice: Lucene's matcher may miss those, so they are spelled out."""
    if len(terms) == 1:
        return [{"term": {field: {"value": terms[0]}}}]
    if slop and len(set(terms)) < len(terms):
        return [_phrase(field, _spelled(phrase), analyzer="gaps") for phrase in sorted(near.positioned(terms, slop))]
    return [_phrase(field, " ".join(terms), slop=slop)]


def _phrase(field: str, text: str, *, analyzer: str = "whitespace", slop: int = 0) -> Dsl:
    return {"match_phrase": {field: {"query": text, "analyzer": analyzer, "slop": slop}}}


def _spelled(phrase: tuple[tuple[int, str], ...]) -> str:
    words = [GAP] * (phrase[-1][0] + 1)
    for place, word in phrase:
        words[place] = word
    return " ".join(words)


def _shaped(node: Prefix | Wildcard | Fuzzy, sides: Collection[Side]) -> Dsl:
    if node.field in asking.BARE:
        return any_of(_pattern(f"{side}_{part}_exact", node) for side, part in where(node.field, sides))
    return _pattern(node.field, node)


def _pattern(field: str, node: Prefix | Wildcard | Fuzzy) -> Dsl:
    if isinstance(node, Prefix):
        return {"prefix": {field: {"value": asking.beginning(node)}}}
    if isinstance(node, Wildcard):
        return {"wildcard": {field: {"value": asking.shape(node).replace("\\", "\\\\")}}}
    asked = {
        "value": asking.fuzzy_word(node),
        "fuzziness": node.distance,
        "prefix_length": 0,
        "rewrite": "constant_score",
    }
    return {"fuzzy": {field: asked}}


def any_of(clauses: Iterable[Dsl]) -> Dsl:
    """One of them at least; nothing if there is none."""
    found = list(clauses)
    if len(found) == 1:
        return found[0]
    return {"bool": {"should": found, "minimum_should_match": 1}} if found else {"match_none": {}}


def all_of(*clauses: Dsl) -> Dsl:
    """All of them, unweighed."""
    return {"bool": {"filter": list(clauses)}}


def without(clause: Dsl, excluded: Dsl) -> Dsl:
    """The one without the other."""
    return {"bool": {"filter": [clause], "must_not": [excluded]}}
