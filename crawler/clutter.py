"""What stands around and in an article without being it: menus, other articles, captions, calls, signatures, lists of links.

An element with a suspicious tag or name is out unless it holds the article: whole pages are wrapped in `share` or `sidebar`.
"""

from collections.abc import Iterable
from html import unescape

from lxml import html

from crawler.boilerplate import begins_as_cross_link
from crawler.labels import Part
from crawler.markup import is_markup, to_text, tree
from crawler.outline import Line, Outline, Span, outline
from crawler.paragraphs import is_dateline

ENOUGH = 400
"""Characters of running text that make an article by themselves."""
TITLED = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_NEVER = frozenset(("nav", "footer", "aside", "amp-sidebar", "amp-list", "menu", "dialog"))
"""Elements that hold no article unless the headline is in them."""


def mark(page: Outline, headline: int) -> bytearray:
    """Mark the lines of what surrounds and interrupts an article; an element with a suspicious name that holds the article is none."""
    out = bytearray(len(page.lines))
    beside = [
        node for node in page.suspects
        if node.tag in _NEVER or page.parts.get(node, 0) & (Part.BESIDE | Part.BODY) == Part.BESIDE
    ]  # fmt: skip
    for node in beside:
        span = page.spans[node]
        if not span.first <= headline < span.last:
            _mark(out, span)
    if _left(page, out) < 0.2 * page.running[-1]:
        out = bytearray(len(page.lines))  # the names mislead: nearly all of the page's text is called so
        beside = []
    total = max(1, _left(page, out))
    kept = _sums(page, out)
    prose = {line.node.get("class") for line, gone in zip(page.lines, out, strict=True) if line.running and not gone}
    for node in page.suspects:
        span = page.spans[node]
        held = kept[span.last] - kept[span.first]
        if held < 0.5 * total and not span.first <= headline < span.last and not _is_paragraph(page, node, prose):
            _mark(out, span)
    for span in (*_pictures(page, headline, total), *_others(page, headline)):
        _mark(out, span)
    return out


def _is_paragraph(page: Outline, node: html.HtmlElement, prose: set[str | None]) -> bool:
    """A paragraph whose name only may mean something else, as running text has the same (`<p class="card-text">`)."""
    sentence = node.tag in ("p", "h2", "h3", "h4", "li", "blockquote")
    return sentence and page.parts.get(node, 0) & Part.APART == Part.LOOSE and node.get("class") in prose


def _others(page: Outline, headline: int) -> Iterable[Span]:
    """Whole articles that follow the page's own (endless scrolling): each from the element around a later h1, if text stands before it."""
    if headline < 0:
        return
    for node in page.heads:
        span = page.spans.get(node)
        if span is None or span.first <= headline or span.first == span.last:
            continue
        around = span
        for step in node.iterancestors():
            wider = page.spans.get(step)
            if wider is None or wider.first <= headline < wider.last:
                break
            around = wider
        if page.running_of(around) and page.running_of(Span(headline + 1, around.first)) >= ENOUGH:
            yield around


def _mark(out: bytearray, span: Span) -> None:
    out[span.first : span.last] = b"\x01" * (span.last - span.first)


def _left(page: Outline, out: bytearray) -> int:
    return sum(len(line.text) for line, gone in zip(page.lines, out, strict=True) if not gone and line.running)


def _sums(page: Outline, out: bytearray) -> list[int]:
    sums = [0]
    for line, gone in zip(page.lines, out, strict=True):
        sums.append(sums[-1] + (0 if gone or not line.running else len(line.text)))
    return sums


def _pictures(page: Outline, headline: int, total: int) -> Iterable[Span]:
    """Small elements around a picture, whose few words are its caption; not those that hold a paragraph, unless their name says picture."""
    for node in page.pictured:
        span, named = page.spans.get(node), page.parts.get(node, 0)
        if (
            span is None
            or span.first == span.last
            or span.last - span.first > 3
            or node.tag in ("article", "main", "body", "p", "li")
        ):
            continue
        if (
            page.length_of(span) > 320
            or span.first <= headline < span.last
            or named & (Part.LEAD | Part.BYLINE | Part.BODY | Part.HEADLINE)
        ):
            continue
        if page.running_of(span) < 0.5 * total and (
            named & Part.PICTURE or all(page.lines[place].node.tag != "p" for place in range(*span))
        ):
            yield span


def kept(page: Outline, places: list[int], out: bytearray) -> list[int]:
    """Without what is out, lines that are one link, lists of links, and the signatures and dates that templates mark."""
    gone = linked_lists(page)
    return [
        place for place in places
        if not out[place] and place not in gone and not is_link(page.lines[place]) and not is_label(page, page.lines[place])
    ]  # fmt: skip


def is_link(line: Line) -> bool:
    """A line that is one link, or a link behind `Lee también`."""
    size = len(line.text)
    return size >= 25 and (
        line.linked >= 0.9 * size or (size <= 320 and line.linked >= 0.5 * size and begins_as_cross_link(line.text))
    )


def linked_lists(page: Outline) -> set[int]:
    """The lines of lists that are links."""
    found: set[int] = set()
    for node, span in page.spans.items():
        if (
            node.tag in ("ul", "ol")
            and span.last - span.first >= 2
            and page.linked_of(span) >= 0.8 * page.length_of(span)
        ):
            found.update(range(*span))
    return found


def is_label(page: Outline, line: Line) -> bool:
    """A signature, a date or a section that its template marks as such."""
    if len(line.text) > 100 or line.node.tag in TITLED:
        return False
    part = line.part | page.parts.get(line.node, 0)
    parent = line.node.getparent()
    if parent is not None and (span := page.spans.get(parent)) and span.last - span.first <= 3:
        part |= page.parts.get(parent, 0)
    if part & Part.BYLINE or (part & Part.DATE and is_dateline(line.text)):
        return True
    return part & (Part.SECTION | Part.LEAD | Part.BODY) == Part.SECTION and not line.text.endswith(
        (".", "!", "?", "”", '"')
    )


def fragment(markup: str) -> str:
    """An article printed whole in a feed or in JSON, as text: without captions, boxes and paragraphs that are one link."""
    plain = markup if "<" in markup else unescape(markup)
    root = tree(f"<html><body><div>{plain}</div></body></html>") if is_markup(plain) else None
    if root is None:
        return to_text(markup)
    page = outline(root)
    rows = [page.lines[place].text for place in kept(page, list(range(len(page.lines))), mark(page, -1))]
    return "\n".join(rows) or to_text(markup)
