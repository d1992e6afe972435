"""The whole way on loopback: poll, frontier, archive, document; and every way it can be cut short."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.settings import Settings
from crawler import run
from crawler.archive import Archive
from crawler.extraction import Extraction, extract_again, extract_waiting
from store import documents, frontier, sources
from store.database import Store


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def run_now() -> datetime:
    return datetime.now(UTC)


def crawl(store, settings, *chosen, force=True):
    return run.crawl(store, settings, list(chosen), force=force)


def texts(store):
    with store.read() as tx:
        return {document.url: document for document in documents.many(tx, documents.ids(tx, limit=1000))}


def counts(store):
    with store.read() as tx:
        return {state: number for state, number in frontier.counts(tx).items() if number}


def test_a_feed_becomes_documents_once(store, settings, site):
    site.feed([*site.articles(6), "/privado/1", "/falta", "/vieja"], etag='"1"')
    site.put("/robots.txt", "User-agent: *\nDisallow: /privado/\n", headers={"Content-Type": "text/plain"})
    site.put("/privado/1", "secreto")
    site.put("/vieja", "", status=301, headers={"Location": "/nota/5"})
    source = site.source()
    receipt = crawl(store, settings, source)
    row = receipt["sources"]["ribera"]
    assert receipt["error"] is None and receipt["documents"] == 7
    assert (row["listed"], row["new"], row["fetched"]) == (9, 9, 7) and row["errors"] == {"robots": 1, "http": 1}
    assert (row["failed"], row["down"]) == (1, False), "what robots.txt forbids is no failure"
    found = texts(store)
    assert len(found) == 6, "an address that redirects to another is the same document"
    one = found[site.url("/nota/0")]
    assert (
        one.title == "Titular de la nota /nota/0"
        and one.source == "ribera"
        and one.language == "es"
        and one.completeness == "full"
    )
    assert one.published_from == "metadata" and Archive(settings.home).read(one.archive).status == 200
    assert site.asked["/privado/1"] == 0 and site.asked["/robots.txt"] == 1
    assert all(name.startswith("Pututu/") and "Mozilla" not in name for name in site.agents)

    before = dict(site.article_requests())
    again = crawl(store, settings, source)["sources"]["ribera"]
    assert again["unchanged"] == 1 and again["new"] == again["fetched"] == 0 and site.article_requests() == before


def test_a_source_that_is_not_due_is_not_asked_but_what_is_pending_is_fetched(store, settings, site):
    site.feed(site.articles(1))
    source = site.source()
    crawl(store, settings, source)
    with store.write() as tx:
        frontier.discover(tx, "ribera", [{"url": site.url("/nota/9")}], arrival="live", now=run_now())
    site.put("/nota/9", site.answers["/nota/0"].body.replace(b"/nota/0", b"nueve"))
    polls = site.asked["/feed.xml"]
    crawl(store, settings, source, force=False)
    assert site.asked["/feed.xml"] == polls and site.url("/nota/9") in texts(store)


LISTINGS = {
    "mantenimiento": ("<html><body>En mantenimiento</body></html>", 200, "invalid"),
    "reto": ("<html><head><title>Just a moment...</title></head><body>cf-chl</body></html>", 200, "blocked"),
    "vacia": ("<rss version='2.0'><channel><title>x</title></channel></rss>", 200, "empty"),
    "prohibida": ("no", 403, "blocked"),
    "tetera": ("no", 418, "blocked"),
    "mudada": ("no", 404, "http"),
}


def test_why_a_listing_gave_nothing_is_told(store, settings, site):
    for slug, (body, status, _) in LISTINGS.items():
        site.put(f"/{slug}.xml", body, status=status)
    feeds = {slug: (site.url(f"/{slug}.xml"),) for slug in LISTINGS} | {
        "nadie": ("http://127.0.0.1:9/feed",),
        "dentro": ("http://10.255.0.1/feed",),
    }
    site.feed(["/salto"])
    site.put("/salto", "", status=302, headers={"Location": "http://192.168.77.1/admin"})
    chosen = [site.source(slug=slug, feeds=urls, home=urls[0]) for slug, urls in feeds.items()]
    rows = crawl(store, settings, *chosen, site.source())["sources"]
    told = {slug: row["errors"] for slug, row in rows.items()}
    assert told == {slug: {kind: 1} for slug, (_, _, kind) in LISTINGS.items()} | {
        "nadie": {"network": 1},
        "dentro": {"private": 1},
        "ribera": {"private": 1},
    }
    assert all(feeds[slug][0] in rows[slug]["reasons"][0] for slug in feeds) and counts(store) == {"parked": 1}
    with store.read() as tx:
        state = sources.state(tx, "mudada")
        assert (
            state.failures > 0
            and state.reason == "moved"
            and sources.validators(tx, "mudada", feeds["mudada"][0]).body_hash is None
        )


def test_a_site_that_asks_to_wait_is_left_alone(store, settings, site):
    site.feed([f"/nota/{i}" for i in range(20)])
    for i in range(20):
        site.put(f"/nota/{i}", "slow down", status=429, headers={"Retry-After": "3600"})
    row = crawl(store, settings, site.source())["sources"]["ribera"]
    asked = sum(site.article_requests().values())
    assert row["errors"]["blocked"] == asked <= 8 and any("left alone" in reason for reason in row["reasons"])
    crawl(store, settings, site.source())
    assert all(count <= 1 for count in site.article_requests().values()), (
        "an address that asked to wait is not asked before"
    )
    assert counts(store) == {"pending": 20}


def test_a_feed_that_prints_whole_articles_needs_no_page(store, settings, site):
    body = "".join(
        f"&lt;p&gt;Párrafo {i} de la crónica del puerto, que cuenta con calma lo que pasó en la feria del barrio.&lt;/p&gt;"
        for i in range(5)
    )
    short = "&lt;p&gt;Solo el comienzo […]&lt;/p&gt;"
    items = "".join(
        f"<item><title>Crónica {name}</title><link>{site.base}/nota/{name}</link><dc:creator>Ana Luz Prado</dc:creator><pubDate>Fri, 20 Nov 2026 10:00:00 -0500</pubDate><content:encoded>{content}</content:encoded></item>"
        for name, content in (("entera", body), ("corta", short))
    )
    site.put(
        "/feed.xml",
        f"<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>x</title>{items}</channel></rss>",
    )
    site.put("/nota/corta", site.article("Crónica corta"))
    source = site.source(full_in_feed=True, platform="wordpress")
    receipt = crawl(store, settings, source)
    assert receipt["sources"]["ribera"]["fetched"] == 2 and site.article_requests() == {"/nota/corta": 1}
    found = texts(store)
    whole, page = found[site.url("/nota/entera")], found[site.url("/nota/corta")]
    assert (
        whole.text.count("\n") == 4
        and whole.author == ("Ana Luz Prado",)
        and whole.completeness == "full"
        and whole.published_from == "feed"
    )
    assert page.completeness == "full" and "gremio" in page.text
    again = extract_again(store, settings, None, sources={"ribera": source}, workers=1)
    assert again["same"] == again["extracted"] == 2


CRAWL = """
import json, sys
from core.settings import Settings
from crawler import run
from crawler.source import Source
from store.database import Store
settings = Settings.load()
with Store.open(settings) as store:
    run.crawl(store, settings, [Source.from_json(json.loads(sys.argv[1]))], force=True)
