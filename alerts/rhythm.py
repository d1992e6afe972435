"""When an entry is due. A pure function of the rhythm and of four moments, so that clocks may jump in tests.

Instant entries are due at once. A digest has slots: every day, or every Monday, at its hour in Lima. An entry that matched
before the latest slot is due in it, and a slot has one digest: what comes after it waits for the next. A moment that lies
in the future was written by a clock that has gone back since: it holds nothing up. In an owner's quiet hours nothing is
due; what would have been goes out at their end.
"""

from datetime import datetime, time, timedelta
from typing import get_args

from core.time import LIMA
from store.alerts import Alert, Day

DAYS: tuple[str, ...] = get_args(Day)


def due(alert: Alert, entry_created: datetime, last_delivery: datetime | None, now: datetime) -> bool:
    """Whether an entry goes out now. `last_delivery`: when the alert's last digest was prepared, None if never."""
    if is_quiet(alert, now):
        return False
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
        slot -= timedelta(days=(slot.weekday() - DAYS.index(alert.day)) % 7)
    if slot > local:
        slot -= timedelta(days=7 if alert.rhythm == "weekly" else 1)
    return slot


def is_quiet(alert: Alert, now: datetime) -> bool:
    """Whether the owner wants no mail at this moment: from the first minute of the quiet hours to before their last."""
    return _quiet_until(alert, now) is not None


def next_due(alert: Alert, now: datetime) -> datetime:
    """When something that matches now goes out: at once, at the next slot, or when the quiet hours after it end."""
    moment = now
    if alert.rhythm != "instant":
        moment = latest_slot(alert, now) + timedelta(days=7 if alert.rhythm == "weekly" else 1)
    return _quiet_until(alert, moment) or moment


def _quiet_until(alert: Alert, now: datetime) -> datetime | None:
    """The end of the quiet hours that `now` lies in, None where it lies in none. `22:00-07:00` runs through midnight."""
    if not alert.quiet:
        return None
    begins, ends = (time.fromisoformat(part) for part in alert.quiet.split("-"))
    local = now.astimezone(LIMA)
    at = local.time()
    if not (begins <= at < ends if begins < ends else at >= begins or at < ends):
        return None
    end = datetime.combine(local.date(), ends, LIMA)
    return end if end > local else end + timedelta(days=1)
