"""The article's own lines, by the cheapest witness that can be trusted: the source's selectors, what the page's structure and its
structured data agree on, else trafilatura on the pruned tree.

The cheap road is taken only where one element plainly holds the article: most of the page's running text, or all that JSON-LD
says that the body is, and no second such element. Trafilatura reads the rest; it costs as much again as all else together.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from lxml import html

from crawler.boilerplate import is_boilerplate
from crawler.clutter import ENOUGH, TITLED, is_label, is_link, kept, linked_lists, mark
from crawler.container import lines_of_one
from crawler.markup import lines, to_text
from crawler.nodes import select
from crawler.outline import Outline, Span, key_of

MOST = 50_000
"""Lines of a page that trafilatura is given: it takes a minute and gigabytes for a million."""


@dataclass(slots=True, kw_only=True)
class Body:
    """The article's lines, where in the outline they stand, and who found them."""

    rows: list[str]
    span: Span
    """From the first line of the article's text to its last; what stands before is its head, what follows its foot."""
    headline: int
    out: bytearray
    """One for each line of the outline that is no part of an article."""
    road: str = "trafilatura"


def find(
    page: Outline, *, title: str, selectors: Mapping[str, str], data: Mapping[str, Any], paywalled: bool = False
) -> Body:
    """The article in a page. `data` is its JSON-LD object.

    What a page's JSON-LD has beyond what it prints is taken only where the page does not say that it is to be paid for.
    """
    headline = _headline(page, title)
    out = mark(page, headline)
    told = "" if paywalled else to_text(str(data.get("articleBody") or ""))
    road, chosen = "selectors", _selected(page, selectors, out)
    plain = lines_of_one(page, headline, out, told)
    if (size := _size(page, chosen)) < ENOUGH / 2 or 3 * size < _size(
        page, plain
    ):  # a selector that a new template left behind
        road, chosen = "structure", plain
    if not chosen:
        road, rows = "trafilatura", _read(page, out)
        span = _around(page, rows, headline)
        chosen = _filled(page, rows, span, out)
    if chosen:
        rows = [("- " if page.lines[place].node.tag == "li" else "") + page.lines[place].text for place in chosen]
        first = next((place for place in chosen if page.lines[place].running), chosen[0])
        span = Span(first, chosen[-1] + 1)
    if len(told) >= max(ENOUGH, 2 * sum(map(len, rows))) or (len(told) >= ENOUGH and len(rows) < 2):
        road, rows = "data", told.split("\n")
    return Body(rows=rows, span=span, headline=headline, out=out, road=road)


def _size(page: Outline, places: list[int]) -> int:
    return sum(len(page.lines[place].text) for place in places)


def _headline(page: Outline, title: str) -> int:
    """The line that is the headline: in an h1 if there is one, else the first that says the same; -1 where none does."""
    key = key_of(title)
    same = [
        place for place, line in enumerate(page.lines) if len(key) <= len(line.text) <= len(key) + 40 and line.key == key
    ] if key else []  # fmt: skip
    heads = [place for place in same if _tag(page, place) == "h1"]
    if heads or same:
        return (heads or same)[0]
    spans = [page.spans[node] for node in page.heads if node in page.spans]
    return next((span.first for span in spans if span.first < span.last), -1)


def _tag(page: Outline, place: int) -> str:
    """The tag of the heading or other block that a line stands in (headings wrap spans and links)."""
    node = page.lines[place].node
    for step in (node, *node.iterancestors()):
        if step.tag in TITLED:
            return str(step.tag)
        if step.tag not in ("span", "a", "div"):
            break
    return str(node.tag)


def _selected(page: Outline, selectors: Mapping[str, str], out: bytearray) -> list[int]:
    """The lines of what a source's selectors choose. What they remove is out for every reader."""
    for node in select(page.root, selectors["remove"]) if "remove" in selectors else []:
        for place in _places(page, node):
            out[place] = 1
    chosen = select(page.root, selectors["text"]) if "text" in selectors else []
    places = dict.fromkeys(sorted({place for node in chosen for place in _places(page, node)}))
    return kept(page, list(places), out)


