"""Polling: what the listings of each source answer, from conditional request to frontier rows and the source's new state.

Validators and frontier rows go into one transaction, so that a kill between listing and article loses nothing. Its calls
block and are made from one thread, one at a time.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import InputError
from core.time import lima_day
from core.urls import canonical, same_site
from crawler.archive import Archive, Page
from crawler.challenge import is_challenged
from crawler.due import LATE, Poll, after_poll
from crawler.entries import dated_at, is_whole, rows_of
from crawler.platforms import Entry, Listing, ListingError, parse
from crawler.source import Source
from crawler.tally import Tally, Trouble, header, kind_of, waiting_time
from store import completeness, frontier, revisions, sources
from store.database import Store

MOST_LISTINGS = 60
"""Listings of one source that are asked for in one crawl, those that an index leads to included."""
MOST_UNDATED = 50
"""So many items without any date are fetched when a plain sitemap is first read; the others are only listed."""
POLL = "poll:"
"""What a source is held by while its listings are asked for."""
PERMANENT = frozenset({301, 308})
Redirects = Sequence[tuple[str, int]]
"""The addresses that led on, each with its status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking for one listing."""

    ok: bool
    unchanged: bool = False
    reason: str | None = None
    error: str | None = None


class Polling:
    """One crawl's memory of the listings it asked for."""

    def __init__(
        self, store: Store, archive: Archive, chosen: Sequence[Source], tallies: Mapping[str, Tally], *, force: bool
    ) -> None:
        self.store, self.archive, self.force = store, archive, force
        self.sources, self.tallies = {source.slug: source for source in chosen}, tallies
        self.months: dict[str, set[str]] = {source.slug: set() for source in chosen}
        self._answers: dict[str, list[Answer]] = {}
        self._pause: Counter[str] = Counter()
        self._moved: dict[str, str] = {}
        self._dates: dict[str, list[datetime]] = {source.slug: [] for source in chosen}
        self.asked: dict[str, set[str]] = {}
        self.indexes: dict[str, list[str]] = {}

    def due(self) -> list[tuple[Source, str, dict[str, str]]]:
        """What to ask now: source, address, conditional headers. Sources that are not due are not polled unless forced, nor
        what another crawl on this store is polling."""
        now = utc_now()
        slugs = list(self.sources) if self.force else self._taken(now)
        with self.store.read() as tx:
            known = sources.states(tx)
            wanted = {slug: self.sources[slug].polled(lima_day(now)) for slug in slugs}
            kept = {slug: [(url, sources.validators(tx, slug, url)) for url in urls] for slug, urls in wanted.items()}
        out = []
        for slug, rows in kept.items():
            if slug in known and not known[slug].enabled and not self.force:
                continue
            self.asked[slug] = {url for url, _ in rows}
            out += [(self.sources[slug], url, conditional(validators)) for url, validators in rows]
        return out

    def _taken(self, now: datetime) -> list[str]:
        """The sources that are due and nobody else polls: taken first and then looked at once more, since another may just have ended."""
        mine = [slug for slug in self._due(now) if self.store.take(f"{POLL}{slug}")]
        still = set(self._due(utc_now())) if mine else set[str]()
        for slug in mine:
            if slug not in still:
                self.store.drop(f"{POLL}{slug}")
        return [slug for slug in mine if slug in still]

    def _due(self, now: datetime) -> list[str]:
        with self.store.read() as tx:
            return sources.due(tx, {source.slug: source.min_interval for source in self.sources.values()}, now)

    def answered(self, slug: str, url: str, page: Page, redirects: Redirects = ()) -> tuple[str, ...]:
        """Take in the answer to a poll; the listings it points to in turn."""
        tally, digest = self.tallies[slug], hashlib.sha256(page.body).hexdigest()
        tally.listings += 1
        self._note_move(slug, url, page, redirects)
        with self.store.read() as tx:
            known = sources.validators(tx, slug, url)
        if page.status == 304 or known.body_hash == digest:
            tally.unchanged += 1
            self._note(slug, Answer(ok=True, unchanged=True))
            return ()
        try:
            listing = parse(page.body, page.url, page.content_type, source=self.sources[slug], now=page.when)
        except ListingError as error:
            kind, why = _unreadable(page, url, error)
            self.failed(slug, url, kind, f"{url}: {why}", counted=True)
            return ()
        self._keep(slug, url, page, listing, digest, first=known.body_hash is None)
        self._note(slug, Answer(ok=True))
        return self._children(slug, url, listing)

    def _note_move(self, slug: str, url: str, page: Page, redirects: Redirects) -> None:
        """Remember where a listing leads for good, or to another site."""
        if not redirects or _same(url, page.url):
            return
        if all(status in PERMANENT for _, status in redirects) or not _same_site(url, page.url):
            self._moved.setdefault(slug, page.url)
            self.tallies[slug].tell(f"{url}: it leads to {page.url} now")

    def _children(self, slug: str, url: str, listing: Listing) -> tuple[str, ...]:
        """The sitemaps of an index, each asked for once: an index may contain itself, or lead on for ever, or elsewhere."""
        asked = self.asked.setdefault(slug, set())
        asked.add(url)
        if listing.children:
            self.indexes.setdefault(slug, []).append(url)
        fresh = [
            child for child in listing.children if child not in asked and _same_site(child, self.sources[slug].home)
        ]
        fresh = fresh[: max(0, MOST_LISTINGS - len(asked))]
        asked.update(fresh)
        return tuple(fresh)

    def _keep(self, slug: str, url: str, page: Page, listing: Listing, digest: str, *, first: bool) -> None:
        source, tally, now = self.sources[slug], self.tallies[slug], utc_now()
        shown = () if listing.kind == "sitemap_index" else listing.entries
        entries = [entry for entry in shown if source.takes(entry.url)]
        tally.listed += len(entries)
        tally.skipped += len(shown) - len(entries)
        tally.undated += sum(entry.note is not None for entry in entries)
        for note in listing.notes:
            tally.tell(f"{url}: {note}")
        self._dates[slug] += [
            entry.published.when for entry in entries if entry.published and entry.published.when <= now
        ]
        live, past, only = _by_age(entries, now) if first and listing.kind == "sitemap" else (entries, [], [])
        whole = [entry for entry in entries if source.whole_entries and is_whole(entry, source)]
        pointer = self.archive.write(page.url, page.status, page.headers, page.body, page.when) if whole else None
        before = tally.new + tally.past["asked"] + tally.past["listed"]
        with self.store.write() as tx:
            news = listing.kind != "sitemap"  # a sitemap shows its whole past again and again
            tally.new += frontier.discover(tx, slug, rows_of(live, now), arrival="live", now=now, revive=news)
            tally.past["asked"] += frontier.discover(tx, slug, rows_of(past, now), arrival="backfill", now=now)
            tally.past["listed"] += frontier.discover(
                tx, slug, rows_of(only, now), arrival="backfill", now=now, only_listed=True
            )
            if pointer:
                tally.fetched += frontier.arrived(tx, slug, [entry.url for entry in whole], pointer, now)
                for address in revisions.told_anew(tx, slug, rows_of(whole, now)).values():
                    tally.revisions["changed"] += frontier.look_again(tx, address, pointer, now)
            revisions.noticed(tx, slug, rows_of([entry for entry in entries if entry not in whole], now), now)
            if not listing.children:  # an index stays the same while what it leads to changes: it is read every time
                etag, modified = header(page.headers, "etag"), header(page.headers, "last-modified")
                sources.save_validators(tx, slug, url, etag, modified, digest, now)
        if tally.new + tally.past["asked"] + tally.past["listed"] > before:
            self.months[slug] |= {completeness.month_of(when) for entry in entries if (when := dated_at(entry, now))}

    def refused(self, slug: str, url: str, status: int, headers: Mapping[str, str]) -> None:
        """A listing was answered with an error status. A waiting time that the server names puts off the next poll."""
        now = utc_now()
        wait = waiting_time(headers, now)
        self._pause[slug] = max(self._pause[slug], int((wait - now).total_seconds()) if wait else 0)
        said = f"{url}: the site answered {status}" + (
            f" and asks to wait until {wait:%Y-%m-%dT%H:%M:%SZ}" if wait else ""
        )
        self.failed(slug, url, kind_of(status, wait), said, status=status)

    def failed(
        self, slug: str, url: str, kind: Trouble, reason: str, *, status: int = 0, counted: bool = False
    ) -> None:
        """A listing could not be had or read."""
        self.tallies[slug].listings += not counted
        self.tallies[slug].trouble(kind, reason)
        told = (
            "moved" if status in (404, 410) else {"dns": "network", "http": "server", "loop": "server"}.get(kind, kind)
        )
        self._note(slug, Answer(ok=False, reason=told, error=reason))

    def _note(self, slug: str, answer: Answer) -> None:
        self._answers.setdefault(slug, []).append(answer)

    def done(self, slug: str) -> bool:
        """All listings of a source were asked: its new state is kept, and others may poll it. Whether this was its first good poll."""
        try:
            return self._done(slug)
        finally:
            self.store.drop(f"{POLL}{slug}")

    def _done(self, slug: str) -> bool:
        answers, source, tally = self._answers.get(slug, []), self.sources[slug], self.tallies[slug]
        if not answers:
            return False
        bad = [answer for answer in answers if not answer.ok]
        good = len(answers) - len(bad)
        tally.down = not good
        error = bad[0].error if bad else None
        poll = Poll(
            ok=good > 0, new=tally.new + tally.past["asked"], listed=tally.listed, reason=bad[0].reason if bad and not good else None,
            error=f"{len(bad)} of {len(answers)} listings: {error}" if bad and good else error,
            not_modified=all(answer.unchanged for answer in answers if answer.ok), shortest=max(source.min_interval, self._pause[slug]),
            dates=self._dates[slug], items_a_day=source.items_a_day, trusted=source.status == "verified", moved_to=self._moved.get(slug),
        )  # fmt: skip
        now = utc_now()
        with self.store.write() as tx:
            before = sources.locked(tx, slug)
            after = after_poll(before, poll, now)
            sources.keep(tx, after, now)
            opened = before.status == "blocked" and after.status != "blocked"
            if opened:  # what it refused for so long is asked for again
                frontier.retry(tx, now, slug, refused=True)
        return after.backfilled is None and after.last_success == now


