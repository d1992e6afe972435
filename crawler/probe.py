"""A live look at a source: its listings and one of its articles, politely, and what is to be said of them. Nothing is kept."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from core.document import Document
from core.errors import InputError, PututuError, UnavailableError
from core.settings import Settings
from core.time import lima_day, lima_iso
from core.urls import canonical, same_site, site
from crawler import agent
from crawler.archive import Page
from crawler.challenge import is_challenged
from crawler.due import settled
from crawler.entries import is_whole
from crawler.health import mend
from crawler.platforms import Entry, ListingError, parse
from crawler.pool import Pool
from crawler.reading import ForbiddenError, Robots, ask, crawl_delay
from crawler.source import Source
from crawler.tally import kind_of, waiting_time
from store import frontier, sources
from store.database import Store

AT_ONCE = 8
"""Sites that are looked at side by side; the sources of one site come one after the other."""
SECONDS, MEGABYTES = 30.0, 3072
PERMANENT = frozenset({301, 308})
WELL = frozenset({"ok", "moved"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one listing answered. `verdict`: ok, or the class of what is wrong; `moved_to` where it leads elsewhere for good."""

    url: str
    verdict: str
    status: int | None = None
    kind: str | None = None
    entries: int = 0
    newest: str | None = None
    moved_to: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A source's verdict: ok, moved (it yields, at another address), blocked, robots, empty, invalid, layout, network, server,
    size, private or listed; with the reason and what mends it. `article`: what the newest item gave."""

    slug: str
    verdict: str
    reason: str | None = None
    mend: str | None = None
    listings: tuple[Look, ...] = ()
    article: dict[str, Any] | None = None
    seconds: float = 0.0

    @property
    def is_well(self) -> bool:
        """Whether the source yields."""
        return self.verdict in WELL

    def to_json(self) -> dict[str, Any]:
        """As it is printed."""
        return asdict(self) | {"listings": [asdict(look) for look in self.listings]}


def probe(settings: Settings, chosen: Sequence[Source]) -> list[Verdict]:
    """Look at these sources; the verdicts in the order given."""
    groups: dict[str, list[Source]] = {}
    for source in chosen:
        groups.setdefault(site(source.home), []).append(source)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = {
            verdict.slug: verdict
            for some in threads.map(lambda group: _one_site(settings, group), groups.values())
            for verdict in some
        }
    return [found[source.slug] for source in chosen]


def keep(store: Store, source: Source, verdict: Verdict, now: datetime) -> None:
    """What a look that went well says of its source's state: it yields, so that failures are over and a guess is proven.

    A look that did not go well changes nothing: the polls tell the same, and count it.
    """
    if not verdict.is_well or source.status == "listed":
        return
    article = verdict.article or {}
    proven = article.get("published") and (article.get("length") or 0) > 0
    with store.write() as tx:
        before = sources.locked(tx, source.slug)
        drift = {name: why for name, why in (before.drift or {}).items() if name != "answered"}
        after = replace(
            before, failures=0, reason=None, error=None, drift=drift or None, last_success=now, next_poll=None,
            proven=before.proven or (now if proven else None),
        )  # fmt: skip
        sources.keep(tx, settled(after, trusted=source.status == "verified", now=now), now)
        if before.status == "blocked":  # what it refused for so long is asked for again
            frontier.retry(tx, now, source.slug, refused=True)


def extracted(page: Page, source: Source, entry: dict[str, Any]) -> Document:
    """What a worker does: the article of a page."""
    from crawler.extract import extract  # heavy: only the worker loads it

    return extract(page, source=source, entry=entry)


def _one_site(settings: Settings, group: Sequence[Source]) -> list[Verdict]:
    robots: Robots = {}
    found = []
    for number, source in enumerate(group):
        if number:
            time.sleep(source.delay)
        began = time.monotonic()
        found.append(replace(_look(settings, source, robots), seconds=round(time.monotonic() - began, 1)))
    return found


def _look(settings: Settings, source: Source, robots: Robots) -> Verdict:
    urls = source.polled(lima_day(datetime.now(UTC)))
    if source.status == "listed" or not urls:
        return Verdict(slug=source.slug, verdict="listed", reason=source.reason or "its file names no listing")
    looks: list[Look] = []
    entries: list[Entry] = []
    for url in urls:
        if looks:
            time.sleep(_delay(source, url, robots))
        look, shown = _listing(settings, source, url, robots)
        looks.append(look)
        entries += shown
    verdict = Verdict(slug=source.slug, verdict="ok", listings=tuple(looks))
    bad = [look for look in looks if look.verdict != "ok"]
    if len(bad) == len(looks):
        return _judged(verdict, bad[0].verdict, bad[0].reason)
    article, wrong, why = _article(settings, source, entries, robots)
    verdict = replace(verdict, article=article)
    if wrong:
        return _judged(verdict, wrong, why)
    if moved := next((look for look in looks if look.moved_to), None):
        return _judged(verdict, "moved", f"{moved.url} leads to {moved.moved_to}")
    return replace(verdict, reason=f"{len(bad)} of {len(looks)} listings: {bad[0].reason}" if bad else None)


def _judged(verdict: Verdict, kind: str, reason: str | None) -> Verdict:
    return replace(verdict, verdict=kind, reason=reason, mend=mend(kind, verdict.slug) or None)


def _listing(settings: Settings, source: Source, url: str, robots: Robots) -> tuple[Look, list[Entry]]:
    """One listing and the items of it that the source takes."""
    page, redirects, trouble = _asked(settings, url, robots, agent.LARGEST_LISTING, source.body(url))
    if page is None:
        return Look(url=url, verdict=trouble[0], reason=trouble[1]), []
    moved = page.url if redirects and not _same(url, page.url) else None
    if page.status >= 400:
        return Look(
            url=url, verdict=_class(page), status=page.status, reason=f"{url}: the site answers {page.status}"
        ), []
    try:
        found = parse(page.body, page.url, page.content_type, source=source, now=page.when)
    except ListingError as error:
        kind = "blocked" if is_challenged(page) else "moved" if moved and error.state == "invalid" else error.state
        return Look(url=url, verdict=kind, status=page.status, moved_to=moved, reason=f"{url}: {error.reason}"), []
    entries = [] if found.kind == "sitemap_index" else [entry for entry in found.entries if source.takes(entry.url)]
    dates = [entry.published.when for entry in entries if entry.published]
    for_good = moved and (all(status in PERMANENT for _, status in redirects) or not same_site(url, moved))
    look = Look(
        url=url, verdict="ok", status=page.status, kind=found.kind, entries=len(entries), newest=lima_iso(max(dates)) if dates else None,
        moved_to=moved if for_good else None,
    )  # fmt: skip
    if found.entries and not entries and found.kind != "sitemap_index":
        why = f"{url}: none of its {len(found.entries)} entries is an item by `article` and `skip`"
        return replace(look, verdict="layout", reason=why), []
    return look, entries


def _article(
    settings: Settings, source: Source, entries: Sequence[Entry], robots: Robots
) -> tuple[dict[str, Any] | None, str | None, str | None]:
    """What the newest item gives, and the class and words of what is wrong with it."""
    if not entries:
        return None, None, None
    newest = max(entries, key=lambda entry: entry.published.when.timestamp() if entry.published else 0.0)
    if source.whole_entries and is_whole(newest, source):
        when = lima_iso(newest.published.when) if newest.published else None
        return _told(newest.url, newest.title, newest.author, when, len(newest.text)), None, None
    time.sleep(_delay(source, newest.url, robots))
    page, _, trouble = _asked(settings, newest.url, robots, agent.LARGEST_PAGE, None)
    if page is None:
        return None, trouble[0], trouble[1]
    if page.status >= 400:
        return None, _class(page), f"{newest.url}: the site answers {page.status}"
    if is_challenged(page):
        return None, "blocked", f"{newest.url}: the site sends a challenge page instead"
    with Pool[int]("crawler.probe:extracted", size=1, seconds=SECONDS, megabytes=MEGABYTES) as pool:
        job = {"page": page, "source": source, "entry": newest.to_json(with_text=False)}
        ((_, (state, result)),) = pool.run([(0, job)])
    if state != "ok":
        return None, "layout", f"{newest.url}: {result}"
    when = lima_iso(result.published) if result.published else None
    told = _told(newest.url, result.title, result.author, when, len(result.text))
    thin = not result.text and not result.paywalled
    return told, *(("layout", f"{newest.url} gives a title and no text") if thin else (None, None))


def _delay(source: Source, url: str, robots: Robots) -> float:
    return max(source.delay, min(crawl_delay(url, robots), agent.LONGEST_CRAWL_DELAY))


def _told(url: str, title: str, author: Sequence[str], published: str | None, length: int) -> dict[str, Any]:
    return {"url": url, "title": title, "author": list(author), "published": published, "length": length}


def _asked(
    settings: Settings, url: str, robots: Robots, largest: int, body: str | None
) -> tuple[Page | None, list[tuple[str, int]], tuple[str, str]]:
    """The answer to a request, or the class and words of why there is none."""
    try:
        page, redirects = ask(url, settings, largest=largest, robots=robots, body=body)
        return page, redirects, ("", "")
    except ForbiddenError as error:
        return None, [], ("robots", error.reason)
    except UnavailableError as error:
        return None, [], ("network", error.reason)
    except InputError as error:
        kind = "private" if "private" in error.reason else "server" if "redirects" in error.reason else "size"
        return None, [], (kind, error.reason)


def _class(page: Page) -> str:
    kind = kind_of(page.status, waiting_time(page.headers, page.when))
    return "moved" if page.status in (404, 410) else "server" if kind == "http" else kind


def _same(a: str, b: str) -> bool:
    try:
        return canonical(a) == canonical(b)
    except PututuError:
        return a == b
