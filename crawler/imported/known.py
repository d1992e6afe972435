"""Which of our sources an address belongs to, so that what others collected counts for the outlet it is from."""

from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import urlsplit

from core.errors import InputError
from core.urls import alias, canonical, site
from crawler.source import Source


class Known:
    """The catalog by address. Where several sources share a host, it is the one whose listing the address is, or under whose
    home it lies, or whose pattern of articles it fits; where none of these tells them apart, it is nobody's."""

    def __init__(self, catalogue: Mapping[str, Source]) -> None:
        self._by_host: dict[str, list[Source]] = defaultdict(list)
        self._by_site: dict[str, list[Source]] = defaultdict(list)
        self._by_listing: dict[str, Source] = {}
        for source in catalogue.values():
            self._by_host[urlsplit(canonical(source.home)).netloc].append(source)
            self._by_site[site(source.home)].append(source)
            for listing in source.listings:
                self._by_listing.setdefault(alias(listing), source)

    def source(self, url: str) -> Source | None:
        """The source of an address, if we have one."""
        try:
            address = canonical(url)
        except InputError:
            return None
        if (listed := self._by_listing.get("url:" + address)) is not None:
            return listed
        found = self._by_host.get(urlsplit(address).netloc) or self._by_site.get(site(url), [])
        under = [source for source in found if address.startswith(_folder(source.home))]
        if len(found) > 1 and under:
            deepest = max(len(_folder(source.home)) for source in under)
            found = [source for source in under if len(_folder(source.home)) == deepest]
        if len(found) > 1:
            found = [source for source in found if source.article and source.takes(url)]
        return found[0] if len(found) == 1 else None

    def slug(self, url: str) -> str | None:
        """Its slug."""
        found = self.source(url)
        return found.slug if found else None


def _folder(home: str) -> str:
    return canonical(home).rstrip("/") + "/"
