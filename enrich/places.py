"""Places in Peru that a text names: found in the gazetteer, decided by what stands around them, left out where that is unclear.

`mentions` finds capitalised names and drops those that are part of another name (a club, a street, a guild, a person);
`resolve` decides between the places that share a name, from the words before them and the other places of the text.
"""

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from core.document import Payload
from core.peru.gazetteer import Place, load
from enrich.entities import are_sure
from enrich.mentions import Mention, find
from enrich.reading import Reading, Span
from enrich.resolve import resolve

VERSION = "7"


@lru_cache(maxsize=1)
def gazetteer_digest() -> str:
    """Changes with the tables of core/peru: part of this step's fingerprint."""
    load()  # a broken table is an error now, not on every document
    folder = files("core.peru")
    return hashlib.sha256((folder / "places.csv").read_bytes() + (folder / "places.toml").read_bytes()).hexdigest()[:16]


def run(reading: Reading) -> Payload:
    """`{"places": [{name, ubigeo, department, province, district, lat, lon, precision, role, score, spans}]}`, by first mention."""
    gazetteer = load()
    named = are_sure(reading.said.get("entities", {}).get("entities", ()))
    mentions = [mention for part in reading.fields for mention in find(part, gazetteer, reading.found, named)]
    if reading.count("context.sport") >= 2:
        mentions = [mention for mention in mentions if mention.cue or mention.inside]
    if reading.count("context.foreign") and not reading.count("context.peru"):
        mentions = [mention for mention in mentions if mention.cue or mention.key not in gazetteer.weak]
    decided = resolve(mentions, gazetteer, reading)
    items: dict[str, dict[str, Any]] = {}
    for mention, place, score in decided:
        item = items.setdefault(place.code, _item(mention, place))
        item["spans"].append(mention.span)
        item["score"] = max(item["score"], score)
        if _is_event(mention):
            item["role"] = "event"
    return {"places": list(items.values())}


def _item(mention: Mention, place: Place) -> dict[str, Any]:
    spans: list[Span] = []
    return {
        "name": mention.text, "ubigeo": place.code, "department": place.department, "province": place.province,
        "district": place.district, "lat": place.lat, "lon": place.lon, "precision": place.level, "role": "mention",
        "score": 0.0, "spans": spans,
    }  # fmt: skip


def _is_event(mention: Mention) -> bool:
    """Where it happened: named in the title, in the first sentences or after `en`; not where a road leads or what is so far away."""
    if mention.distance or mention.towards:
        return False
    return mention.part.name == "title" or mention.part.sentence_at(mention.start) < 2 or mention.inside
