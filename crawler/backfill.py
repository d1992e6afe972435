"""The past of a source on request: what it would cost, and fetching it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.errors import InputError, UnavailableError
from core.settings import Settings
from crawler import run
from crawler.past import Past
from crawler.source import Source
from store import completeness
from store import past as items
from store.database import Store

SAMPLE = 12
"""Listings read for an estimate, spread over the days; with fewer the estimate is exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a backfill would cost: items that the listings name in these days, those that we have, those to fetch; listings
    to read, requests in all, and seconds at the source's delay. Not `exact` where only some of the listings were read.

    `undated`: addresses that say no date; they are fetched only when that is asked for.
    """

    items: int
    have: int
    fetch: int
    undated: int
    listings: int
    requests: int
    seconds: int
    exact: bool

    def to_json(self) -> dict[str, Any]:
        """As it is printed."""
        return asdict(self)


def estimate(source: Source, walk: Mapping[str, Any], known: Mapping[str, int], *, undated: bool) -> Estimate:
    """From what a sampled walk found (`Walking.figures`) and what the frontier knows of these days, by state.

    The items of the listings that were not read are taken to be as many as those of the listings that were.
    """
    read, planned = walk["leaves"], max(walk["planned"], walk["leaves"])
    factor = planned / read if read else 1.0
    exact = planned == read
    have = known["extracted"] + known["fetched"]
    items = sum(known.values()) if exact else round(walk["inside"] * factor)
    fetch = known["listed"] + known["pending"] if exact else max(0, items - have)
    fetch += walk["undated"] if undated else 0
    listings = round(walk["listings"] * factor)
    requests = listings + (0 if source.whole_entries else fetch)
    return Estimate(
        items=items, have=have, fetch=fetch, undated=walk["undated"], listings=listings, requests=requests,
        seconds=round(requests * source.delay), exact=exact,
    )  # fmt: skip


def estimated(store: Store, settings: Settings, source: Source, past: Past) -> tuple[Estimate, list[str]]:
    """What fetching a source's past would cost, by a few of its listings; and what stood in the way of reading them.

    Raises InputError where nothing lists it, UnavailableError where the crawl process did not end well.
    """
    receipt = run.look_back(store, settings, source, replace(past, sample=SAMPLE))
    walk = receipt["walk"]
    if walk is None:
        raise UnavailableError(f"The past of {source.slug} cannot be read: {receipt['error']}", "Try again.")
    reasons: list[str] = receipt["sources"][source.slug]["reasons"]
    if not walk["leaves"]:
        why = reasons[0] if reasons else "neither its file nor its robots.txt names a sitemap or archive"
        raise InputError(f"Nothing lists the past of {source.slug}: {why}.", "Name `archives` in the source's file.")
    with store.read() as tx:
        known = items.counts(tx, source.slug, *past.bounds)
    return estimate(source, walk, known, undated=past.undated), reasons


def fetch(
    store: Store, settings: Settings, source: Source, past: Past, *, advance: Callable[[int], None] = lambda done: None
) -> dict[str, Any]:
    """Fetch and extract what a source published in these days. Killed and called again, it goes on.

    The receipt: the source's part of a crawl's, with `documents`, `waiting` (what is left), `completeness` of its months.
    """
    receipt = run.look_back(store, settings, source, past, advance=advance)
    with store.read() as tx:
        counts = items.counts(tx, source.slug, *past.bounds)
        months = completeness.rows(tx, [source.slug], f"{past.first:%Y-%m}", f"{past.last:%Y-%m}")
    told = [
        {"month": row.month, "listed": row.listed, "have": row.have, "surveyed": row.surveyed is not None}
        for row in months
    ]
    mine: dict[str, Any] = receipt["sources"][source.slug]
    left = counts["pending"] + counts["listed"]
    return mine | {"documents": receipt["documents"], "waiting": left, "completeness": told, "error": receipt["error"]}
