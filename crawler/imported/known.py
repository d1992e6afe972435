"""Which of our sources an address belongs to, so that what others collected counts for the outlet it is from."""

from collections import Counter
from collections.abc import Mapping

from core.errors import InputError
from core.urls import host, site
from crawler.source import Source


class Known:
    """The catalog by address: by the host of a source's home, else by its site where one source only has it."""

    def __init__(self, catalogue: Mapping[str, Source]) -> None:
        sources = list(catalogue.values())
        shared = Counter(site(source.home) for source in sources)
        self._by_site = {name: source for source in sources if shared[name := site(source.home)] == 1}
        self._by_host = {host(source.home): source for source in reversed(sources)}

    def source(self, url: str) -> Source | None:
        """The source of an address, if we have one."""
        try:
            return self._by_host.get(host(url)) or self._by_site.get(site(url))
        except InputError:
            return None

    def slug(self, url: str) -> str | None:
        """Its slug."""
        found = self.source(url)
        return found.slug if found else None
