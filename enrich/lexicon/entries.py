"""What the word lists are made of: entries with their guards, the hits they make, and organisations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from enrich.lexicon.bearers import is_in_a_name
from enrich.lexicon.words import Passage, Words


class Readable(Protocol):
    """The forms of a field that matching needs (see `enrich.reading.Field`)."""

    @property
    def name(self) -> str:
        """`title`, `summary` or `text`."""

    @property
    def text(self) -> str:
        """As printed."""

    @property
    def beside(self) -> "Sequence[Readable]":
        """What is read on with it."""

    @property
    def norm(self) -> str:
        """Words between spaces."""

    @property
    def printed(self) -> str:
        """Lower case, accents kept."""

    def sentence_at(self, position: int) -> int:
        """The number of the sentence that holds a position."""

    def nth(self, number: int) -> Passage:
        """A sentence (bounded) by its number."""

    def passage(self, number: int) -> Passage:
        """That sentence with the two before and the two after it."""


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """What the same sentence, or it and those next to it, must and must not hold. The forms of one term share it, so that a sentence is asked once."""

    needs: Words | None = None
    needs_too: Words | None = None
    without: Words | None = None
    around: Words | None = None
    around_too: Words | None = None
    around_not: Words | None = None

    def suits(self, part: Readable, number: int) -> bool:
        """Whether a term may stand in a sentence of this number."""
        sentence = part.nth(number)
        if self.needs and not self.needs.among(sentence):
            return False
        if self.needs_too and not self.needs_too.among(sentence):
            return False
        if self.without and self.without.among(sentence):
            return False
        if not (self.around or self.around_too or self.around_not):
            return True
        near = part.passage(number)
        if self.around_not and self.around_not.among(near):
            return False
        if self.around and not self.around.among(near):
            return False
        return not self.around_too or self.around_too.among(near)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One written form of a term, with its guards compiled."""

    tag: str
    words: str
    detail: str | None = None
    weight: float = 1.0
    prefix: bool = False
    printed: str | None = None
    title: bool = False
    common: bool = False
    proper: bool = False
    before: re.Pattern[str] | None = None
    before_not: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None
    after_not: re.Pattern[str] | None = None
    company: Company | None = None
    own: bool = False
    """Whether it stands in the operator's folder: it wins over the same words of the bundled lists, whatever they weigh."""

    def reach(self, part: Readable, start: int, end: int) -> int | None:
        """Where an occurrence ends (with what `after` asks for), or None where the guards beside it forbid it.

        What `company` asks of its sentence is another question.
        """
        if self.title and part.name != "title":
            return None
        if self.printed and not part.printed[start:end].startswith(self.printed):
            return None
        if self.proper and not part.text[start].isupper():
            return None
        if self.common and is_in_a_name(part.text, start, end, [other.text for other in part.beside]):
            return None
        if self.before or self.before_not:
            left = part.norm[max(0, start - 40) : start + 1]
            if (self.before and not self.before.search(left)) or (self.before_not and self.before_not.search(left)):
                return None
        if self.after or self.after_not:
            right = part.norm[end + 1 : end + 60]
            if self.after_not and self.after_not.match(right):
                return None
            if self.after:
                found = self.after.match(right)
                return end + found.end() if found else None
        return end


class Hit(NamedTuple):
    """An occurrence of an entry: `start` and `end` in code points of the field."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """A glossary word's English; where the sentence holds any of `unless` it is `instead`, or the engine's own if that is empty.

    A `plain` one is of the vocabulary: trained models know it.
    """

    english: str
    unless: Words | None = None
    instead: str = ""
    plain: bool = False

    def at(self, part: Readable, position: int) -> str:
        """The English of the word at this position, `""` where the engine is to decide."""
        other = self.unless is not None and self.unless.among(part.nth(part.sentence_at(position)))
        return self.instead if other else self.english


@dataclass(frozen=True, slots=True)
class Organisation:
    """A known organisation: its usual name, its kind, and the forms it is written in."""

    id: str
    name: str
    kind: str
