"""What a document says and leaves out, one question at a time: lead, signatures, dates, sections, walls, feeds, hostile pages."""

import contextlib
import dataclasses
import json
import time
from datetime import UTC, datetime

import pytest

from core.errors import NotAnArticleError
from core.time import lima_iso
from crawler.archive import Page
from crawler.extract import extract, from_entry
from crawler.labels import Part, named
from crawler.markup import tree
from crawler.outline import outline
from crawler.platforms import Entry
from crawler.sections import of_address
from crawler.source import Source

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
URL = "https://www.ribera.example/local/vecinos-piden-puente-nuevo-123"
TITLE = "Vecinos de La Ribera piden un puente nuevo"
ROWS = [
    "Los vecinos del barrio La Ribera entregaron ayer un pliego con ochocientas firmas en la mesa de partes del municipio.",
    "La dirigente Ana Luz Prado dijo que el puente de madera ya no aguanta el paso de los camiones que van al mercado.",
    "Según el acta, la comisión de obras visitará el lugar el próximo jueves y entregará un informe en quince días.",
    "El alcalde respondió que hay presupuesto para el estudio, pero no todavía para la obra completa.",
]


def paragraphs(*rows):
    return "".join(f"<p>{row}</p>" for row in rows or ROWS)


def page(inner=None, *, head="", url=URL, title=TITLE):
    markup = (
        f"<!doctype html><html lang='es'><head><title>{title} | La Ribera</title>{head}</head><body><header><a href='/'>La Ribera</a></header>"
        f"<main><article><h1>{title}</h1>{paragraphs() if inner is None else inner}</article></main></body></html>"
    )
    return Page(url=url, body=markup.encode(), when=NOW)


def ld(**fields):
    data = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-11-20T08:30:00-05:00"} | fields
    return f"<script type='application/ld+json'>{json.dumps(data)}</script>"


def lines(found):
    return found.text.split("\n")


# --- the lead and the lines around a text


@pytest.mark.parametrize("lead", ["Hay un herido.", "Ocurrió en la ruta 9.", "Piden respuesta antes de la feria."])
def test_a_short_lead_is_the_first_line_and_the_summary(lead):
    found = extract(page(f"<h2 class='bajada'>{lead}</h2>{paragraphs()}"))
    assert lines(found) == [lead, *ROWS] and found.summary == lead
    named_nowhere = extract(page(f"<h2>{lead}</h2>{paragraphs()}", head=f"<meta name='description' content='{lead}'>"))
    assert lines(named_nowhere) == [lead, *ROWS] and named_nowhere.summary == lead


def test_a_description_that_is_not_printed_is_a_summary_and_no_text():
    found = extract(page(head="<meta name='description' content='El municipio ficticio responderá en diciembre.'>"))
    assert lines(found) == ROWS and found.summary == "El municipio ficticio responderá en diciembre."


@pytest.mark.parametrize(
    "line",
    [
        "<p class='firma'>R.Q.L.</p>", "<p class='firma'>Teo Ríos</p>", "<p>Por Teo Ríos</p>", "<p>Escribe: Teo Ríos</p>",
        "<p>(FIN) TRP/RQL</p>", "<p>Publicado por Teo Ríos en 10:45 a. m.</p>", "<div class='fecha'>20 de noviembre de 2026</div>",
        "<p>20 de noviembre de 2026, 8:30 a. m.</p>", "<p>La Ribera</p>", "<p>COMPARTE LA VERDAD Y APOYA A TU DIARIO</p>",
        "<div><img src=x><span>El puente, ayer.</span></div>", "<p class='wp-caption-text'>El puente visto desde el mercado.</p>",
        "<p>Lee también <a href='/x'>Comerciantes del mercado reclaman más luz en la plaza</a></p>",
        "<h3>Más noticias</h3><p><a href='/x'>Comerciantes del mercado reclaman más luz en la plaza</a></p>",
        "<p>correo@ribera.example</p>", "<p>1204</p>", "<p style='display:none'>Texto que nadie ve en la página de este diario.</p>",
    ],
)  # fmt: skip
def test_lines_at_the_end_that_are_no_paragraph(line):
    found = extract(page(paragraphs() + line, head=ld(author={"name": "Teo Ríos"}, publisher={"name": "La Ribera"})))
    assert lines(found) == ROWS


