"""One page at a time, made by hand: what must come out, and what is no article."""

from datetime import UTC, datetime

import pytest

from core.errors import NotAnArticleError
from crawler import jsonld
from crawler.archive import Page
from crawler.authors import authors
from crawler.boilerplate import is_boilerplate, is_caption
from crawler.extract import extract
from crawler.markup import decode, to_text, tree
from crawler.platforms import Entry
from crawler.source import Source

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
URL = "https://www.ribera.example/local/vecinos-piden-puente-nuevo-123"
TITLE = "Vecinos de La Ribera piden un puente nuevo"
LEAD = "El municipio ficticio promete una respuesta antes de la feria de diciembre."
BODY = [
    "Los vecinos del barrio La Ribera entregaron ayer un pliego con ochocientas firmas en la mesa de partes del municipio.",
    "La dirigente Ana Luz Prado dijo que el puente de madera ya no aguanta el paso de los camiones que van al mercado.",
    "Según el acta, la comisión de obras visitará el lugar el próximo jueves y entregará un informe en quince días.",
    "El alcalde respondió que hay presupuesto para el estudio, pero no todavía para la obra completa.",
]


def page(body="", *, head="", title=TITLE, url=URL, lang="es", encoding="utf-8", **more):
    paragraphs = body or "".join(f"<p>{line}</p>" for line in BODY)
    markup = f"<!doctype html><html lang='{lang}'><head><meta charset='utf-8'><title>{title} | La Ribera</title>{head}</head><body><header><nav><a href='/'>Inicio</a></nav></header><main><article><h1>{title}</h1>{paragraphs}</article></main><footer>Todos los derechos reservados</footer></body></html>"
    return Page(
        **{"url": url, "body": markup.encode(encoding), "when": NOW, "headers": {"Content-Type": "text/html"}} | more
    )


def ld(text):
    return f"<script type='application/ld+json'>{text}</script>"


ARTICLE = """{"@context":"https://schema.org","@type":"ReportageNewsArticle","headline":"Vecinos de La Ribera piden un puente nuevo","datePublished":"2026-11-20T08:30:00-05:00",
"dateModified":"2026-11-24T08:30:00-05:00","author":[{"@type":"Person","name":"Ana Luz Prado"},{"@type":"Person","name":"Teo Ríos"}],"description":"El municipio ficticio promete una respuesta antes de la feria de diciembre.",
"articleSection":"Local","isAccessibleForFree":"False","inLanguage":"es-PE"}"""


def test_all_of_an_article():
    found = extract(
        page(
            f"<p class='bajada'>{LEAD}</p>" + "".join(f"<p>{line}</p>" for line in BODY),
            head=ld(ARTICLE)
            + "<link rel=canonical href='https://ribera.example/local/vecinos-piden-puente-nuevo-123'>",
        )
    )
    assert found.title == TITLE and found.summary == LEAD and found.text.split("\n") == [LEAD, *BODY]
    assert (
        found.author == ("Ana Luz Prado", "Teo Ríos")
        and found.section == "Local"
        and found.language == "es"
        and found.paywalled
    )
    assert found.published == datetime(2026, 11, 20, 13, 30, tzinfo=UTC) and (
        found.published_precision,
        found.published_from,
    ) == ("second", "metadata")
    assert (
        found.canonical_url == "https://ribera.example/local/vecinos-piden-puente-nuevo-123"
        and found.aliases[0] == "url:" + found.canonical_url
    )
    assert found.fetched == NOW and found.kind == "news" and found.source == "ribera_example"


@pytest.mark.parametrize(
    "broken",
    [
        ARTICLE.replace("puente nuevo", "puente\nnuevo"),
        ARTICLE.replace('"es-PE"}', '"es-PE",}'),
        ARTICLE.replace("un puente", 'un "puente"'),
        "<!--\n" + ARTICLE + "\n-->",
        "//<![CDATA[\n" + ARTICLE + "\n//]]>",
        '{"@context":"x","@graph":[{"@type":"BreadcrumbList"},' + ARTICLE + "]}",
        "[" + ARTICLE.replace('"ReportageNewsArticle"', '["Thing","NewsArticle"]') + "]",
        ARTICLE.replace("piden", "pi\x02den"),
        ARTICLE.replace("La Ribera", "La\\Ribera"),
        ARTICLE + ";",
    ],
)
def test_json_ld_as_templates_print_it(broken):
    found = jsonld.article(jsonld.objects(tree(f"<html><head>{ld(broken)}</head><body>x</body></html>")))
    assert (
        found["datePublished"] == "2026-11-20T08:30:00-05:00"
        and jsonld.names(found["author"])[0] == "Ana Luz Prado"
        and "Vecinos" in found["headline"]
    )


