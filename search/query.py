"""The query language (FACES, section 3): Lucene's syntax into our tree. luqum's grammar, our own tokens before it.

Our tokens, because in luqum's `/.../` is a regular expression, `-` binds looser than it should after `OR`, and a
bracket or a colon out of place has no mend to offer. The grammar then gives NOT and -, AND, OR, words side by side.
"""

import difflib
from dataclasses import replace
from threading import Lock
from typing import Any

from luqum import tree
from luqum.exceptions import ParseError
from luqum.parser import parser as grammar

from core.errors import QueryError
from core.text import fold
from search import clauses
from search.clauses import Budget, Within
from search.lexing import tokens
from search.nodes import (
    EXACT,
    FIELDS,
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
)

__all__ = [
    "All", "And", "Fuzzy", "Node", "Not", "Or", "Phrase", "Prefix", "Range", "Tag", "Wildcard", "Word",
    "both", "either", "everything", "leaves", "parse",
]  # fmt: skip

LENGTH = 10_000
DEEPEST = 20  # Elasticsearch takes 30, and adds some of its own
APART = "Put AND between the two."
SHOWN = 40  # characters of what was typed that an error repeats
OTHER_NAMES = {
    "titulo": "title", "texto": "text", "traduccion": "translation", "fecha": "date", "fuente": "source", "medio": "source",
    "tema": "topic", "subtema": "subtype", "rubro": "sector", "lugar": "place", "idioma": "language", "lengua": "language",
    "autor": "author", "seccion": "section", "tipo": "kind", "departamento": "department", "region": "department",
    "provincia": "province", "distrito": "district", "persona": "person", "organizacion": "organisation",
    "organization": "organisation", "norma": "norm", "ley": "norm", "law": "norm", "paro": "strike", "huelga": "strike",
    "gremio": "strike", "estado": "status", "historia": "story", "carretera": "road", "via": "road", "published": "date",
    "fetched": "seen", "outlet": "source", "exacto": "exact", "rol": "role", "desde": "date", "hasta": "date", "from": "date", "to": "date",
    "dia": "date", "day": "date", "publicado": "date", "visto": "seen", "titular": "title", "headline": "title", "resumen": "text",
    "summary": "text", "cuerpo": "text", "body": "text", "contenido": "text", "content": "text", "diario": "source", "site": "source",
    "sitio": "source", "domain": "source", "delito": "topic", "category": "topic", "categoria": "topic", "lang": "language",
    "ciudad": "place", "city": "place", "location": "place", "localidad": "place", "ubigeo": "place", "nombre": "person",
}  # fmt: skip
_lock = Lock()


def everything() -> All:
    """The query that finds every document: what filters alone are added to."""
    return All()


def parse(text: str) -> Node:
    """The tree of a query. Raises QueryError with the character and the mend for whatever cannot be asked.

    At most LENGTH characters, `lexing.LEAVES` words and values, DEEPEST levels, and what `clauses.Budget` allows.
    """
    try:
        return _parsed(text)
    except QueryError as error:
        error.query = text
        raise


def _parsed(text: str) -> Node:
    if len(text) > LENGTH:
        raise QueryError(
            f"The query has {len(text)} characters, more than {LENGTH}.", "Ask it in several queries.", LENGTH
        )
    text = text.replace("\0", " ")
    if not text.strip():
        raise QueryError("The query is empty.", "Give a word, or * for every document.", 0)
    node = _convert(_grammar(text), Within(Budget()))
    if node is None:
        raise QueryError(
            "The query has no word to search for.", "Give letters or digits; punctuation is not indexed.", 0
        )
    if is_negative(node):
        raise QueryError("The query only excludes, so it would find nearly everything.", _widened(str(node)), 0)
    return node


def _widened(excluding: str) -> str:
    """The mend of a query that only excludes: itself with `*` before it, where that is short enough to be typed."""
    if len(excluding) > 2 * SHOWN:
        return "Add what must occur, or * for every other document."
    return f"Add what must occur, or * for every other document: * {excluding}"


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


def _convert(item: Any, within: Within) -> Node | None:
    """Our node for luqum's; None for what has no term (`/`, `¿`), to be left out."""
    match item:
        case tree.Group() | tree.FieldGroup():
            return _convert(item.expr, within)
        case tree.AndOperation() | tree.UnknownOperation() | tree.OrOperation():
            return _operation(item, within)
        case tree.Not():
            inner = _convert(item.a, within)
            return None if inner is None else Not(inner)
        case tree.SearchField():
            return _convert(item.expr, _inside(item, within))
        case tree.Range() | tree.From() | tree.To():
            return clauses.days(item, within)
        case tree.Fuzzy():
            return clauses.fuzzy(item, within)
        case tree.Proximity():
            return clauses.phrase(item.term, within, int(item.degree))
        case tree.Phrase():
            return clauses.phrase(item, within)
        case _:
            return clauses.word(item, within)


def _operation(item: Any, within: Within) -> Node | None:
    """All or one of the operands that have a term."""
    nodes = [node for child in item.operands if (node := _convert(child, within)) is not None]
    if not nodes:
        return None
    node = either(*nodes) if isinstance(item, tree.OrOperation) else both(*nodes)
    if depth(node) > DEEPEST:
        raise QueryError(f"The query is nested deeper than {DEEPEST}.", "Take some parentheses out.", _start(item))
    return node


def _start(item: Any) -> int | None:
    """The character at which a part begins: operations have none of their own."""
    while isinstance(item, tree.BaseOperation):
        item = item.operands[0]
    return getattr(item, "pos", None)


def _inside(item: Any, within: Within) -> Within:
    name = item.name.lower()
    if name != EXACT and name not in FIELDS:
        near_name = OTHER_NAMES.get(fold(name)) or next(
            iter(difflib.get_close_matches(name, (*FIELDS, EXACT), n=1)), None
        )
        mend = f"Did you mean {near_name}? " if near_name else "If it is text, put it in quotes. "
        shown = item.name if len(item.name) <= SHOWN else item.name[:SHOWN] + "..."
        raise QueryError(f"There is no field {shown!r}.", mend + "Fields: " + " ".join(FIELDS) + ".", item.pos)
    if name == EXACT and not within.exact and within.field in ("", *TEXT_FIELDS):
        return replace(within, exact=True)
    if within.field or within.exact:
        outer = within.field or EXACT
        written = APART if within.mending else _apart(item, replace(within, mending=True), name)
        raise QueryError(f"{name}: stands inside {outer}:.", written, item.pos)
    return replace(within, field=name)


def _apart(item: Any, within: Within, name: str) -> str:
    """How a field inside `exact:` (or `exact:` where word forms are asked for already) is written: as our tree prints it."""
    if name == EXACT:
        inner = item.expr
        while (
            isinstance(inner, tree.SearchField) and inner.name.lower() == EXACT
        ):  # said a thousand times it is said once
            inner = inner.expr
        node = _convert(inner, within)
    elif not within.field:
        node = _convert(item.expr, replace(within, field=name, exact=name in TEXT_FIELDS))
    else:
        node = None
    shown = "" if node is None else str(node)
    return f"Write {shown}" if 0 < len(shown) <= 2 * SHOWN else APART
