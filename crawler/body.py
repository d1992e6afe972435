"""The article's own paragraphs: the tree pruned of what surrounds and interrupts them, then trafilatura, then line rules."""

import re
from copy import deepcopy

import trafilatura
from lxml import html

from core.text import clean, fold
from crawler.boilerplate import is_boilerplate, is_caption
from crawler.markup import lines
from crawler.nodes import select

_INTERRUPTS = re.compile(
    r"(?:^|[\s_-])(?:related|relacionad[oa]s?|relacionada|nota-relacionada|recomendad[oa]s?|recommend\w*|read-?more|leer-?mas|lee-?tambien|mira-?tambien|vea-?tambien|te-?puede|"
    r"newsletters?|suscri\w+|subscri\w+|paywall-?(?:banner|cta|message)|social|share|sharing|sharedaddy|compartir|redes|whatsapp|telegram|publicidad|advert\w*|banner|ads?|promo|"
    r"tags?|etiquetas|tag-?list|author-?(?:box|bio|card|info)|autor-?(?:box|bio)|comments?|comentarios|disqus|outbrain|taboola|mas-?leid[oa]s|most-?read|trending|breadcrumbs?|"
    r"caption|wp-caption-text|pie-?de-?foto|epigrafe-foto|photo-?credit|image-?credit|credits?|copyright|cookie\w*|audio-?player|player|rating|valora\w*|jp-relatedposts|widget)(?:$|[\s_-])",
    re.I,
)
_BLOCKS = frozenset(("aside", "nav", "footer", "form", "figure", "figcaption", "button", "select", "iframe", "noscript", "video", "audio", "script", "style"))  # fmt: skip
_TEXTS = ("p", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "blockquote", "div", "span", "strong")


def text(
    root: html.HtmlElement, *, title: str, summary: str, selectors: dict[str, str], marks: tuple[str, ...] = ()
) -> list[str]:
    """The paragraphs of the article in order, subheads among them, the lead first where the page prints it.

    `marks` are what stands beside a headline (signatures, section, outlet): a line that is nothing else is no paragraph.
    """
    work = deepcopy(root)
    _prune(work, selectors.get("remove"))
    chosen = [line for node in select(work, selectors["text"]) for line in lines(node)] if "text" in selectors else []
    found = tidy(chosen, title)
    if sum(map(len, found)) < 200:
        found = max((found, tidy(_main(work), title, marks=marks)), key=lambda one: sum(map(len, one)))
    return _with_lead(root, found, summary)


def _prune(work: html.HtmlElement, remove: str | None) -> None:
    """Take out what interrupts an article, each with its tail kept: captions, players, boxes, link lists, cross-link paragraphs."""
    doomed = list(select(work, remove)) if remove else []
    for node in work.iter():
        if not isinstance(node.tag, str) or node.tag in ("html", "body", "head", "article", "main"):
            continue
        if (
            node.tag in _BLOCKS
            or (_INTERRUPTS.search(f"{node.get('class') or ''} {node.get('id') or ''}") and not _holds_article(node))
            or (node.tag in _TEXTS and _is_interruption(node))
        ):
            doomed.append(node)
    for node in doomed:
        if node.getparent() is not None and not (node.tag in ("figure", "form") and _holds_article(node)):
            node.drop_tree()


def _holds_article(node: html.HtmlElement) -> bool:
    """Whether a block with a suspicious name holds running text all the same (whole pages are wrapped in `share` or `widget`)."""
    running = [len(line) for one in node.iter("p") if len(line := _line(one)) > 80 and _linked(one) < 0.5 * len(line)]
    if len(running) >= 2 and sum(running) > 300:
        return True
    if re.search(r"comment|comentario|disqus|related|relacionad|newsletter", node.get("class") or "", re.I):
        return False
    whole = len(_line(node))
    return whole > 1000 and _linked(node) < 0.3 * whole


def _is_interruption(node: html.HtmlElement) -> bool:
    """A cross-link, call or credit as a paragraph, a paragraph that is one link, or a list of links."""
    if node.tag in ("ul", "ol"):
        line = _line(node)
        return len(node) >= 2 and 0 < len(line) <= 3000 and _linked(node) >= 0.8 * len(line)
    if node.tag == "div" and any(
        child.tag in ("p", "div", "article", "section", "h1", "h2", "table", "ul") for child in node
    ):
        return False
    line = _line(node)
    if not 0 < len(line) <= 320:
        return False
    return is_boilerplate(line) or (
        node.tag in ("p", "div", "li") and len(line) >= 25 and _linked(node) >= 0.9 * len(line)
    )


def _line(node: html.HtmlElement) -> str:
    return " ".join(" ".join(node.itertext()).split())


