"""Gold rows: documents labelled by hand, checked strictly before anything is scored on them.

A row is a JSON object with `title` or `text`, and any of the labels below; what it does not say (or says with null, but for
`strike` and `casualties`, where null says that there is none) is not scored. A row of the topic strike with a null strike has
no label of its status.
"""

import difflib
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from core.document import KINDS, PLACE_ROLES, SECTOR_ROLES, SECTORS, STATUSES, SUBTYPES, TOPICS, Document
from core.errors import InputError
from core.peru.gazetteer import load
from core.text import fold
from core.time import parse_date
from enrich import norms
from enrich.steps import Chain

Row = Mapping[str, Any]
LABELS = (
    "topics", "subtypes", "sectors", "roles", "places", "people", "organisations", "norms", "amounts", "casualties", "strike",
    "event", "lang",
)  # fmt: skip
OTHERS = ("id", "set", "kind", "host", "url", "date", "title", "summary", "text", "note", "foreign")
WHATS = ("demand", "payment", "loss", "reward", "other")
_DAY = re.compile(r"\d{4}-\d\d-\d\d$")
_EVENT = re.compile(r"\d{4}-\d\d-\d\d/(day|week|month|year)$")
_CODE = re.compile(r"[a-z]{2,3}$")
_CURRENCY = re.compile(r"[A-Z]{3}$")
_NEAR = 0.8


def checked(cells: Row, line: int) -> dict[str, Any]:
    """A row whose labels can be scored, with an `id` (the line's number where it has none).

    Raises InputError naming the key and what stands there instead: a label that is misspelt would count against the steps.
    """
    row = {key: value for key, value in cells.items() if value is not None or key in ("strike", "casualties")}
    _known_keys(row)
    for key in ("title", "summary", "text", "date", "kind", "lang", "host", "url", "event", "set"):
        if not isinstance(row.get(key, ""), str):
            raise _wrong(key, row[key], "a string")
    if not (row.get("title") or row.get("text")):
        raise InputError("The row has neither title nor text.", "One of them is what the steps read.")
    if not any(label in row for label in LABELS):
        raise InputError("The row has no label.", f"Labels: {', '.join(LABELS)}.")
    if row.get("kind", "news") not in KINDS:
        raise _unknown("kind", row["kind"], KINDS)
    if row.get("date") and parse_date(row["date"]) is None:
        raise _wrong("date", row["date"], "a date such as 2025-08-21")
    if row.get("lang") and not _CODE.match(row["lang"]):
        raise _wrong("lang", row["lang"], "a code such as es, en or qu")
    _closed(row)
    _facts(row)
    if "norms" in row:
        row["norms"] = [_one_way(name) for name in row["norms"]]
    return {**row, "id": str(row.get("id", line))}


def _known_keys(row: Row) -> None:
    for key in row:
        if key in LABELS or key in OTHERS:
            continue
        near = [name for name in difflib.get_close_matches(key, LABELS, n=1, cutoff=_NEAR) if name not in row]
        if near:
            raise InputError(f"The key {key!r} is no label.", f"Did you mean {near[0]!r}?")


def _closed(row: Row) -> None:
    """Names of closed lists."""
    lists: tuple[tuple[str, tuple[str, ...]], ...] = (("topics", TOPICS), ("sectors", SECTORS))
    for key, known in lists:
        for name in _list(row, key, str):
            if name not in known:
                raise _unknown(key, name, known)
    for topic, subtype in _table(row, "subtypes"):
        if topic not in TOPICS:
            raise _unknown("subtypes", topic, TOPICS)
        if subtype not in SUBTYPES[topic]:
            raise _unknown(f"subtypes, {topic}", subtype, SUBTYPES[topic])
    for sector, role in _table(row, "roles"):
        if sector not in SECTORS:
            raise _unknown("roles", sector, SECTORS)
        if role not in SECTOR_ROLES:
            raise _unknown(f"roles, {sector}", role, SECTOR_ROLES)


