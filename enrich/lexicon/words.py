"""A set of words, beginnings of words and phrases, and whether a sentence holds any of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Any of these: `exact` words, words that begin with one of `stems`, `phrases` of several words, or a pattern of such."""

    exact: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    _known: dict[str, bool] = field(default_factory=dict)

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
        return cls(frozenset(exact), tuple(sorted(stems)), tuple(sorted(phrases)), pattern)

    def among(self, sentence: str, words: frozenset[str]) -> bool:
        """Whether the sentence (its words between single spaces; `words` is their set) holds any."""
        if not self.exact.isdisjoint(words):
            return True
        if self.stems and any(self._begins(word) for word in words):
            return True
        if any(phrase in sentence for phrase in self.phrases):
            return True
        return bool(self.pattern and self.pattern.search(sentence))

    def _begins(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[word] = word.startswith(self.stems)
        return known