MASTHEAD = "<div class='fecha'>Miércoles 25 de noviembre de 2026</div><nav><a href='/'>Inicio</a></nav>"
ASIDE = "<aside><h3>Lo último</h3><article><h2><a href='/x'>Otra nota sobre la feria de barriletes</a></h2><time datetime='2026-11-24T08:00:00-05:00'>24/11</time><span class='autor'>Otro Autor</span></article></aside>"


def bare(above, beside=""):
    """A page without metadata: what stands above the article, and beside its headline."""
    text = "".join(f"<p>{line}</p>" for line in BODY)
    markup = f"<html lang='es'><head><title>{TITLE} | La Ribera</title></head><body>{above}<main><h1>{TITLE}</h1>{beside}{text}</main><footer>La Ribera</footer></body></html>"
    return Page(url=URL, body=markup.encode(), when=NOW, headers={"Content-Type": "text/html"})


def test_the_masthead_s_day_is_not_the_article_s():
    assert extract(bare(MASTHEAD)).published is None, "the day of the visit is no witness"
    found = extract(bare(MASTHEAD, "<p class='fecha'>19/11/2026</p>"))
    assert found.published == datetime(2026, 11, 19, 5, tzinfo=UTC)
    today = extract(bare("", "<p class='fecha'>25 de noviembre de 2026</p>"))
    assert today.published == datetime(2026, 11, 25, 5, tzinfo=UTC), "under the headline it is the article's"


def test_who_signed_what_stands_above_the_article_did_not_sign_the_article():
    found = extract(bare(ASIDE, "<p class='autor'>Ana Luz Prado</p><p class='fecha'>19/11/2026 09:00</p>"))
    assert (found.author, found.published) == (("Ana Luz Prado",), datetime(2026, 11, 19, 14, tzinfo=UTC))


def test_text_and_photographs_are_signed_apart():
    assert extract(bare("", "<p>Texto: Ana Luz Prado. Fotos: Teo Ríos</p>")).author == ("Ana Luz Prado",)


@pytest.mark.parametrize("named", ["La Ribera de Hoy - " + TITLE, TITLE + " | La Ribera de Hoy"])
def test_a_logo_in_an_h1_is_no_headline(named):
    markup = f"<html><head><title>{named}</title></head><body><header><h1><a href='/'>La Ribera de Hoy</a></h1></header><h2 class='titulo'>{TITLE}</h2>{''.join(f'<p>{line}</p>' for line in BODY)}</body></html>"
    assert extract(Page(url=URL, body=markup.encode(), when=NOW)).title == TITLE


OTHER = """{"@type":"NewsArticle","headline":"Heladas en la sierra hasta el domingo","datePublished":"2026-10-01T00:00:00-05:00","author":{"name":"Otro Autor"},
"description":"Otra nota","articleBody":"Otra nota sobre el clima","url":"https://www.ribera.example/clima/heladas-en-la-sierra-hasta-el-domingo-9"}"""
LISTED = '{"@type":"ItemList","itemListElement":[{"@type":"ListItem","position":1,"item":' + OTHER + "}]}"


@pytest.mark.parametrize(
    "told",
    [
        ld(OTHER) + ld(ARTICLE),
        ld(LISTED) + ld(ARTICLE),
        ld("[" + OTHER + "," + ARTICLE.replace('"inLanguage"', f'"mainEntityOfPage":{{"@id":"{URL}"}},"inLanguage"') + "]"),
        ld(OTHER) + ld(ARTICLE.replace('"inLanguage"', f'"url":"{URL}?outputType=amp","inLanguage"')),
        ld(ARTICLE.replace('"', "&quot;")),
    ],
)  # fmt: skip
def test_another_article_s_data_on_the_page_is_not_the_page_s(told):
    found = extract(page(head=told))
    assert (found.title, found.author) == (TITLE, ("Ana Luz Prado", "Teo Ríos"))
    assert found.published == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)


