"""Writing tantivy, so that a commit that fails loses nothing: a new writer, and all that was not committed again."""

from contextlib import suppress
from typing import Any

import tantivy

from core.errors import StoreError
from search.analysed import Analysed
from search.embedded_generations import Generation
from search.fields import order_number, row

HEAP = 96_000_000
BATCH = 8_000  # documents between commits: about 50 MB to play again
BROKEN = (ValueError, OSError, RuntimeError)


class Writer:
    """Puts and deletes documents of one generation; what is not committed yet is kept, to be played again."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self._pending: list[tuple[str, Any | None]] = []
        self._tantivy: Any = self._new()

    def put(self, analysed: Analysed) -> str | None:
        """Add a document in place of one with its id; returns the reason where it is refused."""
        values = row(analysed) | {"order": order_number(analysed)}
        try:
            document = tantivy.Document.from_dict(values, self.generation.schema)
        except (ValueError, OverflowError) as error:
            return str(error)
        self._play(analysed.id, document)
        return None

    def delete(self, name: str) -> None:
        """Remove the document with this id, if it is there."""
        self._play(name, None)

    def commit(self) -> None:
        """Make what was written findable and lasting. After a failure: a new writer and a replay, once."""
        if not self._pending:
            return
        if self._tantivy is None:
            self._replay()
        else:
            try:
                self._tantivy.commit()
            except BROKEN:
                self._replay()
        self._pending.clear()
        self.generation.reload()

    def close(self) -> None:
        """Wait for merges and release tantivy's lock."""
        if self._tantivy is not None:
            with suppress(*BROKEN):  # a merge that failed is made again; what was committed stands
                self._tantivy.wait_merging_threads()
            self._tantivy = None

    def _play(self, name: str, document: Any | None) -> None:
        self._pending.append((name, document))
        try:
            self._do(name, document)
        except BROKEN:
            self._replay()
            self._pending.clear()
        if len(self._pending) >= BATCH:
            self.commit()

    def _do(self, name: str, document: Any | None) -> None:
        if self._tantivy is None:  # no new one could be had after a failure: what waits comes first
            self._replay()
            return
        self._tantivy.delete_documents_by_term("id", name)
        if document is not None:
            self._tantivy.add_document(document)

    def _replay(self) -> None:
        """tantivy's writer drops documents in silence once a commit of it failed: take a new one, write all again."""
        self._tantivy = None  # its lock is free, and stays so where no new one can be had
        try:
            self._tantivy = self._new()
            for name, document in self._pending:
                self._do(name, document)
            self._tantivy.commit()
        except BROKEN as error:
            self._tantivy = None
            raise StoreError(
                f"The index cannot be written ({error}).", "Check the disk; what waits is indexed again."
            ) from error

    def _new(self) -> Any:
        try:
            return self.generation.index.writer(HEAP, 1)
        except BROKEN as error:
            raise StoreError(
                f"The index cannot be written ({error}).", "Check the disk, and that nothing else writes it."
            ) from error
