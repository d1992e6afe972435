"""Bad input from sites, all of it served for real: none of it loops, loses anything, or goes by without a word in the receipt."""

import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from core.settings import Settings
from crawler import agent, run
from crawler.archive import Page
from crawler.challenge import is_challenged
from crawler.extract import extract
from crawler.tally import header, kind_of
from store import documents, frontier, sources
from store.database import Store


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def crawl(store, settings, *chosen, **more):
    receipt = run.crawl(store, settings, list(chosen), force=True, **more)
    assert receipt["error"] is None
    return receipt["sources"]


def row_of(store, settings, source):
    return crawl(store, settings, source)[source.slug]


def found(store):
    with store.read() as tx:
        return {document.url: document for document in documents.many(tx, documents.ids(tx, limit=1000))}


def states(store, slug=None):
    with store.read() as tx:
        return {state: number for state, number in frontier.counts(tx, slug).items() if number}


def state_of(store, slug="ribera"):
    with store.read() as tx:
        return sources.state(tx, slug)


GUARD = "<html><head><title>Just a moment...</title></head><body><p>Checking your browser before accessing</p></body></html>"


def test_a_guard_s_page_with_status_200_is_a_refusal_and_the_article_is_asked_for_again(store, settings, site):
    site.feed(site.articles(12))
    good = dict(site.answers)
    for i in range(12):
        site.put(f"/nota/{i}", GUARD)
    row = row_of(store, settings, site.source())
    assert row["errors"] == {"blocked": sum(site.article_requests().values())} and row["fetched"] == 0
    assert any("challenge page" in reason for reason in row["reasons"])
    assert any("left alone" in reason for reason in row["reasons"]), "it is not asked twelve times"
    assert states(store) == {"pending": 12} and found(store) == {}
    assert state_of(store).status == "blocked" and "answered" in state_of(store).drift
    site.answers.update(good)
    crawl(store, settings, site.source())
    assert len(found(store)) == 12 and state_of(store).status == "verified", "and no word to anybody is needed"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Aviso", "Su dirección IP ha sido bloqueada por actividad inusual."),
        ("Acceso restringido", "Su solicitud ha sido bloqueada. Código 77."),
        ("Verificación de seguridad", "Compruebe que no es un robot."),
        ("", "The requested URL was rejected. Please consult with your administrator. Your support ID is: 8"),
        ("One moment, please...", "Please wait while your request is being verified..."),
        ("Robot Challenge Screen", "Checking the site connection security"),
        ("You are being redirected...", "<script>sucuri_cloudproxy_js=''</script>"),
        ("Web Page Blocked!", "Attack ID: 1"),
    ],
)
def test_guards_of_other_makes_are_known_too(title, text):
    body = f"<html><head><title>{title}</title></head><body><p>{text}</p></body></html>"
    assert is_challenged(Page(url="https://x.example/1", body=body.encode(), when=datetime.now(UTC)))


@pytest.mark.parametrize(
    "title", ["Acceso restringido en el puente por obras", "Verificación de seguridad en tres mercados | La Ribera", "Acceso denegado: la comuna cierra el puente"]
)  # fmt: skip
def test_a_short_article_with_a_guard_s_words_is_an_article(title):
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>La comuna dijo que la solicitud fue rechazada y que nadie pasará hasta el lunes.</p></body></html>"
    assert not is_challenged(Page(url="https://x.example/1", body=body.encode(), when=datetime.now(UTC)))


def test_an_article_about_captchas_is_no_guard_s_page():
    text = "<p>" + "El municipio anunció que su mesa de partes pedirá un captcha. " * 30 + "</p>"
    article = f"<html><head><title>Acceso denegado: vecinos reclaman</title></head><body>{text}</body></html>"
    short = '<html><head><title>Acceso denegado</title><meta property="og:type" content="article"></head><body><p>Breve.</p></body></html>'
    for body, guard in ((article, False), (short, False), (GUARD, True)):
        page = Page(url="https://x.example/1", body=body.encode(), when=datetime.now(UTC))
        assert is_challenged(page) is guard


