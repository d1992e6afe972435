"""JSON-LD as publishers really print it: built by templates, so with raw line breaks, stray quotes and trailing commas.

Read in four tries: strict, control characters allowed, repaired, and at last single fields by regular expression.
"""

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

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


def article(objects: Iterable[dict[str, Any]], *addresses: str) -> dict[str, Any]:
    """The page's article object, `{}` where none is. What it only points to (`@id`) is put in.

    That which names one of the page's own `addresses` comes first; then what no list holds and names no other page of the
    site; then that with the most of what matters. What a list names of another page is never the page's article.
    """
    nodes = list(objects)
    listed = {id(one) for node in nodes for one in _walk(node.get("itemListElement"), 0)}
    own = {name for address in addresses if (name := _place(address))}
    best: dict[str, Any] = {}
    rank = (-1, 0)
    known: dict[str, dict[str, Any]] = {}
    for node in nodes:
        if is_article(node) and _weight(node) and (found := _rank(node, own, id(node) in listed)) > rank:
            best, rank = node, found
        if isinstance(node.get("@id"), str) and node.get("name"):
            known.setdefault(node["@id"], node)
    if not known:
        return best
    return best | {name: _named(best[name], known) for name in ("author", "publisher", "creator") if name in best}


def _rank(node: dict[str, Any], own: set[tuple[str, str]], listed: bool) -> tuple[int, int]:
    """How surely an object is the page's article; -2 for none."""
    told = {
        place for name in ("url", "mainEntityOfPage", "@id")
        for value in [node.get(name)] if (place := _place(value if isinstance(value, str) else _target(value)))
    }  # fmt: skip
    if told & own:
        return 1, _weight(node)
    other = bool(told and own) and all(
        path.count("-") >= 2 and site in {mine for mine, _ in own} for site, path in told
    )
    return (-2 if listed and other else -1 if listed or other else 0), _weight(node)


def _target(value: Any) -> str:
    """The address of an object that stands for a page."""
    found = (value.get("@id") or value.get("url")) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _place(address: str) -> tuple[str, str] | None:
    """Host and path of a web address as far as they tell pages apart; None for a front page or what is no address."""
    try:
        parts = urlsplit(address.strip())
        path = re.sub(r"(?:^|/)amp(?=/|$)|\.(?:amp\.)?html?$", "", parts.path).strip("/").lower()
        if parts.scheme not in ("http", "https") or not path:
            return None
        return (parts.hostname or "").removeprefix("www."), path + (
            f"?{parts.query}" if re.search(r"(?:^|&)(?:p|id)=\d", parts.query) else ""
        )
    except ValueError:
        return None


PAGES = ("WebPage", "ItemPage", "VideoObject", "NewsVideo", "PodcastEpisode")


def page_dates(objects: Iterable[dict[str, Any]]) -> list[str]:
    """When a page or its one recording says that it was published, where no article object does; none where they differ."""
    found = [
        told for node in objects if any(str(kind).rpartition("/")[2] in PAGES for kind in _kinds(node))
        if (told := string(node.get("datePublished")) or string(node.get("uploadDate")))
    ]  # fmt: skip
    return found[:1] if len({told[:10] for told in found}) == 1 else []


def _kinds(node: dict[str, Any]) -> list[Any]:
    kinds = node.get("@type")
    return kinds if isinstance(kinds, list) else [kinds]


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
    return any(re.search(r"(?:Article|BlogPosting|Report)$", str(kind)) for kind in _kinds(node))


def objects(root: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object of the page, those inside lists, `@graph`, `mainEntity` and `hasPart` included."""
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            yield from _walk(loads(script.text_content()), 0)


def loads(text: str) -> Any:
    """Leniently parsed JSON. What stays unreadable gives the single fields that can be told, in one object, or None."""
    text = text.strip()
    if "&quot;" in text and '"' not in text:  # a template that escapes for HTML where nothing is unescaped
        text = unescape(text)
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
