"""Which sectors of the economy a text is about, as victims or as actors.

A sector's words count more in the title and in sentences that tell of a topic: who strikes or is extorted is named there.
What the lists find and what all words of the text say together (`enrich.classifier`) are added up as log-odds: a trade that
is named in passing stands among the words of another, and one that no list knows among its own.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from math import log
from typing import Any

from core.document import SECTORS, Payload
from enrich.classifier import sure
from enrich.reading import Found, Reading
from enrich.sector_context import in_front, is_told_of, stands_aside

VERSION = "9"
THRESHOLD = 0.5
BIAS, WORDS, SAID, WEIGHTS, HEAVIEST, TITLED, BESIDE = -0.8, 1.4, 1.06, 1.84, 2.77, 0.46, -1.15
"""Log-odds: of any sector; of what the text's words say; of the lists' score where it is enough; of the logarithm of its words'
weights and of the heaviest of them; where the title names it; where the title names other sectors alone. Fitted on 52 sets of rows
in eight groups, each left out of the learning (docs/decisions/0024-second-opinion.md)."""
VOUCHED = 1.0
"""Log-odds of a text's words above which they outweigh that the lists' words stand for another sector's people."""
NEAR_THE_TOP = 2
"""Sentences of a text that count fully, whatever they tell of."""
_VEHICLES = frozenset(
    {"bus", "buses", "omnibus", "combi", "combis", "pasajeros", "camion", "camiones", "truck", "trucks"}
)
_ALONE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("public_transport", "freight_transport", ("transportista", "chofer")),
    ("public_transport", "taxi_mototaxi", ("paradero", "conductor", "chofer", "pasajero")),
    ("public_transport", "public_sector", ("chofer",)),
    ("retail", "markets", ("comerciante", "feriante", "stand", "puesto", "vende", "ambulante", "verduler", "carnicer", "abarrote")),
    ("retail", "manufacturing", ("gamarra", "emporio comercial", "panader", "zapater")),
    ("agriculture", "mining", ("comuner", "campesin")),
    ("agriculture", "manufacturing", ("azucarer", "molin")),
    ("construction", "manufacturing", ("obrero", "operari")),
    ("construction", "public_sector", ("obrero", "obra")),
    ("freight_transport", "public_sector", ("camion",)),
    ("freight_transport", "markets", ("camion",)),
)  # fmt: skip
"""Sectors that are none beside another where nothing but these words (or words that begin so) tells of them: the carriers of
goods are no bus drivers, the traders of a market keep no shops, villagers who face a mine are told of as such."""
Place = tuple[str, int]
"""Field and number of a sentence."""


def run(reading: Reading) -> Payload:
    """`{"sectors": [{name, role, score, spans}]}`, the surest first."""
    subjects = {
        topic["name"]: _sentences(reading.found.get(f"topic.{topic['name']}", [])) for topic in _topics(reading)
    }
    covers: dict[Place, list[Found]] = {}
    for _, found in reading.kind("sector"):
        for item in found:
            if " " in item.hit.entry.words:
                covers.setdefault((item.field.name, item.field.sentence_at(item.hit.start)), []).append(item)
    scene = "strike" in subjects and "extortion" not in subjects
    by_name = {
        name: kept for name, found in reading.kind("sector") if (kept := _told(name, found, covers, scene=scene))
    }
    titled = {name for name, found in by_name.items() if any(item.field.name == "title" for item in found)}
    sectors = [
        sector
        for name in SECTORS
        if name in by_name or not reading.found.get(f"sector.{name}")  # what only stands aside is none
        if (sector := _sector(reading, name, by_name.get(name, []), subjects, by_name.keys(), titled=titled))
    ]
    return {"sectors": sorted(sectors, key=lambda sector: (-sector["score"], sector["name"]))}


def _topics(reading: Reading) -> list[dict[str, Any]]:
    return list(reading.said["topics"]["topics"])


def _sentences(found: Sequence[Found]) -> set[Place]:
    return {(item.field.name, item.field.sentence_at(item.hit.start)) for item in found}