def test_a_redirect_loop_ends_and_is_tried_again_later(store, settings, site):
    site.feed([*site.articles(2), "/vuelta"])
    site.put("/vuelta", "", status=302, headers={"Location": "/revuelta"})
    site.put("/revuelta", "", status=302, headers={"Location": "/vuelta"})
    row = row_of(store, settings, site.source())
    assert row["errors"] == {"loop": 1} and "redirects more than" in row["reasons"][0]
    assert site.asked["/vuelta"] + site.asked["/revuelta"] <= agent.REDIRECTS + 1
    assert states(store) == {"extracted": 2, "pending": 1}


def test_a_listing_that_redirects_in_a_loop_is_told(store, settings, site):
    site.put("/feed.xml", "", status=301, headers={"Location": "/feed.xml"})
    row = row_of(store, settings, site.source())
    assert row["errors"] == {"loop": 1} and state_of(store).reason == "server"


def refresh(to, seconds=0):
    return f'<html><head><meta http-equiv="Refresh" content="{seconds}; URL={to}"><title>Nota</title></head><body></body></html>'


def test_a_page_that_only_leads_on_is_followed_as_a_redirect_is(store, settings, site):
    one, other = site.articles(2)
    site.feed(["/vieja", "/lenta", "/privada", "/muda", other])
    site.put("/vieja", refresh(one))
    site.put("/lenta", refresh(one, seconds=600))
    site.put("/privada", refresh("http://10.0.0.1/nota"))
    site.put("/muda", f"<noscript>{refresh(one)}</noscript>")
    row = row_of(store, settings, site.source())
    texts = {url.removeprefix(site.url("")): document.text for url, document in found(store).items()}
    assert row["errors"] == {"private": 1} and texts[other] and texts["/vieja"] != texts[other]
    assert len(texts["/vieja"]) > 200 and not texts["/lenta"] and not texts["/muda"]
    assert site.asked[one] == 1, "only one of them leads on at once"


def test_pages_that_lead_to_each_other_end_and_a_page_that_reloads_itself_is_read(store, settings, site):
    site.feed([*site.articles(1), "/ida", "/viva"])
    site.put("/ida", refresh("/vuelta"))
    site.put("/vuelta", refresh("/ida"))
    article = site.answers[site.articles(1)[0]]
    site.put("/viva", refresh("/viva").replace("<body>", "<body>" + "<h1>Sube el río</h1>" + "<p>El río sube otra vez y los vecinos vigilan la orilla desde anoche.</p>" * 6))  # fmt: skip
    row = row_of(store, settings, site.source())
    assert article is not None and row["errors"] == {"loop": 1}
    assert site.asked["/ida"] + site.asked["/vuelta"] <= agent.REDIRECTS + 1
    assert site.url("/viva") in found(store)


def test_a_guard_s_page_that_leads_on_stays_a_refusal(store, settings, site):
    site.feed(["/nota/guardada", *site.articles(1)])
    site.put(
        "/nota/guardada",
        GUARD.replace("<head>", '<head><meta http-equiv="refresh" content="0; url=/nota/guardada?x=1">'),
    )
    row = row_of(store, settings, site.source())
    assert row["errors"] == {"blocked": 1} and "/nota/guardada?x=1" not in site.asked


def test_a_gzip_bomb_is_left_packed(store, settings, site):
    bomb = gzip.compress(b"<html><body>" + b" " * (60 * 2**20))
    packed = {"Content-Encoding": "gzip"}
    site.feed([*site.articles(2), "/bomba"])
    site.put("/bomba", bomb, headers=packed)
    site.put("/mapa.xml.gz", bomb, headers={"Content-Type": "application/gzip"})
    site.put("/otra.xml", bomb, headers=packed)
    source = site.source(sitemaps=(site.url("/mapa.xml.gz"), site.url("/otra.xml")))
    row = row_of(store, settings, source)
    assert row["errors"] == {"size": 2, "invalid": 1} and len(bomb) < 2**17
    assert any("larger than" in reason for reason in row["reasons"])
    assert states(store) == {"extracted": 2, "parked": 1} and state_of(store).status != "failing", "one listing is well"


