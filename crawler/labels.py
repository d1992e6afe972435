"""What templates call their parts: the class and id of an element, read as words, told apart by what such a part holds.

Names of common content systems in Spanish and English, never of one page. `inlineRelatedNote`, `related-note`, `relatednote`
and `RelatedNote_box__3f` are the same words.
"""

import re
from functools import lru_cache

from lxml import html

LONGEST = 300
"""Characters of a class and id that are read."""


class Part:
    """What an element's name says that it holds, as bits of a number (an element may be several; enum's flags cost a third of the walk)."""

    NONE = 0
    BESIDE = 1
    """Never the article's own text: other articles, comments, calls to subscribe."""
    LOOSE = 2
    """Mostly not the article's text (`share`, `sidebar`), but whole pages are wrapped in such names."""
    CAPTION = 4
    LEAD = 8
    BYLINE = 16
    NOT_BYLINE = 32
    DATE = 64
    MODIFIED = 128
    SECTION = 256
    HEADLINE = 512
    BODY = 1024
    PICTURE = 2048
    APART = BESIDE | LOOSE | CAPTION
    LABEL = LEAD | BYLINE | DATE | SECTION | CAPTION


# `one-two` also where it is written in one; `name*` is how it begins, `*name*` what is in it
_VOCABULARY: dict[int, str] = {
    Part.BESIDE: """
        related* *relacionad* recomend* recommend* read-next read-also mas-info mas-informacion lee-tambien mira-tambien
        vea-tambien ver-tambien leer-tambien te-puede* puede-interesar* podria-interesar* more-info more-news more-from more-on more-stories mas-noticias mas-leid*
        mas-vist* mas-sobre most-read most-viewed most-popular lo-mas* lo-ultimo popular-posts
        newsletter* boletin boletines comment comments comment-list comment-area comment-form comment-box comment-section comentario
        comentarios respond disqus* outbrain* taboola* about-author about-the-author sobre-autor sobre-el-autor sobre-la-firma sobre-firma author-box author-bio
        author-card author-info author-desc* author-profile author-area autor-box autor-bio autor-info autor-desc* autor-perfil bio biography biografia sign-card
        footer* pie-pagina pie-de-pagina cookie* gdpr jp-relatedposts teaser teasers pull-quote* post-navigation next-article prev-article previous-article articulo-anterior articulo-siguiente paywall-banner paywall-cta paywall-message paywall-box""",
    Part.LOOSE: """
        read-more leer-mas ver-mas saber-mas popular populares trending ultima ultimas ultimas-noticias ultima-hora latest* breadcrumb* crumb crumbs migas sidebar* lateral barra-lateral aside suscri* subscri* carousel carrusel swiper slider nav navbar navigation menu
        main-menu mega-menu top-menu masthead pagination paginacion pager tag tags tag-list tag-links tag-cloud post-tags etiqueta
        etiquetas tema temas topic topics keywords rating valora* encuesta poll survey trust jump-to skip-link skip-to* screen-reader* sr-only visually-hidden
        modal popup lightbox toc login registro postmetadata social* share* sharing* compart* redes redes-sociales rrss whatsapp telegram publicidad publi
        advert* banner banners ad ads adslot gpt sponsor* patrocin* promo* widget widgets audio audio* player player* video-player copyright toolbar tools
        herramientas botonera action actions button buttons alert alerta alertas card cards embed-related destacado destacada destacados destacadas
        highlights""",
    Part.CAPTION: """
        *caption* pie-foto* pie-de-foto* pie-imagen* pie-de-imagen* field-pie* epigrafe* leyenda photo-credit* image-credit* foto-credit* media-credit* photo-desc*
        image-desc* media-desc* photo-author image-author media-author foto-autor photo-info image-info foto-info photo-legend image-legend image-text media-text
        credit credits credito creditos fotografo legend legends pie-nota cutline*""",
    Part.PICTURE: """
        foto fotos foto* photo* imagen imagenes image* img picture pictures media multimedia* thumb* separator gallery galeria""",
    Part.LEAD: """
        *bajada* lead lede lead-text lead-paragraph entradilla* sumario sumarios *summary* *subtitle* sub-titulo sub-titulos subtitular sub-head sub-headline
        stand-first dek deck copete* excerpt extracto sumilla* gorro resumen sinopsis intro introduccion intro-text post-description article-description
        entry-description article-abstract a-sub-t a-st balazo""",
    Part.BYLINE: """
        byline* author* autor autora autores autoria autor-nombre autor-name autor-link firma firmas firmante sign signature redactor* periodista* creator
        created-by escritor fa-user* icon-user bi-person* posted-by post-author article-author credit-author""",
    Part.NOT_BYLINE: """
        bio biography author-box author-card autor-box description desc social* image* img photo* foto* avatar follow* seguir related* comment* coment* share*
        sharing* newsletter* location ubicacion lugar email mail count""",
    Part.DATE: """
        *date* *fecha* time* hora publicado publicacion published publish pub-date submitted posted posted-on *meta created timestamp dia actualiza* updated
        hours info data datos""",
    Part.MODIFIED: "*modifi* update* *updated* *actualiza* last-edit* last-change* last-update*",
    Part.SECTION: """
        category categories categoria categorias cat-links entry-category post-category category-name *seccion secciones section-name section-title section-label
        section-link article-section rubro kicker volanta antetitulo genre""",
    Part.HEADLINE: """
        headline* titulo titulos titular title entry-title post-title article-title article-headline story-title news-title noticia-titulo nota-titulo titulo-nota
        titulo-noticia page-title single-title post-headline article-heading entry-heading asht a-t""",
    Part.BODY: """
        article-body* entry-body* post-body* story-body* news-body* nota-body* noticia-body* articulo-body* content-body* article-content* entry-content* post-content*
        story-content* news-content* single-content* main-content* article-text* entry-text* post-text* story-text* news-text* content-text* texto-contenido*
        nota-texto* noticia-texto* articulo-texto* nota-contenido* noticia-contenido* contenido-nota* contenido-noticia* articulo-cuerpo* nota-cuerpo*
        noticia-cuerpo* cuerpo* body-nota* body-article* body-text* body-content* texto-nota* texto-noticia* texto-cuerpo* name-body rich-text text-formatted prose
        prose-text editor-content fusion-body""",
}  # fmt: skip


