"""What the commands work with: settings, the store and the search backend, opened when they are needed and closed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import click
from sqlalchemy import Connection

from cli.output import note
from core.errors import InputError
from core.settings import Settings
from core.time import parse_day
from search.backend import Backend
from search.engines import open_backend
from store import documents, work
from store.database import Store


@contextmanager
def opened() -> Iterator[tuple[Store, Settings]]:
    """The store of this environment's settings."""
    settings = Settings.load()
    store = Store.open(settings)
    try:
        yield store, settings
    finally:
        store.close()


@contextmanager
def searching() -> Iterator[tuple[Store, Settings, Backend]]:
    """The store and the search backend, for reading."""
    with opened() as (store, settings):
        backend = open_backend(settings)
        try:
            _tell_behind(store, backend)
            yield store, settings, backend
        finally:
            backend.close()


def lacking(store: Store, backend: Backend) -> int:
    """How many documents of the store the index does not have."""
    stored, indexed = _held(store, backend)
    return max(0, stored - indexed)


def _held(store: Store, backend: Backend) -> tuple[int, int]:
    """How many documents the store has, and how many the index."""
    with store.read() as tx:
        return documents.count(tx), int(backend.health()["documents"])


def _tell_behind(store: Store, backend: Backend) -> None:
    """Answers come from the index: a count of other documents than there are, or by tags that have changed since, is never
    given without a word."""
    stored, indexed = _held(store, backend)
    with store.read() as tx:
        if indexed < stored:
            note(f"The index holds {indexed} of {stored} documents: {_mend(tx, stored - indexed)}")
        elif changed := work.waiting(tx, "index"):
            what = "document has" if changed == 1 else "documents have"
            note(f"{changed} {what} changed since the index was written: `pututu index` takes that in.")
        elif indexed > stored:
            note(
                f"The index holds {indexed} documents, the store {stored}: `pututu reindex` makes it anew from the store."
            )


def _mend(tx: Connection, few: int) -> str:
    """What brings the rest in: the work that waits, or a rebuild where less waits than is lacking (another index, a lost one)."""
    untagged, waiting = work.waiting(tx, "enrich"), work.waiting(tx, "index")
    if few > untagged + waiting:
        return "`pututu reindex` makes it whole from the store."
    return "`pututu enrich` and `pututu index` bring in the rest." if untagged else "`pututu index` brings in the rest."


def day(text: str | None) -> date | None:
    """An option's day; a wrong one is a wrong option."""
    try:
        return parse_day(text) if text else None
    except InputError as error:
        raise click.UsageError(str(error)) from error