def test_what_posts_a_story_quotes_stays_and_a_table_is_a_line_for_each_row():
    body = (
        f"<p>{ROWS[0]}</p><blockquote class='twitter-tweet'><p>No cruzaremos más por ese puente hasta que lo arreglen.</p></blockquote>"
        f"<table><tr><th>Barrio</th><th>Firmas</th></tr><tr><td>La Ribera</td><td>512</td></tr></table><p>{ROWS[1]}</p><p>{ROWS[2]}</p>"
    )
    assert lines(extract(page(body))) == [
        ROWS[0], "No cruzaremos más por ese puente hasta que lo arreglen.", "Barrio | Firmas", "La Ribera | 512", ROWS[1], ROWS[2],
    ]  # fmt: skip


def test_a_subhead_as_h1_and_short_items_of_a_timeline_stay():
    long = [f"{row} Así consta en el punto {n} del acta de la reunión." for n, row in enumerate(ROWS)]
    items = "<div class='timeline-item'>Primera crecida del río</div><div class='timeline-item'>Segunda crecida del río</div>"
    body = f"{paragraphs(*long)}<h1>Qué falta para la obra</h1>{items}{paragraphs(ROWS[3])}"
    expected = [*long, "Qué falta para la obra", "Primera crecida del río", "Segunda crecida del río", ROWS[3]]
    assert lines(extract(page(body))) == expected


# --- who, when, where


@pytest.mark.parametrize(
    ("head", "printed", "author"),
    [
        (ld(author={"@type": "Organization", "name": "La Ribera"}, publisher={"name": "La Ribera"}), "", ()),
        (ld(author={"name": "Noticias de La Ribera"}), "", ()),
        ("<meta name='author' content='Deportes'>", "", ()),
        ("<meta name='author' content='Super User'>", "<p class='autor'>Ana Luz Prado</p>", ("Ana Luz Prado",)),
        (ld(author={"name": "Redacción La Ribera"}), "", ("Redacción La Ribera",)),
        (ld(author={"name": "Redacción La Ribera"}), "<a rel='author' href='/autor/ana'>Ana Luz Prado</a>", ("Ana Luz Prado",)),
        (ld(author=[{"name": "Ana Luz Prado"}, {"name": "EFE"}]), "", ("Ana Luz Prado", "EFE")),
        ("", "<div class='autor'><span>Ana Luz Prado</span><span class='lugar'>Puerto Ámbar</span></div>", ("Ana Luz Prado",)),
        ("", "<p>18/11/2026 | 10:45 | Por Ana Luz Prado, Caleta</p>", ("Ana Luz Prado",)),
        ("", "<p>Por: Ana Luz Prado</p>", ("Ana Luz Prado",)),
        ("", "<small><i class='fa fa-user'></i> Ana Luz Prado</small>", ("Ana Luz Prado",)),
        ("<meta name='twitter:label1' content='Tiempo de lectura'><meta name='twitter:data1' content='3 minutos'>", "", ()),
        ("<meta name='twitter:label1' content='Escrito por'><meta name='twitter:data1' content='Ana Luz Prado'>", "", ("Ana Luz Prado",)),
    ],
)  # fmt: skip
def test_who_signed_and_who_did_not(head, printed, author):
    assert extract(page(printed + paragraphs(), head=head)).author == author


def test_a_columnist_named_in_the_documents_title_is_the_author():
    head = ld(author={"@type": "Person", "name": "Ana Luz Prado"})
    found = extract(Page(url=URL, body=page(head=head).body.replace(b"| La Ribera</title>", b"| Ana Luz Prado | La Ribera</title>"), when=NOW))  # fmt: skip
    assert found.author == ("Ana Luz Prado",) and found.title == TITLE


def test_an_author_that_json_ld_only_points_to():
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "headline": TITLE, "author": {"@id": "#ana"}, "datePublished": "2026-11-20T08:30:00-05:00"},
            {"@type": "Person", "@id": "#ana", "name": "Ana Luz Prado"},
        ]
    }  # fmt: skip
    found = extract(page(head=f"<script type='application/ld+json'>{json.dumps(graph)}</script>"))
    assert found.author == ("Ana Luz Prado",)


