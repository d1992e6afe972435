"""The past of a source: what lists it, what of that is asked for, and that a walk goes on where it was killed."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.settings import Settings
from core.time import lima_day
from crawler import backfill, polling, run, walking
from crawler.archive import Archive, Page
from crawler.past import Past
from crawler.period import period_of
from crawler.source import Source
from crawler.tally import Tally
from crawler.walking import Walking
from store import completeness, documents, frontier, past, sources
from store.database import Store

MAY = Past(first=date(2026, 5, 1), last=date(2026, 5, 31))
HOME = "https://ribera.example"


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


@pytest.mark.parametrize(
    ("url", "first", "last"),
    [("/sitemap-2026-05.xml", "2026-05-01", "2026-05-31"), ("/sitemap/web/2026/05/09", "2026-05-09", "2026-05-09"),
     ("/archivo/todas/2026-05-09/", "2026-05-09", "2026-05-09"), ("/sitemap-202602.xml.gz", "2026-02-01", "2026-02-28"),
     ("/sitemap-2025.xml", "2025-01-01", "2025-12-31"), ("/sitemap.xml?yyyy=2026&mm=2&dd=28", "2026-02-28", "2026-02-28"),
     ("/wp-json/wp/v2/posts?after=2026-05-08T23:59:59&before=2026-05-10T00:00:00&per_page=100", "2026-05-09", "2026-05-09"),
     ("/lista?from=2026-05-01&to=2026-05-03", "2026-05-01", "2026-05-03"), ("/post-sitemap12.xml", None, None),
     ("/sitemap/2026-13-45.xml", "2026-01-01", "2026-12-31"), ("/noticias/1234567", None, None)],
)  # fmt: skip
def test_the_days_that_a_listing_s_address_names(url, first, last):
    expected = (date.fromisoformat(first), date.fromisoformat(last)) if first else None
    assert period_of(HOME + url) == expected


def urlset(*rows: tuple[str, str | None]) -> str:
    urls = "".join(
        f"<url><loc>{HOME}{path}</loc>{f'<lastmod>{when}</lastmod>' if when else ''}</url>" for path, when in rows
    )
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"


def index(*rows: tuple[str, str | None]) -> str:
    maps = "".join(
        f"<sitemap><loc>{HOME}{path}</loc>{f'<lastmod>{when}</lastmod>' if when else ''}</sitemap>"
        for path, when in rows
    )
    return f"<sitemapindex>{maps}</sitemapindex>"


class Walker:
    """A walk without a network: `pages` are bodies (or statuses) by path; `asked` are the paths in the order they came."""

    def __init__(self, store, settings, pages, **fields):
        values = {
            "slug": "ribera",
            "name": "La Ribera",
            "home": HOME + "/",
            "feeds": (HOME + "/feed.xml",),
            "article": r"/nota-",
        }
        self.source = Source(**values | fields)
        self.store, self.pages, self.asked, self.sent = store, pages, [], []
        self.tally = Tally()
        self.walking = Walking(store, Archive(settings.home), {"ribera": self.source}, {"ribera": self.tally})

    def go(self, wanted=MAY, *, most=500):
        self.walking.begin("ribera", wanted)
        return self.on(most)

    def on(self, most=500):
        for _ in range(most):
            step = self.walking.take("ribera")
            if step is None:
                return self.asked
            path = step.url.removeprefix(HOME)
            self.asked.append(path)
            self.sent.append(dict(step.headers))
            body = self.pages.get(path, 404)
            if isinstance(body, int):
                self.walking.refused(step, body, {})
            else:
                text = body if isinstance(body, str) else json.dumps(body)
                self.walking.answered(
                    step, Page(url=step.url, body=text.encode(), headers={"ETag": '"1"'}, when=datetime.now(UTC))
                )
        return self.asked

    def states(self, wanted=MAY):
        with self.store.read() as tx:
            return {name: count for name, count in past.counts(tx, "ribera", *wanted.bounds).items() if count}


def test_a_sitemap_index_is_read_by_lastmod_and_by_the_months_in_its_addresses(store, settings):
    pages = {
        "/robots.txt": f"User-agent: *\nDisallow:\nSitemap: {HOME}/mapas.xml\nSitemap: https://other.example/mapas.xml\n",
        "/mapas.xml": index(("/mapa-2026-06.xml", None), ("/mapa-2026-05.xml", None), ("/mapa-2026-04.xml", None), ("/mapa-a.xml", "2026-04-30T10:00:00Z"),
                            ("/mapa-b.xml", "2026-07-01T10:00:00Z"), ("/tag-sitemap.xml", None)),
        "/mapa-2026-05.xml": urlset(("/nota-1", None), ("/nota-2", "2026-05-09T10:00:00Z")),
        "/mapa-b.xml": urlset(("/nota-3", "2026-05-20T10:00:00Z"), ("/2026/05/21/nota-4", "2026-06-30T10:00:00Z"), ("/nota-5", "2026-06-30T10:00:00Z"),
                              ("/nota-6", "2026-04-01T10:00:00Z"), ("/seccion/lima", "2026-05-20T10:00:00Z"), ("/nota-7", None)),
    }  # fmt: skip
    walker = Walker(store, settings, pages)
    assert walker.go() == ["/robots.txt", "/mapas.xml", "/mapa-b.xml", "/mapa-2026-05.xml"], (
        "others cannot hold news of May"
    )
    assert walker.states() == {"pending": 4}, "notes 1 to 4"
    with store.read() as tx:
        rows = {
            name: frontier.of_url(tx, f"{HOME}/{name}")
            for name in ("nota-1", "nota-5", "nota-6", "nota-7", "seccion/lima")
        }
        assert rows["nota-1"].published == MAY.bounds[0] and rows["nota-1"].arrival == "backfill", (
            "dated by its sitemap's month"
        )
        assert rows["nota-5"].state == rows["nota-7"].state == "listed", (
            "may be older, or of any day: known, not asked for"
        )
        assert rows["nota-6"] is rows["seccion/lima"] is None
        assert [(row.month, row.surveyed is not None) for row in completeness.rows(tx)] == [("2026-05", True)]
    assert walker.walking.figures()["ribera"]["undated"] == 1


def test_an_undated_past_is_fetched_when_that_is_said(store, settings):
    pages = {"/robots.txt": f"Sitemap: {HOME}/mapa.xml", "/mapa.xml": urlset(("/nota-1", None), ("/nota-2", None))}
    walker = Walker(store, settings, pages)
    walker.go()
    assert walker.states() == {} and frontier_counts(store)["listed"] == 2
    again = Walker(store, settings, pages)
    again.go(Past(first=MAY.first, last=MAY.last, undated=True))
    assert (frontier_counts(store)["pending"], again.asked) == (2, ["/robots.txt"]), "the map was read lately"


def frontier_counts(store):
    with store.read() as tx:
        return frontier.counts(tx)


def test_without_a_sitemap_in_robots_txt_the_usual_places_are_tried(store, settings):
    walker = Walker(store, settings, {"/sitemap.xml": urlset(("/nota-1", "2026-05-02T00:00:00Z"))})
    assert walker.go() == ["/robots.txt", "/sitemap_index.xml", "/sitemap.xml"] and walker.states() == {"pending": 1}
    nothing = Walker(store, settings, {})
    assert nothing.go() == ["/robots.txt", "/sitemap_index.xml", "/sitemap.xml", "/wp-sitemap.xml"]
    assert nothing.walking.figures()["ribera"]["leaves"] == 0


def test_indexes_that_lead_in_circles_and_elsewhere_end(store, settings):
    pages = {"/robots.txt": f"Sitemap: {HOME}/a.xml", "/a.xml": index(("/a.xml", None), ("/b.xml", None)), "/b.xml": index(("/a.xml", None), ("/c.xml", None)),
             "/c.xml": index(("/b.xml", None), ("/d.xml", None)), "/d.xml": index(("/e.xml", None))}  # fmt: skip
    pages["/a.xml"] = pages["/a.xml"].replace(
        "</sitemapindex>", "<sitemap><loc>http://10.0.0.1/x.xml</loc></sitemap></sitemapindex>"
    )
    walker = Walker(store, settings, pages)
    assert walker.go() == ["/robots.txt", "/a.xml", "/b.xml", "/c.xml", "/d.xml"]
    assert not walker.walking.figures()["ribera"]["whole"], "deeper than is bearable: no month counts as surveyed"


def posts(*rows: tuple[int, str], text: str = "") -> list[dict[str, object]]:
    return [
        {
            "id": id,
            "link": f"{HOME}/nota-{id}",
            "title": {"rendered": f"Titular {id}"},
            "date_gmt": when,
            "content": {"rendered": text},
        }
        for id, when in rows
    ]


def of_day(day: date) -> str:
    """The address of WordPress's list of one day."""
    return next(
        iter(Source(slug="x", name="x", home=HOME + "/", platform="wordpress", feeds=(HOME + "/feed/",)).past(day, day))
    ).removeprefix(HOME)


