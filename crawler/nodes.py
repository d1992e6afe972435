"""Small questions about a page's tree: what a selector matches, what a meta tag says, whether an element stands beside the article."""

import re
from collections.abc import Iterable

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
        found = CSSSelector(selector, translator="html")(root)
    except (SelectorError, SyntaxError) as error:
        raise InputError(f"{selector!r} is no CSS selector ({error}).", "Mend it in the source's file.") from error
    return list(found) if isinstance(found, list) else []


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


def is_hidden(node: html.HtmlElement) -> bool:
    """Whether an element is not shown."""
    return bool(re.search(r"display\s*:\s*none", node.get("style") or "")) or node.get("hidden") is not None


_ASIDE = re.compile(
    r"related|relacionad|recomend|sidebar|widget|most-|mas-leid|masleid|footer|comment|comentario|card|newsletter|trending|carousel|swiper|teaser|listado|ultimas|promo",
    re.I,
)


def inside_aside(node: html.HtmlElement) -> bool:
    """Whether an element stands in what surrounds the article: a side column, the foot, a list of other articles."""
    steps: Iterable[html.HtmlElement] = (node, *node.iterancestors())
    for step in steps:
        if step.tag in ("aside", "footer", "nav", "form") or (
            step.tag not in ("body", "html") and _ASIDE.search(f"{step.get('class') or ''} {step.get('id') or ''}")
        ):
            return True
    return False
