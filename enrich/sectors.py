"""Which sectors of the economy a text is about, as victims or as actors.

A sector's words count more in the title and in sentences that tell of a topic: who strikes or is extorted is named there.
"""

import re
from collections import Counter
from collections.abc import Collection
from typing import Any

from core.document import Payload
from enrich.reading import Found, Reading

VERSION = "4"
THRESHOLD = 0.5
NEAR_THE_TOP = 2
"""Sentences of a text that count fully, whatever they tell of."""
_TRADERS = frozenset(
    {
        "comerciante", "comerciantes", "feriante", "feriantes", "stands", "puestos", "vendedores", "vender", "ambulante",
        "ambulantes",
    }
)  # fmt: skip
_BYSTANDER = re.compile(
    r"(?:\bcolas?|\bfilas?) de (?:\w+ )?$|\basociabamos con (?:el |la |los |las )?$"
    r"|\b(?:cerca|alrededores|inmediaciones) (?:de|del)(?: la| las| los| un| una)? (?:\w+ )?$"
    r"|\b(?:a la altura|a (?:una|dos|tres|pocas|media|\d+) cuadras?) (?:de|del)(?: la| las| los| un| una)? $"
    r"|\by hasta (?:el|la|los|las) $"
    r"|\b(?:camion(?:es)?|cargamento|contenedor(?:es)?|sacos|toneladas|pares|importador(?:a|es)?) de $"
)
"""Words before a sector's that make it the scene, a bystander or a load: a queue of buses, near a hospital, a truck of shoes."""
_FRONT = re.compile(r"\b(?:frente|afueras|exteriores|puertas|junto) (?:a|de|al|del)(?: la| las| los| el| un| una)? $")
"""Where a protest stands; what is shot at or bombed stands there too, so that this holds for protests alone."""
_RIDE = re.compile(
    r"\b(?:en|compart\w+|tom(?:a|an|ar|o)|abord(?:a|an|ar|o)|bajar?|subir?) (?:de |a )?(?:un |el |los )?$"
)
_GANG = re.compile(r"\b(?:Los|Las) [A-ZÁÉÍÓÚÑ]\w+ (?:de|del|de la|de los|de las) $")
_MAKER = re.compile(
    r"\b(?:desarrollad|cread|elaborad|disenad|realizad|difundid|publicad)[oa]s? (?:por|en) (?:la |el |una |un )?(?:\w+ de (?:la |el )?)?$"
    r"|\bsegun (?:un (?:estudio|informe|reporte) de )?(?:la |el )?$"
)
"""Words before a school's that make it the author of a work that is told of."""
_WORKS = re.compile(
    r"\b(?:trabajos|obras?|construccion|paralizacion|reconstruccion|remodelacion|mejoramiento|ampliacion|culminacion)"
    r" (?:de|del)(?: la| los| las| un| una| nuevo)* $"
    r"|\b(?:exig\w+|reclam\w+|pid(?:e|en|ieron)|pedir|(?:reinici|culmin|constru)\w+) (?:el|la|un|una|mas|mejores) (?:nuevo |nueva )?$"
    r"|\b(?:march\w+|acuerdo|protest\w+|paro|bloqueo) por (?:el|la|un|una) (?:nuevo |nueva )?$"
)
"""Words before a building's that make it what is built or demanded."""
_BODIES = re.compile(
    r"\b(?:ministerio|ministr[oa]|viceministr[oa]|policia|sectores|cartera|secretaria) (?:de |del )?(?:\w+ (?:exterior )?y )?$"
)
_UNDECIDED = re.compile(
    r"[^.;:]{0,50}?\b(?:(?:todavia|aun) no (?:decid|defin)|(?:defin|decid)iran |no se (?:plega|suma)|no participa|no acata"
    r"|con normalidad|no (?:se )?(?:vieron|fueron|resultaron) afectad|envia\w* un saludo)"
)
"""What those who stand aside do, behind their name."""
_EARLIER = re.compile(
    r"\bfirst it was (?:the )?$|\bprimero fue(?:ron)? (?:el |la |los |las )?$|, (?:luego|despues) (?:fueron )?(?:los |las )$"
)
_VEHICLES = frozenset(
    {"bus", "buses", "omnibus", "combi", "combis", "pasajeros", "camion", "camiones", "truck", "trucks"}
)
_VILLAGERS = ("comuner", "campesin")
_BUILDINGS = frozenset({"health", "education", "energy_fuel"})
_OFFICES = frozenset({"agriculture", "hospitality", "fishing", "mining", "energy_fuel"})
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
        for name, found in by_name.items()
        if (sector := _sector(reading, name, found, subjects, by_name.keys(), passing=bool(titled - {name})))
    ]
    return {"sectors": sorted(sectors, key=lambda sector: (-sector["score"], sector["name"]))}