THREE_DAYS = Past(first=date(2026, 5, 1), last=date(2026, 5, 3))


def wordpress(text=""):
    days = [date(2026, 5, day) for day in (1, 2, 3)]
    return {
        of_day(days[0]): posts((1, "2026-05-01T15:00:00"), (2, "2026-05-01T16:00:00"), text=text),
        of_day(days[1]): [],
        of_day(days[2]): posts((3, "2026-05-03T15:00:00"), text=text),
    }


def test_wordpress_lists_its_days_and_whole_posts_need_no_page(store, settings):
    walker = Walker(store, settings, wordpress(), platform="wordpress")
    assert walker.go(THREE_DAYS) == [of_day(date(2026, 5, day)) for day in (3, 2, 1)], "the newest first"
    assert walker.states() == {"pending": 3}
    whole = Walker(
        store,
        settings,
        wordpress("<p>" + "Una crónica del puerto. " * 30 + "</p>"),
        platform="wordpress",
        full_in_feed=True,
    )
    with store.write() as tx:
        tx.exec_driver_sql("DELETE FROM frontier")
        tx.exec_driver_sql("DELETE FROM validators")
    whole.go(THREE_DAYS)
    assert whole.states() == {"fetched": 3} and whole.tally.fetched == 3


@pytest.mark.parametrize("status", [401, 404, "<html><body>Portada</body></html>"])
def test_a_wordpress_that_closes_its_list_is_read_by_its_sitemaps(store, settings, status):
    pages = {of_day(date(2026, 5, day)): status for day in (1, 2, 3)}
    pages |= {"/robots.txt": f"Sitemap: {HOME}/mapa.xml", "/mapa.xml": urlset(("/nota-1", "2026-05-02"))}
    walker = Walker(store, settings, pages, platform="wordpress")
    assert walker.go(THREE_DAYS) == [of_day(date(2026, 5, 3)), "/robots.txt", "/mapa.xml"]
    assert walker.states() == {"pending": 1} and not walker.tally.errors
    assert "closed" in walker.tally.reasons[0], "told, and no trouble of the site's"


