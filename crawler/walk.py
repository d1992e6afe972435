"""One walk through a source's past: its requests, what was found, and which items of a listing belong to the days asked for."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from core.errors import InputError
from core.time import day_bounds
from core.urls import same_site
from crawler.entries import dated_at
from crawler.past import Past
from crawler.period import period_of
from crawler.platforms import Entry
from crawler.source import Source

Kind = Literal["robots", "guess", "listing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of a walk. `template` has a `{page}`, of which `number` is asked for."""

    slug: str
    url: str
    kind: Kind = "listing"
    template: str | None = None
    number: int = 1
    depth: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Walk:
    """What is known of one source's past in this crawl."""

    past: Past
    announced: Sequence[str] | None = None
    steps: deque[Step] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    """Addresses planned, and those of the items found: each counts once."""
    flying: int = 0
    listings: int = 0
    planned: int = 0
    """Listings of items that a whole walk would read, as far as is known; `leaves`: those that were read."""
    leaves: int = 0
    inside: int = 0
    undated: int = 0
    asked: int = 0
    refusals: int = 0
    whole: bool = True
    """Whether everything that lists these days was read, so that a month in them is surveyed."""
    done: bool = False


def within(
    entries: Sequence[Entry], step: Step, wanted: Past, now: datetime
) -> list[tuple[Entry, datetime | None, bool]]:
    """What is worth knowing of a listing's items, with its date and whether it is surely of the days asked for.

    Not sure is what says no date, and what was last modified after those days: it may be older.
    """
    start, end = wanted.bounds
    kept = []
    for entry in entries:
        when = _when(entry, step, now)
        sure = when is not None and start <= when < end
        if sure or when is None or (when >= end and when == entry.modified):
            kept.append((entry, when, sure))
    return kept


def key(step: Step, wanted: Past) -> str:
    """Under what a listing's validators are kept: what it shows of other days was passed over, so it is read anew for them."""
    return f"{step.url} {wanted.first}..{wanted.last}"


def _when(entry: Entry, step: Step, now: datetime) -> datetime | None:
    """When an item is from: as its listing says, else the first day of the time that the listing's own address names."""
    when = dated_at(entry, now)
    days = None if when else period_of(step.url)
    return when or (day_bounds(days[0])[0] if days and (days[1] - days[0]).days < 31 else None)


def inside(url: str, source: Source) -> bool:
    """Whether a sitemap is on the source's own site: nobody else's text chooses where we ask."""
    try:
        return urlsplit(url).scheme in ("http", "https") and same_site(url, source.home)
    except (InputError, ValueError):
        return False


def sampled(addresses: Sequence[str], count: int | None) -> list[str]:
    """At most so many of the addresses, spread evenly over all of them; all with None."""
    if count is None or len(addresses) <= count:
        return list(addresses)
    return [addresses[round(n * (len(addresses) - 1) / (count - 1))] for n in range(count)]
