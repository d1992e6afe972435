"""A record as search sees it: the terms of its parts, the values of its tags, its days. Made once, asked many times."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Literal

from core.record import Record
from core.terms import Term, analyse, joined, side
from core.text import clean, fold
from core.time import lima_day
from search.keyterms import key_terms

Side = Literal["original", "translation"]
SIDES: tuple[Side, ...] = ("original", "translation")
PARTS = ("title", "summary", "text")
LANGUAGES = ("es", "en")
FACETS = (
    "topic", "subtype", "sector", "source", "language", "kind", "department", "province", "district", "place", "section",
    "status", "person", "organisation", "norm", "road", "term",
)  # fmt: skip
NAMES = ("author", "person", "organisation", "strike")  # names are found by any of their words in a row
AREAS = ("department", "province", "district")  # the wider before the narrower
VALUE_LENGTH = 200
NORM_WORDS = (
    (r"\bn\s*[°ºo.]+\s*(?=\d)|\bn(?:um(?:ero)?|ro)?\.?\s*(?=\d)", ""),
    (r"\bdecreto legislativo\b|\bd\.?\s?leg\.?(?=\s)", "dl"),
    (r"\bdecreto supremo\b", "ds"),
    (r"\bdecreto de urgencia\b", "du"),
    (r"\bproyecto(?: de ley)?\b", "pl"),
)


@lru_cache(maxsize=65_536)
def key(value: str) -> str:
    """How a value of a tag compares: folded, white space collapsed, at most VALUE_LENGTH characters."""
    return " ".join(fold(clean(value)).split())[:VALUE_LENGTH]


def tag_key(name: str, value: str) -> str:
    """The key of a value of this field: norms are written one way, everything else is only folded."""
    return norm_key(value) if name == "norm" else key(value)


def norm_key(value: str) -> str:
    """A norm written one way: `Ley N° 32.108` is `ley 32108`."""
    text = key(value)
    for pattern, short in NORM_WORDS:
        text = re.sub(pattern, short, text)
    return " ".join(re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", text).split())


def runs(value: str) -> Iterable[str]:
    """A name and all of its words in a row (at most eight words), so that a surname finds its person."""
    words = key(value).split()
    yield " ".join(words)
    for start in range(min(len(words), 8)):
        for end in range(start + 1, min(len(words), 8) + 1):
            yield " ".join(words[start:end])


@dataclass(frozen=True)
class Part:
    """Title, summary or text of one side. Terms are made when first asked for; their offsets only for marks."""

    side: Side
    name: str
    language: str
    text: str

    @property
    def field(self) -> str:
        """The name under which spans and marks speak of it: `title`, `translation.title`."""
        return self.name if self.side == "original" else f"translation.{self.name}"

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms in the order of the text, with their offsets."""
        return tuple(analyse(self.text, self.language))

    @cached_property
    def joined(self) -> tuple[str, str]:
        """The word forms and the stems, each joined by spaces: what engines index."""
        return joined(self.text, self.language)

    @cached_property
    def stems(self) -> Mapping[str, list[int]]:
        """The places of each stem."""
        return _places(self.joined[1].split(" "))

    @cached_property
    def exacts(self) -> Mapping[str, list[int]]:
        """The places of each word form."""
        return _places(self.joined[0].split(" "))

    def holds(self, other: "Part") -> bool:
        """Whether the terms of the other part stand in this one in a row: it then answers every query the other does."""
        if other.language != self.language or f" {other.joined[0]} " not in f" {self.joined[0]} ":
            return False
        return _pairs(other) in _pairs(self)


@dataclass(frozen=True)
class Analysed:
    """The view of a record that queries are asked of. `day` and `seen` are ordinals of days in Lima."""

    record: Record
    parts: tuple[Part, ...]
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record) -> "Analysed":
        """Analyse every part in its own language. What masking hides is no term: neither an index nor a question holds it."""
        if record.hides:
            record = record.masked()
        return cls(record, tuple(_parts(record)), values_of(record))

    @property
    def id(self) -> str:
        """The document's id."""
        return self.record.id

    @cached_property
    def day(self) -> int | None:
        """The day it was published, None where that is not known."""
        return _ordinal(self.record.document.published)

    @cached_property
    def seen(self) -> int:
        """The day it was fetched."""
        return lima_day(self.record.document.fetched).toordinal()

    @cached_property
    def story(self) -> int:
        """A number for its story (its own where it has none), equal for equal stories, of 62 bits."""
        name = self.record.story.id if self.record.story else f"document:{self.id}"
        return story_number(name)

    @cached_property
    def facets(self) -> Mapping[str, tuple[str, ...]]:
        """The values that are counted, as printed."""
        return _facets(self.record)