def test_a_list_of_other_articles_is_no_data_of_the_page():
    found = extract(page(head=ld(LISTED)))
    assert (found.title, found.author, found.published) == (TITLE, (), None)


@pytest.mark.parametrize(
    ("told", "when"),
    [
        ('{"@type":"WebPage","datePublished":"2026-11-20T08:30:00-05:00"}', "2026-11-20T13:30"),
        ('{"@type":"VideoObject","uploadDate":"2026-11-20T08:30:00-05:00"}', "2026-11-20T13:30"),
        ('[{"@type":"VideoObject","uploadDate":"2026-11-20"},{"@type":"VideoObject","uploadDate":"2026-09-02"}]', None),
    ],
)
def test_a_page_or_its_one_recording_tells_the_day_where_no_article_object_does(told, when):
    found = extract(page(head=ld(told)))
    assert (found.published.isoformat()[:16] if found.published else None) == when


@pytest.mark.parametrize(
    ("head", "body", "url", "when", "origin"),
    [
        ("<meta property='article:published_time' content='2026-11-20T10:00:00Z'><meta property='article:modified_time' content='2026-11-24T10:00:00Z'>", "", URL, "2026-11-20T10:00", "metadata"),
        ("<meta property='article:modified_time' content='2026-11-24T10:00:00Z'>", "", URL, None, None),
        ("", "<time datetime='2026-11-19T09:00:00-05:00'>19 nov</time>", URL, "2026-11-19T14:00", "text"),
        ("", "<div class='fecha'>Publicado el 19 de noviembre de 2026, 9:00 a. m.</div>", URL, "2026-11-19T14:00", "text"),
        ("", "<div class='fecha'>Actualizado el 19 de noviembre de 2026</div>", URL, None, None),
        ("", "<div class='fecha'>Actualizado el 21/11/2026 10:00 | Publicado el 19/11/2026 09:00</div>", URL, "2026-11-19T14:00", "text"),
        ("", "<div class='fecha'>Publicado el 19/11/2026 09:00 - Actualizado el 21/11/2026 10:00</div>", URL, "2026-11-19T14:00", "text"),
        ("", "", "https://ribera.example/2026/11/18/vecinos-piden-puente", "2026-11-18T05:00", "url"),
        ("", "", "https://ribera.example/nota/vecinos-piden-puente-18-11-2026", "2026-11-18T05:00", "url"),
        ("<meta name='date' content='2026-11-24'>", "<span class='date'>18/11/2026 07:15</span>", "https://ribera.example/2026/11/18/vecinos-piden-puente", "2026-11-18T12:15", "text"),
        ("<meta property='article:published_time' content='2099-01-01T10:00:00Z'>", "", URL, None, None),
    ],
)  # fmt: skip
def test_when_it_was_published_and_who_says_so(head, body, url, when, origin):
    found = extract(page(body + "".join(f"<p>{line}</p>" for line in BODY), head=head, url=url))
    assert (found.published and found.published.isoformat()[:16], found.published_from) == (when, origin)


def test_what_the_feed_said_fills_what_the_page_leaves_open():
    entry = Entry.from_json(
        {
            "url": "https://ribera.example/n/9",
            "title": "Otro título",
            "published": "2026-11-20T10:00:00+00:00",
            "precision": "minute",
            "author": ["Luz"],
            "section": "Local",
            "native_id": "9",
            "summary": "Un resumen del feed.",
        }
    )
    found = extract(
        page(),
        entry=entry.to_json(),
        source=Source(
            slug="ribera",
            name="x",
            home="https://ribera.example/",
            feeds=("https://ribera.example/f",),
            kind="official",
        ),
    )
    assert (
        found.title == TITLE
        and found.url == "https://ribera.example/n/9"
        and found.published_from == "feed"
        and found.published_precision == "minute"
    )
    assert (
        found.author == ("Luz",) and found.section == "Local" and found.kind == "official" and found.source == "ribera"
    )
    assert "native:ribera:9" in found.aliases and "url:https://ribera.example/n/9" in found.aliases


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://otro.example/local/vecinos-piden-puente-nuevo-123", False),
        ("https://ribera.example/", False),
        ("https://ribera.example/local", False),
        ("/local/vecinos-piden-un-puente", True),
        ("https://ribera.example/?p=123", True),
    ],
)
def test_a_canonical_link_counts_on_the_same_site_and_for_an_article(link, kept):
    found = extract(page(head=f"<link rel='canonical' href='{link}'>"))
    assert (found.canonical_url != "https://ribera.example/local/vecinos-piden-puente-nuevo-123") == kept


