"""A listing page by the selectors of its source's file: which blocks are items, and where their link, title and date stand.

Class names of listings change without notice. Where the selectors find nothing any more, the page is read by its links
instead, and the listing carries a note: items are not lost, and the change is seen.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urldefrag

from lxml import html

from crawler.language import language_code
from crawler.markup import one_line, tree
from crawler.nodes import select, text_of
from crawler.platforms.entry import Entry, Listing, ListingError, dated, web_link
from crawler.platforms.links import front_page


def by_selectors(text: str, url: str, now: datetime, selectors: Mapping[str, str]) -> Listing:
    """The items of a page. `item` is the block (without it each `link` is one), the others are looked for within it.

    Raises ListingError (invalid) where neither the selectors nor the page's links give an item, InputError for a
    selector that is none.
    """
    root = tree(text)
    if root is None:
        raise ListingError("The page is empty.", "Look at it in a browser.", "empty")
    blocks = select(root, selectors.get("item") or selectors.get("link") or "a[href]")
    found: dict[str, Entry] = {}
    for block in blocks:
        entry = _entry(block, url, now, selectors)
        if entry is not None and (entry.url not in found or not found[entry.url].title):
            found[entry.url] = entry
    if found:
        name = one_line(root.findtext(".//title") or "")
        return Listing(
            kind="listing", title=name, language=language_code(root.get("lang")), entries=tuple(found.values())
        )
    shown = selectors.get("item") or selectors.get("link")
    told = f"the selector {shown!r} finds no item: the page was read by its links"
    return replace(front_page(text, url, now), notes=(told,))


def _entry(block: html.HtmlElement, url: str, now: datetime, selectors: Mapping[str, str]) -> Entry | None:
    if "item" not in selectors:
        links = [block]
    elif "link" in selectors:
        links = select(block, selectors["link"])
    else:
        links = [block] if block.tag == "a" else select(block, "a[href]")
    node = next((one for one in links if (one.get("href") or "").strip()), None)
    if node is None or not (link := urldefrag(web_link(url, node.get("href") or ""))[0]):
        return None
    date = dated(_stamp(block, selectors.get("published")), now)
    author = _within(block, selectors.get("author"))
    return Entry(
        url=link,
        title=_within(block, selectors.get("title"))
        or text_of(node)
        or one_line(node.get("title") or "")
        or _pictured(node),
        summary=_within(block, selectors.get("summary")),
        published=date.moment,
        author=(author,) if author else (),
        section=_within(block, selectors.get("section")) or None,
        note=date.note,
    )


def _within(block: html.HtmlElement, selector: str | None) -> str:
    return next((text for node in select(block, selector) if (text := text_of(node))), "") if selector else ""


def _stamp(block: html.HtmlElement, selector: str | None) -> str:
    """A date as its `datetime` says it, else as it is printed."""
    nodes = select(block, selector) if selector else []
    return next((stamp for node in nodes if (stamp := (node.get("datetime") or text_of(node)))), "")


def _pictured(node: html.HtmlElement) -> str:
    return next((one_line(image.get("alt") or "") for image in node.iter("img")), "")
