"""The tags of a document explained: what each says, where in the text it was read, and a search for it."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from core.document import Payload
from core.record import LISTS, Record, snippet
from web.render import NAMED, place_name, safe_href
from web.words import Words


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
        return name, _join(details), link("/search", place=place_name(item))
    if key == "amounts":
        return (
            f"{item.get('currency') or ''} {_number(item.get('value'))}".strip(),
            words.name("amount", item.get("what") or ""),
            None,
        )
    if key == "norms":
        return str(item.get("id")), str(item.get("title") or ""), link("/search", q=f'norm:"{item.get("id")}"')
    details += [words.name("subtype", item["subtype"])] if item.get("subtype") else []
    if key == "entities":
        details += list(dict.fromkeys(words.name("entity", item[k]) for k in ("type", "kind") if item.get(k)))
        details += [] if item.get("sure", True) else [words.name("entity", "unsure")]
    if key == "roads":
        details += [str(item["km"])] if item.get("km") else []
        details += [words.name("road", item["state"])] if item.get("state") else []
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
    """Casualties, the strike and the time of the event, which a document has once."""
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
                _join(
                    [
                        str(strike.get("guild") or ""),
                        str(strike.get("place") or ""),
                        days,
                        str(strike.get("demand") or ""),
                    ]
                ),
            )
        )
    if event := record.tags.get("event"):
        groups.append(_one("event", event["date"], words.name("precision", event["precision"])))
    return groups


def _one(key: str, label: str, detail: str) -> Group:
    return Group(
        key=key, tags=[Shown(label=label, detail=detail, search=None, href=None, spots=(), spans_expected=False)]
    )