@pytest.mark.parametrize(
    ("url", "alias"),
    [
        ("https://rpp.pe/lima/vecinos-piden-puente-noticia-1680158", "native:rpp_pe:1680158"),
        ("https://www.elperuano.pe/noticia/291276-vecinos-piden-puente", "native:elperuano_pe:291276"),
        ("https://canal.example/actualidad/vecinos-piden-puente-n161669", "native:canal_example:161669"),
    ],
)
def test_native_ids_are_aliases(url, alias):
    host = url.split("/")[2].removeprefix("www.")
    assert f"native:{host}:{alias.rpartition(':')[2]}" in extract(page(url=url)).aliases


CROSS = [
    "PUEDES VER: Otra nota sobre el puente del norte",
    "LEE TAMBIÉN: Otra nota sobre el puente del norte",
    "Lee también | Otra nota sobre el puente del norte",
    "MIRA: Otra nota sobre el puente del norte",
    "Te puede interesar: Otra nota sobre el puente del norte",
    "Le puede interesar",
    "VEA TAMBIÉN: Otra nota",
    "Suscríbete a nuestro boletín y recibe las noticias cada mañana",
    "Síguenos en nuestro canal de WhatsApp",
    "The post Vecinos piden appeared first on La Ribera.",
    "La entrada Vecinos piden se publicó primero en La Ribera.",
    "Foto: Archivo La Ribera",
    "VIDEO: así quedó el puente tras la crecida",
    "ADEMÁS: Otra nota sobre el puente del norte",
    "👉 Leé también: Otra nota sobre el puente del norte",
    "Te invitamos a leer: Otra nota sobre el puente",
    "Únete a nuestro canal de WhatsApp y recibe las noticias al instante",
    "Recibe las últimas noticias en tu correo",
    "Imagen por Teo Ríos",
    "(Infografía: La Ribera)",
    "https://ribera.example/otra-nota",
    "Artículo anterior Otra nota sobre el puente",
    "Tu navegador no soporta el elemento de audio",
    "TEMAS RELACIONADOS",
    "Todos los derechos reservados",
    "No olvides seguirnos en nuestras redes",
    "Visita nuestra página web",
    "Escucha nuestro podcast en tu plataforma favorita",
    "Mantente informado con La Ribera",
    "¡Ya estamos en WhatsApp!",
    "¿Quieres recibir las noticias del puerto? Suscríbete",
    "Búscanos en Google News",
    "Para más noticias, ingresa a nuestra web",
    "Recibe alertas del puerto en su celular",
    "Captura de pantalla: canal de la comuna",
    "Más detalles: Así fue la reunión de los vecinos con el alcalde.",
    "Para seguir leyendo, suscríbete a La Ribera",
    "¿Ya tienes una cuenta? Inicia sesión",
    "Tags: puente, Puerto Ámbar, Junta de Vecinos",
    "Temas: Puente, Feria, Junta de Vecinos del Puerto.",
    "Contenido exclusivo para nuestros suscriptores",
    "Enviar por WhatsApp",
    "Anuncio",
    "Compartir en Facebook",
    "Con información de La Ribera",
    "Más en Sociedad: Otra nota sobre el puente",
    "Ir a la nota: Otra nota sobre el puente",
]
PROSE = [
    "Mira Flores llegó ayer al puerto con una carga de madera para el puente.",
    "Más de ochenta vecinos firmaron el acta.",
    "También pidieron una reunión: quieren que sea antes de la feria.",
    "Lee novelas desde niña, contó su madre.",
    "El boletín oficial publicó la norma el lunes.",
    "“Ve con cuidado”, le dijo el guardia.",
    "Ley 32108: qué cambia desde hoy",
    "El video muestra a tres hombres: dos con casco.",
    "Comenta la vecina que nadie les avisó de la obra que empezó el martes en la avenida principal.",
    "Mira: no hay plata para la obra, respondió el alcalde a la vecina.",
    "“Mira: si no pagas, ya sabes lo que pasa”, decía el mensaje que recibió la bodeguera.",
    "Además: la comisión pidió que el informe sea público antes de la feria.",
    "Únete a la huelga, decía el volante que repartieron en el mercado.",
    "Recibe todas las semanas llamadas de números desconocidos, contó el dirigente.",
    "Recibir en su casa a un desconocido fue lo que le costó el trabajo.",
    "Nuestro canal de riego está seco desde enero, reclamó la junta de usuarios.",
    "Conforme a los criterios de la Fiscalía, el plazo vence el lunes.",
    "Imagen de la Virgen fue robada de la capilla del puerto.",
    "(EFE) La policía detuvo a dos hombres en el puerto.",
    "El ministro no descartó nuevas medidas para el sector. (EFE)",
    "Nadie resultó herido, dijo la fuente: los dos hombres huyeron a pie.",
    "Recibe amenazas en su celular cada noche y por eso cerró la panadería.",
    "Recibir audios con balazos en su WhatsApp le quitó el sueño al panadero.",
    "Compartir en Facebook la foto del hijo fue la primera amenaza, relató la madre.",
    "“Mantente al día con la cuota”.",
    "Más detalles: los dos hombres llegaron en una moto y dispararon contra la puerta.",
    "Síguenos hasta el puerto, dice el audio que guardó la panadera.",
    "«Únete a nosotros o cierra la bodega»",
    "“Suscríbete al seguro”, así llamaban al cobro.",
    "Síguenos en silencio, le ordenaron al chofer antes de bajarlo.",
    "Haz clic aquí, decía el enlace con que vaciaron la cuenta del pensionista.",
    "Captura: tres hombres fueron detenidos en la cochera de la avenida.",
    "Video: los sujetos llegaron en dos motos y prendieron fuego a la puerta.",
    "Texto: “Tienes hasta el viernes para pagar”.",
    "Fuente: una vecina llamó a la central después de oír los disparos.",
    "Foto por foto, los peritos revisan el teléfono del detenido.",
    "(Foto: archivo) El puente fue levantado hace cuarenta años con troncos del bosque.",
    "Ver para creer: la municipalidad devolvió el dinero.",
    "Más: así se llama el disco que presentó la orquesta.",
    "Sigue la búsqueda de los tres pescadores en el mar del norte.",
    "Video muestra cómo dos hombres disparan contra una cúster.",
    "Edición especial de la feria reunirá a cien artesanos.",
    "Temas como el agua quedaron fuera de la mesa de diálogo.",
    "Tags: así llaman los jóvenes del puerto a las pintas de cada esquina.",
    "Temas: el agua, la luz y la feria fueron los tres puntos que pidió la junta.",
    "Crédito: el banco negó el préstamo a la panadera.",
    "Cortesía: el alcalde saludó al ministro y luego se fue.",
    "VER: el sistema de avisos del municipio dejó de funcionar en mayo.",
    "EN VIVO: así mostraron los presos la celda desde el penal.",
    "Enviar por WhatsApp la foto del recibo era la orden de cada lunes.",
    "Compartir en Facebook la dirección de los testigos fue el delito por el que lo condenaron.",
    "Escucha la noticia de la muerte de su hijo y se desmaya en plena calle.",
    "Inicia sesión extraordinaria el concejo para ver el caso del puente.",
    "Nota anterior del banco ya advertía que faltaba dinero en la caja.",
    "Contenido exclusivo para mayores vendía la red que amenazaba a los escolares.",
    "Con información de inteligencia la policía entró a once casas del puerto.",
    "Más en detalle: los dos hombres llegaron en una moto y dispararon.",
]


