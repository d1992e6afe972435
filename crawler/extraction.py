"""Extraction of what was fetched: archived pages -> documents, on every core, each page bounded in time and memory."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from core.document import Document
from core.home import home_id
from core.settings import Settings
from crawler import catalog
from crawler.archive import Archive
from crawler.challenge import REASON as CHALLENGE
from crawler.due import is_late
from crawler.faults import REASONS as FAULTS
from crawler.health import review
from crawler.pool import Pool
from crawler.source import Source
from crawler.worker import Result
from store import completeness, documents, frontier, revisions
from store.database import Store
from store.frontier import FrontierRow

SECONDS = 30.0
MEGABYTES = 3072
BATCH = 32
EXTRACTOR = "crawler.archived:extract_archived"
MISSING = "The site says that the page is missing"
GONE = "its page is in no archive any more: it is fetched once more"
ELSEWHERE = "the page is in another machine's archive, or gone"


def extract_waiting(
    store: Store,
    settings: Settings,
    slugs: Sequence[str] | None = None,
    *,
    sources: Mapping[str, Source] | None = None,
    workers: int | None = None,
    seconds: float = SECONDS,
) -> dict[str, Any]:
    """Extract every fetched row of these sources (all of them with None); the receipt `{extracted, new, parked: {reason: n}}`."""
    known = sources if sources is not None else catalog.load(settings.sources_dir)
    with Extraction(store, settings, known, workers=workers, seconds=seconds) as extraction:
        extraction.all(slugs)
    return extraction.receipt()


def extract_again(
    store: Store,
    settings: Settings,
    slugs: Sequence[str] | None = None,
    *,
    sources: Mapping[str, Source] | None = None,
    workers: int | None = None,
    seconds: float = SECONDS,
) -> dict[str, Any]:
    """Extract everything that is in the archive once more, after an override or a rule improved. Changes are the extractor's own."""
    known = sources if sources is not None else catalog.load(settings.sources_dir)
    with Extraction(store, settings, known, workers=workers, seconds=seconds) as extraction:
        extraction.again(slugs)
    return extraction.receipt()


