"""Listings of every kind, well-formed or not: entries, or the right one of two failures."""

import gzip
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from crawler.platforms import Entry, ListingError, parse
from crawler.platforms.social import feed_of
from crawler.source import Source

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
    assert entry.url == "https://ribera.example/noticia/90001-oficina-ficticia" and entry.section == "Política"
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


def items_of(body, **more):
    return [(entry.url, entry.title) for entry in read(body, **more).entries]


PLAIN = "<item><title>{}</title><link>https://ribera.example/n/{}</link></item>"


@pytest.mark.parametrize(
    ("title", "seen"),
    [
        ("Caf&eacute; &nbsp;y ma&ntilde;ana&hellip;", "Café y mañana…"),
        ("Investigación & desarrollo en R&D; I&D", "Investigación & desarrollo en R&D; I&D"),
        ("Inflación &#243; alza de 3 &lt; 4", "Inflación ó alza de 3 < 4"),
        ("A\x0bviso\x01 del puerto", "Aviso del puerto"),
        ("<![CDATA[Puerto & muelle &amp; faro]]>", "Puerto & muelle & faro"),
        ("Marcha en <b>La Ribera</b> hoy", "Marcha en La Ribera hoy"),
    ],
)
def test_what_a_feed_writes_wrong_in_a_title_is_read_as_meant(title, seen):
    assert items_of(rss(PLAIN.format(title, 1) + PLAIN.format("Otra", 2))) == [
        ("https://ribera.example/n/1", seen),
        ("https://ribera.example/n/2", "Otra"),
    ]


def test_prefixes_that_were_never_declared_are_understood():
    body = "<rss version='2.0'><channel><item><title>Nota</title><link>https://ribera.example/n/1</link><dc:creator>Ana Luz Prado</dc:creator><content:encoded><![CDATA[<p>Uno</p><p>Dos</p>]]></content:encoded><media:content url='x'/></item></channel></rss>"
    (entry,) = read(body).entries
    assert (entry.author, entry.text) == (("Ana Luz Prado",), "Uno\nDos")
    sitemap = NEWS.replace(' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"', "").replace(' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"', "")  # fmt: skip
    (entry,) = read(sitemap).entries
    assert entry.title == "Titular & más" and entry.published


def test_one_wrong_tag_costs_no_other_item_and_a_feed_cut_off_gives_what_is_whole():
    broken = rss(PLAIN.format("A", 1).replace("</title>", "</titulo>") + PLAIN.format("B", 2) + PLAIN.format("C", 3))
    assert [url[-1] for url, _ in items_of(broken)] == ["1", "2", "3"]
    whole = rss("".join(PLAIN.format(f"Nota {i}", f"{i}00") for i in range(1, 4)))
    for end in range(whole.index("n/300"), len(whole), 7):
        found = [url for url, _ in items_of(whole[:end])]
        assert found[:2] == ["https://ribera.example/n/100", "https://ribera.example/n/200"]
        assert set(found[2:]) <= {"https://ribera.example/n/300"}, "no address is made of half an address"


@pytest.mark.parametrize(
    "before",
    ["<br />\n<b>Warning</b>: algo falló en <b>/x.php</b> on line <b>3</b><br />\n", "Notice: nada grave\n", "\n<!-- de caché -->\n", "<div>aviso</div>"],
)  # fmt: skip
@pytest.mark.parametrize("body", [rss(ITEM), NEWS, "<feed><title>T</title><entry><title>A</title><link href='https://ribera.example/nota/1'/></entry></feed>"])  # fmt: skip
def test_what_a_failing_program_prints_before_a_feed_is_passed_over(before, body):
    assert len(items_of(before + body, links_too=False)) == 1


def test_a_prolog_of_many_comments_is_read_once():
    start = time.monotonic()
    with pytest.raises(ListingError):
        read("<!-- x -->" * 5000 + "nada", links_too=False)
    with pytest.raises(ListingError):
        read("<!DOCTYPE x [" + "<!ENTITY a 'b'>" * 3000 + "nada", links_too=False)
    assert len(items_of("<!-- x -->\n" * 200 + rss(ITEM))) == 1
    assert time.monotonic() - start < 5


