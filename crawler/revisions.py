"""Second looks at what we have: changed titles, corrections, deletions. Fewer and fewer as a document gets older.

A check is a conditional request. What comes back is compared by its readable text with the page that the document was made
from; only a page that differs is archived and extracted again. A page that is gone is recorded as gone: the document stays.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from lxml import html

from core.errors import InputError
from core.urls import same_site
from crawler.archive import Archive, Page
from crawler.challenge import is_challenged
from crawler.markup import decode, tree
from crawler.polling import Redirects, utc_now
from crawler.tally import NEVER, Tally, Trouble, header, kind_of, waiting_time
from store import frontier, revisions
from store.database import Store
from store.revisions import Revision

AGES = (timedelta(hours=3), timedelta(days=1), timedelta(days=3), timedelta(days=10))
"""How old an address is at each check, since it was first seen."""
FIRST_CHECK = AGES[0]
A_CRAWL, A_DAY = 20, 200
"""At most so many checks of one source in one crawl, and in a day."""
CONFIRM = timedelta(hours=6)
"""A page that is missing is looked for once more before it counts as gone."""
LATER = timedelta(hours=6)
_UNREAD = frozenset(
    {"script", "style", "noscript", "nav", "aside", "header", "footer", "form", "time", "a", "button", "iframe", "svg"}
)


def next_check(discovered: datetime, now: datetime) -> datetime | None:
    """When an address is looked at again; None once it is older than the last age. Checks that were missed are not made up."""
    return next((discovered + age for age in AGES if discovered + age > now), None)


def readable(page: Page) -> str:
    """A digest of what a reader reads: the title and all text but links, menus and clocks. Of what is no HTML, of its bytes."""
    markup = decode(page.body, page.content_type)
    root = tree(markup) if "<" in markup[:1000] else None
    if root is None:
        return hashlib.sha256(page.body).hexdigest()
    parts: list[str] = [root.findtext(".//title") or ""]
    _collect(root.find(".//body") if root.find(".//body") is not None else root, parts)
    return hashlib.sha256(" ".join(" ".join(parts).split()).encode("utf-8", "replace")).hexdigest()


def _collect(root: html.HtmlElement, parts: list[str]) -> None:
    """The text below an element, without recursion: a page may be nested deeper than Python's stack."""
    left: list[tuple[html.HtmlElement, bool]] = [(root, False)]
    while left:
        node, only_tail = left.pop()
        if only_tail:
            parts.append(node.tail or "")
            continue
        if node is not root:
            left.append((node, True))
        if not isinstance(node.tag, str) or node.tag in _UNREAD:
            continue
        parts.append(node.text or "")
        left.extend((child, False) for child in reversed(node))


class Revisions:
    """One crawl's second looks."""

    def __init__(self, store: Store, archive: Archive, tallies: Mapping[str, Tally]) -> None:
        self.store, self.archive, self.tallies = store, archive, tallies
        self._claimed: Counter[str] = Counter()

    def claim(self, slug: str, limit: int) -> list[Revision]:
        """Checks of a source that are due, within what is bearable for it."""
        now = utc_now()
        with self.store.write() as tx:
            left = A_CRAWL - self._claimed[slug]
            if left > 0:
                left = min(
                    left, A_DAY - revisions.checked_since(tx, slug, now - timedelta(days=1)) - self._claimed[slug]
                )
            found = revisions.claim(tx, slug, min(left, limit), now)
        self._claimed[slug] += len(found)
        return found

    def unchanged(self, one: Revision) -> None:
        """The site said 304."""
        self.tallies[one.source].revisions["checked"] += 1
        now = utc_now()
        with self.store.write() as tx:
            revisions.checked(tx, one, now, next_check(one.discovered, now))

    def page(self, one: Revision, page: Page, redirects: Redirects = ()) -> None:
        """The page came. Where it differs from the one we know it goes to the archive and back to the extractor."""
        if is_challenged(page):
            self.failed(one, "blocked", "a challenge page came at a second look")
            return
        if redirects and _is_front(page.url, one.url):
            self.missing(one, 404)
            return
        tally, now = self.tallies[one.source], utc_now()
        tally.revisions["checked"] += 1
        digest = readable(page)
        pointer = None
        if digest != (one.digest or self._known(one)):
            pointer = self.archive.write(page.url, page.status, page.headers, page.body, page.when)
        validators = {"etag": header(page.headers, "etag"), "last_modified": header(page.headers, "last-modified")}
        with self.store.write() as tx:
            revisions.checked(tx, one, now, next_check(one.discovered, now), digest=digest, **validators)
            if pointer:
                tally.revisions["changed"] += frontier.look_again(tx, one.address, pointer, now)

    def _known(self, one: Revision) -> str | None:
        """The digest of the page that the document was made from; None where it is not in this machine's archive any more."""
        try:
            return readable(self.archive.read(one.archive)) if one.archive else None
        except InputError:
            return None

    def missing(self, one: Revision, status: int) -> None:
        """The site says that there is no such page: gone for good, or looked for once more."""
        tally, now = self.tallies[one.source], utc_now()
        tally.revisions["checked"] += 1
        gone = status == 410 or one.missing > 0
        tally.revisions["gone"] += gone and one.gone is None
        due = next_check(one.discovered, now) if gone else now + CONFIRM
        with self.store.write() as tx:
            revisions.missing(tx, one, now, due, gone=gone)

    def refused(self, one: Revision, status: int, headers: Mapping[str, str]) -> tuple[str, datetime | None] | None:
        """An error status. Where it is a refusal, its words and when the site may be asked again."""
        if status in (404, 410):
            self.missing(one, status)
            return None
        now = utc_now()
        wait = waiting_time(headers, now)
        kind = kind_of(status, wait)
        reason = f"{kind}: the site answered {status} at a second look"
        self.failed(one, kind, reason, wait=wait)
        return (reason, wait) if kind == "blocked" else None

    def failed(self, one: Revision, kind: Trouble, reason: str, *, wait: datetime | None = None) -> None:
        """The page could not be had: it is looked at later, within its schedule; never where that is forbidden now."""
        tally, now = self.tallies[one.source], utc_now()
        tally.revisions["failed"] += 1
        tally.trouble(kind, f"{one.url}: {reason}")
        later = max(wait or now, now + LATER)
        due = None if kind in NEVER or next_check(one.discovered, now) is None else later
        with self.store.write() as tx:
            revisions.postponed(tx, one, now, due)


def _is_front(url: str, asked: str) -> bool:
    """Whether an article's address leads to the front page, as some sites answer for what they took down."""
    try:
        return not urlsplit(url).path.strip("/") and bool(urlsplit(asked).path.strip("/")) and same_site(url, asked)
    except (InputError, ValueError):
        return False
