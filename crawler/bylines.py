"""Who signed a page: its metadata, else what stands as the signature beside the headline or under the text.

`author` is the signature as printed: people, else an agency (`EFE`), else the newsroom (`Redacción RPP`), never the outlet's own
name, a section or an account's. A newsroom counts only where no person signed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import html

from core.errors import InputError
from core.text import fold
from core.urls import site as registered
from crawler import jsonld
from crawler.authors import AGENCIES, NEWSROOM, authors
from crawler.body import Body
from crawler.labels import Part
from crawler.nodes import Meta, select, text_of
from crawler.outline import Outline, key_of

AUTHORS = (
    "author", "article:author_name", "parsely-author", "sailthru.author", "cxenseparse:author", "dc.creator", "dcterms.creator", "creator",
    "bi3dauthor", "byl", "mediator_author", "nrbi:authors", "og:article:author", "article:author", "autor", "authors",
)  # fmt: skip
_WRITTEN = re.compile(r"escrito|written|autor|author|^por$|^by$", re.I)
_NAMES = "politica deportes economia sociedad cultura internacional internacionales nacional nacionales mundo pais actualidad policiales locales regiones opinion espectaculos tecnologia ciencia salud negocios noticias portada"
_SECTIONS = frozenset(_NAMES.split())
_PARTICLES = r"(?:de|del|la|las|los|y|e|van|von|da|dos|di|san|santa|mc)"
_NAME = re.compile(
    rf"(?:[A-ZÁÉÍÓÚÜÑ][\w'’.-]*|{_PARTICLES}(?=\s))(?:\s+(?:[A-ZÁÉÍÓÚÜÑ][\w'’.-]*|{_PARTICLES}(?=\s)))*", re.U
)
_SIGNED = re.compile(
    r"^\W*(?:por|escrito por|escribe|texto|redactado por|publicado por|autora?|by|written by)\s*:?\s+", re.I
)

_GLUED = re.compile(r"[a-záéíóúñ]{3}[A-ZÁÉÍÓÚÑ@]")
"""Two elements that a style sheet parts: `Ana Luz PradoPuerto Ámbar`."""
_PARTED = re.compile(
    r"\s+[|·•/–—-]\s+|[.,;]?\s+(?=(?:fotos?|fotograf[ií]as?|v[ií]deos?|im[aá]genes|edici[oó]n)\s*:)", re.I
)
_HEADLINE_BY = re.compile(
    r"(?:^|[,.:;|(–—\"”»-])\s*(?:(?:escribe|columna de|opinion de|texto de)|(?:una? \w+ )?(?:por|by)):?\s*$"
)
_CREDITED = re.compile(r"texto\s*:\s", re.I)


def signed(
    page: Outline,
    body: Body,
    meta: Meta,
    data: Mapping[str, Any],
    *,
    site: tuple[str, ...],
    url: str,
    title: str,
    selectors: Mapping[str, str],
) -> tuple[str, ...]:
    """The names, by the best witness that is more than the outlet's own name. `site` are the names it goes by."""
    outlets = {_letters(name) for name in (*site, *named_behind(page, title), _domain(url))}
    chosen = [[text_of(node) for node in select(page.root, selectors["author"])]] if "author" in selectors else []
    newsroom: tuple[str, ...] = ()
    first_name: tuple[str, ...] = ()
    for names in (*chosen, *_told(meta, data), *_printed(page, body)):
        found = tuple(
            name for name in authors(names)
            if not _is_told_of(name, title) and not _is_outlet(name, outlets) and key_of(name) not in _SECTIONS
        )  # fmt: skip
        if not found or all(NEWSROOM.search(name) for name in found):
            newsroom = newsroom or found
        elif not first_name and len(found) == 1 and " " not in found[0] and fold(found[0]) not in AGENCIES:
            first_name = found  # an account's `Elmer`, where the page prints `Elmer Mamani`
        elif not first_name or any(fold(first_name[0]) in fold(name).split() for name in found):
            return found
    return first_name or newsroom


def _is_told_of(name: str, title: str) -> bool:
    """Whether a headline is about whom it names, not by them (`El miedo como impuesto, por Ana Prado`)."""
    before, found, _ = fold(title).partition(fold(name))
    return bool(found) and not _HEADLINE_BY.search(before)


def _told(meta: Meta, data: Mapping[str, Any]) -> Iterator[list[str]]:
    """What the page's metadata says, the best witness first."""
    yield jsonld.names(data.get("author"))
    for name in AUTHORS:
        yield [value for value in meta.get(name, [])[:4] if not re.match(r"https?://", value)]
    for number in ("1", "2"):
        if any(_WRITTEN.search(label) for label in meta.get(f"twitter:label{number}", [])):
            yield meta.get(f"twitter:data{number}", [])[:1]
    yield jsonld.names(data.get("creator"))


def _domain(url: str) -> str:
    """`ribera` of `https://noticias.ribera.example/`."""
    try:
        return registered(url).split(".")[0]
    except InputError:
        return ""


