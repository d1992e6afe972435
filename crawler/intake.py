"""What the crawl child does with the pages it fetched: the store and archive side of a crawl, which knows nothing of Scrapy.

Its calls block (short transactions, one fsync for the pages that land together) and are made from one thread, the reactor's helper, one at a time.
Listings are taken in by `polling`, looks at the past by `walking`, second looks at what we have by `revisions`.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crawler.archive import Archive, Page
from crawler.challenge import REASON, is_challenged
from crawler.past import Past
from crawler.polling import Polling, utc_now
from crawler.revisions import FIRST_CHECK, Revisions
from crawler.source import Source
from crawler.tally import NEVER, Tally, Trouble, header, kind_of, waiting_time
from crawler.walking import Walking
from store import frontier, revisions
from store.database import Store
from store.frontier import FrontierRow

BREAK_AFTER = 5
"""So many failures in a row and the source is left alone until the next crawl; one refusal with a waiting time, or three without."""
ENOUGH_REFUSALS = 3


class Intake:
    """One crawl's memory of its sources. `past`: what to look at instead of the listings; `seconds`: how long new requests
    are begun, None for as long as anything waits."""

    def __init__(
        self, store: Store, archive: Archive, chosen: Sequence[Source], *, force: bool, past: Past | None = None,
        seconds: float | None = None,
    ) -> None:  # fmt: skip
        self.store, self.archive, self.force, self.past = store, archive, force, past
        self.sources = {source.slug: source for source in chosen}
        self.tallies = {source.slug: Tally() for source in chosen}
        self.polling = Polling(store, archive, chosen, self.tallies, force=force)
        self.walking = Walking(store, archive, self.sources, self.tallies)
        self.revisions = Revisions(store, archive, self.tallies)
        self.ends = None if seconds is None else time.monotonic() + seconds
        self._failed: dict[str, set[int]] = {source.slug: set() for source in chosen}
        self._landed: dict[str, set[int]] = {source.slug: set() for source in chosen}
        self._in_a_row: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._closed: set[str] = set()

    def is_over(self) -> bool:
        """Whether the time of this crawl is up: what waits is for the next one."""
        return self.ends is not None and time.monotonic() > self.ends

    def is_welcome(self, slug: str) -> bool:
        """Whether a source gave pages in this crawl, and refused none since the last one."""
        return self.tallies[slug].fetched > 0 and not self._refusals[slug]

    def begin_new(self, slug: str, announced: Sequence[str]) -> None:
        """Look at the last weeks of a new source, by the sitemaps that its robots.txt announces."""
        polling = self.polling
        self.walking.begin_new(slug, announced, polling.asked.get(slug, ()), polling.indexes.get(slug, ()))

    def claim(self, slug: str, limit: int) -> list[FrontierRow]:
        """Lease rows of a source to fetch: none once it is left alone, none that failed in this crawl or that its extraction gave back."""
        if slug in self._closed or limit <= 0 or self.is_over():
            return []
        failed, landed, now = self._failed[slug], self._landed[slug], utc_now()
        between = self.past.bounds if self.past else None
        with self.store.write() as tx:
            rows = frontier.claim(
                tx, [slug], self.store.worker, limit + len(failed), now, ignore_not_before=self.force, between=between
            )
            wait = [
                row
                for row in rows
                if row.id in failed or row.id in landed or (row.not_before > now and _asked_to_wait(row))
            ]
            failed.update(row.id for row in wait)
            ready = [row for row in rows if row.id not in failed]
            frontier.release(tx, [*wait, *ready[limit:]], self.store.worker)
        return ready[:limit]

    def second_looks(self, slug: str, limit: int) -> list[revisions.Revision]:
        """Checks of what we have that are due: when nothing new waits, and never while the past is asked for."""
        if slug in self._closed or limit <= 0 or self.past or self.is_over():
            return []
        return self.revisions.claim(slug, limit)

    def pages(self, landed: Sequence[tuple[FrontierRow, Page]]) -> None:
        """Pages came: into the archive first, then their rows say so; what came together waits for the disk together. A
        guard's page is a refusal, whatever its status."""
        kept: list[tuple[FrontierRow, Page]] = []
        for row, page in landed:
            if is_challenged(page):
                self._refuse(row, "blocked", f"blocked: {REASON}, with status {page.status}", None)
            else:
                kept.append((row, page))
        if not kept:
            return
        now = utc_now()
        pointers = self.archive.write_many([page for _, page in kept])
        with self.store.write() as tx:
            for (row, page), pointer in zip(kept, pointers, strict=True):
                self.tallies[row.source].fetched += frontier.fetched(tx, row, self.store.worker, pointer, now)
                if row.arrival == "live":
                    validators = header(page.headers, "etag"), header(page.headers, "last-modified")
                    revisions.watch(tx, row.id, row.source, now + FIRST_CHECK, *validators)
        for row, _ in kept:
            self._landed[row.source].add(row.id)
            self._in_a_row[row.source] = self._refusals[row.source] = 0

    def refused(self, row: FrontierRow, status: int, headers: Mapping[str, str]) -> None:
        """The site answered with an error status: it is obeyed, and counted by class."""
        now, tally = utc_now(), self.tallies[row.source]
        if status == 410 or (status == 404 and row.attempts):
            tally.gone += 1
            with self.store.write() as tx:
                frontier.gone(tx, row, self.store.worker, f"the site answered {status}", now)
            return
        wait = waiting_time(headers, now)
        kind = kind_of(status, wait)
        reason = f"{kind}: the site answered {status}" + (
            f" and asks to wait until {wait:%Y-%m-%dT%H:%M:%SZ}" if wait else ""
        )
        self._refuse(row, kind, reason, wait)

    def _refuse(self, row: FrontierRow, kind: Trouble, reason: str, wait: datetime | None) -> None:
        self.page_failed(row, kind, reason, wait=wait)
        if kind == "blocked":
            self.count_refusal(row.source, reason, wait)

    def count_refusal(self, slug: str, reason: str, wait: datetime | None) -> None:
        """A site that refuses us is left alone: at once when it says how long, else after the third time."""
        self._refusals[slug] += 1
        if wait or self._refusals[slug] >= ENOUGH_REFUSALS:
            self._close(slug, reason)

    def page_failed(self, row: FrontierRow, kind: Trouble, reason: str, *, wait: datetime | None = None) -> None:
        """A page could not be had. What robots.txt or our own rules forbid is parked at once, the rest is tried again later."""
        self.tallies[row.source].trouble(kind, reason)
        self._failed[row.source].add(row.id)
        forbidden = kind in NEVER
        self.tallies[row.source].failed += not forbidden
        with self.store.write() as tx:
            frontier.failed(tx, row, self.store.worker, reason, utc_now(), permanent=forbidden, not_before=wait)
        if not forbidden:
            self._in_a_row[row.source] += 1
            if self._in_a_row[row.source] >= BREAK_AFTER:
                self._close(row.source, reason)

    def _close(self, slug: str, reason: str) -> None:
        if slug not in self._closed:
            self._closed.add(slug)
            self.tallies[slug].reasons.append(f"left alone until the next crawl: {reason}")

    def release(self, rows: Sequence[FrontierRow]) -> None:
        """Give back rows that were leased and not asked for."""
        with self.store.write() as tx:
            frontier.release(tx, rows, self.store.worker)

    def held_elsewhere(self) -> bool:
        """Whether another living process still holds pending rows of these sources (a crawl that is just ending)."""
        if self.is_over():
            return False
        with self.store.write() as tx:
            mine = [slug for slug in self.sources if slug not in self._closed]
            return frontier.held(tx, mine, self.store.worker, utc_now())

    def months(self) -> dict[str, list[str]]:
        """The months of which listings said something, by source: their completeness is to be counted anew."""
        both = (self.polling.months, self.walking.months)
        return {slug: sorted(set().union(*(seen[slug] for seen in both))) for slug in self.sources}

    def receipt(self) -> dict[str, Any]:
        """What came in, by source; `waiting` is what is left pending."""
        with self.store.read() as tx:
            for slug, tally in self.tallies.items():
                tally.waiting = frontier.counts(tx, slug)["pending"]
        return {slug: tally.to_json() for slug, tally in self.tallies.items()}


def _asked_to_wait(row: FrontierRow) -> bool:
    return "asks to wait" in (row.error or "")