@pytest.mark.parametrize(
    ("printed", "when"),
    [
        ("<p>10:45 | Puerto Ámbar, nov. 18, 2026.</p>", "2026-11-18T10:45"),
        ("<span>Ana Luz Prado | 18 nov 2026 | 10:45 h</span>", "2026-11-18T10:45"),
        ("<div class='info'>Actualizado: 19/11/2026 09:00</div>", None),
        ("<div>Actualizado <time datetime='2026-11-19T09:00:00-05:00'>19 nov</time></div>", None),
        ("<div class='meta'><time class='published' datetime='2026-11-18T10:45:00-05:00'>18 nov</time><time class='updated' datetime='2026-11-19T10:45:00-05:00'>19 nov</time></div>", "2026-11-18T10:45"),
        ("<h3>El paro del 18 de noviembre de 2026</h3>", None),
        ("<p class='bajada'>El puente fue inaugurado el 12 de marzo de 1998 por el alcalde de entonces.</p>", None),
        ("<abbr class='published' title='2026-11-18T10:45:00-05:00'>10:45</abbr>", "2026-11-18T10:45"),
    ],
)  # fmt: skip
def test_when_it_was_published_by_what_is_printed(printed, when):
    found = extract(page(printed + paragraphs()))
    assert (found.published and lima_iso(found.published)[:16]) == when
    assert found.published_from == ("text" if when else None)


def test_the_section_of_the_page_before_the_feeds_before_the_address():
    entry = Entry(url=URL, title=TITLE, section="Del feed")
    crumbs = (
        ld()
        + f"<script type='application/ld+json'>{json.dumps({'@type': 'BreadcrumbList', 'itemListElement': [{'name': 'Inicio'}, {'name': 'Obras'}, {'name': TITLE}]})}</script>"
    )
    assert (
        extract(page(head="<meta property='article:section' content='Local y regional'>"), entry=entry).section
        == "Local y regional"
    )
    assert extract(page(head=crumbs), entry=entry).section == "Obras"
    assert extract(page(), entry=entry).section == "Del feed" and extract(page()).section == "Local"


@pytest.mark.parametrize(
    ("url", "section"),
    [
        ("https://x.example/politica/congreso/una-nota-1", "Política"), ("https://x.example/noticias/policiales/una-nota", "Policiales"),
        ("https://x.example/2026/11/18/una-nota", None), ("https://x.example/una-nota-1", None), ("https://x.example/node/12", None),
        ("https://x.example/agencia/noticia-x-1.aspx", None), ("https://x.example/mas-deportes/una-nota", "Más deportes"),
    ],
)  # fmt: skip
def test_the_section_that_an_address_names(url, section):
    assert of_address(url) == section


# --- walls, data, feeds


def test_what_is_behind_a_wall_is_not_read_out_of_the_data():
    whole = " ".join(ROWS)
    walled = extract(page(f"<p>{ROWS[0]}</p>", head=ld(articleBody=whole, isAccessibleForFree="False")))
    assert walled.paywalled and lines(walled) == [ROWS[0]] and walled.completeness == "summary"
    free = extract(page(f"<p>{ROWS[0]}</p>", head=ld(articleBody="\n".join(ROWS), isAccessibleForFree=True)))
    assert not free.paywalled and lines(free) == ROWS


@pytest.mark.parametrize(
    ("head", "paywalled"),
    [
        (ld(isAccessibleForFree="False"), True), (ld(isAccessibleForFree=False), True), (ld(isAccessibleForFree="True"), False),
        (ld(hasPart={"@type": "WebPageElement", "isAccessibleForFree": "False"}), True), ("<meta name='cXenseParse:per-tiponota' content='premium'>", True),
        ("<meta property='article:content_tier' content='locked'>", True), ("<meta property='article:content_tier' content='metered'>", False),
    ],
)  # fmt: skip
def test_what_the_page_says_of_its_wall(head, paywalled):
    assert extract(page(head=head)).paywalled is paywalled


