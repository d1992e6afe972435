"""Polling: requests per new article over a simulated week of 30 feeds, the learned interval against a fixed 15 minutes.

    python bench/polling.py [SEED]

The feeds are invented: national dailies of 80 to 250 items a day, regional ones, slow ones, magazines that appear once a
week, a gazette at dawn; nights are quiet, weekends thinner, and every few days news come four times as fast for three
hours. The decider is the crawler's own. The first week is learned from nothing, the fourth from the three before.
Prints a table and writes bench/polling.json.
"""

import json
import random
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.time import LIMA
from crawler.due import Poll, after_poll
from store.sources import SourceState

START = datetime(2026, 11, 2, tzinfo=LIMA).astimezone(UTC)  # a Monday
BY_HOUR = (.15, .1, .08, .08, .15, .4, .9, 1.2, 1.4, 1.5, 1.6, 1.6, 1.5, 1.4, 1.4, 1.5, 1.6, 1.6, 1.5, 1.4, 1.2, .9, .6, .3)  # fmt: skip
MEAN = sum(BY_HOUR) / 24
WEEKEND, RUSH, RUSH_HOURS = 0.6, 4, 3
WEEK = timedelta(days=7)
BEFORE = 4 * WEEK
FIXED = 900.0
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Feed:
    """An invented feed: items a day, how many it shows, and when its items come."""

    name: str
    a_day: float
    shows: int
    kind: str = "daily"
    weekday: int = 0


def feeds() -> list[Feed]:
    """Thirty feeds as Peru's press has them."""
    national = ((250, 100), (180, 15), (150, 15), (120, 100), (100, 50), (80, 20))
    rows = [Feed(f"national {a_day}", a_day, shows) for a_day, shows in national]
    rows += [Feed(f"regional {a_day}", a_day, 20) for a_day in (60, 50, 40, 30, 25, 20, 18, 15, 14, 12)]
    rows += [Feed(f"slow {a_day}", a_day, 10) for a_day in (8, 6, 5, 4, 3, 2.5, 2, 1.5)]
    rows += [Feed(f"magazine {day}", 15 / 7, 20, "weekly", day) for day in (3, 4, 4)]
    return [*rows, Feed("rare 1", 1 / 7, 10), Feed("rare 2", 1 / 5, 10), Feed("gazette", 30, 100, "dawn")]