def test_dates_that_run_backwards_or_are_the_same_lose_no_item():
    dated = "<item><title>N{0}</title><link>https://ribera.example/n/{0}</link><pubDate>Fri, 20 Nov 2026 08:30:{1:02} -0500</pubDate></item>"
    found = read(rss("".join(dated.format(i, 30 - i // 2) for i in range(20)))).entries
    assert [entry.title for entry in found] == [f"N{i}" for i in range(20)] and all(entry.published for entry in found)


VIDEO = """<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom"><title>Canal</title>
<entry><id>yt:video:FICTICIO001</id><yt:videoId>FICTICIO001</yt:videoId><title>Informe</title><link rel="alternate" href="https://www.youtube.com/watch?v=FICTICIO001"/><author><name>Canal</name></author>
<published>2026-11-20T10:00:00+00:00</published><media:group><media:description>{}</media:description></media:group></entry></feed>"""


@pytest.mark.parametrize(("told", "text"), [("Primera línea\nsegunda", "Primera línea\nsegunda"), ("", "")])
def test_a_video_is_a_post_with_its_description(told, text):
    (entry,) = read(VIDEO.format(told)).entries
    assert (entry.kind, entry.native_id, entry.title, entry.text, entry.summary) == ("post", "yt:video:FICTICIO001", "Informe", text, "")  # fmt: skip


def test_a_link_shared_on_reddit_has_a_title_and_no_text_of_its_own():
    content = ' &amp;#32; submitted by &amp;#32; &lt;a href="https://www.reddit.com/user/faro"&gt; /u/faro &lt;/a&gt; &lt;span&gt;&lt;a href="https://ribera.example/1"&gt;[link]&lt;/a&gt;&lt;/span&gt;'
    body = f"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><author><name>/u/faro</name></author><content type="html">{content}</content><id>t3_ficti1</id>
    <link href="https://www.reddit.com/r/PERU/comments/ficti1/x/"/><published>2026-11-20T10:00:00+00:00</published><title>Una nota compartida</title></entry></feed>"""
    (entry,) = read(body).entries
    assert (entry.kind, entry.text, entry.summary, entry.native_id, entry.author) == ("post", "", "", "reddit:t3_ficti1", ("u/faro",))  # fmt: skip


def test_a_mastodon_accounts_own_feed_gives_posts_without_titles():
    body = """<rss version="2.0"><channel><title>Faro</title><description>Public posts from @faro@social.example</description><generator>Mastodon v4.4.0</generator>
    <item><guid isPermaLink="true">https://social.example/@faro/7</guid><link>https://social.example/@faro/7</link><pubDate>Fri, 20 Nov 2026 15:00:00 +0000</pubDate><description>&lt;p&gt;Paro en el muelle&lt;br&gt;a las seis&lt;/p&gt;</description><category>peru</category></item></channel></rss>"""
    (entry,) = read(body).entries
    assert (entry.kind, entry.title, entry.text, entry.author, entry.native_id, entry.section) == (
        "post", "Paro en el muelle", "Paro en el muelle\na las seis", ("faro@social.example",), "https://social.example/@faro/7", None)  # fmt: skip


def test_who_asks_not_to_be_indexed_is_left_out_and_counted():
    listing = read(
        json.dumps([status(), status(uri="https://s.example/9", account={"acct": "callada", "noindex": True})])
    )
    assert len(listing.entries) == 1 and "1 posts" in listing.notes[0]
    with pytest.raises(ListingError, match="not to be indexed") as told:
        read(json.dumps([status(account={"acct": "callada", "noindex": True})]))
    assert told.value.state == "empty"


def sky(rkey="3kabc", **more):
    author = {"did": "did:plc:faro123", "handle": "faro.example"} | more.pop("author", {})
    record = {"text": "Paro en el muelle\na las seis", "createdAt": "2026-11-20T10:00:00.000Z", "langs": ["es-PE"]} | more.pop("record", {})  # fmt: skip
    return {"post": {"uri": f"at://did:plc:faro123/app.bsky.feed.post/{rkey}", "author": author, "record": record, "indexedAt": "2026-11-20T10:00:05.000Z"} | more}  # fmt: skip


def test_a_bluesky_author_feed():
    listing = read(json.dumps({"feed": [sky(), sky("3krep") | {"reason": {"$type": "app.bsky.feed.defs#reasonRepost"}}], "cursor": "x"}))  # fmt: skip
    entry = listing.entries[0]
    assert listing.kind == "bluesky" and len(listing.entries) == 2
    assert (entry.url, entry.title, entry.author, entry.language, entry.kind) == (
        "https://bsky.app/profile/faro.example/post/3kabc", "Paro en el muelle", ("faro.example",), "es", "post")  # fmt: skip
    assert entry.native_id == "at://did:plc:faro123/app.bsky.feed.post/3kabc" and entry.published.when.hour == 10


def test_what_a_bluesky_client_claims_is_weighed():
    late = sky(record={"createdAt": "2031-01-01T00:00:00Z"})
    gone = sky("3kgone", author={"handle": "handle.invalid"})
    closed = sky("3kclosed", author={"labels": [{"val": "!no-unauthenticated"}]})
    evil = sky("3k/../../x")
    card = sky("3kcard", record={"text": "Nuevo", "embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://x.example", "title": "Paro en el puerto", "description": "Dos días."}}})  # fmt: skip
    listing = read(json.dumps({"feed": [late, gone, closed, evil, card, {"post": None}, 7]}))
    assert [entry.url.rpartition("/")[2] for entry in listing.entries] == ["3kabc", "3kgone", "3kcard"]
    assert listing.entries[0].published.when == datetime(2026, 11, 20, 10, 0, 5, tzinfo=UTC)
    assert (
        listing.entries[1].url == "https://bsky.app/profile/did:plc:faro123/post/3kgone"
        and not listing.entries[1].author
    )
    assert listing.entries[2].text == "Nuevo\nParo en el puerto\nDos días." and "1 posts" in listing.notes[0]


def preview(messages):
    return f"<html><head><title>Canal</title></head><body><div class='tgme_channel_info'><div class='tgme_channel_info_header_title'>Canal del puerto</div></div>{messages}</body></html>"


def message(number, text, extra=""):
    shown = f"<div class='tgme_widget_message_text'>{text}</div>" if text else ""
    return f"<div class='tgme_widget_message' data-post='canal_x/{number}'>{extra}{shown}<a class='tgme_widget_message_date' href='x'><time datetime='2026-11-20T10:00:00+00:00'></time></a></div>"


def test_a_telegram_preview():
    listing = read(preview(message(1, "Uno<br>dos") + message(2, "") + message("x/../9", "mal") + message(3, "Tres", "<div class='tgme_widget_message_reply'><div class='tgme_widget_message_text'>citado</div></div>")))  # fmt: skip
    assert [(entry.url, entry.text) for entry in listing.entries] == [
        ("https://t.me/canal_x/1", "Uno\ndos"),
        ("https://t.me/canal_x/3", "Tres"),
    ]
    assert listing.kind == "telegram" and listing.title == "Canal del puerto" and "2 posts" in listing.notes[0]
    with pytest.raises(ListingError, match="public preview"):
        read("<html><body><div class='tgme_page'><div class='tgme_page_title'>Canal</div></div></body></html>")


def test_the_sitemaps_of_an_index_are_chosen_by_what_they_hold():
    names = [
        "post-sitemap.xml",
        "post-sitemap2.xml",
        "post-sitemap11.xml",
        "page-sitemap.xml",
        "category-sitemap.xml",
        "post_tag-sitemap.xml",
        "author-sitemap.xml",
        "sitemap_index.xml",
    ]
    rows = "".join(f"<sitemap><loc>/{name}</loc></sitemap>" for name in names)
    listing = parse(
        f"<sitemapindex>{rows}</sitemapindex>".encode(), "https://ribera.example/sitemap_index.xml", now=NOW
    )
    assert len(listing.entries) == 8 and [url.rpartition("/")[2] for url in listing.children] == ["post-sitemap11.xml", "post-sitemap2.xml", "post-sitemap.xml"]  # fmt: skip


def test_an_index_that_contains_only_itself_leads_nowhere():
    listing = parse(b"<sitemapindex><sitemap><loc>https://www.ribera.example/mapa.xml?utm_source=x</loc></sitemap></sitemapindex>", "https://ribera.example/mapa.xml", now=NOW)  # fmt: skip
    assert listing.children == ()


def test_a_sitemap_packed_twice_or_written_as_plain_text():
    assert items_of(gzip.compress(gzip.compress(NEWS.encode())))[0][1] == "Titular & más"
    assert [url for url, _ in items_of("https://ribera.example/a\n\nhttps://ribera.example/b\n")] == ["https://ribera.example/a", "https://ribera.example/b"]  # fmt: skip
    with pytest.raises(ListingError):
        read("https://ribera.example/a es una dirección\n", links_too=False)


def test_lastmod_says_when_at_the_latest():
    rows = "".join(f"<url><loc>https://ribera.example/{i}</loc><lastmod>{moment}</lastmod></url>" for i, moment in enumerate(("2026-11-20", "2026-11-20T10:00:00Z", "sin fecha", "")))  # fmt: skip
    assert [entry.modified for entry in read(f"<urlset>{rows}</urlset>").entries] == [
        datetime(2026, 11, 20, 5, tzinfo=UTC), datetime(2026, 11, 20, 10, tzinfo=UTC), None, None]  # fmt: skip


def source(**more):
    return Source(name="La Ribera", home="https://ribera.example/", feeds=(URL,), **more)


BLOCK = "<div class='nota'><h3 class='t'><a href='/local/{0}'>Titular {0}</a></h3><span class='f'>hace 3 horas</span><p class='b'>Bajada {0}</p><i class='s'>Local</i><b class='a'>Ana Prado</b></div><div class='otra'><a href='/x'>Un enlace que no está en el listado principal</a></div>"
HOUSE = {"item": "div.nota", "link": "h3.t a", "published": ".f", "summary": ".b", "section": ".s", "author": ".a"}


def test_a_listing_page_by_its_selectors():
    page = f"<html lang='es'><head><title>La Ribera</title></head><body>{BLOCK.format(1)}{BLOCK.format(2)}{BLOCK.format(1)}</body></html>"
    listing = read(page, source=source(platform="listing", listing=HOUSE))
    assert [entry.url[-7:] for entry in listing.entries] == ["local/1", "local/2"] and listing.notes == ()
    entry = listing.entries[0]
    assert (entry.title, entry.summary, entry.section, entry.author) == (
        "Titular 1",
        "Bajada 1",
        "Local",
        ("Ana Prado",),
    )
    assert entry.published.when == NOW - timedelta(hours=3)
    (only, _) = read(page, source=source(platform="listing", listing={"link": "h3.t a"})).entries
    assert only.title == "Titular 1" and only.published is None


def test_a_listing_whose_classes_changed_is_read_by_its_links_and_says_so():
    told = read(FRONT, source=source(platform="listing", listing=HOUSE))
    assert [entry.url for entry in told.entries] == ["https://ribera.example/local/vecinos-piden-puente-nuevo"] and "div.nota" in told.notes[0]  # fmt: skip
    with pytest.raises(ListingError):
        read("<html><body><p>Mantenimiento</p></body></html>", source=source(platform="listing", listing=HOUSE))
    with pytest.raises(InputError, match="CSS"):
        read(FRONT, source=source(platform="listing", listing={"item": "div["}))


def test_a_page_in_place_of_a_feed_is_invalid_and_in_an_archive_is_read():
    press = source(platform="arc", archives=("https://ribera.example/archivo/{day:%Y-%m-%d}/", "https://ribera.example/mapa.xml"), listing={"link": "h2 a"})  # fmt: skip
    for url in (URL, "https://ribera.example/mapa.xml"):
        with pytest.raises(ListingError) as told:
            parse(FRONT.encode(), url, source=press, now=NOW)
        assert told.value.state == "invalid"
    found = parse(FRONT.encode(), "https://ribera.example/archivo/2026-11-20/", source=press, now=NOW)
    assert found.kind == "listing" and len(found.entries) > 1


FACTS = {"items": "data.rows", "url": "https://ribera.example/norma/{code}", "title": "{name}: {what} | name", "summary": "what", "published": "day", "author": "signed", "native_id": "code", "more": "more", "offset": "start"}  # fmt: skip


def answer(*rows, **more):
    return json.dumps({"data": {"rows": list(rows)}} | more)


def test_a_json_listing_by_its_facts():
    body = answer({"code": "9-1", "name": "Decreto 9", "what": "Alumbra", "day": "20261120", "signed": "Paz, Ana; Mar, Luz"}, {"code": "9-2", "name": "Decreto 10", "what": None}, {"name": "sin código"})  # fmt: skip
    listing = read(body, source=source(platform="json", fields=FACTS))
    first, second = listing.entries
    assert (first.url, first.title, first.summary, first.author, first.native_id) == ("https://ribera.example/norma/9-1", "Decreto 9: Alumbra", "Alumbra", ("Paz, Ana", "Mar, Luz"), "9-1")  # fmt: skip
    assert first.published.precision == "day" and second.title == "Decreto 10" and "1 rows" in listing.notes[0]


@pytest.mark.parametrize(
    "code", ["../../x", "//evil.example/x", "a b?c=d#e", "@evil.example", "\\evil.example", "1\n2"]
)
def test_what_a_row_holds_never_leads_to_another_host(code):
    (entry,) = read(answer({"code": code, "name": "N"}), source=source(platform="json", fields=FACTS)).entries
    assert entry.url.startswith("https://ribera.example/")
    rooted = {"url": "/{code}", "title": "name"}
    (entry,) = read(json.dumps([{"code": code, "name": "N"}]), source=source(platform="json", fields=rooted)).entries
    assert entry.url.startswith("https://ribera.example/")


def test_an_answer_with_more_leads_to_its_next_page():
    facts = source(platform="json", fields=FACTS)
    body = answer({"code": "1", "name": "N"}, {"code": "2", "name": "M"}, more=True)
    assert parse(body.encode(), URL + "?start=40&q=a%20b", source=facts, now=NOW).children == (URL + "?start=42&q=a+b",)
    assert (
        parse(body.replace("true", "false").encode(), URL + "?start=40", source=facts, now=NOW).children
        == parse(body.encode(), URL, source=facts, now=NOW).children
        == ()
    )


def test_an_answer_of_another_shape_is_invalid_and_an_empty_one_empty():
    facts = source(platform="json", fields=FACTS)
    for body in (json.dumps({"data": {"filas": [1]}}), answer({"codigo": "1"})):
        with pytest.raises(ListingError) as told:
            read(body, source=facts)
        assert told.value.state == "invalid" and "fields" in told.value.mend
    with pytest.raises(ListingError) as told:
        read(answer(), source=facts)
    assert told.value.state == "empty"


def test_a_link_that_is_html_is_followed_by_its_address():
    rows = [{"enlace": "<a href='/institucion/x/noticias/7-algo'>Ver</a>", "titulo": "Algo"}]
    (entry,) = read(
        json.dumps({"a": {"b": rows}}), source=source(platform="json", fields={"items": "a.b", "url": "enlace", "title": "titulo"})
    ).entries  # fmt: skip
    assert entry.url == "https://ribera.example/institucion/x/noticias/7-algo"


def test_a_json_of_unknown_shape_is_guessed_by_usual_names():
    rows = [{"id": 7, "titulo": "Nota siete", "link": "/n/7", "fecha": "2026-11-20", "resumen": "Corta"}]
    (entry,) = read(json.dumps({"meta": {"etiquetas": []}, "data": {"noticias": rows}})).entries
    assert (entry.url, entry.title, entry.summary, entry.native_id) == (
        "https://ribera.example/n/7",
        "Nota siete",
        "Corta",
        "7",
    )
    with pytest.raises(ListingError, match="known"):
        read(json.dumps({"data": [{"nombre_comercial": 1}]}))


def test_odd_rows_cost_wordpress_no_other():
    good = [
        {"id": n, "link": f"https://ribera.example/nota-{n}", "title": {"rendered": f"<i>Nota</i> {n} &amp; más"}}
        for n in range(3)
    ]
    listing = read(json.dumps([good[0], {"id": 7, "link": "https://ribera.example/y", "title": None}, "x", *good[1:]]))
    assert [entry.title for entry in listing.entries] == ["Nota 0 & más", "Nota 1 & más", "Nota 2 & más"]
    assert listing.notes == ("2 rows are no posts that can be used",)


def test_ids_that_several_items_share_or_that_number_the_places_of_a_feed_are_none():
    guids = ("sitio", "sitio", "3", "nota-4")
    items = "".join(
        f"<item><title>Nota {n}</title><link>https://ribera.example/n-{n}</link><guid isPermaLink='false'>{guid}</guid></item>"
        for n, guid in enumerate(guids)
    )
    listing = read(f"<rss version='2.0'><channel><title>R</title>{items}</channel></rss>")
    assert [entry.native_id for entry in listing.entries] == [None, None, None, "nota-4"] and len(listing.notes) == 1


def test_wordpress_tells_author_and_section_when_asked_and_hides_what_is_behind_a_password():
    post = {"id": 9, "link": "/x", "date_gmt": "2026-11-20T10:00:00", "title": {"rendered": "A"}, "excerpt": {"rendered": "", "protected": False}, "content": {"rendered": "<p>Cuerpo</p>", "protected": True},
            "_embedded": {"author": [{"name": "Ana Prado"}], "wp:term": [[{"taxonomy": "category", "name": "Local"}], [{"taxonomy": "post_tag", "name": "x"}]]}}  # fmt: skip
    (entry,) = read(json.dumps([post])).entries
    assert (entry.author, entry.section, entry.text) == (("Ana Prado",), "Local", "")
    with pytest.raises(ListingError, match="No se permite"):
        read(json.dumps({"code": "rest_forbidden", "message": "No se permite ver esto.", "data": {"status": 401}}))


@pytest.mark.parametrize("deep", ["[" * 900 + "]" * 900, '{"a":' * 700 + "1" + "}" * 700, json.dumps([{"url": "/a", "title": "x"}])[:-1] + ',{"url":' + "[" * 800 + "]" * 800 + "}]"])  # fmt: skip
def test_json_that_is_nested_without_end_is_no_trouble(deep):
    try:
        assert read(deep).entries
    except ListingError as error:
        assert error.state in ("empty", "invalid")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "http://[", "ftp://ribera.example/x", "mailto:a@b.pe"])  # fmt: skip
