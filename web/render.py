"""A record -> what a template prints: marked texts, snippets, chips, tags with their spots. Masking is done here, once.

Scraped text only ever becomes markup through `markupsafe`, which escapes it; addresses only when they are http or https.
"""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from core.document import Document, Payload, StoryRef
from core.masking import mask
from core.record import LISTS, Record, snippet
from core.time import lima_iso
from web.words import Words

Span = tuple[int, int]
SNIPPET = 280
NAMED = {"topics": "topic", "sectors": "sector", "norms": "norm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A tag as a link to the search for it."""

    kind: str
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document in a list. Titles and snippets are markup, escaped and marked."""

    id: str
    source: str
    outlet: str
    plain_title: str
    title: Markup
    snippet: Markup
    language: str | None
    when: str
    late: bool
    side: str | None
    translated: Markup
    translated_snippet: Markup
    translated_language: str
    story: StoryRef | None
    chips: Sequence[Chip]
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where in the text a tag was read: the anchor there and the word that stands there."""

    anchor: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One tag explained: its name, what else is known of it, where it was read, and a search for it."""

    label: str
    detail: str
    search: str | None
    href: str | None
    spots: Sequence[Spot]
    spans_expected: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The tags of one kind."""

    key: str
    tags: Sequence[Shown]


@dataclass(slots=True)
class _Mark:
    """A span of one field that is marked as a kind of tag, with its anchor."""

    start: int
    end: int
    kind: str
    anchor: str
    title: str = field(default="")


def when(moment: datetime | None, precision: str | None = "minute") -> str:
    """A moment in Lima, no finer than it is known; `""` for None."""
    if moment is None:
        return ""
    text = lima_iso(moment)
    cut = {"month": 7, "day": 10}.get(precision or "minute", 16)
    return text[:cut].replace("T", " ")


def safe_href(url: str | None) -> str | None:
    """The address if a browser may be led there: http or https with a host, without white space or controls."""
    if not url or re.search(r"[\x00-\x20\x7f]", url):
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def marked(text: str, spans: Iterable[Span]) -> Markup:
    """The text escaped, with `<mark>` around the spans (overlapping ones are joined)."""
    pieces, at = [], 0
    for start, end in _joined(spans, len(text)):
        pieces += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*pieces, escape(text[at:])])


def excerpt(text: str, spans: Sequence[Span], length: int = SNIPPET) -> Markup:
    """About `length` characters around the first marked word, cut at words, with the marks in it."""
    joined = _joined(spans, len(text))
    start = max(0, joined[0][0] - length // 3) if joined else 0
    if start:
        start = next((i + 1 for i in range(start, min(start + 40, joined[0][0])) if text[i].isspace()), start)
    end = min(len(text), start + length)
    if end < len(text):
        end = next((i for i in range(end, max(end - 40, start), -1) if text[i].isspace()), end)
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in joined if a < end and b > start]
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return Markup("{}{}{}").format(before, marked(re.sub(r"\s", " ", text[start:end]), inside), after)