def named_behind(page: Outline, title: str) -> list[str]:
    """What the document's title says behind the headline: the outlet, its slogan, the section; never who signed."""
    node = page.root.find(".//title")
    _, found, rest = (text_of(node) if node is not None else "").partition(title or "\n")
    rest = rest.strip(" |–—»·•-")
    last = re.split(r"\s+[|–—»·•-]+\s+|\s*\|\s*", rest)[-1]
    return [part for part in (rest, last) if found and len(part) >= 4]


def _is_outlet(name: str, outlets: set[str]) -> bool:
    """A signature that is the outlet's own name, alone or with its slogan, tells nothing; the newsroom of an outlet is one."""
    letters = _letters(name)
    return not NEWSROOM.search(name) and any(
        len(outlet) > 3 and outlet in letters and (len(outlet) >= 8 or len(outlet) >= 0.5 * len(letters))
        for outlet in outlets
    )


def _letters(name: str) -> str:
    return re.sub(r"\W+", "", fold(name))


def _printed(page: Outline, body: Body) -> Iterator[list[str]]:
    """Signatures on the page: what templates mark between headline and text, under the text, elsewhere; then lines that say `Por`."""
    first, last = body.span
    head: list[html.HtmlElement] = []
    foot: list[html.HtmlElement] = []
    rest: list[html.HtmlElement] = []
    for node, place in page.places.items():
        part = page.parts.get(node, 0)
        if not part & Part.BYLINE or node.tag in ("meta", "body", "html", "form"):
            continue
        named = "author" in (node.get("itemprop") or "") or node.get("rel") == "author"
        if part & Part.NOT_BYLINE and not named:
            continue
        where = head if body.headline - 6 <= place < first + 2 else foot if last - 2 <= place < last + 8 else rest
        above = where is head and place < body.headline  # what stands beside other articles there is theirs
        if (where is not rest and not above) or not (place < len(body.out) and body.out[place]):
            where.append(node)
    head.sort(key=lambda node: (page.places[node] < body.headline, abs(page.places[node] - body.headline)))
    for nodes in (head, foot):
        yield from _in_order(page, nodes)
    yield from _by_lines(page, body)
    yield from _in_order(page, rest)


def _in_order(page: Outline, nodes: list[html.HtmlElement]) -> Iterator[list[str]]:
    for node in nodes[:40]:
        if names := _names_in(page, node):
            yield names


def _names_in(page: Outline, node: html.HtmlElement) -> list[str]:
    """The names in an element that is marked as a signature: its links, else its first line that is a name."""
    texts = page.texts_of(node)
    if not texts and node.tag == "i" and _is_name(tail := " ".join((node.tail or "").split())):
        return [tail]  # an icon, and the name behind it
    if sum(map(len, texts)) > 200:
        return []
    around = node.getparent() if node.tag == "a" else None
    if around is not None and not 0 < sum(map(len, page.texts_of(around, 200))) <= 200:
        around = None
    # who signs together is linked one by one: `Por <a>Ana Prado</a>, editora, y <a>Teo Ríos</a>`
    group = node.iter("a") if around is None else (a for a in around.iter("a") if page.parts.get(a, 0) & Part.BYLINE)
    links = [text for link in group if (text := text_of(link)) and _is_name(text)]
    marked = [
        text for one in node.iter() if one.get("itemprop") == "name" and (text := text_of(one)) and _is_name(text)
    ]
    if marked or links:
        return list(dict.fromkeys(marked or links))
    if len(texts) > 1 and _is_name(whole := " ".join(texts[:2])) and _SIGNED.match(whole + " "):
        return [whole]
    pieces = [" ".join(piece.split()) for piece in node.itertext()] if texts else []
    apart = [text for text in texts if not _GLUED.search(text)]
    return next(([text] for text in (*apart, *pieces, *texts) if _is_name(text)), [])


def _is_name(text: str) -> bool:
    """Whether a text is a signature: capitalised words (two for a person), an agency, a newsroom."""
    if not 3 <= len(text) <= 120:
        return False
    names = authors([text])
    return bool(names) and all(
        NEWSROOM.search(name) or fold(name) in AGENCIES or (" " in name and _NAME.fullmatch(name)) for name in names
    )


def _by_lines(page: Outline, body: Body) -> Iterator[list[str]]:
    """`Por Nombre Apellido`, as a line of its own or behind the date, near the headline or after the text."""
    first, last = body.span
    near = (
        *range(max(0, body.headline - 3), min(first + 3, len(page.lines))),
        *range(max(0, last - 2), min(last + 4, len(page.lines))),
    )
    for place in dict.fromkeys(near):
        text = page.lines[place].text
        if len(text) <= 120 and (not body.out[place] or _CREDITED.match(text)):
            for part in _PARTED.split(text):
                newsroom = place >= last - 2 and len(part) <= 60 and NEWSROOM.match(part)
                if (_SIGNED.match(part) or newsroom) and _is_name(part):
                    yield [part]