@pytest.mark.parametrize("line", CROSS)
def test_cross_links_calls_and_footers_are_no_part_of_the_article(line):
    assert is_boilerplate(line)
    rows = [*BODY[:2], f"<strong>{line}</strong>", *BODY[2:]]
    assert extract(page("".join(f"<p>{row}</p>" for row in rows))).text.split("\n") == BODY


@pytest.mark.parametrize("line", PROSE)
def test_prose_that_begins_alike_stays(line):
    assert not is_boilerplate(line)
    rows = [*BODY[:2], line, *BODY[2:]]
    assert line in extract(page("".join(f"<p>{row}</p>" for row in rows))).text.split("\n")


def test_subheads_and_lists_stay_captions_and_boxes_go():
    body = f"""<p>{BODY[0]}</p><figure><img src=x><figcaption>El puente visto desde el mercado (Foto: Teo Ríos)</figcaption></figure><p>{BODY[1]}</p><h2>Qué falta para la obra</h2>
    <ul><li>El informe de la comisión de obras del municipio.</li><li>El presupuesto del próximo año, todavía sin aprobar.</li></ul><p>{BODY[2]}</p>
    <div class='nota-relacionada'><h3>Otras notas</h3><p><a href='/x'>Una nota distinta sobre el mercado central</a></p></div><p>{BODY[3]}</p>
    <div class='newsletter'><p>Recibe las noticias de La Ribera en tu correo todos los días.</p></div><p><a href='/y'>Comerciantes del mercado central reclaman más luz en la plaza</a></p>"""
    text = extract(page(body)).text
    assert text.split("\n") == [
        BODY[0],
        BODY[1],
        "Qué falta para la obra",
        "El informe de la comisión de obras del municipio.",
        "El presupuesto del próximo año, todavía sin aprobar.",
        BODY[2],
        BODY[3],
    ]


