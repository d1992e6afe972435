"""The fields of an index, the same for both engines: names, and the row of a record.

Each part of each side has a field of word forms (`original_title_exact`) and one of stems for each language
(`original_title_es`, `original_title_en`), all holding terms joined by spaces. Tags are whole values, folded
(`place`); what is counted is kept as printed beside them (`facet_place`). Days are numbers of days in Lima.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from core.terms import TERMS_VERSION
from search.analysed import FACETS, LANGUAGES, PARTS, SIDES, Analysed, Part, Side
from search.nodes import TAG_FIELDS

SCHEMA = "2"
VERSION = f"{SCHEMA}-{TERMS_VERSION}"
STEM_FIELDS = tuple(f"{side}_{part}_{language}" for side in SIDES for part in PARTS for language in LANGUAGES)
EXACT_FIELDS = tuple(f"{side}_{part}_exact" for side in SIDES for part in PARTS)
FACET_FIELDS = tuple(f"facet_{name}" for name in FACETS)
NUMBERS = ("day", "seen", "story_number")
DAYS = {"date": "day", "seen": "seen"}
EPOCH = 631_152_000  # 1990-01-01, before which no publication date is believed


def where(field: str, sides: Collection[Side] = SIDES) -> Iterator[tuple[Side, str]]:
    """The parts, of the given sides, that a text field of the query language stands for."""
    names = {"title": ("title",), "text": ("summary", "text")}.get(field, PARTS)
    for side in SIDES:
        if side in sides and (field != "translation" or side == "translation"):
            for name in names:
                yield side, name


def row(analysed: Analysed) -> dict[str, Any]:
    """What both engines index. A part whose terms stand in the text in a row is left out: the text answers for it."""
    found: dict[str, Any] = {"id": analysed.id, "seen": analysed.seen, "story_number": analysed.story}
    for part in indexed(analysed.parts):
        found[f"{part.side}_{part.name}_exact"], found[f"{part.side}_{part.name}_{part.language}"] = part.joined
    for name in TAG_FIELDS:
        if name != "id" and (keys := analysed.tags.get(name)):
            found[name] = sorted(keys)
    for name, values in analysed.facets.items():
        found[f"facet_{name}"] = list(values)
    if analysed.day is not None:
        found["day"] = analysed.day
    return found


def indexed(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts worth indexing: a summary that its text repeats is answered by the text."""
    texts = {part.side: part for part in parts if part.name == "text"}
    for part in parts:
        text = texts.get(part.side)
        if part.name != "summary" or text is None or not text.holds(part):
            yield part


def seconds(analysed: Analysed) -> int | None:
    """When it was published, in whole seconds of the epoch."""
    published = analysed.record.document.published
    return int(published.timestamp() // 1) if published else None


def newest_first(analysed: Analysed) -> tuple[bool, int, str]:
    """The sort key of results: newest first, undated last, ties by id."""
    when = seconds(analysed)
    return when is None, -(when or 0), analysed.id


def order_number(analysed: Analysed) -> int:
    """`newest_first` as one number to sort downwards: 32 bits of seconds, then 31 bits of the id turned round."""
    when, name = seconds(analysed), analysed.id[:8].ljust(8, "0")
    try:
        bits = int(name, 16)
    except ValueError:
        bits = int.from_bytes(analysed.id.encode()[:4].ljust(4, b"\0"), "big")
    turned = (1 << 31) - 1 - (bits >> 1)
    return ((max(0, when - EPOCH) + 1 if when is not None else 0) << 31) | turned
