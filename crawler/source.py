"""What a source is: 10 to 40 lines of facts about one outlet, and at most a few overrides."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from core.document import KINDS, Kind

Platform = Literal[
    "feed", "arc", "wordpress", "json", "listing", "mastodon", "bluesky", "youtube", "reddit", "telegram"
]
Status = Literal["verified", "probation", "listed"]

PLATFORMS: tuple[Platform, ...] = (
    "feed", "arc", "wordpress", "json", "listing", "mastodon", "bluesky", "youtube", "reddit", "telegram",
)  # fmt: skip
POSTS = frozenset(("mastodon", "bluesky", "youtube", "reddit", "telegram"))
"""Platforms whose listings print public posts whole."""
STATUSES: tuple[Status, ...] = ("verified", "probation", "listed")
SELECTORS = ("title", "summary", "text", "author", "published", "section", "remove")
LISTING = ("item", "link", "title", "summary", "author", "published", "section")
FIELDS = (
    "items", "url", "title", "summary", "text", "author", "published", "section", "language", "native_id", "more", "offset",
)  # fmt: skip
SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")
LEAST_INTERVAL = 60
WORDPRESS_PAST = "wp-json/wp/v2/posts?after={eve:%Y-%m-%d}T23:59:59&before={next:%Y-%m-%d}T00:00:00&per_page=100"
"""WordPress' own list of one day's posts (both bounds are exclusive, and in the site's own time)."""
_PLACEHOLDER = re.compile(r"\{(day|eve|next)(?::([^{}]*))?\}|\{(page)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One outlet. Only `name`, `home` and a feed or sitemap are a must (a `listed` one has none); the slug is the name of the file.

    `feeds` are what the platform lists items with (RSS, JSON, listing pages, timelines); `sitemaps` are news sitemaps beside
    them. `archives` list the past and are asked by a backfill only. Any of them may be a template with `{day:%Y-%m-%d}`
    (also `{eve}`, `{next}`: the days before and after), archives with `{page}` too. `bodies` holds what is sent by POST to
    a feed that wants a question (JSON text by feed). `min_interval` is the shortest time between two polls,
    `delay` between two requests to the host, both in seconds.
    `article` is a regular expression an item's address must match (searched, not anchored), `skip` are those it must not.
    `selectors` name CSS overrides for an article's `title, summary, text, author, published, section`, and `remove` for
    what goes out; `listing` the CSS of a listing page (`item, link, title, summary, author, published, section`);
    `fields` where a JSON listing keeps `items, url, title, summary, text, author, published, section, language, native_id`,
    `more` a flag of it that says there is another page, `offset` the parameter of the address that leads there.
    `full_in_feed`: the feed prints whole articles, so pages are not fetched. `licence` is empty where none is known,
    `terms_reviewed` the day (YYYY-MM-DD) on which somebody read the terms of use. `status` says how well the routes are
    evidenced: `verified`, `probation` (until a health check promotes it), `listed` (never crawled, `reason` says why).
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
    archives: tuple[str, ...] = ()
    bodies: Mapping[str, str] = field(default_factory=dict)
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
    listing: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    full_in_feed: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be crawled; the message names the field."""
        _check_types(self)
        _must(not self.slug or bool(SLUG.fullmatch(self.slug)), "slug", "must be small letters, digits and _")
        _must(bool(self.name.strip()), "name", "must not be empty")
        for where, url in (("home", self.home), *(("feeds, sitemaps", url) for url in self.listings)):
            _must(_is_web(_expanded(url, date(2020, 1, 2))), where, f"{url!r} is no http address")
            _must("{page}" not in url, where, f"{url!r}: only archives have pages")
        for url in (*self.listings, *self.archives):
            _must(_is_web(_expanded(url, date(2020, 1, 2))), "archives", f"{url!r} is no http address")
            left = _PLACEHOLDER.sub("", url)
            _must("{" not in left and "}" not in left, "feeds, archives", f"{url!r}: known are {{day:%Y-%m-%d}}, {{eve}}, {{next}}, {{page}}")  # fmt: skip
        _must(set(self.bodies) <= set(self.feeds), "bodies", "must name feeds of this source")
        _must(
            bool(self.listings) or self.status == "listed", "feeds", "must name at least one feed (or `sitemaps` one)"
        )
        _must(self.status != "listed" or bool(self.reason), "reason", "must say why a listed source is not crawled")
        _must(self.kind in KINDS, "kind", f"must be one of {', '.join(KINDS)}")
        _must(self.platform in PLATFORMS, "platform", f"must be one of {', '.join(PLATFORMS)}")
        _must(self.status in STATUSES, "status", f"must be one of {', '.join(STATUSES)}")
        _must(
            LEAST_INTERVAL <= self.min_interval <= 604_800,
            "min_interval",
            f"must be {LEAST_INTERVAL} seconds or more, a week at most",
        )
        _must(0 <= self.delay <= 3600, "delay", "must be 0 to 3600 seconds")
        _must(self.items_a_day is None or 0 < self.items_a_day <= 100_000, "items_a_day", "must be more than 0")
        for where, known in (("selectors", SELECTORS), ("listing", LISTING), ("fields", FIELDS)):
            for name in getattr(self, where):
                _must(name in known, where, f"{name!r} is none of {', '.join(known)}")
        _must(not self.fields or "url" in self.fields, "fields", "must say where an item's `url` is")
        for pattern in (self.article or "", *self.skip):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"article, skip: {pattern!r} is no regular expression ({error})") from error
        if self.terms_reviewed is not None:
            _must(_is_day(self.terms_reviewed), "terms_reviewed", "must be a day, YYYY-MM-DD")

    def takes(self, url: str) -> bool:
        """Whether an address that a listing shows is an item of this source (by `article` and `skip`)."""
        if self.article and not re.search(self.article, url):
            return False
        return not any(re.search(pattern, url) for pattern in self.skip)

    @property
    def listings(self) -> tuple[str, ...]:
        """Every address that is polled, as its file has it (templates included)."""
        return self.feeds + self.sitemaps

    def polled(self, today: date) -> tuple[str, ...]:
        """Every address that is polled on this day (of Lima)."""
        return tuple(_expanded(url, today) for url in self.listings)

    def body(self, url: str) -> str | None:
        """What is sent by POST to a polled address, or None where it is asked for by GET."""
        return self.bodies.get(url)

    @property
    def whole_entries(self) -> bool:
        """Whether an entry of the listing is the document itself, so that no page is fetched."""
        return self.full_in_feed or self.platform in POSTS

    def is_page(self, url: str) -> bool:
        """Whether items are listed at this address by a page that people read: of a listing, or of a dated archive."""
        if self.platform == "listing":
            return True
        heads = (template.partition("{")[0] for template in self.archives if "{" in template)
        return any(url.startswith(head) for head in heads)

    def past(self, first: date, last: date) -> Iterator[str]:
        """The addresses that list what was published in these days, each once, the newest day first.

        A `{page}` stays in them: `numbered` fills it in. WordPress lists any of its days by itself.
        """
        templates = self.archives
        if not templates and self.platform == "wordpress":
            templates = (urljoin(self.home, WORDPRESS_PAST),)
        seen: set[str] = set()
        for back in range((last - first).days + 1):
            for template in templates:
                address = _expanded(template, last - timedelta(days=back))
                if address not in seen:
                    seen.add(address)
                    yield address

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
        if missing := sorted({"name", "home"} - row.keys()):
            raise TypeError(f"missing: {', '.join(missing)}")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
        }
        return cls(**values)


def numbered(address: str, page: int) -> str:
    """The address of a page of an archive: 1 is the first. An address without `{page}` has only one."""
    return address.replace("{page}", str(page))


def _expanded(template: str, day: date) -> str:
    days = {"day": day, "eve": day - timedelta(days=1), "next": day + timedelta(days=1)}
    return _PLACEHOLDER.sub(
        lambda match: "{page}" if match[3] else days[match[1]].strftime(match[2] or "%Y-%m-%d"), template
    )


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


_TYPES: dict[str, tuple[type, ...]] = {
    "language": (str, type(None)), "region": (str, type(None)), "terms_reviewed": (str, type(None)), "article": (str, type(None)),
    "items_a_day": (int, float, type(None)), "min_interval": (int, float), "delay": (int, float), "full_in_feed": (bool,),
}  # fmt: skip
_LISTS = ("feeds", "sitemaps", "archives", "skip")
_TABLES = ("selectors", "listing", "fields", "bodies")


def _check_types(source: Source) -> None:
    """A file or an import may hold anything: what is of the wrong kind is named by its field."""
    for name in Source.__dataclass_fields__:
        value = getattr(source, name)
        if name in _LISTS:
            texts = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
            _must(texts, name, "must be a tuple of texts: mind the comma in ('...',)")
        elif name in _TABLES:
            table = isinstance(value, Mapping) and all(isinstance(one, str) for pair in value.items() for one in pair)
            _must(table, name, "must name texts by texts: {'title': 'h1'}")
        else:
            kinds = _TYPES.get(name, (str,))
            right = isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)
            _must(right, name, f"must be {' or '.join('nothing' if k is type(None) else k.__name__ for k in kinds)}")


def _must(holds: bool, where: str, why: str) -> None:
    if not holds:
        raise ValueError(f"{where}: {why}")
