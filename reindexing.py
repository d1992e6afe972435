"""What an index is built from when it is built anew: the store, read for `search.rebuild` while everything else goes on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from core.record import Record
from search.rebuild import Changed
from store import documents, work
from store.database import Store

BATCH = 1_000
SKEW = timedelta(minutes=1)  # by which the clocks of several machines may differ
CAUSE = "reindex"


class StoreSource:
    """See `search.rebuild.Source`."""

    def __init__(self, store: Store, advance: Callable[[int], None], clock: Callable[[], datetime]) -> None:
        self._store, self._advance, self._clock = store, advance, clock

    def everything(self, after: str) -> Iterator[Sequence[Record]]:
        """All records in the order of their ids, from the first after this one on."""
        while True:
            with self._store.read() as tx:
                ids = documents.ids(tx, after=after, limit=BATCH)
                records = documents.records(tx, ids)
            if not ids:
                return
            if records:  # none where all of them were taken down between the two looks
                yield records
            self._advance(len(ids))
            after = ids[-1]

    def changed(self, since: datetime) -> Iterator[Changed]:
        """What was indexed since then, or is leased to be: each document as it is now, or that it is gone."""
        with self._store.read() as tx:
            touched = work.touched_since(tx, "index", since - SKEW)
        for start in range(0, len(touched), BATCH):
            ids = touched[start : start + BATCH]
            with self._store.read() as tx:
                records = documents.records(tx, ids)
            yield Changed(records, frozenset(ids) - {record.id for record in records})

    def refused(self, errors: Mapping[str, str]) -> None:
        """Queue them: index work tries them once more, and parks them with the reason."""
        with self._store.write() as tx:
            found = documents.many(tx, list(errors))
            work.add_many(tx, "index", [(one.id, one.version) for one in found], CAUSE, self._clock(), again=True)

    def expected(self) -> tuple[int, int]:
        """How many documents there are, and of how many the index work is not done."""
        with self._store.read() as tx:
            return documents.count(tx), work.unsettled(tx, "index")
