"""In which section a page was published: its metadata, what stands beside the headline, the breadcrumbs, the address."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler import jsonld
from crawler.body import Body
from crawler.labels import Part
from crawler.markup import one_line
from crawler.nodes import select, text_of
from crawler.outline import Outline, key_of

META = (
    "article:section", "bi3dsection", "parsely-section", "cxenseparse:recs:category", "cxenseparse:category", "category", "section", "seccion",
    "nrbi:sections", "mrf:sections", "dcterms.subject.section",
)  # fmt: skip
LONGEST = 60
_BAR = re.compile(r"\s*[|>»]\s*|\s+/\s+")
"""What stands between a section and its subsection: `Política | Congreso`."""
_HOME = frozenset(("inicio", "home", "portada", "noticias", "news", "noticia", "nota", "notas", "articulo", "articulos", "article", "articles", "post", "posts", "node", "blog", "content", "story", "stories", "uncategorized", "sin categoria", "general", "index php", "es", "en", "amp", "web", "site", "www", "detalle", "ver", "leer", "contenido", "publicacion", "edicion", "ediciones", "seccion", "secciones", "archivo", "archivos", "tag", "category", "categoria", "ingles", "english"))  # fmt: skip
_ACCENTS = {
    "politica": "Política", "economia": "Economía", "opinion": "Opinión", "tecnologia": "Tecnología", "pais": "País", "nacion": "Nación", "region": "Región",
    "educacion": "Educación", "musica": "Música", "futbol": "Fútbol", "cronica": "Crónica", "cronicas": "Crónicas", "investigacion": "Investigación",
    "television": "Televisión", "turismo": "Turismo", "mineria": "Minería", "energia": "Energía", "peru": "Perú", "mexico": "México", "america": "América",
    "bogota": "Bogotá", "junin": "Junín", "ancash": "Áncash", "apurimac": "Apurímac", "huanuco": "Huánuco", "san martin": "San Martín", "ciencia tecnologia": "Ciencia y tecnología", "mas deportes": "Más deportes", "ultimas noticias": "Últimas noticias",
}  # fmt: skip


def section_of(page: Outline, body: Body, facts: Any, selectors: Mapping[str, str]) -> str | None:
    """The section's name as the page prints it."""
    refused = {
        key_of(facts.title),
        *(key_of(site) for site in facts.sites),
        *(key_of(name) for name in facts.author),
        *_HOME,
        "",
    }
    for text in _told(page, body, facts, selectors):
        name = _BAR.split(one_line(text))[0]
        if (
            2 <= len(name) <= LONGEST
            and not name.startswith("http")
            and key_of(name) not in refused
            and name[0].isalpha()
            and not re.search(r"\d{3}", name)
        ):
            return name
    return None


def _told(page: Outline, body: Body, facts: Any, selectors: Mapping[str, str]) -> Iterator[str]:
    if "section" in selectors:
        yield from (text_of(node) for node in select(page.root, selectors["section"]))
    sections = facts.data.get("articleSection")
    yield from (jsonld.string(one) for one in (sections if isinstance(sections, list) else [sections]))
    for name in META:
        yield from facts.meta.get(name, [])[:1]
    yield from reversed(jsonld.breadcrumbs(facts.objects))
    yield from _beside(page, body)


def _beside(page: Outline, body: Body) -> Iterator[str]:
    """What templates mark as the section near the headline; links of the breadcrumbs, the last first."""
    crumbs: list[str] = []
    for node, place in page.places.items():
        if not body.headline - 8 <= place <= min(
            body.headline + 8, max(body.span.first, body.headline + 1)
        ) or node.tag in ("body", "article", "main", "html"):
            continue
        if not page.texts_of(node, 400):
            continue
        label = f"{node.get('class') or ''} {node.get('id') or ''}"
        if re.search(r"crumb|migas", label, re.I):
            crumbs = [text_of(link) for link in node.iter("a")] or crumbs
        elif page.parts.get(node, 0) & (Part.SECTION | Part.BESIDE) == Part.SECTION:
            links = [text for link in node.iter("a") if (text := text_of(link))]
            texts = page.texts_of(node, LONGEST + 20)
            yield from (links or texts[:1]) if texts else ()
    yield from reversed(crumbs)


_NO_SECTION = frozenset(("agencia", "institucion", "user", "author", "autor", "campanas", "wp content"))


def of_address(url: str) -> str | None:
    """The section that an address names by its first folder, as a name: `/politica/congreso/…` is Política."""
    for folder in [unquote(part) for part in urlsplit(url).path.split("/") if part][:-1]:
        words = key_of(folder.replace("-", " ").replace("_", " "))
        if words in _HOME or folder.isdigit():
            continue
        if words not in _NO_SECTION and re.fullmatch(r"[^\W\d_]{3,}(?: [^\W\d_]+){0,2}", words) and len(words) <= 30:
            return _ACCENTS.get(words) or words[0].upper() + words[1:]
        return None
    return None
