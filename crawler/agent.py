"""How we present ourselves and how far we reach: the honest user agent and the bounds of every request."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version

ROBOTS_NAME = "Pututu"
"""The name that robots.txt knows us by."""
LARGEST_LISTING = 20 * 2**20
LARGEST_PAGE = 8 * 2**20
TIMEOUT = 30
REDIRECTS = 5
LONGEST_WAIT = timedelta(days=2)


def user_agent(contact: str) -> str:
    """`Pututu/<version> (+<contact>)`: who asks, and whom to write to."""
    try:
        number = version("pututu")
    except PackageNotFoundError:
        number = "0"
    return f"Pututu/{number} (+{contact or 'news monitor for research; set PUTUTU_CONTACT to say who runs it'})"


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """When a server wants to be asked again (seconds or a date), at most two days ahead; None where it says nothing usable."""
    text = (value or "").strip()
    if text.isdigit():
        when = now + min(timedelta(seconds=min(int(text), 10**7)), LONGEST_WAIT)
        return when
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(when.astimezone(UTC), now + LONGEST_WAIT) if when > now else None
