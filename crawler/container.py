"""The one element that plainly holds an article, found by its running text and by what the page's JSON-LD says that the body is."""

from collections.abc import Iterable

from lxml import html

from crawler.clutter import ENOUGH, kept
from crawler.labels import Part
from crawler.outline import Line, Outline, Span, key_of

SHORT = 150
"""Characters of running text that suffice where the element is called the body of an article."""
_SENTENCES = frozenset(("p", "li", "ul", "ol", "blockquote", "pre", "dd", "dt", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "q", "center", "address"))  # fmt: skip


def lines_of_one(page: Outline, headline: int, out: bytearray, told: str) -> list[int]:
    """The lines of the one element that plainly holds the article; none where there is doubt."""
    running = [place for place, line in enumerate(page.lines) if place > headline and not out[place] and line.running]
    held = _held(page, running)
    if not held:
        return []
    best = max(held, key=lambda node: held[node][0])
    rivals = _rivals(page, best, running, held[best][0])
    if rivals:
        wider = _around_all(page, [best, *rivals])
        if not _rivals(page, wider, running, held[best][0]) and _share(page, wider, running) >= 0.9:
            best, rivals = wider, []
    best = _grown(page, best, running, headline)
    span, own = page.spans[best], _inside(page, best, running)
    agreed = _agrees(page, span, out, told)
    called = any(page.parts.get(node, 0) & Part.BODY for node in (best, *best.iterchildren(), best.getparent()))
    if own < (SHORT if called else ENOUGH) or (rivals and not agreed):
        return []
    lines = sum(1 for place in running if span.first <= place < span.last)
    share = _share(page, best, running)
    if not (agreed or share >= 0.9 or (share >= 0.5 and (called or lines >= 3))):
        return []
    before = [place for place in running if place < span.first and _is_prose(page, place)]
    return kept(page, [*before, *range(max(span.first, headline + 1), span.last)], out)


def _held(page: Outline, running: Iterable[int]) -> dict[html.HtmlElement, tuple[int, int]]:
    """Characters and lines of running text by the element that holds them as its paragraphs."""
    held: dict[html.HtmlElement, tuple[int, int]] = {}
    for place in running:
        line = page.lines[place]
        for node in _holders(page, line):
            size, count = held.get(node, (0, 0))
            held[node] = size + len(line.text), count + 1
    return held


def _rivals(page: Outline, best: html.HtmlElement, running: list[int], size: int) -> list[html.HtmlElement]:
    """Other elements that hold paragraphs enough to be the article, or part of it."""
    span = page.spans[best]
    others = _held(page, (place for place in running if not span.first <= place < span.last))
    return [node for node, (held, count) in others.items() if count >= 2 and held >= 0.2 * size]


def _inside(page: Outline, node: html.HtmlElement, running: list[int]) -> int:
    span = page.spans[node]
    return sum(len(page.lines[place].text) for place in running if span.first <= place < span.last)


def _share(page: Outline, node: html.HtmlElement, running: list[int]) -> float:
    """What part of the running text it holds, from its beginning to the end of the page (what stands before is the lead)."""
    own, first = _inside(page, node, running), page.spans[node].first
    return own / max(1, sum(len(page.lines[place].text) for place in running if place >= first))


def _around_all(page: Outline, nodes: list[html.HtmlElement]) -> html.HtmlElement:
    """The innermost element that holds them all."""
    first, last = min(page.spans[node].first for node in nodes), max(page.spans[node].last for node in nodes)
    for step in nodes[0].iterancestors():
        if step in page.spans and page.spans[step].first <= first and last <= page.spans[step].last:
            return step
    return nodes[0]


def _holders(page: Outline, line: Line) -> list[html.HtmlElement]:
    """The elements that may hold the article of which a line is a paragraph: the innermost that holds more than it, and the line's own."""
    node = line.node
    own = [node] if node.tag not in _SENTENCES else []
    while (parent := node.getparent()) is not None:
        node = parent
        span = page.spans.get(node)
        if span is not None and node.tag not in _SENTENCES and span.last - span.first > 1:
            return [*own, node]
    return own


def _grown(page: Outline, best: html.HtmlElement, running: list[int], headline: int) -> html.HtmlElement:
    """The element around it that is called the body of an article, where it holds hardly more text; else itself."""
    found = best
    for step in best.iterancestors():
        if step.tag in ("html", "body") or step not in page.spans or page.spans[step].first <= headline:
            break
        if page.parts.get(step, 0) & Part.BODY and _inside(page, step, running) <= 1.5 * _inside(page, best, running):
            found = step
    return found


def _agrees(page: Outline, span: Span, out: bytearray, told: str) -> bool:
    """Whether JSON-LD's `articleBody` is what an element holds: nearly all of it stands there, and nearly nothing else does."""
    if len(told) < ENOUGH:
        return False
    whole, found, running = key_of(told), 0, 0
    for place in range(*span):
        line = page.lines[place]
        if not out[place]:
            same = line.key[:80] in whole
            found += len(line.key) if same else 0
            running += len(line.key) if line.running and not same else 0
    return found >= 0.85 * len(whole) and running <= 0.2 * found


def _is_prose(page: Outline, place: int) -> bool:
    """Whether a line between the headline and the element that holds the rest can be the article's first paragraph."""
    return page.lines[place].node.tag in ("p", "div", "h2", "h3", "h4", "section")
