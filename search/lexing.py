"""The tokens of a query, as luqum's grammar takes them; what can only be wrong is told here, with its character."""

import re
from dataclasses import dataclass
from typing import Any

from luqum.head_tail import TokenValue
from luqum.tree import Phrase, Word

from core.errors import QueryError

DEPTH = 50
LEAVES = 500
QUOTES = {'"': '"', "“": '"”“', "„": '"”“', "«": "»"}
SPACE = re.compile(r"\s+")
TERM = re.compile(r'(?:\\.|[^\s"“”„«»():^~\\]|\\\Z)+', re.S)
RANGE = re.compile(r'([\[{])\s*("[^"]*"|[^\s\[\]{}"]+)\s+(TO)\s+("[^"]*"|[^\s\[\]{}"]+)\s*([\]}])')
COMPARE = re.compile(r"[<>]=?")
DISTANCE = re.compile(r"~([0-9]*)")
COUNTED = {"TERM": 1, "PHRASE": 1, "COLUMN": -1, "TO": -1}  # the name of a field is no value, a range is one
FIELD_END = re.compile(r"\s*:")
OPERATORS = {"AND": "AND_OP", "OR": "OR_OP", "NOT": "NOT", "&&": "AND_OP", "||": "OR_OP"}


def tokens(text: str) -> list[Any]:
    """Tokens in order. Raises QueryError for a quote, bracket, distance or weight that cannot be meant."""
    return _Lexer(text).read()