def test_pages_of_an_archive_are_read_until_one_shows_nothing_new(store, settings):
    def listing(*ids):
        return (
            "<html><body>"
            + "".join(f"<h2><a href='/nota-{i}'>Titular bastante largo de la nota {i}</a></h2>" for i in ids)
            + "</body></html>"
        )

    pages = {
        "/archivo/2026-05-01/1": listing(1, 2), "/archivo/2026-05-01/2": listing(3, 2), "/archivo/2026-05-01/3": listing(3, 2),
        "/archivo/2026-05-02/1": listing(4), "/archivo/2026-05-03/1": listing(5),
    }  # fmt: skip
    walker = Walker(store, settings, pages, platform="listing", archives=(HOME + "/archivo/{day:%Y-%m-%d}/{page}",))
    asked = walker.go(THREE_DAYS)
    assert asked == ["/archivo/2026-05-03/1", "/archivo/2026-05-03/2", "/archivo/2026-05-02/1", "/archivo/2026-05-02/2",
                     "/archivo/2026-05-01/1", "/archivo/2026-05-01/2", "/archivo/2026-05-01/3"]  # fmt: skip
    assert walker.states() == {"pending": 5}, "dated by the day that their archive names"


def test_a_walk_that_was_killed_does_not_ask_again_for_what_it_had_read(store, settings):
    walker = Walker(store, settings, wordpress(), platform="wordpress")
    walker.go(THREE_DAYS, most=2)
    again = Walker(store, settings, wordpress(), platform="wordpress")
    assert again.go(THREE_DAYS) == [of_day(date(2026, 5, 1))]
    assert again.states() == {"pending": 3} and again.walking.figures()["ribera"]["whole"]


