"""Draft a source file from a live page or feed: look a few times, politely, and write down what is seen."""

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from core.errors import InputError, UnavailableError
from core.settings import Settings
from core.text import fold
from core.urls import check_public, host, same_site, site
from crawler.archive import Page
from crawler.challenge import is_challenged
from crawler.language import language_code
from crawler.markup import decode, one_line, tree
from crawler.platforms import Entry, Listing, ListingError, json_listing, parse, unpack
from crawler.platforms.links import feeds_of
from crawler.platforms.social import feed_of
from crawler.reading import Robots, crawl_delay, fetch, sitemaps_of
from crawler.source import SLUG, Platform, Source
from crawler.source_file import render

Wait = Callable[[float], None]
GUESSES = ("/feed/", "/rss", "/arc/outboundfeeds/rss/?outputType=xml", "/rss.xml", "/feed.xml")
"""Where common systems keep their feed, asked one after the other only when the page announces none."""
WORDPRESS_POSTS = "/wp-json/wp/v2/posts?per_page=50"
"""WordPress's own list, where its feed is closed."""
SITEMAPS = ("/sitemap/news", "/news-sitemap.xml")
"""Where news sitemaps often stand, asked when neither a feed nor robots.txt tells of anything."""
ARTICLES = (
    r"-noticia-\d+", r"-n\d+/?(?:\?|$)", r"-noticia(?:-\d+)?/?(?:\?|$)", r"/20\d\d/\d\d/\d\d/", r"/20\d\d/\d\d/", r"/node/\d+",
    r"/noticias?/[^/]+", r"/nota/[^/]+", r"-\d{4,}(?:\.html?)?/?(?:\?|$)",
)  # fmt: skip
"""Forms that articles' addresses have in Peru's press."""
LONGEST_PAUSE = 10.0
MOST_ALTERNATES, MOST_SITEMAPS = 4, 3


@dataclass(slots=True)
class Look:
    """The polite looks at one site: robots.txt is read once, and there is a pause between two requests."""

    settings: Settings
    wait: Wait
    robots: Robots = field(default_factory=dict)
    asked: int = 0

    def at(self, url: str) -> Page:
        """The page at an address. Raises InputError or UnavailableError with the reason."""
        if self.asked:
            self.wait(min(LONGEST_PAUSE, max(_delay(url, self.settings) / 5, crawl_delay(url, self.robots))))
        self.asked += 1
        return fetch(url, self.settings, robots=self.robots)

    def listing(self, url: str) -> tuple[Page, Listing] | None:
        """What lists items at an address, or None: these are guesses, and a wrong one is no error."""
        try:
            page = self.at(url)
            return page, parse(page.body, page.url, page.content_type, links_too=False, now=page.when)
        except (InputError, UnavailableError):
            return None


@dataclass(slots=True, kw_only=True)
class Found:
    """What was seen: the listing and where it stands, the page that led there, and sitemaps beside it."""

    page: Page
    listing: Listing
    where: str
    markup: str = ""
    news: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()


def draft(url: str, slug: str | None, settings: Settings, *, wait: Wait = time.sleep) -> str:
    """The text of a source file that works as it stands in PUTUTU_SOURCES_DIR.

    Raises InputError (no address, nothing that lists articles) or UnavailableError (the site does not answer).
    """
    look = Look(settings, wait)
    found = _look(url, look)
    home = url if feed_of(url) else _home(found)
    listing, entries = found.listing, found.listing.entries
    platform = _platform(found)
    sitemap = "sitemap" in listing.kind
    source = Source(
        slug=_slug(slug, url if feed_of(url) else home),
        name=_name(found, home),
        home=home,
        kind="post" if _posts(entries) else "news",
        language=listing.language or _language(found) or (None if _posts(entries) else "es"),
        platform=platform,
        feeds=() if sitemap else (found.where,),
        sitemaps=(found.where,) if sitemap else found.news,
        archives=found.archives,
        items_a_day=_a_day(entries),
        delay=max(_delay(home, settings), crawl_delay(found.where, look.robots)),
        article=_article(entries) if platform == "listing" else None,
        fields=_fields(found) if platform == "json" else {},
        full_in_feed=_whole(entries),
    )
    return render(
        source,
        f"drafted from {url} on {found.page.when:%Y-%m-%d}, which listed {len(entries)} items. Fill in region, licence and terms_reviewed.",
    )


