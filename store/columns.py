"""How values stand in the database: moments as integers, JSON as compact text, strings that every database can hold.

Moments are microseconds since 1970 in UTC. Integers sort and compare alike on SQLite and PostgreSQL, lose nothing
below the second, and are read several times faster than ISO text.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, String, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class When(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 UTC. A naive one is refused: it would mean another moment elsewhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Aware datetime to microseconds; raises ValueError when it has no offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; the store takes aware datetimes only")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Microseconds to an aware datetime in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Text that both databases can hold: what they cannot (lone surrogates, NUL) becomes U+FFFD, one for one."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The same text, storable."""
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """A JSON value as compact UTF-8 text. Tuples come back as lists."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """JSON-able value to text."""
        if value is None:
            return None
        return storable(_ENCODER.encode(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Text to value."""
        return None if value is None else json.loads(value)


def storable(text: str) -> str:
    """The text with every character that UTF-8 or PostgreSQL cannot hold replaced by U+FFFD; the length stays."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def _plain(value: object) -> object:
    """Moments and sets inside JSON: ISO text and sorted lists. Anything else is the caller's mistake."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; the store takes aware datetimes only")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, "items"):
        return dict(value.items())
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)
