"""Looking at the live web once: drafts of source files, and single pages and listings for the pipes."""

import dataclasses
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, UnavailableError
from crawler import catalog
from crawler.draft import draft
from crawler.platforms import parse
from crawler.reading import fetch, read_page
from crawler.source import Source
from crawler.source_file import render


def drafted(text, tmp_path, slug="la_ribera"):
    (tmp_path / f"{slug}.py").write_text(text, "utf-8")
    return catalog.load(tmp_path)[slug]


def front(site, links=3, head=""):
    rows = "".join(
        f"<h2><a href='/nota/{i}'>Vecinos de la ribera acuerdan la obra número {i}</a></h2>" for i in range(links)
    )
    site.put(
        "/",
        f"<html lang='es-PE'><head><title>La Ribera | Noticias del puerto</title>{head}</head><body>{rows}</body></html>",
    )


def test_a_draft_of_a_feed_works_as_it_stands(site, settings, tmp_path):
    site.feed(["/nota/1", "/nota/2"])
    source = drafted(draft(site.url("/feed.xml"), "la_ribera", settings), tmp_path)
    assert (source.slug, source.name, source.feeds, source.home) == (
        "la_ribera",
        "La Ribera",
        (site.url("/feed.xml"),),
        site.url("/"),
    )
    assert source.delay == 0 and source.language == "es" and source.platform == "feed" and source.status == "probation"


def test_a_draft_of_a_page_finds_the_feed_it_announces(site, settings, tmp_path):
    site.feed(["/nota/1"], path="/canal.xml")
    front(
        site,
        head="<link rel='alternate' type='application/rss+xml' href='/comments/feed/' title='Comentarios'><link rel='alternate' type='application/rss+xml' href='/canal.xml'>",
    )
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 7\n")
    source = drafted(draft(site.url("/"), None, settings), tmp_path)
    assert source.feeds == (site.url("/canal.xml"),) and source.delay == 7


def test_a_draft_without_feed_reads_the_links(site, settings, tmp_path):
    front(site)
    source = drafted(draft(site.url("/"), "la_ribera", settings), tmp_path)
    assert (
        source.platform == "listing"
        and source.feeds == (site.url("/"),)
        and source.name == "La Ribera"
        and source.language == "es"
    )


def test_a_draft_of_a_sitemap(site, settings, tmp_path):
    site.put("/news.xml", f"<urlset><url><loc>{site.url('/nota/1')}</loc></url></urlset>")
    source = drafted(draft(site.url("/news.xml"), "la_ribera", settings), tmp_path)
    assert source.sitemaps == (site.url("/news.xml"),) and not source.feeds


def test_a_name_cannot_break_the_file(site, settings, tmp_path):
    site.put(
        "/feed.xml",
        f"<rss version='2.0'><channel><title>\"\"\" + 1/0 + \\ 'La Ñ'</title><item><title>x</title><link>{site.base}/n/1</link></item></channel></rss>",
    )
    assert "La Ñ" in drafted(draft(site.url("/feed.xml"), "la_ribera", settings), tmp_path).name


def test_what_cannot_be_drafted_is_told(site, settings):
    site.put("/", "<html><head><title>Nada</title></head><body><p>Sin enlaces</p></body></html>")
    with pytest.raises(InputError, match="no feed"):
        draft(site.url("/"), None, settings)
    with pytest.raises(InputError, match="slug"):
        draft(site.url("/"), "La Ribera", settings) if site.feed(["/n/1"], path="/") is None else None
    with pytest.raises(UnavailableError, match="404"):
        draft(site.url("/nada"), None, settings)
    for wrong in ("ribera.example", "ftp://ribera.example/feed"):
        with pytest.raises(InputError, match=f"^'{wrong}' is no"):
            draft(wrong, None, settings)
    site.put("/guardia", "<html><head><title>Just a moment...</title></head><body><p>Checking</p></body></html>")
    with pytest.raises(UnavailableError, match="challenge page"):
        draft(site.url("/guardia"), None, settings)
    site.put("/despacio", "", status=429)
    with pytest.raises(UnavailableError, match="too often"):
        draft(site.url("/despacio"), None, settings)
    site.put("/vacia", "<rss version='2.0'><channel></channel></rss>")
    with pytest.raises(InputError, match="no entries"):
        draft(site.url("/vacia"), None, settings)


