"""Which engine answers: the one that the settings name, opened, or built anew beside itself."""

from datetime import datetime
from pathlib import Path

from core.settings import Settings
from search.backend import Backend, Trouble
from search.rebuild import Beside


def is_elastic(settings: Settings) -> bool:
    """Whether PUTUTU_INDEX is an address of Elasticsearch; else it is a folder of tantivy."""
    return settings.index.startswith(("http://", "https://"))


def open_backend(settings: Settings, *, write: bool = False) -> Backend:
    """The engine that the settings name: a folder is tantivy, an http(s) address is Elasticsearch."""
    if is_elastic(settings):
        from search.elastic import ElasticBackend

        return ElasticBackend.open(settings, write=write)
    from search.embedded import EmbeddedBackend

    return EmbeddedBackend.open(settings, write=write)


def beside(settings: Settings, now: datetime, *, back: bool = False) -> Beside:
    """A new index beside the serving one, or what a killed rebuild left of one; with `back`, the one that was kept.

    Raises UnavailableError while another rebuild is under way, StoreError where none is kept.
    """
    if is_elastic(settings):
        from search.elastic_rebuild import ElasticBeside

        return ElasticBeside(settings, now, back=back)
    from search.embedded_rebuild import EmbeddedBeside

    return EmbeddedBeside(Path(settings.index), now, back=back)


def left_beside(settings: Settings) -> list[Trouble]:
    """What lies beside the index in force: the one that the last rebuild replaced, and a rebuild under way or killed. It needs no
    index that can be opened."""
    if is_elastic(settings):
        from search import elastic_rebuild

        return elastic_rebuild.left_beside(settings)
    from search import embedded_rebuild

    return embedded_rebuild.left_beside(Path(settings.index))


def drop_kept(settings: Settings) -> list[str]:
    """Remove the index that the last rebuild replaced, and what a killed one left; their names."""
    if is_elastic(settings):
        from search import elastic_rebuild

        return elastic_rebuild.drop_kept(settings)
    from search import embedded_rebuild

    return embedded_rebuild.drop_kept(Path(settings.index))