def endless(site, path, pause):
    """Serve bytes for ever; the event ends it with the test."""
    stop = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        try:
            while not stop.is_set():
                handler.wfile.write(b"<p>y sigue</p>" * (1 if pause else 5000))
                time.sleep(pause)
        except OSError:
            pass
        handler.close_connection = True

    site.streams[path] = drip
    return stop


def test_a_page_that_never_ends_is_cut_off(store, settings, site, monkeypatch):
    monkeypatch.setattr(agent, "TIMEOUT", 2)
    site.feed([*site.articles(2), "/sin-fin", "/gota-a-gota"])
    stops = [endless(site, "/sin-fin", 0), endless(site, "/gota-a-gota", 0.05)]
    began = time.monotonic()
    row = row_of(store, settings, site.source())
    for stop in stops:
        stop.set()
    assert row["errors"] == {"size": 1, "network": 1} and time.monotonic() - began < 90
    assert states(store) == {"extracted": 2, "parked": 1, "pending": 1}
    assert any("no answer in time" in reason for reason in row["reasons"])


def test_a_body_that_is_cut_short_says_so_and_is_asked_for_again(store, settings, site):
    def short(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "5000")
        handler.end_headers()
        handler.wfile.write(b"<html><p>hasta aqu")
        handler.close_connection = True

    site.streams["/cortada"] = short
    site.feed([*site.articles(1), "/cortada"])
    row = row_of(store, settings, site.source())
    assert row["errors"] == {"network": 1} and states(store) == {"extracted": 1, "pending": 1}
    assert any("the connection ended before the whole answer had come" in reason for reason in row["reasons"])


STATUSES = (401, 403, 418, 429, 451)


def test_a_refusal_of_articles_is_obeyed(store, settings, site):
    chosen = []
    for status in STATUSES:
        paths = [f"/nota/{status}/{i}" for i in range(20)]
        site.feed(paths, path=f"/{status}.xml")
        for path in paths:
            site.put(path, "no", status=status)
        chosen.append(site.source(slug=f"s{status}", feeds=(site.url(f"/{status}.xml"),)))
    rows = crawl(store, settings, *chosen)
    for status in STATUSES:
        row, state = rows[f"s{status}"], state_of(store, f"s{status}")
        asked = sum(count for path, count in site.asked.items() if path.startswith(f"/nota/{status}/"))
        assert row["errors"] == {"blocked": asked} and asked <= 3 + 8, (
            "those in the air when it was understood, no more"
        )
        assert row["waiting"] == 20 and f"answered {status}" in row["reasons"][0]
        assert (state.status, state.reason) == ("blocked", "blocked"), "although its feed is well"


def test_a_refused_listing_blocks_its_source_at_the_second_time(store, settings, site):
    for status in STATUSES:
        site.put(f"/{status}.xml", "no", status=status)
    chosen = [site.source(slug=f"s{status}", feeds=(site.url(f"/{status}.xml"),)) for status in STATUSES]
    rows = crawl(store, settings, *chosen)
    assert all(row["errors"] == {"blocked": 1} for row in rows.values())
    crawl(store, settings, *chosen)
    for status in STATUSES:
        state = state_of(store, f"s{status}")
        assert state.status == "blocked" and f"answered {status}" in state.error


def test_too_many_requests_with_a_time_put_the_next_poll_off(store, settings, site):
    site.put("/feed.xml", "slow down", status=429, headers={"Retry-After": "7200"})
    row = row_of(store, settings, site.source())
    state = state_of(store)
    assert "asks to wait until" in row["reasons"][0]
    assert state.next_poll - state.last_poll >= timedelta(hours=2)
    site.put("/feed.xml", "slow down", status=429)
    crawl(store, settings, site.source())
    assert state_of(store).next_poll > state_of(store).last_poll, "without one, by our own patience"


def test_an_unavailable_site_that_names_a_time_is_a_refusal_else_a_failure():
    soon = datetime.now(UTC) + timedelta(minutes=5)
    assert (kind_of(503, soon), kind_of(503, None), kind_of(500, None), kind_of(429, None)) == (
        "blocked",
        "http",
        "http",
        "blocked",
    )
    assert header({"retry-AFTER": "5"}, "Retry-After".lower()) == "5"


