"""What is wrong, in Spanish: our English sentences turned by the templates of `locale/errors.es.json`, whole and never in parts.

Errors are made in English, where they happen; pages in Spanish turn them here. A key is an English sentence with `{}` for
what only running tells; its value the Spanish one, with `{}` in the same order, or `{0}`, `{1}` where the order differs, and
`{~}` (`{1~}`) for a part that is a sentence of ours itself. What has no template (what a site or a library says) stays.
"""

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parent / "locale" / "errors.es.json"
HOLE = "{}"
LONGEST, MOST = 2000, 10
"""Characters and sentences beyond which a text is not looked at: no message of ours is so long."""
DEEPEST = 4
_PART = re.compile(r"\{(\d*)(~?)\}")
_ENDS = re.compile(r"(?<=[.!?)]) ")
_ADDRESS = re.compile(r"https?://\S+: ")
"""What a reason of a listing begins with."""


@dataclass(frozen=True, slots=True)
class Template:
    """An English sentence, as the literal pieces around its holes, and the Spanish one."""

    pieces: Sequence[str]
    spanish: str

    @classmethod
    def of(cls, english: str, spanish: str) -> "Template":
        """The template of a row of the table."""
        return cls(tuple(english.split(HOLE)), spanish)

    @property
    def weight(self) -> tuple[int, int]:
        """How much of it is said: of two that match, the one that says more is meant."""
        return sum(map(len, self.pieces)), -len(self.pieces)

    def holes(self, sentence: str) -> list[str] | None:
        """What stands in the holes when the whole sentence is this one, else None.

        Every piece is taken where it first occurs: if there is a way to match, this is one, without trying others.
        """
        first, last = self.pieces[0], self.pieces[-1]
        if len(self.pieces) == 1:
            return [] if sentence == first else None
        if len(sentence) < len(first) + len(last) or not sentence.startswith(first) or not sentence.endswith(last):
            return None
        found, at, end = [], len(first), len(sentence) - len(last)
        for piece in self.pieces[1:-1]:
            place = sentence.find(piece, at, end)
            if place < 0:
                return None
            found.append(sentence[at:place])
            at = place + len(piece)
        return [*found, sentence[at:end]]


@functools.cache
def table() -> dict[str, str]:
    """Every English sentence and its Spanish."""
    read: dict[str, str] = json.loads(TABLE.read_text("utf-8"))
    return read


@functools.cache
def _templates() -> tuple[Template, ...]:
    """The templates with holes, those that say most first."""
    found = [Template.of(english, spanish) for english, spanish in table().items() if HOLE in english]
    return tuple(sorted(found, key=lambda template: template.weight, reverse=True))


def in_spanish(text: str, depth: int = 0) -> str:
    """The text in Spanish where it is a sentence of ours, or several in a row; what is none stays as it is."""
    ends = list(_ENDS.finditer(text[:LONGEST]))
    if len(text) > LONGEST or len(ends) > MOST or depth > DEEPEST:
        return text
    for end in ends:  # a mend behind a reason: else the last hole of the reason would take it in
        if HOLE not in text and (mend := table().get(text[end.end() :])) is not None:
            return f"{in_spanish(text[: end.start()], depth)} {mend}"
    whole = _turned(text, depth)
    if whole is not None:
        return whole
    if address := _ADDRESS.match(text):
        return address[0] + in_spanish(text[address.end() :], depth)
    for end in ends:
        first = _turned(text[: end.start()], depth)
        if first is not None:
            return f"{first} {in_spanish(text[end.end() :], depth)}"
    return f"{text[: ends[0].end()]}{in_spanish(text[ends[0].end() :], depth)}" if ends else text


def _turned(sentence: str, depth: int) -> str | None:
    if (plain := table().get(sentence)) is not None and HOLE not in sentence:
        return plain
    for template in _templates():
        holes = template.holes(sentence)
        if holes is not None:
            return _filled(template.spanish, holes, depth)
    return None


def _filled(spanish: str, holes: Sequence[str], depth: int) -> str:
    """The Spanish sentence with its holes filled, each by its number or in order."""
    following = iter(range(len(holes)))

    def part(match: re.Match[str]) -> str:
        value = holes[int(match[1]) if match[1] else next(following)]
        return in_spanish(value, depth + 1) if match[2] else value

    return _PART.sub(part, spanish)