"""


def start(settings: Settings, source) -> subprocess.Popen:
    environ = {
        **os.environ,
        "PUTUTU_HOME": str(settings.home),
        "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    return subprocess.Popen(
        [sys.executable, "-c", CRAWL, json.dumps(source.to_json())],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_until(condition, seconds=20.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to that in time"
        time.sleep(0.05)


@pytest.mark.parametrize("victim", ["parent", "child"])
def test_killed_in_mid_crawl_nothing_is_lost_and_hardly_anything_asked_twice(store, settings, site, victim):
    site.feed(site.articles(25, seconds=0.05), etag='"1"')
    source = site.source()
    process = start(settings, source)
    wait_until(lambda: len(site.article_requests()) >= 5)
    (child,) = children_of(process.pid)
    os.kill(process.pid if victim == "parent" else child, signal.SIGKILL)
    process.wait(30)
    receipt = crawl(store, settings, source)
    assert receipt["error"] is None
    assert len(texts(store)) == 25 and counts(store) == {"extracted": 25}
    assert max(site.article_requests().values()) <= 2, "once, and once more for the kill"
    assert site.article_requests().keys() == {f"/nota/{i}" for i in range(25)}


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == pid and b"crawler.run" in command:
            found.append(int(stat.parent.name))
    return found


def test_sigterm_lands_what_is_in_the_air(store, settings, site):
    site.feed(site.articles(40, seconds=0.1))
    process = start(settings, site.source())
    wait_until(lambda: len(site.article_requests()) >= 5)
    (child,) = children_of(process.pid)
    os.kill(child, signal.SIGTERM)
    assert process.wait(30) == 0
    asked, rows = len(site.article_requests()), counts(store)
    assert asked < 40 and rows["extracted"] == asked and rows["pending"] == 40 - asked, (
        "every page that was asked for was kept"
    )
    crawl(store, settings, site.source())
    assert set(site.article_requests().values()) == {1}


def test_the_death_of_the_child_is_told(store, settings, site, monkeypatch):
    site.feed(site.articles(2))
    monkeypatch.setattr(run, "_job", lambda *_: '{"settings": {}, "sources": [], "force": false}')
    receipt = crawl(store, settings, site.source())
    assert "exit code 1" in receipt["error"] and "crawl again" in receipt["error"]


def test_a_page_that_takes_too_long_is_parked_and_the_others_go_on(store, settings, site, tmp_path, monkeypatch):
    (tmp_path / "slow_extractor.py").write_text(
        "import time\nfrom crawler.archived import extract_archived\n"
        "def act(**job):\n    time.sleep(60 if job['entry']['url'].endswith('/nota/1') else 0)\n    return extract_archived(**job)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with store.write() as tx:
        frontier.discover(
            tx, "ribera", [{"url": site.url(path)} for path in site.articles(4)], arrival="live", now=run_now()
        )
    site.feed([])
    monkeypatch.setattr(Extraction, "once", lambda *_: 0)
    crawl(store, settings, site.source())
    monkeypatch.undo()
    monkeypatch.syspath_prepend(str(tmp_path))
    began = time.monotonic()
    with Extraction(
        store, settings, {"ribera": site.source()}, workers=1, seconds=1.5, function="slow_extractor:act"
    ) as extraction:
        extraction.all(None)
    assert time.monotonic() - began < 20
    assert extraction.receipt()["parked"] == {"extraction took longer than 1.5 seconds": 1} and counts(store) == {
        "extracted": 3,
        "parked": 1,
    }
    with store.write() as tx:
        assert frontier.retry(tx, run_now()) == 1
    assert extract_waiting(store, settings, sources={"ribera": site.source()}, workers=1)["extracted"] == 1


def test_hopeless_pages_are_parked_with_their_reason_and_an_old_one_is_late(store, settings, site):
    site.put("/nota/4", site.article("Una nota vieja del puerto", published="2026-01-05T10:00:00-05:00"))
    site.put("/nota/0", "")
    site.put("/nota/1", "<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>")
    site.put("/nota/2", b"%PDF-1.4 ...", headers={"Content-Type": "application/pdf"})
    site.put("/nota/3", "<html>" + "<div>" * 200_000 + "x")
    site.feed([f"/nota/{i}" for i in range(5)])
    row = crawl(store, settings, site.source())["sources"]["ribera"]
    assert sum(row["parked"].values()) == 3 and counts(store) == {"parked": 2, "pending": 2, "extracted": 1}
    assert row["errors"] == {"blocked": 1}, (
        "a guard's page is a refusal: the article is asked for again, as is an empty page"
    )
    assert [document.arrival for document in texts(store).values()] == ["late"]
    assert {"The page is empty.", "This is a PDF, not a page."} <= set(row["parked"])
