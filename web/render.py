"""A record -> what a template prints: marked texts, snippets, chips, tags with their spots. Masking is done here, once.

Scraped text only ever becomes markup through `markupsafe`, which escapes it; addresses only when they are http or https.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from core.document import Document, Payload, StoryRef
from core.masking import mask
from core.record import TAG_LINE, Record, snippet
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
    composed: bool
    story: StoryRef | None
    chips: Sequence[Chip]
    href: str | None
    told_by: Sequence[str] = ()


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
    told_by: Sequence[str] = (),
) -> Hit:
    """The record as a row of a list, masked; `marks` are spans by field (offsets hold under masking), `told_by` the outlets
    of the story that it stands for."""
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
        composed=translation.get("engine") == TAG_LINE,
        story=record.story,
        chips=chips(record, words),
        href=safe_href(document.url),
        told_by=told_by,
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
        name = place_name(item)
        found.append(Chip(kind="place", value=name, label=name))
    return list(dict.fromkeys(found))


def place_name(item: Payload) -> str:
    """The narrowest official name of a place, else what was written."""
    return str(item.get("district") or item.get("province") or item.get("department") or item.get("name"))


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
