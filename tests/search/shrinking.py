"""The smallest query that still shows a difference: what a failing comparison of engines reports."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from core.errors import QueryError
from search.nodes import All, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Wildcard, Word, both, either
from search.query import parse


def smallest(node: Node, shows: Callable[[Node], bool]) -> Node:
    """The query made simpler step by step, as long as `shows` holds; none of its next steps shows it any more."""
    seen = {node}
    while True:
        for simpler in reductions(node):
            if simpler not in seen and _size(simpler) < _size(node) and _can_be_asked(simpler) and shows(simpler):
                node = simpler
                break
            seen.add(simpler)
        else:
            return node


def reductions(node: Node) -> Iterator[Node]:
    """Simpler queries, the greatest steps first."""
    match node:
        case And(nodes) | Or(nodes):
            yield from nodes
            yield from (both(All(), child) for child in nodes if isinstance(child, Not))
            join = both if isinstance(node, And) else either
            for place in range(len(nodes)):
                rest = nodes[:place] + nodes[place + 1 :]
                if len(rest) > 1:
                    yield join(*rest)
            for place, child in enumerate(nodes):
                for simpler in reductions(child):
                    yield join(*nodes[:place], simpler, *nodes[place + 1 :])
        case Not(inner):
            yield inner
            yield from map(Not, reductions(inner))
        case Phrase():
            yield from _of_phrase(node)
        case Word(field, text, exact):
            if exact:
                yield Word(field, text)
            if field:
                yield Word("", text, exact)
        case Prefix(field, text) | Wildcard(field, text):
            for place in range(len(text)):
                yield replace(node, text=text[:place] + text[place + 1 :])
        case Fuzzy(field, text, distance):
            if distance > 1:
                yield Fuzzy(field, text, distance - 1)
        case Range(low=low, high=high):
            if low:
                yield replace(node, low=None, include_low=True)
            if high:
                yield replace(node, high=None, include_high=True)


def _of_phrase(node: Phrase) -> Iterator[Node]:
    words = node.text.split(" ")
    yield from (Word(node.field, word, node.exact) for word in words)
    for place in range(len(words)):
        if len(words) > 2:
            yield replace(node, text=" ".join(words[:place] + words[place + 1 :]))
    for slop in range(node.slop):
        yield replace(node, slop=slop)
    if node.exact:
        yield replace(node, exact=False)
    if node.field:
        yield replace(node, field="")


def _size(node: Node) -> tuple[int, str]:
    return len(str(node)), str(node)


def _can_be_asked(node: Node) -> bool:
    try:
        return parse(str(node)) == node
    except QueryError:
        return False