def _linked(node: html.HtmlElement) -> int:
    """Characters of a node's text that are links."""
    return sum(len(_line(link)) for link in node.iter("a") if link.get("href"))


def _main(work: html.HtmlElement) -> list[str]:
    """Trafilatura's reading of the pruned tree; where it found no paragraphs (it then gives all text as one line), our own."""
    found = trafilatura.bare_extraction(
        work, fast=True, include_comments=False, include_tables=True, with_metadata=False
    )
    taken = (getattr(found, "text", None) or "").split("\n")
    if len(taken) > 1 and sum(map(len, taken)) >= 200:
        return taken
    for scope in (*work.iter("article"), *work.iter("main"), work):
        rows = [_line(node) for node in scope.iter("p", "h2", "h3", "blockquote", "li")]
        if sum(len(row) for row in rows if len(row) > 60) > 200:
            return rows
    return taken


def tidy(rows: list[str], title: str, *, marks: tuple[str, ...] = ()) -> list[str]:
    """Cleaned lines without boilerplate, captions, repetitions, the headline itself, and what hangs on at either end."""
    kept: list[str] = []
    seen: set[str] = set()
    beside = {_key(mark) for mark in marks}
    for row in _without_ends([_SPACED.sub("", " ".join(clean(row).split())) for row in rows]):
        line = re.sub(r"^[-*•]\s+", "", row)
        key = _key(line)
        if (
            not key
            or key in seen
            or key == _key(title)
            or _ONLY_DATE.match(key)
            or is_boilerplate(line)
            or is_caption(line)
        ):
            continue
        if len(line) <= 90 and (
            _unsigned(key) in beside
            or (any(mark and _unsigned(key).startswith(mark) for mark in beside) and _DATED.search(key))
        ):
            continue
        if len(line) > 40:
            seen.add(key)
        kept.append(line)
    return kept


_ONLY_DATE = re.compile(
    r"^(?:(?:publicado|actualizado|fecha)\W*(?:el\W*)?)?(?:(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)\W*)?\d{1,2}(?: de | )(?:[a-z]{3,10}|\d{1,2})(?: de | del | )(?:19|20)\d\d"
    r"(?:\W*(?:a las )?\d{1,2}\W\d{2}(?:\W\d{2})?\W*(?:[ap]\W?m|h(?:rs?|oras)?)?)?$"
)
_SPACED = re.compile(r"(?<=\w) (?=[.,;:)](?:\s|$))|(?<=[¿¡(“«]) ")
_DATED = re.compile(r"\b\d{1,2} (?:de )?\w+ (?:de )?(?:19|20)\d\d\b|\b\d{1,2} \d{1,2} (?:19|20)\d\d\b")


def _unsigned(key: str) -> str:
    return re.sub(r"^(?:por|de|by|texto|redaccion) ", "", key)


def _without_ends(rows: list[str]) -> list[str]:
    """Without the few words that stand alone before the first and after the last sentence: section, place, `Compartir`."""
    first = next((place for place, row in enumerate(rows) if _sentence(row, 5)), 0)
    last = next((place for place in range(len(rows) - 1, -1, -1) if _sentence(rows[place], 7)), len(rows) - 1)
    return rows[first : last + 1]


def _sentence(row: str, words: int) -> bool:
    """A line of so many words, an item of a list, or one that ends as sentences end."""
    return len(row.split()) >= words or row.startswith(("- ", "* ", "• ")) or bool(re.search(r"[.!?…:»”\")]$", row))


def _with_lead(root: html.HtmlElement, found: list[str], summary: str) -> list[str]:
    """The lead before the body, where the page prints it and the body does not begin with it already."""
    if len(summary) < 40 or not found:
        return found
    key = _key(summary)
    if any(key[:120] in _key(line) or _key(line) in key for line in found[:3] if len(line) > 30):
        return found
    for line in found[3:]:
        if _key(line) == key:
            found = [other for other in found if other is not line]
    printed = any(
        _prints(node, summary, key) for node in root.iter("h2", "h3", "h4", "p", "div", "span", "li", "section")
    )
    return [summary, *found] if printed else found


def _prints(node: html.HtmlElement, summary: str, key: str) -> bool:
    """Whether an element is the printed lead."""
    if len(node) > 6 or not 0.8 * len(summary) <= len(_line(node)) <= 1.3 * len(summary):
        return False
    return _key(" ".join(lines(node))) == key and not _within_head(node)


def _key(line: str) -> str:
    return re.sub(r"\W+", " ", fold(line)).strip()


def _within_head(node: html.HtmlElement) -> bool:
    return any(step.tag in ("head", "nav", "footer", "aside") for step in node.iterancestors())