def test_a_listing_that_was_read_for_other_days_is_read_anew(store, settings):
    pages = {
        "/robots.txt": f"Sitemap: {HOME}/mapa.xml",
        "/mapa.xml": urlset(("/nota-1", "2026-05-02"), ("/nota-2", "2026-04-02")),
    }
    Walker(store, settings, pages).go()
    april = Past(first=date(2026, 4, 1), last=date(2026, 4, 30))
    again = Walker(store, settings, pages)
    assert again.go(april)[-1] == "/mapa.xml" and again.states(april) == {"pending": 1}
    once_more = Walker(store, settings, pages)
    assert once_more.go(april) == ["/robots.txt"], "the same days: it goes on"
    with store.read() as tx:
        assert {row.month for row in completeness.rows(tx) if row.surveyed} == {"2026-04", "2026-05"}


def test_what_was_read_long_ago_is_asked_for_conditionally(store, settings, monkeypatch):
    walker = Walker(store, settings, wordpress(), platform="wordpress")
    walker.go(THREE_DAYS)
    later = datetime.now(UTC) + timedelta(days=9)
    monkeypatch.setattr(walking, "utc_now", lambda: later)
    again = Walker(store, settings, wordpress(), platform="wordpress")
    again.go(THREE_DAYS)
    assert len(again.asked) == 3 and again.sent[0] == {"If-None-Match": '"1"'}


def test_a_walk_that_is_refused_stops_and_surveys_nothing(store, settings):
    walker = Walker(store, settings, {}, archives=(HOME + "/archivo/{day:%Y-%m-%d}",))
    walker.pages = {f"/archivo/2026-05-{day:02}": 403 for day in range(1, 32)}
    assert len(walker.go()) == walking.ENOUGH_REFUSALS and walker.tally.errors == {"blocked": 3}
    with store.read() as tx:
        assert completeness.rows(tx) == []


def test_an_estimate_reads_a_few_listings_and_fetches_nothing(store, settings):
    source = Source(slug="ribera", name="x", home=HOME + "/", platform="wordpress", feeds=(HOME + "/feed/",), delay=10)
    year = Past(first=date(2025, 1, 1), last=date(2025, 12, 31), sample=12)
    pages = {}
    for number, address in enumerate(source.past(year.first, year.last)):
        day = period_of(address)[0]
        pages[address.removeprefix(HOME)] = posts(*((1000 + number * 10 + i, f"{day}T15:00:00") for i in range(4)))
    walker = Walker(store, settings, pages, platform="wordpress", delay=10)
    assert len(walker.go(year)) == 12 and walker.states(year) == {"listed": 48}
    told = backfill.estimate(source, walker.walking.figures()["ribera"], {"extracted": 0, "fetched": 0}, undated=False)
    assert (told.items, told.fetch, told.listings, told.requests, told.seconds) == (1460, 1460, 365, 1825, 18250)
    assert not told.exact
    few = Walker(store, settings, wordpress(), platform="wordpress")
    few.go(Past(first=THREE_DAYS.first, last=THREE_DAYS.last, sample=12))
    with store.read() as tx:
        known = past.counts(tx, "ribera", *THREE_DAYS.bounds)
    told = backfill.estimate(few.source, few.walking.figures()["ribera"], known, undated=False)
    assert told.exact and (told.items, told.have, told.fetch, told.requests) == (3, 0, 3, 6)


def test_a_new_source_s_last_weeks_are_bounded_and_come_little_by_little(store, settings):
    now = datetime.now(UTC)
    rows = [(f"/nota-{i}", (now - timedelta(hours=i)).isoformat()) for i in range(1, 900)]
    walker = Walker(store, settings, {"/mapa.xml": urlset(*rows)})
    walker.walking.begin_new("ribera", [HOME + "/mapa.xml", "https://other.example/mapa.xml"], [HOME + "/feed.xml"], [])
    assert walker.on() == ["/mapa.xml"]
    wanted = Past(first=lima_day(now) - timedelta(days=walking.FIRST_DAYS), last=lima_day(now))
    states = walker.states(wanted)
    assert states["pending"] == walking.FIRST_ITEMS and states["listed"] > 100, (
        "what is beyond the bound is known, not asked for"
    )
    with store.write() as tx:
        assert sources.state(tx, "ribera").backfilled is not None
        at_once = frontier.claim(tx, ["ribera"], store.worker, 1000, datetime.now(UTC), ignore_not_before=True)
        assert len(at_once) == walking.AT_ONCE and {row.arrival for row in at_once} == {"backfill"}
        newest = {f"{HOME}/nota-{i}" for i in range(1, walking.AT_ONCE + 1)}
        assert {row.url for row in at_once} == newest


