"""An index built anew beside the one that serves: everything from the store, then what changed meanwhile, then the swap.

Readers go on with the old one until the swap, writers too. Killed on the way, the old one stays in force and the next call
goes on where this one came to. Before the swap the counts are compared with the store's; the old one is kept until told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.errors import StoreError
from core.record import Record

ROUNDS = 5  # replays while others still write; the last is made with the writers held off
FEW = 500  # changed documents that are few enough for that last one
LAST = "\U0010ffff"  # after every id: what was kept has all but what changed since
NOTED = 20_000  # documents after which it is noted how far the rebuild has come


class Beside(Protocol):
    """A new index that nobody reads yet, or the one that was kept, to be put in force again."""

    began: datetime
    """What changed from then on must be taken in once more."""
    after: str
    """The last id that was taken in by the call before this one; empty where it begins anew."""

    def index(self, records: Iterable[Record]) -> dict[str, str]:
        """As `Backend.index`."""

    def delete(self, ids: Iterable[str]) -> None:
        """As `Backend.delete`."""

    def reached(self, id: str) -> None:
        """All up to this id is in and survives a crash."""

    def count(self) -> int:
        """How many documents it has, everything written counted."""

    def alone(self) -> AbstractContextManager[bool]:
        """Whether nobody else writes to the index in force while it lasts: the engine may not be able to see to that."""

    def put_in_force(self) -> str | None:
        """Take the place of the one in force, at once; returns the name of that one, which is kept (one kept before goes)."""

    def abandon(self) -> None:
        """Remove it: it is not what it should be."""

    def close(self) -> None:
        """Release what it holds; what is unfinished stays to be taken up again."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed since a moment: the records that are there now, and the ids of those that are not."""

    records: Sequence[Record] = ()
    gone: frozenset[str] = frozenset()


class Source(Protocol):
    """What the index is made of, as the pipeline reads it from the store."""

    def everything(self, after: str) -> Iterable[Sequence[Record]]:
        """All records in the order of their ids, in batches, from the first after this id on."""

    def changed(self, since: datetime) -> Iterable[Changed]:
        """What was, or is being, indexed elsewhere since then, in batches."""

    def refused(self, errors: Mapping[str, str]) -> None:
        """These were not taken in: queue them, so that they are tried once more and then parked with the reason."""

    def expected(self) -> tuple[int, int]:
        """How many documents the store has, and by how many the index may differ because their own work is not done."""


@dataclass(slots=True)
class Rebuilt:
    """How it ended; `since`: what was written from then on may have missed the new index, None where nothing can have."""

    documents: int = 0
    refused: int = 0
    resumed: bool = False
    kept: str | None = None
    since: datetime | None = None


def rebuild(new: Beside, source: Source, clock: Callable[[], datetime]) -> Rebuilt:
    """Fill the new index, catch up, compare and swap.

    Raises StoreError where the counts do not agree: the old index then stays in force.
    """
    done = Rebuilt(resumed=new.after not in ("", LAST))
    _fill(new, source, done)
    since = new.began
    for _ in range(ROUNDS):
        since, number = _replay(new, source, since, clock(), done)
        if number <= FEW:
            break
    with new.alone() as alone:
        since, _ = _replay(new, source, since, clock(), done)
        done.documents = _compared(new, source)
        done.kept = new.put_in_force()
    done.since = None if alone else since
    return done


def _fill(new: Beside, source: Source, done: Rebuilt) -> None:
    last, written = new.after, 0
    for batch in source.everything(new.after):
        _take(new, source, batch, done)
        last, written = batch[-1].id, written + len(batch)
        if written >= NOTED:
            new.reached(last)
            written = 0
    if written:
        new.reached(last)


def _replay(new: Beside, source: Source, since: datetime, now: datetime, done: Rebuilt) -> tuple[datetime, int]:
    """Take in what changed; from when on the next replay must look, and how many documents it was."""
    number = 0
    for change in source.changed(since):
        _take(new, source, change.records, done)
        new.delete(change.gone)
        number += len(change.records) + len(change.gone)
    return now, number


def _take(new: Beside, source: Source, records: Sequence[Record], done: Rebuilt) -> None:
    if errors := new.index(records):
        done.refused += len(errors)
        source.refused(errors)


def _compared(new: Beside, source: Source) -> int:
    """The number of documents in the new index, if it is what the store says."""
    number = new.count()
    stored, pending = source.expected()
    if abs(stored - number) > pending:
        new.abandon()
        raise StoreError(
            f"The new index has {number} of the store's {stored} documents, so it was thrown away.",
            "The old one stays in force. Run `pututu reindex` again.",
        )
    return number
