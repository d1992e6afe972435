"""A document as one flat row: the columns of exports and of CSV answers, each with its type and what it means."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["string", "integer", "boolean", "datetime", "date", "list"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type, and what stands in it. A `list` holds texts; in CSV they are joined by `; `."""

    name: str
    kind: Kind
    meaning: str


COLUMNS = (
    Column("id", "string", "Opaque, stable identifier of the document"),
    Column("url", "string", "Address of the document; for a post by a private person `urn:pututu:document:ID`"),
    Column("canonical_url", "string", "Address the page names as its own"),
    Column("source", "string", "Slug of the source"),
    Column("kind", "string", "news, official, norm, bill or post"),
    Column("title", "string", "Headline; of a post, how it begins"),
    Column("summary", "string", "Lead, or the beginning of the text where the text itself is left out"),
    Column("text", "string", "Whole text; empty unless asked for, or where the source's licence allows it"),
    Column("language", "string", "ISO 639-1 code; empty where it was not recognised"),
    Column("author", "list", "Authors as printed; handles of posts are pseudonyms"),
    Column("section", "string", "Section of the outlet"),
    Column(
        "published",
        "datetime",
        "When it was published, Lima time; empty where no date was found, never the time of collection",
    ),
    Column("published_precision", "string", "second, minute, day or month"),
    Column("published_from", "string", "Where the date was read: metadata, feed, url or text"),
    Column("fetched", "datetime", "When it was collected, Lima time"),
    Column("arrival", "string", "live, late, backfill or import"),
    Column("version", "integer", "Version of the document: more than 1 where title or text changed"),
    Column("completeness", "string", "headline, summary or full: how much of the item was read"),
    Column("paywalled", "boolean", "Whether the page asked for a subscription"),
    Column("translation_language", "string", "Language of the translation"),
    Column("translation_title", "string", "Headline, translated by machine"),
    Column("translation_summary", "string", "Lead, translated by machine"),
    Column("translation_text", "string", "Text, translated by machine; empty like `text`"),
    Column("translation_engine", "string", "What translated"),
    Column("topics", "list", "extortion, strike, legislation"),
    Column("subtypes", "list", "Kinds of the topics"),
    Column("sectors", "list", "Sectors touched"),
    Column("victim_sectors", "list", "Sectors that are victims"),
    Column("places", "list", "Places, the narrowest official name of each"),
    Column("departments", "list", "Departments"),
    Column("ubigeos", "list", "INEI codes of the places"),
    Column("event_ubigeos", "list", "INEI codes of the places where it happened"),
    Column("persons", "list", "Public figures and officials named"),
    Column("organisations", "list", "Organisations named"),
    Column("norms", "list", "Norms named, e.g. Ley 32108"),
    Column("amounts", "list", "Amounts of money, e.g. PEN 500"),
    Column("killed", "integer", "People killed, as told"),
    Column("injured", "integer", "People injured, as told"),
    Column("strike_status", "string", "announced, ongoing, suspended, ended or considered"),
    Column("strike_guild", "string", "Who strikes"),
    Column("strike_start", "date", "First day of the strike"),
    Column("strike_end", "date", "Last day of the strike"),
    Column("strike_place", "string", "Where it is held, as named"),
    Column("strike_demand", "string", "What is asked for or rejected, as printed"),
    Column("event_date", "date", "First day of the time when the event happened, as told"),
    Column("event_precision", "string", "day, week, month or year"),
    Column("story", "string", "Identifier of the story the document tells"),
    Column("story_size", "integer", "How many documents tell it"),
    Column("steps", "list", "Steps that tagged it, as name=version"),
)
NAMES = tuple(column.name for column in COLUMNS)


def flat(row: Row) -> dict[str, Any]:
    """A document's JSON as the values of COLUMNS: texts, numbers, booleans, lists of texts, None."""
    return {name: row.get(name) for name in NAMES} | _translated(row) | _tagged(row) | _struck(row) | {
        "author": list(row["author"]),
        "story": (row["story"] or {}).get("id"),
        "story_size": (row["story"] or {}).get("size"),
        "steps": [f"{step}={version}" if version else step for step, version in row["steps"].items()],
    }  # fmt: skip


def cells(values: Row) -> dict[str, Any]:
    """The flat row as CSV prints it: lists joined by `; `, booleans in small letters, nothing for None."""
    return {name: _cell(value) for name, value in values.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value  # a spreadsheet would run it as a formula
    return "" if value is None else value


def _translated(row: Row) -> dict[str, Any]:
    told = row["translation"] or {}
    return {f"translation_{name}": told.get(name) for name in ("language", "title", "summary", "text", "engine")}


def _tagged(row: Row) -> dict[str, list[str]]:
    places, sectors = row["places"], row["sectors"]
    entities = [one for one in row["entities"] if one.get("sure", True)]
    narrow = [p.get("district") or p.get("province") or p.get("department") or p.get("name") for p in places]
    return {
        "topics": _distinct(row["topics"], "name"), "subtypes": _distinct(row["topics"], "subtype"),
        "sectors": _distinct(sectors, "name"),
        "victim_sectors": _distinct((one for one in sectors if one.get("role") == "victim"), "name"),
        "places": list(dict.fromkeys(str(name) for name in narrow if name)), "departments": _distinct(places, "department"),
        "ubigeos": _distinct(places, "ubigeo"),
        "event_ubigeos": _distinct((one for one in places if one.get("role") == "event"), "ubigeo"),
        "persons": _distinct((one for one in entities if one.get("type") == "person" and one.get("kind") != "private"), "name"),
        "organisations": _distinct((one for one in entities if one.get("type") == "organisation"), "name"),
        "norms": _distinct(row["norms"], "id"),
        "amounts": [f"{one.get('currency') or ''} {one.get('value')}".strip() for one in row["amounts"]],
    }  # fmt: skip


def _struck(row: Row) -> dict[str, Any]:
    dead, strike, event = row["casualties"] or {}, row["strike"] or {}, row["event"] or {}
    struck = {f"strike_{name}": strike.get(name) for name in ("status", "guild", "start", "end", "place", "demand")}
    told = {f"event_{name}": event.get(name) for name in ("date", "precision")}
    return {"killed": dead.get("killed"), "injured": dead.get("injured")} | struck | told


def _distinct(items: Iterable[Row], name: str) -> list[str]:
    values: Iterator[Any] = (item.get(name) for item in items)
    return list(dict.fromkeys(str(value) for value in values if value))
