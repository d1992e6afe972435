"""A linear classifier of topics, sectors and strike statuses over the words of a text: the second opinion beside the word lists.

Lists know what they name; many texts tell it otherwise (a shop's owner who "puts something together every Monday"). What
words keep company with a tag is learned: a logistic regression for each over signs weighed by tf-idf, made by
`training/weights.py` from labelled rows of our own. Signs are stems (the first six letters of each folded word) and pairs of
them; of a strike's status also, once more, the stems of the title. The weights lie in `weights.json`; to read them is a
sum over the signs of a text. docs/decisions/0024-second-opinion.md has the figures.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import exp, sqrt
from typing import Any, Literal

import numpy
from numpy.typing import NDArray

Numbers = NDArray[numpy.float64]
Kind = Literal["subject", "status"]
"""What is told: topics and sectors of a text, or the status of its strike."""

LETTERS = 6
"""Of a word that count: what follows them is mostly gender, number and tense."""
FEW = 15
"""Known signs at which a text's words are trusted by half: of a headline the lists know more than its company of words does."""


def stem(word: str) -> str:
    """What of a folded word is weighed; of a number only its length counts."""
    return "0" * len(word) if word.isdecimal() else word[:LETTERS]


def signs(words: Iterable[str]) -> list[str]:
    """The stems of folded words, and their pairs."""
    stems = [stem(word) for word in words]
    return stems + list(map(" ".join, pairwise(stems)))


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the words of one text say: log-odds by tag (`topic.strike`, `sector.mining`)."""

    odds: Mapping[str, float]
    trust: float
    """From 0 to 1: how much there was to weigh."""
    _signs: Sequence[str]
    _values: Numbers
    """How much each sign is of the text."""
    _weights: Numbers
    """Signs x tags."""

    def telling(self, tag: str, most: int = 5) -> list[str]:
        """The signs that say most for a tag."""
        shares = self._values * self._weights[:, list(self.odds).index(tag)]
        said = sorted(zip(shares.tolist(), self._signs, strict=True), reverse=True)
        return [sign for share, sign in said[:most] if share > 0]


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """`bias` by tag; of each sign its row in `idf` (inverse document frequencies) and `weights` (signs x tags)."""

    bias: Mapping[str, float]
    signs: Mapping[str, int]
    idf: Numbers
    weights: Numbers
    all_count: bool = False
    """Whether all known signs say how much there was to weigh, or stems alone."""

    @classmethod
    def of(
        cls,
        bias: Mapping[str, float],
        signs: Mapping[str, tuple[float, Mapping[str, float]]],
        *,
        all_count: bool = False,
    ) -> "Classifier":
        """From each sign's inverse document frequency and weights by tag."""
        at = {tag: number for number, tag in enumerate(bias)}
        weights = numpy.zeros((len(signs), len(bias)))
        for row, (_, by_tag) in enumerate(signs.values()):
            for tag, weight in by_tag.items():
                weights[row, at[tag]] = weight
        idf = numpy.array([idf for idf, _ in signs.values()], dtype=numpy.float64)
        return cls(bias, {sign: row for row, sign in enumerate(signs)}, idf, weights, all_count)

    def weigh(self, signs: Iterable[str]) -> Weighed:
        """Weigh the signs of a text; one without any known sign has the odds of the bias."""
        counts = [
            (sign, row, count) for sign, count in Counter(signs).items() if (row := self.signs.get(sign)) is not None
        ]
        known = [sign for sign, _, _ in counts]
        at = numpy.array([row for _, row, _ in counts], dtype=numpy.intp)
        values = self.idf[at] * (1 + numpy.log(numpy.array([count for _, _, count in counts], dtype=numpy.float64)))
        values /= sqrt(values @ values) or 1.0
        weights = self.weights[at]
        said = (values @ weights).tolist()
        odds = {tag: bias + more for (tag, bias), more in zip(self.bias.items(), said, strict=True)}
        enough = max(len(known) if self.all_count else sum(" " not in sign for sign in known), 1)
        return Weighed(odds, enough / (enough + FEW), known, values, weights)


def sure(odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + exp(-max(min(odds, 50.0), -50.0)))


@cache
def load(kind: Kind) -> Classifier:
    """The weights that come with the release."""
    data = _learned()[kind]
    return Classifier.of(data["bias"], data["signs"], all_count=kind == "status")


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
