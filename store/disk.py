"""How much is used, day by day, and when it will be full: budgets, a recorded history, and the forecast that `doctor` prints.

Growth is the median of what was added a day in the last weeks, so that one rotation, one rebuilt index or one backfill of
three years is not taken for the usual.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, select, text

from core.home import home_id, keep_reserve
from core.settings import Settings
from core.sizes import budget, is_share
from core.time import lima_day
from store.database import Store
from store.dialect import insert
from store.schema import disk_usage

WEEKS = 4
PARTS = ("archive", "store", "search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Bytes that a home's archive, the store and the home's search index use, and that its disk has free, on a day in Lima."""

    day: date
    archive: int
    store: int
    search: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Most bytes for the archive and for the store; None where there is no limit."""

    archive: int | None
    store: int | None


def measure(store: Store, settings: Settings, now: datetime) -> Usage:
    """What is used now."""
    index = Path(settings.index)
    return Usage(
        day=lima_day(now),
        archive=_size(settings.home / "archive"),
        store=_store_size(store),
        search=0 if "://" in settings.index else _size(index),
        free=shutil.disk_usage(settings.home).free,
    )


def free(settings: Settings) -> int:
    """Bytes that the home's disk has free now."""
    return shutil.disk_usage(settings.home).free


def budgets(settings: Settings, usage: Usage, *, local: bool) -> Budgets:
    """The budgets in bytes. A share is one of what is used here and what the disk has free; of a server's disk (`local`
    False) nobody here knows the size, so a share says nothing of the store then."""
    room = usage.archive + usage.search + usage.free + (usage.store if local else 0)
    no_limit = is_share(settings.store_budget) and not local
    return Budgets(
        archive=budget(settings.archive_budget, room),
        store=None if no_limit else budget(settings.store_budget, room),
    )


def record_today(store: Store, settings: Settings, now: datetime) -> Usage:
    """Measure and keep the day's figures, and the reserve for a day on which nothing can be kept any more."""
    usage = measure(store, settings, now)
    with store.write() as tx:
        record(tx, settings, usage)
    keep_reserve(settings.home)
    return usage


def record(tx: Connection, settings: Settings, usage: Usage) -> None:
    """Keep the day's figures; the last ones of a day stand."""
    values = {name: getattr(usage, name) for name in (*PARTS, "free")}
    row = {"home": home_id(settings.home), "day": usage.day.isoformat()} | values
    tx.execute(insert(tx, disk_usage).values(row).on_conflict_do_update(index_elements=["home", "day"], set_=values))


def history(tx: Connection, settings: Settings, weeks: int = WEEKS) -> list[Usage]:
    """This home's figures of the last weeks that have any, the oldest first."""
    mine = select(disk_usage).where(disk_usage.c.home == home_id(settings.home)).order_by(disk_usage.c.day.desc())
    rows = tx.execute(mine.limit(7 * weeks + 1)).mappings().all()
    return [
        Usage(day=date.fromisoformat(row["day"]), **{name: row[name] for name in (*PARTS, "free")}) for row in rows[::-1]
    ]  # fmt: skip


def growth(days: Sequence[Usage], part: str) -> float | None:
    """Bytes a day by which a part grows, at least 0; None before there are two days to compare."""
    steps = [
        (getattr(after, part) - getattr(before, part)) / (after.day - before.day).days
        for before, after in pairwise(days)
    ]
    return max(0.0, median(steps)) if steps else None


def days_left(used: float, limit: float, a_day: float | None) -> float | None:
    """Days until the limit is reached at this growth: 0 when it is, None when it will not be or nobody knows."""
    if used >= limit:
        return 0.0
    return (limit - used) / a_day if a_day else None


def days_until_full(usage: Usage, days: Sequence[Usage], limits: Budgets) -> float | None:
    """Days until the disk is full. Once the archive is at its budget it grows no more, and only the others do."""
    grows = {part: growth(days, part) for part in PARTS}
    if None in grows.values():
        return None
    archive, others = grows["archive"] or 0.0, (grows["store"] or 0.0) + (grows["search"] or 0.0)
    until = None if limits.archive is None else days_left(usage.archive, limits.archive, archive)
    if until is None:
        return usage.free / (archive + others) if archive + others else None
    left = usage.free - until * (archive + others)
    if left <= 0:
        return usage.free / (archive + others) if archive + others else None
    return until + left / others if others else None


def _size(folder: Path) -> int:
    """Bytes of the files in a folder; those that vanish meanwhile do not count."""
    total = 0
    for path in folder.rglob("*") if folder.is_dir() else ():
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def _store_size(store: Store) -> int:
    """Bytes of the database that hold something: free pages of an SQLite file are used again before it grows."""
    with store.read() as tx:
        if store.file is None:
            return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        pages, free, size = (tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "freelist_count", "page_size"))  # fmt: skip
        return int(pages - free) * int(size)
