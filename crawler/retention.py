"""The archive held to its budget: the oldest pages go first, pages of evidence never, and a kill at any point loses nothing.

A file is dropped whole, or what must stay in it is copied to a file beside it (`.1` behind its name). First the copy is on
disk, then one transaction points the store to it and marks the rest as dropped, then the old file goes. After a kill the next
run finds an old file that nobody points to, or a copy that nobody points to, and finishes. Where the disk is so full that the
store cannot write, a file without evidence is emptied first, under another name that tells the next run what it was.
"""

import fcntl
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.errors import InputError, StoreError
from core.home import archive_held
from core.settings import Settings
from crawler.archive import NAME, Archive, Place, day_of, places
from crawler.erasing import erase_asked
from store import disk, retention
from store.database import Store

SPARED = timedelta(days=30)
"""Younger pages of whatever topic stay until there is nothing else to drop: an override that improves extracts them again."""
EMPTIED = ".emptied"
WAITS = "pages wait to be extracted"
FULL = 16 * 2**20
"""Bytes free below which a disk counts as full."""


@dataclass(slots=True, kw_only=True)
class Rotation:
    """What a rotation did, or would do: bytes before and after, files and pages dropped, pages that stay as evidence."""

    budget: int | None
    before: int
    after: int = 0
    files: int = 0
    dropped: int = 0
    kept: int = 0
    passed: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """As the receipt prints it. `passed` counts files that were left alone, by reason."""
        names = ("budget", "before", "after", "files", "dropped", "kept")
        return {name: getattr(self, name) for name in names} | {"passed": dict(self.passed)}


@dataclass(frozen=True, slots=True)
class _Cut:
    """A file, what stays of it, what goes and whose it is."""

    path: Path
    size: int
    stays: tuple[Place, ...]
    goes: tuple[Place, ...]
    owners: frozenset[str]

    @property
    def left(self) -> int:
        return sum(place.length for place in self.stays)

    def pointer(self, place: Place) -> str:
        return f"{self.path.name}:{place.offset}"


def retain(store: Store, settings: Settings, now: datetime, *, apply: bool = True) -> dict[str, Any]:
    """Hold archive and store to their budgets and keep the day's figures; with `apply=False` only say what would be done.

    Of the store only goes what nothing needs any more: documents, their texts and what alerts told are never deleted.
    """
    usage = disk.measure(store, settings, now)
    limits = disk.budgets(settings, usage, local=store.file is not None)
    turned = rotate(store, Archive(settings.home), limits.archive, now, apply=apply)
    cleared = _clear(store, now) if apply else _clearable(store, now)
    if apply:
        usage = disk.record_today(store, settings, now)
    return {
        "applied": apply, "archive": turned.to_json(),
        "store": {"budget": limits.store, "size": usage.store, "cleared": cleared}, "free": usage.free,
    }  # fmt: skip


def _clear(store: Store, now: datetime) -> int:
    total = 0
    while True:
        with store.write() as tx:
            rows = retention.clear(tx, now)
        if not rows:
            return total
        total += rows


def _clearable(store: Store, now: datetime) -> int:
    with store.read() as tx:
        return retention.clearable(tx, now)


def rotate(store: Store, archive: Archive, budget: int | None, now: datetime, *, apply: bool) -> Rotation:
    """Hold the archive to its budget (bytes; None is no limit). With `apply=False` nothing is written.

    First go pages about none of the topics that are older than 30 days, the oldest first; then the oldest of any.
    """
    with archive_held(archive.home, alone=apply):
        if apply:
            _finish(store, archive, now)
            erase_asked(store, archive)
        turn = _Turn(store, now, apply=apply, done=Rotation(budget=budget, before=archive.size()))
        turn.done.after = turn.done.before
        old = f"{now - SPARED:%Y%m%d}"
        for sparing in (True, False):
            for path in archive.files():
                if budget is None or turn.done.after <= budget:
                    return turn.done
                if not sparing or (day_of(path) < old and not turn_of(path)):
                    turn.look_at(path, sparing=sparing)
    return turn.done


class _Turn:
    """One rotation as it goes on. `counted` are the bytes and pages of a file that count as gone already (in a dry run)."""

    def __init__(self, store: Store, now: datetime, *, apply: bool, done: Rotation) -> None:
        self.store, self.now, self.apply, self.done = store, now, apply, done
        self.counted: dict[Path, tuple[int, int]] = {}

    def look_at(self, path: Path, *, sparing: bool) -> None:
        """Take out of one file what may go."""
        reason = None
        with _locked(path) as mine:
            try:
                cut = _decide(self.store, path, sparing=sparing) if mine else "being written"
                if isinstance(cut, str):
                    reason = cut
                elif cut.goes and self.apply and not _take_out(self.store, cut, self.now):
                    reason = WAITS
            except InputError:
                reason = "damaged"
            except StoreError as error:
                reason = error.reason
        if reason is not None:
            self.done.passed[reason] += 0 if sparing else 1
        elif isinstance(cut, _Cut):
            self._count(cut, sparing=sparing)

    def _count(self, cut: _Cut, *, sparing: bool) -> None:
        gone, pages = self.counted.get(cut.path, (0, 0))
        freed, dropped = cut.size - cut.left, sum(place.url is not None for place in cut.goes)
        self.counted[cut.path] = freed, dropped
        self.done.after -= freed - gone
        self.done.dropped += dropped - pages
        self.done.files += not cut.stays
        self.done.kept += 0 if sparing else len(cut.stays)


