"""The Scrapy side of a crawl: it fetches, politely, and hands everything to `intake`; of content it knows nothing.

Store and archive calls block, so they run in one helper thread beside the reactor, in order.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DontCloseSpider,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from core.errors import InputError, UnavailableError
from core.settings import Network
from core.urls import check_public, is_private, site
from crawler import agent
from crawler.archive import Page
from crawler.intake import Intake, Trouble
from crawler.source import Source
from store.frontier import FrontierRow

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds to wait for rows that another living crawl holds."""
LONGEST_CRAWL_DELAY = 60.0


class PrivateAddress(IgnoreRequest):  # type: ignore[misc]
    """The address leads into a private network that the operator did not allow."""


class NoSuchHost(IgnoreRequest):  # type: ignore[misc]
    """The host's name does not resolve."""


class Guard:
    """Downloader middleware: no request, redirect or robots.txt fetch goes to a private address."""

    def __init__(self, allowed: tuple[Network, ...]) -> None:
        self.allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Guard":
        """Built by Scrapy; the allowed networks come from its settings."""
        return cls(crawler.settings["PUTUTU_NETWORKS"])

    async def process_request(self, request: Request) -> None:
        """Resolve the host in a thread and refuse what is private. The resolver checks once more when it connects."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, check_public, request.url, self.allowed)
        except InputError as error:
            raise PrivateAddress(str(error)) from error
        except UnavailableError as error:
            raise NoSuchHost(error.reason) from error

    def process_response(self, request: Request, response: Response) -> Response:
        """A name may change its mind between check and connection: look at the address that answered."""
        if response.ip_address is not None and is_private(str(response.ip_address), self.allowed):
            raise PrivateAddress(
                f"{request.url} was answered by {response.ip_address}, an address inside a private network."
            )
        return response


class GuardedResolver(CachingThreadedResolver):  # type: ignore[misc]
    """Scrapy's resolver, which never gives a private address to connect to."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> "GuardedResolver":
        """Built by Scrapy; the allowed networks come from its settings."""
        resolver: GuardedResolver = super().from_crawler(crawler, reactor)
        resolver.allowed = crawler.settings["PUTUTU_NETWORKS"]
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        """The address of a name, or a failure where it is private."""
        return super().getHostByName(name, timeout).addCallback(self._open)

    def _open(self, address: str) -> str:
        if is_private(address, self.allowed):
            raise PrivateAddress(f"{address} is inside a private network.")
        return address


class Robots(RobotsTxtMiddleware):  # type: ignore[misc]
    """robots.txt as RFC 9309 has it: a server that fails to give it (5xx) is left alone."""

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            response = response.replace(body=b"User-agent: *\nDisallow: /\n")
        await super()._parse_robots(response, netloc, request)