def test_a_short_lead_that_no_name_calls_one_begins_the_text():
    text = "".join(f"<p>{row}</p>" for row in BODY)
    for lead in (
        "<h2>La junta pide que la obra empiece antes de la feria</h2>",
        "<p>La junta pide la obra antes de la feria.</p>",
    ):
        found = extract(page(f"{lead}<div>18 de noviembre de 2026</div><div class='nota'>{text}</div>"))
        assert found.text.split("\n")[1:] == BODY and found.summary == found.text.split("\n")[0], lead
        assert found.summary.startswith("La junta pide")
    menu = "<div>Inicio Local Deportes Opinión Cultura Puerto</div><p><a href='/x'>Otra nota sobre la feria del puerto y sus calles</a></p>"
    assert extract(page(f"{menu}<div class='nota'>{text}</div>")).text.split("\n") == BODY


def test_a_column_is_signed_by_whom_its_headline_names_and_a_report_is_not():
    text = "".join(f"<p>{row}</p>" for row in BODY)
    signed = "<span class='autor'>Ana Luz Prado</span>"
    for title, names in (
        ("El miedo como impuesto, por Ana Luz Prado", ("Ana Luz Prado",)),
        ("Ana Luz Prado pide que el puente se levante antes", ()),
    ):
        assert extract(page(f"{signed}{text}", title=title)).author == names


def test_the_whole_name_on_the_page_stands_before_an_account_s():
    text = "".join(f"<p>{row}</p>" for row in BODY)
    data = ld(f'{{"@type":"NewsArticle","headline":"{TITLE}","author":{{"name":"Elmer"}}}}')
    for printed, names in (("Elmer Mamani Paz", ("Elmer Mamani Paz",)), ("Teo Ríos Paz", ("Elmer",))):
        found = extract(page(f"<div class='autor'>por {printed}</div>{text}", head=data))
        assert found.author == names
    assert extract(page(f"<div>{text}<p>Redacción La Ribera</p></div>")).author == ("Redacción La Ribera",)


def test_who_is_linked_side_by_side_signed_together_and_their_day_stands_beside_them():
    by = "<p>Por <a href='/autor/ana'>Ana Luz Prado</a>, editora de datos, y <a href='/autor/teo'>Teo Ríos</a>, reportero</p>"
    text = "".join(f"<p>{row}</p>" for row in BODY)
    found = extract(page(f"<div class='credits'>{by}<p>19 NOV 2026 | 9:15 h</p></div><div>{text}</div>"))
    assert found.author == ("Ana Luz Prado", "Teo Ríos") and found.published.date().isoformat() == "2026-11-19"


