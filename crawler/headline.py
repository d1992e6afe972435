"""The headline as the reader sees it: what the page prints of what it calls itself, else what it calls itself."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from core.text import fold
from crawler import jsonld
from crawler.labels import Part
from crawler.markup import one_line
from crawler.nodes import Meta, first, select, text_of
from crawler.outline import Outline, key_of

LONGEST = 1000
"""Characters of a title that are looked at."""


def headline_of(
    page: Outline, meta: Meta, data: Mapping[str, Any], sites: tuple[str, ...], selectors: Mapping[str, str]
) -> str:
    """The headline as the reader sees it: what the page prints of what it calls itself, else what it calls itself."""
    if "title" in selectors and (
        chosen := [text for node in select(page.root, selectors["title"]) if (text := text_of(node))]
    ):
        return chosen[0]
    document_title = one_line((page.root.findtext(".//head/title") or page.root.findtext(".//title") or "")[:LONGEST])
    told = [
        one_line(text[:LONGEST])
        for text in (jsonld.string(data.get("headline")), first(meta, "og:title"), first(meta, "twitter:title"), first(meta, "title", "dc.title"))
        if text
    ]  # fmt: skip
    told = [text for text in (_without_site(text, sites) for text in told) if text and not _is_site(text, sites)]
    named = told or [text for text in (_without_site(document_title, sites),) if text]
    heads = _heads(page, sites)
    agreeing = max(heads, key=lambda head: max((_shared(head, text) for text in named), default=0.0), default="")
    if (
        agreeing
        and max((_shared(agreeing, text) for text in named), default=0.0) >= 0.3
        and not (told and _is_part(agreeing, document_title) and max(_shared(agreeing, text) for text in told) < 0.5)
        and not (not told and _is_logo(page, agreeing, document_title))
    ):
        return agreeing
    marked = _marked_headlines(page, told or [document_title])
    if marked and told:
        return marked
    if not told and (printed := _printed_part(page, document_title)):
        return printed
    if marked:
        return marked
    plain = [head for head in heads if len(head) >= 25]
    if len(plain) == 1 and not data:
        return plain[0]
    return next(iter(named), plain[0] if plain else "")


def _heads(page: Outline, sites: tuple[str, ...]) -> list[str]:
    """The texts of the h1 elements, the outlet's name left out."""
    found = []
    for node in page.heads:
        span = page.spans.get(node)
        texts = [line.text for line in page.lines[span.first : min(span.last, span.first + 4)]] if span else []
        whole = " ".join(texts)
        found.append(whole if len(texts) <= 3 and len(whole) <= 300 else next(iter(texts), ""))
    return [text for text in found if text and not _is_site(text, sites)]


def _is_site(text: str, sites: tuple[str, ...]) -> bool:
    return key_of(text) in {key_of(site) for site in sites}


def _is_part(head: str, document_title: str) -> bool:
    """Whether a heading is only what stands before or behind the headline in the document's title: the outlet's name."""
    key, whole = key_of(head), key_of(document_title)
    return bool(key) and key != whole and (whole.startswith(key) or whole.endswith(key)) and len(key) < 0.5 * len(whole)


def _is_logo(page: Outline, head: str, document_title: str) -> bool:
    """Whether a heading is the outlet's name: one end of the document's title, and a link to the front page."""
    if not _is_part(head, document_title):
        return False
    nodes = [node for node in page.heads if key_of(text_of(node)) == key_of(head)]
    links = [link for node in nodes for link in (*node.iter("a"), *node.iterancestors("a"))]
    return any(urlsplit(link.get("href") or "").path in ("", "/") and link.get("href") for link in links)


def _marked_headlines(page: Outline, told: list[str]) -> str:
    """What templates mark as the headline, if it agrees with what the page calls itself."""
    for node, part in page.parts.items():
        if not part & Part.HEADLINE or node.tag in ("h1", "meta", "a", "body"):
            continue
        text = " ".join(page.texts_of(node, 300))
        if text and any(_shared(text, one) >= 0.6 for one in told):
            return text
    return ""


def _printed_part(page: Outline, document_title: str) -> str:
    """The longest part of the document's title (`Outlet | Headline`, `Outlet: Headline`) that stands on the page as a line."""
    pieces = [piece for piece in re.split(r"(\s+[|–—»·:•-]+\s+|\s*\|\s*|:\s+)", document_title) if piece]
    runs = (
        {"".join(pieces[a:b]).strip() for a in range(0, len(pieces), 2) for b in range(a + 1, len(pieces) + 1, 2)}
        if len(pieces) <= 15
        else set()
    )
    wanted = {key_of(run): run for run in runs if len(run) >= 15}
    lines = {line.key for line in page.lines if 15 <= len(line.text) <= 300}
    return max((run for key, run in wanted.items() if key in lines), key=len, default="")


def _shared(a: str, b: str) -> float:
    """Share of common words, of the smaller set."""
    if fold(b).startswith(fold(a)) and a:
        return 1.0
    left, right = set(re.findall(r"\w+", fold(a))), set(re.findall(r"\w+", fold(b)))
    return (
        len(left & right) / max(1, min(len(left), len(right)))
        if min(len(left), len(right)) >= 2 or left == right
        else 0.0
    )


_BAR = re.compile(r"\s+[|–—»·•-]\s+|\s*\|\s*")


def _without_site(title: str, sites: tuple[str, ...]) -> str:
    """A title without the outlet's name behind (or before) a bar, dash or colon."""
    for site in sites:
        for pattern in (rf"\s*[|–—»·•:-]+\s*{re.escape(site)}\s*$", rf"^\s*{re.escape(site)}\s*[|–—»·•:-]+\s*"):
            if (rest := re.sub(pattern, "", title, flags=re.I)) != title and len(rest) >= 10:
                return _without_site(rest, ()).strip()
    parts = _BAR.split(title)
    if len(parts) > 1 and len(parts[0]) >= 25 and all(len(part) <= 40 for part in parts[1:]):
        return parts[0]
    return title
