"""One crawl: a child process with the reactor fetches, while this process extracts what has come in.

A Twisted reactor starts once in a process, and a crash or leak there must not touch the daemon. The child gets its job on
standard input, which stays open: its end means that the parent is gone, and the child lands what is in the air and stops.
"""

import contextlib
import ipaddress
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from core import garbage
from core.errors import PututuError
from core.settings import Settings
from core.urls import site
from crawler import agent
from crawler.past import Past
from crawler.source import Source
from store import completeness
from store.database import Store

if TYPE_CHECKING:
    from crawler.extraction import Extraction

STOP_SECONDS = 20
"""How long what is in the air may take to land, once the crawl is told to stop."""
CHILD_LOST = 3


def crawl(
    store: Store, settings: Settings, sources: Sequence[Source], *, force: bool = False, seconds: float | None = None
) -> dict[str, Any]:
    """Poll the sources that are due (all of them with `force`), fetch what is pending of them, and extract it.

    After `seconds` no new request is begun: what waits is for the next crawl, so that a slow site with much to fetch does
    not keep the others from being polled. The receipt: `{sources: {slug: {listings, unchanged, listed, new, skipped,
    undated, fetched, gone, failed, down, waiting, errors, reasons, revisions, past, extracted, parked}}, documents, error}`; `error` says
    how the child ended where it did not end well.
    """
    receipt = _crawl(store, settings, sources, {"force": force, "seconds": seconds})
    return {name: value for name, value in receipt.items() if name != "walks"}


def look_back(
    store: Store, settings: Settings, source: Source, past: Past, *, advance: Callable[[int], None] = lambda done: None
) -> dict[str, Any]:
    """Read what lists a source's past in these days and, unless it is an estimate (`past.sample`), fetch and extract it.

    The receipt is as `crawl`'s, with `walk`: what was found (`crawler.walking`). `advance` hears how many more are done.
    """
    receipt = _crawl(store, settings, [source], {"past": past.to_json()}, advance)
    return receipt | {"walk": receipt["walks"].get(source.slug)}


def _crawl(
    store: Store, settings: Settings, sources: Sequence[Source], wanted: Mapping[str, Any],
    advance: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:  # fmt: skip
    from crawler.extraction import BATCH, Extraction

    if not sources:
        return {"sources": {}, "documents": 0, "walks": {}, "error": None}
    known = {source.slug: source for source in sources}
    child = _Child(_job(settings, sources, wanted))
    try:
        with Extraction(store, settings, known) as extraction:
            done = 0
            while child.running(0 if done >= BATCH else 0.5):  # behind a full batch the next one waits already
                done = extraction.once(list(known))
                advance(done)
            extraction.all(list(known))
    finally:
        child.stop()
    _look_over(store, known, child.said or {})
    return _receipt(child, extraction, known)


def _look_over(store: Store, known: Mapping[str, Source], said: Mapping[str, Any]) -> None:
    """Count the months anew of which listings said something, and judge the sources whose pages were refused."""
    from crawler.health import review

    now = datetime.now(UTC)
    for slug, months in said.get("months", {}).items():
        if months:
            with store.write() as tx:
                completeness.recount(tx, slug, months, now)
    review(store, known, [slug for slug, row in said.get("sources", {}).items() if row["errors"].get("blocked")], now)


def _receipt(child: "_Child", extraction: "Extraction", known: Mapping[str, Source]) -> dict[str, Any]:
    said = child.said or {}
    rows: dict[str, dict[str, Any]] = {slug: dict(said.get("sources", {}).get(slug, {})) for slug in known}
    for slug, row in rows.items():
        row["extracted"] = extraction.extracted.get(slug, 0)
        row["parked"] = dict(extraction.parked.get(slug, {}))
    documents = sum(extraction.extracted.values())
    return {"sources": rows, "documents": documents, "walks": said.get("walks", {}), "error": child.failure()}


class _Child:
    """The process with the reactor, seen from the parent."""

    def __init__(self, job: str) -> None:
        environ = os.environ | {"PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        command = [sys.executable, "-m", "crawler.run"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
        )
        self.said: dict[str, Any] | None = None
        self._tail: deque[str] = deque(maxlen=40)
        self._readers = [threading.Thread(target=work, daemon=True) for work in (self._read_receipt, self._read_log)]
        for reader in self._readers:
            reader.start()
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.write(job + "\n")
            self._process.stdin.flush()

    def _read_receipt(self) -> None:
        for line in _lines(self._process.stdout):
            with contextlib.suppress(ValueError):
                self.said = json.loads(line)

    def _read_log(self) -> None:
        for line in _lines(self._process.stderr):
            self._tail.append(line.rstrip())

    def running(self, seconds: float) -> bool:
        """Whether the child still runs after waiting so long for its end."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        for reader in self._readers:
            reader.join(5)
        return False

    def stop(self) -> None:
        """Close the pipe that keeps it going, wait for what is in the air, then end it for good."""
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        if self.running(STOP_SECONDS + 10):
            self._process.kill()
            self.running(10)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def failure(self) -> str | None:
        """What to tell of an end that was none, else None."""
        code = self._process.returncode
        if self.said is not None and self.said.get("error"):
            return str(self.said["error"])
        if code == 0 and self.said is not None:
            return None
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        last = next((line for line in reversed(self._tail) if line.strip()), "it said nothing")
        return f"The crawl process ended by {how}: {last}. What was pending is still pending; crawl again."


def _lines(pipe: IO[str] | None) -> Any:
    return iter(pipe.readline, "") if pipe is not None else ()


def _job(settings: Settings, sources: Sequence[Source], wanted: Mapping[str, Any]) -> str:
    plain = {name: _plain(value) for name, value in asdict(settings).items()}
    told = {"settings": plain, "sources": [source.to_json() for source in sources], "timeout": agent.TIMEOUT}
    return json.dumps(told | dict(wanted))


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [item if isinstance(item, str | int) else str(item) for item in value]
    return value


def _settings(row: Mapping[str, Any]) -> Settings:
    values = dict(row)
    for name in ("home", "index_ca", "sources_dir", "lexicon_dir"):
        values[name] = Path(values[name]) if values[name] else None
    values["bind"] = tuple(values["bind"])
    values["allow_private"] = tuple(ipaddress.ip_network(network) for network in values["allow_private"])
    return Settings(**values)


def scrapy_settings(settings: Settings, sources: Sequence[Source], *, timeout: float = agent.TIMEOUT) -> dict[str, Any]:
    """Scrapy's settings for these sources: everything polite, bounded and quiet."""
    delays: dict[str, float] = {}
    for source in sources:
        delays[site(source.home)] = max(delays.get(site(source.home), 0.0), source.delay)
    return {
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "TWISTED_DNS_RESOLVER": "crawler.politeness.GuardedResolver",
        "USER_AGENT": agent.user_agent(settings.contact),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "es-PE,es;q=0.9,en;q=0.5",
        },
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": agent.ROBOTS_NAME,
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.politeness.Guard": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawler.politeness.Robots": 100,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            "crawler.politeness.Redirect": 600,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "crawler.politeness.MetaRefresh": 580,
        },
        "EXTENSIONS": {
            "scrapy.extensions.throttle.AutoThrottle": None,
            "crawler.politeness.Throttle": 0,
            "scrapy.extensions.telnet.TelnetConsole": None,
        },
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": 0,
        "AUTOTHROTTLE_MAX_DELAY": 60,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_SLOTS": {key: {"concurrency": 1 if delay else 8, "delay": delay} for key, delay in delays.items()},
        "PUTUTU_DELAYS": delays,
        "PUTUTU_NETWORKS": settings.allow_private,
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
        "CONCURRENT_ITEMS": 4,  # Scrapy starts so many tasks for each response; ours gives requests, and few
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_MAXSIZE": agent.LARGEST_LISTING,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": agent.REDIRECTS,
        "METAREFRESH_IGNORE_TAGS": ["noscript", "script", "style", "template"],
        "METAREFRESH_MAXDELAY": 3,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "LOG_SCRAPED_ITEMS": False,
    }


