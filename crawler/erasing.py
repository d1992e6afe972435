"""Takedowns in the archive: the records that the store asks to erase, and every other page of the same addresses.

The store remembers what must be erased in the transaction that erases the text, so that a kill between the two, or a page on
another machine, is no page that stays.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from core.errors import InputError
from crawler.archive import Archive, day_of, places
from store import frontier
from store.database import Store
from store.names import url_alias
from store.reading import aliases_of
from store.retention import erased, erasures_asked

DAY = timedelta(days=1)


def erase_of(store: Store, archive: Archive, id: str) -> int:
    """Erase every page of a document that was taken down; how many records they were.

    Between its first and its last fetch each file of this home's archive is read: earlier versions have pages to which nothing
    points any more.
    """
    with store.read() as tx:
        names = {name for its in aliases_of(tx, [id]).values() for name in its}
        rows = frontier.of_document(tx, id)
    seen = [moment for row in rows for moment in (row.discovered, row.fetched) if moment]
    return erase_asked(store, archive) + (erase_pages(archive, names, min(seen), max(seen)) if seen else 0)


def erase_asked(store: Store, archive: Archive) -> int:
    """Erase the records that takedowns asked for and that are in this home's archive; how many are done.

    Those of another machine's archive wait for it. Raises InputError for one that cannot be erased, the others being done.
    """
    with store.read() as tx:
        asked = erasures_asked(tx)
    done, fault = [], None
    for pointer in asked:
        if not (archive.has(pointer) or archive.is_ours(pointer)):
            continue
        try:
            if archive.has(pointer):
                archive.erase(pointer)
            done.append(pointer)
        except InputError as error:
            fault = error
    if done:
        with store.write() as tx:
            erased(tx, done)
    if fault is not None:
        raise fault
    return len(done)


def erase_pages(archive: Archive, names: Collection[str], since: datetime, until: datetime) -> int:
    """Erase every page of these addresses (aliases) that was fetched in these days: earlier versions too, to which nothing
    points any more; how many they were."""
    first, last, erased = f"{since - DAY:%Y%m%d}", f"{until + DAY:%Y%m%d}", 0
    for path in archive.files():
        if first <= day_of(path) <= last:
            for place in list(places(path)):
                if place.url and url_alias(place.url)[0] in names:
                    archive.erase(f"{path.name}:{place.offset}")
                    erased += 1
    return erased