def test_private_addresses_are_refused_also_behind_a_redirect(site, settings):
    closed = dataclasses.replace(settings, allow_private=())
    with pytest.raises(InputError, match="PUTUTU_ALLOW_PRIVATE"):
        fetch(site.url("/"), closed)
    assert not site.asked
    site.put("/salto", "", status=302, headers={"Location": "http://10.0.0.7/interno"})
    with pytest.raises(InputError, match="private"):
        fetch(site.url("/salto"), settings)
    with pytest.raises(InputError):
        fetch("http://[::ffff:10.0.0.7]/", settings)


def test_robots_txt_is_asked_first_and_obeyed(site, settings):
    site.put("/robots.txt", "User-agent: Pututu\nDisallow: /nota/\n")
    site.put("/nota/1", "hola")
    with pytest.raises(InputError, match=r"robots\.txt"):
        fetch(site.url("/nota/1"), settings)
    assert site.asked["/nota/1"] == 0
    for status in (503, 429):
        site.put("/robots.txt", "", status=status)
        with pytest.raises(InputError, match=r"robots\.txt"):
            fetch(site.url("/otra"), settings)


def test_bounds(site, settings):
    site.put("/grande", b"x" * 3_000_000)
    with pytest.raises(InputError, match="larger"):
        fetch(site.url("/grande"), settings, largest=2**20)
    site.put("/vuelta", "", status=302, headers={"Location": "/vuelta"})
    with pytest.raises(InputError, match="redirects"):
        fetch(site.url("/vuelta"), settings)
    site.put("/no", "x", status=403)
    with pytest.raises(UnavailableError, match="refuses"):
        fetch(site.url("/no"), settings)
    with pytest.raises(UnavailableError):
        fetch("http://127.0.0.1:9/", settings)


def test_files_are_read_plain_or_gzipped_and_tell_where_they_came_from(tmp_path, settings):
    page = b"<html><head><link rel='canonical' href='https://ribera.example/nota-1'></head><body>hola</body></html>"
    (tmp_path / "a.html").write_bytes(page)
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(page))
    for name in ("a.html", "b.html.gz"):
        assert read_page(str(tmp_path / name), settings).url == "https://ribera.example/nota-1"
    assert read_page(str(tmp_path / "a.html"), settings, url="https://otro.example/x").url == "https://otro.example/x"
    for place, url in (
        (str(tmp_path / "nada.html"), None),
        (str(tmp_path), None),
        (str(tmp_path / "a.html"), "ftp://x"),
    ):
        with pytest.raises(InputError):
            read_page(place, settings, url=url)


def test_a_saved_page_without_address_is_still_extracted(tmp_path, settings, site):
    from crawler.extract import extract

    (tmp_path / "a.html").write_text(site.article("Una nota guardada del puerto"))
    found = extract(read_page(str(tmp_path / "a.html"), settings))
    assert found.title == "Una nota guardada del puerto" and found.id and found.source


def test_a_listing_of_the_live_web(site, settings):
    site.feed(["/nota/1"])
    page = read_page(site.url("/feed.xml"), settings)
    assert parse(page.body, page.url, page.content_type).entries[0].url == site.url("/nota/1")
    assert all(name.startswith("Pututu/") for name in site.agents)


