"""Alerts on volume: far more was written than usual, by count, by ratio and by at least two outlets, told once and then not
again for a while. What is unusual is `search.spikes`' judgement, the same that `pututu spikes` and the trends page show; an
alert may only ask for more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.backtest import DAYS, records_of, samples_of, span
from alerts.rules import checked_query
from core.errors import QueryError
from core.record import Record
from core.time import lima_day
from search.backend import Backend
from search.spikes import replayed, spikes
from store import alerts as kept
from store import bulletins, deliveries
from store.alerts import Alert
from store.database import Store

WHAT = "volume"
BACK = (
    1  # days before today that are looked at too: what was published late in the evening is often known after midnight
)


def is_any_asked(tx: Connection) -> bool:
    """Whether anybody subscribed to a volume."""
    return bool(kept.active(tx, ("volume",)))


def ask(store: Store, backend: Backend, now: datetime, domain: str) -> dict[str, Any]:
    """Look at every active alert on volume whose cooldown is over. Returns `{asked, told, paused}`.

    A query that can no longer be asked pauses its alert, and its owner is told.
    """
    receipt: dict[str, Any] = {"asked": 0, "told": 0, "paused": []}
    with store.read() as tx:
        waiting = [alert for alert in kept.active(tx, ("volume",)) if not _is_cooling(tx, alert, now)]
    for alert in waiting:
        receipt["asked"] += 1
        try:
            found = next(_peaks(alert, backend, now), None)
        except QueryError as error:
            _pause(store, alert, error, domain, now)
            receipt["paused"].append({"id": alert.id, "name": alert.name, "reason": str(error)})
            continue
        if found is not None:
            with store.write() as tx:
                bulletins.lock(tx)
                if not _is_cooling(tx, alert, now):
                    key = f"{WHAT}:{found['start']}"
                    receipt["told"] += bulletins.add(tx, alert.id, key, WHAT, found, now)
    return receipt


def _is_cooling(tx: Connection, alert: Alert, now: datetime) -> bool:
    last = bulletins.last(tx, alert.id, now)
    return last is not None and now - last < timedelta(hours=float((alert.volume or {}).get("cooldown", 0)))


def _peaks(alert: Alert, backend: Backend, now: datetime) -> Iterator[Mapping[str, Any]]:
    """The days, newest first, that reach all thresholds of the alert, with the ids of their evidence."""
    node, today = checked_query(alert.query, anchored=False), lima_day(now)
    for row in reversed(spikes(backend, node, start=today - timedelta(days=BACK), end=today)):
        if _reaches(row, alert.volume or {}):
            yield {name: row[name] for name in ("start", "count", "expected", "ratio", "sources", "evidence")}


def _reaches(row: Mapping[str, Any], least: Mapping[str, Any]) -> bool:
    return all(row[name] >= least.get(name, 0) for name in ("count", "ratio", "sources"))


def _pause(store: Store, alert: Alert, error: QueryError, domain: str, now: datetime) -> None:
    with store.write() as tx:
        if kept.pause(tx, alert.id, str(error), now):
            deliveries.add_notice(tx, alert, str(error), domain, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """One time that an alert on volume would have been told: of which day, on which day, its figures, its evidence."""

    start: date
    told: date
    count: int
    expected: float
    ratio: float
    sources: int
    evidence: Sequence[Record]

    def to_json(self) -> dict[str, Any]:
        """As the command line and the API print it; the evidence is masked."""
        return {
            "start": self.start.isoformat(), "told": self.told.isoformat(), "count": self.count, "expected": self.expected, "ratio": self.ratio,
            "sources": self.sources, "evidence": samples_of(self.evidence),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeTest:
    """How often an alert on volume would have been told in the span, by its thresholds and its cooldown."""

    query: str
    volume: Mapping[str, Any]
    first: date
    last: date
    surges: Sequence[Surge]

    def to_json(self) -> dict[str, Any]:
        """As the command line and the API print it."""
        return {
            "query": self.query, "kind": WHAT, "volume": dict(self.volume), "from": self.first.isoformat(), "to": self.last.isoformat(),
            "fired": len(self.surges), "surges": [one.to_json() for one in self.surges],
        }  # fmt: skip


def backtest(
    query: str, least: Mapping[str, Any], backend: Backend, store: Store, now: datetime, *, days: int = DAYS
) -> VolumeTest:
    """Look at the end of each of the last days, as `ask` does every few minutes, with what was published until then. `least` are
    the thresholds of the alert, cooldown included. Raises QueryError where the query could not be an alert's."""
    first, last = span(now, days)
    node, surges = checked_query(query, anchored=False), list[Surge]()
    for day, rows in replayed(backend, node, start=first, end=last, back=BACK):
        if surges and day - surges[-1].told < timedelta(hours=float(least.get("cooldown", 0))):
            continue
        row = next((row for row in rows if _reaches(row, least)), None)
        if row is not None and row["start"] not in {one.start.isoformat() for one in surges}:
            evidence = records_of(store, row["evidence"])
            figures = {name: row[name] for name in ("count", "expected", "ratio", "sources")}
            surges.append(Surge(start=date.fromisoformat(row["start"]), told=day, evidence=evidence, **figures))
    return VolumeTest(query=query, volume=least, first=first, last=last, surges=surges)


def compared(before: VolumeTest, after: VolumeTest) -> dict[str, Any]:
    """The days that an edited alert would have told and the one before not, the other way round, and how many both tell."""
    old, new = ([one.start.isoformat() for one in tested.surges] for tested in (before, after))
    return {
        "before": before.query, "query": after.query, "kept": len(set(old) & set(new)),
        "gained": [day for day in new if day not in old], "lost": [day for day in old if day not in new],
    }  # fmt: skip
