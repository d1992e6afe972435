"""Names under which a document is known: aliases from its addresses, also from addresses that cannot be read."""

from hashlib import sha256
from urllib.parse import urlsplit

from core.document import Document
from core.errors import InputError
from core.urls import LONGEST, alias, same_site


def url_alias(url: str) -> tuple[str, str | None]:
    """The alias of an address, and the reason when it is no http(s) address: such a one is its own alias, as it stands.

    One that is too long for an index is cut, and its digest keeps it apart from others.
    """
    try:
        return alias(url), None
    except InputError as error:
        name = url.strip()
        if len(name) > LONGEST:
            name = f"{name[:200]}#{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
        return "url:" + name, error.reason


def names(document: Document) -> tuple[str, ...]:
    """Every alias of a document: those it brings and those of its addresses.

    A canonical address counts only on the same site and for an article's path: a front page named there would make one
    document of the whole site.
    """
    found = dict.fromkeys(document.aliases)
    found[url_alias(document.url)[0]] = None
    canonical = document.canonical_url
    if canonical and canonical != document.url and _is_article(canonical, document.url):
        found[url_alias(canonical)[0]] = None
    return tuple(found)


def lookup(name: str) -> list[str]:
    """The aliases that a person may have meant: as written, and as an address."""
    return [name, url_alias(name)[0]] if "://" in name else [name]


def _is_article(canonical: str, url: str) -> bool:
    try:
        return bool(urlsplit(canonical).path.strip("/")) and same_site(canonical, url)
    except (InputError, ValueError):
        return False
