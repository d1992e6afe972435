"""A page as its reader meets it: its lines of text in order, each with where it stands, found in one walk over the tree.

Everything that is asked of a page afterwards (where the headline is, what stands beside it, which lines are the article)
is a question about these lines, so no element's text is ever joined twice and deep nesting costs no more than flat.
"""

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from lxml import etree, html

from core.text import clean, fold
from crawler.labels import Part, part_of
from crawler.markup import BLOCKS as _BLOCKS
from crawler.markup import HIDDEN

RUNNING = 80
"""Characters from which a line that is not mostly links counts as running text."""
BLOCKS = _BLOCKS | {"body"}
_NO_PART = frozenset(("html", "body", "br", "hr"))
OUT = frozenset(("aside", "nav", "footer", "form", "figure", "figcaption", "amp-sidebar", "amp-list", "menu", "dialog"))
"""Elements that mostly hold what is no part of an article."""
_BOLD = frozenset(("b", "strong", "em", "i"))
_IMAGES = frozenset(("img", "picture", "amp-img"))
_NEVER_SHOWN = HIDDEN | {"textarea", "button", "select", "input", "datalist", "map", "canvas", "video", "audio"}
_GONE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


class Span(NamedTuple):
    """The lines that an element holds: from the first up to, not including, the last."""

    first: int
    last: int


@dataclass(slots=True)
class Line:
    """A line as a browser shows it: its text, the block element it stands in, how much of it is links and how much bold."""

    text: str
    node: html.HtmlElement
    linked: int = 0
    bold: int = 0
    part: int = Part.NONE
    """What an inline element that holds the whole line says that it is (`<span class="fecha">`)."""
    running: bool = field(init=False)
    """Whether it reads as a sentence of an article, not as a link, a label or a menu."""
    _key: str | None = None

    def __post_init__(self) -> None:
        self.running = len(self.text) >= RUNNING and self.linked < 0.5 * len(self.text)

    @property
    def key(self) -> str:
        """The text without case, accents and punctuation, to compare lines by."""
        if self._key is None:
            self._key = key_of(self.text)
        return self._key


def key_of(text: str) -> str:
    """A line without case, accents and punctuation."""
    folded = fold(text)
    for char in set(folded):  # few distinct ones: much faster than a regular expression over a paragraph
        if not (char.isalnum() or char == "_"):
            folded = folded.replace(char, " ")
    return " ".join(folded.split())


@dataclass(slots=True, kw_only=True)
class Outline:
    """The lines of a page, and which of them each block element holds."""

    root: html.HtmlElement
    lines: list[Line]
    spans: dict[html.HtmlElement, Span]
    parts: dict[html.HtmlElement, int]
    """What the elements that have a telling name hold."""
    suspects: list[html.HtmlElement]
    """Elements whose tag, name or style says that they are no part of an article."""
    pictured: list[html.HtmlElement]
    """Elements with an image right in them or one level down."""
    places: dict[html.HtmlElement, int]
    """The line at which an element with a telling name begins (a link to an author's page is one)."""
    heads: list[html.HtmlElement]
    """The h1 elements."""
    stamps: list[html.HtmlElement]
    """Elements that microdata calls the date of publication."""
    lengths: list[int] = field(default_factory=list)
    running: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lengths = [0, *accumulate(len(line.text) for line in self.lines)]
        self.running = [0, *accumulate(len(line.text) if line.running else 0 for line in self.lines)]
        self.linked = [0, *accumulate(line.linked for line in self.lines)]

    def length_of(self, span: Span) -> int:
        """Characters."""
        return self.lengths[span.last] - self.lengths[span.first]

    def running_of(self, span: Span) -> int:
        """Characters of running text."""
        return self.running[span.last] - self.running[span.first]

    def linked_of(self, span: Span) -> int:
        """Characters of links."""
        return self.linked[span.last] - self.linked[span.first]

    def texts_of(self, node: html.HtmlElement, most: int = 500) -> list[str]:
        """The lines of a block element; of an inline one, its text as one line. None where they are longer than `most` characters."""
        span = self.spans.get(node)
        if span is not None:
            return [line.text for line in self.lines[span.first : span.last]] if self.length_of(span) <= most else []
        pieces, size = [], 0
        for piece in node.itertext():
            pieces.append(piece)
            size += len(piece.strip())
            if size > most:
                return []
        text = clean(" ".join("".join(pieces).split()))
        return [text] if text else []


def outline(root: html.HtmlElement) -> Outline:
    """The lines of a page and where they stand, in one walk (time grows with the page, not with its depth)."""
    walk = _Walk()
    for_skip = etree.iterwalk(root, events=("start", "end"))
    for event, node in for_skip:
        if event == "end":
            walk.end(node)
        elif walk.start(node):
            for_skip.skip_subtree()
    return walk.outline(root)