def story_number(name: str) -> int:
    """62 bits of a story's id: two stories of a million share one with a chance of 1 in 10 million."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 2


def _parts(record: Record) -> Iterable[Part]:
    translation = record.translation or {}
    for where, language in (("original", record.document.language), ("translation", translation.get("language"))):
        for name in PARTS:
            text = record.field_text(name if where == "original" else f"translation.{name}")
            part = Part(where, name, side(language), text)  # type: ignore[arg-type]
            if text and part.joined[0]:
                yield part


def values_of(record: Record) -> Mapping[str, frozenset[str]]:
    """The values that each field of tags and facts can be asked for, as they compare."""
    d, tags = record.document, record.tags
    found: dict[str, Iterable[Any]] = {
        "id": (d.id,), "source": (d.source,), "kind": (d.kind,), "language": (d.language,), "author": d.author,
        "section": (d.section,), "story": (record.story and record.story.id,), "role": _roles(tags),
    }  # fmt: skip
    if topics := tags.get("topics"):
        found |= {"topic": _values(topics, "name"), "subtype": _values(topics, "subtype")}
    if sectors := tags.get("sectors"):
        found["sector"] = _values(sectors, "name")
    if places := tags.get("places"):
        found["place"] = _values(places, "name", *AREAS, "ubigeo")
        found |= {name: _values(places, name) for name in AREAS}
    if tags.get("entities"):
        names = [*_entities(tags, "organisation"), *_entities(tags, "organisation", "short")]
        found |= {"person": _entities(tags, "person"), "organisation": names}
    if norms := tags.get("norms"):
        found["norm"] = _norms(norms)
    if roads := tags.get("roads"):
        found["road"] = _values(roads, "name")
    if strike := tags.get("strike"):
        found |= {"strike": (strike.get("guild") or "any", "any"), "status": (strike.get("status"),)}
    result = {}
    for name, values in found.items():
        texts = [str(value) for value in values if value]
        if not texts:
            continue
        spelled = (
            [run for text in texts for run in runs(text)] if name in NAMES else [tag_key(name, text) for text in texts]
        )
        if spelled := [text for text in spelled if text]:
            result[name] = frozenset(spelled)
    return result


def _facets(record: Record) -> Mapping[str, tuple[str, ...]]:
    d, tags = record.document, record.tags
    found: dict[str, Iterable[Any]] = {
        "source": (d.source,), "language": (d.language,), "kind": (d.kind,), "section": (d.section,), "term": key_terms(d.title, d.language),
    }  # fmt: skip
    if topics := tags.get("topics"):
        found |= {"topic": _values(topics, "name"), "subtype": _values(topics, "subtype")}
    if sectors := tags.get("sectors"):
        found["sector"] = _values(sectors, "name")
    if places := tags.get("places"):
        found |= {name: _values(places, name) for name in AREAS}
        found["place"] = [next(filter(None, map(place.get, (*AREAS[::-1], "name"))), None) for place in places]
    if tags.get("entities"):
        found |= {"person": _public(tags), "organisation": _values(_sure(tags, "organisation"), "name")}
    if norms := tags.get("norms"):
        found["norm"] = _values(norms, "id")
    if roads := tags.get("roads"):
        found["road"] = _values(roads, "name")
    if strike := tags.get("strike"):
        found["status"] = (strike.get("status"),)
    distinct = {
        name: dict.fromkeys([str(value)[:VALUE_LENGTH] for value in values if value])
        for name, values in found.items()
        if values
    }
    return {name: tuple(distinct[name]) for name in FACETS if distinct.get(name)}


def _roles(tags: Mapping[str, Any]) -> list[Any]:
    return [*_values(tags.get("places") or (), "role"), *_values(tags.get("sectors") or (), "role")]


def _items(tags: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return list(tags.get(name) or ())


def _values(items: Iterable[Mapping[str, Any]], *names: str) -> list[Any]:
    return [item.get(name) for item in items for name in names]


def _entities(tags: Mapping[str, Any], kind: str, *names: str) -> list[Any]:
    return _values((item for item in _items(tags, "entities") if item.get("type") == kind), *(names or ("name",)))


def _public(tags: Mapping[str, Any]) -> list[Any]:
    """The people who may be counted: not private citizens, who speak for a guild, are threatened, are killed."""
    return _values((item for item in _sure(tags, "person") if item.get("kind") != "private"), "name")


def _sure(tags: Mapping[str, Any], kind: str) -> Iterable[Mapping[str, Any]]:
    """Names of a kind that count: not what only looks like one."""
    return (item for item in _items(tags, "entities") if item.get("type") == kind and item.get("sure", True))


def _norms(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """The norm's id, and its number alone."""
    ids = [str(item["id"]) for item in items if item.get("id")]
    return [*ids, *(name.split(" ", 1)[1] for name in ids if " " in name)]


def _places(words: Iterable[str]) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(word, []).append(place)
    return places


def _pairs(part: Part) -> str:
    exacts, stems = part.joined
    return (
        " " + " ".join(f"{exact}/{stem}" for exact, stem in zip(exacts.split(" "), stems.split(" "), strict=True)) + " "
    )


def _ordinal(moment: datetime | None) -> int | None:
    return lima_day(moment).toordinal() if moment else None


def day_of(ordinal: int) -> date:
    """The day of an ordinal."""
    return date.fromordinal(ordinal)
