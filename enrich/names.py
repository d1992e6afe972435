"""Names of people, organisations and places in running text, by rules: capitalised words, what they are known for, what stands around them.

This is the recogniser that needs no model (`Rules`), behind the port that spaCy and transformers fill too (`enrich.recognisers`).
It reads the capitalised words in one pass, joins them by the small words that names hold (`de la`, `y`), cuts the joined words where
another name begins, and asks of each piece, in this order: a known place, the head of an organisation, initials, a title or a given
name, the words before and behind. What none of them answers is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from core.peru import gazetteer
from core.peru.names import load
from enrich import name_cues as cues
from enrich.capitals import (
    HEADS,
    Token,
    capitals_end,
    ends_as_a_body,
    is_head,
    is_named,
    known_places,
    organisation_end,
    place_end,
    placed_end,
    run_end,
    tokens,
)
from enrich.reading import Field

Kind = Literal["person", "organisation", "place"]


class Name(NamedTuple):
    """A name in a field: its place in the text, in code points, and what it names."""

    start: int
    end: int
    kind: Kind
    sure: bool = True
    """Whether a list or the words around it say so; otherwise it is only likely."""


class Recogniser(Protocol):
    """An engine that finds names."""

    @property
    def name(self) -> str:
        """The name it is chosen by."""

    @property
    def version(self) -> str:
        """Changes with whatever its answers hang on."""

    def names(self, parts: Sequence[Field]) -> list[list[Name]]:
        """The names of each field of one document, in the order of the text, none within another."""


_MOST = 14
"""Words that a name may have."""
_STOPS = frozenset(".!?…:;•|-–—")
_OPENING = frozenset(" \n\t\"'“‘«¿¡([")
_THE = frozenset(("el", "la", "los", "las", "del", "al", "the"))
_QUOTES = "\"'“”‘’«»"

Piece = tuple[int, Kind | None, bool]
"""Where a piece of a group ends, what it names (None: nothing), whether that is sure."""


class Rules:
    """See the module."""

    name = "rules"
    version = "3"

    def names(self, parts: Sequence[Field]) -> list[list[Name]]:
        """See `Recogniser`."""
        passes = [_Pass(part) for part in parts]
        found = [one.names() for one in passes]
        known = _known(parts, found)
        return [list(one.settled(names, known)) for one, names in zip(passes, found, strict=True)]


class _Pass:
    """One field being read."""

    def __init__(self, part: Field) -> None:
        self.part = part
        self.tokens = [] if part.shouted else tokens(part)
        self.given = load().given
        self.dropped: list[Token] = []

    def names(self) -> list[Name]:
        """What stands for itself."""
        found: list[Name] = []
        at = 0
        while at < len(self.tokens):
            end = at + 1
            while end < len(self.tokens) and end - at < _MOST and self.tokens[end].link is not None:
                end += 1
            if end - at > 1 or self.tokens[at].word not in cues.OPENERS:
                found.extend(self._group(self.tokens[at:end]))
            at = end
        return found

    def settled(self, names: list[Name], known: Mapping[str, Kind]) -> Iterator[Name]:
        """The names with what the rest of the document says of their words: surnames, and words that begin sentences."""
        folded = self.part.folded
        more = [Name(one.start, one.end, known[one.word], True) for one in self.dropped if one.word in known]
        for name in sorted(names + more, key=lambda one: one.start):
            kind = known.get(folded[name.start : name.end])
            if kind and (
                not name.sure
                or (
                    kind == "person"
                    and name.kind == "place"
                    and not cues.is_placed(cues.words_before(folded, name.start))
                )
            ):
                name = Name(name.start, name.end, kind, True)
            yield name

    def _group(self, group: list[Token]) -> Iterator[Name]:
        at = 0
        last: Kind | None = None
        while at < len(group):
            end, kind, sure = self._piece(group, at)
            if kind is not None:
                row = last if group[at].link in ("y", ",") else None
                if row and (not sure or (row == "place" and kind == "person" and is_named(group, at, end))):
                    kind = row  # what is named in a row is of one kind
                last = kind
                yield Name(group[at].start, group[end - 1].end, kind, sure)
            at = max(end, at + 1)

    def _piece(self, group: list[Token], at: int) -> Piece:
        """Where the name that begins with a word ends, and what it is."""
        first = group[at]
        after = group[at + 1] if at + 1 < len(group) and group[at + 1].link == " " else None
        place = place_end(group, at)
        if place and not (after and first.word in self.given and place == at + 1):
            return self._placed(group, at, place)
        if first.word in cues.OPENERS and not (after and first.word in self.given):  # Julio Rau, but julio
            if after is None or self._opening(first) or first.word not in cues.ARTICLES:
                return at + 1, None, False
            return organisation_end(group, at, self.given), "organisation", cues.called(self._left(first)) is not None
        if first.word.rstrip(".") in cues.NEVER or cues.NUMBERED.match(self.part.folded, first.start):
            return run_end(group, at), None, False
        if after and first.text.isupper() and after.text.isupper() and len(after.text) > 3 and len(first.text) > 3:
            return capitals_end(group, at), None, False
        if first.word in cues.SITE:
            return organisation_end(group, at, self.given), "place", True
        if after and not is_head(group, at) and ends_as_a_body(group, at):
            return run_end(group, at), "organisation", True
        if is_head(group, at) or (after and first.word in cues.BEFORE_HEAD and is_head(group, at + 1)):
            end = organisation_end(group, at, self.given)
            return (
                (end, None, False)
                if end == at + 1 and (first.word in cues.NOT_ALONE or first.word in cues.GUILD)
                else (end, "organisation", True)
            )
        if first.text.isupper() and len(first.text) > 1 and "." not in first.text:
            return self._initials(group, at)
        if after and (first.word.rstrip(".") in cues.TITLE or after.word in cues.TITLE):
            return at + 1, None, False
        return self._unknown(group, at, after)

    def _placed(self, group: list[Token], at: int, end: int) -> Piece:
        """A known place, or a longer name that begins with one: `Lima Vargas`, `Brasil Telecom`."""
        left = self._left(group[at])
        if cues.called(left):
            return run_end(group, at), "organisation", True
        if end == at + 1 and _titled(left):
            return self._person(group, at), "person", True
        if (
            end < len(group)
            and group[end].link == " "
            and not group[end].text.isupper()
            and group[end].word not in self.given
            and group[end].word not in cues.OPENERS
        ):
            return run_end(group, at), "organisation", False
        return end, "place", True

    def _initials(self, group: list[Token], at: int) -> Piece:
        first = group[at]
        if self._is_no_acronym(first):
            return at + 1, None, False
        if len(first.text) > 6 and first.word in self.given:
            return self._person(group, at), "person", True
        end = at + 1
        if end < len(group) and group[end].link == " ":
            end = place_end(group, end) or end
        return end, "organisation", True

    def _is_no_acronym(self, token: Token) -> bool:
        """Whether a word in capitals is one of the things that are no bodies (`COVID-19`), a sign (`US$`), or a word that is only printed large (`GALERÍA`, `EN VIVO`)."""
        text = self.part.text
        return (
            len(token.text) > 12
            or not cues.ACRONYM_NOT.isdisjoint((token.word, token.word.split("-")[0]))
            or token.word != token.text.lower()
            or cues.CODE.fullmatch(token.text) is not None
            or text.startswith("$", token.end)
            or (text.endswith("-", 0, token.start) and text[max(0, token.start - 2) : token.start - 1].isdigit())
            or text.endswith(cues.SHOUTED_BEFORE, 0, token.start)
        )

    def _person(self, group: list[Token], at: int) -> int:
        """Where a person's name ends: surnames, with `de la` between them."""
        end = at + 1
        while end < len(group) and end - at < 6:
            token = group[end]
            if (
                token.word in cues.PARTICLES
                and token.link == " "
                and end + 1 < len(group)
                and group[end + 1].link == " "
            ):
                end += 1
                continue  # De La Cruz
            if token.link not in (" ", "de") or token.word in cues.OPENERS:
                break
            if token.text.isupper() and len(token.text) > 1 and not group[at].text.isupper():
                break
            if is_head(group, end) and token.word not in cues.SURNAMES_TOO:
                break
            if token.link == "de" and (place_end(group, end) or end - at > 3) and token.word not in cues.SURNAMES_TOO:
                break
            if token.link == " " and end - at >= 3 and token.word in load().world:
                break
            end += 1
        return end

    def _unknown(self, group: list[Token], at: int, after: Token | None) -> Piece:
        """Words that no list knows: by a given name, else by what stands around them."""
        first = group[at]
        opening = self._opening(first)
        if opening and after and first.word not in self.given and after.word in self.given:
            return at + 1, None, False
        if opening and not self._evident(first, after):
            self.dropped.append(first)
            return at + 1, None, False
        end, left = self._person(group, at), self._left(first)
        text, folded, stop = self.part.text, self.part.folded, group[end - 1].end
        placed = cues.is_placed(left)
        if cues.is_site(left) or (left and left[-1] in _THE and folded[first.start : stop] in cues.EPONYMS):
            return end, None, False
        if placed and folded[first.start : stop] in gazetteer.load().named:
            return end, "place", True
        if end - at > 1 and (first.word in self.given or self._bears_a_surname(group, at, end)):
            return end, "person", True
        if end - at == 1 and first.word in cues.TITLE:
            return end, None, False  # `señor Presidente`
        if _titled(left) or (end - at > 1 and self._is_apposed(first)):
            return end, "person", True
        if cues.called(left):
            return end, "organisation", True
        if text[stop : stop + 1] in _QUOTES and first.start and text[first.start - 1] in _QUOTES and stop < len(text):
            return end, None, False
        if cues.is_of_an_office(left):
            return end, None, False
        if placed:
            return placed_end(group, at), "place", False
        if cues.SAYS.match(folded, stop) or (left and left[-1] in cues.SAID):
            return end, "person", end - at > 1
        if (
            first.word in self.given
            or (left and left[-1] == "a")
            or (end - at in (2, 3) and not (left and left[-1] in _THE))
        ):
            return end, "person", False
        return end, "organisation", False

    def _bears_a_surname(self, group: list[Token], at: int, end: int) -> bool:
        """Whether one of Peru's surnames stands behind a first word: `Melquíades Turpo Ccama`."""
        return end - at < 5 and any(
            token.word in load().surnames and token.link == " " for token in group[at + 1 : end]
        )

    def _is_apposed(self, first: Token) -> bool:
        before = self.part.folded[max(0, first.start - 80) : first.start]
        return before.endswith(", ") and bool(cues.APPOSED.search(before))

    def _evident(self, first: Token, after: Token | None) -> bool:
        """Whether a word that begins a sentence is a name all the same."""
        if f" {first.text.lower()} " in self.part.text:
            return False  # a common word after all
        return after is not None or first.word in self.given or bool(cues.SAYS.match(self.part.folded, first.end))

    def _left(self, token: Token) -> list[str]:
        return cues.words_before(self.part.folded, token.start)

    def _opening(self, token: Token) -> bool:
        """Whether a word begins a sentence, or what looks like one: after a stop, a quote or bracket behind one, a dash."""
        at, text = token.start, self.part.text
        while at and text[at - 1] in _OPENING:
            at -= 1
        return at == 0 or text[at - 1] in _STOPS or "\n" in text[at : token.start]


def _titled(left: list[str]) -> bool:
    """Whether a title stands directly before: `don`, `la ministra`."""
    return bool(left) and left[-1].rstrip(".") in cues.TITLE


def typed(part: Field, start: int, end: int) -> Kind | None:
    """What the lists know a span for that another engine found: its first word, a given name, the gazetteer."""
    words = part.folded[start:end].split()
    if not words:
        return None
    if part.folded[start:end] in known_places().names:
        return "place"
    if words[0] in HEADS:
        return "organisation"
    return "person" if len(words) > 1 and words[0] in load().given else None


def _known(parts: Sequence[Field], found: Sequence[Sequence[Name]]) -> dict[str, Kind]:
    """What single words name in this document: the surname of its only bearer, what was plain elsewhere."""
    owners: set[str] = set()
    known: dict[str, Kind] = {}
    for part, names in zip(parts, found, strict=True):
        for name in names:
            words = part.folded[name.start : name.end].split()
            if name.kind == "person" and name.sure:
                for word in words[1:]:
                    if len(word) > 3:
                        owners.add(word)
            if len(words) == 1 and name.sure:
                known[words[0]] = name.kind
    return known | dict.fromkeys(owners, "person")
