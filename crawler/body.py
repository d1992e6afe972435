"""The article's own paragraphs: the tree pruned of what surrounds and interrupts them, then trafilatura, then line rules."""

import re
from copy import deepcopy

import trafilatura
from lxml import html

from core.text import clean, fold
from crawler.boilerplate import is_boilerplate, is_caption
from crawler.markup import lines
from crawler.metadata import select

_INTERRUPTS = re.compile(
    r"(?:^|[\s_-])(?:related|relacionad[oa]s?|relacionada|nota-relacionada|recomendad[oa]s?|recommend\w*|read-?more|leer-?mas|lee-?tambien|mira-?tambien|vea-?tambien|te-?puede|"
    r"newsletters?|suscri\w+|subscri\w+|paywall-?(?:banner|cta|message)|social|share|sharing|sharedaddy|compartir|redes|whatsapp|telegram|publicidad|advert\w*|banner|ads?|promo|"
    r"tags?|etiquetas|tag-?list|author-?(?:box|bio|card|info)|autor-?(?:box|bio)|comments?|comentarios|disqus|outbrain|taboola|mas-?leid[oa]s|most-?read|trending|breadcrumbs?|"
    r"caption|wp-caption-text|pie-?de-?foto|epigrafe-foto|photo-?credit|image-?credit|credits?|copyright|cookie\w*|audio-?player|player|rating|valora\w*|jp-relatedposts|widget)(?:$|[\s_-])",
    re.I,
)
_BLOCKS = [
    "aside",
    "nav",
    "footer",
    "form",
    "figure",
    "figcaption",
    "button",
    "select",
    "iframe",
    "noscript",
    "video",
    "audio",
]
_TEXTS = ("p", "h2", "h3", "h4", "li", "blockquote", "td", "div")


def text(root: html.HtmlElement, *, title: str, summary: str, selectors: dict[str, str]) -> list[str]:
    """The paragraphs of the article in order, subheads among them, the lead first where the page prints it."""
    work = deepcopy(root)
    _prune(work, selectors.get("remove"))
    chosen = [line for node in select(work, selectors["text"]) for line in lines(node)] if "text" in selectors else []
    found = _tidy(chosen, title)
    if sum(map(len, found)) < 200:
        found = max((found, _tidy(_main(work), title)), key=lambda one: sum(map(len, one)))
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
    """Whether a block with a suspicious name holds running text all the same (whole pages are wrapped in `share` or `promo`)."""
    return (
        sum(len(part) for one in node.iter("p") if (part := " ".join(one.itertext()).strip()) and len(part) > 80) > 600
    )


def _is_interruption(node: html.HtmlElement) -> bool:
    if node.tag == "div" and any(
        child.tag in ("p", "div", "article", "section", "h1", "h2", "table") for child in node
    ):
        return False
    line = " ".join(" ".join(node.itertext()).split())
    return 0 < len(line) <= 320 and (is_boilerplate(line) or _only_links(node, line))


def _only_links(node: html.HtmlElement, line: str) -> bool:
    """A paragraph or item whose whole text is one link to elsewhere: a cross-link without a label."""
    if node.tag in ("h2", "h3", "h4") or len(line) < 25:
        return False
    linked = sum(
        len(" ".join(" ".join(a.itertext()).split()))
        for a in node.iter("a")
        if a.get("href") and not a.get("href", "").startswith("#")
    )
    return linked >= 0.9 * len(line)


def _main(work: html.HtmlElement) -> list[str]:
    """Trafilatura's reading of the pruned tree; where it fails, the paragraphs of `<article>` or of the page."""
    found = trafilatura.bare_extraction(
        work, fast=True, include_comments=False, include_tables=True, as_dict=False, with_metadata=False
    )
    taken = (found.text or "").split("\n") if found is not None else []
    if sum(map(len, taken)) >= 200:
        return taken
    for scope in (*work.iter("article"), *work.iter("main"), work):
        rows = [" ".join(" ".join(node.itertext()).split()) for node in scope.iter("p", "h2", "h3", "blockquote")]
        if sum(len(row) for row in rows if len(row) > 60) > sum(map(len, taken)):
            return rows
    return taken


def _tidy(rows: list[str], title: str) -> list[str]:
    """Cleaned lines without boilerplate, captions, repetitions and the headline itself."""
    kept: list[str] = []
    seen: set[str] = set()
    for row in rows:
        line = re.sub(r"^[-*•]\s+", "", " ".join(clean(row).split()))
        key = fold(line)
        if not line or key in seen or key == fold(title) or is_boilerplate(line) or is_caption(line):
            continue
        if len(line) > 40:
            seen.add(key)
        kept.append(line)
    return kept


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
        key == _key(" ".join(lines(node)))
        for node in root.iter("h2", "h3", "h4", "p", "div", "span", "li", "section")
        if len(node) <= 6 and not _within_head(node)
    )
    return [summary, *found] if printed else found


def _key(line: str) -> str:
    return re.sub(r"\W+", " ", fold(line)).strip()


def _within_head(node: html.HtmlElement) -> bool:
    return any(step.tag in ("head", "nav", "footer", "aside") for step in node.iterancestors())
