"""The words of a headline that can trend: content words, and pairs of them with at most two small words between.

"Paro de transportistas en Lima" gives *Paro*, *transportistas*, *Lima*, *Paro de transportistas*, *transportistas en
Lima*. They are kept as printed and counted by the index; `search/trending.py` brings their spellings together by stem.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from core.terms import RULES, Side, Term, analyse, fold_word, side

GAP = re.compile(r"\s+")
BETWEEN = 2  # small words inside a pair: "paro de los transportistas"
SHORTEST = 2  # characters
ALSO_SMALL = "tras según así aún aunque mientras además luego cada solo sólo ser hacia"  # in headlines


@lru_cache(maxsize=2)
def small_words(language: Side) -> frozenset[str]:
    """The stop words of a language, and what stands like one in headlines, as exact terms."""
    return frozenset(fold_word(word) for word in f"{RULES[language]['stop']} {ALSO_SMALL}".split())


def key_terms(title: str, language: str | None) -> tuple[str, ...]:
    """The content words and pairs of a title as printed, in order, each once whatever its ending."""
    found: dict[tuple[str, ...], str] = {}
    terms = analyse(title, language)
    for run in _runs(terms, title, side(language)):
        found.setdefault(tuple(term.stem for term in run), title[run[0].start : run[-1].end])
    return tuple(found.values())


def stem_key(term: str, language: str | None = "es") -> tuple[str, ...]:
    """What the spellings of one term share: its stems in a row."""
    return tuple(one.stem for one in analyse(term, language))


def _runs(terms: list[Term], title: str, language: Side) -> Iterator[list[Term]]:
    small = small_words(language)
    content = [
        len(term.exact) >= SHORTEST and not term.exact.isnumeric() and term.exact not in small for term in terms
    ]  # fmt: skip
    for place, term in enumerate(terms):
        if not content[place]:
            continue
        yield [term]
        for end in range(place + 1, min(place + BETWEEN + 2, len(terms))):
            if not GAP.fullmatch(title, terms[end - 1].end, terms[end].start):
                break
            if content[end]:
                yield terms[place : end + 1]
                break
            if terms[end].exact not in small:
                break
