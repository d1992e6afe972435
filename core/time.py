"""Dates as Peru's press writes them -> aware UTC; and UTC -> Lima at the edge. Peru is UTC-5 all year."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from core.document import Precision
from core.errors import InputError
from core.text import clean, fold

LIMA = timezone(timedelta(hours=-5), "America/Lima")
_FIRST_YEAR = 1990
AHEAD = timedelta(days=2)
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time (aware UTC) and how exactly it was told; a day or month is its first instant in Lima."""

    when: datetime
    precision: Precision


def utc_now() -> datetime:
    """The clock of production; tests pass their own."""
    return datetime.now(UTC)


def lima_iso(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS-05:00`."""
    return moment.astimezone(LIMA).isoformat(timespec="seconds")


def lima_day(moment: datetime) -> date:
    """The day it was in Lima."""
    return moment.astimezone(LIMA).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """A day in Lima as UTC: its first instant, and the first instant after it."""
    start = datetime(day.year, day.month, day.day, tzinfo=LIMA).astimezone(UTC)
    return start, start + timedelta(days=1)


def parse_day(text: str) -> date:
    """`YYYY-MM-DD`, or `YYYY-MM` as its first day. Raises InputError otherwise."""
    return parse_days(text)[0]


def parse_days(text: str) -> tuple[date, date]:
    """The first and last day that `YYYY-MM-DD` or `YYYY-MM` names. Raises InputError otherwise."""
    match = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text.strip(), re.ASCII)
    if match:
        year, month, day = int(match[1]), int(match[2]), match[3]
        try:
            if day:
                return (date(year, month, int(day)),) * 2
            first = date(year, month, 1)
            return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        except (ValueError, OverflowError):
            pass
    raise InputError(f"{text!r} is no day.", "Write YYYY-MM-DD or YYYY-MM, e.g. 2025-03-14.")


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene january jan", "febrero feb february", "marzo mar march", "abril abr april apr", "mayo may",
            "junio jun june", "julio jul july", "agosto ago august aug", "setiembre septiembre set sep sept september",
            "octubre oct october", "noviembre nov november", "diciembre dic december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "pet": -5, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "cot": -5, "ect": -5, "bot": -4, "clt": -4, "clst": -3, "art": -3, "brt": -3, "vet": -4,
    "cet": 1, "cest": 2, "bst": 1, "west": 1, "america/lima": -5,
}  # fmt: skip
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_ZONE = (
    r"(?P<zone>(?:gmt|utc)?\s?[+-]\d{1,2}:?(?:\d{2})?(?!\d)|"
    + "|".join(sorted(_ZONES, key=len, reverse=True))
    + r")(?![\w])"
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:(?::|h)(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?(?!\d)|(?:\.(?P<dotted>\d{2}))?(?=\s?[ap]\.?\s?m\b))"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?(?:\s(?:de|en|por) la (?P<part>madrugada|ma[nñ]ana|tarde|noche)\b)?(?:\s?(?:h|hs|hrs|horas)\b\.?)?(?:\s?\(?"
    + _ZONE
    + r"\)?)?"
)
_LINK = re.compile(r"(?:\s|[,|/•·()\-–—]|\b(?:a|las|la|at|hora|hrs?|de)\b|t(?=\d))*")
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|ro|er|°|º)?"
_YEAR4 = r"(?P<year>\d{4})(?!\d)"
_YEAR = r"(?P<year>\d{4}|\d{2})(?!\d)"
_DATES: tuple[re.Pattern[str], ...] = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(_DAY + r"[\s\-/]*(?:de\s+|of\s+)?" + _MONTH + r"[\s,\-/]*(?:de[l]?\s+(?:ano\s+|año\s+)?)?" + _YEAR4),
    re.compile(r"\b" + _MONTH + r"\s+" + _DAY + r"(?:\s*,\s*|\s+(?:de[l]?\s+)?)" + _YEAR4),
    re.compile(_DAY + r"[\s\-]+" + _MONTH + r"[\s\-]+" + _YEAR + r"(?=\s+\d{1,2}:|\s*$)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})(?P<sep>[/.\-])(?P<month>\d{1,2})(?P=sep)" + _YEAR),
    re.compile(_DAY + r"\s*(?:de\s+)?" + _MONTH),
    re.compile(r"\b" + _MONTH + r"\s+" + _DAY + r"\b(?!:)"),
    re.compile(r"\b" + _MONTH + r"\s*,?\s*(?:de[l]?\s+)?" + _YEAR4),
    re.compile(r"^(?P<year>\d{4})-(?P<month>\d{2})$"),
)
_COUNTS = {"un": 1, "una": 1, "uno": 1, "a": 1, "an": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "media": 0.5}  # fmt: skip
_UNIT = r"(?P<unit>segundos?|minutos?|mins?|horas?|hrs?|dias?|semanas?|mes(?:es)?|seconds?|minutes?|hours?|days?|weeks?|months?|[smhd]\b)"
_NUMBER = r"(?P<count>\d{1,4}|(?:" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + r")\b)"
_AGO = re.compile(
    rf"\bhace\s+(?:unos\s+|unas\s+|casi\s+|mas de\s+)?{_NUMBER}\s*{_UNIT}|(?<![\w]){_NUMBER.replace('count', 'count2')}\s*{_UNIT.replace('unit', 'unit2')}\s+(?:ago|atras)\b"
)
_NAMED = re.compile(
    r"^\W*(?:(?:publicado|actualizado|publicada|actualizada|updated|published|fecha)\W+(?:el\s+)?)?(?P<name>hoy|ayer|anteayer|antes de ayer|today|yesterday)\b"
)
_NAMED_DAYS = {"hoy": 0, "today": 0, "ayer": 1, "yesterday": 1, "anteayer": 2, "antes de ayer": 2}
_NOW = re.compile(
    r"^\W*(?:hace (?:un|unos|pocos) (?:instantes?|momentos?|segundos|minutos)|justo ahora|ahora(?: mismo)?|just now)\W*$"
)


def parse_date(text: str, *, now: datetime | None = None) -> Moment | None:
    """Any form that sources use -> Moment, or None where it is no date (an impossible one included).

    A time without zone is Lima's. `now` is needed for "hace 3 horas", "ayer" and for a missing year (the nearest to it);
    with it, what is more than two days ahead is None; so is what lies before 1990.
    """
    plain = re.sub(r"\s+", " ", fold(clean(text))).strip()
    if not plain or len(plain) > _LONGEST:
        return None
    try:
        for read in _READERS:
            moment = read(plain, now)
            if moment is not None:
                return moment if _plausible(moment.when, now) else None
    except (ValueError, OverflowError):
        return None
    return None


def _plausible(when: datetime, now: datetime | None) -> bool:
    return when.year >= _FIRST_YEAR and (now is None or when <= now + AHEAD)


def _stamp(plain: str, now: datetime | None) -> Moment | None:
    if match := re.fullmatch(r"\\?/?date\((-?\d+)(?:[+-]\d{4})?\)\\?/?", plain):
        return _epoch(int(match[1]) / 1000)
    if match := re.fullmatch(r"(\d{9,10})(?:\.\d+)?", plain):
        return _epoch(float(plain))
    if re.fullmatch(r"\d{12,13}", plain):
        return _epoch(int(plain) / 1000)
    if re.fullmatch(r"\d{16}", plain):
        return _epoch(int(plain) / 1_000_000)
    return None


def _epoch(seconds: float) -> Moment:
    return Moment(datetime.fromtimestamp(seconds, UTC), "second")


def _compact(plain: str, now: datetime | None) -> Moment | None:
    match = re.fullmatch(r"(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?(?:" + _ZONE + ")?)?", plain)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if match[4] is None:
        return Moment(datetime(year, month, day, tzinfo=LIMA).astimezone(UTC), "day")
    zone = _zone(match["zone"])
    when = datetime(year, month, day, int(match[4]), int(match[5]), int(match[6] or 0), tzinfo=zone)
    return Moment(when.astimezone(UTC), "second" if match[6] else "minute")


def _calendar(plain: str, now: datetime | None) -> Moment | None:
    for pattern in _DATES:
        match = pattern.search(plain)
        if match:
            return _dated(match, plain, now)
    return None


def _dated(match: re.Match[str], plain: str, now: datetime | None) -> Moment | None:
    parts = match.groupdict()
    month = _MONTHS.get(parts["month"]) or int(parts["month"])
    if parts.get("day") is None:
        return Moment(datetime(int(parts["year"]), month, 1, tzinfo=LIMA).astimezone(UTC), "month")
    day = int(parts["day"])
    clock = (
        _clock_after(plain, match.end()) or _clock_before(plain, match.start()) or _clock_first(plain, match.start())
    )
    if parts.get("year") is None:
        return None if now is None else _nearest(month, day, clock, now)
    return _at(_year(parts["year"]), month, day, clock)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (1900 if int(digits) >= 70 else 2000)


def _nearest(month: int, day: int, clock: re.Match[str] | None, now: datetime) -> Moment | None:
    found = []
    for year in range(now.year - 4, now.year + 2):
        try:
            found.append(_at(year, month, day, clock))
        except ValueError:
            continue
    near = [moment for moment in found if moment.when <= now + AHEAD]
    return min(near, key=lambda moment: abs(moment.when - now), default=None)


def _clock_after(plain: str, place: int) -> re.Match[str] | None:
    link = _LINK.match(plain, place)
    return _CLOCK.match(plain, link.end() if link else place)


def _clock_before(plain: str, place: int) -> re.Match[str] | None:
    found = None
    for match in _CLOCK.finditer(plain, 0, place):
        found = match
    return found if found and _LINK.fullmatch(plain, found.end(), place) else None


def _clock_first(plain: str, place: int) -> re.Match[str] | None:
    """The hour that opens a dateline, a bar behind it and only a place's name before the date: `10:45 | Lima, nov. 18, 2026`."""
    found = _CLOCK.match(plain)
    return found if found and re.fullmatch(r"\s*[|·•]\s*\D{0,40}", plain[found.end() : place]) else None


def _at(year: int, month: int, day: int, clock: re.Match[str] | None) -> Moment:
    """Raises ValueError for a day or hour that does not exist."""
    if clock is None:
        return Moment(datetime(year, month, day, tzinfo=LIMA).astimezone(UTC), "day")
    hour, minute = int(clock["hour"]), int(clock["minute"] or clock["dotted"] or 0)
    if clock["half"] and hour <= 12:
        hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    elif clock["part"] in ("tarde", "noche") and 1 <= hour < 12:  # `12:30 de la noche` is anybody's guess: as it stands
        hour += 12
    second = min(int(clock["second"] or 0), 59) if clock["second"] != "60" else 59
    extra = timedelta(days=1) if (hour, minute) == (24, 0) else timedelta()
    micro = int((clock["fraction"] or "0").ljust(6, "0")[:6])
    when = datetime(year, month, day, hour % 24 if extra else hour, minute, second, micro, tzinfo=_zone(clock["zone"]))
    return Moment((when + extra).astimezone(UTC), "second" if clock["second"] else "minute")


def _zone(name: str | None) -> timezone:
    if not name:
        return LIMA
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    digits = re.sub(r"\D", "", name)
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    return timezone((-1 if "-" in name else 1) * timedelta(hours=hours, minutes=minutes))


def _relative(plain: str, now: datetime | None) -> Moment | None:
    if now is None:
        return None
    if match := _AGO.search(plain):
        return _ago(match["count"] or match["count2"], match["unit"] or match["unit2"], now)
    if _NOW.match(plain):
        return Moment(now.astimezone(UTC).replace(microsecond=0), "minute")
    if match := _NAMED.match(plain):
        day = lima_day(now) - timedelta(days=_NAMED_DAYS[match["name"]])
        return _at(day.year, day.month, day.day, _clock_after(plain, match.end()))
    return None


def _ago(count: str, unit: str, now: datetime) -> Moment | None:
    number = float(count) if count.isdigit() else _COUNTS[count]
    first = unit[0]
    if first == "m" and unit.startswith(("mes", "mo")):
        return Moment(_back(now, timedelta(days=30.44 * number)), "month")
    if first in "dws" and unit[:3] != "seg" and unit[:3] != "sec" and unit != "s":
        day = lima_day(now) - timedelta(days=number * (1 if first == "d" else 7))
        return Moment(day_bounds(day)[0], "day")
    seconds = {"s": 1, "m": 60, "h": 3600}[first]
    return Moment(_back(now, timedelta(seconds=seconds * number)), "minute")


def _back(now: datetime, span: timedelta) -> datetime:
    return (now.astimezone(UTC) - span).replace(microsecond=0)


_READERS: tuple[Callable[[str, datetime | None], Moment | None], ...] = (_stamp, _compact, _calendar, _relative)
