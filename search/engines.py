"""Which engine answers: the one that the settings name, opened or built anew."""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from core.record import Record
from core.settings import Settings
from search.backend import Backend

LOG = logging.getLogger("pututu.search")


def open_backend(settings: Settings, *, write: bool = False) -> Backend:
    """The engine that the settings name: a folder is tantivy, an http(s) address is Elasticsearch."""
    if settings.index.startswith(("http://", "https://")):
        from search.elastic import ElasticBackend

        return ElasticBackend.open(settings, write=write)
    from search.embedded import EmbeddedBackend

    return EmbeddedBackend.open(settings, write=write)


def rebuild(
    settings: Settings, records: Iterable[Record], catch_up: Callable[[], Iterable[Record]] | None = None
) -> int:
    """Build the index anew beside the serving one, then put it in its place at once; returns how many documents it has.

    Killed on the way, the old index stays in force. tantivy: whoever else wants to write waits meanwhile. Elasticsearch:
    others go on writing to the old one, so `catch_up` gives the records that changed since the rebuild began.
    """
    seen = 0

    def counted(batch: Iterable[Record]) -> Iterator[Record]:
        nonlocal seen
        for record in batch:
            seen += 1
            yield record

    if settings.index.startswith(("http://", "https://")):
        from search import elastic

        errors = elastic.rebuild(settings, counted(records), catch_up)
    else:
        from search import embedded

        errors = embedded.rebuild(Path(settings.index), counted(records))
    for name, reason in errors.items():
        LOG.warning("document %s was not indexed: %s", name, reason)
    return seen - len(errors)
