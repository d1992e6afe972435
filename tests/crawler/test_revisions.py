"""Second looks: what the publisher changed is a version, what is gone is recorded, and neither costs more than is bearable."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.settings import Settings
from crawler import revisions as looks
from crawler import run
from crawler.archive import Archive, Page
from crawler.extraction import extract_waiting
from crawler.revisions import AGES, Revisions, next_check, readable
from crawler.tally import Tally
from store import documents, frontier, revisions
from store.database import Store

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def test_checks_come_fewer_and_fewer_and_end():
    at, seen = NOW, []
    while (at := next_check(NOW, at)) is not None:
        seen.append(at - NOW)
    assert tuple(seen) == AGES and all(b > 2 * a for a, b in pairwise(AGES))
    assert next_check(NOW, NOW + timedelta(days=5)) == NOW + AGES[-1], "what was missed meanwhile is not made up"


def page(body: str, url: str = "https://ribera.example/nota-1") -> Page:
    return Page(url=url, body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"}, when=NOW)


BODY = "<html><head><title>Titular</title><script>var t={0}</script></head><body><nav>Menú {0}</nav><h1>Titular</h1><p>Tres heridos{1}.</p><aside><a>Lo más leído {0}</a></aside><p>Hace <time>{0} horas</time></p></body></html>"


def test_what_a_reader_reads_is_compared_not_the_bytes():
    assert readable(page(BODY.format(1, ""))) == readable(page(BODY.format(2, "")))
    assert readable(page(BODY.format(1, ""))) != readable(page(BODY.format(1, " y un muerto")))
    assert readable(page(BODY.format(1, "").replace("Tres", "Cuatro"))) != readable(page(BODY.format(1, "")))
    assert readable(page("")) == readable(page("")) and readable(page("%PDF-1")) != readable(page("%PDF-2"))
    assert readable(page("<html><body>" + "<div>" * 50_000 + "x"))


class Newsroom:
    """A site whose articles were crawled, and the clock of second looks."""

    def __init__(self, store, settings, site, monkeypatch):
        self.store, self.settings, self.site, self.source = store, settings, site, site.source()
        self.monkeypatch = monkeypatch
        self.tally = Tally()
        self.looks = Revisions(store, Archive(settings.home), {"ribera": self.tally})

    def crawl(self):
        receipt = run.crawl(self.store, self.settings, [self.source], force=True)
        assert receipt["error"] is None
        return receipt["sources"]["ribera"]

    def later(self, **more):
        moment = datetime.now(UTC) + timedelta(**more)
        self.monkeypatch.setattr(looks, "utc_now", lambda: moment)
        return self.looks.claim("ribera", 99)

    def due_now(self):
        with self.store.write() as tx:
            tx.exec_driver_sql("UPDATE revisions SET due = 0")

    def versions(self, path):
        with self.store.read() as tx:
            id = documents.resolve(tx, self.site.url(path))
            return [(one.version, one.by, one.title) for one in documents.versions(tx, id)] if id else []

    def gone(self, path):
        with self.store.read() as tx:
            return revisions.gone(tx, documents.resolve(tx, self.site.url(path)))


@pytest.fixture
def room(store, settings, site, monkeypatch):
    site.feed(site.articles(3, etag='"a"'))
    room = Newsroom(store, settings, site, monkeypatch)
    room.crawl()
    return room


def test_what_the_publisher_changed_is_a_version_and_what_stayed_costs_nothing(room, site):
    assert room.later(minutes=30) == []
    room.due_now()
    site.put("/nota/1", site.article("Titular corregido de la nota"), etag='"b"')
    site.put("/nota/2", site.answers["/nota/2"].body.replace(b"<nav>", b"<nav>Ahora "), etag='"c"')
    row = room.crawl()
    assert row["revisions"] == {"checked": 3, "changed": 1, "gone": 0, "failed": 0} and row["extracted"] == 1
    assert site.conditions["/nota/0"][-1] == {"If-None-Match": '"a"'}, "a conditional request"
    assert room.versions("/nota/1") == [
        (1, "publisher", "Titular de la nota /nota/1"),
        (2, "publisher", "Titular corregido de la nota"),
    ]
    assert len(room.versions("/nota/0")) == len(room.versions("/nota/2")) == 1
    before = dict(site.article_requests())
    assert room.crawl()["revisions"]["checked"] == 0 and site.article_requests() == before, "not before the next age"


def test_what_our_extractor_does_better_now_is_not_taken_for_the_publisher_s_word(room, site, store, settings):
    room.due_now()
    site.put(
        "/nota/1",
        site.article("Titular de la nota /nota/1", extra="<p>Actualización: hay un detenido por el caso.</p>"),
        etag='"b"',
    )
    with store.write() as tx:  # as an older release would have read it
        tx.exec_driver_sql("UPDATE versions SET title = 'Menú Titular de la nota'")
    room.crawl()
    assert [(version, by) for version, by, _ in room.versions("/nota/1")] == [
        (1, "publisher"),
        (2, "extractor"),
        (3, "publisher"),
    ]


def test_a_page_that_is_gone_is_recorded_and_the_document_stays(room, site):
    site.put("/nota/0", "no", status=410)
    site.put("/nota/1", "no", status=404)
    site.put("/nota/2", "", status=302, headers={"Location": "/"})
    site.put("/", "<html><head><title>La Ribera</title></head><body>Portada</body></html>")
    room.due_now()
    assert room.crawl()["revisions"] == {"checked": 3, "changed": 0, "gone": 1, "failed": 0}
    assert room.gone("/nota/0") and not room.gone("/nota/1"), "once is no proof"
    room.due_now()
    room.crawl()
    assert room.gone("/nota/1") and room.gone("/nota/2")
    assert all(len(room.versions(f"/nota/{i}")) == 1 for i in range(3)) and room.versions("/nota/0")[0][2]
    site.put("/nota/1", site.article("Titular de la nota /nota/1"))
    room.due_now()
    room.crawl()
    assert room.gone("/nota/1") is None, "it is back"


def test_a_page_that_says_it_is_gone_with_status_200_keeps_its_document(room, site):
    site.put(
        "/nota/1",
        "<html><head><title>Página no encontrada</title></head><body><h1>Página no encontrada</h1></body></html>",
    )
    room.due_now()
    room.crawl()
    assert room.versions("/nota/1") == [(1, "publisher", "Titular de la nota /nota/1")] and room.gone("/nota/1")
    with room.store.read() as tx:
        row = frontier.of_url(tx, site.url("/nota/1"))
        assert row.state == "extracted" and "missing" in row.error


def test_another_title_in_the_feed_makes_the_check_due_at_once(room, site):
    site.put("/nota/1", site.article("Titular que cambió en la portada"), etag='"b"')
    site.feed([])
    feed = site.answers["/feed.xml"].body.decode()
    items = "".join(f"<item><title>{title}</title><link>{site.url(path)}</link></item>"
                    for path, title in (("/nota/0", "Titular de la nota /nota/0"), ("/nota/1", "Titular que cambió en la portada")))  # fmt: skip
    site.put("/feed.xml", feed.replace("</channel>", items + "</channel>"))
    assert room.crawl()["revisions"] == {"checked": 1, "changed": 1, "gone": 0, "failed": 0}
    assert room.versions("/nota/1")[-1][2] == "Titular que cambió en la portada"
    assert room.crawl()["revisions"]["checked"] == 0, "noticed once"


def test_a_feed_that_prints_whole_articles_shows_their_corrections_itself(store, settings, site):
    def feed(text):
        body = f"&lt;p&gt;{text} {'Una crónica tranquila del puerto y su feria. ' * 12}&lt;/p&gt;"
        item = f"<item><title>Crónica del puerto</title><link>{site.url('/nota/1')}</link><content:encoded>{body}</content:encoded></item>"
        site.put(
            "/feed.xml",
            f"<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>x</title>{item}</channel></rss>",
        )

    source = site.source(full_in_feed=True)
    feed("Hubo tres heridos.")
    run.crawl(store, settings, [source], force=True)
    feed("Hubo cuatro heridos.")
    row = run.crawl(store, settings, [source], force=True)["sources"]["ribera"]
    assert row["revisions"]["changed"] == 1 and site.article_requests() == {}
    with store.read() as tx:
        told = documents.versions(tx, documents.resolve(tx, site.url("/nota/1")))
    assert [(one.by, "cuatro" in one.text) for one in told] == [("publisher", False), ("publisher", True)]


def test_looks_are_bounded_for_each_source_and_nothing_is_forgotten_by_a_kill(store, settings, room, monkeypatch):
    with store.write() as tx:
        for number in range(300):
            url = f"https://ribera.example/nota-{number}"
            frontier.discover(tx, "ribera", [{"url": url}], arrival="live", now=NOW)
            row = frontier.of_url(tx, url)
            tx.exec_driver_sql(
                f"UPDATE frontier SET state = 'extracted', document = 'd', archive = 'x' WHERE id = {row.id}"
            )
            revisions.watch(tx, row.id, "ribera", NOW, None, None)
    claimed = room.later(hours=4)
    assert len(claimed) == looks.A_CRAWL and room.looks.claim("ribera", 99) == []
    assert {one.address for one in claimed}.isdisjoint(
        one.address for one in Revisions(store, Archive(settings.home), {"ribera": Tally()}).claim("ribera", 99)
    ), "no second crawl does the same"
    again = Revisions(store, Archive(settings.home), {"ribera": Tally()})
    moment = datetime.now(UTC) + timedelta(hours=6)
    monkeypatch.setattr(looks, "utc_now", lambda: moment)
    assert len(again.claim("ribera", 99)) == looks.A_CRAWL, "what a killed crawl had taken comes again"
    with store.write() as tx:
        tx.exec_driver_sql(f"UPDATE revisions SET checked = {int(moment.timestamp() * 1e6)}, due = 0")
    assert Revisions(store, Archive(settings.home), {"ribera": Tally()}).claim("ribera", 99) == [], "enough for one day"


def test_a_backfill_is_not_looked_at_twice(store, settings, site):
    site.articles(1)
    with store.write() as tx:
        frontier.discover(tx, "ribera", [{"url": site.url("/nota/0")}], arrival="backfill", now=datetime.now(UTC))
    site.feed([])
    run.crawl(store, settings, [site.source()], force=True)
    extract_waiting(store, settings, sources={"ribera": site.source()})
    with store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM revisions").scalar() == 0