def test_an_article_printed_whole_in_its_feed_is_freed_of_what_is_not_its_own():
    feed = (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>La Ribera</title><item>"
        f"<title>{TITLE}</title><link>{URL}</link><content:encoded><![CDATA[{paragraphs(*ROWS[:2])}"
        "<figure class='wp-caption'><img src='x'><figcaption>El puente visto desde el mercado.</figcaption></figure>"
        "<p><strong>LEE TAMBIÉN:</strong> <a href='/x'>Otra nota sobre el puente del norte</a></p><p><a href='/y'>Comerciantes del mercado reclaman más luz</a></p>"
        f"{paragraphs(*ROWS[2:])}<div class='sharedaddy'><h3>Comparte esto:</h3></div><p>The post <a href='{URL}'>{TITLE}</a> appeared first on La Ribera.</p>]]></content:encoded></item></channel></rss>"
    )
    source = Source(slug="ribera", name="La Ribera", home="https://ribera.example/", feeds=("https://ribera.example/feed/",), full_in_feed=True)  # fmt: skip
    listing = Page(url="https://ribera.example/feed/", body=feed.encode(), when=NOW)
    found = extract(listing, source=source, entry=Entry(url=URL, title=TITLE))
    assert lines(found) == ROWS and found.completeness == "full"


def test_a_post_is_printed_as_it_is():
    entry = Entry(
        url="https://social.example/@ana/1", text="Mira: el puente se cae.\nSíguenos en Facebook", kind="post"
    )
    assert (
        from_entry(entry, page(), source=None, arrival="live").text == "Mira: el puente se cae.\nSíguenos en Facebook"
    )


def test_a_selector_that_a_new_template_left_behind_does_not_cut_the_text():
    source = Source(slug="ribera", name="La Ribera", home="https://ribera.example/", feeds=("https://ribera.example/f",), selectors={"text": ".caja"})  # fmt: skip
    box = "<div class='caja'><p>Una caja con un texto corto que habla del puente, de la feria y de la comisión de obras del municipio, y que ya no es la nota de ningún modo, por mucho que lo parezca a primera vista.</p></div>"
    body = paragraphs(*(f"{row} Así consta en el punto {n} del acta." for n in range(3) for row in ROWS))
    assert len(lines(extract(page(box + f"<div class='nueva'>{body}</div>"), source=source))) >= 12


# --- pages that are broken, huge or hostile


def test_a_page_cut_in_its_middle_gives_what_it_has():
    whole = page(head=ld(author={"name": "Teo Ríos"})).body
    cut = Page(url=URL, body=whole[: whole.index(b"obra completa") - 20], when=NOW)
    assert lines(extract(cut))[:3] == ROWS[:3] and extract(cut).author == ("Teo Ríos",)
    before_the_text = Page(url=URL, body=whole[: whole.index(b"Teo R") + 3], when=NOW)
    found = extract(before_the_text)
    assert (found.title, found.text, found.completeness) == (TITLE, "", "headline")
    assert lima_iso(found.published) == "2026-11-20T08:30:00-05:00"


@pytest.mark.parametrize("tag", ["b", "font", "span", "div", "table"])
def test_tags_left_open_by_the_hundred_lose_no_text(tag):
    assert lines(extract(page("".join(f"{f'<{tag}>' * 100}<p>{row}</p>" for row in ROWS)))) == ROWS


@pytest.mark.parametrize(
    "inner",
    [
        "<div class='author title fecha seccion bajada'>" * 240 + paragraphs() * 2_000,
        ("<span class='author share'>" * 200 + "hola mundo " * 20 + "</span>" * 200 + "<br>") * 100 + paragraphs(),
        "<table><tr>" + "<td>celda</td>" * 60_000 + "</tr></table>" + paragraphs(),
        "<p>" + "<span>palabra </span>" * 60_000 + "</p>",
        "<h1 class='title'>Otro titular</h1><p>x</p>" * 20_000 + paragraphs(),
        "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"" + "\"headline\":\"x " * 60_000 + "</script>" + paragraphs(),
        "<script type='application/ld+json'>{\"@type\":\"NewsArticle\"-->" + " " * 500_000 + "x" + "\n" * 500_000 + "</script>" + paragraphs(),
    ],
    ids=["nested names", "nested spans", "a row of cells", "a paragraph of spans", "headlines", "broken data", "white space"],
)  # fmt: skip
def test_time_grows_with_the_page_and_not_with_its_square(inner):
    """About a megabyte each: a second or less where the walk is linear, minutes where a part of it is quadratic."""
    began = time.process_time()
    with contextlib.suppress(NotAnArticleError):
        extract(page(inner))
    assert time.process_time() - began < 20


