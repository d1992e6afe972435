"""People and organisations that a text names, each once for the document, with every place where it is named.

Known ones come from the lists (`organisations.toml`, `people.toml`) under one id, whatever form the text prints. Others come from the
form of their names: gangs and guilds by rules (`enrich.bodies`), the rest from a recogniser (`enrich.names`: rules; spaCy or
transformers by setting); they get their name's normal form as id. A person is `official` where the text gives a public office or the
list knows one, else `private`: searchable, but counted nowhere. What only looks like a name is kept too, with `sure` false:
searchable, counted nowhere, and no other step builds on it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.document import Payload
from core.peru import gazetteer
from core.text import fold
from enrich import bodies
from enrich import name_cues as cues
from enrich.lexicon.entries import Organisation
from enrich.lexicon.reader import slug
from enrich.names import Name, Recogniser, Rules
from enrich.reading import Field, Reading, Span

VERSION = "4"

_IN_A_NORM = re.compile(r"\d-$")
_SHORT = re.compile(r" ?\(([A-ZÁÉÍÓÚÑ][\w-]{1,14}(?: Perú)?)\)")
_CAPITAL_AFTER = re.compile(r" [A-ZÁÉÍÓÚÑ][a-záéíóúñ]")
_WORD_BEFORE = re.compile(r"([^\W\d_]+) $")
_FIRM = re.compile(r",? (?:S\.? ?A\.?(?: ?C\.?)?|E\.? ?I\.? ?R\.? ?L\.?|S\.? ?R\.? ?L\.?)$")
_SMALL = frozenset("de del la las los el y e en para por of the and for".split())  # noqa: SIM905
_MOST_OWNERS = 20
"""Of the names that share a word, how many are compared: hostile text repeats one without end."""


@dataclass(eq=False)
class Item:
    """One person or organisation of the document."""

    name: str
    type: str
    kind: str
    id: str
    short: str | None = None
    sure: bool = True
    spans: list[Span] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As the document's JSON has it."""
        spans = self.spans
        if len(spans) > 1:
            spans = sorted(
                {tuple(span): span for span in spans}.values(), key=lambda span: (_ORDER[str(span[0])], span[1])
            )
        return {
            "name": self.name,
            "type": self.type,
            "kind": self.kind,
            "id": self.id,
            "short": self.short,
            "sure": self.sure,
            "spans": spans,
        }


_ORDER = {"title": 0, "summary": 1, "text": 2}


class Mention(NamedTuple):
    """A stretch of a field that names somebody; `known` is the id in the lists."""

    part: Field
    start: int
    end: int
    type: str
    kind: str
    folded: str
    """Without accents and capitals."""
    known: str | None = None

    @property
    def text(self) -> str:
        """As printed."""
        return self.part.text[self.start : self.end]

    @property
    def span(self) -> Span:
        """`[field, start, end]`."""
        return self.part.span(self.start, self.end)


def step(recogniser: Recogniser | None = None) -> Callable[[Reading], Payload]:
    """The step with an engine of its own for the names that no list has."""
    engine = recogniser or Rules()
    return lambda reading: run(reading, engine)


def run(reading: Reading, recogniser: Recogniser | None = None) -> Payload:
    """`{"entities": [{name, type, kind, id, short, sure, spans}]}`, people and organisations in the order in which the text names them first."""
    engine = recogniser or Rules()
    listed, criminal = _listed(reading), reading.count("topic.extortion") > 0
    mentions: list[Mention] = []
    unsure: list[Mention] = []
    for part, names in zip(reading.fields, engine.names(reading.fields), strict=True):
        formed, likely = _formed(part, names, criminal)
        mentions += _settled(sorted((m for m in listed if m.part is part), key=lambda m: m.start), formed)
        unsure += likely
    items = _People(reading.lexicon.organisations).merged(m for m in mentions if m.type == "person")
    items += _Bodies(reading).merged([m for m in mentions if m.type != "person"], unsure)
    items += _only_likely(unsure, mentions, items)
    shown = [item.shown() for item in items]
    return {"entities": sorted(shown, key=lambda one: (_ORDER[str(one["spans"][0][0])], one["spans"][0][1]))}


