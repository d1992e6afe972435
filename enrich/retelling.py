"""Whether two items tell the same news in other words: the evidence of their headlines and, where both have one, their texts.

A logistic sum of a few kinds of evidence. Shared words count by how rare they are: in Spanish headlines at large
(`common_words.txt`), and among the documents of these days, since what half the papers write about today (an election, a
match) says little of two headlines that share it. Weights and figures: docs/decisions/0018-stories.md, bench/stories.py.
"""

import math
import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files

from core.document import Document
from core.terms import RULES, analyse, fold_word, side
from core.text import fold

Rarity = Callable[[int], float]
"""Term key -> the share of the documents of these days that carry it (0.0 to 1.0), the other one of a pair not counted."""

RARE = 7.5
"""Weight of a word that is in no list of frequent ones: -ln of its share of headlines."""
SHORT, FEWEST = 5, 4
"""Content words: of fewer than SHORT, the same headline of one outlet on other days is a series; fewer than FEWEST are other
news as soon as one of two has a name of its own."""

_DATES = (
    "lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto setiembre septiembre "
    "octubre noviembre diciembre hoy ayer manana monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june july august september october november december today yesterday tomorrow"
)
_FURNITURE = "video videos foto fotos vivo galeria resumen audio minuto nndc nczd tras via"
_RUBRIC_WORDS = (
    "horoscopo horoscopos tarot zodiacal signo signos predicciones editorial editoriales columna opinion caricatura carlincatura "
    "portada portadas efemerides santoral crucigrama sudoku mafalda agenda cartas lector lectores defuncion defunciones obituario "
    "obituarios avisos edictos clasificados titulares noticias boletin edicion impresa suplemento especial especiales cortitas "
    "horoscope opinion column cartoon crossword headlines news briefs newsletter dia diario semana noche editor notas breves"
)
_RUBRICS = frozenset(_RUBRIC_WORDS.split())
_DATE = re.compile(
    r"\b\d{1,2}\s*(?:de\s+)?(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|setiembre|septiembre|octubre|noviembre|diciembre)"
    r"(?:\s+(?:de|del)?\s*(?:19|20)\d\d)?|\b\d{1,2}[/-]\d{1,2}[/-](?:20)?\d\d\b|\b20[0-3]\d\b",
    re.I,
)
_ONE_NAME = {
    "coronavirus": r"covid(?:[- ]?19)?|sars[- ]cov[- ]?2",
    "eeuu": r"ee\.? ?uu\b\.?|estados unidos",
    "minsa": r"ministerio de salud",
    "mininter": r"ministerio del interior",
    "minedu": r"ministerio de educacion",
    "mtc": r"ministerio de transportes(?: y comunicaciones)?",
    "mef": r"ministerio de economia(?: y finanzas)?",
    "pj": r"poder judicial",
    "fiscalia": r"ministerio publico",
    "policia": r"pnp|policia nacional(?: del peru)?",
    "congreso": r"(?:pleno del )?congreso(?: de la republica)?|parlamento|legislativo",
    "sjl": r"san juan de lurigancho",
    "smp": r"san martin de porres",
    "ves": r"villa el salvador",
    "vmt": r"villa maria del triunfo",
    "sjm": r"san juan de miraflores",
    "fallecio": r"murio|fallece|muere|muerte de|fallecimiento de|deceso de",
}
"""What newspapers write in two ways, on the folded text."""
_NAMED_TWICE = re.compile("|".join(rf"\b(?P<{name}>{forms})(?!\w)" for name, forms in _ONE_NAME.items()))
_THOUSANDS = re.compile(r"(?<=\d)[., ’'](?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W_]+")


def _stops(name: str) -> frozenset[str]:
    words = f"{RULES[name]['stop']} {_DATES} {_FURNITURE}".split()
    return frozenset(map(fold_word, words))


_STOP = {"es": _stops("es"), "en": _stops("en")}


def _frequent() -> dict[str, float]:
    weights: dict[str, float] = {}
    for line in files("enrich").joinpath("common_words.txt").read_text("utf-8").splitlines():
        weight, *stems = line.split()
        weights.update(dict.fromkeys(stems, float(weight)))
    return weights


