"""Marks on the printed words that answer a query, accents and all: made from the terms' places, never from the engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.record import Record
from core.text import fold, sentences
from search import asking, near
from search.analysed import Analysed, Part
from search.fields import where
from search.memory import test
from search.nodes import Fuzzy, Node, Phrase, Prefix, Wildcard, Word, leaves

Span = tuple[int, int]
MOST = 1_000  # ways a near-query is followed through one part
ORDER = ("text", "summary", "title", "translation.text", "translation.summary", "translation.title")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of one field, and the marks in it (offsets in the piece)."""

    field: str
    text: str
    marks: tuple[Span, ...] = ()


def marks(node: Node, record: Record | Analysed) -> dict[str, list[Span]]:
    """Spans by field (`title`, `translation.text`, ...), in order, none touching another; fields without any are left out.

    A phrase is one span, near-words are one each; what only excludes is not marked.
    """
    view = record if isinstance(record, Analysed) else Analysed.of(record)
    asked = [leaf for leaf in dict.fromkeys(leaves(node)) if getattr(leaf, "field", None) in asking.BARE]
    found: dict[str, list[Span]] = {}
    for part in view.parts:
        spans = [
            span
            for leaf in asked
            if isinstance(leaf, Word | Phrase | Prefix | Wildcard | Fuzzy)
            and (part.side, part.name) in where(leaf.field)
            for span in _spans(leaf, part)
        ]
        if spans:
            found[part.field] = merged(spans)
    return found


def snippet(record: Record, node: Node, length: int = 300) -> Snippet:
    """The sentence with the most different marked words, of the first field that has any; else how the document begins."""
    found = marks(node, record)
    for name in ORDER:
        if name in found:
            text = record.field_text(name)
            sentence = max(sentences(text) or [(0, len(text))], key=lambda span: _worth(text, span, found[name]))
            return _cut(name, text, sentence, found[name], length)
    name = next((name for name in ("summary", "text", "title") if record.field_text(name)), "title")
    text = record.field_text(name)
    return _cut(name, text, (sentences(text) or [(0, 0)])[0], (), length)


def _spans(leaf: Word | Phrase | Prefix | Wildcard | Fuzzy, part: Part) -> Iterator[Span]:
    if not isinstance(leaf, Word | Phrase):
        passes = test(leaf)
        places = (place for form, places in part.exacts.items() if passes(form) for place in places)
        yield from (_span(part, place, place) for place in places)
        return
    terms = asking.wanted(leaf, part.language)
    slop = leaf.slop if isinstance(leaf, Phrase) else 0
    for taken in islice(near.matches(terms, slop, part.exacts if leaf.exact else part.stems), MOST):
        if slop:
            yield from (_span(part, place, place) for place in taken)
        else:
            yield _span(part, taken[0], taken[-1])


def _span(part: Part, first: int, last: int) -> Span:
    return part.terms[first].start, part.terms[last].end


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order; of those that overlap one, from the first to the last."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart


def _worth(text: str, sentence: Span, found: Sequence[Span]) -> tuple[int, int]:
    inside = [(start, end) for start, end in found if sentence[0] <= start and end <= sentence[1]]
    return len({fold(text[start:end]) for start, end in inside}), -sentence[0]


def _cut(name: str, text: str, sentence: Span, found: Sequence[Span], length: int) -> Snippet:
    """The sentence, or `length` characters of it around its first mark, cut at words."""
    start, end = sentence
    inside = [span for span in found if start <= span[0] and span[1] <= end]
    if end - start > length:
        if inside and inside[0][0] - start > length // 2:
            start = text.rfind(" ", start, inside[0][0] - length // 4) + 1
        limit = max(start + length, inside[0][1] if inside else 0)
        if limit < end:
            end = max(text.rfind(" ", start + 1, limit), inside[0][1] if inside else start + 1)
    kept = tuple((a - start, b - start) for a, b in inside if start <= a and b <= end)
    return Snippet(name, text[start:end], kept)


def by_side(found: Mapping[str, Sequence[Span]]) -> str | None:
    """Which side the marks are on: `original`, `translation`, `both`, None without any."""
    sides = {"translation" if name.startswith("translation.") else "original" for name in found}
    return None if not sides else "both" if len(sides) == 2 else sides.pop()
