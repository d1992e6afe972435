"""The query language (FACES, section 3): Lucene's syntax into our tree. luqum's grammar, our own tokens before it.

Our tokens, because in luqum's `/.../` is a regular expression, `-` binds looser than it should after `OR`, and a
bracket or a colon out of place has no mend to offer. The grammar then gives NOT and -, AND, OR, words side by side.
"""

import difflib
import re
from dataclasses import dataclass
from threading import Lock
from typing import Any

from luqum import tree
from luqum.exceptions import ParseError
from luqum.parser import parser as grammar

from core.errors import QueryError
from core.terms import analyse, fold_word
from core.text import clean, fold
from search import near
from search.analysed import key
from search.lexing import tokens
from search.nodes import (
    DAY_FIELDS,
    EXACT,
    FIELDS,
    TAG_FIELDS,
    TEXT_FIELDS,
    All,
    And,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Tag,
    Wildcard,
    Word,
    both,
    depth,
    either,
    is_negative,
    leaves,
    span,
)

__all__ = [
    "All", "And", "Fuzzy", "Node", "Not", "Or", "Phrase", "Prefix", "Range", "Tag", "Wildcard", "Word",
    "both", "either", "everything", "leaves", "parse",
]  # fmt: skip

LENGTH = 10_000
LEAVES = 500
DEEPEST = 20  # Elasticsearch takes 30, and adds some of its own
LETTER = re.compile(r"[^\W_ºª]")
PATTERN = re.compile(r"(?:[^\W_ºª]|[*?])+")
SPANISH = {
    "titulo": "title", "texto": "text", "traduccion": "translation", "fecha": "date", "fuente": "source", "medio": "source",
    "tema": "topic", "subtema": "subtype", "rubro": "sector", "lugar": "place", "idioma": "language", "lengua": "language",
    "autor": "author", "seccion": "section", "tipo": "kind", "departamento": "department", "region": "department",
    "provincia": "province", "distrito": "district", "persona": "person", "organizacion": "organisation",
    "organization": "organisation", "norma": "norm", "ley": "norm", "law": "norm", "paro": "strike", "huelga": "strike",
    "gremio": "strike", "estado": "status", "historia": "story", "carretera": "road", "via": "road", "published": "date",
    "fetched": "seen", "outlet": "source", "exacto": "exact", "rol": "role",
}  # fmt: skip
_lock = Lock()


@dataclass(frozen=True, slots=True)
class _Within:
    """Where a part of the query stands: the field it is asked of, and whether of word forms only."""

    field: str = ""
    exact: bool = False


def everything() -> All:
    """The query that finds every document: what filters alone are added to."""
    return All()


def parse(text: str) -> Node:
    """The tree of a query. Raises QueryError with the character and the mend for whatever cannot be asked."""
    if len(text) > LENGTH:
        raise QueryError(
            f"The query has {len(text)} characters, more than {LENGTH}.", "Ask it in several queries.", LENGTH
        )
    text = text.replace("\0", " ")
    if not text.strip():
        raise QueryError("The query is empty.", "Give a word, or * for every document.", 0)
    node = _convert(_grammar(text), _Within())
    if node is None:
        raise QueryError(
            "The query has no word to search for.", "Give letters or digits; punctuation is not indexed.", 0
        )
    if is_negative(node):
        raise QueryError(
            "The query only excludes, so it would find nearly everything.",
            "Add what must occur, or * for every other document: * " + str(node)[:80],
            0,
        )
    if depth(node) > DEEPEST:
        raise QueryError(f"The query is nested deeper than {DEEPEST}.", "Take some parentheses out.")
    count = sum(1 for positive in (True, False) for _ in leaves(node, positive=positive))
    if count > LEAVES:
        raise QueryError(f"The query has {count} words and values, more than {LEAVES}.", "Ask it in several queries.")
    return node


def _grammar(text: str) -> Any:
    """Luqum's tree of our tokens; a syntax error is told at the token that cannot stand where it stands."""
    stream = tokens(text)
    position = iter(stream)
    last: list[Any] = []

    def following() -> Any:
        token = next(position, None)
        last[:] = [token]
        return token

    try:
        with _lock:  # the parser keeps its stacks on itself
            return grammar.parse(None, tokenfunc=following)
    except ParseError as error:
        raise _misplaced(last[0] if last else None, text) from error


