"""What a listing says of one item, and the listing itself: the nouns that every platform reader gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import urljoin, urlsplit

from core.document import Kind
from core.errors import InputError
from core.time import Moment, parse_date

ListingKind = Literal[
    "rss", "atom", "json_feed", "sitemap", "news_sitemap", "sitemap_index", "listing", "json", "mastodon", "bluesky",
    "telegram",
]  # fmt: skip


class ListingError(InputError):
    """A listing that gives no items: `state` is `empty` (valid, nothing in it) or `invalid` (not what a listing is)."""

    def __init__(self, reason: str, mend: str = "", state: Literal["empty", "invalid"] = "invalid") -> None:
        super().__init__(reason, mend)
        self.state = state

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:  # type: ignore[override]
        return type(self), (self.reason, self.mend, self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as its listing shows it. `text` is filled only where the listing prints the whole article or post.

    `modified` is a sitemap's `lastmod`: no date of publication, but what is older was not published later. `note` says
    what of the item could not be used (a date in 2099), so that it is counted and seen, not dropped silently.
    """

    url: str
    title: str = ""
    summary: str = ""
    published: Moment | None = None
    author: tuple[str, ...] = ()
    section: str | None = None
    text: str = ""
    language: str | None = None
    native_id: str | None = None
    kind: Kind | None = None
    modified: datetime | None = None
    note: str | None = None

    def to_json(self, *, with_text: bool = True) -> dict[str, Any]:
        """JSON-able, for the frontier row; `with_text=False` leaves the whole text to the archive."""
        return {
            "url": self.url, "title": self.title, "summary": self.summary,
            "published": self.published.when.isoformat() if self.published else None, "precision": self.published.precision if self.published else None,
            "author": list(self.author), "section": self.section, "text": self.text if with_text else "",
            "language": self.language, "native_id": self.native_id, "kind": self.kind,
            "modified": self.modified.isoformat() if self.modified else None, "note": self.note,
        }  # fmt: skip

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Entry":
        """The inverse of `to_json`; keys that are missing or null keep their default."""
        values = {name: row[name] for name in cls.__dataclass_fields__ if row.get(name) is not None}
        moments = {
            name: datetime.fromisoformat(values[name]).astimezone(UTC)
            for name in ("published", "modified")
            if isinstance(values.get(name), str)
        }
        values |= moments
        if "published" in moments:
            values["published"] = Moment(moments["published"], row.get("precision") or "second")
        if "author" in values:
            values["author"] = tuple(values["author"])
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A parsed listing: its kind, its title and language, its entries in the order printed, and listings it points to.

    `notes` say what of the listing was not as its source's file leads to expect (a selector that finds nothing any more).
    """

    kind: ListingKind
    title: str = ""
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    children: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Dated(NamedTuple):
    """When a listing says an item was published, and a note where it says what cannot be."""

    moment: Moment | None = None
    note: str | None = None


def dated(raw: str | None, now: datetime) -> Dated:
    """The moment a listing's date means, or a note where it cannot be meant (in the far future, before 1990, unreadable)."""
    raw = (raw or "").strip()
    if not raw:
        return Dated()
    moment = parse_date(raw, now=now)
    return Dated(moment) if moment else Dated(note=f"its date {raw[:60]!r} cannot be and was left out")


def web_link(base: str, link: str) -> str:
    """A link of a listing as an absolute http(s) address, or an empty string where it is none."""
    try:
        joined = urljoin(base, link.strip()) if link.strip() else ""
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if parts.scheme in ("http", "https") and parts.hostname else ""
