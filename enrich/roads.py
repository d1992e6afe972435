"""Roads that a text names, the kilometre, and whether they are blocked or open."""

import re
from functools import lru_cache
from typing import Any

from core.document import Payload
from enrich.reading import Reading

VERSION = "1"

_ROAD = re.compile(
    r"(?i:\b(?:carretera )?(panamericana (?:sur|norte)|carretera central|interoce[aá]nica(?: sur| norte)?|longitudinal de la sierra|corredor minero(?: (?:del )?sur)?|fernando bela[uú]nde terry|v[ií]a de evitamiento|"
    r"ruta del sol|v[ií]a libertadores|l[ií]nea amarilla|pan-american highway(?: south| north)?|central highway))|\b([Cc]arretera|[Vv][ií]a|[Aa]utopista) ([A-ZÁÉÍÓÚÑ][\wáéíóúñ]+ ?[-–] ?[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+(?: ?[-–] ?[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)?)"
)
_WORDS = (
    " panamericana ",
    " carretera ",
    " interoceanica ",
    " longitudinal de la sierra ",
    " corredor minero ",
    " terry ",
    " evitamiento ",
    " ruta del sol ",
    " via ",
    " linea amarilla ",
    " autopista ",
    " highway ",
)
_KM = re.compile(r" (?:km|kilometros?|kilometer) ?(\d{1,4})(?: (\d{1,3}))? ")
_BLOCKED = re.compile(
    r" (?:bloque\w*|cerrad\w+|cierr\w+|cerrar\w*|cort(?:an|aron|ada|adas|o)|toma(?:n|ron|da|das)?|interrump\w+|restringid\w*|piquetes?|impid\w+|blocked|closed|blockades?|roadblocks?) "
)
_OPEN = re.compile(
    r" (?:libera\w*|despej\w+|reabr\w+|reabiert\w+|restablec\w+|desbloque\w+|abiert\w+|reanud\w+|reopen\w*|cleared) "
)


def run(reading: Reading) -> Payload:
    """`{"roads": [{name, km, state, spans}]}`: `state` is blocked, open or None; one item for each name and kilometre."""
    items: dict[tuple[str, float | None], dict[str, Any]] = {}
    for part in reading.fields:
        if not any(word in part.norm for word in _WORDS):
            continue
        for match in _ROAD.finditer(part.text):
            name = match[1] or f"{match[2]} {match[3]}"
            name = name[0].upper() + name[1:]
            km, state = _said(part.sentence(match.start()))
            item = items.setdefault((name.lower(), km), {"name": name, "km": km, "state": None, "spans": []})
            item["state"] = item["state"] or state
            item["spans"].append(part.span(*match.span()))
    return {"roads": _merged(list(items.values()))}


def _merged(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A road named with a kilometre once is not listed again without one."""
    placed = {item["name"].lower(): item for item in items if item["km"] is not None}
    kept = []
    for item in items:
        other = placed.get(item["name"].lower())
        if item["km"] is None and other is not None:
            other["spans"] = sorted(other["spans"] + item["spans"])
            other["state"] = other["state"] or item["state"]
        else:
            kept.append(item)
    return kept


@lru_cache(maxsize=256)
def _said(sentence: str) -> tuple[float | None, str | None]:
    sentence = re.sub(" +", " ", sentence)
    return _km(sentence), _state(sentence)


def _km(sentence: str) -> float | None:
    match = _KM.search(sentence)
    return float(match[1]) if match else None


def _state(sentence: str) -> str | None:
    if _OPEN.search(sentence):
        return "open"
    return "blocked" if _BLOCKED.search(sentence) else None