def _misplaced(token: Any, text: str) -> QueryError:
    if token is None:
        return QueryError("The query ends too early.", "Something must follow its last part.", len(text))
    shown = text[token.lexpos : token.lexpos + max(1, token.value.size or 1)]
    mends = {
        "AND_OP": "A word must stand on both sides of it; in quotes it is a word.",
        "OR_OP": "A word must stand on both sides of it; in quotes it is a word.",
        "NOT": "What is excluded must follow it.",
        "RPAREN": "Put a word or a value before it.",
        "COLUMN": "Put the name of a field before the colon, or the words in quotes.",
    }
    return QueryError(
        f"{shown!r} cannot stand here.", mends.get(token.type, "Put it in quotes if it is text."), token.lexpos
    )


def _convert(item: Any, within: _Within) -> Node | None:
    """Our node for luqum's; None for what has no term (`/`, `¿`), to be left out."""
    match item:
        case tree.Group() | tree.FieldGroup():
            return _convert(item.expr, within)
        case tree.AndOperation() | tree.UnknownOperation():
            nodes = [node for child in item.operands if (node := _convert(child, within)) is not None]
            return both(*nodes) if nodes else None
        case tree.OrOperation():
            nodes = [node for child in item.operands if (node := _convert(child, within)) is not None]
            return either(*nodes) if nodes else None
        case tree.Not():
            inner = _convert(item.a, within)
            return None if inner is None else Not(inner)
        case tree.SearchField():
            return _convert(item.expr, _inside(item, within))
        case tree.Range() | tree.From() | tree.To():
            return _range(item, within)
        case tree.Fuzzy():
            return _fuzzy(item, within)
        case tree.Proximity():
            return _phrase(item.term, within, int(item.degree))
        case tree.Phrase():
            return _phrase(item, within)
        case _:
            return _word(item, within)


def _inside(item: Any, within: _Within) -> _Within:
    name = item.name.lower()
    if name != EXACT and name not in FIELDS:
        near_name = SPANISH.get(fold(name)) or next(iter(difflib.get_close_matches(name, (*FIELDS, EXACT), n=1)), None)
        mend = f"Did you mean {near_name}? " if near_name else "If it is text, put it in quotes. "
        raise QueryError(f"There is no field {item.name!r}.", mend + "Fields: " + " ".join(FIELDS) + ".", item.pos)
    if name == EXACT and not within.exact and within.field in ("", *TEXT_FIELDS):
        return _Within(within.field, True)
    if within != _Within():
        outer = within.field or EXACT
        raise QueryError(f"{name}: stands inside {outer}:.", "Put AND between the two.", item.pos)
    return _Within(name)


def _word(item: Any, within: _Within) -> Node | None:
    text, wild = _unescape(item.value)
    text = clean(text).strip()
    if within.field in DAY_FIELDS:
        return Range(within.field, None, None) if text == "*" else _days(text, within.field, item.pos)
    if wild:
        return _pattern(text, within, item.pos)
    if within.field in TAG_FIELDS:
        return _tag(text, within.field, item.pos)
    return _terms(text, within)


def _phrase(item: Any, within: _Within, slop: int = 0) -> Node | None:
    text = clean(re.sub(r"\\(.)", r"\1", item.value[1:-1], flags=re.S))
    if within.field in (*DAY_FIELDS, *TAG_FIELDS) and slop:
        raise QueryError(f"{within.field}: takes no distance.", "Leave ~ out.", item.pos)
    if within.field in DAY_FIELDS:
        return _days(text.strip(), within.field, item.pos)
    if within.field in TAG_FIELDS:
        return _tag(text, within.field, item.pos)
    if re.search(r"[^\W_]\*", re.sub(r"\\.", "", item.value, flags=re.S)):
        raise QueryError(
            "A prefix cannot stand inside quotes.", 'Write it beside the phrase: "..." AND word*', item.pos
        )
    return _terms(text, within, slop, item.pos)


def _terms(text: str, within: _Within, slop: int = 0, position: int | None = None) -> Node | None:
    """A word, a phrase where the text has several terms, None where it has none."""
    words = [text[term.start : term.end] for term in analyse(text, "es")]
    if not words:
        return None
    if len(words) == 1:
        return Word(within.field, words[0], within.exact)
    if slop and near.count(len(words), slop) > near.LIMIT:
        raise QueryError(
            f"Near-words this far apart have more than {near.LIMIT:,} arrangements.",
            f"The largest distance for {len(words)} words is ~{near.largest(len(words))}.",
            position,
        )
    return Phrase(within.field, " ".join(words), slop, within.exact)