_WEIGHTS = _frequent()


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline as it is compared: each stem's weight and key, the stems printed as names; `rubric` where it says nothing
    else than what it is (`Editorial`, `Horóscopo de hoy`)."""

    words: tuple[str, ...]
    weights: dict[str, float]
    keys: dict[str, int]
    names: frozenset[str]
    numbers: frozenset[str]
    grams: frozenset[str]
    length: float
    total: float
    rubric: bool


@lru_cache(maxsize=4_000)
def headline(title: str, language: str | None = None) -> Headline:
    """The content words of a headline; dates, stop words and the furniture of headlines (`| VIDEO`) are left out."""
    text = _THOUSANDS.sub("", _DATE.sub(" ", _with_one_name(title)))
    terms = [
        term
        for term in analyse(text, language)
        if term.exact not in _STOP[side(language)] and (len(term.exact) > 1 or term.exact.isdigit())
    ]
    weights = {term.stem: _WEIGHTS.get(term.stem, RARE) for term in terms}
    capitals = {term.stem for term in terms if text[term.start].isupper() and not _opens(text, term.start, term.end)}
    line = f" {' '.join(term.exact for term in terms)} "
    return Headline(
        words=tuple(term.exact for term in terms),
        weights=weights,
        keys={stem: term_key(stem) for stem in weights},
        names=frozenset(capitals) if len(capitals) <= 0.7 * len(weights) else frozenset(),
        numbers=frozenset(term.stem for term in terms if term.exact[0].isdigit()),
        grams=frozenset(line[at : at + 4] for at in range(len(line) - 3)),
        length=math.sqrt(sum(weight**2 for weight in weights.values())),
        total=sum(weights.values()),
        rubric=all(term.exact in _RUBRICS for term in terms),
    )


@lru_cache(maxsize=20_000)
def term_key(stem: str) -> int:
    """A stem as a signed 64-bit number, which is what a store holds."""
    return int.from_bytes(blake2b(stem.encode(), digest_size=8, person=b"headline").digest(), "big", signed=True)


def of(document: Document) -> Headline:
    """The headline of a document, of its first words where it has no title (a post)."""
    return headline(document.title or (document.summary or document.text)[:200], document.language)


def unknown(key: int) -> float:
    """The rarity of a word where nothing is known of these days' documents."""
    return 0.0


def same_words(one: Headline, other: Headline) -> bool:
    """Whether two headlines are the same but for dates and furniture."""
    return one.words == other.words


def is_sibling(one: Headline, other: Headline) -> bool:
    """Whether two headlines say the same of different things: `Paro en Puno ...` and `Paro en Tacna ...`, `12` and `13`.

    Of the words that are neither names nor numbers nearly all are shared, and each side has a name or number of its own.
    """
    mine, yours = one.weights.keys() - other.weights.keys(), other.weights.keys() - one.weights.keys()
    return bool(mine and yours) and (
        _are_all(mine, yours, one.numbers, other.numbers) or _are_all(mine, yours, one.names, other.names)
    )


def _are_all(mine: Set[str], yours: Set[str], one: Set[str], other: Set[str]) -> bool:
    """Whether all that only one side has is of a kind: numbers, or names in one of the two."""
    return all(stem in one or stem in other for stem in (*mine, *yours))


def is_too_short(one: Headline, other: Headline) -> bool:
    """Whether one has so few words that a name or number which only one of the two prints makes them different news."""
    if min(len(one.weights), len(other.weights)) >= FEWEST:
        return False
    special = one.names | one.numbers | other.names | other.numbers
    return bool(special & (one.weights.keys() ^ other.weights.keys()))


def evidence(one: Headline, other: Headline, rarity: Rarity) -> tuple[float, ...]:
    """What speaks for and against, in the order of WEIGHTS."""
    product = most = next_most = 0.0
    theirs = other.weights
    for stem, weight in one.weights.items():
        if stem in theirs:
            product += weight**2
            if weight > next_most:  # a word tells no more than its weight
                told = _telling(weight, rarity(one.keys[stem]))
                if told > most:
                    most, next_most = told, most
                elif told > next_most:
                    next_most = told
    return (
        product / (one.length * other.length or 1.0),
        most,
        next_most,
        len(one.grams & other.grams) / (math.sqrt(len(one.grams) * len(other.grams)) or 1.0),
        min(_alone(one, other), _alone(other, one)),
        float(bool(one.numbers - other.numbers and other.numbers - one.numbers)),
    )


WEIGHTS = (2.8, 0.35, 0.6, 5.1, -0.03, -0.4)
"""Of the cosine, the two most telling words, the letter 4-grams, the names on both sides that the other lacks, numbers that clash."""
BIAS = -7.96


def score(one: Headline, other: Headline, rarity: Rarity) -> float:
    """Log-odds that two headlines of about the same day tell the same news; about 0 where it is as likely as not."""
    found = evidence(one, other, rarity)
    return BIAS + sum(weight * value for weight, value in zip(WEIGHTS, found, strict=True))


def _with_one_name(title: str) -> str:
    pieces, last = [], 0
    for match in _NAMED_TWICE.finditer(fold(title)):  # one character for one: places hold
        pieces += [title[last : match.start()], str(match.lastgroup).capitalize()]
        last = match.end()
    return "".join([*pieces, title[last:]])


def _opens(text: str, start: int, end: int) -> bool:
    """Whether a word has its capital for standing first, and is no name: a name has a colon or another capital behind it."""
    if _WORD.search(text, 0, start):
        return False
    behind = text[end:].lstrip()
    return not (text[end : end + 1] == ":" or behind[:1].isupper())


def _telling(weight: float, share: float) -> float:
    return min(weight, -math.log(share)) if share > 0 else weight


def _alone(one: Headline, other: Headline) -> float:
    """Weight of the names of one that the other has not."""
    return sum(one.weights[name] for name in one.names if name not in other.weights)
