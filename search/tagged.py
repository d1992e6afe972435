"""The printed words that made a tag: what is marked where a question asks for tags, which have no words of their own.

Every item of a step says from which words it was made (`spans`). An item answers a clause when a document that had nothing
but this item would: the same values, the same test as search and the matcher use.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.document import Payload
from core.record import LISTS, SINGLES, Record
from search import asking
from search.analysed import Analysed, values_of
from search.highlight import Span, merged
from search.memory import matches
from search.nodes import Leaf, Node, leaves

STRIKE = "strike"
FIELDS: Mapping[str, Sequence[str]] = {
    "topic": ("topics",), "subtype": ("topics",), "sector": ("sectors",), "role": ("places", "sectors"), "place": ("places",),
    "department": ("places",), "province": ("places",), "district": ("places",), "road": ("roads",), "person": ("entities",),
    "organisation": ("entities",), "norm": ("norms",), "strike": (STRIKE,), "status": (STRIKE,),
}  # fmt: skip
"""The tags that a field of the query language asks for."""


def tag_marks(node: Node, record: Record) -> dict[str, list[Span]]:
    """Spans by field of the words that made the tags which the query asks for and the document has, in order, none overlapping.

    What only excludes is not marked; spans that lie outside their field (tags of another reading of the text) are left out.
    """
    found: dict[str, set[Span]] = {}
    for leaf in dict.fromkeys(leaves(node)):
        for item in _answering(leaf, record):
            for name, start, end in item.get("spans") or ():
                if 0 <= start < end <= len(record.field_text(name)):
                    found.setdefault(name, set()).add((start, end))
    return {name: merged(spans) for name, spans in found.items()}


def _answering(leaf: Leaf, record: Record) -> Iterator[Payload]:
    """The items, each by itself, that meet a clause on tags."""
    field = getattr(leaf, "field", "")
    if field in asking.BARE:
        return
    for key in FIELDS.get(field, ()):
        for item in _items(record.tags.get(key)):
            alone: Payload = (
                {name: [] for name in LISTS} | dict.fromkeys(SINGLES) | {key: [item] if key in LISTS else item}
            )
            if matches(leaf, Analysed(record, (), values_of(replace(record, tags=alone)))):
                yield from [item] if key != STRIKE else _strikes(record)


def _strikes(record: Record) -> Iterator[Payload]:
    """What is known of a strike has no words of its own: those that made the topic tell it."""
    yield from (item for item in _items(record.tags.get("topics")) if item.get("name") == STRIKE)


def _items(said: Any) -> Sequence[Payload]:
    return (said,) if isinstance(said, Mapping) else tuple(said or ())
