"""Sitemaps, news sitemaps and sitemap indexes (sitemaps.org, Google's news extension), read without entities or network."""

from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.language import language_code
from crawler.markup import one_line
from crawler.platforms.entry import Entry, Listing, ListingError, dated

CHILDREN = 5
"""How many sitemaps of an index are worth asking for: the newest ones."""


def read(text: str, url: str, now: datetime) -> Listing:
    """A sitemap's addresses, or an index's: its entries are sitemaps, of which `children` are the newest. `lastmod` is no date of publication and is not taken for one."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
    )
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        raise ListingError("The sitemap is no XML that can be read.", "Look at it in a browser.")
    if _name(root) == "sitemapindex":
        rows = [{_name(part): (part.text or "").strip() for part in node} for node in root if _name(node) == "sitemap"]
        rows.sort(key=lambda row: row.get("lastmod", ""), reverse=True)
        links = [link for row in rows if (link := _web(url, row.get("loc", "")))]
        return Listing(
            kind="sitemap_index", entries=tuple(Entry(url=link) for link in links), children=tuple(links[:CHILDREN])
        )
    entries = [entry for node in root if _name(node) == "url" and (entry := _entry(node, url, now)) is not None]
    news = any(_name(node) == "news" for node in root.iter())
    return Listing(
        kind="news_sitemap" if news else "sitemap",
        entries=tuple(entries),
        language=next((e.language for e in entries if e.language), None),
    )


def _entry(node: etree._Element, url: str, now: datetime) -> Entry | None:
    # direct children and those of <news:news> only: an <image:title> is a caption
    loc, news = "", {}
    for part in node:
        if _name(part) == "loc":
            loc = (part.text or "").strip()
        elif _name(part) == "news":
            news = {_name(inner): "".join(map(str, inner.itertext())).strip() for inner in part.iter("*")}
    link = _web(url, loc)
    if not link:
        return None
    date = dated(news.get("publication_date"), now)
    return Entry(
        url=link,
        title=one_line(news.get("title", "")),
        published=date.moment,
        language=language_code(news.get("language")),
        note=date.note,
    )


def _web(base: str, link: str) -> str:
    joined = urljoin(base, link) if link else ""
    return joined if urlsplit(joined).scheme in ("http", "https") else ""


def _name(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""
