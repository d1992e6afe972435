"""A linear classifier of topics, sectors and strike statuses over the words of a text: the second opinion beside the word lists.

Lists know what they name; many texts tell it otherwise (a shop's owner who "puts something together every Monday"). What
words keep company with a tag is learned: a logistic regression for each over signs weighed by tf-idf, made by
`training/weights.py` from labelled rows of our own. Signs are stems (the first six letters of each folded word) and pairs of
them; of a strike's status also, once more, the stems of the title. The weights lie in `weights.json`; to read them is a
sum over the signs of a text. docs/decisions/0024-second-opinion.md has the figures.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import exp, sqrt
from typing import Any, Literal

import numpy
from numpy.typing import NDArray

from core.memo import Memo

Numbers = NDArray[numpy.float64]
Rows = NDArray[numpy.intp]
Kind = Literal["subject", "status"]
"""What is told: topics and sectors of a text, or the status of its strike."""

LETTERS = 6
"""Of a word that count: what follows them is mostly gender, number and tense."""
FEW = 15
"""Known signs at which a text's words are trusted by half: of a headline the lists know more than its company of words does."""
BREAK = ""
"""Stands between words that are no pair."""
_LONGEST = 40
"""Letters of a word whose stem's number is kept, at most."""


def stem(word: str) -> str:
    """What of a folded word is weighed; of a number only its length counts."""
    return "0" * len(word) if word.isdecimal() else word[:LETTERS]


def signs(words: Iterable[str], titled: Iterable[str] = ()) -> list[str]:
    """The stems of folded words, their pairs, and once more, with `=` before them, the stems of the `titled` ones."""
    stems = [stem(word) for word in words]
    pairs = [f"{first} {then}" for first, then in pairwise(stems) if first and then]
    return [*filter(None, stems), *pairs, *("=" + stem(word) for word in titled)]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the words of one text say: log-odds by tag (`topic.strike`, `sector.mining`)."""

    odds: Mapping[str, float]
    trust: float
    """From 0 to 1: how much there was to weigh."""
    _signs: Sequence[str]
    """Of all texts; `_rows` are those of this one."""
    _rows: Rows
    _values: Numbers
    """How much each sign is of the text."""
    _weights: Numbers
    """Signs x tags."""

    def telling(self, tag: str, most: int = 5) -> list[str]:
        """The signs that say most for a tag."""
        shares = self._values * self._weights[:, list(self.odds).index(tag)]
        said = sorted(zip(shares.tolist(), [self._signs[row] for row in self._rows], strict=True), reverse=True)
        return [sign for share, sign in said[:most] if share > 0]


class Classifier:
    """Weights of signs, looked up by numbers: a text's stems are numbered once, a pair is one number made of two."""

    def __init__(
        self,
        bias: Mapping[str, float],
        signs: Mapping[str, tuple[float, Mapping[str, float]]],
        *,
        all_count: bool = False,
    ) -> None:
        """`bias` by tag; of each sign its inverse document frequency and its weights by tag.

        `all_count`: whether all known signs say how much there was to weigh, or stems alone.
        """
        self.bias, self.signs, self.all_count = bias, list(signs), all_count
        self.idf = numpy.array([idf for idf, _ in signs.values()], dtype=numpy.float64)
        at = {tag: number for number, tag in enumerate(bias)}
        self.weights = numpy.zeros((len(signs), len(bias)))
        for row, (_, by_tag) in enumerate(signs.values()):
            for tag, weight in by_tag.items():
                self.weights[row, at[tag]] = weight
        stems = sorted({part for sign in signs for part in sign.removeprefix("=").split()})
        numbered = {part: number for number, part in enumerate(stems)}
        self._unknown = unknown = len(stems)  # the number of all that no sign holds
        self._number = Memo(lambda word: numbered.get(stem(word), unknown), longest=_LONGEST)
        self._alone, self._titled = numpy.full((2, self._unknown + 1), -1, dtype=numpy.intp)
        pairs: dict[int, int] = {}
        for row, sign in enumerate(signs):
            numbers = [self._number[part] for part in sign.removeprefix("=").split()]
            if len(numbers) == 2:
                pairs[numbers[0] * self._unknown + numbers[1]] = row
            else:
                (self._titled if sign.startswith("=") else self._alone)[numbers] = row
        self._pairs = numpy.array(sorted(pairs), dtype=numpy.int64)
        self._of_pairs = numpy.array([pairs[pair] for pair in sorted(pairs)], dtype=numpy.intp)

    def weigh(self, words: Iterable[str], titled: Iterable[str] = ()) -> Weighed:
        """Weigh the `signs` of a text; one without any known sign has the odds of the bias."""
        stems = self._numbers(words)
        alone = self._alone[stems]
        alone, also = alone[alone >= 0], self._titled[self._numbers(titled)]
        rows = numpy.concatenate((alone, self._paired(stems), also[also >= 0]))
        rows, counts = numpy.unique(rows, return_counts=True)
        values = self.idf[rows] * (1 + numpy.log(counts))
        values /= sqrt(values @ values) or 1.0
        weights = self.weights[rows]
        said = (values @ weights).tolist()
        odds = {tag: bias + more for (tag, bias), more in zip(self.bias.items(), said, strict=True)}
        enough = max(len(rows) if self.all_count else len(set(alone.tolist())), 1)
        return Weighed(odds, enough / (enough + FEW), self.signs, rows, values, weights)

    def _numbers(self, words: Iterable[str]) -> Rows:
        return numpy.fromiter(map(self._number.__getitem__, words), dtype=numpy.intp)

    def _paired(self, stems: Rows) -> Rows:
        """The rows of the pairs of stems that are signs."""
        if not len(self._pairs):
            return self._of_pairs
        known = stems < self._unknown
        pairs = (stems[:-1] * self._unknown + stems[1:])[known[:-1] & known[1:]]
        places: Rows = numpy.minimum(self._pairs.searchsorted(pairs), len(self._pairs) - 1)
        rows: Rows = self._of_pairs[places[self._pairs[places] == pairs]]
        return rows


def sure(odds: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + exp(-max(min(odds, 50.0), -50.0)))


def load(kind: Kind) -> Classifier:
    """The weights that come with the release."""
    return _loaded()[kind]


@cache
def _loaded() -> dict[Kind, Classifier]:
    """Both at once: what is read of the file takes ten times the room of what is kept."""
    data: dict[Kind, Any] = json.loads(_text())
    return {kind: Classifier(one["bias"], one["signs"], all_count=kind == "status") for kind, one in data.items()}


@cache
def digest() -> str:
    """Changes when any weight changes."""
    return hashlib.sha256(_text().encode()).hexdigest()[:16]


def _text() -> str:
    return files("enrich").joinpath("weights.json").read_text("utf-8")