class Throttle(AutoThrottle):  # type: ignore[misc]
    """AutoThrottle that never goes below the source's own delay, nor below a Crawl-delay in robots.txt."""

    def _spider_opened(self, spider: Spider) -> None:
        super()._spider_opened(spider)
        self.floors: dict[str, float] = dict(self.crawler.settings["PUTUTU_DELAYS"])
        self.crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)

    def _robots_parsed(self, robotparser: Any, request: Request) -> None:
        asked = robotparser.rp.crawl_delay(agent.ROBOTS_NAME)
        key = request.meta.get("download_slot")
        if asked and key:
            self.floors[key] = max(self.floors.get(key, 0.0), min(float(asked), LONGEST_CRAWL_DELAY))

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        key = response.request.meta.get("download_slot") if response.request is not None else None
        floor = self.floors.get(key or "", 0.0)
        if floor:  # a source without a delay is a machine of the operator's own: there is nobody to spare
            super()._adjust_delay(slot, latency, response)
            slot.delay = max(slot.delay, floor)


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

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "SourceSpider":
        """Built by Scrapy."""
        spider: SourceSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.on_error, signal=signals.spider_error)
        return spider

    async def ask(self, act: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a blocking call of the intake in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: act(*args, **kwargs))

    async def start(self) -> AsyncIterator[Request]:
        """The polls; sources that are not polled now begin with what they left pending."""
        polls = await self.ask(self.intake.polls)
        self._open.update(source.slug for source, _, _ in polls)
        for source, url, headers in polls:
            yield self._poll(source, url, url, headers)
        for slug in self.intake.sources:
            if not self._open[slug]:
                for request in await self._refill(slug):
                    yield request

    def _poll(self, source: Source, feed: str, url: str, headers: dict[str, str]) -> Request:
        meta = {"download_slot": site(source.home), "download_maxsize": agent.LARGEST_LISTING}
        return Request(
            url,
            callback=self.on_listing,
            errback=self.on_listing_failed,
            headers=headers,
            meta=meta,
            cb_kwargs={"slug": source.slug, "feed": feed},
            priority=10,
            dont_filter=True,
        )

    def _fetch(self, row: FrontierRow) -> Request:
        meta = {"download_slot": site(self.intake.sources[row.source].home), "download_maxsize": agent.LARGEST_PAGE}
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

    async def on_listing(self, response: Response, slug: str, feed: str) -> AsyncIterator[Request]:
        """A listing, or an error status in its place."""
        if response.status >= 400:
            await self.ask(self.intake.poll_refused, slug, feed, response.status, _headers(response))
        else:
            for child in await self.ask(self.intake.listed, slug, feed, _page(response)):
                self._open[slug] += 1
                yield self._poll(self.intake.sources[slug], child, child, {})
        async for request in self._listing_done(slug):
            yield request

    async def on_listing_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """A listing that could not be fetched."""
        slug, feed = failure.request.cb_kwargs["slug"], failure.request.cb_kwargs["feed"]
        kind, reason = _trouble(failure)
        await self.ask(self.intake.poll_failed, slug, feed, kind, f"{feed}: {reason}")
        async for request in self._listing_done(slug):
            yield request

    async def _listing_done(self, slug: str) -> AsyncIterator[Request]:
        self._open[slug] -= 1
        if self._open[slug] <= 0:
            await self.ask(self.intake.polled, slug)
            for request in await self._refill(slug):
                yield request

    async def on_page(self, response: Response, row: FrontierRow) -> AsyncIterator[Request]:
        """A page, or an error status in its place."""
        if response.status >= 400:
            await self.ask(self.intake.refused, row, response.status, _headers(response))
        else:
            await self.ask(self.intake.page, row, _page(response))
        for request in await self._landed(row):
            yield request

    async def on_page_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """A page that could not be fetched."""
        row = failure.request.cb_kwargs["row"]
        kind, reason = _trouble(failure)
        await self.ask(self.intake.page_failed, row, kind, reason)
        for request in await self._landed(row):
            yield request

    async def _landed(self, row: FrontierRow) -> list[Request]:
        self._flying.pop(row.id, None)
        self._of_source[row.source] -= 1
        return await self._refill(row.source)

    async def _refill(self, slug: str) -> list[Request]:
        """As many of a source's pending rows as it may have in the air: two where there is a delay, eight where there is none."""
        free = (2 if self.intake.sources[slug].delay else 8) - self._of_source[slug]
        if self.stopping or free <= 0:
            return []
        self._of_source[slug] += free
        try:
            rows = await self.ask(self.intake.claim, slug, free)
        finally:
            self._of_source[slug] -= free
        return [self._fetch(row) for row in rows]

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


def _page(response: Response) -> Page:
    return Page(
        url=response.url, status=response.status, headers=_headers(response), body=response.body, when=datetime.now(UTC)
    )


def _headers(response: Response) -> dict[str, str]:
    return {
        name: ", ".join(values)
        for name, values in response.headers.to_unicode_dict().items()
        for values in [[values] if isinstance(values, str) else values]
    }


def _trouble(failure: Failure) -> tuple[Trouble, str]:
    """The class of a failed request, and its words."""
    error = failure.value
    if isinstance(error, PrivateAddress):
        return "private", str(error)
    if isinstance(error, NoSuchHost | CannotResolveHostError):
        return "dns", f"the name of the host does not resolve ({error})"
    if isinstance(error, IgnoreRequest):
        return "robots", "robots.txt forbids it" if "robots.txt" in str(error) else str(error)
    if isinstance(error, DownloadCancelledError):
        return "size", "it is larger than we take"
    if isinstance(error, DownloadTimeoutError):
        return "network", "no answer in time"
    return "network", f"{type(error).__name__}: {error}"
