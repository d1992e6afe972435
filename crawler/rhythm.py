"""A source's rhythm: how much it publishes at each hour of the day in Lima, learned from polls; and when the next one pays.

Newsrooms sleep, gazettes appear at dawn, magazines once a week, and a night of news comes in a burst. The rate of new
items is kept for each hour of the day and fades slowly; what came in the last hours scales it. The next request is due
when the items that are expected meanwhile will have waited, added up, as long as one request is worth (`PRICE`): for a
constant rate that is the square-root rule of inventory theory, T = sqrt(2 * PRICE / rate).

Pauses are measured on the same scale, in items that were expected meanwhile: a night is short, a silent morning long.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core.time import LIMA

PRICE = 1800.0
"""Item-seconds: a request is worth as much as one item seen half an hour earlier."""
SHARE = 0.25
"""A listing is read again before more than this share of it is expected to be new: what falls off its end is lost."""
FADE = 0.93
"""What is left of an hour's experience when that hour comes again a day later: half of it after ten days."""
TRUST = 3600.0
"""Seconds of looking at an hour that weigh as much as the source's mean."""
MEMORY = 2 * 3600.0
"""Half-life, in seconds, of what the last hours say about now, and of how long that is expected to go on."""
LULL, RUSH = 0.5, 6.0
"""How far the last hours may scale the rate down and up."""
EXPERIENCE = 8 * 86400.0
"""Seconds of looking before silence is told by the rhythm: a week with its Sunday."""
FORGETTING = 0.995
"""What is left of the longest pause after each look that gave something new."""
QUIET_PAUSES = 3
LONGEST_LESSON = timedelta(days=14)
"""A pause longer than this was an outage: it does not make a slow source of a quick one."""
STEP = 300.0
HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Items seen and seconds looked at by hour of the day (both fading); `base`: items a second expected before anything
    is learned; `recent` items and the `expected` ones of the last hours; `looked`: seconds in all; `pause`: items expected
    since the last new one, and the `longest` pause that is usual; `since`: up to when it was learned."""

    base: float
    items: tuple[float, ...] = (0.0,) * HOURS
    seconds: tuple[float, ...] = (0.0,) * HOURS
    recent: float = 0.0
    expected: float = 0.0
    looked: float = 0.0
    pause: float = 0.0
    longest: float = 1.0
    since: datetime | None = None

    def look(self, start: datetime, end: datetime, new: float, *, timely: bool = True) -> "Rhythm":
        """After a look at `end`, the one before it at `start`: what the last hours say, and how long the pause has become.

        A look that was not `timely` tells that nothing came, but not when something did: its pause is no usual one.
        """
        expected = sum(self.rate(hour) * seconds for hour, seconds in _hours(start, end))
        kept = 0.5 ** ((end - start).total_seconds() / MEMORY)
        pause = self.pause + expected
        longest = max(pause, self.longest * FORGETTING, 1.0) if new and timely else self.longest
        recent = {"recent": self.recent * kept + new, "expected": self.expected * kept + expected}
        return replace(self, **recent, pause=0.0 if new else pause, longest=longest)

    def learn(self, end: datetime, new: float) -> "Rhythm":
        """When `new` items had come until `end`: shared out among the hours since the last ones, as they were expected.

        Only new items teach: a pause must not make its own end less expected.
        """
        start = max(self.since or end, end - LONGEST_LESSON)
        pieces = list(_hours(start, end))
        expected = [self.rate(hour) * seconds for hour, seconds in pieces]
        total, time = sum(expected), sum(seconds for _, seconds in pieces)
        items, seen = list(self.items), list(self.seconds)
        for (hour, seconds), share in zip(pieces, expected, strict=True):
            left = FADE ** (seconds / 3600)
            items[hour] = items[hour] * left + new * (share / total if total else seconds / time)
            seen[hour] = seen[hour] * left + seconds
        return replace(self, items=tuple(items), seconds=tuple(seen), looked=self.looked + time, since=end)

    def rate(self, hour: int) -> float:
        """Items a second at an hour of the day, pulled towards the mean while little is known of it."""
        return (self.items[hour] + self.mean * TRUST) / (self.seconds[hour] + TRUST)

    @property
    def mean(self) -> float:
        """Items a second over the day, pulled towards what was expected first."""
        weight = HOURS * TRUST
        return (sum(self.items) + self.base * weight) / (sum(self.seconds) + weight)

    @property
    def scale(self) -> float:
        """How much more (or less) than usual came in the last hours."""
        return min(RUSH, max(LULL, (self.recent + 1) / (self.expected + 1)))

    @property
    def is_known(self) -> bool:
        """Whether it was watched for long enough to be trusted."""
        return self.looked >= EXPERIENCE

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has come for three of the usual longest pauses."""
        return self.is_known and self.pause > QUIET_PAUSES * self.longest

    def wait(self, now: datetime, listed: int, longest: float) -> float:
        """Seconds until the next request pays (or until silence would have to be noticed), at most `longest`.

        `listed`: how many items the listing holds, 0 if unknown.
        """
        scale, most = self.scale, SHARE * listed if listed else float("inf")
        quiet = QUIET_PAUSES * self.longest - self.pause
        quiet = quiet if self.is_known and quiet > 0 else float("inf")
        seconds = waiting = items = plain = 0.0
        while seconds < longest and waiting < PRICE and items < most and plain <= quiet:
            usual = self.rate((now + timedelta(seconds=seconds)).astimezone(LIMA).hour) * STEP
            plain += usual
            items += usual * (1 + (scale - 1) * 0.5 ** (seconds / MEMORY))
            waiting += items * STEP
            seconds += STEP
        return min(seconds, longest)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "base": self.base, "items": [round(x, 4) for x in self.items], "seconds": [round(x) for x in self.seconds],
            "recent": round(self.recent, 4), "expected": round(self.expected, 4), "looked": round(self.looked), "pause": round(self.pause, 4),
            "longest": round(self.longest, 4), "since": self.since.isoformat() if self.since else None,
        }  # fmt: skip

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Rhythm":
        """The inverse of `to_json`."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
        }
        since: str | None = row.get("since")
        return cls(**values | {"since": datetime.fromisoformat(since) if since else None})


def _hours(start: datetime, end: datetime) -> Iterator[tuple[int, float]]:
    """The hours of the day in Lima that a time touches, and the seconds in each."""
    at, end = start.astimezone(LIMA), end.astimezone(LIMA)
    while at < end:
        until = min(end, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        yield at.hour, (until - at).total_seconds()
        at = until
