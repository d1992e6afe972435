"""A front page read by its links: for outlets without feed, and for drafting a source."""

import re
from collections import Counter
from datetime import datetime
from urllib.parse import urldefrag, urlsplit

from core.errors import InputError
from core.urls import canonical, same_site
from crawler.language import language_code
from crawler.markup import one_line, tree
from crawler.platforms.entry import Entry, Listing, ListingError, web_link

SHORTEST = 25
"""A headline is longer than a menu item."""
_NOT_ARTICLES = re.compile(
    r"/(?:tags?|temas?|noticias-de|autor(?:es)?|author|categor(?:y|ia)s?|secci[oó]n|page|pagina|buscar|search|login|registro|suscri\w*|newsletters?|contacto|"
    r"terminos[\w-]*|politicas?-de-[\w-]+|privacidad|archivo|edicion|feed|rss|wp-json|videos?|fotos?|podcasts?)(?:/|$)|\.(?:pdf|jpe?g|png|gif|mp[34]|xml|zip)$",
    re.I,
)


def front_page(text: str, url: str, now: datetime) -> Listing:
    """The links of a page that look like articles: same site, a headline's length, no tag, section or author page.

    Raises ListingError (invalid) where no link looks so: the page is an article, a challenge, or needs a browser.
    """
    root = tree(text)
    if root is None:
        raise ListingError("The page is empty.", "Look at it in a browser.", "empty")
    titles: dict[str, tuple[str, str]] = {}
    for node in root.iter("a"):
        link = urldefrag(web_link(url, node.get("href") or ""))[0]
        title = one_line(" ".join(node.itertext())) or (node.get("title") or "")
        if not _article_like(link, url, title):
            continue
        key = canonical(link)
        if len(title) > len(titles.get(key, ("", ""))[1]):
            titles[key] = (link, title)
    if not titles:
        raise ListingError(
            "No link of this page looks like an article's.", "Give the address of a front page, a feed or a sitemap."
        )
    name = one_line(root.findtext(".//title") or "")
    return Listing(
        kind="listing",
        title=name,
        language=language_code(root.get("lang")),
        entries=tuple(Entry(url=link, title=title) for link, title in titles.values()),
    )


def is_article_path(url: str) -> bool:
    """Whether an address may be an article's: no front page, tag, section, author page or file."""
    path = urlsplit(url).path
    return bool(path.strip("/")) and not _NOT_ARTICLES.search(path)


def _article_like(link: str, page: str, title: str) -> bool:
    if not link:
        return False
    if len(title) < SHORTEST or not is_article_path(link):
        return False
    try:
        return same_site(link, page) and canonical(link) != canonical(page)
    except InputError:
        return False


def feeds_of(text: str, url: str) -> list[str]:
    """The feeds that a page announces (`rel=alternate`), comment feeds left out, in the page's order."""
    root = tree(text)
    found: Counter[str] = Counter()
    for node in root.iter("link") if root is not None else ():
        rel, kind, link = (
            (node.get("rel") or "").lower().split(),
            (node.get("type") or "").lower(),
            node.get("href") or "",
        )
        if (
            "alternate" in rel
            and re.search(r"(?:rss|atom|feed\+json)", kind)
            and not re.search(r"comment|comentario|oembed", f"{link} {node.get('title') or ''}", re.I)
        ):
            found[web_link(url, link)] += 1
    return [link for link in found if link]