def _joined(spans: Iterable[Span], length: int) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted((max(0, a), min(b, length)) for a, b in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def hit(
    record: Record,
    words: Words,
    outlets: Mapping[str, str],
    *,
    marks: Mapping[str, Sequence[Span]] | None = None,
    side: str | None = None,
) -> Hit:
    """The record as a row of a list, masked; `marks` are spans by field (offsets hold under masking)."""
    spans, hidden = marks or {}, record.masked()
    document, translation = hidden.document, hidden.translation or {}
    return Hit(
        id=document.id,
        source=document.source,
        outlet=outlets.get(document.source, document.source),
        plain_title=document.title or document.url,
        title=marked(document.title, spans.get("title", ())) if document.title else escape(document.url),
        snippet=_snippet(hidden, spans, ""),
        language=document.language,
        when=when(document.published, document.published_precision),
        late=document.arrival == "late",
        side=side,
        translated=marked(translation.get("title") or "", spans.get("translation.title", ())),
        translated_snippet=_snippet(hidden, spans, "translation.")
        if any(k.startswith("translation.") for k in spans)
        else Markup(""),
        translated_language=str(translation.get("language") or ""),
        story=record.story,
        chips=chips(record, words),
        href=safe_href(document.url),
    )


def _snippet(record: Record, spans: Mapping[str, Sequence[Span]], prefix: str) -> Markup:
    """The part of text or summary where the query was found, else the beginning of what there is."""
    text, summary = record.field_text(prefix + "text"), record.field_text(prefix + "summary")
    for name, body in ((prefix + "text", text), (prefix + "summary", summary)):
        if spans.get(name) and body:
            return excerpt(body, spans[name])
    return Markup("") if prefix else excerpt(summary or text, ())


def chips(record: Record, words: Words) -> list[Chip]:
    """Topics, sectors and places of a record, each once."""
    found = [
        Chip(kind=NAMED[key], value=str(item["name"]), label=words.name(NAMED[key], item["name"]))
        for key in ("topics", "sectors")
        for item in record.tags.get(key) or ()
    ]
    for item in record.tags.get("places") or ():
        name = _place(item)
        found.append(Chip(kind="place", value=name, label=name))
    return list(dict.fromkeys(found))


def _place(item: Payload) -> str:
    return str(item.get("district") or item.get("province") or item.get("department") or item.get("name"))


def explained(record: Record, words: Words, link: Any) -> tuple[list[Group], dict[str, Markup]]:
    """The tags by kind, each with its spots, and the texts by field in which those spots are anchored."""
    hidden = record.masked()
    marks: dict[str, list[_Mark]] = {}
    groups = []
    for key in LISTS:
        tags = []
        for number, item in enumerate(hidden.tags.get(key) or ()):
            label, detail, search = _said(key, item, words, link)
            spots = _spots(key, f"{key}-{number}", item.get("spans") or (), hidden, label, marks)
            tags.append(Shown(label=label, detail=detail, search=search, href=safe_href(item.get("url")), spots=spots))
        groups += [Group(key=key, tags=tags)] if tags else []
    groups += _single(hidden, words)
    return groups, {
        name: _anchored(hidden.field_text(name), marks.get(name, [])) for name in ("title", "summary", "text")
    }


def _said(key: str, item: Payload, words: Words, link: Any) -> tuple[str, str, str | None]:
    """A tag's label, details and the address of the search for it."""
    name = str(item.get("name") or item.get("id") or item.get("what") or "")
    details = [words.name("role", item["role"])] if item.get("role") else []
    if key == "places":
        above = [item.get("district"), item.get("province"), item.get("department")]
        details += [", ".join(dict.fromkeys(str(part) for part in above if part))]
        details += [words.name("precision", item["precision"])] if item.get("precision") else []
        details += [f"UBIGEO {item['ubigeo']}"] if item.get("ubigeo") else []
        return name, _join(details), link("/search", place=_place(item))
    if key == "amounts":
        return f"{item.get('currency') or ''} {_number(item.get('value'))}".strip(), str(item.get("what") or ""), None
    if key == "norms":
        return str(item.get("id")), str(item.get("title") or ""), link("/search", q=f'norm:"{item.get("id")}"')
    details += [str(item["subtype"])] if item.get("subtype") else []
    details += (
        [str(item[k]) for k in ("type", "kind", "km", "state") if item.get(k)] if key in ("entities", "roads") else []
    )
    details += (
        [words.t("doc.score", score=f"{item['score']:.2f}")] if isinstance(item.get("score"), int | float) else []
    )
    field_name = NAMED.get(key)
    label = words.name(field_name, name) if field_name else name
    return label, _join(details), link("/search", **{field_name: name}) if field_name else None


def _join(details: Iterable[str]) -> str:
    return " · ".join(detail for detail in details if detail)


def _number(value: Any) -> str:
    return f"{value:.2f}".removesuffix(".00") if isinstance(value, float) else str(value if value is not None else "")


def _spots(
    kind: str, name: str, spans: Iterable[Any], record: Record, title: str, marks: dict[str, list[_Mark]]
) -> list[Spot]:
    spots = []
    for number, (where, start, end) in enumerate(spans):
        text, anchor = record.field_text(where), f"{name}-{number}"
        if where in ("title", "summary", "text") and 0 <= start < end <= len(text):
            marks.setdefault(where, []).append(_Mark(start, end, kind, anchor, title))
            spots.append(Spot(anchor=anchor, word=snippet(text[start:end], 60)))
    return spots


def _anchored(text: str, marks: Sequence[_Mark]) -> Markup:
    """The text escaped, every stretch under one or more marks in one `<mark>`, with the anchors of those that begin there."""
    edges = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    pieces: list[Markup] = []
    for start, end in itertools.pairwise(edges):
        over = [m for m in marks if m.start <= start and end <= m.end]
        pieces += [Markup('<span id="{}"></span>').format(m.anchor) for m in over if m.start == start]
        piece = escape(text[start:end])
        if over:
            classes, titles = (
                " ".join(dict.fromkeys(m.kind for m in over)),
                ", ".join(dict.fromkeys(m.title for m in over)),
            )
            piece = Markup('<mark class="tag {}" title="{}">{}</mark>').format(classes, titles, piece)
        pieces.append(piece)
    return Markup("").join(pieces)


def _single(record: Record, words: Words) -> list[Group]:
    """Casualties and the strike, which a document has once."""
    groups = []
    if dead := record.tags.get("casualties"):
        parts = [words.t(f"tags.{name}", n=dead[name]) for name in ("killed", "injured") if dead.get(name)]
        groups.append(_one("casualties", ", ".join(parts), ""))
    if strike := record.tags.get("strike"):
        days = " – ".join(str(strike[k]) for k in ("start", "end") if strike.get(k))
        groups.append(
            _one(
                "strike",
                words.name("strike", strike.get("status") or ""),
                _join([str(strike.get("guild") or ""), days]),
            )
        )
    return groups


def _one(key: str, label: str, detail: str) -> Group:
    return Group(
        key=key, tags=[Shown(label=label, detail=detail, search=None, href=None, spots=(), spans_expected=False)]
    )


def hidden(text: str) -> str:
    """A text as it may leave the machine."""
    return mask(text)


def without_text(record: Record) -> Record:
    """The record as it is shown beyond this machine: texts left out, a snippet as the summary."""
    document, translation = record.document, record.translation
    summary = document.summary or snippet(document.text)
    short = translation and {
        **translation,
        "summary": translation.get("summary") or snippet(translation.get("text") or ""),
        "text": None,
    }
    return replace(record, document=replace(document, text="", summary=summary), translation=short)


def facts(document: Document, words: Words) -> list[tuple[str, str]]:
    """What is known of the document itself, as (key of the words, value)."""
    return [
        ("doc.published", when(document.published, document.published_precision) or words.t("date.none")),
        ("doc.published_from", words.name("from", document.published_from or "")),
        ("doc.fetched", when(document.fetched)),
        ("doc.author", ", ".join(document.author)),
        ("doc.section", document.section or ""),
        ("doc.arrival", words.name("arrival", document.arrival)),
        ("doc.completeness", words.name("completeness", document.completeness)),
        ("doc.paywalled", words.t("ok.yes") if document.paywalled else ""),
        ("doc.version", str(document.version)),
        ("doc.url", document.url),
        ("doc.archive", document.archive or ""),
        ("doc.id", document.id),
    ]
