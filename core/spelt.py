"""Telephone numbers said in words, wholly or in part ("nueve ochenta y siete, 654, tres veintiuno"): how people dodge filters. In Spanish and English.

Seven digits named one after another are a number that somebody spells. Larger numbers are one only where they give the
nine digits of a mobile in all, since sums, ages and counts are told in the same words.
"""

import re
from collections.abc import Iterator

from core.numerals import WORDS
from core.text import fold

FEWEST = 7
"""Digits named in a row before they are a number that somebody spells."""
MOBILE = 9
"""Digits of a mobile in Peru; the first is 9."""

DIGITS = {"cero": 0, "zero": 0} | {word: number for word, number in WORDS.items() if number < 10 and word != "un"}

_VALUES = DIGITS | WORDS


def _of(least: int, most: int, *, round_only: bool = False) -> list[str]:
    return [w for w, n in WORDS.items() if least <= n <= most and ((n % 10 == 0 and w != "veinte") or not round_only)]


_ENDS = r"(?![^\W\d_])"
_UNIT, _TEEN, _TEN, _HUNDRED = (
    f"(?:{'|'.join(words)}){_ENDS}" for words in (DIGITS, _of(10, 29), _of(20, 90, round_only=True), _of(100, 900))
)
_BELOW = rf"(?:{_TEN}(?:(?: y |[ -]){_UNIT})?|{_TEEN}|{_UNIT})"
_SAID = rf"(?<![^\W\d_])(?:{_HUNDRED}(?: {_BELOW})?|{_BELOW})"
_PART = re.compile(rf"{_SAID}|\d+")
_ROW = re.compile(rf"(?<!\w){_UNIT}(?:[ ,.-]{{1,3}}(?:(?:y|and) )?{_UNIT}){{{FEWEST - 1},14}}(?!\w)")
_MIXED = re.compile(
    rf"(?<![\w•])(?<!\d[.,/-])(?=nueve|noventa|novecientos|nine|9)(?:{_SAID}|\d{{1,7}})(?:[ ,.-]{{0,3}}(?:{_SAID}|\d{{1,7}}(?!\d))){{1,8}}(?!\w)"
)
_WORD = re.compile(r"[^\W\d_]+")
_SEVERAL = re.compile(
    rf"9\d*+[ ,.-]{{0,3}}(?:\d++[ ,.-]{{0,3}}){{0,7}}{_SAID}|(?:nueve|noventa|novecientos|nine(?:ty)?)[ ,.-]{{1,3}}(?:y )?(?:{_SAID}|\d)"
)


_RARE = [word for word in DIGITS if word not in ("uno", "una", "dos", "one", "two", "six")]
_COMMON = (" uno", " dos", " one", " two")


def may_spell(folded: str) -> bool:
    """A look that costs little at a text in small letters: most texts spell no number.

    Ones and twos stand in every text and within other words: they are looked for where there are few other digits.
    """
    few = sum(map(folded.count, _RARE)) < 3 and sum(map(folded.count, _COMMON)) < FEWEST - 3
    return (not few and sum(map(folded.count, DIGITS)) >= FEWEST) or bool(_SEVERAL.search(folded))


def spelt(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each number that is said in words, or partly so."""
    folded = fold(text)
    for match in _ROW.finditer(folded):
        yield match.span()
    for match in _MIXED.finditer(folded):
        if end := _mobile(folded, *match.span()):
            yield match.start(), end


def _mobile(folded: str, start: int, end: int) -> int:
    """Where the nine digits of a mobile end that begin there and are not all written with digits; 0 if they do not."""
    size, words = 0, False
    for part in _PART.finditer(folded, start, end):
        words = words or not part[0].isdigit()
        size += len(_digits(part[0]))
        if size >= MOBILE:
            return part.end() if size == MOBILE and words else 0
    return 0


def digits(text: str) -> str:
    """The digits of what `spelt` found; `""` for anything else."""
    folded = fold(text)
    parts = _PART.findall(folded)
    rest = [word for word in _WORD.findall(_PART.sub(" ", folded)) if word not in ("y", "and")]
    found = "".join(map(_digits, parts))
    return found if not rest and len(found) >= FEWEST and _WORD.search(folded) else ""


def _digits(part: str) -> str:
    return part if part.isdigit() else str(sum(_VALUES.get(word, 0) for word in _WORD.findall(part)))
