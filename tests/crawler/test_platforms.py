"""Listings of every kind, well-formed or not: entries, or the right one of two failures."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.platforms import Entry, ListingError, parse

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
URL = "https://ribera.example/feed"


def read(body, **more):
    return parse(body if isinstance(body, bytes) else body.encode(), URL, now=NOW, **more)


def rss(items, head="<title>La Ribera</title><language>es-pe</language>"):
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>{head}{items}</channel></rss>"


ITEM = """<item><title>Vecinos &amp;amp; dirigentes acuerdan &lt;b&gt;tregua&lt;/b&gt;</title><link>/nota/1</link>
<guid isPermaLink="false">https://ribera.example/?p=4321</guid><dc:creator><![CDATA[Ana Luz Prado]]></dc:creator><category>Local</category>
<pubDate>Fri, 20 Nov 2026 08:30:00 -0500</pubDate>
<description>&lt;p&gt;El acuerdo dura quince días.&lt;/p&gt;&lt;p&gt;The post Vecinos appeared first on La Ribera.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>El acuerdo dura quince días.</p><p>Se revisará luego.</p><p>La entrada Vecinos se publicó primero en La Ribera.</p>]]></content:encoded></item>"""


def test_rss_with_everything_in_it():
    listing = read(rss(ITEM))
    (entry,) = listing.entries
    assert (listing.kind, listing.title, listing.language) == ("rss", "La Ribera", "es")
    assert (
        entry.title == "Vecinos & dirigentes acuerdan tregua"
        and entry.url == "https://ribera.example/nota/1"
        and entry.native_id == "4321"
    )
    assert (
        entry.summary == "El acuerdo dura quince días."
        and entry.text == "El acuerdo dura quince días.\nSe revisará luego."
    )
    assert (
        entry.published.when == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
        and entry.author == ("Ana Luz Prado",)
        and entry.section == "Local"
    )


@pytest.mark.parametrize(
    "broken",
    [
        rss(ITEM).replace("</channel></rss>", ""),
        rss(ITEM).replace("Local", "Arte & Cultura"),
        "\n\n  " + rss(ITEM),
        rss(ITEM).replace("Local", "Caf&eacute;"),
        "\ufeff" + rss(ITEM),
    ],
)
def test_ill_formed_rss_still_gives_its_item(broken):
    (entry,) = read(broken).entries
    assert entry.url == "https://ribera.example/nota/1" and entry.title.startswith("Vecinos")


def test_a_feed_that_is_windows_1252_and_claims_utf_8():
    body = rss(
        "<item><title>Año nuevo en la peña “El Ñandú”</title><link>https://ribera.example/n/1</link></item>"
    ).encode("cp1252")
    assert (
        parse(body, URL, "application/rss+xml; charset=utf-8", now=NOW).entries[0].title
        == "Año nuevo en la peña “El Ñandú”"
    )


@pytest.mark.parametrize(
    "date",
    ["Fri, 20 Nov 2099 08:30:00 -0500", "Mon, 01 Jan 0001 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "pronto"],
)
def test_an_impossible_date_is_left_out_and_the_item_kept(date):
    (entry,) = read(rss(ITEM.replace("Fri, 20 Nov 2026 08:30:00 -0500", date))).entries
    assert entry.published is None and date in entry.note and entry.url


def test_atom_and_its_links():
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>Una nota</title><link rel="self" href="https://x.example/self"/>
    <link rel="alternate" href="https://ribera.example/a"/><published>2026-11-20T10:00:00-05:00</published><updated>2026-11-22T10:00:00-05:00</updated><author><name>Luz</name></author></entry></feed>"""
    listing = read(body)
    assert (
        listing.kind == "atom"
        and listing.entries[0].url == "https://ribera.example/a"
        and listing.entries[0].published.when.day == 20
    )


