"""When an entry is due. A pure function of the rhythm and of four moments, so that clocks may jump in tests.

Instant entries are due at once. A digest has slots: every day, or every Monday, at its hour in Lima. An entry that matched
before the latest slot is due in it, and a slot has one digest: what comes after it waits for the next. A moment that lies
in the future was written by a clock that has gone back since: it holds nothing up.
"""

from datetime import datetime, time, timedelta

from core.time import LIMA
from store.alerts import Alert

MONDAY = 0


def due(alert: Alert, entry_created: datetime, last_delivery: datetime | None, now: datetime) -> bool:
    """Whether an entry goes out now. `last_delivery`: when the alert's last digest was prepared, None if never."""
    if alert.rhythm == "instant":
        return True
    slot = latest_slot(alert, now)
    served = last_delivery is not None and slot <= last_delivery <= now
    return not served and (entry_created < slot or entry_created > now)


def latest_slot(alert: Alert, now: datetime) -> datetime:
    """The last moment, not after `now`, at which the alert's digest goes out."""
    local = now.astimezone(LIMA)
    slot = datetime.combine(local.date(), time.fromisoformat(alert.at), LIMA)
    if alert.rhythm == "weekly":
        slot -= timedelta(days=(slot.weekday() - MONDAY) % 7)
    if slot > local:
        slot -= timedelta(days=7 if alert.rhythm == "weekly" else 1)
    return slot