def _tag(text: str, field: str, position: int) -> Tag:
    value = " ".join(text.split())
    if not value:
        raise QueryError(f"{field}: has no value.", f"Give one, or {field}:* for any.", position)
    return Tag(field, value)


def _pattern(text: str, within: _Within, position: int) -> Node | None:
    """A prefix, a wildcard, or every document for `*` alone."""
    text = re.sub(r"\*+", "*", " ".join(text.split()))
    if within.field in TAG_FIELDS:
        plain = text[:-1]
        return (
            Prefix(within.field, plain)
            if plain and text == plain + "*" and not set(plain) & set("*?")
            else Wildcard(within.field, text)
        )
    if not LETTER.search(text):
        if "*" in text and within == _Within():
            return All()
        if "*" not in text:
            return None
        raise QueryError("* alone is no word.", "Give at least one letter or digit.", position)
    text = re.sub(r"^(?:[\W_ºª](?<![*?]))+|(?:[\W_ºª](?<![*?]))+$", "", text)
    if not PATTERN.fullmatch(text):
        raise QueryError("A word with * or ? must be one word of letters and digits.", "Split it in words.", position)
    if re.fullmatch(r"[^*?]+\*", text):
        return Prefix(within.field, text[:-1])
    return Wildcard(within.field, text)


def _fuzzy(item: Any, within: _Within) -> Node | None:
    text, wild = _unescape(item.term.value)
    text = clean(text).strip()
    if within.field in DAY_FIELDS or wild:
        raise QueryError("~ after a word takes no date, * or ?.", "Leave ~ out.", item.pos)
    tag = within.field in TAG_FIELDS
    words = [" ".join(text.split())] if tag else [text[term.start : term.end] for term in analyse(text, "es")]
    if not words:
        return None
    if len(words) > 1:
        raise QueryError("~ after a word takes one word.", 'For near words write "..."~n.', item.pos)
    size = len(key(words[0]) if tag else fold_word(words[0]))
    whole = item.degree == int(item.degree)  # luqum writes a half where no number stands
    distance = int(item.degree) if whole else 2 if size >= 5 else 1
    if distance > 2:
        raise QueryError("A word may be at most 2 edits away.", "Write ~1 or ~2.", item.pos)
    if distance and size < 2 * distance + 1:
        raise QueryError(f"{words[0]!r} is too short for ~{distance}.", "~1 needs 3 letters, ~2 needs 5.", item.pos)
    if distance == 0:
        return Tag(within.field, words[0]) if tag else Word(within.field, words[0], True)
    return Fuzzy(within.field, words[0], distance)


def _range(item: Any, within: _Within) -> Range:
    if within.field not in DAY_FIELDS:
        name = f"{within.field}: takes" if within.field else "Only a field can take"
        raise QueryError(
            f"{name} no range." if within.field else f"{name} a range.",
            "date: and seen: take ranges of days.",
            item.pos,
        )
    if isinstance(item, tree.Range):
        low, high = _bound(item.low), _bound(item.high)
        found = Range(within.field, low, high, bool(item.include_low) or not low, bool(item.include_high) or not high)
    elif isinstance(item, tree.From):
        low = _bound(item.a)
        found = Range(within.field, low, None, bool(item.include) or not low, True)
    else:
        high = _bound(item.a)
        found = Range(within.field, None, high, True, bool(item.include) or not high)
    try:
        low_day, high_day = found.days()
    except (ValueError, OverflowError) as error:
        raise _no_day(item.pos) from error
    if low_day and high_day and low_day > high_day:
        raise QueryError("The range ends before it begins.", "Swap its ends.", item.pos)
    return found


def _bound(item: Any) -> str | None:
    text = item.value[1:-1] if isinstance(item, tree.Phrase) else _unescape(item.value)[0]
    text = text.strip()
    return None if text == "*" else text


def _days(text: str, field: str, position: int) -> Range:
    try:
        span(text)
    except ValueError as error:
        raise _no_day(position) from error
    return Range(field, text, text)


def _no_day(position: int | None) -> QueryError:
    return QueryError("That is no day.", "Days are written YYYY-MM-DD, months YYYY-MM, years YYYY.", position)


def _unescape(raw: str) -> tuple[str, bool]:
    """The text without its backslashes, and whether a `*` or `?` stands in it unescaped."""
    wild = bool(re.search(r"[*?]", re.sub(r"\\.", "", raw, flags=re.S)))
    return re.sub(r"\\(.)", r"\1", raw, flags=re.S), wild
