"""Mastodon's timelines: public posts. Only public ones are taken, and a boost counts as the post it repeats."""

from datetime import datetime
from typing import Any

from crawler.language import language_code
from crawler.markup import one_line, to_text
from crawler.platforms.entry import Entry, Listing, dated

TITLE = 100
"""A post has no title: the beginning of its text stands for one, cut at a word."""


def timeline(data: Any, url: str, now: datetime) -> Listing | None:
    """The posts of a timeline, or None where the data is something else."""
    if (
        not isinstance(data, list)
        or not data
        or not all(isinstance(row, dict) and {"uri", "content", "created_at"} <= row.keys() for row in data)
    ):
        return None
    rows = [row["reblog"] if isinstance(row.get("reblog"), dict) else row for row in data]
    entries = [
        _entry(row, now)
        for row in rows
        if row.get("visibility", "public") == "public" and (row.get("url") or str(row["uri"]).startswith("http"))
    ]
    return Listing(kind="mastodon", entries=tuple(entries))


def _entry(row: dict[str, Any], now: datetime) -> Entry:
    date = dated(str(row["created_at"]), now)
    warning = one_line(str(row.get("spoiler_text") or ""))
    text = to_text(str(row["content"]))
    account = row.get("account") if isinstance(row.get("account"), dict) else {}
    return Entry(
        url=str(row.get("url") or row["uri"]),
        title=headline("\n".join(filter(None, (warning, text)))),
        text="\n".join(filter(None, (warning, text))),
        published=date.moment,
        author=tuple(filter(None, (one_line(str((account or {}).get("acct") or "")),))),
        language=language_code(row.get("language")),
        native_id=str(row["uri"]),
        kind="post",
        note=date.note,
    )


def headline(text: str) -> str:
    """The first line of a post, at most TITLE characters, cut at a word with an ellipsis."""
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if len(first) <= TITLE:
        return first
    return first[: TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"