def _compiled(words: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    names = [name.replace("-", "") for name in words.split()]
    whole = frozenset(name for name in names if "*" not in name)
    starts = tuple(name[:-1] for name in names if name.endswith("*") and not name.startswith("*"))
    return whole, starts, tuple(name.strip("*") for name in names if name.startswith("*"))


_PARTS = tuple((part, *_compiled(words)) for part, words in _VOCABULARY.items())
_OPENERS = frozenset(
    name.rpartition("-")[0].replace("-", "") for words in _VOCABULARY.values() for name in words.split() if "-" in name
)
_OPENERS |= {opener.split("-")[0] for opener in _OPENERS}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# page builders call every box a widget, Drupal calls every body a text with summary
_NEUTRAL = re.compile(r"elementor-widget|elementor-post-info|wpb_widget|so-widget|text-with-summary")
_WORD = re.compile(r"(?<![^\W_])[a-z]+(?![^\W_])")


def part_of(node: html.HtmlElement) -> int:
    """What an element's class, id and item property say that it holds: bits of `Part`."""
    get = node.get
    return named(f"{get('class') or ''} {get('id') or ''} {get('itemprop') or ''}")


@lru_cache(maxsize=16_384)
def named(label: str) -> int:
    """What the words of a class or id say: bits of `Part`."""
    words = _WORD.findall(_NEUTRAL.sub(" ", _CAMEL.sub("-", label[:LONGEST]).lower()))
    found = Part.NONE
    before = earlier = ""
    for word in words:
        found |= _said(word)
        if before in _OPENERS:
            found |= _said(before + word)
        if earlier in _OPENERS:
            found |= _said(earlier + word)
        earlier, before = before + word if before in _OPENERS else "", word
    return found


@lru_cache(maxsize=65_536)
def _said(name: str) -> int:
    """What a word of a name says, or two or three that are joined."""
    found = Part.NONE
    for part, whole, starts, within in _PARTS:
        if name in whole or name.startswith(starts) or any(piece in name for piece in within):
            found |= part
    return found