@pytest.mark.parametrize(
    ("below", "rows", "walled"),
    [
        ("<h3>Contenido exclusivo para suscriptores</h3>", 2, True),
        ("<p>¿Ya eres suscriptor? Inicia sesión</p>", 2, True),
        ("<p>Para seguir leyendo, suscríbete a La Ribera</p>", 2, True),
        ("<p>Para seguir leyendo, suscríbete a La Ribera</p>", 40, False),
        ("<p>Suscríbete a nuestro boletín</p>", 2, False),
    ],
)
def test_a_text_that_ends_at_a_wall_is_paywalled(below, rows, walled):
    text = "".join(f"<p>{BODY[n % len(BODY)]} {n}</p>" for n in range(rows))
    found = extract(page(f"<div class='nota'>{text}</div><div class='muro'>{below}</div>"))
    assert found.paywalled is walled and "uscr" not in found.text


@pytest.mark.parametrize(
    ("printed", "day"), [("<i></i> 18-11-2026 <i></i> 233 vistas", "2026-11-18"), ("Hace 2 días", "2026-11-23")]
)
def test_a_day_beside_a_counter_or_told_by_its_distance(printed, day):
    text = "".join(f"<p>{row}</p>" for row in BODY)
    found = extract(page(f"<small>{printed}</small><div>{text}</div>", url="https://ribera.example/nota.php?id=7"))
    assert found.published.date().isoformat() == day and found.published_from == "text"


@pytest.mark.parametrize(
    ("told", "path", "section"),
    [("Política | Congreso", "/nota/x", "Política"), ("", "/edicion/junin/una-nota", "Junín"), ("", "/seccion/", None)],
)
def test_the_section_before_its_subsection_and_behind_its_folder(told, path, section):
    text = "".join(f"<p>{row}</p>" for row in BODY)
    head = f'<meta property="article:section" content="{told}">'
    assert extract(page(f"{text}", head=head, url="https://ribera.example" + path)).section == section


def test_when_it_was_put_up_is_no_paragraph():
    text = "".join(f"<p>{row}</p>" for row in BODY)
    assert extract(page(f"<div><p>Publicado el lunes 16 de noviembre</p>{text}</div>")).text.split("\n") == BODY


def test_captions_by_their_credit():
    assert is_caption("El puente visto desde el mercado (Foto: Teo Ríos)") and is_caption("Vista del puente. / EFE")
    assert not is_caption("El puente costó tres millones (según el acta).") and not is_caption(
        "Así lo informó la agencia EFE."
    )


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        (["Por Ana Luz Prado"], ("Ana Luz Prado",)),
        (["Ana Luz Prado y Teo Ríos Paz"], ("Ana Luz Prado", "Teo Ríos Paz")),
        (["Redacción La Ribera"], ("Redacción La Ribera",)),
        (["Redacción La Ribera", "Ana Luz Prado"], ("Ana Luz Prado",)),
        (["Ana Luz Prado | aprado@ribera.example"], ("Ana Luz Prado",)),
        (["https://facebook.com/ribera", "admin", "@ana"], ()),
        (["ANA LUZ PRADO"], ("Ana Luz Prado",)),
        (["Ana Luz Prado, periodista"], ("Ana Luz Prado",)),
        (["Ana Luz Prado", "ana luz prado"], ("Ana Luz Prado",)),
        (["EFE"], ("EFE",)),
        (["Ana Luz Prado y María del Mar Ríos"], ("Ana Luz Prado", "María del Mar Ríos")),
        (["Ministerio de Trabajo y Promoción del Empleo"], ("Ministerio de Trabajo y Promoción del Empleo",)),
        (["ribera24", "Redaccion1"], ()),
        (["efe"], ("efe",)),
        (["Entrevista: Ana Luz Prado"], ("Ana Luz Prado",)),
        (["Escrito por Ana Luz Prado el martes, 17 noviembre 2026 a las 10:10"], ("Ana Luz Prado",)),
    ],
)
def test_who_signed(printed, names):
    assert authors(printed) == names