def test_json_that_turns_into_html_is_invalid_and_what_was_known_stays(store, settings, site):
    paths = site.articles(3)
    rows = [{"id": i, "link": site.url(path), "title": {"rendered": f"Titular {i}"}, "date_gmt": "2026-11-20T10:00:00",
             "content": {"rendered": ""}} for i, path in enumerate(paths)]  # fmt: skip
    import json

    site.put("/wp-json/posts", json.dumps(rows), headers={"Content-Type": "application/json"})
    source = site.source(feeds=(site.url("/wp-json/posts"),), platform="json")
    crawl(store, settings, source)
    site.put("/wp-json/posts", "<!doctype html><html><head><title>La Ribera</title></head><body>Portada</body></html>")
    row = row_of(store, settings, source)
    assert row["errors"] == {"invalid": 1} and "HTML page came" in row["reasons"][0]
    assert state_of(store).reason == "invalid" and len(found(store)) == 3


def rss(site, items):
    rows = "".join(
        f"<item><title>{title}</title><link>{site.url(path)}</link><guid isPermaLink='false'>{guid}</guid>"
        f"<pubDate>{format_datetime(when)}</pubDate></item>"
        for title, path, guid, when in items
    )
    return f"<rss version='2.0'><channel><title>La Ribera</title>{rows}</channel></rss>"


def test_dates_that_run_backwards_and_items_of_one_second_are_all_taken(store, settings, site):
    now = datetime.now(UTC).replace(microsecond=0)
    site.articles(6)
    items = [(f"Titular de la nota {i}", f"/nota/{i}", f"g{i}", now - timedelta(hours=6 - i)) for i in range(4)]
    site.put("/feed.xml", rss(site, items))
    crawl(store, settings, site.source())
    last = items[0][3]  # older than all that is known, and twice the same second
    items = [(f"Titular de la nota {i}", f"/nota/{i}", f"g{i}", last) for i in (4, 5)] + items
    site.put("/feed.xml", rss(site, items))
    row = row_of(store, settings, site.source())
    assert row["new"] == 2 and len(found(store)) == 6 and states(store) == {"extracted": 6}


def test_an_item_that_changes_its_address_is_one_document(store, settings, site):
    now = datetime.now(UTC)
    site.put("/nota/vieja", site.article("Titular de la nota que se muda"))
    site.put("/feed.xml", rss(site, [("Titular de la nota que se muda", "/nota/vieja", "nota-17", now)]))
    crawl(store, settings, site.source())
    site.put("/nota/nueva", site.article("Titular de la nota que se muda"))
    site.put("/feed.xml", rss(site, [("Titular de la nota que se muda", "/nota/nueva", "nota-17", now)]))
    row = row_of(store, settings, site.source())
    assert row["new"] == 1 and len(found(store)) == 1, "known by its guid"

    canonical = f"<link rel='canonical' href='{site.url('/nota/la-buena-de-todas-17')}'>"
    for path in ("/nota/a", "/nota/b"):
        site.put(path, site.article("Otro titular de otra nota", head=canonical))
    site.feed(["/nota/a", "/nota/b"])
    crawl(store, settings, site.source())
    assert len(found(store)) == 2, "known by its canonical address"


def test_guids_that_number_places_or_are_all_the_same_join_no_articles(store, settings, site):
    now = datetime.now(UTC)
    news = [
        (
            "Pescadores bloquean el muelle por el precio del combustible",
            "Ochenta lanchas cierran desde anoche la entrada grande",
        ),
        ("Escolares ganan concurso nacional de robótica", "Tres alumnas construyeron un brazo mecánico con chatarra"),
        ("Detienen a banda que cobraba cupos a bodegas", "Fiscales hallaron cuadernos, pistolas y catorce celulares"),
    ]
    for round, guids in enumerate((("sitio", "sitio", "1"), ("puesto-1", "otro-9", "2"), ("otro-9", "puesto-1", "3"))):
        rows = []
        for (title, text), guid in zip(news, guids, strict=True):
            path = f"/nota/{guid}-{round}-{title.split()[0].lower()}-de-hoy-mismo"
            site.put(
                path,
                f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}. {text} {title}.</p></body></html>",
            )
            rows.append((title, path, guid, now))
        site.put("/feed.xml", rss(site, rows))
        crawl(store, settings, site.source())
        assert len({document.title for document in found(store).values()}) == 3, "no article became another's version"