def _look(url: str, look: Look) -> Found:
    page = look.at(feed_of(url) or url)
    try:
        listing = parse(page.body, page.url, page.content_type, links_too=False, now=page.when)
        return Found(page=page, listing=listing, where=page.url)
    except ListingError as error:
        if error.state == "empty":
            raise InputError(
                f"{page.url}: {error.reason}", "Give the address of a feed with entries, or of the front page."
            ) from error
    markup = decode(page.body, page.content_type)
    section = urlsplit(page.url).path.rstrip("/") + "/"
    # of a section's page its own feed before the whole site's
    announced = sorted(feeds_of(markup, page.url), key=lambda one: not urlsplit(one).path.startswith(section))
    announced = announced[:MOST_ALTERNATES]
    guessed = ("/feed/", WORDPRESS_POSTS) if is_wordpress(markup) else GUESSES
    feed = _first(look, announced) or _first(look, (urljoin(page.url, one) for one in guessed if not announced))
    news, archives = _sitemaps(look, page.url, feed is None)
    if feed is not None:
        return Found(page=page, listing=feed[1], where=feed[0].url, markup=markup, news=news, archives=archives)
    if news and (told := look.listing(news[0])) is not None:
        return Found(page=page, listing=told[1], where=news[0], markup=markup, archives=archives)
    try:
        listing = parse(page.body, page.url, page.content_type, links_too=True, now=page.when)
    except ListingError as error:
        if is_challenged(page):
            raise UnavailableError(
                f"{page.url}: the site sends a challenge page instead.",
                "It does not want to be read by programs: leave it, or ask its owner.",
            ) from error
        raise InputError(
            f"{page.url}: no feed is announced, none stands where common systems keep it, and no link looks like an article's.",
            "Give a front page, a feed or a sitemap.",
        ) from error
    return Found(page=page, listing=listing, where=page.url, markup=markup, archives=archives)


def _first(look: Look, addresses: Iterable[str]) -> tuple[Page, Listing] | None:
    return next((told for address in addresses if (told := look.listing(address)) is not None), None)