@pytest.mark.parametrize(
    ("body", "head", "title", "url", "reason"),
    [
        ("<p>Checking your browser</p>", "", "Just a moment...", URL, "challenge"),
        ("<p>Enable JavaScript and cookies to continue</p><script src='/cdn-cgi/challenge-platform/x'></script>", "", "ribera.example", URL, "challenge"),
        ("<p>Vuelva a la portada</p>", "", "Página no encontrada", URL, "missing"),
        ("", "", TITLE, "https://ribera.example/", "home page"),
        ("".join(f"<h2><a href='/n/{i}'>Una noticia cualquiera del puerto con número {i}</a></h2>" for i in range(30)), "<meta property='og:type' content='website'>", "Local", "https://ribera.example/local", "list of articles"),
    ],
)  # fmt: skip
def test_what_is_no_article_says_why(body, head, title, url, reason):
    with pytest.raises(NotAnArticleError, match=reason):
        extract(page(body, head=head, title=title, url=url))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "image"),
        (b"<html><body><p>hola</p></body></html>", "title"),
        (b"<html></html>", "title|empty|text"),
    ],
)
def test_bodies_without_an_article(raw, reason):
    with pytest.raises(NotAnArticleError, match=reason):
        extract(Page(url=URL, body=raw, when=NOW))


def test_an_error_status_is_no_article():
    with pytest.raises(NotAnArticleError, match="503"):
        extract(page(status=503))


@pytest.mark.parametrize(
    ("encoding", "claim"),
    [
        ("utf-8", "iso-8859-1"),
        ("cp1252", "utf-8"),
        ("cp1252", ""),
        ("utf-8-sig", "latin-1"),
        ("utf-16", "utf-8"),
        ("iso-8859-15", "iso-8859-15"),
    ],
)
def test_encodings_by_their_bytes_not_by_their_claims(encoding, claim):
    line = (
        "Año “difícil” en la peña de Ñuñoa: €30"
        if encoding != "iso-8859-15"
        else "Año difícil en la peña de Ñuñoa: €30"
    )
    body = "".join(f"<p>{row}</p>" for row in [line, *BODY])
    found = extract(page(body, encoding=encoding, headers={"Content-Type": f"text/html; charset={claim}"}))
    assert line in found.text.split("\n")


def test_text_encoded_twice_is_mended_and_one_broken_byte_spoils_nothing():
    assert (
        decode("Año de información y razón en la peña".encode().decode("cp1252").encode())
        == "Año de información y razón en la peña"
    )
    assert decode("Año de información y razón ".encode() + b"\xff").startswith("Año de información y razón")


def test_descriptions_become_text():
    assert to_text("<p>Uno &amp; dos</p><script>x</script><p>Tres<br>cuatro</p>") == "Uno & dos\nTres\ncuatro"
    assert to_text("&lt;p&gt;Uno&lt;/p&gt;") == "Uno" and to_text("5 < 6 & 7 > 2") == "5 < 6 & 7 > 2"


def test_a_site_marked_english_by_mistake_has_no_language():
    assert extract(page(lang="en")).language is None and extract(page(lang="es-PE")).language == "es"


def test_the_overrides_of_a_source():
    source = Source(
        slug="ribera",
        name="La Ribera",
        home="https://ribera.example/",
        feeds=("https://ribera.example/f",),
        selectors={
            "text": ".cuerpo",
            "author": ".quien",
            "remove": ".extra",
            "title": "h3.t",
            "published": ".cuando",
            "section": ".sec",
        },
    )
    body = f"<h3 class=t>Título propio de la casa</h3><p class=quien>Por Teo Ríos</p><p class=cuando>18 de noviembre de 2026</p><b class=sec>Puerto</b><div class=cuerpo>{''.join(f'<p>{line}</p>' for line in BODY)}<p class=extra>Esto es un añadido de la casa.</p></div><div>{'<p>Otra cosa que no es de la nota y que tiene texto de sobra.</p>' * 3}</div>"
    found = extract(page(body), source=source)
    assert (
        found.text.split("\n") == BODY and found.author == ("Teo Ríos",) and found.title == "Título propio de la casa"
    )
    assert found.section == "Puerto" and found.published.day == 18


def test_a_short_paywalled_text_is_a_summary():
    found = extract(page(f"<p>{BODY[0]}</p>", head=ld(ARTICLE)))
    assert found.paywalled and found.completeness == "summary"


def test_megabytes_and_deep_nesting_do_no_harm():
    assert extract(page("".join(f"<p>{line}</p>" for line in BODY) + "<div>" * 50_000)).text
    many = "".join(f"<p>Párrafo {i}: {BODY[i % 4]}</p>" for i in range(8_000))
    assert extract(page(many)).text.count("\n") > 7_000
