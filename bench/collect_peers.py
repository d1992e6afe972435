"""A peer of the collecting benchmark, in its own environment: fetches the loopback site's articles and extracts them.

    PEERS/bin/python bench/collect_peers.py newsplease|fundus BASE PAGES

Prints `{"articles", "seconds", "version"}`: articles with a title and a text, and the time from start to end without imports.
Both get two processes, one for each core: news-please brings a pool of its own, fundus is started twice, on one half each.
"""

import datetime
import importlib
import importlib.metadata
import json
import multiprocessing
import sys
import time
from typing import Any


def newsplease(base: str, count: int) -> int:
    from newsplease import NewsPlease

    urls = [f"{base}/nota/{number}" for number in range(count)]
    found = NewsPlease.from_urls(urls, request_args={"timeout": 60}, fetch_images=False)
    return sum(
        bool(getattr(article, "title", None) and getattr(article, "maintext", None)) for article in found.values()
    )


def publisher(base: str, half: int) -> Any:
    """The site as fundus wants it: a class with selectors for its three layouts, a feed for one half of it."""
    from fundus.parser import ArticleBody, BaseParser, ParserProxy, attribute
    from fundus.parser.utility import extract_article_body_with_selector, generic_author_parsing, generic_date_parsing
    from fundus.publishers.base_objects import Publisher, PublisherGroup
    from fundus.scraping.url import RSSFeed
    from lxml.etree import XPath

    class BahiaParser(ParserProxy):
        class V1(BaseParser):
            _paragraphs = XPath(
                "//p[@class='story-contents__font-paragraph'] | //article//p | //div[contains(@class, 'entry-content')]/p"
            )
            _summary = XPath("//h2[@class='story__summary'] | //p[@class='bajada']")

            @attribute
            def title(self) -> str | None:
                return self.precomputed.ld.bf_search("headline") or self.precomputed.meta.get("og:title")

            @attribute
            def body(self) -> ArticleBody | None:
                return extract_article_body_with_selector(
                    self.precomputed.doc, paragraph_selector=self._paragraphs, summary_selector=self._summary
                )

            @attribute
            def authors(self) -> list[str]:
                return generic_author_parsing(self.precomputed.ld.bf_search("author"))

            @attribute
            def publishing_date(self) -> datetime.datetime | None:
                return generic_date_parsing(self.precomputed.ld.bf_search("datePublished"))

    class Bench(metaclass=PublisherGroup):
        default_language = "es"
        Bahia = Publisher(
            name="La Bahía", domain=base + "/", parser=BahiaParser, sources=[RSSFeed(f"{base}/half/{half}.xml")]
        )

    return Bench.Bahia


def fundus_half(base: str, half: int, answer: Any) -> None:
    from fundus import Crawler

    found = 0
    try:
        crawler = Crawler(publisher(base, half), delay=0.0, ignore_crawl_delay=True)
        found = sum(bool(article.title and article.body) for article in crawler.crawl(only_complete=False))
    finally:
        answer.put(found)


def fundus(base: str, count: int) -> int:
    importlib.import_module("fundus")  # what is forked has it loaded

    answer: Any = multiprocessing.Queue()
    halves = [multiprocessing.Process(target=fundus_half, args=(base, half, answer)) for half in (0, 1)]
    for half in halves:
        half.start()
    found = sum(answer.get(timeout=1800) for _ in halves)
    for half in halves:
        half.join()
    return found


def main() -> None:
    name, base, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    run = {"newsplease": newsplease, "fundus": fundus}[name]
    __import__({"newsplease": "newsplease", "fundus": "fundus"}[name])
    version = importlib.metadata.version({"newsplease": "news-please", "fundus": "fundus"}[name])
    began = time.perf_counter()
    articles = run(base, count)
    print(json.dumps({"articles": articles, "seconds": time.perf_counter() - began, "version": version}))


if __name__ == "__main__":
    main()
