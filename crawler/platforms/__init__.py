"""One file per kind of place where items are listed, and the one door: bytes -> Listing.

The prolog is cut away before anything is parsed: no document type, no entity definition is ever read. What the bytes are is found by looking at them: content types of feeds are wrong too often. Two failures differ: a listing
that is `empty` (valid, nothing in it) and one that is `invalid` (a page instead of a feed, JSON that turned into HTML).
"""

import gzip
import io
import json
import re
import zlib
from datetime import UTC, datetime

from crawler.markup import decode
from crawler.platforms import feed, json_listing, links, mastodon, sitemap, wordpress
from crawler.platforms.entry import Entry, Listing, ListingError, ListingKind

LARGEST = 50 * 2**20
_PROLOG = re.compile(
    r"\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*<(?P<root>[A-Za-z_][\w.:-]*)", re.S | re.I
)
FEED_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "channel"})
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})

__all__ = ["Entry", "Listing", "ListingError", "ListingKind", "parse"]


def parse(
    body: bytes, url: str, content_type: str = "", *, links_too: bool = True, now: datetime | None = None
) -> Listing:
    """What a listing at `url` shows. `links_too` also reads an HTML front page by its links; a crawl that expects a feed says False.

    Raises ListingError, whose `state` is `empty` or `invalid` and whose reason says what came instead.
    """
    now = now or datetime.now(UTC)
    body = unpack(body)
    text = decode(body, content_type)
    start = text.lstrip()[:1]
    if not start:
        raise ListingError("The listing is a page without a byte in it.", "Look at it in a browser.", "empty")
    if start in "{[":
        listing = _json(text, url, now)
    elif match := _PROLOG.match(text[:100_000]):
        listing = _markup(match["root"].lower(), text[match.start("root") - 1 :], url, now, links_too)
    else:
        raise ListingError(
            f"This is no feed, sitemap or JSON listing: it starts with {text.lstrip()[:40]!r}.",
            "Check the address in a browser.",
        )
    if not listing.entries:
        raise ListingError(
            f"The {listing.kind.replace('_', ' ')} is valid and has no entries.", "Check whether it moved.", "empty"
        )
    return listing


def unpack(body: bytes) -> bytes:
    """A gzipped sitemap as it was before; bounded, so that a few kilobytes cannot become gigabytes."""
    if body.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(body)) as packed:
                body = packed.read(LARGEST + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ListingError(f"The listing's gzip data is broken ({error}).", "Fetch it again.") from error
    if len(body) > LARGEST:
        raise ListingError(
            f"The listing is larger than {LARGEST // 2**20} MB.", "Name a smaller one, e.g. of one section."
        )
    return body


def _json(text: str, url: str, now: datetime) -> Listing:
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ListingError(
            f"The listing looks like JSON and is none ({error}).", "Fetch it again; it may have been cut."
        ) from error
    for reader in (feed.json_feed, mastodon.timeline, wordpress.posts, json_listing.items):
        if (listing := reader(data, url, now)) is not None:
            return listing
    if data in ([], {}):
        raise ListingError("The JSON listing is valid and has no entries.", "Check whether it moved.", "empty")
    raise ListingError(
        "This JSON is none of the listings that are known.",
        "Known: JSON Feed, Mastodon timelines, WordPress posts, El Peruano's news.",
    )


def _markup(root: str, text: str, url: str, now: datetime, links_too: bool) -> Listing:
    if root in FEED_ROOTS or root.endswith(":rdf"):
        return feed.xml_feed(text, url, now)
    if root.rpartition(":")[2] in SITEMAP_ROOTS:
        return sitemap.read(text, url, now)
    if root == "html" or re.search(r"<(?:html|head|body)[\s>]", text[:5000], re.I) or links_too:
        if links_too:
            return links.front_page(text, url, now)
        raise ListingError(
            "An HTML page came where a feed was expected.",
            "The feed moved, or the site asks for a browser: look at the address.",
        )
    raise ListingError(f"This XML is no feed and no sitemap: its root is <{root}>.", "Check the address in a browser.")