# --- the outline


@pytest.mark.parametrize(
    ("label", "part"),
    [
        ("inlineRelatedNote", Part.BESIDE), ("RelatedNote_box__3f", Part.BESIDE), ("c-articulo__autor", Part.BYLINE), ("s-multimedia__caption", Part.CAPTION),
        ("field--name-field-bajada", Part.LEAD), ("td-post-sub-title", Part.LEAD), ("entry-content clearfix", Part.BODY), ("itemFechaPublicacion", Part.DATE),
        ("lay-sidebar", Part.LOOSE), ("elementor-widget elementor-widget-theme-post-excerpt", Part.LEAD), ("masLeidas", Part.BESIDE),
    ],
)  # fmt: skip
def test_what_names_say(label, part):
    assert named(label) & part


@pytest.mark.parametrize(
    "label", ["col-md-8 row", "discard", "wp-block-heading", "paragraph", "", "x" * 5000, "uploaded-relatives"]
)
def test_names_that_say_nothing(label):
    assert not named(label) & (Part.BESIDE | Part.CAPTION | Part.LEAD | Part.BYLINE | Part.BODY)


def test_lines_as_a_browser_shows_them():
    found = outline(
        tree(
            "<body><div>Uno <b>dos</b><br>tres<p>cua<i>tro</i> <a href=x>cinco</a></p>seis<span class=caption>pie</span></div><script>no</script></body>"
        )
    )
    assert [line.text for line in found.lines] == ["Uno dos", "tres", "cuatro cinco", "seis", "pie"]
    assert (found.lines[2].linked, found.lines[2].node.tag) == (5, "p")


@pytest.mark.parametrize(
    ("told", "signed"),
    [
        (("admin",), ()), (("ana.prado@x.example (Ana Luz Prado)",), ("Ana Luz Prado",)), (("ana.prado",), ("Ana Prado",)),
        (("La Ribera",), ()), (("Ana Luz Prado", "webmaster"), ("Ana Luz Prado",)),
    ],
)  # fmt: skip
def test_an_account_in_a_feed_signs_no_article_but_a_post(told, signed):
    entry = Entry(url=URL, title=TITLE, author=told, text="\n".join(["Una frase de la nota inventada del puerto."] * 9))
    source = Source(slug="ribera", name="La Ribera", home="https://x.example/", feeds=("https://x.example/feed",))
    assert from_entry(entry, page(), source=source, arrival="live").author == signed
    post = dataclasses.replace(entry, kind="post", native_id="x:1")
    assert from_entry(post, page(), source=source, arrival="live").author == told


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (
            "<h1>Choferes de la Línea 9 paran</h1><article><footer class='node__meta'><div class='node__submitted'>Enviado por <span>webmaster</span> el Mar, 17/11/2026 - 09:10</div></footer>",
            "2026-11-17T09:10:00-05:00",
        ),
        (
            "<article><h1>Choferes de la Línea 9 paran</h1><p class='byline'>By Harriet Quill and Tomas Ybarra | November 17, 2026 9:15 p.m.</p>",
            "2026-11-17T21:15:00-05:00",
        ),
    ],
)
def test_a_date_that_stands_with_the_signature_is_the_article_s(head, published):
    line = "Los choferes de la Línea 9 dejaron de salir después de que alguien les pidió dinero por carta."
    text = "".join(f"<p>{line} {number} {line}</p>" for number in range(4))
    markup = f"<html><head><title>Choferes de la Línea 9 paran</title></head><body>{head}<div>{text}</div></article></body></html>"
    page = Page(url="https://ribera.example/nota/uno", body=markup.encode(), when=datetime(2026, 11, 26, tzinfo=UTC))
    found = extract(page)
    assert found.published and lima_iso(found.published) == published and found.published_from == "text"