def test_a_wordpress_front_page_leads_to_its_feed_at_once(site, settings, tmp_path):
    site.feed(["/nota/1"], path="/feed/")
    front(site, head="<link rel='https://api.w.org/' href='/wp-json/'><meta name='generator' content='WordPress 6.8'>")
    source = drafted(draft(site.url("/"), "la_ribera", settings), tmp_path)
    assert source.platform == "wordpress" and source.feeds == (site.url("/feed/"),)
    assert not any(site.asked[path] for path in ("/rss", "/rss.xml", "/feed.xml"))


def news(site, path="/nota/1"):
    return f"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>{site.url(path)}</loc><news:news><news:title>Nota</news:title></news:news></url></urlset>"


def test_the_sitemaps_that_robots_txt_names_are_looked_at(site, settings, tmp_path):
    front(site)
    site.put("/robots.txt", f"User-agent: *\nDisallow: /privado/\nSitemap: {site.url('/todo.xml')}\nSitemap: /noticias.xml\nSitemap: https://otro.example/x.xml\n")  # fmt: skip
    site.put("/todo.xml", f"<urlset><url><loc>{site.url('/nota/1')}</loc></url></urlset>")
    site.put("/noticias.xml", news(site))
    source = drafted(draft(site.url("/"), "la_ribera", settings), tmp_path)
    assert source.sitemaps == (site.url("/noticias.xml"),) and source.archives == (site.url("/todo.xml"),) and not source.feeds  # fmt: skip
    site.feed(["/nota/1"], path="/rss.xml")
    source = drafted(draft(site.url("/"), "otra", settings), tmp_path, "otra")
    assert source.feeds == (site.url("/rss.xml"),) and source.sitemaps == (site.url("/noticias.xml"),)


def test_a_draft_waits_between_its_looks_as_robots_txt_asks(site, settings):
    front(site)
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 3\n")
    waits = []
    draft(site.url("/"), "la_ribera", settings, wait=waits.append)
    assert waits and set(waits) == {3.0} and len(waits) <= 9


def test_a_draft_of_a_json_listing_names_its_keys(site, settings, tmp_path):
    rows = [{"id": i, "titulo": f"Nota {i}", "enlace": f"/n/{i}", "fecha": f"2026-11-{10 + i}"} for i in range(1, 9)]
    site.put("/api/notas", json.dumps({"data": {"notas": rows}}), headers={"Content-Type": "application/json"})
    source = drafted(draft(site.url("/api/notas"), "la_ribera", settings), tmp_path)
    assert source.platform == "json" and dict(source.fields) == {
        "items": "data.notas", "url": "enlace", "title": "titulo", "published": "fecha", "native_id": "id"}  # fmt: skip
    assert source.items_a_day == 1.0
    listing = parse(json.dumps({"data": {"notas": rows}}).encode(), source.feeds[0], source=source)
    assert listing.entries[0].url == site.url("/n/1")


def test_a_draft_of_a_front_page_takes_the_form_of_its_articles(site, settings, tmp_path):
    rows = "".join(f"<h2><a href='/local/vecinos-acuerdan-obra-{i}-n10{i}0'>Vecinos de la ribera acuerdan la obra {i}</a></h2>" for i in range(6))  # fmt: skip
    site.put(
        "/",
        f"<html lang='es'><head><title>La Ribera</title></head><body>{rows}<a href='/especial/una-pagina-que-no-es-nota'>Una página especial que no es nota</a></body></html>",
    )
    source = drafted(draft(site.url("/"), "la_ribera", settings), tmp_path)
    assert source.platform == "listing" and source.takes(site.url("/local/x-n1010")) and not source.takes(site.url("/especial/una-pagina-que-no-es-nota"))  # fmt: skip


