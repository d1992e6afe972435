"""JSON-LD as publishers really print it: built by templates, so with raw line breaks, stray quotes and trailing commas.

Read in four tries: strict, control characters allowed, repaired, and at last single fields by regular expression.
"""

import json
import re
from collections.abc import Iterator
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
_WRAPPING = re.compile(
    r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?://\s*)?(?:-->|\]\]>|/\*\s*\]\]>\s*\*/)\s*;?\s*$"
)
_TRAILING = re.compile(r",(\s*[}\]])")
_MISSING = re.compile(r'(["}\]])(\s*\n\s*)(")(?=\w+"\s*:)')
DEEPEST = 12


def article(root: html.HtmlElement) -> dict[str, Any]:
    """The page's article object: the one with the most of what matters, `{}` where none is."""
    best: dict[str, Any] = {}
    for node in objects(root):
        if is_article(node) and _weight(node) > _weight(best):
            best = node
    return best


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
    text = _WRAPPING.sub("", _WRAPPING.sub("", text)).strip().rstrip(";")
    for attempt, strict in ((text, True), (text, False), (_repair(text), False)):
        try:
            return json.loads(attempt, strict=strict)
        except (ValueError, RecursionError):
            continue
    return _by_field(text)


def _repair(text: str) -> str:
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", text)
    text = re.sub(r'\\(?!["\\/bfnrtu])', r"\\\\", text)
    return _TRAILING.sub(r"\1", _MISSING.sub(r"\1,\2\3", text))


def _by_field(text: str) -> dict[str, Any] | None:
    """Single string fields, each up to the next key: quotes inside a value do not end it."""
    kind = re.search(r'"@type"\s*:\s*\[?\s*"([\w:/.#]*(?:Article|Posting))"', text)
    if not kind:
        return None
    found: dict[str, Any] = {"@type": kind[1]}
    for name in FIELDS:
        if match := re.search(rf'"{name}"\s*:\s*"(.*?)"\s*(?:,\s*"[@\w]+"\s*:|[}}\]]|$)', text[kind.start() :], re.S):
            found[name] = match[1].replace('\\"', '"').replace("\\/", "/").replace("\\n", "\n")
    if names := re.search(r'"author"\s*:\s*[\[{].*?"name"\s*:\s*"(.*?)"\s*[,}]', text, re.S):
        found["author"] = names[1]
    return found


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