def test_a_plain_sitemap_at_first_sight_does_not_flood(store, settings, monkeypatch):
    now = datetime.now(UTC)
    rows = [(f"/nota-{i}", (now - timedelta(days=i)).isoformat()) for i in range(300)] + [
        (f"/nota-sin-{i}", None) for i in range(80)
    ]
    source = Source(slug="ribera", name="x", home=HOME + "/", sitemaps=(HOME + "/mapa.xml",))
    reader = polling.Polling(store, Archive(settings.home), [source], {"ribera": Tally()}, force=True)
    reader.due()
    reader.answered("ribera", HOME + "/mapa.xml", Page(url=HOME + "/mapa.xml", body=urlset(*rows).encode(), when=now))
    counts = frontier_counts(store)
    assert (counts["pending"], counts["listed"]) == (7 + polling.MOST_UNDATED, 293 + 30)
    newer = urlset(*rows, ("/nota-nueva", None), ("/nota-tardia", "2020-01-01"))
    reader.answered("ribera", HOME + "/mapa.xml", Page(url=HOME + "/mapa.xml", body=newer.encode(), when=now))
    assert frontier_counts(store)["pending"] == counts["pending"] + 2, "what appears later is new, whatever it says"


# the whole way


@pytest.fixture
def old_press(site):
    """A press whose sitemap index has two months; each article is served."""
    notes = {
        month: [f"/nota/2026/{month:02}/{day:02}/vecinos-acuerdan-obra-{month}-{day}" for day in (3, 9, 17, 28)]
        for month in (3, 4)
    }
    for month, paths in notes.items():
        for path in paths:
            day = path.split("/")[4]
            site.put(
                path,
                site.article(f"Vecinos acuerdan obra {month} {day}", published=f"2026-{month:02}-{day}T09:00:00-05:00"),
            )
        rows = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
        site.put(f"/mapa-2026-{month:02}.xml", f"<urlset>{rows}</urlset>")
    maps = "".join(f"<sitemap><loc>{site.url(f'/mapa-2026-{month:02}.xml')}</loc></sitemap>" for month in notes)
    site.put("/mapas.xml", f"<sitemapindex>{maps}</sitemapindex>")
    site.put(
        "/robots.txt", f"User-agent: *\nSitemap: {site.url('/mapas.xml')}\n", headers={"Content-Type": "text/plain"}
    )
    site.feed(site.articles(2))
    return notes


