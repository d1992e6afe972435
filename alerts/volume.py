"""Alerts on volume: far more was written than usual, by count, by ratio and by at least two outlets, told once and then not
again for a while. What is unusual is `search.spikes`' judgement, the same that `pututu spikes` and the trends page show; an
alert may only ask for more."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.rules import checked_query
from core.errors import QueryError
from core.time import lima_day
from search.backend import Backend
from search.spikes import spikes
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
    least = alert.volume or {}
    for row in reversed(spikes(backend, node, start=today - timedelta(days=BACK), end=today)):
        if all(row[name] >= least.get(name, 0) for name in ("count", "ratio", "sources")):
            yield {name: row[name] for name in ("start", "count", "expected", "ratio", "sources", "evidence")}


def _pause(store: Store, alert: Alert, error: QueryError, domain: str, now: datetime) -> None:
    with store.write() as tx:
        if kept.pause(tx, alert.id, str(error), now):
            deliveries.add_notice(tx, alert, str(error), domain, now)
