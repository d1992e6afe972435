"""The days that a listing's own address names: a sitemap of a month, an archive of a day, a list between two dates."""

import re
from datetime import date, timedelta
from urllib.parse import unquote, urlsplit

_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_/.]?)(0?[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_/.]?(0[1-9]|1[0-2])(?!\d)")
_PARTS = re.compile(
    r"(?:yyyy|year|anio)=((?:19|20)\d\d)(?:.*?(?:mm|month|mes)=(\d{1,2}))?(?:.*?(?:dd|day|dia)=(\d{1,2}))?", re.I
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def period_of(url: str) -> tuple[date, date] | None:
    """First and last day that an address names, None where it names none; with several, from the earliest to the latest.

    An `after=` or `before=` of WordPress names the day beside the one that is meant, so the days of its list lie between.
    """
    parts = urlsplit(url)
    text = unquote(f"{parts.path}?{parts.query}")
    if match := _PARTS.search(parts.query):
        return _span(match[1], match[2], match[3])
    days = [day for match in _DAY.finditer(text) if (day := _day(match[1], match[3], match[4]))]
    if days:
        first, last = min(days), max(days)
        bounded = "after=" in text and "before=" in text and (last - first).days >= 2
        return (first + timedelta(days=1), last - timedelta(days=1)) if bounded else (first, last)
    for pattern in (_MONTH, _YEAR):
        spans = [_span(*match.groups()) for match in pattern.finditer(text)]
        found = [span for span in spans if span]
        if found:
            return min(first for first, _ in found), max(last for _, last in found)
    return None


def _span(year: str, month: str | None = None, day: str | None = None) -> tuple[date, date] | None:
    if month is None:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if day is not None:
        one = _day(year, month, day)
        return (one, one) if one else None
    first = _day(year, month, "1")
    if first is None:
        return None
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
