"""Which sectors of the economy a text is about, as victims or as actors.

A sector's words count more in the title and in sentences that tell of a topic: who strikes or is extorted is named there.
"""

from collections import Counter
from typing import Any

from core.document import Payload
from enrich.reading import Found, Reading

VERSION = "3"
THRESHOLD = 0.5
NEAR_THE_TOP = 2
"""Sentences of a text that count fully, whatever they tell of."""
_TRADERS = frozenset(
    {"comerciante", "comerciantes", "feriante", "feriantes", "stands", "puestos", "vendedores", "vender"}
)
Place = tuple[str, int]
"""Field and number of a sentence."""


def run(reading: Reading) -> Payload:
    """`{"sectors": [{name, role, score, spans}]}`, the surest first."""
    subjects = {
        topic["name"]: _sentences(reading.found.get(f"topic.{topic['name']}", [])) for topic in _topics(reading)
    }
    by_name = dict(reading.kind("sector"))
    titled = {name for name, found in by_name.items() if any(item.field.name == "title" for item in found)}
    sectors = [
        sector
        for name, found in by_name.items()
        if (sector := _sector(reading, name, found, subjects, passing=bool(titled - {name})))
    ]
    return {"sectors": sorted(sectors, key=lambda sector: (-sector["score"], sector["name"]))}


def _topics(reading: Reading) -> list[dict[str, Any]]:
    return list(reading.said["topics"]["topics"])


def _sentences(found: list[Found]) -> set[Place]:
    return {(item.field.name, item.field.sentence_at(item.hit.start)) for item in found}


def _sector(
    reading: Reading, name: str, found: list[Found], subjects: dict[str, set[Place]], *, passing: bool
) -> dict[str, Any] | None:
    about = set().union(*subjects.values())
    left = 1.0
    seen: Counter[str] = Counter()
    for item in found:
        entry, place = item.hit.entry, (item.field.name, item.field.sentence_at(item.hit.start))
        weight = entry.weight * _prominence(place, about, passing)
        left *= 1 - min(weight * (0.5 if seen[entry.words] else 1.0), 0.95)
        seen[entry.words] += 1
    score = (1 - left) * (1.0 if subjects else 0.9)
    if (name == "public_transport" and _is_freight(reading, found)) or (
        name == "retail" and _is_market(reading, found)
    ):
        return None
    if reading.count("context.sport") >= 2 or score < THRESHOLD:
        return None
    return {
        "name": name,
        "role": _role(_sentences(found), subjects),
        "score": round(score, 3),
        "spans": [item.span for item in found],
    }


def _prominence(place: Place, about: set[Place], passing: bool) -> float:
    """How much a mention counts by where it stands: where the title names a sector, another one far down and apart from the subject is named in passing."""
    if place[0] == "title":
        return 1.4
    return 1.15 if place in about else 0.75 if passing and place[1] >= NEAR_THE_TOP else 1.0


def _is_market(reading: Reading, found: list[Found]) -> bool:
    """Whether the traders are those of a market: then the word alone makes no shops."""
    return bool(reading.count("sector.markets")) and all(item.hit.entry.words in _TRADERS for item in found)


def _is_freight(reading: Reading, found: list[Found]) -> bool:
    """Whether the carriers are those of goods: then `transportistas` alone makes no passenger transport."""
    freight = reading.count("sector.freight_transport")
    return freight >= 1 and all(item.hit.entry.words.startswith("transportista") for item in found)


def _role(sentences: set[Place], subjects: dict[str, set[Place]]) -> str:
    """Victim where the sector's sentences speak of extortion more than of a strike; actor otherwise."""
    if "extortion" not in subjects:
        return "actor"
    if "strike" not in subjects:
        return "victim"
    return "victim" if len(sentences & subjects["extortion"]) > len(sentences & subjects["strike"]) else "actor"
