"""Which sectors of the economy a text is about, as victims or as actors."""

from collections import Counter
from typing import Any

from core.document import Payload
from enrich.reading import Found, Reading

VERSION = "1"
THRESHOLD = 0.5


def run(reading: Reading) -> Payload:
    """`{"sectors": [{name, role, score, spans}]}`, the surest first."""
    sectors = [sector for name, found in reading.kind("sector") if (sector := _sector(reading, name, found))]
    return {"sectors": sorted(sectors, key=lambda sector: (-sector["score"], sector["name"]))}


def _sector(reading: Reading, name: str, found: list[Found]) -> dict[str, Any] | None:
    left = 1.0
    seen: Counter[str] = Counter()
    for item in found:
        entry = item.hit.entry
        weight = entry.weight * (1.4 if item.field.name == "title" else 1.0) * (0.5 if seen[entry.words] else 1.0)
        seen[entry.words] += 1
        left *= 1 - min(weight, 0.95)
    score = 1 - left
    if not reading.said["topics"]["topics"]:
        score *= 0.9
    if name == "public_transport" and _is_freight(reading, found):
        return None
    if reading.count("context.sport") >= 2 or score < THRESHOLD:
        return None
    return {
        "name": name,
        "role": _role(reading, found),
        "score": round(score, 3),
        "spans": [item.span for item in found],
    }


def _is_freight(reading: Reading, found: list[Found]) -> bool:
    """Whether the carriers are those of goods: then `transportistas` alone makes no passenger transport."""
    freight = reading.count("sector.freight_transport")
    return freight >= 2 and all(item.hit.entry.words.startswith("transportista") for item in found)


def _role(reading: Reading, found: list[Found]) -> str:
    """Victim where the sector's sentences speak of extortion more than of a strike; actor otherwise."""
    names = {topic["name"]: topic for topic in reading.said["topics"]["topics"]}
    if "extortion" not in names:
        return "actor"
    if "strike" not in names:
        return "victim"
    near: Counter[str] = Counter()
    sentences = {(item.field.name, item.field.sentence_at(item.hit.start)) for item in found}
    for name in ("extortion", "strike"):
        for item in reading.found.get(f"topic.{name}", ()):
            near[name] += (item.field.name, item.field.sentence_at(item.hit.start)) in sentences
    return "victim" if near["extortion"] > near["strike"] else "actor"
