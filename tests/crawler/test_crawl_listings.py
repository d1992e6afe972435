"""Listings of every kind through a real crawl on loopback: indexes that loop, listing pages, questions by POST, feeds of a day."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.time import lima_day
from crawler.run import crawl as run_crawl
from store import documents
from store.database import Store


@pytest.fixture
def store(settings):
    with Store.open(settings) as opened:
        yield opened


def crawl(store, settings, source):
    receipt = run_crawl(store, settings, [source], force=True)
    assert receipt["error"] is None
    return receipt["sources"][source.slug]


def test_an_index_that_contains_itself_or_never_ends_is_read_once(store, settings, site):
    paths = site.articles(3)
    leaf = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    site.put("/leaf.xml", f"<urlset>{leaf}</urlset>")
    loc = "<sitemap><loc>{}</loc></sitemap>"
    site.put("/a.xml", f"<sitemapindex>{loc.format(site.url('/a.xml'))}{loc.format(site.url('/b.xml'))}</sitemapindex>")
    site.put(
        "/b.xml",
        f"<sitemapindex>{loc.format(site.url('/a.xml'))}{loc.format(site.url('/leaf.xml'))}{loc.format(site.url('/n1.xml'))}</sitemapindex>",
    )
    for i in range(1, 200):
        site.put(f"/n{i}.xml", f"<sitemapindex>{loc.format(site.url(f'/n{i + 1}.xml'))}</sitemapindex>")
    row = crawl(store, settings, site.source(feeds=(), sitemaps=(site.url("/a.xml"),)))
    assert row["extracted"] == 3
    listings = {path: count for path, count in site.asked.items() if path.endswith(".xml")}
    assert max(listings.values()) <= 2 and len(listings) <= 60, (
        "once for what is new, once for the first look at the past"
    )


def test_an_index_that_did_not_change_is_followed_again(store, settings, site):
    first, second = site.articles(2)
    site.put(
        "/index.xml",
        f"<sitemapindex><sitemap><loc>{site.url('/leaf.xml')}</loc></sitemap></sitemapindex>",
        etag='"same"',
    )
    site.put("/leaf.xml", f"<urlset><url><loc>{site.url(first)}</loc></url></urlset>")
    source = site.source(feeds=(), sitemaps=(site.url("/index.xml"),))
    assert crawl(store, settings, source)["extracted"] == 1
    site.put("/leaf.xml", f"<urlset><url><loc>{site.url(first)}</loc></url><url><loc>{site.url(second)}</loc></url></urlset>")  # fmt: skip
    assert crawl(store, settings, source)["extracted"] == 1


def test_a_listing_page_by_selectors_and_after_its_classes_changed(store, settings, site):
    paths = site.articles(4)
    row = "<h3 class='{}'><a href='{}'>Titular de la nota número {} del puerto</a></h3>"
    site.put("/", "<html><body>" + "".join(row.format("t", path, path) for path in paths[:2]) + "</body></html>")
    source = site.source(platform="listing", feeds=(site.url("/"),), listing={"link": "h3.t a"}, article=r"/nota/\d+")
    assert crawl(store, settings, source)["extracted"] == 2
    site.put("/", "<html><body>" + "".join(row.format("otra", path, path) for path in paths) + "</body></html>")
    after = crawl(store, settings, source)
    assert after["extracted"] == 2 and any("h3.t a" in reason for reason in after["reasons"])


def test_a_question_by_post_gives_documents_without_pages(store, settings, site):
    rows = [{"num": n, "titulo": f"Ley ficticia número {n}", "estado": "PRESENTADO", "fecha": "2026-11-20"} for n in (1, 2)]  # fmt: skip
    site.put("/lista", json.dumps({"data": {"proyectos": rows}}))
    source = site.source(
        kind="bill", platform="json", feeds=(site.url("/lista#D"), site.url("/lista#S")), full_in_feed=True,
        bodies={site.url("/lista#D"): '{"camara":"D"}', site.url("/lista#S"): '{"camara":"S"}'},
        fields={"items": "data.proyectos", "url": site.url("/ver/#/") + "{num}", "title": "titulo", "summary": "estado", "text": "Estado: {estado}", "published": "fecha"},
    )  # fmt: skip
    row = crawl(store, settings, source)
    assert row["extracted"] == 2 and not row["errors"]
    assert sorted(site.posted) == [("/lista", "application/json", '{"camara":"D"}'), ("/lista", "application/json", '{"camara":"S"}')]  # fmt: skip
    assert not any(path.startswith("/ver") for path in site.asked)
    with store.read() as tx:
        found = documents.many(tx, documents.ids(tx, limit=10))
    assert len(found) == 2
    assert all(one.kind == "bill" and one.title.startswith("Ley ficticia") for one in found)
    rows[0]["estado"] = "DICTAMEN"
    site.put("/lista", json.dumps({"data": {"proyectos": rows}}))
    assert crawl(store, settings, source)["new"] == 0
    with store.read() as tx:
        found = documents.many(tx, documents.ids(tx, limit=10))
    assert sorted((one.version, one.text) for one in found) == [(1, "Estado: PRESENTADO"), (2, "Estado: DICTAMEN")]


def test_a_feed_of_a_day_is_asked_with_the_day_and_page_by_page(store, settings, site):
    today = lima_day(datetime.now(UTC))
    eve = today - timedelta(days=1)
    address = f"/normas?desde={eve:%Y%m%d}&hasta={today:%Y%m%d}&start="
    for start, more in ((0, True), (2, True), (4, False)):
        rows = [{"op": f"9-{start + i}", "nombre": f"Norma ficticia {start + i}", "dia": f"{today:%Y%m%d}"} for i in range(2 if more else 1)]  # fmt: skip
        site.put(f"{address}{start}", json.dumps({"hay": more, "hits": rows}))
    source = site.source(
        kind="norm", platform="json", full_in_feed=True, feeds=(site.url("/normas?desde={eve:%Y%m%d}&hasta={day:%Y%m%d}&start=0"),),
        fields={"items": "hits", "url": "/ver/{op}", "title": "nombre", "published": "dia", "more": "hay", "offset": "start"},
    )  # fmt: skip
    row = crawl(store, settings, source)
    assert row["extracted"] == 5 and row["listings"] == 3 and not row["errors"]
    assert crawl(store, settings, source)["new"] == 0