def _sitemaps(look: Look, home: str, guess: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """News sitemaps, and sitemaps of everything, among those that robots.txt names (of the same site: it may name any)."""
    named = [url for url in sitemaps_of(home, look.robots) if same_site(url, home)]
    named.sort(key=lambda url: not re.search(r"news|noticias", url, re.I))
    if not named and guess:
        named = [urljoin(home, one) for one in SITEMAPS]
    news, others = [], []
    for address in named[:MOST_SITEMAPS]:
        told = look.listing(address)
        if told is not None and told[1].kind == "news_sitemap":
            news.append(address)
        elif told is not None and "sitemap" in told[1].kind:
            others.append(address)
    return tuple(news), tuple(others)


def is_wordpress(markup: str) -> bool:
    """Whether a page says that WordPress made it."""
    return bool(
        re.search(
            r"<link[^>]+https://api\.w\.org/|/wp-(?:content|includes|json)/|<meta[^>]+generator[^>]+WordPress",
            markup[:200_000],
            re.I,
        )
    )


def _home(found: Found) -> str:
    url = found.page.url
    front = found.markup and urlsplit(url).path.strip("/") == ""
    return url if front else "{0.scheme}://{0.netloc}/".format(urlsplit(url))


def _name(found: Found, home: str) -> str:
    title = found.listing.title
    if not title:
        root = tree(decode(found.page.body, found.page.content_type))
        title = one_line((root.findtext(".//title") if root is not None else "") or "")
    if not title and found.listing.kind == "bluesky":
        title = next((f"Bluesky: {entry.author[0]}" for entry in found.listing.entries if entry.author), "")
    title = re.split(r"\s*[|»]\s*|\s+[-–—]\s+", title)[0].strip()
    return title[:80] or host(home)


def _language(found: Found) -> str | None:
    root = tree(decode(found.page.body, found.page.content_type))
    return language_code(root.get("lang")) if root is not None else None


def _posts(entries: tuple[Entry, ...]) -> bool:
    return bool(entries) and all(entry.kind == "post" for entry in entries)


def _platform(found: Found) -> Platform:
    kind, where, first = found.listing.kind, found.where, found.listing.entries[0].native_id or ""
    if kind in ("mastodon", "bluesky", "telegram"):
        return kind
    if _posts(found.listing.entries):
        return "youtube" if first.startswith("yt:") else "reddit" if first.startswith("reddit:") else "mastodon"
    if kind == "json":
        return "wordpress" if "/wp-json/" in where else "json"
    if kind == "listing":
        return "listing"
    if "/arc/outboundfeeds/" in where or "/arcio/" in where:
        return "arc"
    made = found.markup or decode(found.page.body[:20_000], found.page.content_type)
    return "wordpress" if is_wordpress(made) or "wordpress.org/?v=" in made.lower() else "feed"


def _fields(found: Found) -> dict[str, str]:
    """Where the items of a JSON listing seem to be."""
    data: Any = json.loads(decode(unpack(found.page.body), found.page.content_type), strict=False)
    return json_listing.guess(data) or {}


def _whole(entries: tuple[Entry, ...]) -> bool:
    """Whether the feed prints whole articles: every one is long, and none says that there is more."""
    told = not _posts(entries) and bool(entries)
    return told and all(len(entry.text) >= 600 and not entry.text.endswith("[…]") for entry in entries)


def _a_day(entries: tuple[Entry, ...]) -> float | None:
    """How many items came a day, by the dates of a listing: what lies between its newest and its oldest."""
    when = sorted(entry.published.when for entry in entries if entry.published)
    span = (when[-1] - when[0]).total_seconds() / 86400 if len(when) >= 5 else 0.0
    if span < 1 / 24:
        return None
    rate = (len(when) - 1) / span
    return max(0.1, round(rate) if rate >= 3 else round(rate, 1))


def _article(entries: tuple[Entry, ...]) -> str | None:
    """The form that nearly all addresses of a front page share; what does not have it is then left out."""
    if len(entries) < 5:
        return None
    shared = (
        form for form in ARTICLES if sum(bool(re.search(form, entry.url)) for entry in entries) >= 0.8 * len(entries)
    )
    return next(shared, None)


def _delay(home: str, settings: Settings) -> float:
    """Five seconds; none towards a machine of the operator's own private network."""
    try:
        check_public(home)
    except (InputError, UnavailableError):
        return 0.0 if settings.allow_private else 5.0
    return 5.0


def _slug(slug: str | None, home: str) -> str:
    if slug is not None:
        if not SLUG.fullmatch(slug):
            raise InputError(f"{slug!r} cannot be a slug.", "Small letters, digits and _, a letter first, at most 40.")
        return slug
    known = site(home).rpartition(".")[0] or site(home)
    if feed_of(home):
        known += "_" + urlsplit(home).path.rstrip("/").rpartition("/")[2]
    return as_slug(known)


def as_slug(name: str) -> str:
    """A slug made of any name: small letters, digits and `_`, at most 40."""
    plain = re.sub(r"[^a-z0-9]+", "_", fold(name).replace("ñ", "n")).strip("_")[:40]
    return plain if SLUG.fullmatch(plain) else f"s_{plain}"[:40].rstrip("_")