def test_a_link_that_is_no_web_address_is_no_item(link):
    for body in (rss(f"<item><title>x</title><link>{link}</link></item>"), f"<urlset><url><loc>{link}</loc></url></urlset>", json.dumps([{"url": link, "title": "Algo"}]),
                 json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"url": link}]}), json.dumps([status(url=link, uri=link)])):  # fmt: skip
        with pytest.raises(ListingError):
            read(body, links_too=False)


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        ("https://bsky.app/profile/faro.example", "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=faro.example&limit=50&filter=posts_no_replies"),
        ("https://t.me/canal_x", "https://t.me/s/canal_x"),
        ("https://t.me/s/canal_x/", "https://t.me/s/canal_x"),
        ("https://www.youtube.com/channel/UC0123456789abcdefghijkl/videos", "https://www.youtube.com/feeds/videos.xml?channel_id=UC0123456789abcdefghijkl"),
        ("https://old.reddit.com/r/PERU/", "https://www.reddit.com/r/PERU/new/.rss"),
        ("https://www.reddit.com/user/alguien", None),
        ("https://t.me/joinchat/abc/def", None),
        ("https://ribera.example/", None),
    ],
)  # fmt: skip
def test_public_places_have_their_feed_by_address(address, feed):
    assert feed_of(address) == feed
