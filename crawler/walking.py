"""Walking through the past of a source: its sitemaps, dated archives and WordPress's own lists, read for a stretch of days.

What they list goes to the frontier as only listed, then is asked for as a backfill: all of it by `pututu backfill`, a
bounded part of the last weeks by itself when a source was first read. A listing read within the last day is not asked for
again, so that a walk goes on where it was killed. Nothing here chooses an address outside of the source's own site.
"""

import hashlib
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from protego import Protego

from core.time import lima_day
from crawler import agent
from crawler.archive import Archive, Page
from crawler.challenge import is_challenged
from crawler.entries import is_whole, rows_of
from crawler.markup import decode
from crawler.past import Past
from crawler.period import period_of
from crawler.platforms import Listing, ListingError, parse
from crawler.platforms.links import is_article_path
from crawler.platforms.sitemap import of_articles
from crawler.polling import conditional, utc_now
from crawler.source import Source, numbered
from crawler.tally import Tally, Trouble, header, kind_of, waiting_time
from crawler.walk import Step, Walk, inside, key, sampled, within
from store import completeness, frontier, past, sources
from store.database import Store

FIRST_DAYS = 28
FIRST_LISTINGS, FIRST_ITEMS = 30, 400
"""How much of a source's past is read when it is new: requests for listings, and items."""
AT_ONCE, EVERY = 20, timedelta(minutes=15)
"""So many of those items may be fetched at once, and as many more each time this has passed."""
MOST_LISTINGS = 20_000
MOST_PAGES = 200
DEEPEST = 3
READ_LATELY = timedelta(days=1)
ENOUGH_REFUSALS = 3
GUESSES = ("/sitemap_index.xml", "/sitemap.xml", "/wp-sitemap.xml")


