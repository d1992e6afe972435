"""What a translation must not touch: names stay, glossary words have their English, numbers of norms are facts.

One finder for every engine; each keeps them in its own way (superblanks for the rules, a check and a second try for models).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

import ahocorasick

from core import masking
from core.peru.gazetteer import load
from core.text import lower
from enrich import norms
from enrich.lexicon import Lexicon
from enrich.mentions import capitalised
from enrich.people import people
from enrich.reading import Field

VERSION = "3"
Kind = Literal["name", "title", "word", "figure"]
"""`name`: stays as it is. `title`: a body whose name may be translated well (*Ministerio del Interior*). `word`: of the
glossary. `figure`: the number of a norm, or one that masking hides."""


class Protected(NamedTuple):
    """A span of a text with the English that it must have."""

    start: int
    end: int
    english: str
    kind: Kind


Protect = Callable[[str], Sequence[Protected]]
"""A text -> its protected spans, in order and apart from one another."""

_NO_WORD = re.compile(r"[\W_]")
_NUMBER = re.compile(r"\d[\d.,]*(?:[-/]\w+)*")
_TRANSLATED = ("institution", "guild", "other")


def protector(lexicon: Lexicon) -> Protect:
    """The finder for these word lists, the bundled gazetteer and people's names."""
    glossary = ahocorasick.Automaton()
    for spanish, sense in lexicon.glossary.items():
        glossary.add_word(f" {' '.join(_NO_WORD.sub(' ', spanish).split())} ", (spanish, sense))
    glossary.make_automaton()
    gazetteer = load()

    def protect(text: str) -> list[Protected]:
        part = Field("text", text)
        found = [*_organisations(part, lexicon), *_figures(text)]
        found += [Protected(start, end, text[start:end], "name") for start, end in capitalised(part, gazetteer)]
        found += [Protected(start, end, text[start:end], "name") for start, end in people(text)]
        norm = f" {_NO_WORD.sub(' ', lower(text))} "
        for last, (spanish, sense) in glossary.iter(norm) if len(glossary) else ():
            start = last - len(spanish) - 1
            english = sense.at(part, start)
            if english:
                capital = text[start].isupper()
                found.append(
                    Protected(start, last - 1, english[0].upper() + english[1:] if capital else english, "word")
                )
        return _apart(found)

    return protect


def _organisations(part: Field, lexicon: Lexicon) -> Iterator[Protected]:
    for hit in lexicon.find(part):
        if hit.entry.tag.startswith("organisation.") and part.text[hit.start].isupper():
            name = part.text[hit.start : hit.end]
            known = lexicon.organisations.get(hit.entry.tag.removeprefix("organisation."))
            free = known is not None and known.kind in _TRANSLATED and not name.isupper()
            yield Protected(hit.start, hit.end, name, "title" if free else "name")


def _figures(text: str) -> Iterator[Protected]:
    for _norm, start, end in norms.find(text):
        number = _NUMBER.search(text, start, end)
        if number:
            last = number.end() - len(number[0]) + len(number[0].rstrip(".,"))
            yield Protected(number.start(), last, text[number.start() : last], "figure")
    for _kind, start, end in masking.find(text):  # as printed there, so that it is known here for what it is
        yield Protected(start, end, text[start:end], "figure")


def _apart(found: list[Protected]) -> list[Protected]:
    """The longest where they overlap, in order."""
    kept: list[Protected] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
