"""Sitemaps, news sitemaps and sitemap indexes (sitemaps.org, Google's news extension), read without entities or network."""

import re
from datetime import UTC, datetime

from lxml import etree

from core.errors import InputError
from core.time import LIMA, parse_date
from core.urls import canonical
from crawler.language import language_code
from crawler.markup import one_line
from crawler.platforms.entry import Entry, Listing, ListingError, dated, web_link
from crawler.platforms.repair import repaired

CHILDREN = 5
"""How many sitemaps of an index are worth asking for: the newest ones."""
_NO_ARTICLES = re.compile(
    r"(?:^|[/_.-])(?:tags?|post_?tag|categor(?:y|ies|ias?)|taxonom\w*|authors?|autor(?:es)?|users?|pages?|paginas|images?|imagenes|videos?|fotos|galer\w*|sections?|secciones)"
    r"(?:[_-]?sitemap)?[\w-]*(?:\.xml|\.php|$|[/?])",
    re.I,
)
_NUMBERS = re.compile(r"\d+")


def read(text: str, url: str, now: datetime) -> Listing:
    """A sitemap's addresses, or an index's: its entries are sitemaps, of which `children` are the newest.

    `lastmod` is no date of publication and is not taken for one. An index that names itself is not its own child.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
    )
    root = etree.fromstring(repaired(text).encode("utf-8", "replace"), parser)
    if root is None:
        raise ListingError("The sitemap is no XML that can be read.", "Look at it in a browser.")
    if _name(root) == "sitemapindex":
        return _index(root, url, now)
    entries = [entry for node in root if _name(node) == "url" and (entry := _entry(node, url, now)) is not None]
    news = any(_name(node) == "news" for node in root.iter())
    return Listing(
        kind="news_sitemap" if news else "sitemap",
        entries=tuple(entries),
        language=next((e.language for e in entries if e.language), None),
    )


def plain(text: str, url: str) -> Listing | None:
    """A sitemap in plain text, one address a line; None where a line is anything else."""
    rows = [line.strip() for line in text.split("\n") if line.strip()]
    links = [web_link("", row) for row in rows]
    if not rows or not all(links) or any(re.search(r"\s", row) for row in rows):
        return None
    return Listing(kind="sitemap", entries=tuple(Entry(url=link) for link in links))


def _index(root: etree._Element, url: str, now: datetime) -> Listing:
    rows = [{_name(part): (part.text or "").strip() for part in node} for node in root if _name(node) == "sitemap"]
    found = [
        Entry(url=link, modified=_moment(row.get("lastmod"), now)) for row in rows if (link := web_link(url, row.get("loc", "")))
    ]  # fmt: skip
    return Listing(kind="sitemap_index", entries=tuple(found), children=newest(found, url))


def newest(entries: list[Entry], index: str) -> tuple[str, ...]:
    """The addresses of the sitemaps of an index that hold its newest items.

    By `lastmod`; without it by the numbers in the address (`2026-11`, `post-sitemap12`), highest first, and the first of
    all with them, since some count backwards.
    """
    fit = [entry for entry in entries if lists_articles(entry.url)] or entries
    told = [entry for entry in fit if entry.modified]
    told.sort(key=lambda entry: entry.modified.timestamp() if entry.modified else 0.0, reverse=True)
    rest = [entry for entry in fit if not entry.modified]
    ranked = sorted(rest, key=lambda entry: [int(n[:18]) for n in _NUMBERS.findall(entry.url)], reverse=True)
    if rest and not told:
        ranked = [*ranked[: CHILDREN - 1], rest[0], *ranked[CHILDREN - 1 :]]
    chosen: dict[str, str] = {}
    for entry in (*told, *ranked):
        if len(chosen) == CHILDREN:
            break
        if (same := _same(entry.url)) != _same(index):
            chosen.setdefault(same, entry.url)
    return tuple(chosen.values())


def of_articles(entries: list[Entry], index: str) -> list[Entry]:
    """The sitemaps of an index, each once and without itself; those of tags, authors and pictures list no articles."""
    own = _same(index)
    fit = {_same(entry.url): entry for entry in entries if _same(entry.url) != own}
    return [entry for entry in fit.values() if lists_articles(entry.url)] or [*fit.values()]


def lists_articles(url: str) -> bool:
    """Whether a sitemap's name says nothing else than articles (tags, authors, pictures)."""
    return not _NO_ARTICLES.search(url.split("//", 1)[-1])


def _entry(node: etree._Element, url: str, now: datetime) -> Entry | None:
    # direct children and those of <news:news> only: an <image:title> is a caption
    loc, changed, news = "", "", {}
    for part in node:
        name = _name(part)
        if name == "loc":
            loc = (part.text or "").strip()
        elif name == "lastmod":
            changed = (part.text or "").strip()
        elif name == "news":
            news = {_name(inner): "".join(map(str, inner.itertext())).strip() for inner in part.iter("*")}
    link = web_link(url, loc)
    if not link:
        return None
    date = dated(news.get("publication_date"), now)
    return Entry(
        url=link,
        title=one_line(news.get("title", "")),
        published=date.moment,
        language=language_code(news.get("language")),
        modified=_moment(changed, now),
        note=date.note,
    )


def _moment(raw: str | None, now: datetime) -> datetime | None:
    if not raw:
        return None
    try:  # the form that sitemaps are asked to use; a large one has 50,000 of them
        when = datetime.fromisoformat(raw)
        return (when if when.tzinfo else when.replace(tzinfo=LIMA)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = parse_date(raw, now=now)
    return moment.when if moment else None


def _same(url: str) -> str:
    try:
        return canonical(url)
    except InputError:
        return url


def _name(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(node.tag, str) else ""
