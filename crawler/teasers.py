"""Whether a page is a front page or a list of articles: by its address, by what it says of itself, and by what its text is.

A list has headlines that are links, many of them, and its text is what stands between them: a sentence or two each. An
article may have links between its paragraphs and lists of others' headlines below: its own text is more than those.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawler import jsonld
from crawler.outline import Line, Outline
from crawler.platforms.links import is_article_path

FULL = 300
"""Characters from which a text counts as an article's of its own."""
HEADLINE, TEASER = 30, 40
"""Characters of a headline, and of a sentence below it."""
LONGEST_TEASER = 450
"""Characters beyond which what stands between two headlines is an article's text."""
FRONT = re.compile(r"/*(?:(?:index|default|home|portada|inicio|principal)(?:\.(?:html?|php|aspx?|jsp))?/*)?", re.I)
ARTICLE_KEYS = re.compile(
    r"p|a|n|nid|page_id|post|slug|story|title|t[ií]tulo|art|art[ií]c(?:le|ulo)|cod(?:igo)?|(?:\w*_)?id|id_?(?:noticia|nota|art\w*)|not(?:a|icia)",
    re.I,
)
LISTS = re.compile(r"(?:CollectionPage|SearchResultsPage|ProfilePage)$")
HEADINGS = ("h2", "h3", "h4", "h5", "h6")
SLUG = re.compile(r"[^/]*(?:-[^/-]+){5}[^/]*/?$|\d{5}[^/]*/?$")
"""The end of an address that is an article's: six words, or a long number."""
MANY = 5
"""Article objects in a page's JSON-LD that make it a list of them."""


def is_front(url: str) -> bool:
    """Whether an address is a site's home page: nothing behind the host, and no query that could name an article."""
    parts = urlsplit(url)
    if not FRONT.fullmatch(parts.path):
        return False
    asked = parse_qsl(parts.query)
    return not any(ARTICLE_KEYS.fullmatch(name) and re.search(r"\d|-", value) for name, value in asked)


def calls_itself_a_list(objects: Iterable[Mapping[str, Any]], kind: str) -> bool:
    """Whether the page's JSON-LD is of a collection, or names several articles, where `og:type` does not say article."""
    articles: set[str] = set()
    for node in objects:
        kinds = node.get("@type")
        names = [str(one) for one in (kinds if isinstance(kinds, list) else [kinds])]
        if any(map(LISTS.search, names)) and not jsonld.is_article(dict(node)):
            return True
        if jsonld.is_article(dict(node)):
            articles.add(jsonld.string(node.get("headline")) or jsonld.string(node.get("url")))
    return len(articles - {""}) >= MANY and "article" not in kind


def is_list(page: Outline, text: str, url: str, *, listed: bool, website: bool) -> bool:
    """Whether the page's text consists of headlines of others and of what stands below each.

    `listed`: the page calls itself a list; `website`: it calls itself a website, as many front pages do, and some articles.
    """
    flat = " ".join(text.split())
    headlines = {line.text for line in page.lines if _is_headline(line)}
    own = len(flat) - sum(len(line) for line in headlines if line in flat)
    if len(headlines) >= 10 and (own < FULL or own < 0.5 * len(flat)):
        return True
    if SLUG.search(urlsplit(url).path) and not listed:
        return False
    enough = 3 if listed or (url and not is_article_path(url)) else 5 if website else 6
    found = [sum(len(line) for line in below if line in flat) for below in _teasers(page)]
    return sum(length > 0 for length in found) >= enough and sum(found) >= 0.6 * own


def _is_headline(line: Line) -> bool:
    return len(line.text) >= HEADLINE and line.linked >= 0.9 * len(line.text)


def _teasers(page: Outline) -> list[list[str]]:
    """The lines below each headline: up to the next one where it is a heading, else in the element that holds only it."""
    places = [place for place, line in enumerate(page.lines) if _is_headline(line)]
    found = []
    for place, following in zip(places, [*places[1:], len(page.lines)], strict=False):
        node = page.lines[place].node
        last = following if node.tag in HEADINGS else min(following, _end_of_card(page, place, places))
        below = [" ".join(line.text.split()) for line in page.lines[place + 1 : last] if _is_text(line)]
        if 0 < sum(map(len, below)) <= LONGEST_TEASER:
            found.append(below)
    return found


def _is_text(line: Line) -> bool:
    return len(line.text) >= TEASER and line.linked < 0.5 * len(line.text)


def _end_of_card(page: Outline, place: int, places: list[int]) -> int:
    """Where the largest element around a headline that holds no other one ends."""
    end = place + 1
    for above in islice(page.lines[place].node.iterancestors(), 3):
        span = page.spans.get(above)
        if span is not None:
            if bisect_left(places, span.last) - bisect_left(places, span.first) > 1:
                break
            end = span.last
    return end
