"""What an alert would have found: asked of the index over the last days, before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from alerts.rules import checked_query
from core.record import Record
from core.time import lima_day
from search.backend import Backend
from search.nodes import Range, both
from store import documents
from store.database import Store

DAYS = 30
SAMPLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Matches by day of publication in Lima (every day of the span, also empty ones), their sources, the newest ones."""

    query: str
    first: date
    last: date
    total: int
    days: Sequence[tuple[date, int]]
    sources: Sequence[tuple[str, int]]
    samples: Sequence[Record]

    @property
    def per_day(self) -> float:
        """How many a day, on average over the span."""
        return self.total / len(self.days)

    def to_json(self) -> dict[str, Any]:
        """As the command line and the API print it; the samples' texts are masked."""
        samples = [record.masked().document for record in self.samples]
        return {
            "query": self.query, "from": self.first.isoformat(), "to": self.last.isoformat(), "total": self.total,
            "per_day": round(self.per_day, 2),
            "days": [{"start": day.isoformat(), "count": count} for day, count in self.days],
            "sources": [{"source": name, "count": count} for name, count in self.sources],
            "samples": [{"id": one.id, "title": one.title, "source": one.source, "url": one.url} for one in samples],
        }  # fmt: skip


def backtest(
    query: str, backend: Backend, store: Store, now: datetime, *, days: int = DAYS, samples: int = SAMPLES
) -> Backtest:
    """Ask an alert's query of the last days, today included. Raises QueryError where it could not be an alert's."""
    last = lima_day(now)
    first = last - timedelta(days=days - 1)
    node = both(checked_query(query), Range("date", first.isoformat(), last.isoformat()))
    counts = {row.day: row.count for row in backend.histogram(node)}
    newest = backend.search(node, limit=samples)
    with store.read() as tx:
        records = documents.records(tx, list(newest.ids))
    span = [first + timedelta(days=number) for number in range(days)]
    return Backtest(
        query=query, first=first, last=last, total=newest.total, days=[(day, counts.get(day, 0)) for day in span],
        sources=backend.facets(node, ["source"])["source"], samples=records,
    )  # fmt: skip