def test_a_canonical_address_that_is_the_front_page_does_not_make_one_document_of_all(store, settings, site):
    head = f"<link rel='canonical' href='{site.url('/')}'>"
    for i in range(4):
        site.put(f"/nota/{i}", site.article(f"Titular distinto número {i}", head=head))
    site.feed([f"/nota/{i}" for i in range(4)])
    crawl(store, settings, site.source())
    assert len(found(store)) == 4 and {one.title for one in found(store).values()} == {
        f"Titular distinto número {i}" for i in range(4)
    }


def test_a_sitemap_index_that_contains_itself_and_changes_all_the_time_ends(store, settings, site):
    stamp = datetime.now(UTC).isoformat()

    def index(handler):
        body = (
            "<sitemapindex>" + "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/mapas.xml", "/mapas2.xml", "/notas.xml"))
            + f"<!-- {time.monotonic_ns()} --></sitemapindex>"
        ).encode()  # fmt: skip
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.streams["/mapas.xml"] = site.streams["/mapas2.xml"] = index
    site.articles(2)
    site.put(
        "/notas.xml",
        "<urlset>"
        + "".join(f"<url><loc>{site.url(f'/nota/{i}')}</loc><lastmod>{stamp}</lastmod></url>" for i in range(2))
        + "</urlset>",
    )
    row = row_of(store, settings, site.source(feeds=(), sitemaps=(site.url("/mapas.xml"),)))
    assert site.asked["/mapas.xml"] <= 2 and site.asked["/mapas2.xml"] <= 2 and site.asked["/notas.xml"] <= 2
    assert row["new"] == 2 and len(found(store)) == 2 and row["errors"] == {}


def test_a_feed_of_50_megabytes_is_not_swallowed(store, settings, site):
    def large(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(50 * 2**20))
        handler.end_headers()
        try:
            for _ in range(50):
                handler.wfile.write(b"<item><title>x</title></item>".ljust(2**20))
        except OSError:
            pass
        handler.close_connection = True

    site.streams["/grande.xml"] = large
    site.feed(site.articles(2))
    row = row_of(store, settings, site.source(feeds=(site.url("/grande.xml"), site.url("/feed.xml"))))
    assert row["errors"] == {"size": 1} and "larger than we take" in row["reasons"][0]
    assert len(found(store)) == 2
    assert state_of(store).error.startswith("1 of 2 listings") and state_of(store).failures == 0


RULES = "User-agent: *\nDisallow: /privado/\n"


@pytest.mark.parametrize(
    ("robots", "status", "kept", "errors"),
    [(RULES + "".join(f"Disallow: /seccion-{i}/*/pagina\n" for i in range(150_000)), 200, 2, {"robots": 1}),
     ("se cayó", 500, 0, {"http": 1}),
     ("<!doctype html><html><body><h1>La Ribera</h1>Disallow: /</body></html>", 200, 3, {}),
     ("despacio", 429, 0, {"http": 1}),
     ("no hay", 404, 3, {}),
     ("prohibido", 403, 3, {})],
    ids=["5 MB", "500", "html", "429", "404", "403"],
)  # fmt: skip
def test_any_robots_txt_is_dealt_with(store, settings, site, robots, status, kept, errors):
    site.put("/robots.txt", robots, status=status, headers={"Content-Type": "text/plain"})
    site.feed([*site.articles(2), "/privado/1"])
    site.put("/privado/1", site.article("Titular de la nota privada"))
    began = time.monotonic()
    row = row_of(store, settings, site.source())
    assert row["errors"] == errors and len(found(store)) == kept and time.monotonic() - began < 90
    assert not errors or any("robots.txt" in reason for reason in row["reasons"])
    if status == 500:
        assert site.asked["/feed.xml"] == 0 and state_of(store).reason == "server", "a server that fails is left alone"