def test_json_feed():
    body = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "language": "es", "items": [
        {"id": "7", "url": "/a", "title": "Nota", "content_html": "<p>Uno</p><p>Dos</p>", "date_published": "2026-11-20T10:00:00Z", "authors": [{"name": "Luz"}], "tags": ["local"]}, {"id": "sin enlace"}]}  # fmt: skip
    listing = read(json.dumps(body))
    assert listing.kind == "json_feed"
    entry = listing.entries[0]
    assert (entry.url, entry.text, entry.author, entry.native_id, entry.section) == (
        "https://ribera.example/a",
        "Uno\nDos",
        ("Luz",),
        "7",
        "local",
    )


NEWS = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://ribera.example/nota-1 </loc><lastmod>2026-11-21</lastmod><news:news><news:publication><news:name>La Ribera</news:name><news:language>es</news:language></news:publication>
<news:publication_date>2026-11-20T10:00:00-05:00</news:publication_date><news:title>Titular &amp; más</news:title></news:news><image:image><image:title>Pie de foto</image:title></image:image></url></urlset>"""


@pytest.mark.parametrize("pack", [lambda b: b, gzip.compress])
def test_a_news_sitemap_plain_or_gzipped(pack):
    listing = read(pack(NEWS.encode()))
    (entry,) = listing.entries
    assert (
        listing.kind == "news_sitemap"
        and entry.title == "Titular & más"
        and entry.published.when.hour == 15
        and entry.language == "es"
    )


def test_lastmod_is_no_date_of_publication():
    (entry,) = read(
        "<urlset><url><loc>https://ribera.example/a-b-c</loc><lastmod>2026-11-21</lastmod></url></urlset>"
    ).entries
    assert entry.published is None and entry.note is None


def test_an_index_points_to_its_newest_sitemaps():
    rows = "".join(
        f"<sitemap><loc>https://ribera.example/s{i}.xml</loc><lastmod>2026-11-{i:02}</lastmod></sitemap>"
        for i in range(1, 20)
    )
    listing = read(f"<?xml version='1.0'?><sitemapindex>{rows}</sitemapindex>")
    assert (
        listing.kind == "sitemap_index"
        and listing.children[0].endswith("s19.xml")
        and len(listing.children) == 5
        and len(listing.entries) == 19
    )


PERUANO = [{"vchTitulo": "Oficina  ficticia abre &quot;ventanilla&quot;", "vchDescripcion": "<p>Atenderá de lunes a viernes.</p>", "vchRutaCompletaFotografia": "x.jpg",
            "URLFriendLy": "noticia/90001-oficina-ficticia", "dtmFecha": "/Date(1781758800000)/", "vchSeccion": "Política"}]  # fmt: skip


def test_the_gazettes_json():
    (entry,) = read(json.dumps(PERUANO)).entries
    assert (
        entry.url == "https://ribera.example/noticia/90001-oficina-ficticia"
        and entry.native_id == "90001"
        and entry.kind == "official"
    )
    assert entry.title == 'Oficina ficticia abre "ventanilla"' and entry.summary == "Atenderá de lunes a viernes."
    assert entry.published.precision == "day", "midnight in Lima is a day without an hour"


def test_wordpress_posts():
    body = [
        {
            "id": 9,
            "link": "https://ribera.example/x",
            "date": "2026-11-20T05:00:00",
            "date_gmt": "2026-11-20T10:00:00",
            "title": {"rendered": "A &#8220;B&#8221;"},
            "excerpt": {"rendered": "<p>Lead [&hellip;]</p>"},
            "content": {"rendered": "<p>Cuerpo</p>"},
        }
    ]
    (entry,) = read(json.dumps(body)).entries
    assert (entry.title, entry.text, entry.summary, entry.native_id) == (
        "A “B”",
        "Cuerpo",
        "Lead […]",
        "9",
    ) and entry.published.when.hour == 10


def status(**more):
    return {"uri": "https://social.example/u/ana/statuses/1", "url": "https://social.example/@ana/1", "content": "<p>Paro en el puerto<br>a las 5</p>", "created_at": "2026-11-20T10:00:00.000Z",
            "visibility": "public", "language": "es", "account": {"acct": "ana"}} | more  # fmt: skip


def test_mastodon_takes_public_posts_and_boosts_as_what_they_repeat():
    body = [
        status(),
        status(uri="https://s.example/2", visibility="unlisted"),
        status(
            uri="https://s.example/3",
            content="",
            reblog=status(uri="https://s.example/4", url="https://s.example/@b/4"),
        ),
    ]
    listing = read(json.dumps(body))
    assert listing.kind == "mastodon" and [entry.native_id for entry in listing.entries] == [
        "https://social.example/u/ana/statuses/1",
        "https://s.example/4",
    ]
    entry = listing.entries[0]
    assert (entry.title, entry.text, entry.author, entry.kind, entry.language) == (
        "Paro en el puerto",
        "Paro en el puerto\na las 5",
        ("ana",),
        "post",
        "es",
    )


FRONT = "<html lang=es><head><title>La Ribera</title></head><body>" + "".join(
    f"<h2><a href='{link}'>{title}</a></h2>"
    for link, title in (("/local/vecinos-piden-puente-nuevo", "Vecinos piden un puente nuevo en La Ribera"), ("/tag/puente", "Todas las notas sobre el puente nuevo"), ("https://otro.example/x", "Una nota de otro sitio que no es nuestro"), ("/", "La portada de hoy con muchas noticias"), ("/local", "Local"))
)  # fmt: skip


def test_a_front_page_read_by_its_links():
    listing = read(FRONT)
    assert listing.kind == "listing" and [entry.url for entry in listing.entries] == [
        "https://ribera.example/local/vecinos-piden-puente-nuevo"
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "[]",
        "{}",
        rss(""),
        "<urlset></urlset>",
        json.dumps({"version": "https://jsonfeed.org/version/1", "items": []}),
    ],
)
def test_empty(body):
    with pytest.raises(ListingError) as told:
        read(body)
    assert told.value.state == "empty"


@pytest.mark.parametrize(
    "body", [FRONT, "<!DOCTYPE html><p>hola", '{"a": 1}', '[{"a": 1}', "hola", "<opml/>", b"\x1f\x8bnada"]
)
def test_invalid(body):
    with pytest.raises(ListingError) as told:
        read(body, links_too=False)
    assert told.value.state == "invalid" and told.value.mend


def test_no_entity_is_read(tmp_path):
    secret = tmp_path / "secreto"
    secret.write_text("no debe salir")
    evil = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file://{secret}"><!ENTITY a "ja"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    for body in (rss("<item><title>T&f;&b;</title><link>https://ribera.example/1</link></item>").replace("<?xml version='1.0' encoding='UTF-8'?>", evil),
                 evil + NEWS.replace("Titular", "T&f;&b;")):  # fmt: skip
        title = read(body).entries[0].title
        assert "no debe" not in title and "jaja" not in title


def test_a_bomb_is_refused_quickly():
    with pytest.raises(ListingError, match="larger"):
        read(gzip.compress(b"<urlset>" + b" " * (60 * 2**20)))


@given(st.binary(max_size=400))
def test_any_bytes_give_entries_or_a_told_failure(body):
    try:
        assert read(body).entries
    except ListingError as error:
        assert error.state in ("empty", "invalid")


@given(
    st.builds(
        Entry,
        url=st.just("https://a.example/1"),
        title=st.text(),
        summary=st.text(),
        author=st.tuples(st.text()),
        text=st.text(),
    )
)
def test_an_entry_survives_json(entry):
    assert Entry.from_json(json.loads(json.dumps(entry.to_json()))) == entry


def test_an_entry_with_a_date_survives_json():
    entry = read(rss(ITEM)).entries[0]
    assert Entry.from_json(json.loads(json.dumps(entry.to_json()))) == entry and entry.published.when < NOW - timedelta(
        days=1
    )
