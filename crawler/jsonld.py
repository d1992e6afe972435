"""JSON-LD as publishers really print it: built by templates, so with raw line breaks, stray quotes and trailing commas.

Read in four tries: strict, control characters allowed, repaired, and at last single fields by regular expression.
"""

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from lxml import html

FIELDS = (
    "headline",
    "description",
    "datePublished",
    "dateModified",
    "articleSection",
    "articleBody",
    "inLanguage",
    "isAccessibleForFree",
    "url",
)
_OPENING = re.compile(r"(?://\s*)?(?:<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)")
_CLOSING = re.compile(r"(?://\s*)?(?:-->|\]\]>|/\*\s*\]\]>\s*\*/)$")
_TRAILING = re.compile(r",(\s*[}\]])")
_MISSING = re.compile(r'(["}\]])(\s+)(")(?=\w+"\s*:)')
DEEPEST = 12


def article(objects: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The page's article object: the one with the most of what matters, `{}` where none is. What it only points to (`@id`) is put in."""
    best: dict[str, Any] = {}
    known: dict[str, dict[str, Any]] = {}
    for node in objects:
        if is_article(node) and _weight(node) > _weight(best):
            best = node
        if isinstance(node.get("@id"), str) and node.get("name"):
            known.setdefault(node["@id"], node)
    if not known:
        return best
    return best | {name: _named(best[name], known) for name in ("author", "publisher", "creator") if name in best}


def _named(value: Any, known: dict[str, dict[str, Any]]) -> Any:
    """A reference (`{"@id": ...}`) as what it points to, where that has a name and the reference has none."""
    if isinstance(value, list):
        return [_named(one, known) for one in value]
    if isinstance(value, dict) and not value.get("name") and isinstance(value.get("@id"), str):
        return known.get(value["@id"], value)
    return value


def breadcrumbs(objects: Iterable[dict[str, Any]]) -> list[str]:
    """The names of the page's breadcrumb list, in order."""
    for node in objects:
        if node.get("@type") == "BreadcrumbList" and isinstance(items := node.get("itemListElement"), list):
            return [
                name
                for one in items[:10]
                if isinstance(one, dict) and (name := string(one.get("name")) or string(one.get("item")))
            ]
    return []


def is_article(node: dict[str, Any]) -> bool:
    """Whether any `@type` ends in Article, Posting or is a report (`ReportageNewsArticle`, a list of types, with or without schema.org)."""
    kinds = node.get("@type")
    return any(
        re.search(r"(?:Article|BlogPosting|Report)$", str(kind))
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def objects(root: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object of the page, those inside lists, `@graph`, `mainEntity` and `hasPart` included."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            yield from _walk(loads(script.text_content()), 0)


def loads(text: str) -> Any:
    """Leniently parsed JSON. What stays unreadable gives the single fields that can be told, in one object, or None."""
    text = text.strip()
    for _ in range(2):  # a comment in a CDATA section is both
        text = _OPENING.sub("", text, count=1).lstrip() if _OPENING.match(text) else text
        tail = text[-60:]
        text = text[: len(text) - len(tail)] + _CLOSING.sub("", tail.rstrip(" ;\n\t\r"))
        text = text.rstrip(" ;\n\t\r")
    for attempt, strict in ((text, True), (text, False), (_repair(text), False)):
        try:
            return json.loads(attempt, strict=strict)
        except (ValueError, RecursionError):
            continue
    return _by_field(text)


def _repair(text: str) -> str:
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", text)
    text = re.sub(r'\\(?!["\\/bfnrtu])', r"\\\\", text)
    text = _MISSING.sub(lambda match: match[1] + ("," if "\n" in match[2] else "") + match[2] + match[3], text)
    return _TRAILING.sub(r"\1", text)


def _by_field(text: str) -> dict[str, Any] | None:
    """Single string fields, each up to the next key: quotes inside a value do not end it."""
    kind = re.search(r'"@type"\s{0,99}:\s{0,99}\[?\s{0,99}"([\w:/.#]{0,99}(?:Article|Posting))"', text)
    if not kind:
        return None
    found: dict[str, Any] = {"@type": kind[1]}
    for name in FIELDS:
        if value := _value(text, name, kind.start()):
            found[name] = value.replace('\\"', '"').replace("\\/", "/").replace("\\n", "\n")
    if names := re.search(
        r'"author"\s{0,99}:\s{0,99}[\[{].{0,400}?"name"\s{0,9}:\s{0,9}"(.{0,200}?)"\s{0,9}[,}]', text, re.S
    ):
        found["author"] = names[1]
    return found


_END = re.compile(r'"\s{0,200}(?:,\s{0,200}"[@\w]{1,40}"\s{0,20}:|[}\]]|$)')


def _value(text: str, name: str, start: int) -> str:
    """The string behind the first key of that name: up to what can only be the end of it. Time grows with the text, not its square."""
    key = re.compile(rf'"{name}"\s{{0,99}}:\s{{0,99}}"').search(text, start)
    end = _END.search(text, key.end()) if key else None
    return text[key.end() : end.start()] if key and end else ""


def _walk(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement", "item"):
            yield from _walk(value.get(name), depth + 1)


def _weight(node: dict[str, Any]) -> int:
    return sum(
        bool(node.get(name)) * worth
        for name, worth in (
            ("headline", 4),
            ("datePublished", 4),
            ("author", 2),
            ("articleBody", 2),
            ("description", 1),
        )
    )


def string(value: Any) -> str:
    """The text of a value that may be a string, a list, or an object with `name`, `@value` or `headline`."""
    if isinstance(value, list):
        return next((text for one in value if (text := string(one))), "")
    if isinstance(value, dict):
        return next((text for name in ("name", "@value", "headline", "url") if (text := string(value.get(name)))), "")
    return unescape(str(value)).strip() if isinstance(value, str | int | float) else ""


def names(value: Any) -> list[str]:
    """The names of authors, however they are nested."""
    if isinstance(value, list):
        return [name for one in value for name in names(one)]
    if isinstance(value, dict):
        return names(value.get("name"))
    return [unescape(value).strip()] if isinstance(value, str) and value.strip() else []
