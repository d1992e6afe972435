"""What each backend and the alert matcher are asked for a query: what `pututu query --explain` prints."""

from typing import Any

from search import asking, elastic_query
from search.fields import DAYS, where
from search.nodes import And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Tag, Wildcard, Word


def explained(node: Node) -> dict[str, Any]:
    """`matcher`: the clauses over terms, in words; `tantivy`: its query; `elasticsearch`: the DSL."""
    return {"matcher": _clauses(node), "tantivy": _tantivy(node), "elasticsearch": elastic_query.query(node)}


def _tantivy(node: Node) -> str:
    """tantivy's own print of the compiled query, over an index where every term occurs."""
    from search.embedded_generations import schema
    from search.embedded_query import Compiler

    class Everywhere:
        """Stands for a searcher: no field is left out for want of the term."""

        def doc_freq(self, _field: str, _term: str) -> int:
            return 1

    return str(Compiler(schema(), Everywhere()).query(node))


def _clauses(node: Node) -> Any:
    match node:
        case And():
            return {"all": [_clauses(child) for child in node.nodes]}
        case Or():
            return {"any": [_clauses(child) for child in node.nodes]}
        case Not():
            return {"not": _clauses(node.node)}
        case Word() | Phrase():
            asked = (
                {"exact": asking.forms(node.text)}
                if node.exact
                else {name: asking.stems(node.text, name) for name in ("es", "en")}
            )
            slop = {"slop": node.slop} if isinstance(node, Phrase) and node.slop else {}
            return {"terms": {name: list(terms) for name, terms in asked.items()}} | slop | _parts(node.field)
        case Tag():
            return {node.field: asking.value(node)}
        case Range():
            low, high = node.days()
            return {DAYS[node.field]: [low and low.isoformat(), high and high.isoformat()]}
        case Prefix() | Wildcard():
            return {"pattern": asking.expression(node)} | _parts(node.field)
        case Fuzzy():
            return {"near": asking.fuzzy_word(node), "edits": node.distance} | _parts(node.field)
        case _:
            return "everything"


def _parts(field: str) -> dict[str, Any]:
    if field not in asking.BARE:
        return {"field": field}
    return {"in": [part if side == "original" else f"{side}.{part}" for side, part in where(field)]}
