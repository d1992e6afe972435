"""What the pages are about: the store, the index and the settings in force, held so that they can be swapped while serving."""

import threading
from collections.abc import Callable, Mapping

from core.errors import InputError, PututuError, UnavailableError
from core.licences import allows_text
from core.pseudonyms import Pseudonyms, key_in, owners
from core.settings import Settings
from crawler.catalog import load
from crawler.source import Source
from search.backend import Backend
from search.engines import open_backend
from store.database import Store


class Desk:
    """One store, one index and the settings; `demo` when the press is the fictional one, `reason` is the key of why (`unreachable`).

    The index is opened at the first question that needs it, and again after a failure: without it the pages answer with a
    notice. `switch` makes this desk show what another shows; a request in progress goes on with the store it began with.
    """

    def __init__(
        self, settings: Settings, store: Store, *, backend: Backend | None = None, demo: bool = False, reason: str = "",
        opener: Callable[[Settings], Backend] = open_backend,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.store = store
        self.demo = demo
        self.reason = reason
        self._backend = backend
        self._opener = opener
        self._shown: Desk = self
        self._opening = threading.Lock()
        self._catalog: Mapping[str, Source] | None = None
        self.catalog_error = ""

    def now(self) -> "Desk":
        """The desk that is shown at this moment: ask once for each request and keep the answer."""
        return self._shown

    def switch(self, other: "Desk") -> "Desk":
        """Show `other` from now on; returns what was shown before (the caller closes it once requests have ended)."""
        before, self._shown = self._shown, other
        return before

    def index(self) -> Backend:
        """The index, opened if it is not. Raises UnavailableError where it cannot be used."""
        with self._opening:
            if self._backend is None:
                try:
                    self._backend = self._opener(self.settings)
                except UnavailableError:
                    raise
                except (PututuError, OSError, ValueError) as error:
                    reason, mend = (error.reason, error.mend) if isinstance(error, PututuError) else (str(error), "")
                    raise UnavailableError(
                        f"The index cannot be opened: {reason}", mend or "`pututu doctor` says what is wrong with it."
                    ) from error
            return self._backend

    def catalog(self) -> Mapping[str, Source]:
        """The sources by slug, read once; a broken file of the operator's leaves the bundled ones, `catalog_error` says so."""
        with self._opening:
            if self._catalog is None:
                try:
                    self._catalog = load(self.settings.sources_dir)
                except InputError as error:
                    self._catalog, self.catalog_error = load(None), str(error)
            return self._catalog

    def open_text(self, slug: str) -> bool:
        """Whether a source's licence lets whole texts be passed on."""
        source = self.catalog().get(slug)
        return source is not None and allows_text(source.licence)

    def pseudonyms(self) -> Pseudonyms:
        """How authors of posts are called in exports; accounts that are sources keep their names."""
        addresses = {url for source in self.catalog().values() for url in (source.home, *source.feeds)}
        return Pseudonyms(key_in(self.settings.home), owners(addresses))

    def outlets(self) -> dict[str, str]:
        """The printed name of each source."""
        return {slug: source.name for slug, source in self.catalog().items()}

    def close(self) -> None:
        """Close the index; the store belongs to who opened it."""
        with self._opening:
            if self._backend is not None:
                self._backend.close()
                self._backend = None
