"""Public posts as feeds: YouTube's channels (Atom), Reddit's communities (Atom), Mastodon's accounts and tags (RSS).

A feed says by its own marks that it is one of these, so a post stays a post whoever reads it.
"""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from crawler.markup import to_text
from crawler.platforms.entry import Entry

TITLE = 100
"""A post has no title: the beginning of its text stands for one, cut at a word."""
_REDDIT = re.compile(r"<!-- SC_OFF -->(.*)<!-- SC_ON -->", re.S)


def as_post(entry: Entry, item: Any, feed: Any) -> Entry:
    """The entry as a post where its feed is one of posts, else as it is. `item` and `feed` are feedparser's."""
    if item.get("yt_videoid"):
        return _video(entry, str(item["yt_videoid"]))
    # feedparser takes Reddit's bare ids for relative addresses
    if _site(entry.url) == "reddit.com" and (id := re.search(r"(?:^|/)(t\d_\w+)$", str(item.get("id") or ""))):
        return _reddit(entry, item, id[1])
    if str(feed.get("generator") or "").startswith("Mastodon"):
        return _mastodon(entry, feed)
    return entry


def _video(entry: Entry, video: str) -> Entry:
    return replace(entry, kind="post", text=entry.summary, summary="", native_id=f"yt:video:{video}")


def _reddit(entry: Entry, item: Any, id: str) -> Entry:
    """Only what the author wrote: a link post has a title and no text; the line with `[link] [comments]` is Reddit's."""
    content = max((one.get("value", "") for one in item.get("content", [])), key=len, default="")
    written = _REDDIT.search(content)
    return replace(
        entry, kind="post", text=to_text(written[1]) if written else "", summary="", native_id=f"reddit:{id}",
        author=tuple(name.lstrip("/") for name in entry.author),
    )  # fmt: skip


def _mastodon(entry: Entry, feed: Any) -> Entry:
    """An account's posts carry no author: the feed's own description names it (`... posts from @name@host`)."""
    named = re.search(r"@([\w.-]+@[\w.-]+\w)", str(feed.get("subtitle") or ""))
    text = entry.text or entry.summary
    return replace(
        entry, kind="post", title=headline(text), text=text, summary="", section=None, native_id=entry.url,
        author=entry.author or ((named[1],) if named else ()),
    )  # fmt: skip


def headline(text: str) -> str:
    """The first line of a post, at most TITLE characters, cut at a word with an ellipsis."""
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if len(first) <= TITLE:
        return first
    return first[: TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"


def _site(url: str) -> str:
    return re.sub(r"^(?:www|old|new|np)\.", "", urlsplit(url).hostname or "")