def arrivals(feed: Feed, days: int, chance: random.Random) -> list[datetime]:
    """When its items appear, in order: four weeks before the start too, so that a first look finds a full listing."""
    before = BEFORE.days
    if feed.kind == "weekly":
        mornings = [
            START - BEFORE + w * WEEK + timedelta(days=feed.weekday, hours=9) for w in range((days + before) // 7)
        ]
        return sorted(at + timedelta(seconds=chance.uniform(0, 1200)) for at in mornings for _ in range(15))
    if feed.kind == "dawn":
        dawns = [START + timedelta(days=day, hours=5) for day in range(-before, days) if day % 7 < 5]
        return sorted(at + timedelta(seconds=chance.uniform(0, 300)) for at in dawns for _ in range(round(feed.a_day)))
    rushes = [START + timedelta(seconds=chance.uniform(0, days * 86400)) for _ in range(days // 5)]
    most = feed.a_day / 86400 * max(BY_HOUR) / MEAN * RUSH
    found, at, end = [], START - BEFORE, START + timedelta(days=days)
    while at < end:
        at += timedelta(seconds=chance.expovariate(most))
        here = at.astimezone(LIMA)
        rate = feed.a_day / 86400 * BY_HOUR[here.hour] / MEAN * (WEEKEND if here.weekday() >= 5 else 1)
        rate *= RUSH if any(begin <= at < begin + timedelta(hours=RUSH_HOURS) for begin in rushes) else 1
        if at < end and chance.random() < rate / most:
            found.append(at)
    return found


Decide = Callable[[SourceState, Poll, datetime], SourceState]


def fixed(state: SourceState, poll: Poll, now: datetime) -> SourceState:
    """Fifteen minutes, whatever comes."""
    return replace(state, next_poll=now + timedelta(seconds=FIXED), last_poll=now)


@dataclass(slots=True)
class Week:
    """What one week of one feed gave: requests, new items, items that fell off the feed unseen, seconds each waited, and
    polls at which the source was taken for silent."""

    requests: int = 0
    new: int = 0
    lost: int = 0
    silent: int = 0
    waits: list[float] | None = None


def watch(feed: Feed, items: list[datetime], days: int, decide: Decide, chance: random.Random) -> list[Week]:
    """Poll the feed for so many days; what each week gave."""
    weeks = [Week(waits=[]) for _ in range(days // 7)]
    state = SourceState(slug="feed")
    now = START + timedelta(hours=8, seconds=chance.uniform(0, 3600))
    seen = 0
    while now < START + timedelta(days=days):
        week = weeks[(now - START) // WEEK]
        out = sum(1 for _ in _until(items, seen, now)) + seen
        new = min(out - seen, feed.shows)
        first = state.last_poll is None
        week.requests += 1
        if not first:
            week.new, week.lost = week.new + new, week.lost + out - seen - new
            week.waits.extend((now - at).total_seconds() for at in items[out - new : out])  # type: ignore[union-attr]
        shown = items[max(0, out - feed.shows) : out]
        poll = Poll(
            ok=True, new=new, listed=len(shown) if new or first else 0, not_modified=not new and not first,
            shortest=FIXED, dates=shown if new or first else (), trusted=True,
        )  # fmt: skip
        state, seen = decide(state, poll, now), out
        week.silent += state.status == "silent"
        assert state.next_poll is not None
        now = state.next_poll
    return weeks


def _until(items: list[datetime], start: int, now: datetime) -> list[datetime]:
    end = start
    while end < len(items) and items[end] <= now:
        end += 1
    return items[start:end]


def simulate(seed: int, decide: Decide, days: int = 28) -> list[tuple[Feed, list[Week]]]:
    """All feeds under one decider; the same items for each seed."""
    chance = random.Random(seed)
    given = [(feed, arrivals(feed, days, chance)) for feed in feeds()]
    return [(feed, watch(feed, items, days, decide, random.Random(seed))) for feed, items in given]


def figures(weeks: list[Week]) -> dict[str, float]:
    """The sums of a week over all feeds."""
    requests, new = sum(w.requests for w in weeks), sum(w.new for w in weeks)
    waits = sorted(wait / MINUTE for w in weeks for wait in w.waits or ())
    return {
        "requests": requests, "new": new, "requests_per_new": round(requests / new, 3), "lost": sum(w.lost for w in weeks),
        "median_wait_min": round(statistics.median(waits), 1), "p95_wait_min": round(waits[int(0.95 * (len(waits) - 1))], 1),
        "silent_polls": sum(w.silent for w in weeks),
    }  # fmt: skip


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    runs = {"fixed 15 min": simulate(seed, fixed), "learned": simulate(seed, after_poll)}
    rows = []
    for week in (0, 3):
        for name, run in runs.items():
            rows.append({"week": week + 1, "interval": name} | figures([weeks[week] for _, weeks in run]))
    keys = list(rows[0])
    print("  ".join(f"{key:>16}" for key in keys))
    for row in rows:
        print("  ".join(f"{row[key]:>16}" for key in keys))
    by_feed = [
        {"feed": feed.name} | {name: figures([weeks[3]]) if weeks[3].new else {"requests": weeks[3].requests, "new": 0} for name, weeks in (("learned", learned), ("fixed", steady))}
        for (feed, learned), (_, steady) in zip(runs["learned"], runs["fixed 15 min"], strict=True)
    ]  # fmt: skip
    out = Path(__file__).with_suffix(".json")
    out.write_text(json.dumps({"seed": seed, "weeks": rows, "feeds": by_feed}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