def conditional(known: sources.Validators) -> dict[str, str]:
    """The headers that ask for what is new only."""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


def utc_now() -> datetime:
    """The moment; one place for tests to turn."""
    return datetime.now(UTC)


def _unreadable(page: Page, url: str, error: ListingError) -> tuple[Trouble, str]:
    """Why a listing could not be read: a guard's page, a redirect to something else, or what the parser says."""
    if is_challenged(page):
        return "blocked", "the site sends a challenge page instead"
    if error.state == "invalid" and not _same(url, page.url):
        return "moved", f"it leads to {page.url}, where no listing is ({error.reason})"
    return error.state, error.reason


def _by_age(entries: Sequence[Entry], now: datetime) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """What a plain sitemap shows at first sight: what is new, some that say no date, and the past, which is only listed."""
    dated = [(entry, dated_at(entry, now)) for entry in entries]
    live = [entry for entry, when in dated if when and when > now - LATE]
    undated = [entry for entry, when in dated if not when]
    older = [entry for entry, when in dated if when and when <= now - LATE]
    return live, undated[:MOST_UNDATED], older + undated[MOST_UNDATED:]


def _same(a: str, b: str) -> bool:
    try:
        return canonical(a) == canonical(b)
    except InputError:
        return a == b


def _same_site(a: str, b: str) -> bool:
    try:
        return same_site(a, b)
    except InputError:
        return False
