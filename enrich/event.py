"""When the event that a text tells happened, or will: the time named with it, resolved against the publication, with its precision.

It is the strike's first day, else the first time named in the title or at the top of the text where the subject is told. What
no time is named with has no event date: the publication's is never put there in disguise.
"""

import re
from datetime import date
from typing import Any

from core.document import Payload
from core.time import lima_day
from enrich.dates import Time, times
from enrich.reading import Field, Reading

VERSION = "2"
_READ = 4
"""Sentences at the top of a field that tell the event."""
_BACKGROUND = re.compile(
    r"(?:hasta (?:el )?|desde (?:el )?(?:año |mes )?|entre (?:el )?|plazo (?:vence )?(?:el )?|vence (?:el )?|antes del? (?:el )?|a partir del? |until |since |by )$"
)
_REACH = {"day": 400, "week": 400, "month": 800, "year": 3700}
"""Days from the publication beyond which a time is history, not the news."""


def run(reading: Reading) -> Payload:
    """`{"event": {date, precision, spans} or None}`: `date` is the first day of the time meant, `precision` day, week, month or year."""
    if not reading.said["topics"]["topics"]:
        return {"event": None}
    published = reading.document.published
    today = lima_day(published) if published else None
    near = [time for part in reading.fields for time in _near_the_top(part, today)]
    found = [time for time in near if not _is_background(time, today)]
    start = (reading.said["strikes"]["strike"] or {}).get("start")
    if start and reading.said["topics"]["topics"][0]["name"] == "strike":
        return {"event": _event(date.fromisoformat(start), [t for t in near if t.first.isoformat() == start], "day")}
    exact = [time for time in found if time.precision == "day"]
    chosen = next(iter(exact or found), None)
    return {"event": chosen and _event(chosen.first, [t for t in near if t.first == chosen.first], chosen.precision)}


def _event(first: date, named: list[Time], precision: str) -> dict[str, Any]:
    return {"date": first.isoformat(), "precision": precision, "spans": [time.span for time in named]}


def _near_the_top(part: Field, today: date | None) -> list[Time]:
    """The times of a field's first sentences."""
    return times(part, today, end=part.bounds[min(_READ, len(part.bounds)) - 1][1])


def _is_background(time: Time, today: date | None) -> bool:
    """Whether a time is a limit (`hasta el viernes`, `desde 2021`) or history."""
    if _BACKGROUND.search(time.part.folded, max(0, time.start - 24), time.start):
        return True
    return today is not None and abs((time.first - today).days) > _REACH[time.precision]
