"""What a changed word list would change: the tags that a document gains and loses, before the list is used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.document import Annotation, Document
from core.record import Record
from enrich.entities import are_sure
from enrich.lexicon import Lexicon
from enrich.reading import Reading
from enrich.steps import Chain

KINDS = ("topics", "sectors", "places", "entities", "strike")


@dataclass(frozen=True, slots=True)
class Changed:
    """Of one kind of tag, what a document gains and loses: `strike/march`, `mining/victim`, `150132`, an id, a status."""

    kind: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def changed(before: Chain, after: Chain, document: Document, human: Annotation | None = None) -> Iterator[Changed]:
    """The kinds of tags that differ; `human`, a person's corrections, win on both sides.

    Only a document in which the lists find different words is tagged: the steps use nothing else of them.
    """
    if _marks(before.lexicon, document) == _marks(after.lexicon, document):
        return
    old, new = _tags(before, document, human), _tags(after, document, human)
    for kind in KINDS:
        if old[kind] != new[kind]:
            yield Changed(kind, tuple(sorted(new[kind] - old[kind])), tuple(sorted(old[kind] - new[kind])))


def _marks(lexicon: Lexicon, document: Document) -> list[tuple[Any, ...]]:
    """The hits, in what the steps read of them."""
    return [
        (part.name, hit.start, hit.end, hit.entry.tag, hit.entry.detail, hit.entry.weight, lexicon.organisations.get(hit.entry.tag.partition(".")[2]))
        for part in Reading(document, lexicon).fields
        for hit in lexicon.find(part)
    ]  # fmt: skip


def _tags(chain: Chain, document: Document, human: Annotation | None) -> Mapping[str, frozenset[str]]:
    made = chain.run(document).annotations
    tags = Record.of(document, [*made, human] if human else made).tags
    strike = tags["strike"]
    return {
        "topics": _named(tags["topics"], "subtype"), "sectors": _named(tags["sectors"], "role"),
        "places": frozenset(place["ubigeo"] for place in tags["places"]),
        "entities": frozenset(entity["id"] or entity["name"] for entity in are_sure(tags["entities"])),
        "strike": frozenset([strike["status"]] if strike and strike["status"] else ()),
    }  # fmt: skip


def _named(items: list[Mapping[str, Any]], detail: str) -> frozenset[str]:
    return frozenset(f"{item['name']}/{item[detail]}" if item[detail] else item["name"] for item in items)
