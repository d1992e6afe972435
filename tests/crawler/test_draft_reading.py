"""Looking at the live web once: drafts of source files, and single pages and listings for the pipes."""

import dataclasses
import gzip

import pytest

from core.errors import InputError, UnavailableError
from crawler import catalog
from crawler.draft import draft
from crawler.platforms import parse
from crawler.reading import fetch, read_page


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
    site.put("/robots.txt", "", status=503)
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
