"""The query tree: frozen nodes that every backend, the alert matcher and the highlighter read. `str(node)` parses back.

Texts are kept as typed but for what no search can tell apart: a word is its letters and digits, a phrase its words
joined by one space, the value of a tag its words with white space collapsed. Analysis into terms comes later.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

TEXT_FIELDS = ("title", "text", "translation")
TAG_FIELDS = (
    "source", "kind", "language", "author", "section", "topic", "subtype", "sector", "place", "role", "department",
    "province", "district", "road", "person", "organisation", "norm", "strike", "status", "story", "id",
)  # fmt: skip
DAY_FIELDS = ("date", "seen")
EXACT = "exact"
FIELDS = TEXT_FIELDS + TAG_FIELDS + DAY_FIELDS
OPERATORS = ("AND", "OR", "NOT")
SPECIAL = re.compile(r'([\\\s"“”„«»()\[\]{}:^~*?+\-&|<>])')


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `field` is one of TEXT_FIELDS, or empty for any part of either side. `exact`: the form, not relatives."""

    field: str
    text: str
    exact: bool = False

    def __str__(self) -> str:
        return _prefix(self.field, self.exact) + _word(self.text)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row within one part; with `slop`, near one another as Lucene counts it."""

    field: str
    text: str
    slop: int = 0
    exact: bool = False

    def __str__(self) -> str:
        near = f"~{self.slop}" if self.slop else ""
        return f"{_prefix(self.field, self.exact)}{_quoted(self.text)}{near}"


@dataclass(frozen=True, slots=True)
class Prefix:
    """Word forms that begin with `text`. In a tag field, values that do."""

    field: str
    text: str

    def __str__(self) -> str:
        return f"{_prefix(self.field)}{_word(self.text)}*"


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Word forms (or values of a tag) of this shape: `*` any characters, `?` exactly one. `*` alone: any value."""

    field: str
    text: str

    def __str__(self) -> str:
        return _prefix(self.field) + re.sub(r"[^*?]+", lambda run: SPECIAL.sub(r"\\\1", run.group()), self.text)


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Word forms (or values of a tag) at most `distance` edits away; neighbours swapped are one edit."""

    field: str
    text: str
    distance: int

    def __str__(self) -> str:
        return f"{_prefix(self.field)}{_word(self.text)}~{self.distance}"


@dataclass(frozen=True, slots=True)
class Range:
    """Days in Lima, from `low` to `high` (YYYY, YYYY-MM or YYYY-MM-DD; None is open); undated documents are in none."""

    field: str
    low: str | None
    high: str | None
    include_low: bool = True
    include_high: bool = True

    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day, both inclusive; None where open."""
        first = span(self.low) if self.low else None
        last = span(self.high) if self.high else None
        low = first and (first[0] if self.include_low else first[1] + timedelta(days=1))
        high = last and (last[1] if self.include_high else last[0] - timedelta(days=1))
        return low, high

    def __str__(self) -> str:
        opening, closing = "[" if self.include_low else "{", "]" if self.include_high else "}"
        return f"{self.field}:{opening}{self.low or '*'} TO {self.high or '*'}{closing}"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, a name or another fact of the document. Case and accents do not matter in `value`."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}:{_quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " AND ".join(_grouped(node) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(_grouped(node) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Not:
    """Documents without it."""

    node: "Node"

    def __str__(self) -> str:
        return f"NOT {_grouped(self.node)}"


@dataclass(frozen=True, slots=True)
class All:
    """Every document."""

    def __str__(self) -> str:
        return "*"


Leaf = Word | Phrase | Prefix | Wildcard | Fuzzy | Range | Tag | All
Node = Leaf | And | Or | Not


def both(*nodes: Node) -> Node:
    """All of the nodes, flat: `And`s inside are opened, `All` stays only beside mere exclusions."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, And) else (node,))
    rest: list[Node] = [node for node in flat if not isinstance(node, All)]
    if len(rest) < len(flat) and all(map(is_negative, rest)):
        rest.insert(0, All())
    return And(tuple(rest)) if len(rest) > 1 else rest[0] if rest else All()


def either(*nodes: Node) -> Node:
    """One of the nodes at least, flat. Raises ValueError without any."""
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, Or) else (node,))
    if not flat:
        raise ValueError("one of nothing")
    return Or(tuple(flat)) if len(flat) > 1 else flat[0]


def leaves(node: Node, *, positive: bool = True) -> Iterator[Leaf]:
    """The leaves a document can be found by (`positive`), or those that exclude it."""
    if isinstance(node, And | Or):
        for child in node.nodes:
            yield from leaves(child, positive=positive)
    elif isinstance(node, Not):
        yield from leaves(node.node, positive=not positive)
    elif positive:
        yield node


def depth(node: Node) -> int:
    """How deep operators are nested; a leaf has none."""
    if isinstance(node, And | Or):
        return 1 + max(map(depth, node.nodes))
    return 1 + depth(node.node) if isinstance(node, Not) else 0


def is_negative(node: Node) -> bool:
    """Whether the node only excludes."""
    if isinstance(node, And | Or):
        return all(map(is_negative, node.nodes))
    return isinstance(node, Not)


def span(text: str) -> tuple[date, date]:
    """First and last day of YYYY, YYYY-MM or YYYY-MM-DD. Raises ValueError for anything else."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{1,2}(-[0-9]{1,2})?)?", text):
        raise ValueError(text)
    numbers = [int(part) for part in text.split("-")]
    if len(numbers) == 3:
        return (day := date(*numbers)), day
    year, first, last = numbers[0], numbers[-1] if len(numbers) == 2 else 1, numbers[-1] if len(numbers) == 2 else 12
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _prefix(field: str, exact: bool = False) -> str:
    return (f"{field}:" if field else "") + ("exact:" if exact else "")


def _word(text: str) -> str:
    return f"\\{text}" if text in OPERATORS else SPECIAL.sub(r"\\\1", text)


def _quoted(text: str) -> str:
    return '"' + re.sub(r'([\\"])', r"\\\1", text) + '"'


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)
