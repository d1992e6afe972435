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

VERSION = "4"
Kind = Literal["name", "title", "word", "plain", "figure"]
"""`name`: stays as it is. `title`: a body whose name may be translated well (*Ministerio del Interior*). `word`: of the
glossary. `plain`: of the vocabulary, or an abbreviation, for the rules only. `figure`: the number of a norm,
or one that masking hides."""


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
_SIGN = re.compile(r"\b(?:N|n|Nro|nro|No)\.? ?[°ºo]?\.?\s*$")
_TRANSLATED = ("institution", "guild", "other")
_CUES = (
    r"[Ee]mpresas?|[Cc]ompañía|[Cc]onsorcio|[Cc]ooperativa|[Ff]irma|[Bb]andas?|[Oo]rganización(?:es)? criminal(?:es)?|[Aa]grupación|[Oo]rquesta|[Aa]lias|"
    r"[Pp]laza|[Pp]lazuela|[Aa]venidas?|[Jj]irón|[Cc]alles?|[Pp]asaje|[Óó]valo|[Pp]arque|[Pp]uente|[Pp]laya|[Mm]ercados?|[Gg]alería|[Uu]rbanización|[Bb]arrio|"
    r"[Cc]aserío|[Aa]nexo|[Aa]sentamiento humano|[Cc]entro poblado|[Cc]entro comercial|[Pp]enal(?: de)?|[Mm]inera|[Ff]undo|[Cc]olegio|[Ii]nstitución educativa|[Cc]línica|[Hh]ospital|"
    r"[Dd]iscoteca|[Bb]ar|[Rr]estaurante|[Pp]ollería|[Bb]odega|[Bb]otica|[Gg]rifo|[Hh]otel|[Hh]ostal|[Ee]stadio|[Rr]adio|[Cc]anal|[Dd]iario|[Rr]evista|[Oo]perativo|[Oo]peración|[Mm]egaoperativo|"
    r"[Pp]artido|[Mm]ovimiento|[Cc]oncierto de|[Aa]v\.|[Jj]r\.|[Uu]rb\.|AA\. ?HH\."
)
_RUN = r"[A-ZÁÉÍÓÚÑ][\w'’-]*(?: (?:(?:de |del |y |e )?(?:la |las |los |el )?)?[A-ZÁÉÍÓÚÑ\d][\w'’-]*){0,5}"
_CALLED = re.compile(rf"\b(?:{_CUES}) [\"'«“‘]?({_RUN})")
_ARTICLED = re.compile(
    rf"(?<=[a-záéíóúñ,] )((?:(?:El|La|Los|Las|Plaza|Plazuela|Avenida|Jirón|Puente|Parque|Mercado|Barrio|Playa) )(?:{_RUN}))"
)
_ADDRESS = re.compile(
    r"((?:https?://|www\.)[^\s<>\"'«»“”]+|[\w.+•-]{1,64}@[\w•-]+(?:\.[\w•-]+)*|(?<!\w)[@#]\w+|[^\s•]{0,40}•[^\s,;)]{0,80})"
)
"""What is copied sign by sign: addresses, accounts, hashtags, hidden numbers."""
_QUOTED = re.compile(rf"(?:(?<=\")|(?<=['«“‘]))({_RUN})(?=[\"'»”’])")
"""What a noun, quotation marks or an article with a capital amid a sentence say to be a name, known or not: *la empresa El Rápido*,
*alias "Chato Renzo"*, *en El Porvenir*."""


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
        for pattern in (_ADDRESS,) if text.isupper() else (_ADDRESS, _CALLED, _QUOTED, _ARTICLED):
            found += [Protected(*match.span(1), match[1], "name") for match in pattern.finditer(text)]
        norm = f" {_NO_WORD.sub(' ', lower(text))} "
        for last, (spanish, sense) in glossary.iter(norm) if len(glossary) else ():
            start = last - len(spanish) - 1
            english = "" if "\n" in text[start : last - 1] else sense.at(part, start)
            if english:
                found.append(
                    Protected(start, last - 1, _as_printed(english, text, start), "plain" if sense.plain else "word")
                )
        return _apart(found)

    return protect


def _as_printed(english: str, text: str, start: int) -> str:
    """A glossary word with the capital of the Spanish; a subject in brackets stands only where a sentence begins."""
    if english.startswith("("):
        begins = not (before := text[max(0, start - 3) : start].rstrip(" ¡¿\"'«“‘(")) or before[-1] in ".!?:|\n"
        english = english.replace("(", "").replace(")", "") if begins else english.split(") ", 1)[-1]
    return english[0].upper() + english[1:] if text[start].isupper() else english


def _organisations(part: Field, lexicon: Lexicon) -> Iterator[Protected]:
    for hit in lexicon.find(part):
        if hit.entry.tag.startswith("organisation.") and part.text[hit.start].isupper():
            name = part.text[hit.start : hit.end]
            known = lexicon.organisations.get(hit.entry.tag.removeprefix("organisation."))
            free = known is not None and known.kind in _TRANSLATED and not name.isupper()
            yield Protected(hit.start, hit.end, name, "title" if free else "name")


def _figures(text: str) -> Iterator[Protected]:
    """The numbers of norms, and for the rules their abbreviations (*D.U.*), which are no words to translate."""
    for _norm, start, end in norms.find(text):
        number = _NUMBER.search(text, start, end)
        if number:
            last = number.end() - len(number[0]) + len(number[0].rstrip(".,"))
            label = _SIGN.sub("", text[start : number.start()]).rstrip()
            if "." in label or label.isupper():
                yield Protected(start, start + len(label), label, "plain")
            yield Protected(number.start(), last, text[number.start() : last], "figure")
    for _kind, start, end in masking.find(text):  # as printed there, so that it is known here for what it is
        yield Protected(start, end, text[start:end], "figure")


def _apart(found: list[Protected]) -> list[Protected]:
    """The longest where they overlap, in order; of equals the glossary's word before a name that may be translated."""
    kept: list[Protected] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end, one.kind == "title")):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
