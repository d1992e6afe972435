"""The crawler's own readers on the fictional press: every page gives its article back, and an address elsewhere is the same document."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.document import Document
from core.settings import Settings
from crawler import catalog, platforms
from crawler.archive import Page
from crawler.extract import extract
from crawler.platforms import Entry
from crawler.source import Source
from demo import pages
from demo.press import SLUGS, Article, Outlet, load
from demo.server import LISTINGS, SITEMAP, Reply, Site
from demo.sources import write_sources
from store.database import Store
from store.documents import count, save_many

ANCHOR = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
HOME, ELSEWHERE = "http://127.0.0.1:18700", "http://127.0.0.1:18701"
OUTLETS = load(ANCHOR)
SITE = Site(OUTLETS, HOME)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    folder: Path = tmp_path_factory.mktemp("sources")
    write_sources(folder, HOME, OUTLETS)
    return catalog.load(folder)


def fetched(url: str, reply: Reply) -> Page:
    return Page(url=url, status=200, headers={"content-type": reply.content_type}, body=reply.body, when=ANCHOR)


def listed(outlet: Outlet, base: str = HOME) -> tuple[Page, dict[str, Entry]]:
    """The listing that shows every article of the outlet, and its entries by path."""
    path = SITEMAP if outlet.style == "arc" else LISTINGS[outlet.slug]
    page = fetched(base + path, SITE.replies[path])
    entries = platforms.parse(page.body, page.url, SITE.replies[path].content_type, now=ANCHOR).entries
    return page, {entry.url.split("/", 3)[3]: entry for entry in entries}


def expected_text(article: Article) -> str:
    return "\n".join([*([article.lead] if article.lead else []), *article.paragraphs])


@pytest.mark.parametrize("slug", SLUGS)
def test_every_item_gives_its_article_back(slug: str, sources: dict[str, Source]) -> None:
    outlet = next(one for one in OUTLETS if one.slug == slug)
    listing, entries = listed(outlet)
    for article in outlet.articles:
        path = pages.path(article)
        page = listing if sources[slug].whole_entries else fetched(HOME + path, SITE.replies[path])
        document = extract(page, source=sources[slug], entry=entries[path[1:]])
        assert document.title == article.title or slug == "plaza"
        assert document.published == article.published
        assert document.text == expected_text(article)
        assert document.language == (article.language if article.language != "qu" else document.language)
        assert (document.kind, document.source) == (outlet.kind, slug)
        assert document.author == (article.author,) or slug == "gaceta"
        assert document.paywalled == article.premium
        assert document.url == HOME + path


def test_a_page_alone_gives_title_date_and_text() -> None:
    for outlet in OUTLETS:
        if outlet.style == "mastodon":
            continue
        for article in outlet.articles:
            document = extract(fetched(HOME + pages.path(article), SITE.replies[pages.path(article)]))
            assert document.title == article.title
            assert document.published is not None and abs((document.published - article.published).days) <= 1
            assert all(paragraph in document.text for paragraph in article.paragraphs)


def test_a_second_run_on_another_port_adds_nothing_to_the_store(sources: dict[str, Source], settings: Settings) -> None:
    first, again = (documents(base, sources) for base in (HOME, ELSEWHERE))
    with Store.open(settings) as store:
        with store.write() as tx:
            assert Counter(saved.change for saved in save_many(tx, first, now=ANCHOR)) == {"new": len(first)}
        with store.write() as tx:
            changes = Counter(saved.change for saved in save_many(tx, again, now=ANCHOR))
        assert not changes.keys() & {"new", "version"}
        with store.read() as tx:
            assert count(tx) == len(first) >= 72


def documents(base: str, sources: dict[str, Source]) -> list[Document]:
    """What the crawler makes of the whole press when it is served at `base`."""
    found = []
    for outlet in OUTLETS:
        listing, entries = listed(outlet, base)
        for article in outlet.articles:
            path = pages.path(article)
            found.append(
                extract(
                    _page(outlet, base, path, listing, sources), source=sources[outlet.slug], entry=entries[path[1:]]
                )
            )
    return found


def _page(outlet: Outlet, base: str, path: str, listing: Page, sources: dict[str, Source]) -> Page:
    return listing if sources[outlet.slug].whole_entries else fetched(base + path, SITE.replies[path])