def _child(job: Mapping[str, Any]) -> int:
    """The child's whole life: crawl, print the receipt as one line of JSON, exit."""
    import asyncio

    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.archive import Archive
    from crawler.intake import Intake
    from crawler.spiders import SourceSpider

    settings = _settings(job["settings"])
    chosen = [Source.from_json(row) for row in job["sources"]]
    with Store.open(settings) as store:
        past = Past.from_json(job["past"]) if job.get("past") else None
        intake = Intake(
            store, Archive(settings.home), chosen, force=bool(job.get("force")), past=past, seconds=job.get("seconds")
        )
        process = AsyncCrawlerProcess(scrapy_settings(settings, chosen, timeout=job["timeout"]))
        runner = process.create_crawler(SourceSpider)
        crawling = process.crawl(runner, intake=intake)
        loop = asyncio.get_event_loop()
        stopping: list[asyncio.Task[None]] = []

        def stop() -> None:
            timer = threading.Timer(STOP_SECONDS, os._exit, [CHILD_LOST])
            timer.daemon = True
            timer.start()
            if isinstance(runner.spider, SourceSpider):
                stopping.append(loop.create_task(runner.spider.stop()))

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        threading.Thread(target=_until_parent_ends, args=[lambda: loop.call_soon_threadsafe(stop)], daemon=True).start()
        process.start(install_signal_handlers=False)
        crawling.result()
        broken = runner.spider.broken if isinstance(runner.spider, SourceSpider) else "The spider did not start."
        said = {
            "sources": intake.receipt(),
            "months": intake.months(),
            "walks": intake.walking.figures(),
            "error": broken,
        }
        print(json.dumps(said, ensure_ascii=False), flush=True)
    return 1 if broken else 0


def _until_parent_ends(then: Any) -> None:
    sys.stdin.read()
    with contextlib.suppress(RuntimeError):  # the loop is closed already: the crawl came to its own end
        then()


def main() -> int:
    """Entry of the child process: the job is the first line of standard input."""
    line = sys.stdin.readline()
    if not line.strip():
        return CHILD_LOST
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    garbage.seldom()
    try:
        return _child(json.loads(line))
    except PututuError as error:
        print(json.dumps({"sources": {}, "error": str(error)}, ensure_ascii=False), flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
