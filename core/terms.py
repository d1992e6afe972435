"""THE analysis: text -> terms, used for indexing by every engine, for queries, for alerts and for highlights.

A token is a run of letters and digits (`[^\\W_ºª]+`); one longer than 64 characters is cut to its first 64. Each token
gives two terms. *exact*: lower case, accents folded with Lucene's table, ñ kept. *stem*: stop words as they are, then a
curated list of exceptions keyed by the unfolded word, else Snowball on the folded word, a plural made singular first.
Engines index the terms joined by spaces with a `whitespace` tokenizer, so all of them agree. The lists: core/stems.toml.
"""

import hashlib
import re
import threading
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import Stemmer

from core.memo import Memo
from core.text import FOLDING, lower

Side = Literal["es", "en"]
LONGEST = 64
_PATTERN = r"[^\W_ºª]+"
_TOKEN = re.compile(_PATTERN)
_TABLE = {ord(char): folded for char, folded in FOLDING.items()}
_MEMO = 100_000  # entries of each table; about 35 MB when full
_KEPT = 100  # characters: what is longer does not come again


class Term(NamedTuple):
    """One token: its two terms and where it stands, in characters of the text it was printed in."""

    exact: str
    stem: str
    start: int
    end: int


def side(language: str | None) -> Side:
    """Which of the two analyses a language gets: English its own, Spanish and every other the Spanish one."""
    return "en" if language == "en" else "es"


def fold_word(word: str) -> str:
    """The exact term of a printed word: lower case, folded with the whole table (ß gives ss), ñ kept."""
    lowered = lower(word[:LONGEST])
    return lowered if lowered.isascii() else lowered.translate(_TABLE)


def _read(name: str) -> str:
    return files("core").joinpath(name).read_text("utf-8")


def _plurals(rules: list[dict[str, Any]]) -> Callable[[str], str]:
    """A function that makes a folded plural singular by the first rule that holds (see core/stems.toml)."""
    compiled = [(re.compile(f"(?:{rule['ends']})$"), int(rule["cut"]), str(rule.get("add", ""))) for rule in rules]

    def singular(word: str) -> str:
        if len(word) < 4 or not word.endswith("s"):
            return word
        for ends, cut, add in compiled:
            if ends.search(word):
                return word[: len(word) - cut] + add
        return word

    return singular


class _Stemmer:
    """The stems of one side: stop words, exceptions, plurals, Snowball, in this order."""

    def __init__(self, rules: dict[str, Any], algorithm: str) -> None:
        self._snowball, self._lock = Stemmer.Stemmer(algorithm, 0), threading.Lock()
        self._singular = _plurals(rules["plural"])
        self._stop = frozenset(map(fold_word, rules["stop"].split()))
        self._exceptions: dict[str, str] = {}
        self._exceptions = self._listed(rules["apart"], rules["together"])

    def _listed(self, apart: dict[str, list[str]], together: dict[str, list[str]]) -> dict[str, str]:
        stems = {word: f"{name}_" for name, words in apart.items() for word in words}
        for name, words in together.items():
            stems.update(dict.fromkeys(words, stems.get(name) or self.regular(fold_word(name))))
        for word, found in list(stems.items()):
            stems.setdefault(fold_word(word), found)
        return stems

    def regular(self, exact: str) -> str:
        """The stem of a folded word that is in no list. It never equals a stop word: those are met by themselves only."""
        with self._lock:
            found = str(self._snowball.stemWord(self._singular(exact))) or exact
        return f"{found}_" if found in self._stop else found

    def pair(self, word: str) -> tuple[str, str]:
        """The exact and the stem term of a printed word."""
        exact = fold_word(word)
        if exact in self._stop:
            return exact, exact
        return exact, self._exceptions.get(lower(word)) or self.regular(exact)


FOLDING_TEXT, RULES_TEXT = _read("folding.txt"), _read("stems.toml")
RULES: dict[str, dict[str, Any]] = tomllib.loads(RULES_TEXT)
_SPANISH, _ENGLISH = _Stemmer(RULES["es"], "spanish"), _Stemmer(RULES["en"], "english")


_Pairs = Memo[tuple[str, str]]


def _remembered(pair: Callable[[str], tuple[str, str]]) -> _Pairs:
    return Memo(pair, most=_MEMO, longest=_KEPT)


def _pieces(words: _Pairs) -> _Pairs:
    """The terms of what stands between two spaces, joined: most often one word, with or without a comma or a bracket."""

    def pair(piece: str) -> tuple[str, str]:
        pairs = [words[word] for word in _TOKEN.findall(piece)]
        return " ".join([exact for exact, _ in pairs]), " ".join([stem for _, stem in pairs])

    return _remembered(pair)


_WORDS = {"es": _remembered(_SPANISH.pair), "en": _remembered(_ENGLISH.pair)}
_PIECES = {name: _pieces(words) for name, words in _WORDS.items()}


def _memo(language: str | None) -> Callable[[str], tuple[str, str]]:
    return _WORDS["en" if language == "en" else "es"].__getitem__


def analyse(text: str, language: str | None) -> list[Term]:
    """The terms of a cleaned text, in order, with their places. The place in the list is the term's position."""
    pair, new = _memo(language), tuple.__new__  # Term(...) would cost half as much again
    return [new(Term, pair(match[0]) + match.span()) for match in _TOKEN.finditer(text)]


def exact_terms(text: str) -> list[str]:
    """Only the exact terms, in order; they are the same in every language."""
    return [exact for exact, _ in map(_memo("es"), _TOKEN.findall(text))]


def joined(text: str, language: str | None) -> tuple[str, str]:
    """The exact and the stem terms, each joined by spaces: what an engine indexes with a whitespace tokenizer.

    The text is split at white space and each piece looked up whole: no token holds any, so the terms are those of
    `analyse`, at a quarter of its time.
    """
    pieces = text.split()
    if not pieces:
        return "", ""
    known = _PIECES["en" if language == "en" else "es"].__getitem__
    exacts, stems = zip(*map(known, pieces), strict=True)
    return " ".join(filter(None, exacts)), " ".join(filter(None, stems))


def stem(word: str, language: str | None) -> str:
    """The stem term of one printed word."""
    return _memo(language)(word)[1]


def digest(rules: str, folding: str) -> str:
    """Twelve hexadecimal digits that stand for the pattern, the tables and the stemmer's version."""
    parts = (_PATTERN, str(LONGEST), rules, folding, version("PyStemmer"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


TERMS_VERSION = digest(RULES_TEXT, FOLDING_TEXT)
"""Changes when the pattern, a table, a list or the stemmer changes: an index made under another one is rebuilt."""