def _places(page: Outline, node: html.HtmlElement) -> list[int]:
    """The lines of an element; of an inline one, those lines of the block around it that are its own."""
    if node in page.spans:
        return list(range(*page.spans[node]))
    around = next((page.spans[step] for step in node.iterancestors() if step in page.spans), Span(0, 0))
    own = {key_of(line) for line in lines(node)}
    return [place for place in range(*around) if page.lines[place].key in own]


def _read(page: Outline, out: bytearray) -> list[str]:
    """Trafilatura's reading of the pruned tree; where it found no paragraphs (it then gives all text as one line), our own."""
    own = [line.text for place, line in enumerate(page.lines) if not out[place] and not is_link(line)]
    if len(page.lines) > MOST:
        return own
    import trafilatura  # here: it takes a fifth of a second to come, which most crawls need not wait for

    tree = _pruned(page, out)
    found = trafilatura.bare_extraction(
        tree, fast=True, include_comments=False, include_tables=_are_tables(tree), with_metadata=False
    )
    taken = (getattr(found, "text", None) or "").split("\n")
    if len(taken) > 1 and sum(map(len, taken)) >= 200:
        return taken
    return own if sum(len(row) for row in own if len(row) > 60) > 200 else taken


def _filled(page: Outline, rows: list[str], span: Span, out: bytearray) -> list[int]:
    """The page's own lines from the first to the last that trafilatura found, subheads and lists that it left out among them;
    none where other running text stands between them."""
    places = kept(page, list(range(*span)), out)
    found, running = sum(map(len, rows)), _size(page, [place for place in places if page.lines[place].running])
    return places if _size(page, places) >= 0.9 * found and running <= 1.1 * found else []


def _are_tables(root: html.HtmlElement) -> bool:
    """Whether tables can be read as such: trafilatura's time grows with the square of a row's cells and with tables in tables."""
    if any(len(row) > 200 for row in root.iter("tr")):
        return False
    return all(sum(1 for _ in table.iterancestors("table")) <= 8 for table in root.iter("table"))


def _pruned(page: Outline, out: bytearray) -> html.HtmlElement:
    """A copy of the tree without what interrupts an article, each with its tail kept.

    Scripts go too: trafilatura reads JSON-LD by itself, and would read it behind a paywall.
    """
    lists = linked_lists(page)
    kept_before = [0, *accumulate(not (gone or place in lists) for place, gone in enumerate(out))]
    tree = deepcopy(page.root)
    for node, twin in list(zip(page.root.iter(), tree.iter(), strict=True)):
        if twin.getparent() is not None and (node.tag == "script" or _is_doomed(page, node, kept_before)):
            twin.drop_tree()
    return tree


def _is_doomed(page: Outline, node: html.HtmlElement, kept_before: list[int]) -> bool:
    """Whether an element holds lines, and none that could be the article's."""
    span = page.spans.get(node)
    if span is None or span.first == span.last or node.tag in ("html", "body", "head", "article", "main"):
        return False
    if kept_before[span.first] == kept_before[span.last]:
        return True
    line = page.lines[span.first]
    if span.last - span.first > 1 or line.node is not node:
        return False
    return is_link(line) or is_label(page, line) or (len(line.text) <= 320 and is_boilerplate(line.text))


def _around(page: Outline, rows: list[str], headline: int) -> Span:
    """Where the rows that trafilatura gave stand in the page, behind the headline."""
    keys = {key_of(row) for row in rows if len(row) > 40}
    after = range(headline + 1, len(page.lines))
    places = [place for place in after if len(page.lines[place].text) > 40 and page.lines[place].key in keys]
    return Span(places[0], places[-1] + 1) if places else Span(headline + 1, headline + 1)
