"""How requests are made: never into private networks, as robots.txt allows, no faster than the source bears. Parts of Scrapy."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred

from core.errors import InputError, UnavailableError
from core.settings import Network
from core.urls import check_public, is_private
from crawler import agent
from crawler.challenge import is_challenged
from crawler.responses import page_of

LARGEST_STUB = 10_000
"""Bytes of a page that may be nothing but a way to another one."""


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


class CookieWall(IgnoreRequest):  # type: ignore[misc]
    """The site leads in a circle until a cookie is kept; we keep none."""


class Redirect(RedirectMiddleware):  # type: ignore[misc]
    """Scrapy's, which tells a circle that sets a cookie from one that does not."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The request that a redirect leads to, or the response."""
        sets = "Set-Cookie" in response.headers
        try:
            led = super().process_response(request, response)
        except IgnoreRequest as error:
            circle = request.meta.get("redirect_urls", [])
            if (sets or request.meta.get("sets_cookie")) and len(set(circle)) < len(circle):
                raise CookieWall(str(error)) from error
            raise
        if sets and isinstance(led, Request):
            led.meta["sets_cookie"] = True
        return led


class MetaRefresh(MetaRefreshMiddleware):  # type: ignore[misc]
    """A small page that does nothing but lead on at once (`<meta http-equiv="refresh" content="0; url=...">`) is followed as a
    redirect is: as often, and only where one may go. A guard's page leads nowhere, an article that reloads itself neither."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The request that the page leads to, or the page."""
        if len(response.body) > LARGEST_STUB or b"refresh" not in response.body.lower():
            return response
        led = super().process_response(request, response)
        if isinstance(led, Request) and (led.url.split("#")[0] == response.url or is_challenged(page_of(response))):
            return response
        return led


class RobotsUnavailable(IgnoreRequest):  # type: ignore[misc]
    """robots.txt could not be read, so that nobody knows what it allows: the site is left alone for now."""

    def __init__(self, reason: str, *, network: bool) -> None:
        super().__init__(reason)
        self.network = network


class Robots(RobotsTxtMiddleware):  # type: ignore[misc]
    """robots.txt as RFC 9309 has it: without one (4xx) all is allowed, of a large one the beginning counts, and a site that
    fails to give it (5xx, no end) or asks for fewer requests (429) is left alone; its pages are asked for later. Where nobody answers at all, the page's own
    request tells so."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unavailable: dict[str, RobotsUnavailable] = {}

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            why = f"robots.txt answers {response.status}: the site is left alone"
            self._unavailable[netloc] = RobotsUnavailable(why, network=False)
        body = response.body[: agent.LARGEST_ROBOTS] if response.status < 400 else b""
        await super()._parse_robots(response.replace(body=body), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, DownloadTimeoutError | DownloadCancelledError):
            why = "robots.txt does not come to an end: the site is left alone"
            self._unavailable[netloc] = RobotsUnavailable(why, network=True)
        super()._robots_error(exc, netloc)

    def process_request_2(self, rp: Any, request: Request) -> None:
        """Refuse what robots.txt forbids, and everything where it could not be read."""
        if error := self._unavailable.get(urlsplit(request.url).netloc):
            raise RobotsUnavailable(str(error), network=error.network)
        super().process_request_2(rp, request)


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
            self.floors[key] = max(self.floors.get(key, 0.0), min(float(asked), agent.LONGEST_CRAWL_DELAY))

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        key = response.request.meta.get("download_slot") if response.request is not None else None
        floor = self.floors.get(key or "", 0.0)
        if floor:  # a source without a delay is a machine of the operator's own: there is nobody to spare
            super()._adjust_delay(slot, latency, response)
            slot.delay = max(slot.delay, floor)
