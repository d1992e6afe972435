"""The words of a headline that can trend: content words, and pairs of them with at most two small words between.

"Paro de transportistas en Lima" gives *Paro*, *transportistas*, *Lima*, *Paro de transportistas*, *transportistas en
Lima*. They are kept as printed and counted by the index; `search/trending.py` brings their spellings together by stem.
"""

from functools import lru_cache

from core.terms import RULES, Side, Term, analyse, fold_word, side

BETWEEN = 2  # small words inside a pair: "paro de los transportistas"
SHORTEST = 2  # characters
ALSO_SMALL = "tras según así aún aunque mientras además luego cada solo sólo ser hacia"  # in headlines


@lru_cache(maxsize=2)
def small_words(language: Side) -> frozenset[str]:
    """The stop words of a language, and what stands like one in headlines, as exact terms."""
    return frozenset(fold_word(word) for word in f"{RULES[language]['stop']} {ALSO_SMALL}".split())


def key_terms(title: str, language: str | None) -> tuple[str, ...]:
    """The content words and pairs of a title as printed, in order, each once whatever its ending."""
    found: dict[str, str] = {}
    terms = analyse(title, language)
    small = small_words(side(language))
    content = [len(t.exact) >= SHORTEST and not t.exact.isnumeric() and t.exact not in small for t in terms]
    for place in range(len(terms)):
        if content[place]:
            first = terms[place]
            found.setdefault(first.stem, title[first.start : first.end])
            last = _partner(terms, content, small, title, place)
            if last:
                stems = " ".join([term.stem for term in terms[place : last + 1]])
                found.setdefault(stems, title[first.start : terms[last].end])
    return tuple(found.values())


def _partner(terms: list[Term], content: list[bool], small: frozenset[str], title: str, place: int) -> int:
    """The content word with which that at `place` makes a pair; 0 where there is none."""
    for end in range(place + 1, min(place + BETWEEN + 2, len(terms))):
        if not title[terms[end - 1].end : terms[end].start].isspace():
            break
        if content[end]:
            return end
        if terms[end].exact not in small:
            break
    return 0


def stem_key(term: str, language: str | None = "es") -> tuple[str, ...]:
    """What the spellings of one term share: its stems in a row."""
    return tuple(one.stem for one in analyse(term, language))