def _facts(row: Row) -> None:
    """Labels that are objects."""
    _list(row, "norms", str), _list(row, "people", str)
    for name in _list(row, "organisations", (str, dict)):
        if isinstance(name, dict) and not isinstance(name.get("name"), str):
            raise _wrong("organisations", name, 'a name, or {"name": ...}')
    for place in _list(row, "places", dict):
        for part in ("department", "province", "district"):
            if not isinstance(place.get(part), (str, type(None))):
                raise _wrong(f"places, {part}", place[part], "an official name or null")
        if place.get("department") and fold(place["department"]) not in map(fold, _departments()):
            raise _unknown("places, department", place["department"], _departments())
        if place.get("role", "event") not in PLACE_ROLES:
            raise _unknown("places, role", place["role"], PLACE_ROLES)
        if not place.keys() & {"department", "province", "district"}:
            raise _wrong("places", place, '{"department": "La Libertad", "province": "Trujillo", "district": null}')
    for amount in _list(row, "amounts", dict):
        if not _is_number(amount.get("value")) or not isinstance(amount.get("currency"), str):
            raise _wrong("amounts", amount, '{"value": 500, "currency": "PEN", "what": "demand"}')
        if not _CURRENCY.match(amount["currency"]):
            raise _wrong("amounts, currency", amount["currency"], "a code such as PEN or USD")
        if amount.get("what") not in (None, *WHATS):
            raise _unknown("amounts, what", amount["what"], WHATS)
    casualties = row.get("casualties")
    if casualties is not None and not (isinstance(casualties, dict) and all(_is_count(casualties.get(key)) for key in ("killed", "injured"))):  # fmt: skip
        raise _wrong("casualties", casualties, '{"killed": 1, "injured": 0} or null')
    _strike(row.get("strike"))
    if "event" in row and not _EVENT.match(row["event"]):
        raise _wrong("event", row["event"], "a day with its precision such as 2025-08-21/day")


def _strike(strike: Any) -> None:
    if strike is None:
        return
    if not isinstance(strike, dict) or "status" not in strike:
        raise _wrong("strike", strike, '{"status": "announced", "start": null} or null')
    if strike["status"] not in STATUSES:
        raise _unknown("strike, status", strike["status"], STATUSES)
    start = strike.get("start")
    if start is not None and not (isinstance(start, str) and _DAY.match(start)):
        raise _wrong("strike, start", start, "a day such as 2025-08-21, or null")


def _list(row: Row, key: str, kind: type | tuple[type, ...]) -> list[Any]:
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
        raise _wrong(key, value, "a list of objects" if kind is dict else "a list of names")
    return value


def _table(row: Row, key: str) -> list[tuple[str, Any]]:
    value = row.get(key, {})
    if not isinstance(value, dict):
        raise _wrong(key, value, 'an object such as {"strike": "march"}')
    return list(value.items())


def _one_way(name: str) -> str:
    """A norm as the step writes it, however the row does (`LEY N° 32108`); as it is where the step knows no such norm."""
    found = list(norms.find(name))
    return found[0][0] if len(found) == 1 else name


@lru_cache(maxsize=1)
def _departments() -> tuple[str, ...]:
    return tuple(sorted({place.department for place in load().places.values()}))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _wrong(key: str, value: Any, wanted: str) -> InputError:
    shown = repr(value)
    return InputError(f"{key}: {shown[:60]}{'...' * (len(shown) > 60)} cannot be read.", f"It is {wanted}.")


def _unknown(key: str, name: Any, known: tuple[str, ...]) -> InputError:
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return InputError(f"{key}: {name!r} is not known.", f"{hint}Known: {', '.join(known)}.")


def document(row: Row) -> Document:
    """The document that a row is, for the steps: its language is for them to find."""
    moment = parse_date(row["date"]) if row.get("date") else None
    host = row.get("host") or "rows.example"
    return Document(
        id=str(row["id"]), url=row.get("url") or f"https://{host}/{row['id']}", title=row.get("title", ""), summary=row.get("summary", ""),
        text=row.get("text", ""), source=host, kind=row.get("kind", "news"), fetched=datetime.now(UTC),
        published=moment.when if moment else None,
    )  # fmt: skip


def said(chain: Chain, document: Document) -> dict[str, Any]:
    """What every step says of a document, one dict; an entity has `forms` besides, its names as the text prints them.

    Raises InputError where a step fails.
    """
    outcome = chain.run(document)
    if outcome.errors:
        raise InputError("; ".join(f"step {name}: {error}" for name, error in outcome.errors.items()))
    tags = {key: value for annotation in outcome.annotations for key, value in annotation.payload.items()}
    for entity in tags.get("entities") or ():
        entity["forms"] = [getattr(document, field)[start:end] for field, start, end in entity["spans"]]
    return tags