def test_a_draft_of_public_posts(site, settings, tmp_path):
    body = f"<rss version='2.0'><channel><title>Faro</title><description>Public posts from @faro@social.example</description><generator>Mastodon v4.4.0</generator><item><guid>{site.url('/@faro/1')}</guid><link>{site.url('/@faro/1')}</link><description>&lt;p&gt;Paro en el muelle&lt;/p&gt;</description></item></channel></rss>"
    site.put("/@faro.rss", body)
    site.put("/@faro", "<html><head><title>Faro</title><link rel='alternate' type='application/rss+xml' href='/@faro.rss'></head><body></body></html>")  # fmt: skip
    source = drafted(draft(site.url("/@faro"), "faro", settings), tmp_path, "faro")
    assert (source.kind, source.platform, source.feeds, source.whole_entries) == ("post", "mastodon", (site.url("/@faro.rss"),), True)  # fmt: skip
    post = {"uri": "at://did:plc:faro/app.bsky.feed.post/3k", "author": {"did": "did:plc:faro", "handle": "faro.example"}, "record": {"text": "Paro", "createdAt": "2026-11-20T10:00:00Z"}}  # fmt: skip
    site.put("/feed.json", json.dumps({"feed": [{"post": post}]}))
    source = drafted(draft(site.url("/feed.json"), "cielo", settings), tmp_path, "cielo")
    assert (source.kind, source.platform, source.name) == ("post", "bluesky", "Bluesky: faro.example")


texts = st.text(max_size=30)
lists = st.lists(
    st.sampled_from(["https://ribera.example/a", 'https://ribera.example/"b"', "https://ribera.example/ñ?x={day:%Y}"]),
    max_size=4,
    unique=True,
).map(tuple)


@given(
    name=texts.filter(lambda text: text.strip() and text.isprintable()), region=st.none() | texts.filter(str.isprintable), language=st.none() | st.just("qu"),
    feeds=lists, archives=lists, licence=texts.filter(str.isprintable), delay=st.floats(0, 60), rate=st.none() | st.floats(0.1, 900),
    selectors=st.dictionaries(st.sampled_from(["title", "text"]), texts.filter(str.isprintable)), article=st.none() | st.just(r'"/nota\d+\\"'), evidence=texts,
)  # fmt: skip
def test_any_source_survives_its_own_file(
    tmp_path_factory, name, region, language, feeds, archives, licence, delay, rate, selectors, article, evidence
):
    source = Source(slug="ribera", name=name, home="https://ribera.example/", region=region, language=language, feeds=(*feeds, "https://ribera.example/z"), archives=archives,
                    licence=licence, delay=delay, items_a_day=rate, selectors=selectors, article=article)  # fmt: skip
    path = tmp_path_factory.mktemp("fuentes") / "ribera.py"
    path.write_text(render(source, evidence), "utf-8")
    assert catalog.read(path) == source


def test_a_section_s_page_gives_its_own_feed_before_the_whole_site_s(site, settings, tmp_path):
    site.feed(["/nota/1"], path="/feed/")
    site.feed(["/nota/2"], path="/economia/feed/")
    links = "".join(
        f"<link rel='alternate' type='application/rss+xml' href='{path}'>" for path in ("/feed/", "/economia/feed/")
    )
    site.put("/economia", f"<html><head><title>Economía</title>{links}</head><body></body></html>")
    source = drafted(draft(site.url("/economia"), "la_ribera", settings), tmp_path)
    assert source.feeds == (site.url("/economia/feed/"),) and source.home == site.url("/")


def test_a_wordpress_that_closes_its_feed_is_read_by_its_own_list(site, settings, tmp_path):
    posts = [
        {"id": 1, "date_gmt": "2026-11-20T15:00:00", "link": site.url("/nota/1"), "title": {"rendered": "Vecinos"},
         "content": {"rendered": "<p>Corto.</p>"}, "excerpt": {"rendered": ""}}
    ]  # fmt: skip
    site.put("/wp-json/wp/v2/posts?per_page=50", json.dumps(posts), headers={"Content-Type": "application/json"})
    front(site, head="<link rel='https://api.w.org/' href='/wp-json/'>")
    source = drafted(draft(site.url("/"), "la_ribera", settings), tmp_path)
    assert source.platform == "wordpress" and source.feeds == (site.url("/wp-json/wp/v2/posts?per_page=50"),)
