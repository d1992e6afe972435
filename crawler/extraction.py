"""Extraction of what was fetched: archived pages -> documents, on every core, each page bounded in time and memory."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.document import Document
from core.settings import Settings
from crawler import catalog
from crawler.archive import Archive
from crawler.due import is_late
from crawler.pool import Pool
from crawler.source import Source
from crawler.worker import Result
from store import documents, frontier
from store.database import Store
from store.frontier import FrontierRow

SECONDS = 30.0
MEGABYTES = 3072
BATCH = 32
EXTRACTOR = "crawler.extraction:extract_archived"


def extract_archived(
    home: str, pointer: str, source: Source | None, slug: str, entry: Mapping[str, Any] | None, arrival: str
) -> Document:
    """What a worker does with one job: read the archive, extract. `slug` stands where the source's file is gone."""
    from crawler.extract import extract  # the heavy half of this room: only the workers load it

    page = Archive(Path(home)).read(pointer)
    document = extract(page, source=source, entry=entry, arrival=arrival)  # type: ignore[arg-type]
    return replace(document, source=slug)


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
        self._size = workers or os.cpu_count() or 1
        self._seconds, self._megabytes, self._function = seconds, megabytes, function
        self._pool: Pool[int] | None = None

    def once(self, slugs: Sequence[str] | None) -> int:
        """Extract one batch of fetched rows; how many there were."""
        now = datetime.now(UTC)
        # the lease outlives the worst case: every page of the batch taking all of its time
        lease = timedelta(seconds=60 + BATCH * (self._seconds + 5) / self._size)
        with self.store.write() as tx:
            rows = frontier.to_extract(tx, slugs, self.store.worker, BATCH, now, lease=lease)
        if rows:
            self._save(rows, self._results(rows))
        return len(rows)

    def all(self, slugs: Sequence[str] | None) -> None:
        """Extract until nothing waits."""
        while self.once(slugs):
            pass

    def again(self, slugs: Sequence[str] | None) -> None:
        """Extract all archived rows again, in the order they were discovered."""
        after = 0
        while True:
            with self.store.read() as tx:
                rows = frontier.fetched_rows(tx, slugs, after, BATCH)
            if not rows:
                return
            after = rows[-1].id
            self._save_again(rows, self._results(rows))

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

    def _results(self, rows: Sequence[FrontierRow]) -> dict[int, Result]:
        if self._pool is None:
            self._pool = Pool(self._function, size=self._size, seconds=self._seconds, megabytes=self._megabytes)
        jobs = [(row.id, {
            "home": str(self.settings.home), "pointer": row.archive or "", "source": self.sources.get(row.source), "slug": row.source,
            "entry": dict(row.entry), "arrival": row.arrival,
        }) for row in rows]  # fmt: skip
        return dict(self._pool.run(jobs))

    def _sorted(
        self, rows: Sequence[FrontierRow], results: Mapping[int, Result]
    ) -> tuple[list[tuple[FrontierRow, Document]], list[tuple[FrontierRow, str]]]:
        good = [(row, seen(results[row.id][1], row)) for row in rows if results[row.id][0] == "ok"]
        bad = [(row, str(results[row.id][1])) for row in rows if results[row.id][0] != "ok"]
        return good, bad

    def _save(self, rows: Sequence[FrontierRow], results: Mapping[int, Result]) -> None:
        good, bad = self._sorted(rows, results)
        now = datetime.now(UTC)
        with self.store.write() as tx:
            saved = documents.save_many(tx, [document for _, document in good], now=now)
            for (row, _), one in zip(good, saved, strict=True):
                frontier.extracted(tx, row, self.store.worker, one.document.id, now)
            for row, reason in bad:
                frontier.park(tx, row, self.store.worker, reason, now)
        self._count(good, bad, [one.change for one in saved])

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
        self.changes.update(changes)
        for row, reason in bad:
            self.parked.setdefault(row.source, Counter())[reason] += 1

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
