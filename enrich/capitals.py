"""Capitalised words and the groups that small words join them to: what `enrich.names` asks of a group of them."""

import re
from functools import lru_cache
from typing import NamedTuple

from core.peru import gazetteer
from core.peru.names import load
from enrich import name_cues as cues
from enrich.reading import Field

_UPPER = "A-ZÀ-ÖØ-Þ"
_TOKEN = re.compile(
    rf"[{_UPPER}](?<![\w@/].)(?!/)(?:\.(?:[{_UPPER}]{{1,2}}\.)*(?:[{_UPPER}](?!\w))?|[{_UPPER}]\.(?:[{_UPPER}]{{1,2}}\.)+(?:[{_UPPER}](?!\w))?|\w*(?:[’'&-]\w+)*)"
)
_LINKS = {
    " ": " ", " de ": "de", " del ": "de", " de la ": "de", " de las ": "de", " de los ": "de", " de l'": "de", " of ": "de", " of the ": "de", " do ": "de", " da ": "de",
    " y ": "y", " e ": "y", " and ": "y", " & ": "y", " en ": "en", " en la ": "en", " en el ": "en", " para ": "for", " para la ": "for", " para el ": "for", " para los ": "for",
    " for ": "for", " for the ": "for", " contra ": "for", " contra el ": "for", " por ": "for", " por el ": "for", " por la ": "for", " pro ": "for", ", ": ",", " a la ": "for", " al ": "for", " von ": "de", " van ": "de", " di ": "de", " sobre ": "for",
}  # fmt: skip


class Token(NamedTuple):
    """A capitalised word; `link` is what joins it to the one before, None where nothing does."""

    start: int
    end: int
    text: str
    word: str
    link: str | None


def tokens(part: Field) -> list[Token]:
    """The capitalised words of a field."""
    text, folded, last, found = part.text, part.folded, -1, []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        link = _LINKS.get(text[last:start]) if last >= 0 and start - last < 12 else None
        found.append(Token(start, end, match[0], folded[start:end], link))
        last = end
    return found


class Known(NamedTuple):
    """Names of places, and the words with which they begin."""

    names: frozenset[str]
    firsts: frozenset[str]


@lru_cache(maxsize=1)
def known_places() -> Known:
    """The places of the world and those of Peru whose names are nothing else."""
    peru = gazetteer.load()
    names = frozenset((load().world | {name for name in peru.named if name not in peru.weak}) - {"libertad"})
    return Known(names, frozenset(name.split(" ", 1)[0] for name in names))


_LONGEST = 5
_SPELLED = {" ": " ", "de": " de ", "en": " en "}


def place_end(group: list[Token], at: int) -> int | None:
    """Where a place that begins with this word ends: the longest known name."""
    known, words = known_places(), group[at].word
    if words not in known.firsts:
        return None
    best = at + 1 if words in known.names else None
    for end in range(at + 1, min(len(group), at + _LONGEST)):
        link = _SPELLED.get(group[end].link or "")
        if link is None:
            break
        words += link + group[end].word
        if words in known.names:
            best = end + 1
    return best


HEADS = cues.GUILD | cues.INSTITUTION | cues.COMPANY | cues.PARTY | cues.CLUB


def is_head(group: list[Token], at: int) -> bool:
    """Whether a word begins names of organisations."""
    return group[at].word in HEADS


def organisation_end(group: list[Token], at: int, given: frozenset[str]) -> int:
    """Where the name of an organisation ends that begins with its head."""
    end, listed = at + 1, False
    while end < len(group):
        token, place = group[end], place_end(group, end)
        paired = place and token.link == "y" and end > at + 2 and (listed or place_end(group, end - 1))
        if (
            token.link == "y"
            and not paired
            and (end == at + 1 or place or is_head(group, end) or token.text.isupper() or token.word in given)
        ):
            break
        if (token.link == "," and not is_listed(group, end)) or (
            token.link in ("en", "for")
            and (place or token.word in given or (token.link == "en" and is_named(group, end)))
        ):
            break
        if token.word in cues.OPENERS and token.link != " " and not place and not is_article(group, end):
            break
        if token.link == " " and token.text.isupper() and token.word.split("-")[0] in cues.ACRONYM_NOT:
            break  # Sala Situacional COVID-19, Casa EN VIVO
        if (
            token.link == " "
            and token.word in given
            and end - at > 1
            and end + 1 < len(group)
            and group[end + 1].link == " "
            and group[end + 1].word not in cues.ARTICLES
            and not place
        ):
            break
        listed = listed or token.link == ","
        end = place or end + 1
    return end


def is_named(group: list[Token], at: int, end: int | None = None) -> bool:
    """Whether a place may begin here, of whatever sort (`en El Tambo`); with `end`, whether the words as far as that are one's."""
    if end is not None:
        return " ".join(token.word for token in group[at:end]) in gazetteer.load().named
    return group[at].word in cues.ARTICLES or group[at].word in gazetteer.load().named


def is_article(group: list[Token], at: int) -> bool:
    """Whether a capitalised article begins a name: `de La Unión`."""
    return group[at].word in cues.ARTICLES and at + 1 < len(group) and group[at + 1].link == " "


def capitals_end(group: list[Token], at: int) -> int:
    """The end of a heading in capitals."""
    end = at + 1
    while end < len(group) and group[end].text.isupper():
        end += 1
    return end


def run_end(group: list[Token], at: int) -> int:
    """The end of the words that follow one another directly."""
    end = at + 1
    while end < len(group) and group[end].link == " ":
        end += 1
    return end


def ends_as_a_body(group: list[Token], at: int) -> bool:
    """Whether an English name ends with what it is: `Southern Transporters Association`."""
    end = run_end(group, at)
    return group[end - 1].word in cues.LAST_HEADS and (end == len(group) or group[end].link != "de")


def placed_end(group: list[Token], at: int) -> int:
    """The end of a place that no list knows: `Santillana del Mar`."""
    end = run_end(group, at)
    while end < len(group) and group[end].link == "de" and not place_end(group, end) and not is_head(group, end):
        end = run_end(group, end)
    return end


def is_listed(group: list[Token], at: int) -> bool:
    """Whether a comma stands in a list that an `y` closes: `Minería, Petróleo y Energía`."""
    return any(token.link == "y" for token in group[at + 1 : at + 5])
