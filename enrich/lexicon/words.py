"""A set of words, beginnings of words and phrases, and whether a sentence holds any of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_REMEMBERED = 50_000


class Passage(NamedTuple):
    """A sentence, or some: the folded words between single spaces, and their set."""

    text: str
    words: frozenset[str]

    @classmethod
    def of(cls, words: Sequence[str]) -> "Passage":
        """Of words in their order."""
        return cls(f" {' '.join(words)} ", frozenset(words))

    @classmethod
    def joined(cls, passages: Sequence["Passage"]) -> "Passage":
        """Some in a row."""
        text = " ".join([passage.text.strip() for passage in passages])
        return cls(f" {text} ", frozenset().union(*(passage.words for passage in passages)))


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Any of these: `exact` words, words that begin with one of `stems`, `phrases` of several words, or a pattern of such."""

    exact: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By their first words."""
    pattern: re.Pattern[str] | None = None
    _seen: set[str] = field(default_factory=set)
    _begin: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, forms: Iterable[str]) -> "Words":
        """Folded forms: words between single spaces, a last * on a word stands for any ending."""
        exact, stems, phrases, patterns = set[str](), set[str](), set[str](), set[str]()
        for form in forms:
            if " " not in form:
                (stems if form.endswith("*") else exact).add(form.rstrip("*"))
            elif "*" in form:
                patterns.add(" ".join(re.escape(w.rstrip("*")) + (r"\w*" if w.endswith("*") else "") for w in form.split()))  # fmt: skip
            else:
                phrases.add(f" {form} ")
        pattern = re.compile(rf" (?:{'|'.join(sorted(patterns))}) ") if patterns else None
        by_first: dict[str, tuple[str, ...]] = {}
        for phrase in sorted(phrases):
            first = phrase.split()[0]
            by_first[first] = (*by_first.get(first, ()), phrase)
        return cls(frozenset(exact), tuple(sorted(stems)), by_first, pattern)

    def among(self, passage: Passage) -> bool:
        """Whether a passage holds any."""
        text, words = passage
        if not self.exact.isdisjoint(words) or (self.stems and self._begins(words)):
            return True
        for first in self.phrases.keys() & words:
            if any(phrase in text for phrase in self.phrases[first]):
                return True
        return bool(self.pattern and self.pattern.search(text))

    def _begins(self, words: frozenset[str]) -> bool:
        """Whether a word begins with a stem; each word is looked at once, as the language has few."""
        if not words <= self._seen:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
                self._begin.clear()
            new = words - self._seen
            self._begin.update(word for word in new if word.startswith(self.stems))
            self._seen.update(new)
        return not self._begin.isdisjoint(words)