def _only_likely(unsure: Iterable[Mention], mentions: Iterable[Mention], items: Sequence[Item]) -> list[Item]:
    """What only looks like a name and stands where nothing surer does, one item for each form and type."""
    taken: dict[str, bytearray] = {}
    spans = [(mention.part, mention.start, mention.end) for mention in mentions]
    for part, start, end in spans:
        taken.setdefault(part.name, bytearray(len(part.text)))[start:end] = b"\1" * (end - start)
    known = {tuple(span) for item in items for span in item.spans}
    found: dict[tuple[str, str], Item] = {}
    for one in unsure:
        if tuple(one.span) in known or any(taken.get(one.part.name, b"")[one.start : one.end]):
            continue
        kind = "private" if one.type == "person" else one.kind
        item = found.setdefault((one.type, one.folded), Item(one.text, one.type, kind, slug(one.folded), sure=False))
        item.spans.append(one.span)
    return list(found.values())


def are_sure(entities: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of the entities that a list, or the words beside them, vouch for: what other steps and counts go by."""
    return [entity for entity in entities if entity.get("sure", True)]


def _listed(reading: Reading) -> list[Mention]:
    """What the lists find, printed as a name."""
    found = []
    for type in ("organisation", "person"):
        for id, hits in reading.kind(type):
            kind = reading.lexicon.organisations[id].kind
            for hit in hits:
                mention = Mention(
                    hit.field, hit.hit.start, hit.hit.end, type, kind, hit.field.folded[hit.hit.start : hit.hit.end], id
                )
                if (
                    _is_printed_as_a_name(mention.text)
                    and not _IN_A_NORM.search(hit.field.text[max(0, mention.start - 2) : mention.start])
                    and _is_whole(mention)
                ):
                    found.append(mention)
    return found


_LONGEST_IN_CAPITALS = 3
"""Initials of so few letters are a name in capitals only: `ANA`, `SIS`, not `Ana`."""


def _is_printed_as_a_name(text: str) -> bool:
    """Capitalised, or at its end at least (`el ministerio del Interior`); the shortest initials in capitals."""
    if len(text) <= _LONGEST_IN_CAPITALS and not text.isupper():
        return False
    return text[:1].isupper() or (" " in text and text.rpartition(" ")[2][:1].isupper())


def _is_whole(mention: Mention) -> bool:
    """Whether a surname of the list stands alone: `Jerí` is no `Jerí Ramón`, `Boluarte` no `Nicanor Boluarte`."""
    if mention.type != "person" or " " in mention.text:
        return True
    before = _WORD_BEFORE.search(mention.part.text, max(0, mention.start - 30), mention.start)
    joined = (
        before and before[1][0].isupper() and fold(before[1]) not in cues.TITLE and fold(before[1]) not in cues.OPENERS
    )
    return not joined and not _CAPITAL_AFTER.match(mention.part.text, mention.end)


def _formed(part: Field, names: Sequence[Name], criminal: bool) -> tuple[list[Mention], list[Mention]]:
    """What the form of names shows, and what is only likely to be a name."""
    folded = part.folded
    found = [
        Mention(part, start, end, "organisation", "gang", folded[start:end])
        for start, end in bodies.gangs(part, criminal)
    ]
    found += [
        Mention(part, start, end, "organisation", "guild", folded[start:end])
        for start, end in bodies.written_small(part)
    ]
    likely: list[Mention] = []
    for start, end, type, sure in names:
        form = folded[start:end]
        if type == "place":
            continue
        if not sure:
            likely.append(Mention(part, start, end, type, "other", form))
        elif type == "person":
            kind = "official" if _holds_office(folded, start, end) else "private"
            found.append(Mention(part, start, end, type, kind, form))
        else:
            kind = bodies.kind_of(form, cues.called(cues.words_before(folded, start)))
            found.append(Mention(part, start, end, type, kind, form))
    return found, likely


def _holds_office(folded: str, start: int, end: int) -> bool:
    """Whether the words beside a name give it a public office; the presidency of a guild is none."""
    before, after = folded[max(0, start - 110) : start], folded[end : end + 90]
    if cues.OFFICE_STEM.search(before):
        held = cues.OFFICE_BEFORE.search(before)
        if held and not cues.NOT_PUBLIC.search(before, max(0, held.start() - 4)):
            return True
    if not after.startswith((",", " (")) or not cues.OFFICE_STEM.search(after):
        return False
    return bool(cues.OFFICE_AFTER.match(after.replace(" (", ", ", 1)) and not cues.NOT_PUBLIC.search(after))


def _settled(listed: list[Mention], formed: list[Mention]) -> list[Mention]:
    """Of mentions that overlap in one field, the one that says most: a guild or a fuller name before a name of the lists within it."""
    if not listed and not formed:
        return []
    used = bytearray(len((listed or formed)[0].part.text))
    taken: list[Mention] = []
    starts = [one.start for one in listed]
    for mention in sorted(listed + formed, key=lambda one: _rank(one, listed, starts)):
        if not any(used[mention.start : mention.end]):
            used[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            taken.append(mention)
    return taken


def _rank(mention: Mention, listed: list[Mention], starts: list[int]) -> tuple[int, int, int]:
    """First what covers a name of the lists and is more than it, then the lists, then gangs, then the longest."""
    length = mention.end - mention.start
    if mention.known:
        return 1, -length, mention.start
    if mention.kind in ("gang", "guild") or mention.type == "person":
        for one in listed[bisect_left(starts, mention.start) : bisect_left(starts, mention.end)]:
            if one.end <= mention.end and one.end - one.start < length:
                return 0, -length, mention.start
    return 2 if mention.kind == "gang" else 3, -length, mention.start


class _People:
    """Merges the forms of a person's name: the fullest first, the others where they belong to one person only."""

    def __init__(self, known: Mapping[str, Organisation]) -> None:
        self.known = known
        self.figures: dict[str, Item] = {}
        self.items: dict[str, Item] = {}
        self.owners: dict[str, dict[str, None]] = {}

    def merged(self, mentions: Iterable[Mention]) -> list[Item]:
        """The people, with all their spans."""
        by_form: dict[str, list[Mention]] = {}
        for mention in mentions:
            by_form.setdefault(mention.folded, []).append(mention)
        for form, found in sorted(by_form.items(), key=lambda one: (-len(one[0].split()), one[1][0].start)):
            known = next((self.figures[m.known] for m in found if m.known in self.figures), None)
            item = known or self._owner(form) or self._new(form, found)
            item.spans += [mention.span for mention in found]
            if any(mention.kind == "official" for mention in found):
                item.kind = "official"
        return list({id(item): item for item in self.items.values()}.values())

    def _owner(self, form: str) -> Item | None:
        words = form.split()
        shared = [self.owners.get(word, {}) for word in words]
        names = [name for name in shared[0] if all(name in other for other in shared[1:])]
        return self.items[names[0]] if len(names) == 1 else None

    def _new(self, form: str, found: list[Mention]) -> Item:
        item = Item(found[0].text, "person", found[0].kind, slug(form))
        known = next((mention.known for mention in found if mention.known), None)
        if known is not None:
            figure = self.known[known]
            item = self.figures.setdefault(known, Item(figure.name, "person", figure.kind, known))
        self.items[form] = item
        for word in form.split():
            owners = self.owners.setdefault(word, {})
            if word not in _SMALL and len(owners) < _MOST_OWNERS:
                owners[form] = None
        return item


class _Bodies:
    """Merges the forms of an organisation's name: its id in the lists, its short form in brackets, a shorter name with the same words."""

    def __init__(self, reading: Reading) -> None:
        self.known = reading.lexicon.organisations
        self.items: dict[str, Item] = {}
        self.forms: dict[str, Item] = {}
        self.by_head: dict[str, list[tuple[list[str], Item]]] = {}
        self.bare: dict[str, list[Item]] = {}
        self.ends: dict[tuple[str, int], Mention] = {}

    def merged(self, mentions: list[Mention], likely: list[Mention]) -> list[Item]:
        """The organisations, with all their spans; what is only likely a name counts where it is the short form of one."""
        self.ends = {(mention.part.name, mention.end): mention for mention in mentions}
        for mention in sorted(mentions, key=lambda m: (m.known is None, -len(m.folded.split()))):
            self._add(mention)
        for mention in likely:
            item = self.forms.get(mention.folded)
            if item is not None:
                item.spans.append(mention.span)
        return list({id(item): item for item in self.items.values()}.values())

    def _add(self, mention: Mention) -> None:
        form = mention.folded
        before = self._explained(mention)
        item = (
            self.items.get(mention.known or "")
            or self.forms.get(form)
            or (before and self.forms.get(before.folded))
            or self._same(form)
        )
        if item is None:
            item = self._new(mention, form)
        if before is not None:
            item.short = item.short or (before.text if before.known is None else None)
            self.forms.setdefault(before.folded, item)
        item.spans.append(mention.span)
        short = _SHORT.match(mention.part.text, mention.end)
        if short and _abbreviates(short[1], form, item.kind) and fold(short[1]) not in gazetteer.load().named:
            item.short = item.short or short[1]
            item.spans.append(mention.part.span(short.start(1), short.end(1)))
            self.forms.setdefault(fold(short[1]), item)

    def _explained(self, mention: Mention) -> Mention | None:
        """The short form that a name in brackets explains: `SUTEP (Sindicato Único ...)`."""
        text = mention.part.text
        if text[mention.start - 2 : mention.start] != " (" or text[mention.end : mention.end + 1] != ")":
            return None
        short = self.ends.get((mention.part.name, mention.start - 2))
        return short if short and " " not in short.text and _abbreviates(short.text, mention.folded, "other") else None

    def _new(self, mention: Mention, form: str) -> Item:
        if mention.known is not None:
            listed = self.known[mention.known]
            item = Item(listed.name, "organisation", listed.kind, listed.id)
            self.items[listed.id] = item
            head = fold(listed.name).split()[0]
            if head in cues.INSTITUTION:
                self.bare.setdefault(head, []).append(item)
        else:
            name = _FIRM.sub("", mention.text).strip(" ,")
            item = Item(name, "organisation", mention.kind, slug(name))
            self.items.setdefault(item.id, item)
            self.items[item.id] = item
        self.forms.setdefault(form, item)
        words = [word for word in form.split() if word not in _SMALL]
        for from_word in (words, words[1:]) if item.kind == "company" else (words,):  # Minera Horizonte, Horizonte
            heads = self.by_head.setdefault(from_word[0] if from_word else form, [])
            if len(heads) < _MOST_OWNERS:
                heads.append((from_word, item))
        return item

    def _same(self, form: str) -> Item | None:
        """The only longer name that begins alike and holds all the words of this one; by its first word alone one of the lists (`la Policía`)."""
        words = [word for word in form.split() if word not in _SMALL]
        if len(words) < 2:
            bodies_called = self.bare.get(form, ())
            return bodies_called[0] if len(bodies_called) == 1 else None
        found = {id(item): item for longer, item in self.by_head.get(words[0], ()) if _is_within(words, longer)}
        return next(iter(found.values())) if len(found) == 1 else None


def _is_within(words: list[str], longer: list[str]) -> bool:
    rest: Iterator[str] = iter(longer)
    return all(word in rest for word in words)


def _abbreviates(short: str, form: str, kind: str) -> bool:
    """Whether the letters of a short form stand in the name in that order: `Conchofer` in `confederacion de choferes`.

    Capitals behind a guild or an institution do so too where they are of its Spanish name: `Drivers' Federation (FNC)`.
    """
    rest: Iterator[str] = iter(form)
    if all(letter in rest for letter in fold(short).split()[0] if letter.isalpha()):
        return True
    return kind in ("guild", "institution") and short.isupper() and 2 < len(short) < 9 and short not in _AGENCIES


_AGENCIES = frozenset(("EFE", "AFP", "ANSA", "DPA", "EFECOM", "REUTERS", "ANDINA", "VIDEO", "FOTOS", "FOTO"))
