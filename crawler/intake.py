"""What the crawl child does with what it fetched: the store and archive side of a crawl, which knows nothing of Scrapy.

Its calls block (short transactions, one fsync a page) and are made from one thread, the reactor's helper, one at a time.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from core.errors import InputError
from core.urls import alias
from crawler.archive import Archive, Page
from crawler.challenge import is_challenge
from crawler.due import retry_after
from crawler.markup import decode, lines, tree
from crawler.platforms import Entry, Listing, ListingError, parse
from crawler.source import Source
from store import frontier, sources
from store.database import Store
from store.frontier import FrontierRow

Trouble = Literal["network", "dns", "robots", "blocked", "http", "empty", "invalid", "private", "size"]
REFUSALS = frozenset({401, 402, 403, 407, 418, 429, 451})
BREAK_AFTER = 5
"""So many failures in a row and the source is left alone until the next crawl; one refusal with a waiting time, or three without."""
ENOUGH_REFUSALS = 3
WHOLE = 250
"""Characters from which an entry's text is taken for the whole article."""
MOVED = "moved"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one source gave in this crawl: a part of the receipt."""

    listings: int = 0
    unchanged: int = 0
    listed: int = 0
    new: int = 0
    skipped: int = 0
    undated: int = 0
    fetched: int = 0
    gone: int = 0
    waiting: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)

    def trouble(self, kind: str, reason: str) -> None:
        """Count an error and keep its words (the first ten)."""
        self.errors[kind] += 1
        if len(self.reasons) < 10 and reason not in self.reasons:
            self.reasons.append(reason)

    def to_json(self) -> dict[str, Any]:
        """As the receipt prints it."""
        return {
            name: getattr(self, name)
            for name in ("listings", "unchanged", "listed", "new", "skipped", "undated", "fetched", "gone", "waiting")
        } | {
            "errors": dict(self.errors),
            "reasons": self.reasons,
        }


class Intake:
    """One crawl's memory of its sources."""

    def __init__(self, store: Store, archive: Archive, chosen: Sequence[Source], *, force: bool) -> None:
        self.store, self.archive, self.force = store, archive, force
        self.sources = {source.slug: source for source in chosen}
        self.tallies = {source.slug: Tally() for source in chosen}
        self._failed: dict[str, set[int]] = {source.slug: set() for source in chosen}
        self._in_a_row: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._closed: set[str] = set()
        self._polled: dict[str, list[tuple[bool, bool, str | None, str | None]]] = {}
        self._pause: Counter[str] = Counter()

    def polls(self) -> list[tuple[Source, str, dict[str, str]]]:
        """What to ask now: source, address, conditional headers. Sources that are not due are not polled unless forced."""
        now = _now()
        with self.store.read() as tx:
            known = sources.states(tx)
            due = (
                set(self.sources)
                if self.force
                else set(sources.due(tx, {s.slug: s.min_interval for s in self.sources.values()}, now))
            )
            kept = {
                slug: [(url, sources.validators(tx, slug, url)) for url in self.sources[slug].listings] for slug in due
            }
        out = []
        for slug, rows in kept.items():
            if slug in known and not known[slug].enabled and not self.force:
                continue
            for url, validators in rows:
                headers = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
                out.append((self.sources[slug], url, {name: value for name, value in headers.items() if value}))
        return out

    def listed(self, slug: str, url: str, page: Page) -> tuple[str, ...]:
        """Take in the answer to a poll; the listings it points to in turn. Validators and frontier rows go into one transaction."""
        tally = self.tallies[slug]
        tally.listings += 1
        if page.status == 304:
            tally.unchanged += 1
            self._note(slug, True, True)
            return ()
        digest = hashlib.sha256(page.body).hexdigest()
        with self.store.read() as tx:
            same = sources.validators(tx, slug, url).body_hash == digest
        if same:
            tally.unchanged += 1
            self._note(slug, True, True)
            return ()
        try:
            listing = parse(
                page.body,
                page.url,
                page.content_type,
                links_too=self.sources[slug].platform == "listing",
                now=page.when,
            )
        except ListingError as error:
            kind: Trouble = "blocked" if _challenged(page) else error.state
            self.poll_failed(slug, url, kind, f"{url}: {error.reason}", counted=True)
            return ()
        self._keep_listing(slug, url, page, listing, digest)
        self._note(slug, True, False)
        return listing.children

    def _keep_listing(self, slug: str, url: str, page: Page, listing: Listing, digest: str) -> None:
        source, tally, now = self.sources[slug], self.tallies[slug], _now()
        shown = () if listing.kind == "sitemap_index" else listing.entries
        entries = [entry for entry in shown if source.takes(entry.url)]
        tally.listed += len(entries)
        tally.skipped += len(shown) - len(entries)
        tally.undated += sum(entry.note is not None for entry in entries)
        whole = {_alias(entry.url) for entry in entries if source.whole_entries and is_whole(entry)}
        pointer = self.archive.write(page.url, page.status, page.headers, page.body, page.when) if whole else None
        rows = [entry.to_json(with_text=False) for entry in entries]
        with self.store.write() as tx:
            tally.new += frontier.discover(tx, slug, rows, arrival="live", now=now)
            sources.save_validators(tx, slug, url, _header(page, "etag"), _header(page, "last-modified"), digest)
            if pointer:
                tally.fetched += self._whole(tx, slug, whole, pointer, now)

    def _whole(self, tx: Any, slug: str, whole: set[str], pointer: str, now: datetime) -> int:
        """Mark as fetched the entries that are documents by themselves: their page is the archived listing."""
        taken = 0
        rows = frontier.claim(tx, [slug], self.store.worker, 100_000, now)
        for row in rows:
            if row.alias in whole:
                taken += frontier.fetched(tx, row, self.store.worker, pointer, now)
        frontier.release(tx, [row for row in rows if row.alias not in whole], self.store.worker)
        return taken

    def poll_refused(self, slug: str, url: str, status: int, headers: Mapping[str, str]) -> None:
        """A listing was answered with an error status. A waiting time that the server names puts off the next poll."""
        now = _now()
        wait = _wait(headers, now)
        self._pause[slug] = max(self._pause[slug], int((wait - now).total_seconds()) if wait else 0)
        self.poll_failed(slug, url, _class(status, wait), f"{url}: the site answered {status}", status=status)

    def poll_failed(
        self, slug: str, url: str, kind: Trouble, reason: str, *, status: int = 0, counted: bool = False
    ) -> None:
        """A listing could not be had or read."""
        self.tallies[slug].listings += not counted
        self.tallies[slug].trouble(kind, reason)
        self._note(
            slug,
            False,
            False,
            MOVED if status in (404, 410) else {"dns": "network", "http": "server"}.get(kind, kind),
            reason,
        )

    def _note(self, slug: str, ok: bool, unchanged: bool, reason: str | None = None, error: str | None = None) -> None:
        self._polled.setdefault(slug, []).append((ok, unchanged, reason, error))

    def polled(self, slug: str) -> None:
        """All listings of a source were asked: record the poll. It went well if one listing could be read, or had not changed."""
        rows, source, tally = self._polled.get(slug, []), self.sources[slug], self.tallies[slug]
        if not rows:
            return
        ok = any(row[0] for row in rows)
        reason, error = next(((row[2], row[3]) for row in rows if not row[0]), (None, None))
        gap = 3 * 86400 / source.items_a_day if source.items_a_day else None
        with self.store.write() as tx:
            sources.record_poll(
                tx, slug, ok, tally.new, tally.listed, error, None if ok else reason, _now(),
                not_modified=ok and all(row[1] for row in rows if row[0]), min_interval=max(source.min_interval, self._pause[slug]),
                expected_gap=gap,
            )  # fmt: skip

    def claim(self, slug: str, limit: int) -> list[FrontierRow]:
        """Lease rows of a source to fetch: none once it is left alone, none that failed in this crawl."""
        if slug in self._closed:
            return []
        failed, now = self._failed[slug], _now()
        with self.store.write() as tx:
            rows = frontier.claim(tx, [slug], self.store.worker, limit + len(failed), now, ignore_not_before=self.force)
            wait = [row for row in rows if row.id in failed or (row.not_before > now and _asked_to_wait(row))]
            failed.update(row.id for row in wait)
            ready = [row for row in rows if row.id not in failed]
            frontier.release(tx, [*wait, *ready[limit:]], self.store.worker)
        return ready[:limit]

    def page(self, row: FrontierRow, page: Page) -> None:
        """A page came: into the archive first, then the row says so."""
        pointer = self.archive.write(page.url, page.status, page.headers, page.body, page.when)
        with self.store.write() as tx:
            self.tallies[row.source].fetched += frontier.fetched(tx, row, self.store.worker, pointer, _now())
        self._in_a_row[row.source] = self._refusals[row.source] = 0

    def refused(self, row: FrontierRow, status: int, headers: Mapping[str, str]) -> None:
        """The site answered with an error status: it is obeyed, and counted by class."""
        now, tally = _now(), self.tallies[row.source]
        wait = _wait(headers, now)
        if status == 410 or (status == 404 and row.attempts):
            tally.gone += 1
            with self.store.write() as tx:
                frontier.gone(tx, row, self.store.worker, f"the site answered {status}", now)
            return
        kind = _class(status, wait)
        reason = f"{kind}: the site answered {status}" + (
            f" and asks to wait until {wait:%Y-%m-%dT%H:%M:%SZ}" if wait else ""
        )
        self.page_failed(row, kind, reason, wait=wait)
        if kind == "blocked":
            self._refusals[row.source] += 1
            if wait or self._refusals[row.source] >= ENOUGH_REFUSALS:
                self._close(row.source, reason)

    def page_failed(self, row: FrontierRow, kind: Trouble, reason: str, *, wait: datetime | None = None) -> None:
        """A page could not be had. What robots.txt or our own rules forbid is parked at once, the rest is tried again later."""
        tally = self.tallies[row.source]
        tally.trouble(kind, reason)
        self._failed[row.source].add(row.id)
        forbidden = kind in ("robots", "private", "size")
        with self.store.write() as tx:
            frontier.failed(tx, row, self.store.worker, reason, _now(), permanent=forbidden, not_before=wait)
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
        now = _now()
        with self.store.write() as tx:
            mine = [slug for slug in self.sources if slug not in self._closed]
            free = frontier.claim(tx, mine, self.store.worker, 100_000, now)
            frontier.release(tx, free, self.store.worker)
            pending = sum(frontier.counts(tx, slug)["pending"] for slug in mine)
        return pending > len(free)

    def receipt(self) -> dict[str, Any]:
        """What came in, by source; `waiting` is what is left pending."""
        with self.store.read() as tx:
            for slug, tally in self.tallies.items():
                tally.waiting = frontier.counts(tx, slug)["pending"]
        return {slug: tally.to_json() for slug, tally in self.tallies.items()}


def is_whole(entry: Entry) -> bool:
    """Whether an entry's text is the whole post or article, not its beginning."""
    if entry.kind == "post":
        return bool(entry.text)
    return len(entry.text) >= WHOLE and not entry.text.rstrip().endswith("[…]")


def _wait(headers: Mapping[str, str], now: datetime) -> datetime | None:
    return retry_after(next((value for name, value in headers.items() if name.lower() == "retry-after"), None), now)


def _class(status: int, wait: datetime | None) -> Trouble:
    return "blocked" if status in REFUSALS or (status == 503 and wait) else "http"


def _asked_to_wait(row: FrontierRow) -> bool:
    return "asks to wait" in (row.error or "")


def _challenged(page: Page) -> bool:
    markup = decode(page.body[:200_000], page.content_type)
    root = tree(markup) if "<html" in markup[:5000].lower() else None
    if root is None:
        return False
    return is_challenge(" ".join((root.findtext(".//title") or "").split()), markup, "\n".join(lines(root)))


def _header(page: Page, name: str) -> str | None:
    return next((value for key, value in page.headers.items() if key.lower() == name), None)


def _alias(url: str) -> str:
    try:
        return alias(url)
    except InputError:
        return url


def _now() -> datetime:
    return datetime.now(UTC)