class Walking:
    """One crawl's walks through the past of its sources."""

    def __init__(
        self, store: Store, archive: Archive, known: Mapping[str, Source], tallies: Mapping[str, Tally]
    ) -> None:
        self.store, self.archive, self.sources, self.tallies = store, archive, known, tallies
        self.months: dict[str, set[str]] = {slug: set() for slug in known}
        self.walks: dict[str, Walk] = {}

    def begin(self, slug: str, wanted: Past, announced: Sequence[str] | None = None) -> None:
        """Plan a walk: the source's archives, else the sitemaps `announced` by its robots.txt (asked for with None)."""
        source, walk = self.sources[slug], Walk(past=wanted, announced=announced)
        self.walks[slug] = walk
        addresses = list(source.past(wanted.first, wanted.last))
        walk.planned = len(addresses)
        for address in sampled(addresses, wanted.sample):
            self._add(
                walk, Step(slug=slug, url=numbered(address, 1), template=address if "{page}" in address else None)
            )
        if not addresses:
            self._by_sitemaps(walk, slug)
        if wanted.sample is None:  # what an estimate or a killed walk found already
            with self.store.write() as tx:
                self.tallies[slug].past["asked"] += self._ask(tx, walk, slug, utc_now())

    def _by_sitemaps(self, walk: Walk, slug: str) -> None:
        if walk.announced is not None:
            self._sitemaps(walk, slug, walk.announced)
        else:
            self._add(walk, Step(slug=slug, url=urljoin(self.sources[slug].home, "/robots.txt"), kind="robots"))

    def _is_closed(self, walk: Walk, step: Step, why: str) -> bool:
        """Whether this was WordPress's own list, which many sites close to all: their sitemaps are read instead."""
        source = self.sources[step.slug]
        if (
            source.archives
            or source.platform != "wordpress"
            or step.kind != "listing"
            or step.depth
            or "/wp-json/" not in step.url
        ):
            return False
        self.tallies[step.slug].tell(
            f"{step.url}: WordPress's own list is closed ({why}); the sitemaps are read instead"
        )
        walk.steps.clear()
        walk.planned = walk.leaves
        self._by_sitemaps(walk, step.slug)
        return True

    def begin_new(self, slug: str, announced: Sequence[str], asked: Collection[str], indexes: Sequence[str]) -> None:
        """The bounded first look at the last weeks of a source that has just been read for the first time.

        `asked`: the listings that were polled just now, of which only the `indexes` lead to more than was read.
        """
        today = lima_day(utc_now())
        wanted = Past(first=today - timedelta(days=FIRST_DAYS), last=today, new=True)
        known = set(asked) - set(indexes)
        self.begin(slug, wanted, [*(url for url in announced if url not in known), *indexes])
        self.walks[slug].seen |= known

    def take(self, slug: str) -> Step | None:
        """The next request, one at a time; None where there is none now. What was read lately is passed over."""
        walk = self.walks.get(slug)
        if walk is None or walk.flying or walk.done:
            return None
        now = utc_now()
        most = FIRST_LISTINGS if walk.past.new else MOST_LISTINGS
        while walk.steps and walk.listings < most:
            step = walk.steps.popleft()
            with self.store.read() as tx:
                known = sources.validators(tx, slug, key(step, walk.past))
            if walk.past.sample is not None:  # an estimate counts what it reads
                known = sources.Validators()
            elif (
                step.kind == "listing" and known.read and now - known.read < READ_LATELY and not self._grows(step, now)
            ):
                walk.leaves += step.number == 1
                self._next_page(walk, step)
                continue
            walk.flying += 1
            return replace(step, headers=conditional(known))
        walk.whole = walk.whole and not walk.steps
        self._end(slug, walk)
        return None

    def _grows(self, step: Step, now: datetime) -> bool:
        """Whether a listing may have become longer since it was read today."""
        days = period_of(step.url)
        return days is not None and days[1] >= lima_day(now) - timedelta(days=1)

    def answered(self, step: Step, page: Page) -> None:
        """Take in what a request of the walk gave."""
        walk, tally = self.walks[step.slug], self.tallies[step.slug]
        walk.flying -= 1
        if step.kind == "robots":
            told = Protego.parse(decode(page.body[: agent.LARGEST_ROBOTS])).sitemaps
            self._sitemaps(walk, step.slug, list(told))
            return
        walk.listings += 1
        tally.past["listings"] += 1
        digest = hashlib.sha256(page.body).hexdigest()
        with self.store.read() as tx:
            known = sources.validators(tx, step.slug, key(step, walk.past))
        if page.status == 304 or (digest == known.body_hash and walk.past.sample is None):
            walk.leaves += step.number == 1
            self._remember(step, replace(known, read=utc_now()))
            self._next_page(walk, step)
            return
        try:
            listing = parse(page.body, page.url, page.content_type, source=self.sources[step.slug], now=page.when)
        except ListingError as error:
            self._unread(walk, step, page, error)
            return
        if step.kind == "guess":  # one that exists is enough
            walk.steps = deque(one for one in walk.steps if one.kind != "guess")
        if listing.kind == "sitemap_index":
            self._index(walk, step, listing)
        else:
            self._list(walk, step, page, listing, digest)

    def _unread(self, walk: Walk, step: Step, page: Page, error: ListingError) -> None:
        tally = self.tallies[step.slug]
        if error.state == "empty" or step.number > 1:  # a day without news, or the end of the pages
            walk.leaves += step.number == 1
            self._remember(step, sources.Validators(read=utc_now()))
            return
        if step.kind == "guess" or self._is_closed(walk, step, "no list came"):
            return
        walk.whole = False
        tally.past["failed"] += 1
        if is_challenged(page):
            self._refusal(walk, step, f"{step.url}: the site sends a challenge page instead", None)
        else:
            tally.trouble("invalid", f"{step.url}: {error.reason}")

    def _sitemaps(self, walk: Walk, slug: str, announced: Sequence[str]) -> None:
        """The sitemaps that the site announces, else those that the source's file names, else where they usually are."""
        source = self.sources[slug]
        told = [url for url in announced if inside(url, source)]
        for url in told or (() if walk.past.new else source.sitemaps):
            walk.planned += 1
            self._add(walk, Step(slug=slug, url=url))
        if not told and not walk.past.new:
            for guess in GUESSES:
                self._add(walk, Step(slug=slug, url=urljoin(source.home, guess), kind="guess"))

    def _index(self, walk: Walk, step: Step, listing: Listing) -> None:
        """The sitemaps of an index that may hold something of the days asked for, the newest first."""
        start, _ = walk.past.bounds
        if step.depth >= DEEPEST:
            walk.whole = False
            return
        fit = []
        for entry in of_articles(list(listing.entries), step.url):
            days = period_of(entry.url)
            stale = entry.modified is not None and entry.modified < start
            apart = days is not None and (days[1] < walk.past.first or days[0] > walk.past.last)
            if not stale and not apart and inside(entry.url, self.sources[step.slug]):
                fit.append(
                    (days[1] if days else date.max, entry.modified.timestamp() if entry.modified else 0.0, entry.url)
                )
        urls = [url for _, _, url in sorted(fit, reverse=True) if url not in walk.seen]
        walk.planned += len(urls) - 1
        for url in sampled(urls, walk.past.sample):
            self._add(walk, Step(slug=step.slug, url=url, depth=step.depth + 1))

    def _list(self, walk: Walk, step: Step, page: Page, listing: Listing, digest: str) -> None:
        """Keep what a listing shows of the days asked for; ask for it unless this is an estimate."""
        source, tally, now = self.sources[step.slug], self.tallies[step.slug], utc_now()
        walk.leaves += step.number == 1
        taken = [
            entry
            for entry in listing.entries
            if source.takes(entry.url) and (source.article or is_article_path(entry.url))
        ]
        fresh = [entry for entry in taken if entry.url not in walk.seen]
        walk.seen.update(entry.url for entry in fresh)
        kept = within(fresh, step, walk.past, now)
        belong = [entry for entry, when, sure in kept if sure]
        walk.inside += len(belong)
        walk.undated += sum(when is None for _, when, _ in kept)
        rows = [
            row | {"dated": when.isoformat() if when else None}
            for (_, when, _), row in zip(kept, rows_of([entry for entry, _, _ in kept], now), strict=True)
        ]
        estimate = walk.past.sample is not None
        whole = (
            [] if estimate or not source.whole_entries else [entry.url for entry in belong if is_whole(entry, source)]
        )
        pointer = self.archive.write(page.url, page.status, page.headers, page.body, page.when) if whole else None
        with self.store.write() as tx:
            new = frontier.discover(tx, step.slug, rows, arrival="backfill", now=now, only_listed=True)
            tally.past["listed"] += new
            tally.past["known"] += len(rows) - new  # by the estimate, a feed or a walk before
            if pointer:
                tally.fetched += frontier.arrived(tx, step.slug, whole, pointer, now)
            if not estimate:
                tally.past["asked"] += self._ask(tx, walk, step.slug, now)
                etag, modified = header(page.headers, "etag"), header(page.headers, "last-modified")
                sources.save_validators(tx, step.slug, key(step, walk.past), etag, modified, digest, now)
        self.months[step.slug] |= {completeness.month_of(when) for _, when, _ in kept if when}
        if fresh:
            self._next_page(walk, step)

    def _ask(self, tx: Any, walk: Walk, slug: str, now: datetime) -> int:
        start, end = walk.past.bounds
        if not walk.past.new:
            return past.ask_for(tx, slug, start, end, now, undated=walk.past.undated)
        left = FIRST_ITEMS - walk.asked
        times = [now + (n // AT_ONCE) * EVERY for n in range(walk.asked, FIRST_ITEMS)]
        asked = past.ask_for(tx, slug, start, end, now, limit=left, at=times) if left > 0 else 0
        walk.asked += asked
        return asked

    def _next_page(self, walk: Walk, step: Step) -> None:
        if step.template and step.number < MOST_PAGES:
            number = step.number + 1
            self._add(walk, replace(step, url=numbered(step.template, number), number=number, headers={}), at_once=True)

    def _add(self, walk: Walk, step: Step, *, at_once: bool = False) -> None:
        """Plan a request, once: a sitemap index may contain itself."""
        if step.url not in walk.seen:
            walk.seen.add(step.url)
            (walk.steps.appendleft if at_once else walk.steps.append)(step)

    def _remember(self, step: Step, known: sources.Validators) -> None:
        wanted = self.walks[step.slug].past
        if wanted.sample is None:
            told = known.etag, known.last_modified, known.body_hash, known.read
            with self.store.write() as tx:
                sources.save_validators(tx, step.slug, key(step, wanted), *told)

    def refused(self, step: Step, status: int, headers: Mapping[str, str]) -> tuple[str, datetime | None] | None:
        """An error status. Where it is a refusal, its words and when the site may be asked again."""
        walk, tally, now = self.walks[step.slug], self.tallies[step.slug], utc_now()
        walk.flying -= 1
        wait = waiting_time(headers, now)
        kind = kind_of(status, wait)
        if not wait and self._is_closed(walk, step, str(status)):
            return None
        if kind == "blocked":
            return self._refusal(walk, step, f"{step.url}: the site answered {status}", wait)
        if step.kind == "robots":
            self._sitemaps(walk, step.slug, ())
        elif step.number == 1 and step.kind != "guess":
            walk.whole = False
            tally.past["failed"] += 1
            tally.trouble(kind, f"{step.url}: the site answered {status}")
        return None

    def _refusal(self, walk: Walk, step: Step, reason: str, wait: datetime | None) -> tuple[str, datetime | None]:
        self.tallies[step.slug].trouble("blocked", reason)
        walk.whole = False
        walk.refusals += 1
        if wait or walk.refusals >= ENOUGH_REFUSALS:
            walk.steps.clear()
        return f"blocked: {reason}", wait

    def failed(self, step: Step, kind: Trouble, reason: str) -> None:
        """A request that could not be made or did not end."""
        walk, tally = self.walks[step.slug], self.tallies[step.slug]
        walk.flying -= 1
        if step.kind == "robots":
            self._sitemaps(walk, step.slug, ())
            return
        walk.whole = False
        tally.past["failed"] += 1
        tally.trouble(kind, f"{step.url}: {reason}")

    def _end(self, slug: str, walk: Walk) -> None:
        """Nothing is left to read: what is known now of the months, and that a new source has been looked at."""
        if walk.done or walk.flying:
            return
        walk.done = True
        now = utc_now()
        with self.store.write() as tx:
            if walk.past.new:
                sources.keep(tx, replace(sources.locked(tx, slug), backfilled=now), now)
            elif walk.past.sample is None and walk.whole and walk.leaves:
                completeness.surveyed(tx, slug, walk.past.first, walk.past.last, now)
                self.months[slug] |= set(completeness.months_between(walk.past.first, walk.past.last))

    def figures(self) -> dict[str, dict[str, Any]]:
        """What each walk found, for an estimate: listings read and planned, items in the days asked for, and undated ones."""
        names = ("listings", "leaves", "planned", "inside", "undated", "whole")
        return {slug: {name: getattr(walk, name) for name in names} for slug, walk in self.walks.items()}
