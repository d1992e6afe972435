"""What a hit keeps of its document: the words a mail shows, as they stood when it matched, masked because they leave the machine."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alerts import news
from core.record import TAG_LINE, TEXT_FIELDS, Record
from core.text import fold, sentences
from core.time import lima_iso
from search.analysed import Analysed
from search.asking import BARE
from search.highlight import by_side
from search.highlight import marks as marks_of
from search.memory import matches
from search.nodes import Node, leaves
from search.tagged import tag_marks

LONGEST = 400
PLAIN = re.compile(r':"(\w+)"$')
TITLES = ("title", "translation.title")
ORDER = ("text", "summary", "translation.text", "translation.summary", *TITLES)
FIELDS = (*TEXT_FIELDS, *(f"translation.{name}" for name in TEXT_FIELDS))
Span = tuple[int, int]


def snapshot(node: Node, view: Analysed, outlet: str, reader: str) -> dict[str, Any]:
    """Headline, outlet, time, address, the marked sentence, why it fired (words and other clauses), place, topic, translated
    headline, and the facts that say later whether another document has news; JSON-able.

    `reader` is the owner's language: the sentence is taken from the side they read, if words are marked there.
    """
    marks = marks_of(node, view)
    masked = view.record.masked()
    document = masked.document
    places = _places(masked.tags.get("places") or ())
    return {
        "headline": document.title,
        "outlet": outlet,
        "source": document.source,
        "published": lima_iso(document.published) if document.published else None,
        "precision": document.published_precision,
        "url": document.url,
        "sentence": _shown(node, view.record, masked, marks, reader),
        "why": _why(masked, marks),
        "clauses": _clauses(node, view),
        "side": by_side(marks),
        "translation": masked.field_text("translation.title") or None,
        "composed": (masked.translation or {}).get("engine") == TAG_LINE,
        "topics": list(dict.fromkeys(str(item["name"]) for item in masked.tags.get("topics") or ())),
        "places": list(places),
        "codes": list(places.values()),
        "facts": news.facts(masked.tags),
        "late": document.arrival == "late",
    }


def _shown(node: Node, record: Record, masked: Record, marks: Mapping[str, Sequence[Span]], reader: str) -> dict[str, Any] | None:  # fmt: skip
    """The sentence with the words of the question; where these stand in no sentence but the headline, that of the words that
    made the tags which it asks for."""
    words = _sentence(masked, marks, reader)
    if words is not None and words["field"] not in TITLES:
        return words
    tags = _sentence(masked, tag_marks(node, record), reader)
    return tags if tags is not None and (words is None or tags["field"] not in TITLES) else words


def _sentence(record: Record, marks: Mapping[str, Sequence[Span]], reader: str) -> dict[str, Any] | None:
    """The sentence with the most different marked words, of the first field that has any; the headline only for want of others."""
    read = "translation." if (record.translation or {}).get("language") == reader else ""
    for name in sorted(ORDER, key=lambda name: (name in TITLES, bool(read) and not name.startswith(read))):
        if name not in marks:
            continue
        text, spans = record.field_text(name), sorted(marks[name])
        told = [
            span for span in sentences(text) if name in TITLES or not repeats(record.document.title, text[slice(*span)])
        ]
        best = max(told, key=lambda span: _worth(text, span, spans), default=None)
        if best is not None and any(_within(mark, best) for mark in spans):
            start, end = _cut(best, [mark for mark in spans if _within(mark, best)])
            inside = [[a - start, b - start] for a, b in spans if start <= a and b <= end]
            return {"field": name, "text": text[start:end], "marks": inside}
    return None


def repeats(headline: str, sentence: str) -> bool:
    """Whether a sentence only says the headline again, with or without more around it."""
    said, again = _words(headline), _words(sentence)
    return bool(said and again) and (f" {said} " in f" {again} " or f" {again} " in f" {said} ")


def _words(text: str) -> str:
    """What a text says: its letters and digits, folded, one space between words."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def _worth(text: str, sentence: Span, marks: Sequence[Span]) -> tuple[int, int]:
    """How many different words are marked in it; of equals the first one wins."""
    return len({fold(text[a:b]) for a, b in marks if _within((a, b), sentence)}), -sentence[0]


def _within(mark: Span, sentence: Span) -> bool:
    return sentence[0] <= mark[0] and mark[1] <= sentence[1]


def _cut(sentence: Span, marks: Sequence[Span]) -> Span:
    """A sentence too long for a mail, cut around its first mark."""
    start, end = sentence
    if end - start <= LONGEST:
        return sentence
    first = marks[0]
    start = max(start, min(first[0] - LONGEST // 4, end - LONGEST))
    return start, min(end, max(start + LONGEST, first[1]))


def _why(record: Record, marks: Mapping[str, Sequence[Span]]) -> list[dict[str, Any]]:
    """Each word that matched (as first printed), with the fields it stands in."""
    found: dict[str, dict[str, Any]] = {}
    for name in FIELDS:
        text = record.field_text(name)
        for start, end in sorted(marks.get(name, ())):
            word = " ".join(text[start:end].split())
            reason = found.setdefault(fold(word), {"word": word, "fields": []})
            if name not in reason["fields"]:
                reason["fields"].append(name)
    return list(found.values())


def _clauses(node: Node, view: Analysed) -> list[str]:
    """The clauses on tags and facts (`topic:extortion`, `norm:"Ley 32108"`) that the document meets, as the query language writes them."""
    asked = [leaf for leaf in dict.fromkeys(leaves(node)) if getattr(leaf, "field", "") not in BARE]
    return [PLAIN.sub(r":\1", str(leaf)) for leaf in asked if matches(leaf, view)]


def _places(places: Iterable[Mapping[str, Any]]) -> dict[str, str | None]:
    """Where it happened, from the district up, and its code; places only mentioned where nothing else is known. At most three."""
    listed = list(places)
    chosen = [place for place in listed if place.get("role") == "event"] or listed
    names: dict[str, str | None] = {}
    for place in chosen:
        parts = [place.get("district"), place.get("province"), place.get("department")]
        name = ", ".join(dict.fromkeys(part for part in parts if part)) or str(place.get("name"))
        names.setdefault(name, place.get("ubigeo"))
    return dict(list(names.items())[:3])