def test_pages_wait_while_robots_txt_cannot_be_read(store, settings, site, monkeypatch):
    monkeypatch.setattr(agent, "TIMEOUT", 2)
    site.articles(3)
    with store.write() as tx:
        entries = [{"url": site.url(f"/nota/{i}")} for i in range(3)]
        frontier.discover(tx, "ribera", entries, arrival="live", now=datetime.now(UTC))
    stop = endless(site, "/robots.txt", 0.05)
    row = row_of(store, settings, site.source())
    stop.set()
    assert set(row["errors"]) == {"network"} and states(store) == {"pending": 3}, "none is parked for good"
    del site.streams["/robots.txt"]
    site.feed([])
    site.put("/feed.xml", site.answers["/feed.xml"].body)
    crawl(store, settings, site.source())
    assert len(found(store)) == 3


def test_what_was_refused_until_it_was_parked_is_asked_for_again_when_the_site_opens(store, settings, site):
    site.feed(site.articles(2))
    with store.write() as tx:
        now = datetime.now(UTC)
        frontier.discover(tx, "ribera", [{"url": site.url("/nota/0")}], arrival="live", now=now)
        (row,) = frontier.claim(tx, None, store.worker, 9, now)
        frontier.failed(tx, row, store.worker, "blocked: the site answered 403", now, permanent=True)
        sources.keep(
            tx,
            replace(sources.state(tx, "ribera"), status="blocked", failures=4, reason="blocked", last_failure=now),
            now,
        )
    crawl(store, settings, site.source())
    assert len(found(store)) == 2 and state_of(store).status != "blocked"


def test_a_feed_that_moved_for_good_is_read_there_and_told(store, settings, site):
    site.feed(site.articles(2), path="/nuevo.xml")
    site.put("/feed.xml", "", status=301, headers={"Location": "/nuevo.xml"})
    row = row_of(store, settings, site.source())
    state = state_of(store)
    assert len(found(store)) == 2 and any("leads to" in reason for reason in row["reasons"])
    assert (state.reason, state.moved_to) == ("moved", site.url("/nuevo.xml"))


def test_a_feed_that_leads_to_the_front_page_has_moved(store, settings, site):
    site.put("/", "<html><head><title>La Ribera</title></head><body><h1>Portada</h1></body></html>")
    site.put("/feed.xml", "", status=302, headers={"Location": "/"})
    row = row_of(store, settings, site.source())
    assert row["errors"] == {"moved": 1} and state_of(store).reason == "moved"


def test_a_crawl_that_may_not_last_ends_and_leaves_the_rest(store, settings, site):
    site.feed(site.articles(20))
    row = crawl(store, settings, site.source(delay=1.5), seconds=4)["ribera"]
    assert row["fetched"] < 20 and row["waiting"] == 20 - row["fetched"] == states(store)["pending"]
    crawl(store, settings, site.source())
    assert len(found(store)) == 20 and set(site.article_requests().values()) == {1}


