"""Bluesky's author feeds (`app.bsky.feed.getAuthorFeed`), which its public AppView answers without a key."""

import re
from datetime import datetime
from typing import Any

from core.text import clean
from crawler.language import language_code
from crawler.platforms.entry import Entry, Listing, dated
from crawler.platforms.posts import headline

_POST = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/app\.bsky\.feed\.post/([A-Za-z0-9._~:-]+)")
_HANDLE = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
NOT_WITHOUT_LOGIN = "!no-unauthenticated"
"""The label of an account that asks not to be shown to those who are not logged in: we are not."""


def author_feed(data: Any, url: str, now: datetime) -> Listing | None:
    """The posts of an author feed (or of a search's `posts`), or None where the data is something else.

    A repost counts as the post it repeats. The address names the account by its handle, the id by its lasting DID.
    """
    if not isinstance(data, dict):
        return None
    rows = data.get("feed") if isinstance(data.get("feed"), list) else data.get("posts")
    if not isinstance(rows, list):
        return None
    posts = [row.get("post", row) if isinstance(row, dict) else None for row in rows]
    known = [post for post in posts if isinstance(post, dict) and _POST.fullmatch(str(post.get("uri")))]
    if rows and not known:
        return None
    open_ = [post for post in known if not _closed(post)]
    entries = tuple(entry for post in open_ if (entry := _entry(post, now)) is not None)
    hidden = len(known) - len(open_)
    notes = (f"{hidden} posts of accounts that ask not to be shown without login were left out",) if hidden else ()
    return Listing(kind="bluesky", entries=entries, notes=notes)


def _entry(post: dict[str, Any], now: datetime) -> Entry | None:
    record = post.get("record")
    if not isinstance(record, dict):
        return None
    match = _POST.fullmatch(str(post["uri"]))
    assert match is not None
    author = post["author"] if isinstance(post.get("author"), dict) else {}
    handle = str(author.get("handle") or "")
    named = _HANDLE.fullmatch(handle) and handle != "handle.invalid"
    text = clean("\n".join(filter(None, (str(record.get("text") or "").strip(), *_card(record)))))
    # a client may claim any date: the network has seen the post by `indexedAt` at the latest
    made, seen = dated(str(record.get("createdAt") or ""), now), dated(str(post.get("indexedAt") or ""), now)
    moment = made.moment if made.moment and not (seen.moment and seen.moment.when < made.moment.when) else seen.moment
    languages = record.get("langs")
    return Entry(
        url=f"https://bsky.app/profile/{handle if named else match[1]}/post/{match[2]}",
        title=headline(text),
        text=text,
        published=moment,
        author=(handle,) if named else (),
        language=language_code(languages[0]) if isinstance(languages, list) and languages else None,
        native_id=str(post["uri"]),
        kind="post",
        note=made.note,
    )


def _card(record: dict[str, Any]) -> list[str]:
    """Headline and lead of the link card, which a newsroom's post often leaves to the card alone."""
    embed = record.get("embed")
    if isinstance(embed, dict) and isinstance(embed.get("media"), dict):
        embed = embed["media"]
    card = embed.get("external") if isinstance(embed, dict) else None
    text = str(record.get("text") or "")
    shown = [str(card.get(name) or "").strip() for name in ("title", "description")] if isinstance(card, dict) else []
    return [line for line in shown if line and line not in text]


def _closed(post: dict[str, Any]) -> bool:
    author = post["author"] if isinstance(post.get("author"), dict) else {}
    labels = author.get("labels")
    known = labels if isinstance(labels, list) else []
    return any(isinstance(label, dict) and label.get("val") == NOT_WITHOUT_LOGIN for label in known)
