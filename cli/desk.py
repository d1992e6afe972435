"""What the commands work with: settings, the store and the search backend, opened when they are needed and closed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from core.settings import Settings
from core.time import parse_day
from search.backend import Backend
from search.engines import open_backend
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
            yield store, settings, backend
        finally:
            backend.close()


def day(text: str | None) -> date | None:
    """An option's day; raises InputError with the mend."""
    return parse_day(text) if text else None
