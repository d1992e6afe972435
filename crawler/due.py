"""When: how late is late, and when a server that asked us to wait may be asked again. (When a source is polled next is learned in `store.sources`.)"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LATE = timedelta(days=7)
LONGEST_WAIT = timedelta(days=2)


def is_late(published: datetime | None, seen: datetime) -> bool:
    """Whether an item was published more than seven days before it was first seen."""
    return published is not None and published < seen - LATE


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """When a server wants to be asked again (seconds or a date), at most two days ahead; None where it says nothing usable."""
    text = (value or "").strip()
    if text.isdigit() and text.isascii():
        return now + min(timedelta(seconds=min(int(text[:10]), 10**7)), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(when.astimezone(UTC), now + LONGEST_WAIT) if when > now else None
