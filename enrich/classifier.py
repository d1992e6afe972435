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
from math import exp, sqrt
from typing import Any

import numpy
from numpy.typing import NDArray

Numbers = NDArray[numpy.float64]

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
    _stems: Sequence[str]
    _values: Numbers
    """How much each stem is of the text."""
    _weights: Numbers
    """Stems x tags."""

    def telling(self, tag: str, most: int = 5) -> list[str]:
        """The stems that say most for a tag."""
        shares = self._values * self._weights[:, list(self.odds).index(tag)]
        said = sorted(zip(shares.tolist(), self._stems, strict=True), reverse=True)
        return [stem for share, stem in said[:most] if share > 0]


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """`bias` by tag; of each stem its row in `idf` (inverse document frequencies) and `weights` (stems x tags)."""

    bias: Mapping[str, float]
    stems: Mapping[str, int]
    idf: Numbers
    weights: Numbers
    start: Numbers
    """The bias again, in the order of the columns."""
    _seen: dict[str, str | None] = field(default_factory=dict)
    """The known stem of each word that was met: a language has few words, and most of them come again."""

    @classmethod
    def of(cls, bias: Mapping[str, float], stems: Mapping[str, tuple[float, Mapping[str, float]]]) -> "Classifier":
        """From each stem's inverse document frequency and weights by tag; those of tags without bias are left out."""
        at = {tag: number for number, tag in enumerate(bias)}
        weights = numpy.zeros((len(stems), len(bias)))
        for row, (_, by_tag) in enumerate(stems.values()):
            for tag, weight in by_tag.items():
                if tag in at:
                    weights[row, at[tag]] = weight
        idf = numpy.array([idf for idf, _ in stems.values()], dtype=numpy.float64)
        return cls(bias, {stem: row for row, stem in enumerate(stems)}, idf, weights, numpy.array(list(bias.values())))

    def weigh(self, words: Iterable[str]) -> Weighed:
        """Weigh the folded words of a text; one without any known word has the odds of the bias."""
        seen = self._seen
        counts = Counter([seen[word] if word in seen else self._known(word) for word in words])
        counts.pop(None, None)
        stems = list(counts)
        rows = numpy.array([self.stems[stem] for stem in stems], dtype=numpy.intp)
        values = self.idf[rows] * (1 + numpy.log(numpy.array(list(counts.values()), dtype=numpy.float64)))
        values /= sqrt(values @ values) or 1.0
        weights = self.weights[rows]
        odds = (self.start + values @ weights).tolist()
        enough = max(len(stems), 1)
        return Weighed(dict(zip(self.bias, odds, strict=True)), enough / (enough + FEW), stems, values, weights)

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
    data = _learned()
    bias = {tag: number for tag, number in data["bias"].items() if tag.partition(".")[0] in kinds}
    return Classifier.of(bias, data["stems"])


@cache
def _learned() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_text())
    return data


@cache
def digest() -> str:
    """Changes when any weight changes."""
    return hashlib.sha256(_text().encode()).hexdigest()[:16]


def _text() -> str:
    return files("enrich").joinpath("weights.json").read_text("utf-8")
