"""A linear classifier of topics, sectors and strike statuses over the words of a text: the second opinion beside the word lists.

Lists know what they name; many texts tell it otherwise (a shop's owner who "puts something together every Monday"). What
words keep company with a tag is learned: a logistic regression for each over stems (the first six letters of each folded
word) weighed by tf-idf, made by `training/weights.py` from labelled rows of our own. The weights lie in `weights.json`; to
read them is a sum over the words of a text. docs/decisions/0024-second-opinion.md has the figures.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import exp, log, sqrt

LETTERS = 6
"""Of a word that count: what follows them is mostly gender, number and tense."""
FEW = 15
"""Known stems at which a text's words are trusted by half: of a headline the lists know more than its company of words does."""
_REMEMBERED, _LONGEST = 50_000, 40
"""Words that are kept, and the letters of the longest of them."""


def stem(word: str) -> str:
    """What of a folded word is weighed; of a number only its length counts."""
    return "0" * len(word) if word.isdecimal() else word[:LETTERS]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the words of one text say: log-odds by tag (`topic.strike`, `sector.mining`)."""

    odds: Mapping[str, float]
    trust: float
    """From 0 to 1: how much there was to weigh."""
    _tags: Sequence[str]
    _parts: Sequence[tuple[str, float, "Weights"]]

    def telling(self, tag: str, most: int = 5) -> list[str]:
        """The stems that say most for a tag."""
        at = self._tags.index(tag)
        said = ((value * weight, stem) for stem, value, weights in self._parts for i, weight in weights if i == at)
        return [stem for share, stem in sorted(said, reverse=True)[:most] if share > 0]


Weights = Sequence[tuple[int, float]]
"""The number of each tag that a stem bears upon, and its weight for it."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """`bias` by tag, and by stem its inverse document frequency and its weights."""

    bias: Mapping[str, float]
    stems: Mapping[str, tuple[float, Weights]]
    _seen: dict[str, str | None] = field(default_factory=dict)
    """The known stem of each word that was met: a language has few words, and most of them come again."""

    def weigh(self, words: Iterable[str]) -> Weighed:
        """Weigh the folded words of a text; one without any known word has the odds of the bias."""
        counts: dict[str, int] = {}
        for word, count in Counter(words).items():
            known = self._seen[word] if word in self._seen else self._known(word)
            if known is not None:
                counts[known] = counts.get(known, 0) + count
        values = [(name, idf * (1 + log(count)) if count > 1 else idf, weights) for name, count in counts.items() for idf, weights in (self.stems[name],)]  # fmt: skip
        length = sqrt(sum([value * value for _, value, _ in values])) or 1.0
        parts = [(name, value / length, weights) for name, value, weights in values]
        sums = list(self.bias.values())
        for _, value, weights in parts:
            for at, weight in weights:
                sums[at] += value * weight
        enough = max(len(parts), 1)
        tags = list(self.bias)
        return Weighed(dict(zip(tags, sums, strict=True)), enough / (enough + FEW), tags, parts)

    def _known(self, word: str) -> str | None:
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        name = stem(word)
        known = name if name in self.stems else None
        if len(word) <= _LONGEST:
            self._seen[word] = known
        return known


def sure(odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + exp(-max(min(odds, 50.0), -50.0)))


@cache
def load(*kinds: str) -> Classifier:
    """The weights that come with the release, for some kinds of tags: `load("topic", "sector")`."""
    data = json.loads(_text())
    bias = {tag: number for tag, number in data["bias"].items() if tag.partition(".")[0] in kinds}
    at = {tag: number for number, tag in enumerate(bias)}
    return Classifier(
        bias,
        {
            name: (idf, tuple((at[tag], weight) for tag, weight in weights.items() if tag in at))
            for name, (idf, weights) in data["stems"].items()
        },
    )


@cache
def digest() -> str:
    """Changes when any weight changes."""
    return hashlib.sha256(_text().encode()).hexdigest()[:16]


def _text() -> str:
    return files("enrich").joinpath("weights.json").read_text("utf-8")
