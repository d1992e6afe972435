"""What a source is: 10 to 40 lines of facts about one outlet, and at most a few overrides."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal
from urllib.parse import urlsplit

from core.document import KINDS, Kind

Platform = Literal["feed", "arc", "wordpress", "json", "mastodon", "listing"]
Status = Literal["verified", "probation", "listed"]

PLATFORMS: tuple[Platform, ...] = ("feed", "arc", "wordpress", "json", "mastodon", "listing")
STATUSES: tuple[Status, ...] = ("verified", "probation", "listed")
SELECTORS = ("title", "summary", "text", "author", "published", "section", "remove")
SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")
LEAST_INTERVAL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One outlet. Only `name`, `home` and a feed or sitemap are a must; the slug is the name of the file.

    `feeds` are what the platform lists items with (RSS, JSON, tag timelines); `sitemaps` are news sitemaps beside them.
    `min_interval` is the shortest time between two polls, `delay` between two requests to the host, both in seconds.
    `article` is a regular expression an item's address must match (searched, not anchored), `skip` are those it must not.
    `selectors` name CSS overrides for `title, summary, text, author, published, section`, and `remove` for what goes out.
    `full_in_feed`: the feed prints whole articles, so pages are not fetched. `licence` is empty where none is known.
    """

    slug: str = ""
    name: str
    home: str
    kind: Kind = "news"
    language: str | None = "es"
    region: str | None = None
    platform: Platform = "feed"
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    items_a_day: float | None = None
    min_interval: int = 900
    delay: float = 5.0
    licence: str = ""
    terms_reviewed: str | None = None
    status: Status = "probation"
    reason: str = ""
    article: str | None = None
    skip: tuple[str, ...] = ()
    selectors: Mapping[str, str] = field(default_factory=dict)
    full_in_feed: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be crawled; the message names the field."""
        _must(not self.slug or bool(SLUG.fullmatch(self.slug)), "slug", "must be small letters, digits and _")
        _must(bool(self.name.strip()), "name", "must not be empty")
        for url in (self.home, *self.feeds, *self.sitemaps):
            _must(
                urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname),
                "home, feeds, sitemaps",
                f"{url!r} is no http address",
            )
        _must(
            isinstance(self.feeds, tuple) and isinstance(self.sitemaps, tuple),
            "feeds, sitemaps",
            "must be tuples: mind the comma in ('...',)",
        )
        _must(bool(self.feeds or self.sitemaps), "feeds", "must name at least one feed (or `sitemaps` one sitemap)")
        _must(self.kind in KINDS, "kind", f"must be one of {', '.join(KINDS)}")
        _must(self.platform in PLATFORMS, "platform", f"must be one of {', '.join(PLATFORMS)}")
        _must(self.status in STATUSES, "status", f"must be one of {', '.join(STATUSES)}")
        _must(self.min_interval >= LEAST_INTERVAL, "min_interval", f"must be {LEAST_INTERVAL} seconds or more")
        _must(self.delay >= 0, "delay", "must not be negative")
        for name in self.selectors:
            _must(name in SELECTORS, "selectors", f"{name!r} is none of {', '.join(SELECTORS)}")
        for pattern in (self.article or "", *self.skip):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"article, skip: {pattern!r} is no regular expression ({error})") from error

    def takes(self, url: str) -> bool:
        """Whether an address that a listing shows is an item of this source (by `article` and `skip`)."""
        if self.article and not re.search(self.article, url):
            return False
        return not any(re.search(pattern, url) for pattern in self.skip)

    @property
    def listings(self) -> tuple[str, ...]:
        """Every address that is polled."""
        return self.feeds + self.sitemaps

    @property
    def whole_entries(self) -> bool:
        """Whether an entry of the listing is the document itself, so that no page is fetched."""
        return self.full_in_feed or self.platform == "mastodon"

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON-able values, for the crawl child and `sources export`."""
        return {
            name: list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Source":
        """The inverse of `to_json`. Raises TypeError for unknown keys, ValueError for values that cannot be."""
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(row) - known):
            raise TypeError(f"unknown fields: {', '.join(unknown)}")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
        }
        return cls(**values)


def _must(holds: bool, where: str, why: str) -> None:
    if not holds:
        raise ValueError(f"{where}: {why}")
