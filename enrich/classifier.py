"""A linear classifier of topics and sectors over the words of a text: the second opinion beside the word lists.

Lists know what they name; many texts tell it otherwise (a shop's owner who "puts something together every Monday"). What
words keep company with a tag is learned: a logistic regression for each over stems (the first six letters of each folded
word) weighed by tf-idf, made by `training/weights.py` from labelled rows of our own. The weights lie in `weights.json`; to
read them is a sum over the words of a text. docs/decisions/0024-second-opinion.md has the figures.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log, sqrt

LETTERS = 6
"""Of a word that count: what follows them is mostly gender, number and tense."""
FEW = 10
"""Known stems at which a text's words are trusted by half: of a headline the lists know more than its company of words does."""


def stems(words: Iterable[str]) -> Counter[str]:
    """How often each stem stands in the folded words of a text; of a number only its length counts."""
    return Counter("0" * len(word) if word.isdecimal() else word[:LETTERS] for word in words)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the words of one text say: log-odds by tag (`topic.strike`, `sector.mining`)."""

    odds: Mapping[str, float]
    trust: float
    """From 0 to 1: how much there was to weigh."""
    _parts: Sequence[tuple[str, float, Mapping[str, float]]]

    def telling(self, tag: str, most: int = 5) -> list[str]:
        """The stems that say most for a tag."""
        said = [(value * weights[tag], stem) for stem, value, weights in self._parts if weights.get(tag, 0.0) > 0]
        return [stem for _, stem in sorted(said, reverse=True)[:most]]


@dataclass(frozen=True, slots=True)
class Classifier:
    """`bias` by tag, and by stem its inverse document frequency and its weight for each tag that it bears upon; `digest` changes
    when any of them changes."""

    digest: str
    bias: Mapping[str, float]
    weights: Mapping[str, tuple[float, Mapping[str, float]]]

    def weigh(self, words: Iterable[str]) -> Weighed:
        """Weigh the folded words of a text; one without any known word has the odds of the bias."""
        known = [(stem, n, *found) for stem, n in stems(words).items() if (found := self.weights.get(stem))]
        values = [(stem, idf * (1 + log(n)), weights) for stem, n, idf, weights in known]
        length = sqrt(sum(value * value for _, value, _ in values)) or 1.0
        parts = [(stem, value / length, weights) for stem, value, weights in values]
        odds = dict(self.bias)
        for _, value, weights in parts:
            for tag, weight in weights.items():
                odds[tag] += value * weight
        return Weighed(odds, max(len(parts), 1) / (max(len(parts), 1) + FEW), parts)


def sure(odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + exp(-max(min(odds, 50.0), -50.0)))


@cache
def load() -> Classifier:
    """The weights that come with the release."""
    text = files("enrich").joinpath("weights.json").read_text("utf-8")
    data = json.loads(text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Classifier(digest, data["bias"], {stem: (idf, weights) for stem, (idf, weights) in data["stems"].items()})