class Extraction:
    """Workers and counts of one pass. Results are saved in one transaction a batch, under the lease of each row."""

    def __init__(
        self, store: Store, settings: Settings, sources: Mapping[str, Source], *, workers: int | None = None, seconds: float = SECONDS,
        megabytes: int = MEGABYTES, function: str = EXTRACTOR,
    ) -> None:  # fmt: skip
        self.store, self.settings, self.sources = store, settings, sources
        self.extracted: Counter[str] = Counter()
        self.changes: Counter[str] = Counter()
        self.parked: dict[str, Counter[str]] = {}
        self.months: dict[str, set[str]] = {}
        self._size = workers or os.cpu_count() or 1
        self._seconds, self._megabytes, self._function = seconds, megabytes, function
        self._pool: Pool[int] | None = None
        self._archive, self._home = Archive(settings.home), home_id(settings.home)

    def once(self, slugs: Sequence[str] | None) -> int:
        """Extract one batch of fetched rows; how many there were."""
        now = datetime.now(UTC)
        # the lease outlives the worst case: every page of the batch taking all of its time
        lease = timedelta(seconds=60 + BATCH * (self._seconds + 5) / self._size)
        with self.store.write() as tx:
            rows = frontier.to_extract(tx, slugs, self.store.worker, BATCH, now, lease=lease, home=self._home)
            here = [row for row in rows if self._archive.has(row.archive or "")]
            for row in rows:
                if row not in here:
                    frontier.lost(tx, row, self.store.worker, GONE, now)
        if here:
            self._save(here, self._results(here))
        return len(rows)

    def all(self, slugs: Sequence[str] | None) -> None:
        """Extract until nothing waits; then look how the sources do whose pages these were."""
        while self.once(slugs):
            pass
        self._look_over()

    def _look_over(self) -> None:
        """Count the months anew that these pages belong to, and judge each source by what its pages give."""
        now = datetime.now(UTC)
        months, self.months = self.months, {}
        for slug, its in months.items():
            with self.store.write() as tx:
                completeness.recount(tx, slug, its, now)
        review(self.store, self.sources, sorted(months), now)

    def again(self, slugs: Sequence[str] | None) -> None:
        """Extract all archived rows again, in the order they were discovered."""
        after = 0
        while True:
            with self.store.read() as tx:
                rows = frontier.fetched_rows(tx, slugs, after, BATCH)
            if not rows:
                return
            after = rows[-1].id
            here = [row for row in rows if self._archive.has(row.archive or "")]
            for row in rows:
                if row not in here:
                    self.parked.setdefault(row.source, Counter())[ELSEWHERE] += 1
            self._save_again(here, self._results(here))

    def receipt(self) -> dict[str, Any]:
        """What came of it."""
        reasons: Counter[str] = Counter()
        for counts in self.parked.values():
            reasons.update(counts)
        return {
            "extracted": sum(self.extracted.values()),
            **{change: self.changes[change] for change in ("new", "version", "meta", "same")},
            "parked": dict(reasons),
        }

    def _results(self, rows: Sequence[FrontierRow], *, second: bool = False) -> dict[int, Result]:
        """Extract the page of each row; with `second` the page that its document was made from before."""
        if self._pool is None:
            self._pool = Pool(self._function, size=self._size, seconds=self._seconds, megabytes=self._megabytes)
        before = self._before(rows) if second else {}
        jobs = [(row.id, {
            "home": str(self.settings.home), "pointer": before[row.id] if second else row.archive or "", "source": self.sources.get(row.source),
            "slug": row.source, "entry": dict(row.entry), "arrival": row.arrival,
        }) for row in rows if not second or row.id in before]  # fmt: skip
        return dict(self._pool.run(jobs))

    def _before(self, rows: Sequence[FrontierRow]) -> dict[int, str]:
        """Where the page is kept that a row's document was made from, for rows whose page was fetched once more."""
        known = {row.id: row.document for row in rows if row.document}
        with self.store.read() as tx:
            found = {one.id: one.archive for one in documents.many(tx, list(known.values()))}
        return {id: archive for id, document in known.items() if (archive := found.get(document))}

    def _sorted(
        self, rows: Sequence[FrontierRow], results: Mapping[int, Result]
    ) -> tuple[list[tuple[FrontierRow, Document]], list[tuple[FrontierRow, str]]]:
        good = [(row, seen(results[row.id][1], row)) for row in rows if results[row.id][0] == "ok"]
        bad = [(row, str(results[row.id][1])) for row in rows if results[row.id][0] != "ok"]
        return good, bad

    def _save(self, rows: Sequence[FrontierRow], results: Mapping[int, Result]) -> None:
        """Keep what the pages gave. Of a page that was fetched once more the old one is extracted again too, so that what
        our extractor changed meanwhile is not taken for the publisher's word."""
        good, bad = self._sorted(rows, results)
        before = self._as_before([row for row, _ in good if row.document])
        now = datetime.now(UTC)
        with self.store.write() as tx:
            if before:
                documents.save_many(tx, before, by="extractor", now=now)
            saved = documents.save_many(tx, [document for _, document in good], now=now)
            for (row, _), one in zip(good, saved, strict=True):
                frontier.extracted(tx, row, self.store.worker, one.document.id, now, published=one.document.published)
            for row, reason in bad:
                self._refused(tx, row, reason, now)
        self._count(good, bad, [one.change for one in saved])

    def _as_before(self, rows: Sequence[FrontierRow]) -> list[Document]:
        """What the page of each row gave before it was fetched once more, by today's extractor."""
        results = self._results(rows, second=True) if rows else {}
        good, _ = self._sorted([row for row in rows if row.id in results], results)
        return [document for _, document in good]

    def _refused(self, tx: Connection, row: FrontierRow, reason: str, now: datetime) -> None:
        """A page that gives no document: it is parked, or asked for again where a guard or a fault stood in the way."""
        if row.document is None and reason.startswith(CHALLENGE):
            frontier.failed(tx, row, self.store.worker, f"blocked: {reason}", now)
        elif row.document is None and reason.startswith(FAULTS):
            frontier.failed(tx, row, self.store.worker, reason, now)
        elif row.document is None:
            frontier.park(tx, row, self.store.worker, reason, now)
        else:
            frontier.stays(tx, row, self.store.worker, reason, now)
            if reason.startswith(MISSING):
                revisions.vanished(tx, row.id, now)

    def _save_again(self, rows: Sequence[FrontierRow], results: Mapping[int, Result]) -> None:
        good, bad = self._sorted(rows, results)
        now = datetime.now(UTC)
        with self.store.write() as tx:
            saved = documents.save_many(tx, [document for _, document in good], by="extractor", now=now)
            for (row, _), one in zip(good, saved, strict=True):
                frontier.extracted_again(tx, row, now, document=one.document.id)
            for row, reason in bad:
                # a page that gave a document keeps it: the extractor failing now is no word of the publisher's
                if row.document is None:
                    frontier.extracted_again(tx, row, now, reason=reason)
        self._count(good, bad, [one.change for one in saved])

    def _count(
        self,
        good: Sequence[tuple[FrontierRow, Document]],
        bad: Sequence[tuple[FrontierRow, str]],
        changes: Sequence[str],
    ) -> None:
        self.extracted.update(row.source for row, _ in good)
        for row, document in good:
            when = {completeness.month_of(moment) for moment in (document.published, row.published) if moment}
            self.months.setdefault(row.source, set()).update(when)
        self.changes.update(changes)
        for row, reason in bad:
            self.parked.setdefault(row.source, Counter())[reason] += 1
            self.months.setdefault(row.source, set())

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def __enter__(self) -> "Extraction":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def seen(document: Document, row: FrontierRow) -> Document:
    """With its arrival: a crawled document is late when it was published more than seven days before it was first seen."""
    late = row.arrival == "live" and is_late(document.published, row.discovered)
    return replace(document, arrival="late" if late else row.arrival)
