"""One file per kind of place where items are listed, and the one door: bytes -> Listing.

The prolog is cut away before anything is parsed: no document type, no entity definition is ever read. What the bytes are
is found by looking at them: content types of feeds are wrong too often. A source's file adds what only it knows: the
selectors of a listing page, the keys of a JSON answer. Two failures differ: a listing that is `empty` (valid, nothing in
it) and one that is `invalid` (a page instead of a feed, JSON that turned into HTML).
"""

import gzip
import io
import json
import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from crawler.markup import decode
from crawler.platforms import bluesky, feed, json_listing, links, listing, mastodon, sitemap, telegram, wordpress
from crawler.platforms.entry import Entry, Listing, ListingError, ListingKind
from crawler.platforms.repair import from_root
from crawler.source import Source

LARGEST = 50 * 2**20
# atomic groups: a prolog of many comments is read once, not in every way it can be cut up
_PROLOG = re.compile(
    r"(?>\s*(?:<\?[^>]*\?>|<!--(?:(?!-->).)*+-->|<!DOCTYPE[^>\[]*+(?:\[(?:(?!\]\s*>).)*+\]\s*)?>))*+\s*<(?P<root>[A-Za-z_][\w.:-]*)",
    re.S | re.I,
)
FEED_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "channel"})
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})

__all__ = ["Entry", "Listing", "ListingError", "ListingKind", "parse", "unpack"]


def parse(
    body: bytes, url: str, content_type: str = "", *, source: Source | None = None, links_too: bool | None = None,
    now: datetime | None = None,
) -> Listing:  # fmt: skip
    """What a listing at `url` shows. `links_too` also reads an HTML page by its links (by default where no `source` says that it is a feed's place).

    Raises ListingError, whose `state` is `empty` or `invalid` and whose reason says what came instead.
    """
    now = now or datetime.now(UTC)
    if links_too is None:
        links_too = source is None or source.is_page(url)
    text = decode(unpack(body), content_type)
    start = text.lstrip()[:1]
    if not start:
        raise ListingError("The listing is a page without a byte in it.", "Look at it in a browser.", "empty")
    if start in "{[":
        found = _json(text, url, now, source)
    elif match := _PROLOG.match(text[:100_000]):
        found = _markup(match["root"].lower(), text[match.start("root") - 1 :], url, now, source, links_too)
    elif (rest := from_root(text)) is not None:
        found = _markup(*rest, url, now, source, links_too)
    elif (lines := sitemap.plain(text, url)) is not None:
        found = lines
    else:
        raise ListingError(
            f"This is no feed, sitemap or JSON listing: it starts with {text.lstrip()[:40]!r}.",
            "Check the address in a browser.",
        )
    if not found.entries:
        left_out = f" ({'; '.join(found.notes)})" if found.notes else ""
        raise ListingError(
            f"The {found.kind.replace('_', ' ')} is valid and has no entries{left_out}.", "Check whether it moved.", "empty"
        )  # fmt: skip
    return _told_apart(found)


def _told_apart(found: Listing) -> Listing:
    """Without the ids that items with different addresses share (a guid that is the outlet's or the section's): they name none of them."""
    first: dict[str, str] = {}
    shared = {
        one.native_id for one in found.entries if one.native_id and first.setdefault(one.native_id, one.url) != one.url
    }
    if not shared:
        return found
    entries = tuple(replace(one, native_id=None) if one.native_id in shared else one for one in found.entries)
    note = f"{len(shared)} ids are of several items each, and were left out"
    return replace(found, entries=entries, notes=(*found.notes, note))


def unpack(body: bytes) -> bytes:
    """A gzipped sitemap as it was before (also packed twice, by the site and by its server); bounded, so that a few
    kilobytes cannot become gigabytes."""
    for _ in range(2):
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


def _json(text: str, url: str, now: datetime, source: Source | None) -> Listing:
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ListingError(
            f"The listing looks like JSON and is none ({error}).", "Fetch it again; it may have been cut."
        ) from error
    if data in ([], {}):
        raise ListingError("The JSON listing is valid and has no entries.", "Check whether it moved.", "empty")
    try:
        return _known(data, url, now, source)
    except RecursionError as error:
        raise ListingError("The JSON is nested too deep to be a listing.", "Check the address in a browser.") from error


def _known(data: Any, url: str, now: datetime, source: Source | None) -> Listing:
    if source is not None and source.fields and (found := json_listing.items(data, url, now, source.fields)):
        return found
    for reader in (feed.json_feed, mastodon.timeline, bluesky.author_feed, wordpress.posts, json_listing.items):
        if (found := reader(data, url, now)) is not None:
            return found
    if isinstance(data, dict) and (
        told := next((data[key] for key in ("message", "error") if isinstance(data.get(key), str)), "")
    ):
        raise ListingError(
            f"The site answers with an error: {told[:200]!r}.", "Check the address, or whether it is public."
        )
    raise ListingError(
        "This JSON is none of the listings that are known.",
        "Known: JSON Feed, WordPress posts, Mastodon, Bluesky, lists of objects with an address and a title; else name `fields` in the source's file.",
    )  # fmt: skip


def _markup(root: str, text: str, url: str, now: datetime, source: Source | None, links_too: bool) -> Listing:
    if root in FEED_ROOTS or root.endswith(":rdf"):
        return feed.xml_feed(text, url, now)
    if root.rpartition(":")[2] in SITEMAP_ROOTS:
        return sitemap.read(text, url, now)
    if root != "html" and (rest := from_root(text)) is not None:  # a program's warning stands before the feed
        return _markup(*rest, url, now, source, links_too)
    if telegram.MARK in text:
        return telegram.preview(text, url, now)
    if root == "html" or re.search(r"<(?:html|head|body)[\s>]", text[:5000], re.I) or links_too:
        if links_too and source is not None and source.listing:
            return listing.by_selectors(text, url, now, source.listing)
        if links_too:
            return links.front_page(text, url, now)
        raise ListingError(
            "An HTML page came where a feed was expected.",
            "The feed moved, or the site asks for a browser: look at the address.",
        )
    raise ListingError(f"This XML is no feed and no sitemap: its root is <{root}>.", "Check the address in a browser.")
