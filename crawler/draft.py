"""Draft a source file from a live page or feed: look once, politely, and write down what is seen."""

import re
from urllib.parse import urljoin, urlsplit

from core.errors import InputError, UnavailableError
from core.settings import Settings
from core.text import fold
from core.urls import check_public, host, site
from crawler.archive import Page
from crawler.language import language_code
from crawler.markup import decode, one_line, tree
from crawler.platforms import Listing, ListingError, parse
from crawler.platforms.links import feeds_of
from crawler.reading import Robots, crawl_delay, fetch
from crawler.source import SLUG, Platform, Source

GUESSES = (
    "/feed/",
    "/rss",
    "/arc/outboundfeeds/rss/?outputType=xml",
    "/rss.xml",
    "/feed.xml",
    "/sitemap/news",
    "/news-sitemap.xml",
)
"""Where common systems keep their feed, asked one after the other only when the page announces none."""


def draft(url: str, slug: str | None, settings: Settings) -> str:
    """The text of a source file that works as it stands in PUTUTU_SOURCES_DIR.

    Raises InputError (no address, nothing that lists articles) or UnavailableError (the site does not answer).
    """
    robots: Robots = {}
    page = fetch(url, settings, robots=robots)
    found, where, seen = _listing(page, settings, robots)
    home = _home(page, seen)
    source = Source(
        slug=_slug(slug, home),
        name=_name(found, page, home),
        home=home,
        kind="post" if found.kind == "mastodon" else "news",
        language=found.language or _language(page) or "es",
        platform=_platform(found, where, page),
        feeds=() if "sitemap" in found.kind else (where,),
        sitemaps=(where,) if "sitemap" in found.kind else (),
        delay=max(_delay(home, settings), crawl_delay(where, robots)),
        full_in_feed=found.kind != "mastodon"
        and bool(found.entries)
        and all(len(e.text) >= 600 and not e.text.endswith("[…]") for e in found.entries),
    )
    return render(source, len(found.entries))


def _listing(page: Page, settings: Settings, robots: Robots) -> tuple[Listing, str, str]:
    """What lists the articles, its address, and the page's HTML (empty when the address given is a feed itself)."""
    try:
        return parse(page.body, page.url, page.content_type, links_too=False, now=page.when), page.url, ""
    except ListingError as error:
        if error.state == "empty":
            raise InputError(
                f"{page.url}: {error.reason}", "Give the address of a feed with entries, or of the front page."
            ) from error
    markup = decode(page.body, page.content_type)
    announced = feeds_of(markup, page.url)
    for address in announced or [urljoin(page.url, guess) for guess in GUESSES]:
        try:
            feed = fetch(address, settings, robots=robots)
            return parse(feed.body, feed.url, feed.content_type, links_too=False, now=feed.when), feed.url, markup
        except (InputError, UnavailableError):
            continue
    try:
        return parse(page.body, page.url, page.content_type, now=page.when), page.url, markup
    except ListingError as error:
        raise InputError(
            f"{page.url}: no feed is announced, none stands where common systems keep it, and no link looks like an article's.",
            "Give a front page, a feed or a sitemap.",
        ) from error


def _home(page: Page, markup: str) -> str:
    return (
        page.url
        if markup and urlsplit(page.url).path.strip("/") == ""
        else "{0.scheme}://{0.netloc}/".format(urlsplit(page.url))
    )


def _name(found: Listing, page: Page, home: str) -> str:
    root = tree(decode(page.body, page.content_type)) if not found.title else None
    title = found.title or one_line((root.findtext(".//title") if root is not None else "") or "")
    title = re.split(r"\s*[|»]\s*|\s+[-–—]\s+", title)[0].strip()
    return title[:80] or host(home)


def _language(page: Page) -> str | None:
    root = tree(decode(page.body, page.content_type))
    return language_code(root.get("lang")) if root is not None else None


def _platform(found: Listing, where: str, page: Page) -> Platform:
    if found.kind == "mastodon":
        return "mastodon"
    if found.kind in ("json", "json_feed"):
        return "json" if found.kind == "json" else "feed"
    if found.kind == "listing":
        return "listing"
    if "/arc/outboundfeeds/" in where or "/arcio/" in where:
        return "arc"
    return "wordpress" if b"wordpress.org" in page.body[:20_000].lower() or b"/wp-content/" in page.body else "feed"


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
    name = re.sub(r"[^a-z0-9]+", "_", fold(site(home).rpartition(".")[0] or site(home)).replace("ñ", "n")).strip("_")[
        :40
    ]
    return name if SLUG.fullmatch(name) else f"s_{name}"[:40]


def render(source: Source, entries: int) -> str:
    """A source as the text of its file, only what differs from the defaults, and what a person still has to look up."""
    lines = [f"    name={_quoted(source.name)},", f"    home={_quoted(source.home)},"]
    plain = Source(name="x", home="https://x.pe/", feeds=("https://x.pe/",))
    for name in ("kind", "language", "platform", "feeds", "sitemaps", "delay", "full_in_feed"):
        value = getattr(source, name)
        if value != getattr(plain, name):
            shown = (
                "(" + "".join(f"{_quoted(item)}, " for item in value).rstrip() + ")"
                if isinstance(value, tuple)
                else _quoted(value)
                if isinstance(value, str)
                else repr(value)
            )
            lines.append(f"    {name}={shown},")
    safe = source.name.replace("\\", "").replace('"', "'")
    return "\n".join([
        f'"""{safe}: drafted from its page, which listed {entries} items. Fill in region, items_a_day, licence and terms_reviewed."""',
        "", "from crawler.source import Source", "", "SOURCE = Source(", *lines, ")", "",
    ])  # fmt: skip


def _quoted(text: str) -> str:
    return (
        '"'
        + "".join(char if char.isprintable() else " " for char in text).replace("\\", "\\\\").replace('"', '\\"')
        + '"'
    )