@dataclass(slots=True)
class Token:
    """What luqum's grammar reads: a kind of its own, a value that knows its place, the character it begins at."""

    type: str
    value: Any
    lexpos: int
    lineno: int = 1
    lexer: Any = None


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[Any] = []
        self.open: list[int] = []
        self.nots = 0
        self.leaves = 0

    def read(self) -> list[Any]:
        while self.at < len(self.text):
            if space := SPACE.match(self.text, self.at):
                self.at = space.end()
                continue
            self._next()
        if self.open:
            raise QueryError("The parenthesis is never closed.", "Close it with ).", self.open[-1])
        return self.found

    def _next(self) -> None:
        char = self.text[self.at]
        if char in QUOTES:
            self._phrase(char)
        elif char in "()":
            self._parenthesis(char)
        elif char == ":":
            self._emit("COLUMN", TokenValue(":"), 1)
            self._value()
        elif char == "~":
            self._distance()
        elif char == "^":
            raise QueryError("Weights (^) are not taken: they do not change what is found.", "Leave ^ out.", self.at)
        elif char in "”»":
            self.at += 1
        elif char == "!" and re.match(r'\s*[\w(]|\s*["“„«]', self.text[self.at + 1 :]):
            self._emit("NOT", TokenValue("!"), 1)
        elif char in "-+" and re.match(r"\S", self.text[self.at + 1 : self.at + 2] or " "):
            self._sign(char)
        else:
            self._term()

    def _emit(self, kind: str, value: Any, size: int) -> None:
        value.pos, value.size = self.at, size
        self.nots = self.nots + 1 if kind == "NOT" else 0
        if self.nots > DEPTH:
            raise QueryError("Too many exclusions in a row.", "One NOT is enough.", self.at)
        self.leaves += COUNTED.get(kind, 0)
        if self.leaves > LEAVES + 1 or (self.leaves > LEAVES and not self._may_name_a_field(size)):
            raise QueryError(
                f"The query has more than {LEAVES} words and values.", "Ask it in several queries.", self.at
            )
        self.found.append(Token(kind, value, self.at))
        self.at += size

    def _may_name_a_field(self, size: int) -> bool:
        """Whether a colon follows what stands here: then it is no word."""
        return bool(FIELD_END.match(self.text, self.at + size))

    def _phrase(self, opening: str) -> None:
        closing = QUOTES[opening]
        match = re.compile(rf"{opening}((?:\\.|[^\\{closing}])*)[{closing}]", re.S).match(self.text, self.at)
        if not match:
            raise QueryError(
                "The quote is never closed.", 'Close it with ".' if '"' in closing else "Close it with ».", self.at
            )
        self._emit("PHRASE", Phrase(f'"{match[1]}"'), len(match[0]))

    def _parenthesis(self, char: str) -> None:
        if char == "(":
            self.open.append(self.at)
            if len(self.open) > DEPTH:
                raise QueryError(f"Parentheses are nested deeper than {DEPTH}.", "Take some out.", self.at)
            self._emit("LPAREN", TokenValue("("), 1)
            return
        if not self.open:
            raise QueryError("The parenthesis was never opened.", "Take it out or open it.", self.at)
        if self.found[-1].type == "LPAREN":
            raise QueryError("The parentheses hold nothing.", "Put a word inside or take them out.", self.open[-1])
        self.open.pop()
        self._emit("RPAREN", TokenValue(")"), 1)

    def _value(self) -> None:
        """What only a field's value can begin with: a range, a comparison, a sign that is part of it."""
        if space := SPACE.match(self.text, self.at):
            self.at = space.end()
        char = self.text[self.at : self.at + 1]
        if char and char in "[{":
            self._range()
        elif match := COMPARE.match(self.text, self.at):
            kind = "GREATERTHAN" if char == ">" else "LESSTHAN"
            self._emit(kind, TokenValue(match[0]), len(match[0]))

    def _range(self) -> None:
        match = RANGE.match(self.text, self.at)
        if not match:
            raise QueryError("The range is not complete.", "A range is written [2024-10-01 TO 2024-10-31].", self.at)
        for group in range(1, 6):
            self.at = match.start(group)
            piece = match[group]
            if group in (1, 5):
                self._emit("LBRACKET" if group == 1 else "RBRACKET", TokenValue(piece), 1)
            elif group == 3:
                self._emit("TO", TokenValue(piece), 2)
            else:
                quoted = piece.startswith('"')
                self._emit("PHRASE" if quoted else "TERM", (Phrase if quoted else Word)(piece), len(piece))

    def _distance(self) -> None:
        match = DISTANCE.match(self.text, self.at)
        assert match
        before = self.found[-1] if self.found else None
        adjoins = (
            before is not None and before.type in ("TERM", "PHRASE") and before.lexpos + before.value.size == self.at
        )
        if not adjoins or self.text[match.end() : match.end() + 1] in ("~", "."):
            raise QueryError(
                "~ follows a word or a phrase, with a whole number.", 'E.g. word~1 or "near words"~5.', self.at
            )
        if before.type == "PHRASE" and not match[1]:  # type: ignore[union-attr]
            raise QueryError("How near?", 'Say the distance, e.g. "near words"~5.', self.at)
        if len(match[1]) > 9:
            raise QueryError("The distance is too large.", "Give a smaller one.", self.at)
        self._emit("APPROX", TokenValue(match[1] or None), len(match[0]))

    def _sign(self, char: str) -> None:
        if char == "+":  # every word is required already
            self.at += 1
            return
        self._emit("NOT", TokenValue("-"), 1)

    def _closed_before(self) -> bool:
        """Whether a quote or a parenthesis ends right here."""
        before = self.found[-1] if self.found else None
        ends = before is not None and before.lexpos + before.value.size == self.at
        return ends and before.type in ("PHRASE", "RPAREN")  # type: ignore[union-attr]

    def _term(self) -> None:
        if RANGE.match(self.text, self.at):
            raise QueryError("Only a field can take a range.", "Write date: or seen: before it.", self.at)
        match = TERM.match(self.text, self.at)
        assert match, self.text[self.at]
        word = match[0]
        if word[0] == "*" and self._closed_before():
            raise QueryError("* follows a word, no quote and no parenthesis.", 'E.g. "..." AND word*', self.at)
        kind = OPERATORS.get(word)
        asked = self.text.rfind("¿", 0, match.end()) > self.text.rfind("?", 0, match.end() - 1)
        if word.endswith("?") and asked:  # the end of a question, and no wildcard
            word = word.rstrip("?")
        if not word:
            self.at = match.end()
        elif kind:
            self._emit(kind, TokenValue(word), len(word))
        else:
            self._emit("TERM", Word(word), len(match[0]))