def _topics(reading: Reading) -> list[dict[str, Any]]:
    return list(reading.said["topics"]["topics"])


def _sentences(found: list[Found]) -> set[Place]:
    return {(item.field.name, item.field.sentence_at(item.hit.start)) for item in found}


def _sector(
    reading: Reading,
    name: str,
    found: list[Found],
    subjects: dict[str, set[Place]],
    named: Collection[str],
    *,
    passing: bool,
) -> dict[str, Any] | None:
    about = set().union(*subjects.values())
    if passing and "extortion" not in subjects and all(item.hit.entry.words in _VEHICLES for item in found):
        return None  # stopped by the strike of others
    left = 1.0
    seen: Counter[str] = Counter()
    for item in found:
        entry, place = item.hit.entry, (item.field.name, item.field.sentence_at(item.hit.start))
        weight = entry.weight * _prominence(place, about, passing)
        left *= 1 - min(weight * (0.5 if seen[entry.words] else 1.0), 0.95)
        seen[entry.words] += 1
    score = (1 - left) * (1.0 if subjects else 0.9)
    if (
        (name == "public_transport" and _is_freight(found, named))
        or (name == "retail" and _is_market(found, named))
        or (name == "agriculture" and _is_beside_a_mine(found, named))
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
    return 1.15 if place in about else 0.65 if passing and place[1] >= NEAR_THE_TOP else 1.0


def _is_market(found: list[Found], named: Collection[str]) -> bool:
    """Whether the traders are those of a market: then the word alone makes no shops."""
    return "markets" in named and all(item.hit.entry.words in _TRADERS for item in found)


def _is_freight(found: list[Found], named: Collection[str]) -> bool:
    """Whether the carriers are those of goods: then `transportistas` alone makes no passenger transport."""
    return "freight_transport" in named and all(item.hit.entry.words.startswith("transportista") for item in found)


def _is_beside_a_mine(found: list[Found], named: Collection[str]) -> bool:
    """Whether the villagers are those who face a mine: then `comuneros` alone makes no farming."""
    return "mining" in named and all(item.hit.entry.words.startswith(_VILLAGERS) for item in found)


def _told(name: str, found: list[Found], covers: dict[Place, list[Found]], *, scene: bool) -> list[Found]:
    """The words that tell of the sector, not being part of a longer name of another: `movilidad escolar` is no school."""
    return [
        item
        for item in found
        if _is_told_of(name, item)
        and not any(
            _covers(cover, item) for cover in covers.get((item.field.name, item.field.sentence_at(item.hit.start)), ())
        )
        and not _stands_aside(item)
        and not (scene and _FRONT.search(item.field.folded[max(0, item.hit.start - 40) : item.hit.start]))
    ]


def _covers(cover: Found, item: Found) -> bool:
    return (
        cover.field is item.field
        and cover.hit.start <= item.hit.start
        and item.hit.end <= cover.hit.end
        and cover.hit.end - cover.hit.start > item.hit.end - item.hit.start
    )


def _is_told_of(name: str, item: Found) -> bool:
    """Whether a word is not that of the scene, of a bystander, a load, a gang, a building under way or a ministry."""
    folded, start = item.field.folded, item.hit.start
    left = folded[max(0, start - 60) : start]
    if (name != "health" and _BYSTANDER.search(left)) or (name == "education" and _MAKER.search(left)):
        return False
    if name == "taxi_mototaxi" and item.hit.entry.words in ("taxi", "taxis") and _RIDE.search(left):
        return False
    if name in _BUILDINGS and _WORKS.search(left):
        return False
    if not item.printed[:1].isupper():
        return True
    return not (
        (name in _OFFICES and _BODIES.search(left)) or _GANG.search(item.field.text[max(0, start - 60) : start])
    )


def _stands_aside(item: Found) -> bool:
    """Whether the text tells of them that they were there before, are undecided or untouched."""
    if item.field.name == "title":
        return False
    folded, start, end = item.field.folded, item.hit.start, item.hit.end
    return bool(_EARLIER.search(folded[max(0, start - 40) : start]) or _UNDECIDED.match(folded[end : end + 90]))


def _role(sentences: set[Place], subjects: dict[str, set[Place]]) -> str:
    """Victim where the sector's sentences speak of extortion more than of a strike; actor otherwise."""
    if "extortion" not in subjects:
        return "actor"
    if "strike" not in subjects:
        return "victim"
    return "victim" if len(sentences & subjects["extortion"]) > len(sentences & subjects["strike"]) else "actor"
