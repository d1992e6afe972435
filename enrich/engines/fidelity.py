"""Whether the English of a sentence kept its names, words and numbers, and how to cut the sentence where it did not."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.text import fold
from enrich.protecting import Protected

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_CURRENCY = re.compile(r"(?:S/\.?|US\$|\$|€) ?$")
_SMALL = dict(
    zip("23456789", ("two", "three", "four", "five", "six", "seven", "eight", "nine"), strict=True)
) | {"10": "ten", "11": "eleven", "12": "twelve"}  # fmt: skip
_SPACES = re.compile(r"\s+")
_TYPOGRAPHY = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " "})  # fmt: skip
"""What OPUS-MT's training texts were normalised to."""
_ROUNDS = 4
_SMALL_WORDS = frozenset("a an the in on at of for to by and with that he she it they".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a cut sentence: to be translated, or to stand as it is. `before` and `after` are the white space around it."""

    text: str
    translate: bool
    before: str = ""
    after: str = ""

    def joined(self, english: str | None) -> str:
        """The part in its place; in Spanish where the model gave nothing or far too much.

        A model takes every part for a sentence: the capital and the full stop that it adds go again.
        """
        if not self.translate:
            return self.before + self.text + self.after
        said = (english or "").strip()
        if _is_no_answer(self.text, said):
            return self.before + self.text + self.after
        if said[-1:] == "." and self.text[-1:] not in (".", "…"):
            said = said.rstrip(".")
        if self.text[:1].islower() and said.split(" ", 1)[0].lower() in _SMALL_WORDS:
            said = said[0].lower() + said[1:]
        return self.before + said + self.after


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its protected spans (offsets within it); those that are `plain` bind only the rules."""

    text: str
    protected: tuple[Protected, ...] = ()

    @property
    def source(self) -> str:
        """What the model is given: typography plain, glossary words in English already, for a model copies what it does not know."""
        out, last = [], 0
        for one in self.protected:
            if one.kind == "word":
                out += [self.text[last : one.start], one.english]
                last = one.end
        return plain("".join([*out, self.text[last:]]))

    def is_kept(self, english: str) -> bool:
        """Whether nothing is missing and nothing goes round in circles."""
        return not self.circles(english) and not self.missing(english)

    def circles(self, english: str) -> bool:
        """Whether a model repeats itself, or says nothing or far too much: hallucination, as the field calls it."""
        words, source = english.lower().split(), self.text.lower().split()
        if _is_no_answer(self.text, english):
            return True
        return any(_repeats(words, size) for size in (1, 2, 3, 4)) and not any(
            _repeats(source, size) for size in (1, 2, 3, 4)
        )

    def missing(self, english: str) -> list[Protected]:
        """The protected spans and numbers of the source that the English lacks, in order."""
        said = _SPACES.sub(" ", fold(english))
        numbers = Counter(_digits(match[0]) for match in _NUMBER.finditer(english))
        lacking = []
        for one in self.protected:
            if one.kind == "figure":
                bare = not any(map(str.isalpha, one.english)) and _digits(one.english)
                if one.english not in english and not (bare and bare in map(_digits, english.split())):
                    lacking.append(one)
            elif one.kind not in ("title", "plain") and _SPACES.sub(" ", fold(one.english)) not in said:
                lacking.append(one)
        for match in _NUMBER.finditer(self.text):
            if any(one.start < match.end() and match.start() < one.end for one in self.protected):
                continue
            if not self._has_number(match, numbers, said):
                lacking.append(Protected(*self._word(match), "figure"))
        return sorted(_apart(lacking))

    def _word(self, match: re.Match[str]) -> tuple[int, int, str]:
        """The number with the letters and signs that belong to it: `S/ 500`, `24h`, `15%`."""
        start, end = match.span()
        if currency := _CURRENCY.search(self.text[:start], max(0, start - 6)):
            start = currency.start()
        while start and not self.text[start - 1].isspace() and self.text[start - 1] not in "(«“\"'":
            start -= 1
        while end < len(self.text) and not self.text[end].isspace() and self.text[end] not in ",;:.)»”\"'?!":
            end += 1
        return start, end, self.text[start:end]

    def _has_number(self, match: re.Match[str], numbers: Counter[str], said: str) -> bool:
        digits = _digits(match[0])
        allowed = [digits]
        rest = self.text[match.end() : match.end() + 12].lower()
        if rest.startswith(" mil"):
            allowed += [digits + "000", digits + "000000"]
        if ":" in match[0]:
            hour, minutes = match[0].split(":")[:2]
            allowed += [f"{int(hour) % 12 or 12}{minutes}"] + ([str(int(hour) % 12 or 12)] if minutes == "00" else [])
        for one in allowed:
            if numbers[one] > 0:
                numbers[one] -= 1
                return True
        return (digits in ("0", "1") and bool(said)) or (digits in _SMALL and f" {_SMALL[digits]}" in f" {said}")

    def everything(self) -> list[Protected]:
        """All that must be kept: the protected spans but titles, and the other numbers."""
        return self.missing("")

    def cut(self, lacking: Iterable[Protected]) -> Iterator[Part]:
        """The sentence in parts around these spans; whole where there are none."""
        last = 0
        for one in lacking:
            yield from self._between(last, one.start)
            yield Part(one.english, translate=False)
            last = one.end
        yield from self._between(last, len(self.text))

    def _between(self, start: int, end: int) -> Iterator[Part]:
        text = self.text[start:end]
        kept = text.strip()
        if not any(map(str.isalpha, kept)):
            if text:
                yield Part(text, translate=False)
            return
        at = text.index(kept)
        inside = Sentence(
            self.text[start + at : start + at + len(kept)],
            tuple(
                one._replace(start=one.start - start - at, end=one.end - start - at)
                for one in self.protected
                if one.start >= start + at and one.end <= start + at + len(kept)
            ),
        )
        yield Part(inside.source, translate=True, before=text[:at], after=text[at + len(kept) :])


def plain(text: str) -> str:
    """Typographic quotes, dashes and spaces as models know them."""
    return _SPACES.sub(" ", text.translate(_TYPOGRAPHY)).strip()


def _is_no_answer(source: str, english: str) -> bool:
    words = len(english.split())
    return not words or words > 3 * len(source.split()) + 15


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _repeats(words: list[str], size: int) -> bool:
    """Whether any `size` words in a row come four times running."""
    run = 0
    for at in range(size, len(words)):
        run = run + 1 if words[at] == words[at - size] else 0
        if run >= size * (_ROUNDS - 1):
            return True
    return False


def _apart(found: list[Protected]) -> list[Protected]:
    kept: list[Protected] = []
    for one in sorted(found):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
