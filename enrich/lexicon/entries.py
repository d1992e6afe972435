"""What the word lists are made of: entries with their guards, the hits they make, and organisations."""

import re
from dataclasses import dataclass
from typing import Protocol


class Readable(Protocol):
    """The forms of a field that matching needs (see `enrich.reading.Field`)."""

    @property
    def name(self) -> str:
        """`title`, `summary` or `text`."""

    @property
    def text(self) -> str:
        """As printed."""

    @property
    def norm(self) -> str:
        """Words between spaces."""

    @property
    def printed(self) -> str:
        """Lower case, accents kept."""

    def sentence(self, position: int) -> str:
        """The sentence around a position, words between spaces."""


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
    before: re.Pattern[str] | None = None
    before_not: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None
    after_not: re.Pattern[str] | None = None
    needs: re.Pattern[str] | None = None
    needs_too: re.Pattern[str] | None = None
    without: re.Pattern[str] | None = None

    def allows(self, part: Readable, start: int, end: int) -> bool:
        """Whether the guards let an occurrence pass."""
        if self.title and part.name != "title":
            return False
        if self.printed and not part.printed[start:end].startswith(self.printed):
            return False
        if self.before or self.before_not:
            left = part.norm[max(0, start - 40) : start + 1]
            if (self.before and not self.before.search(left)) or (self.before_not and self.before_not.search(left)):
                return False
        if self.after or self.after_not:
            right = part.norm[end + 1 : end + 60]
            if (self.after and not self.after.match(right)) or (self.after_not and self.after_not.match(right)):
                return False
        if self.needs or self.without:
            around = part.sentence(start)
            wanted = [pattern for pattern in (self.needs, self.needs_too) if pattern]
            if not all(pattern.search(around) for pattern in wanted) or (self.without and self.without.search(around)):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Hit:
    """An occurrence of an entry: `start` and `end` in code points of the field."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """A known organisation: its usual name, its kind, and the forms it is written in."""

    id: str
    name: str
    kind: str
