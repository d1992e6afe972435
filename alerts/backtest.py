"""What an alert would have found: asked of the index over the last days, before it is saved or changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from alerts.rules import checked_query
from core.record import Record
from core.time import lima_day
from search.backend import Backend
from search.nodes import And, Node, Not, Range, both, either
from store import documents
from store.database import Store

DAYS = 30
SAMPLES = 10
FEW = 5  # samples of what is gained, and of what is lost
BUSY = 50
"""Documents a day above which an alert is only saved when that is confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Matches by day of publication in Lima (every day of the span, also empty ones), their sources, the newest ones.

    `undated` of the total have no day: they are counted by when they were seen.
    """

    query: str
    first: date
    last: date
    total: int
    undated: int
    days: Sequence[tuple[date, int]]
    sources: Sequence[tuple[str, int]]
    samples: Sequence[Record]

    @property
    def per_day(self) -> float:
        """How many a day, on average over the span."""
        return self.total / len(self.days)

    @property
    def busy(self) -> bool:
        """Whether it would fire so often that this must be confirmed."""
        return self.per_day > BUSY

    def to_json(self) -> dict[str, Any]:
        """As the command line and the API print it; the samples' texts are masked."""
        return {
            "query": self.query, "from": self.first.isoformat(), "to": self.last.isoformat(), "total": self.total,
            "per_day": round(self.per_day, 2), "busy": self.busy, "undated": self.undated,
            "days": [{"start": day.isoformat(), "count": count} for day, count in self.days],
            "sources": [{"source": name, "count": count} for name, count in self.sources],
            "samples": samples_of(self.samples),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an edited query gains and loses over the span: how many documents, and the newest of them."""

    before: str
    query: str
    kept: int
    gained: int
    lost: int
    gained_samples: Sequence[Record]
    lost_samples: Sequence[Record]

    def to_json(self) -> dict[str, Any]:
        """As the command line and the API print it; the samples' texts are masked."""
        return {
            "before": self.before, "query": self.query, "kept": self.kept, "gained": self.gained, "lost": self.lost,
            "gained_samples": samples_of(self.gained_samples), "lost_samples": samples_of(self.lost_samples),
        }  # fmt: skip


def backtest(
    query: str, backend: Backend, store: Store, now: datetime, *, days: int = DAYS, samples: int = SAMPLES, anchored: bool = True
) -> Backtest:  # fmt: skip
    """Ask an alert's query of the last days, today included. Raises QueryError where it could not be an alert's."""
    first, last = span(now, days)
    node = both(checked_query(query, anchored=anchored), _arrived(first, last))
    counts = {row.day: row.count for row in backend.histogram(node)}
    newest = backend.search(node, limit=samples)
    listed = [first + timedelta(days=number) for number in range(days)]
    return Backtest(
        query=query, first=first, last=last, total=newest.total, undated=counts.get(None, 0),
        days=[(day, counts.get(day, 0)) for day in listed], sources=backend.facets(node, ["source"], None)["source"],
        samples=records_of(store, newest.ids),
    )  # fmt: skip


def compared(before: str, query: str, backend: Backend, store: Store, now: datetime, *, days: int = DAYS) -> Change:
    """What one query finds in the last days that the other does not. Raises QueryError where one could not be an alert's."""
    old, new = (checked_query(text, anchored=False) for text in (before, query))
    within = _arrived(*span(now, days))
    gained = backend.search(And((new, Not(old), within)), limit=FEW)
    lost = backend.search(And((old, Not(new), within)), limit=FEW)
    return Change(
        before=before, query=query, kept=backend.count(both(old, new, within)), gained=gained.total, lost=lost.total,
        gained_samples=records_of(store, gained.ids), lost_samples=records_of(store, lost.ids),
    )  # fmt: skip


def span(now: datetime, days: int) -> tuple[date, date]:
    """The first and the last of so many days in Lima, today included."""
    last = lima_day(now)
    return last - timedelta(days=days - 1), last


def _arrived(first: date, last: date) -> Node:
    """Published in the span; what has no date, seen in it."""
    ends = (first.isoformat(), last.isoformat())
    return either(Range("date", *ends), And((Not(Range("date", None, None)), Range("seen", *ends))))


def records_of(store: Store, ids: Sequence[str]) -> list[Record]:
    """The documents with these ids, in their order."""
    with store.read() as tx:
        return documents.records(tx, list(ids))


def samples_of(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Documents as a back-test names them, masked."""
    found = [record.masked().document for record in records]
    return [{"id": one.id, "title": one.title, "source": one.source, "url": one.url} for one in found]
