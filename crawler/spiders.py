"""The Scrapy side of a crawl: it fetches, politely, and hands everything to `intake`; of content it knows nothing.

Store and archive calls block, so they run in one helper thread beside the reactor, in order.
"""

import asyncio
import gzip
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DontCloseSpider,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from twisted.python.failure import Failure

from core.urls import site
from crawler import agent
from crawler.archive import Page
from crawler.intake import Intake
from crawler.politeness import CookieWall, NoSuchHost, PrivateAddress, RobotsUnavailable
from crawler.responses import headers_of, page_of, redirects_of
from crawler.source import Source
from crawler.tally import Trouble
from crawler.walk import Step
from store.frontier import FrontierRow
from store.revisions import Revision

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds to wait for rows that another living crawl holds."""


class SourceSpider(Spider):  # type: ignore[misc]
    """Polls listings, then fetches the frontier's pending rows of the same sources, a few at a time for each."""

    name = "sources"

    def __init__(self, intake: Intake, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.intake = intake
        self.stopping = self.settled = self.looking = False
        self.broken: str | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._open: Counter[str] = Counter()
        self._flying: dict[int, FrontierRow] = {}
        self._of_source: Counter[str] = Counter()
        self._landing: list[tuple[FrontierRow, Page]] = []
        self._keeping = asyncio.Lock()
        self._announced: dict[str, list[str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "SourceSpider":
        """Built by Scrapy."""
        spider: SourceSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.on_error, signal=signals.spider_error)
        crawler.signals.connect(spider.on_robots, signal=signals.robots_parsed)
        return spider

    async def ask(self, act: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a blocking call of the intake in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: act(*args, **kwargs))

    async def start(self) -> AsyncIterator[Request]:
        """The polls, or the past that is asked for; sources that are not polled now begin with what they left pending."""
        polls = [] if self.intake.past else await self.ask(self.intake.polling.due)
        self._open.update(source.slug for source, _, _ in polls)
        for source, url, headers in polls:
            yield self._poll(source, url, url, headers)
        for slug in self.intake.sources:
            if self.intake.past:
                await self.ask(self.intake.walking.begin, slug, self.intake.past)
            if not self._open[slug]:
                for request in await self._refill(slug):
                    yield request

    def _poll(self, source: Source, feed: str, url: str, headers: dict[str, str]) -> Request:
        meta = self._meta(source.slug, agent.LARGEST_LISTING)
        question = source.body(url)
        if question is not None:
            headers = headers | {"Content-Type": "application/json"}
        return Request(
            url,
            method="GET" if question is None else "POST",
            body=question or b"",
            callback=self.on_listing,
            errback=self.on_listing_failed,
            headers=headers,
            meta=meta,
            cb_kwargs={"slug": source.slug, "feed": feed},
            priority=10,
            dont_filter=True,
        )

    def _fetch(self, row: FrontierRow) -> Request:
        meta = self._meta(row.source, agent.LARGEST_PAGE)
        self._flying[row.id] = row
        self._of_source[row.source] += 1
        return Request(
            row.url,
            callback=self.on_page,
            errback=self.on_page_failed,
            meta=meta,
            cb_kwargs={"row": row},
            dont_filter=True,
        )

    def _meta(self, slug: str, largest: int) -> dict[str, Any]:
        return {"download_slot": site(self.intake.sources[slug].home), "download_maxsize": largest}

    def _look(self, one: Revision) -> Request:
        """A second look at what we have."""
        self._of_source[one.source] += 1
        headers = {"If-None-Match": one.etag, "If-Modified-Since": one.last_modified}
        return Request(
            one.url, callback=self.on_look, errback=self.on_look_failed, headers={k: v for k, v in headers.items() if v},
            meta=self._meta(one.source, agent.LARGEST_PAGE), cb_kwargs={"one": one}, dont_filter=True, priority=-10,
        )  # fmt: skip

    def _walk(self, step: Step) -> Request:
        """A listing of the past."""
        self._of_source[step.slug] += 1
        return Request(
            step.url, callback=self.on_step, errback=self.on_step_failed, headers=dict(step.headers), cb_kwargs={"step": step},
            meta=self._meta(step.slug, agent.LARGEST_LISTING), dont_filter=True, priority=5,
        )  # fmt: skip

    async def on_listing(self, response: Response, slug: str, feed: str) -> AsyncIterator[Request]:
        """A listing, or an error status in its place."""
        if response.status >= 400:
            await self.ask(self.intake.polling.refused, slug, feed, response.status, headers_of(response))
        else:
            for child in await self.ask(
                self.intake.polling.answered, slug, feed, page_of(response), redirects_of(response)
            ):
                self._open[slug] += 1
                yield self._poll(self.intake.sources[slug], child, child, {})
        async for request in self._listing_done(slug):
            yield request

    async def on_listing_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """A listing that could not be fetched."""
        slug, feed = failure.request.cb_kwargs["slug"], failure.request.cb_kwargs["feed"]
        kind, reason = _trouble(failure)
        await self.ask(self.intake.polling.failed, slug, feed, kind, f"{feed}: {reason}")
        async for request in self._listing_done(slug):
            yield request

    async def _listing_done(self, slug: str) -> AsyncIterator[Request]:
        self._open[slug] -= 1
        if self._open[slug] <= 0:
            if await self.ask(self.intake.polling.done, slug):
                host = urlsplit(self.intake.sources[slug].home).netloc
                await self.ask(self.intake.begin_new, slug, self._announced.get(host, []))
            for request in await self._refill(slug):
                yield request

    async def on_step(self, response: Response, step: Step) -> AsyncIterator[Request]:
        """A listing of the past, or an error status in its place."""
        if response.status >= 400:
            refusal = await self.ask(self.intake.walking.refused, step, response.status, headers_of(response))
            if refusal:
                await self.ask(self.intake.count_refusal, step.slug, *refusal)
        else:
            await self.ask(self.intake.walking.answered, step, page_of(response))
        for request in await self._landed_of(step.slug):
            yield request

    async def on_step_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """A listing of the past that could not be fetched."""
        step = failure.request.cb_kwargs["step"]
        await self.ask(self.intake.walking.failed, step, *_trouble(failure))
        for request in await self._landed_of(step.slug):
            yield request

    async def on_look(self, response: Response, one: Revision) -> AsyncIterator[Request]:
        """A page that we have, or what its site says of it now."""
        if response.status == 304:
            await self.ask(self.intake.revisions.unchanged, one)
        elif response.status >= 400:
            refusal = await self.ask(self.intake.revisions.refused, one, response.status, headers_of(response))
            if refusal:
                await self.ask(self.intake.count_refusal, one.source, *refusal)
        else:
            await self.ask(self.intake.revisions.page, one, page_of(response), redirects_of(response))
        for request in await self._landed_of(one.source):
            yield request

    async def on_look_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """A page that we have and could not look at."""
        one = failure.request.cb_kwargs["one"]
        await self.ask(self.intake.revisions.failed, one, *_trouble(failure))
        for request in await self._landed_of(one.source):
            yield request

    async def on_page(self, response: Response, row: FrontierRow) -> AsyncIterator[Request]:
        """A page, or an error status in its place."""
        if response.status >= 400:
            await self.ask(self.intake.refused, row, response.status, headers_of(response))
        else:
            await self._keep(row, page_of(response))
        for request in await self._landed(row):
            yield request

    async def on_page_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """A page that could not be fetched."""
        row = failure.request.cb_kwargs["row"]
        kind, reason = _trouble(failure)
        await self.ask(self.intake.page_failed, row, kind, reason)
        for request in await self._landed(row):
            yield request

    async def _keep(self, row: FrontierRow, page: Page) -> None:
        """Keep a page. Those that land while others are being written are written together: the disk is waited for once."""
        self._landing.append((row, page))
        async with self._keeping:
            landed, self._landing = self._landing, []
            if landed:
                await self.ask(self.intake.pages, landed)

    async def _landed(self, row: FrontierRow) -> list[Request]:
        self._flying.pop(row.id, None)
        return await self._landed_of(row.source)

    async def _landed_of(self, slug: str) -> list[Request]:
        self._of_source[slug] -= 1
        return await self._refill(slug)

    async def _refill(self, slug: str) -> list[Request]:
        """As many requests of a source as it may have under way: two where there is a delay; where there is none sixteen, of
        which Scrapy lets eight into the air, and those eight until a page came and while none is refused.

        One of its past at a time, then the rows that wait; what we have is looked at again when nothing else is to do.
        """
        flying = self._of_source[slug]
        most = 2 if self.intake.sources[slug].delay else 16 if self.intake.is_welcome(slug) else 8
        free = most - flying
        if self.stopping or free <= 0 or (flying and free < most // 2):
            return []  # what is in the air asks again when it lands: several rows are leased at a time
        self._of_source[slug] += free
        looks: list[Revision] = []
        try:
            step = None if self.intake.is_over() else await self.ask(self.intake.walking.take, slug)
            rows = await self.ask(self.intake.claim, slug, free - bool(step))
            if step is None and len(rows) < free and not self._open[slug]:
                looks = await self.ask(self.intake.second_looks, slug, free - len(rows))
        finally:
            self._of_source[slug] -= free
        requests = [self._walk(step)] if step else []
        return requests + [self._fetch(row) for row in rows] + [self._look(one) for one in looks]

    def on_idle(self) -> None:
        """Nothing in the air: look once more before the end, also for what another crawl that is just ending gives back."""
        if self.stopping or self.settled:
            return
        if not self.looking:
            self.looking = True
            self._task = asyncio.ensure_future(self._look_again())
        raise DontCloseSpider

    async def _look_again(self) -> None:
        try:
            until = time.monotonic() + PATIENCE
            while not self.stopping:
                requests = [request for slug in self.intake.sources for request in await self._refill(slug)]
                if requests:
                    self._send(requests)
                    return
                if time.monotonic() > until or not await self.ask(self.intake.held_elsewhere):
                    break
                await asyncio.sleep(0.5)
            self.settled = True
            await self.crawler.engine.close_spider_async(reason="finished")
        finally:
            self.looking = False

    def on_robots(self, robotparser: Any, request: Request) -> None:
        """The sitemaps that a robots.txt announces, by host: where a new source's past is looked for."""
        self._announced[urlsplit(request.url).netloc] = list(robotparser.rp.sitemaps)

    def _send(self, requests: Iterable[Request]) -> None:
        for request in requests:
            self.crawler.engine.crawl(request)

    def on_error(self, failure: Failure) -> None:
        """Our own side failed (a full disk, a locked store, a mistake): end the crawl; what is pending stays pending."""
        if self.broken is None:
            self.broken = f"{type(failure.value).__name__}: {failure.value}"
            self.stopping = True
            self._task = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="broken"))

    async def stop(self) -> None:
        """End gracefully: what is in the air lands, nothing new starts."""
        self.stopping = True
        await self.crawler.stop_async()

    def closed(self, reason: str) -> None:
        """Give back what was leased and did not land."""
        self._thread.submit(self.intake.release, list(self._flying.values())).result(timeout=60)
        self._thread.shutdown()


def _trouble(failure: Failure) -> tuple[Trouble, str]:
    """The class of a failed request, and its words."""
    error = failure.value
    if isinstance(error, PrivateAddress):
        return "private", str(error)
    if isinstance(error, NoSuchHost | CannotResolveHostError):
        return "dns", f"the name of the host does not resolve ({error})"
    if isinstance(error, RobotsUnavailable):
        return ("network" if error.network else "http"), str(error)
    if isinstance(error, CookieWall):
        return (
            "loop",
            f"it redirects in a circle, more than {agent.REDIRECTS} times, and sets a cookie: it lets in only who keeps cookies, and we keep none",
        )
    if isinstance(error, IgnoreRequest):
        return _ignored(str(error))
    if isinstance(error, DownloadCancelledError):
        return "size", "it is larger than we take"
    if isinstance(error, DownloadTimeoutError):
        return "network", "no answer in time"
    if isinstance(error, ResponseDataLossError):
        return "network", "the connection ended before the whole answer had come"
    if isinstance(error, gzip.BadGzipFile | zlib.error | EOFError) or "brotli" in str(error):
        return "network", "its body is not packed as its Content-Encoding says"
    return "network", f"{type(error).__name__}: {error}"


def _ignored(said: str) -> tuple[Trouble, str]:
    """Why Scrapy dropped a request: its middlewares tell it in words only."""
    if "robots.txt" in said:
        return "robots", "robots.txt forbids it"
    if "redirections" in said:
        return "loop", f"it redirects more than {agent.REDIRECTS} times"
    if "decompress" in said:
        return "size", "it is larger than we take, once unpacked"
    return "network", said