def environment(settings: Settings, site, folder: Path) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    fields = f"name='La Ribera', home={site.url('/')!r}, feeds=({site.url('/feed.xml')!r},), delay=0, status='verified', article='/nota/'"
    (folder / "ribera.py").write_text(f"from crawler.source import Source\n\nSOURCE = Source({fields})\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    return kept | {
        "PUTUTU_HOME": str(settings.home), "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8", "PUTUTU_SOURCES_DIR": str(folder),
        "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }  # fmt: skip


def pututu(environ, *arguments):
    line = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(line, env=environ, text=True, capture_output=True, timeout=200, check=False)


def test_the_command_estimates_fetches_and_counts(settings, site, old_press, tmp_path):
    environ = environment(settings, site, tmp_path / "fuentes")
    only = pututu(environ, "backfill", "ribera", "--from", "2026-03", "--to", "2026-03", "--estimate", "--json")
    assert only.returncode == 0, only.stderr
    told = json.loads(only.stdout)["estimate"]
    assert (told["items"], told["have"], told["fetch"], told["requests"], told["exact"]) == (4, 0, 4, 6, True)
    assert "4 items from 2026-03-01 to 2026-03-31" in only.stderr and not [
        path for path in site.asked if "/nota/2026" in path
    ]

    done = pututu(environ, "backfill", "ribera", "--from", "2026-03-01", "--to", "2026-03-31", "--json")
    assert done.returncode == 0, done.stderr
    receipt = json.loads(done.stdout)["receipt"]
    assert (receipt["documents"], receipt["waiting"]) == (4, 0)
    assert (receipt["past"]["listed"], receipt["past"]["known"]) == (0, 4), "the estimate had listed them"
    assert receipt["completeness"] == [{"month": "2026-03", "listed": 4, "have": 4, "surveyed": True}]
    with Store.open(settings) as store, store.read() as tx:
        rows = documents.many(tx, documents.ids(tx, limit=99))
    assert {row.arrival for row in rows} == {"backfill"} and {row.published.month for row in rows} == {3}
    assert site.asked["/mapa-2026-04.xml"] == 0 and max(site.asked[path] for path in old_press[3]) == 1

    backwards = pututu(environ, "backfill", "ribera", "--from", "2026-05-02", "--to", "2026-05-01")
    assert backwards.returncode == 1 and "--from" in backwards.stderr
    unknown = pututu(environ, "backfill", "rivera", "--from", "2026-05", "--to", "2026-05")
    assert unknown.returncode == 1 and "ribera" in unknown.stderr


def test_on_a_terminal_it_asks_first_and_no_is_no(settings, site, old_press, tmp_path):
    environ = environment(settings, site, tmp_path / "fuentes")
    line = [sys.executable, "-m", "cli", "backfill", "ribera", "--from", "2026-03", "--to", "2026-03"]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(line, env=environ, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said, until = b"", time.monotonic() + 150
    while b"Begin?" not in said and time.monotonic() < until:
        if select.select([ours], [], [], 1)[0]:
            said += os.read(ours, 65536)
    os.write(ours, b"n\n")
    assert process.wait(60) != 0 and b"4 items" in said
    os.close(ours)
    assert not [path for path in site.asked if "/nota/2026" in path]


def test_killed_it_goes_on_where_it_was(settings, site, old_press, tmp_path):
    for path in old_press[3] + old_press[4]:
        site.answers[path].seconds = 0.7
    environ = environment(settings, site, tmp_path / "fuentes")
    line = [sys.executable, "-m", "cli", "backfill", "ribera", "--from", "2026-03", "--to", "2026-04"]
    process = subprocess.Popen(line, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not any("/nota/2026" in path for path in site.asked):
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    done = pututu(environ, *line[3:], "--json")
    assert done.returncode == 0, done.stderr
    with Store.open(settings) as store, store.read() as tx:
        assert documents.count(tx) == 8
    asked = {path: site.asked[path] for path in old_press[3] + old_press[4]}
    assert all(1 <= count <= 2 for count in asked.values()), "once, and once more for the kill"


def test_a_new_source_brings_its_last_weeks_with_it(store, settings, site):
    now = datetime.now(UTC)
    old = [f"/nota/vieja-{i}" for i in range(6)]
    for i, path in enumerate(old):
        site.put(
            path, site.article(f"Titular de la nota vieja {i}", published=(now - timedelta(days=9 + i)).isoformat())
        )
    rows = "".join(
        f"<url><loc>{site.url(path)}</loc><lastmod>{(now - timedelta(days=9 + i)).isoformat()}</lastmod></url>"
        for i, path in enumerate(old)
    )
    site.put("/mapa.xml", f"<urlset>{rows}</urlset>")
    site.put("/robots.txt", f"Sitemap: {site.url('/mapa.xml')}", headers={"Content-Type": "text/plain"})
    for i in range(2):
        site.put(f"/nota/{i}", site.article(f"Titular de la nota {i}", published=now.isoformat()))
    site.feed(["/nota/0", "/nota/1"])
    source = site.source(article="/nota/")
    row = run.crawl(store, settings, [source], force=True)["sources"]["ribera"]
    assert row["past"] == {"listings": 1, "listed": 6, "known": 0, "asked": 6, "failed": 0} and row["extracted"] == 8
    with store.read() as tx:
        arrivals = sorted(one.arrival for one in documents.many(tx, documents.ids(tx, limit=99)))
        months = {one.month: (one.listed, one.have) for one in completeness.rows(tx)}
    assert arrivals == ["backfill"] * 6 + ["live"] * 2 and sum(listed for listed, _ in months.values()) == 8
    assert all(listed == have for listed, have in months.values())
    run.crawl(store, settings, [source], force=True)
    assert site.asked["/mapa.xml"] == 1, "once in its life"
