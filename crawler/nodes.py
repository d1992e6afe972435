"""Small questions about a page's tree: what a selector matches, what a meta tag says, what its text is."""

from functools import lru_cache

from cssselect import SelectorError
from lxml import html
from lxml.cssselect import CSSSelector

from core.errors import InputError
from crawler.markup import lines

Meta = dict[str, list[str]]
"""Values of `<meta>` by lower-case name."""


def select(root: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """What a CSS selector of a source file matches. Raises InputError naming the selector where it is none."""
    try:
        found = _compiled(selector)(root)
    except (SelectorError, SyntaxError) as error:
        raise InputError(f"{selector!r} is no CSS selector ({error}).", "Mend it in the source's file.") from error
    return list(found) if isinstance(found, list) else []


@lru_cache(maxsize=1024)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def meta_of(root: html.HtmlElement) -> Meta:
    """`<meta>` and itemprop values by lower-case name."""
    found: Meta = {}
    for node in root.iter("meta"):
        content = (node.get("content") or node.get("value") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if content and (name := (node.get(attribute) or "").strip().lower()):
                found.setdefault(name, []).append(content)
    return found


def first(meta: Meta, *names: str) -> str:
    """The first value of the first of these names that has one."""
    return next((meta[name][0] for name in names if meta.get(name)), "")


def text_of(node: html.HtmlElement) -> str:
    """Its readable text as one line."""
    return " ".join(" ".join(lines(node)).split())