def test_a_canonical_address_that_many_articles_share_joins_only_what_is_the_same(store, settings, site):
    news = [
        ("Pescadores bloquean el muelle", "Ochenta lanchas cierran desde anoche la entrada grande del puerto viejo"),
        ("Escolares ganan concurso de robótica", "Tres alumnas construyeron un brazo mecánico con chatarra del taller"),
        ("Detienen a banda que cobraba cupos", "Fiscales hallaron cuadernos, pistolas y catorce celulares escondidos"),
    ]
    section = f"<link rel='canonical' href='{site.url('/noticias-locales-del-puerto')}'>"
    for place, (title, text) in enumerate(news):
        site.put(
            f"/nota/{place}",
            f"<html><head><title>{title}</title>{section}</head><body><h1>{title}</h1><p>{text}. {text} {title}.</p></body></html>",
        )
    site.feed([f"/nota/{place}" for place in range(3)])
    for _ in range(2):
        crawl(store, settings, site.source())
    assert {document.title for document in found(store).values()} == {title for title, _ in news}
    assert all(document.version == 1 for document in found(store).values())


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"", "The page is empty."),
        (b" \n\t ", "The page is empty."),
        (
            "<html><head><title>Error</title></head><body><h1>Error 503</h1><p>Error al conectar con la base de datos</p></body></html>",
            "The site's own error came instead of the page (Error).",
        ),
        (
            "<html><head><title>Sitio en mantenimiento</title></head><body><p>Volvemos pronto, estamos trabajando.</p></body></html>",
            "The site's own error came instead of the page (Sitio en mantenimiento).",
        ),
        (
            "<html><body><br><b>Fatal error</b>: Uncaught Error in /srv/nota.php on line 3</body></html>",
            "The site's own error came instead of the page (Fatal error: Uncaught Error in /srv/nota.php on line 3).",
        ),
    ],
)
def test_what_a_server_in_trouble_sends_with_status_200_is_asked_for_again(store, settings, site, page, reason):
    site.feed(site.articles(2))
    good = site.answers["/nota/1"]
    site.put("/nota/1", page)
    assert row_of(store, settings, site.source())["parked"] == {reason: 1}
    assert len(found(store)) == 1 and states(store) == {"pending": 1, "extracted": 1}

    site.answers["/nota/1"] = good
    crawl(store, settings, site.source())
    assert len(found(store)) == 2 and states(store) == {"extracted": 2}


def test_a_short_article_about_a_failure_is_an_article():
    title = "Error interno del Reniec dejó sin DNI a veinte vecinos"
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Los afectados esperaron toda la mañana en la puerta de la oficina central.</p></body></html>"
    page = Page(url="https://ribera.example/nota/1", body=body.encode(), when=datetime.now(UTC))
    assert extract(page, entry={"url": page.url, "title": title}).title == title


def test_a_page_that_is_packed_without_a_word_in_its_headers_is_unpacked(store, settings, site):
    site.feed(site.articles(2))
    site.put("/nota/0", gzip.compress(site.answers["/nota/0"].body))
    site.put("/nota/1", gzip.compress(site.answers["/nota/1"].body)[:-40])
    row = row_of(store, settings, site.source())
    assert [document.title for document in found(store).values()] == ["Titular de la nota /nota/0"]
    assert [reason.startswith("The page is packed, and cannot be unpacked") for reason in row["parked"]] == [True]


def test_a_page_that_ends_in_mid_title_keeps_the_title_that_its_listing_told(store, settings, site):
    site.feed(site.articles(1))
    site.put("/nota/0", site.answers["/nota/0"].body.partition(b"la nota")[0])
    crawl(store, settings, site.source())
    assert [document.title for document in found(store).values()] == ["Titular de la nota /nota/0"]


def test_a_circle_that_wants_a_cookie_is_told_from_one_that_does_not(store, settings, site):
    site.feed([*site.articles(1), "/nota/galleta", "/nota/rodeo", "/nota/vuelta"])
    cookie = {"Set-Cookie": "visto=1; Path=/"}
    site.put("/nota/galleta", "", status=302, headers=cookie | {"Location": site.url("/nota/galleta")})
    site.put("/nota/rodeo", "", status=302, headers=cookie | {"Location": site.url("/permiso")})
    site.put("/permiso", "", status=302, headers={"Location": site.url("/nota/rodeo")})
    site.put("/nota/vuelta", "", status=302, headers={"Location": site.url("/nota/vuelta")})
    row = row_of(store, settings, site.source())
    assert row["errors"] == {"loop": 3} and len(found(store)) == 1 and row["waiting"] == 3
    assert [("cookie" in reason) for reason in sorted(row["reasons"])] == [True, False], "each kind is told once"


def test_a_body_that_is_not_packed_as_it_says_is_told_in_words(store, settings, site):
    site.feed(site.articles(2))
    site.answers["/nota/0"].headers["Content-Encoding"] = "gzip"
    row = row_of(store, settings, site.source())
    assert row["reasons"] == ["its body is not packed as its Content-Encoding says"] and row["waiting"] == 1
