"""A person's correction as a change of tags (`+strike:march`, `-Lima`), and corrected documents as gold rows.

The command line and the page write the same changes through `change`; the store keeps them, `core.record` applies them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from core.document import PLACE_ROLES, SECTOR_ROLES, SECTORS, SUBTYPES, TOPICS, Payload
from core.errors import InputError
from core.peru.gazetteer import Place, load
from core.record import Record, called
from core.text import fold
from core.time import day_bounds, lima_iso

CORRECTED = ("topics", "sectors", "places")
"""The lists that a person may correct."""


def change(
    *, topics: Sequence[str] = (), sectors: Sequence[str] = (), places: Sequence[str] = (), day: date | None = None
) -> dict[str, Any]:
    """The change that words like `+strike:march`, `-mining`, `+Trujillo` ask for; empty where nothing is asked.

    A name may carry its subtype (topic) or role (sector, place) behind a colon. `day` is the day of publication in Lima.
    Raises InputError naming the word that cannot be used.
    """
    asked = {"topics": topics, "sectors": sectors, "places": places}
    found: dict[str, Any] = {key: _listed(key, words) for key, words in asked.items() if words}
    if day is not None:
        found |= {"published": day_bounds(day)[0].isoformat(), "published_precision": "day"}
    return found


def _listed(key: str, words: Iterable[str]) -> dict[str, Any]:
    added: list[dict[str, Any]] = []
    removed: list[str] = []
    for word in words:
        sign, name = word[:1], word[1:].strip()
        if sign not in "+-" or not name:
            raise InputError(f"{word!r} says neither + nor -.", "Write +NAME to add, -NAME to remove.")
        name, _, detail = (part.strip() for part in name.partition(":"))
        _check(key, name)
        if sign == "+":
            added.append(_item(key, name, detail or None))
        elif detail:
            raise InputError(f"{word!r} removes a part of a tag.", f"Write -{name}, or +{name} with what is right.")
        else:
            removed.append(name)
    both = {fold(item["name"]) for item in added} & {fold(name) for name in removed}
    if both:
        raise InputError(f"{', '.join(sorted(both))} is both added and removed.", "Say one of the two.")
    return {"add": added, "remove": removed}


def _check(key: str, name: str) -> None:
    known = {"topics": TOPICS, "sectors": SECTORS}.get(key)
    if known and name not in known:
        raise InputError(f"{name!r} is none of the {key}.", f"Known: {', '.join(known)}.")


def _item(key: str, name: str, detail: str | None) -> dict[str, Any]:
    allowed = {"topics": SUBTYPES.get(name, ()), "sectors": SECTOR_ROLES, "places": PLACE_ROLES}[key]
    if detail is not None and detail not in allowed:
        raise InputError(f"{detail!r} cannot be said of {name}.", f"Known: {', '.join(allowed)}.")
    match key:
        case "topics":
            return {"name": name, "subtype": detail, "score": 1.0, "spans": []}
        case "sectors":
            return {"name": name, "role": detail, "score": 1.0, "spans": []}
    place = find_place(name)
    return {
        "name": place.name if name == place.code else name, "ubigeo": place.code, "department": place.department,
        "province": place.province, "district": place.district, "lat": place.lat, "lon": place.lon,
        "precision": place.level, "role": detail or "event", "score": 1.0, "spans": [],
    }  # fmt: skip


def find_place(name: str) -> Place:
    """The place of a UBIGEO code or a name. Raises InputError where there is none, or several: then with their codes."""
    gazetteer = load()
    if name in gazetteer.places:
        return gazetteer.places[name]
    found = gazetteer.named.get(fold(name), ())
    nested = (
        one for one in found if all(other.within(one) for other in found)
    )  # Trujillo: the province holds its district
    usual = gazetteer.usual.get(fold(name)) or next(nested, None)
    if usual:
        return usual
    if not found:
        raise InputError(f"{name!r} is no place of Peru.", "Write its official name, or its UBIGEO code.")
    raise InputError(
        f"{name!r} may be several places.",
        "Write the code: " + "; ".join(f"{one.code} {one.path()}" for one in found) + ".",
    )


def check_removed(asked: Payload, record: Record) -> None:
    """Raises InputError where a place is to be removed that the document does not have: a slip would pass unseen.

    Topics and sectors are closed lists: saying that a document has none of them is a finding too (and a gold row).
    """
    there = list(record.tags.get("places") or ())
    for name in (asked.get("places") or {}).get("remove") or ():
        if not any(fold(name) in called(item) for item in there):
            names = ", ".join(item["name"] for item in there) or "none"
            raise InputError(f"The document has no place {name!r}.", f"Its places: {names}.")


def check_day(asked: Payload, now: datetime) -> None:
    """Raises InputError for a day of publication that has not come."""
    if asked.get("published") and datetime.fromisoformat(asked["published"]) > now:
        raise InputError(
            f"{lima_iso(datetime.fromisoformat(asked['published']))[:10]} has not come.",
            "Give the day it was published.",
        )


def gold_row(record: Record, keys: Iterable[str]) -> dict[str, Any]:
    """A corrected document as a gold row: its text, and of its tags those lists that a person has corrected (`keys`).

    Who corrects a list has read all of it, so the whole list stands as labelled. What is not in the row is not scored.
    Its language is no label: nobody looked at it. The text is whole and unmasked: gold rows are for this machine.
    """
    d = record.document
    row: dict[str, Any] = {
        "id": d.id, "kind": d.kind, "host": urlsplit(d.url).hostname or d.source,
        "date": lima_iso(d.published)[:10] if d.published else None, "title": d.title, "text": d.text or d.summary,
    }  # fmt: skip
    wanted = set(keys)
    if "topics" in wanted:
        items = record.tags["topics"]
        row["topics"] = [item["name"] for item in items]
        row["subtypes"] = {item["name"]: item["subtype"] for item in items if item["subtype"]}
    if "sectors" in wanted:
        items = record.tags["sectors"]
        row["sectors"] = [item["name"] for item in items]
        row["roles"] = {item["name"]: item["role"] for item in items if item["role"]}
    if "places" in wanted:
        names = ("name", "department", "province", "district", "role")
        row["places"] = [{name: item[name] for name in names} for item in record.tags["places"]]
    return row


def told(asked: Payload) -> str:
    """A change in the words it was asked with: `+strike:march -Lima date 2026-11-20`."""
    words: list[str] = []
    for key in CORRECTED:
        part = asked.get(key) or {}
        for item in part.get("add") or ():
            detail = item.get("subtype") or (
                item.get("role") if key == "sectors" or item.get("role") == "mention" else None
            )
            words.append(f"+{item['name']}" + (f":{detail}" if detail else ""))
        words += [f"-{name}" for name in part.get("remove") or ()]
    if asked.get("published"):
        words.append("date " + lima_iso(datetime.fromisoformat(asked["published"]))[:10])
    return " ".join(words)
