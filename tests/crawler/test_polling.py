"""Polls without a network: where a listing leads, what some listings lack, and what a source's past of failures needs."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.archive import Archive, Page
from crawler.polling import Polling
from crawler.source import Source
from crawler.tally import Tally
from store import sources
from store.database import Store

HOME = "https://ribera.example"
FEED = HOME + "/feed.xml"
RSS = "<rss version='2.0'><channel><title>x</title>{}</channel></rss>"
ITEM = "<item><title>Titular de la nota {0}</title><link>https://ribera.example/nota-{0}</link></item>"


class Reader:
    """A poll of one source: `answers` are what its listings say, by address."""

    def __init__(self, settings, store, **fields):
        values = {"slug": "ribera", "name": "La Ribera", "home": HOME + "/", "feeds": (FEED,), "status": "verified"}
        self.source = Source(**values | fields)
        self.settings, self.store = settings, store

    def poll(self, answers):
        self.tally = Tally()
        polling = Polling(self.store, Archive(self.settings.home), [self.source], {"ribera": self.tally}, force=True)
        for _, url, _ in polling.due():
            status, body, *led = answers[url]
            landed, redirects = (led[0], led[1]) if led else (url, ())
            if status >= 400:
                polling.refused("ribera", url, status, {})
            else:
                polling.answered(
                    "ribera",
                    url,
                    Page(url=landed, status=status, body=body.encode(), when=datetime.now(UTC)),
                    redirects,
                )
        polling.done("ribera")
        with self.store.read() as tx:
            return sources.state(tx, "ribera")


@pytest.fixture
def reader(settings):
    with Store.open(settings) as store:
        yield Reader(settings, store)


def rss(*numbers):
    return RSS.format("".join(ITEM.format(n) for n in numbers))


def test_a_host_that_moved_is_told_at_the_first_poll_and_what_it_lists_is_taken(reader):
    elsewhere = "https://laribera.example/feed.xml"
    state = reader.poll({FEED: (200, rss(1, 2), elsewhere, [(FEED, 302)])})
    assert (state.reason, state.moved_to, state.status) == ("moved", elsewhere, "verified") and reader.tally.new == 2
    assert reader.poll({FEED: (200, rss(1, 2, 3))}).moved_to is None, "it is back"


@pytest.mark.parametrize(("landed", "status", "moved"), [(HOME + "/feed.xml/", 301, None), ("http://www.ribera.example/feed.xml", 301, None),
                                                         (HOME + "/nuevo.xml", 302, None), (HOME + "/nuevo.xml", 308, HOME + "/nuevo.xml")])  # fmt: skip
def test_the_same_address_written_otherwise_and_a_passing_redirect_are_no_move(reader, landed, status, moved):
    assert reader.poll({FEED: (200, rss(1), landed, [(FEED, status)])}).moved_to == moved


def test_a_304_after_a_failure_proves_nothing_and_the_listing_is_asked_for_in_full(reader):
    reader.poll({FEED: (200, rss(1))})
    for _ in range(2):
        state = reader.poll({FEED: (403, "no")})
    assert (state.status, state.reason) == ("blocked", "blocked")
    state = reader.poll({FEED: (304, "")})
    assert state.status == "blocked"
    state = reader.poll({FEED: (200, rss(1))})
    assert (state.status, state.failures, reader.tally.unchanged) == ("verified", 0, 0), (
        "the same bytes were read again"
    )


def test_empty_and_invalid_are_told_apart(reader):
    assert reader.poll({FEED: (200, RSS.format(""))}).reason == "empty"
    assert reader.poll({FEED: (200, "<html><body>Portada</body></html>")}).reason == "invalid"


def test_what_one_of_several_listings_lacks_is_kept_beside_a_good_poll(settings):
    with Store.open(settings) as store:
        two = Reader(settings, store, feeds=(FEED, HOME + "/otra.xml"))
        state = two.poll({FEED: (200, rss(1)), HOME + "/otra.xml": (404, "no")})
    assert (state.status, state.failures) == ("verified", 0) and state.error.startswith("1 of 2 listings: ")
    assert two.tally.errors == {"http": 1}


def test_a_source_asked_by_many_polls_learns_what_it_lists(reader):
    now = datetime.now(UTC)
    for count in range(1, 4):
        state = reader.poll({FEED: (200, rss(*range(count * 3)))})
    assert state.listed == 9 and state.rhythm["recent"] >= 3 and state.last_item >= now
    assert reader.poll({FEED: (200, rss(*range(9)))}).listed == 9, "the same again: how long it is stays known"


def asks(store, settings, source, *, force=False):
    polling = Polling(store, Archive(settings.home), [source], {source.slug: Tally()}, force=force)
    return polling, [url for _, url, _ in polling.due()]


def test_what_another_crawl_polls_or_has_just_polled_is_not_polled(store_settings):
    """Two homes on one store: each source is polled by one of them at a time, and once in its interval."""
    source = Source(slug="ribera", name="La Ribera", home=HOME + "/", feeds=(FEED,), status="verified")
    with Store.open(store_settings) as store, Store.open(store_settings) as second:
        polling, urls = asks(store, store_settings, source)
        assert urls == [FEED] and asks(second, store_settings, source)[1] == []
        assert asks(second, store_settings, source, force=True)[1] == [
            FEED
        ]  # a person who says now is not kept waiting
        polling.answered("ribera", FEED, Page(url=FEED, status=200, body=rss(1).encode(), when=datetime.now(UTC)))
        polling.done("ribera")
        assert asks(second, store_settings, source)[1] == [] and second.take("poll:ribera")  # free, and not due


def test_a_crawl_that_died_holds_no_source(store_settings):
    source = Source(slug="ribera", name="La Ribera", home=HOME + "/", feeds=(FEED,), status="verified")
    with Store.open(store_settings) as second:
        first = Store.open(store_settings)
        assert asks(first, store_settings, source)[1] == [FEED] and asks(second, store_settings, source)[1] == []
        first.close()
        assert asks(second, store_settings, source)[1] == [FEED]


def test_one_that_ended_between_looking_and_taking_is_looked_at_again(store_settings, monkeypatch):
    source = Source(slug="ribera", name="La Ribera", home=HOME + "/", feeds=(FEED,), status="verified")
    with Store.open(store_settings) as store, Store.open(store_settings) as second:
        take = second.take

        def late(what):
            polling, _ = asks(store, store_settings, source)
            polling.answered("ribera", FEED, Page(url=FEED, status=200, body=rss(1).encode(), when=datetime.now(UTC)))
            polling.done("ribera")
            return take(what)

        monkeypatch.setattr(second, "take", late)
        assert asks(second, store_settings, source)[1] == []
        assert store.take("poll:ribera")


def test_a_host_whose_clock_is_a_little_behind_does_not_poll_at_once_again(store_settings, monkeypatch):
    source = Source(slug="ribera", name="La Ribera", home=HOME + "/", feeds=(FEED,), status="verified")
    with Store.open(store_settings) as store, Store.open(store_settings) as second:
        polling, _ = asks(store, store_settings, source)
        polling.answered("ribera", FEED, Page(url=FEED, status=200, body=rss(1).encode(), when=datetime.now(UTC)))
        polling.done("ribera")
        for behind, wanted in ((timedelta(seconds=30), []), (timedelta(hours=3), [FEED])):
            monkeypatch.setattr("crawler.polling.utc_now", lambda behind=behind: datetime.now(UTC) - behind)
            assert asks(second, store_settings, source)[1] == wanted
