"""The options beside a query (`--from`, `--to`, `--topic`, ...) as a node to add to it, so that they mean the same everywhere."""

from collections.abc import Iterable
from datetime import date

from search.nodes import Node, Range, Tag, both, either

NAMES = ("topic", "subtype", "sector", "place", "source", "language", "kind")


def filters(*, start: date | None = None, end: date | None = None, **values: str | Iterable[str] | None) -> Node:
    """All of the filters; one of the values where a filter has several. `start` and `end` are inclusive days in Lima.

    Raises TypeError for a filter that is not in NAMES. Without any filter: the node that finds everything.
    """
    nodes: list[Node] = []
    for name, value in values.items():
        if name not in NAMES:
            raise TypeError(f"no filter is called {name}")
        several = [value] if isinstance(value, str) else list(value or ())
        if several:
            nodes.append(either(*(Tag(name, one) for one in several)))
    if start or end:
        nodes.append(Range("date", start.isoformat() if start else None, end.isoformat() if end else None))
    return both(*nodes)
