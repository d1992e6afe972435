"""Who signed a page: its metadata, else what its template marks as the signature."""

import re
from typing import Any

from lxml import html

from core.text import fold
from crawler import jsonld
from crawler.authors import NEWSROOM, authors
from crawler.nodes import Meta, inside_aside, select, text_of

AUTHORS = (
    "author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "cxenseparse:author",
    "dc.creator",
    "dcterms.creator",
    "creator",
    "bi3dauthor",
    "byl",
    "mediator_author",
    "twitter:data1",
    "article:author",
)
BYLINE = re.compile(
    r"(?:^|[\s_-])(?:byline|author|autor|autora|autores|authors|firma|firmas|signature|redactor|periodista|creator|escritor|by)(?:[\s_-]|$|-?name|nombre)|__author|autor-|-autor|author-|-author",
    re.I,
)
NOT_BYLINE = re.compile(
    r"(?:bio|box|description|social|image|img|photo|foto|avatar|follow|related|comment|coment|list|share|card-|newsletter|time|date|fecha)",
    re.I,
)


def signed(
    root: html.HtmlElement, meta: Meta, data: dict[str, Any], *, site: str, title: str, selectors: dict[str, str]
) -> tuple[str, ...]:
    """The names, by the best witness that is more than the outlet's own name."""
    if "author" in selectors and (
        found := authors([text_of(node) for node in select(root, selectors["author"])], outlet=site)
    ):
        return found
    meta_names = [value for name in AUTHORS for value in meta.get(name, [])[:4] if not re.match(r"https?://", value)]
    for names in (
        jsonld.names(data.get("author")),
        *([value] for value in meta_names),
        jsonld.names(data.get("creator")),
        _bylines(root),
    ):
        found = tuple(name for name in authors(names, outlet=site) if fold(name) not in fold(title))
        if found and not _is_outlet(found, site, data):
            return found
    return ()


def _is_outlet(found: tuple[str, ...], site: str, data: dict[str, Any]) -> bool:
    """A signature that is the outlet's own name, alone or with its slogan, tells nothing; `Redacción` and a name is one."""
    publisher = {_letters(name) for name in (*jsonld.names(data.get("publisher")), site) if len(_letters(name)) > 3}
    return all(any(name in _letters(one) for name in publisher) and not NEWSROOM.search(one) for one in found)


def _letters(name: str) -> str:
    return re.sub(r"\W+", "", fold(name))


def _bylines(root: html.HtmlElement) -> list[str]:
    """Names in elements that templates mark as the signature, the first place that has any."""
    for node in root.iter():
        if not isinstance(node.tag, str) or node.tag in (
            "meta",
            "script",
            "style",
            "body",
            "html",
            "form",
            "input",
            "svg",
        ):
            continue
        rel, label = node.get("rel") or "", f"{node.get('class') or ''} {node.get('itemprop') or ''}"
        if (
            (rel == "author" or "author" in (node.get("itemprop") or "") or BYLINE.search(label))
            and not NOT_BYLINE.search(label)
            and not inside_aside(node)
        ):
            text = text_of(node)
            if 4 <= len(text) <= 90 and authors([text]):
                return [text]
    return _signed(root)


def _signed(root: html.HtmlElement) -> list[str]:
    """`Por Nombre Apellido` standing alone in a short element."""
    for node in root.iter("p", "span", "div", "strong", "a", "address", "h4", "h5", "h6", "li"):
        first = next((part for part in node.itertext() if part.strip()), "")
        if len(node) > 3 or not _BY.match(first):
            continue
        text = text_of(node)
        if len(text) <= 60 and _SIGNED.match(text) and not inside_aside(node):
            return [text]
    return []


_BY = re.compile(r"\s*(?:por|escrito por)\b", re.I)
_SIGNED = re.compile(r"(?:Por|POR|Escrito por|Por:)\s+(?:[A-ZÁÉÍÓÚÑ][\w'’.-]+(?:\s+|$)){2,4}$")