def _sector(
    reading: Reading,
    name: str,
    found: Sequence[Found],
    subjects: dict[str, set[Place]],
    named: Collection[str],
    *,
    titled: Collection[str],
) -> dict[str, Any] | None:
    beside = bool(set(titled) - {name})
    weighed = reading.weighed
    odds = weighed.trust * weighed.odds[f"sector.{name}"]
    if (
        found
        and odds <= VOUCHED
        and ((beside and _is_stopped(name, found, subjects, titled)) or _is_told_for(name, found, named))
    ):
        return None
    said = BIAS + WORDS * odds
    if (not found and said <= 0) or (odds <= 0 and reading.count("context.sport") >= 2):
        return None
    weights = [item.hit.entry.weight for item in found]
    listed = _listed(reading, found, subjects, passing=beside)
    score = sure(
        said
        + SAID * listed / weighed.trust
        + WEIGHTS * log(1 + sum(weights))
        + HEAVIEST * max(weights, default=0.0)
        + TITLED * (name in titled)
        + BESIDE * (beside and name not in titled)
    )
    if score < THRESHOLD:
        return None
    return {
        "name": name,
        "role": _role(_sentences(found), subjects),
        "score": round(score, 3),
        "spans": [item.span for item in found] or reading.telling(f"sector.{name}"),
    }


def _is_stopped(name: str, found: Sequence[Found], subjects: Collection[str], titled: Collection[str]) -> bool:
    """Whether only vehicles tell of it, beside others in the title, whose strike stopped them."""
    return (
        "extortion" not in subjects
        and ("strike" in subjects or name not in titled)
        and all(item.hit.entry.words in _VEHICLES for item in found)
    )


def _is_told_for(name: str, found: Sequence[Found], named: Collection[str]) -> bool:
    """Whether its words stand for another sector's people."""
    return any(
        name == one and beside in named and all(item.hit.entry.words.startswith(words) for item in found)
        for one, beside, words in _ALONE
    )


def _listed(reading: Reading, found: Sequence[Found], subjects: dict[str, set[Place]], *, passing: bool) -> float:
    """The score of the lists alone, 0 where they are not sure."""
    about = set[Place]().union(*subjects.values())
    left = 1.0
    seen: Counter[str] = Counter()
    for item in found:
        entry, place = item.hit.entry, (item.field.name, item.field.sentence_at(item.hit.start))
        weight = entry.weight * _prominence(place, about, passing)
        left *= 1 - min(weight * (0.5 if seen[entry.words] else 1.0), 0.95)
        seen[entry.words] += 1
    score = (1 - left) * (1.0 if subjects else 0.9)
    return score if score >= THRESHOLD else 0.0


def _prominence(place: Place, about: set[Place], passing: bool) -> float:
    """How much a mention counts by where it stands: where the title names a sector, another one far down and apart from the subject is named in passing."""
    if place[0] == "title":
        return 1.4
    return 1.15 if place in about else 0.65 if passing and place[1] >= NEAR_THE_TOP else 1.0


def _told(name: str, found: list[Found], covers: dict[Place, list[Found]], *, scene: bool) -> list[Found]:
    """The words that tell of the sector, not being part of a longer name of another: `movilidad escolar` is no school."""
    return [
        item
        for item in found
        if is_told_of(name, item)
        and not any(
            _covers(cover, item) for cover in covers.get((item.field.name, item.field.sentence_at(item.hit.start)), ())
        )
        and not stands_aside(item)
        and not (scene and in_front(item))
    ]


def _covers(cover: Found, item: Found) -> bool:
    return (
        cover.field is item.field
        and cover.hit.start <= item.hit.start
        and item.hit.end <= cover.hit.end
        and cover.hit.end - cover.hit.start > item.hit.end - item.hit.start
    )


def _role(sentences: set[Place], subjects: dict[str, set[Place]]) -> str:
    """Victim where the sector's sentences speak of extortion more than of a strike; actor otherwise."""
    if "extortion" not in subjects:
        return "actor"
    if "strike" not in subjects:
        return "victim"
    return "victim" if len(sentences & subjects["extortion"]) > len(sentences & subjects["strike"]) else "actor"