def _decide(store: Store, path: Path, *, sparing: bool) -> _Cut | str:
    """What of a file may go, or why nothing may. Raises InputError for a damaged one."""
    if not day_of(path):
        return "not a file of ours"
    found = list(places(path))
    records = {f"{path.name}:{place.offset}": place.url for place in found if place.url}
    with store.read() as tx:
        known = retention.pages(tx, records)
        if known.waiting:
            return WAITS
        owners = {id for ids in known.documents.values() for id in ids}
        stays = retention.evidence(tx, owners) | (retention.topical(tx, owners) if sparing else set())
    owned = {place: known.documents.get(f"{path.name}:{place.offset}", set()) for place in found}
    keep = tuple(place for place, ids in owned.items() if ids & stays)
    goes = tuple(place for place, ids in owned.items() if not ids & stays)
    return _Cut(path, path.stat().st_size, keep, goes, frozenset(id for place in goes for id in owned[place]))


def _take_out(store: Store, cut: _Cut, now: datetime) -> bool:
    """Copy what stays, tell the store, remove the file. False when a page that goes is wanted after all."""
    target = _next_name(cut.path)
    moved = _copy(cut, target) if cut.stays else {}
    try:
        told = _tell(store, cut, moved, now)
    except StoreError:
        if cut.stays:
            target.unlink(missing_ok=True)
        if cut.stays or shutil.disk_usage(cut.path.parent).free > FULL:
            raise
        emptied = _empty(cut.path)
        _tell(store, cut, moved, now)
        emptied.unlink()
        return True
    (cut.path if told else target).unlink(missing_ok=True)
    return told


class _Wanted(Exception):
    """A page that was to go is wanted after all: the transaction rolls back."""


def _tell(store: Store, cut: _Cut, moved: dict[str, str], now: datetime) -> bool:
    dropped = [cut.pointer(place) for place in cut.goes]
    try:
        with store.write() as tx:
            if not retention.let_go(tx, dropped, cut.owners, moved, now):
                raise _Wanted
    except _Wanted:
        return False
    return True


def _copy(cut: _Cut, target: Path) -> dict[str, str]:
    """Write what stays to its new file, whole and on disk before it has its name; old pointer -> new pointer."""
    draft, moved, size = target.with_suffix(".draft"), {}, 0
    try:
        with cut.path.open("rb") as source, draft.open("wb") as out:
            for place in cut.stays:
                source.seek(place.offset)
                out.write(source.read(place.length))
                moved[cut.pointer(place)] = f"{target.name}:{size}"
                size += place.length
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError(f"{target} cannot be written ({error.strerror}).", "Make room on the disk.") from error
    return moved


def _empty(path: Path) -> Path:
    """Free a file's bytes without losing its name: what points into it is told to the store when that can write again."""
    emptied = path.with_name(path.name + EMPTIED)
    path.replace(emptied)
    os.truncate(emptied, 0)
    return emptied


def _finish(store: Store, archive: Archive, now: datetime) -> None:
    """What a killed run left: emptied files the store still points to, drafts, copies made for nothing, old files not removed."""
    for draft in archive.folder.glob("*.draft"):
        draft.unlink()
    for emptied in archive.folder.glob(f"*{EMPTIED}"):
        with store.write() as tx:
            retention.forget_file(tx, emptied.name.removesuffix(EMPTIED), now)
        emptied.unlink()
    for path in archive.files():
        before = _before(path)
        if turn_of(path) and before.exists():
            with store.read() as tx:
                done = retention.is_pointed_to(tx, path.name)
            (before if done else path).unlink()


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether nobody writes this file; nobody begins to while the block runs, since a file is only ever written by its maker."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def _next_name(path: Path) -> Path:
    """The file beside it that takes what stays."""
    return path.with_name(f"{_stem(path)}.{turn_of(path) + 1}.warc.gz")


def _before(path: Path) -> Path:
    """The file that this one was copied from."""
    turn = turn_of(path) - 1
    return path.with_name(f"{_stem(path)}{f'.{turn}' if turn else ''}.warc.gz")


def turn_of(path: Path) -> int:
    """How often records were taken out of a file."""
    match = NAME.fullmatch(path.name)
    return int(match["turn"] or 0) if match else 0


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".warc.gz")
    return name.rpartition(".")[0] if turn_of(path) else name
