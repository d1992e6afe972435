"""What a crawl makes of the entries of a listing: whether one is the document itself, when it is from, and what is kept of it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crawler.platforms import Entry
from crawler.published import url_moment
from crawler.source import Source

WHOLE = 250
"""Characters from which an entry's text is taken for the whole article."""


def is_whole(entry: Entry, source: Source) -> bool:
    """Whether an entry's text is the whole post or article, not its beginning; of a norm or bill the listing is all there is."""
    if entry.kind == "post" or source.kind in ("norm", "bill"):
        return bool(entry.text or entry.title)
    return len(entry.text) >= WHOLE and not entry.text.rstrip().endswith("[…]")


def dated_at(entry: Entry, now: datetime) -> datetime | None:
    """When an item was published as far as its listing tells: its date, the day in its address, else not after `modified`."""
    if entry.published:
        return entry.published.when
    day = url_moment(entry.url, now)
    return day.when if day else entry.modified


def rows_of(entries: Sequence[Entry], now: datetime) -> list[dict[str, Any]]:
    """Entries for the frontier: whole texts stay in the archive, only their digest is kept."""
    rows = []
    for entry in entries:
        when = dated_at(entry, now)
        digest = (
            hashlib.sha256(" ".join(entry.text.split()).encode("utf-8", "replace")).hexdigest()[:20]
            if entry.text
            else None
        )
        rows.append(entry.to_json(with_text=False) | {"dated": when.isoformat() if when else None, "digest": digest})
    return rows