class _Walk:
    """The state of the walk: the line being written, the blocks it stands in, the links and bold type around it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.spans: dict[html.HtmlElement, Span] = {}
        self.parts: dict[html.HtmlElement, int] = {}
        self.suspects: list[html.HtmlElement] = []
        self.pictured: dict[html.HtmlElement, None] = {}
        self.places: dict[html.HtmlElement, int] = {}
        self.heads: list[html.HtmlElement] = []
        self.stamps: list[html.HtmlElement] = []
        self._written: list[str] = []
        self._linked = self._bold = self._size = 0
        self._inline: list[tuple[html.HtmlElement, int, int]] = []
        self._whole: list[tuple[int, int]] = []
        self._links = self._bolds = 0
        self._blocks: list[tuple[html.HtmlElement, int]] = []
        self._apart: set[html.HtmlElement] = set()
        self._cells: set[html.HtmlElement] = set()
        self._row: tuple[html.HtmlElement | None, bool] = (None, False)
        self._skipped: html.HtmlElement | None = None

    def start(self, node: html.HtmlElement) -> bool:
        """Enter an element. Whether it is to be passed over."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _NEVER_SHOWN:
            self._skipped = node
            return True
        if tag in _IMAGES:
            self.pictured.update((block, None) for block, _ in self._blocks[-2:])
        prop = node.get("itemprop")
        part = part_of(node) if prop or node.get("class") or node.get("id") else Part.NONE
        if (prop and "datePublished" in prop) or node.get("pubdate") is not None:
            self.stamps.append(node)
        if tag == "a" and _names_author(node):
            part |= Part.BYLINE
        if part:
            self.parts[node] = part
        apart = part & Part.APART
        if apart == Part.LOOSE and part & (Part.LEAD | Part.BODY | Part.HEADLINE):
            apart = Part.NONE
        suspect = bool(apart) or tag in OUT or _hidden(node)
        if suspect and tag not in _NO_PART and (tag in BLOCKS or tag in OUT or self._stands_apart(part, tag)):
            self.suspects.append(node)
            self._apart.add(node)
        if tag == "br" or tag == "hr":
            self._flush()
        elif tag in ("td", "th") and node not in self._apart and self._is_cell(node):
            self._cells.add(node)
            self._write(" | " if self._size else "")
        elif tag in BLOCKS or node in self._apart:
            self._flush()
            self._blocks.append((node, len(self.lines)))
        elif tag == "a" and node.get("href"):
            self._links += 1
        if tag in _BOLD:
            self._bolds += 1
        elif tag == "h1":
            self.heads.append(node)
        if part or tag in ("time", "abbr"):
            self.places[node] = len(self.lines)
            if part & Part.LABEL and tag not in BLOCKS:
                self._inline.append((node, part, self._size))
        self._write(node.text)
        return False

    def end(self, node: html.HtmlElement) -> None:
        """Leave an element; what follows it belongs to the one around it."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if node is self._skipped:
            self._skipped = None
        elif node in self._cells:
            pass
        elif tag not in ("br", "hr"):
            if tag in BLOCKS or node in self._apart:
                self._flush()
                self.spans[node] = Span(self._blocks.pop()[1], len(self.lines))
            elif tag == "a" and node.get("href"):
                self._links -= 1
            if tag in _BOLD:
                self._bolds -= 1
            if self._inline and self._inline[-1][0] is node:
                _, part, before = self._inline.pop()
                if before == 0:
                    self._whole.append((part, self._size))
        self._write(node.tail)

    def _is_cell(self, node: html.HtmlElement) -> bool:
        """Whether a table's cell is one of a row of facts, which make one line; not a column of a page that is laid out by a table."""
        row = node.getparent()
        if row is not self._row[0]:
            self._row = row, row is not None and 2 <= len(row) <= 12
        return self._row[1] and not any(
            child.tag in BLOCKS or any(inner.tag in BLOCKS for inner in child) for child in node
        )

    def _stands_apart(self, part: int, tag: str) -> bool:
        """Whether an inline element is no part of the sentence around it (a caption, a call; not a word that is highlighted)."""
        block = self._blocks[-1][0].tag if self._blocks else ""
        sentence = block in ("p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "dd")
        return tag != "a" and (bool(part & (Part.BESIDE | Part.CAPTION)) or not sentence)

    def _write(self, text: str | None) -> None:
        size = len(text.strip()) if text else 0
        if text and (size or self._size):
            self._written.append(text)
            self._size += size
            if self._links or self._bolds:
                self._linked += size if self._links else 0
                self._bold += size if self._bolds else 0

    def _flush(self) -> None:
        if not self._size:
            return
        if self._blocks:
            text = " ".join("".join(self._written).split())
            if text and not (text.isascii() and text.isprintable()):
                text = clean(text)
            if text:
                part = Part.NONE
                for named, size in self._whole:
                    part |= named if size == self._size else 0
                self.lines.append(
                    Line(text, self._blocks[-1][0], min(self._linked, len(text)), min(self._bold, len(text)), part)
                )
        self._written.clear()
        self._whole.clear()
        self._linked = self._bold = self._size = 0

    def outline(self, root: html.HtmlElement) -> Outline:
        return Outline(
            root=root, lines=self.lines, spans=self.spans, parts=self.parts, suspects=self.suspects,
            pictured=list(self.pictured), places=self.places, heads=self.heads, stamps=self.stamps,
        )  # fmt: skip


_AUTHOR = re.compile(
    r"/(?:autor|autora|autores|author|authors|firma|firmas|periodista|periodistas|columnistas?|perfil)(?:es)?/", re.I
)


def _names_author(node: html.HtmlElement) -> bool:
    return "author" in (node.get("rel") or "") or bool(_AUTHOR.search((node.get("href") or "")[:300]))


def _hidden(node: html.HtmlElement) -> bool:
    style = node.get("style")
    return bool(style and _GONE.search(style)) or node.get("hidden") is not None
