"""Organisations and public figures that a text names: known ones by the list, others by the form of their names.

People are taken only with the public office that the text gives them, so that victims and private citizens stay out.
"""

import re
from bisect import bisect_left
from typing import Any

from core.document import Payload
from core.text import fold
from enrich.reading import Field, Reading

VERSION = "1"

_CAP = r"[A-ZÁÉÍÓÚÑ][\wáéíóúüñ]+"
_GUILD = (
    r"(?:Asociación|Federación|Confederación|Sindicato|Coordinadora|Corporación|Cámara|Frente|Alianza|Sociedad|Gremio|Central|Comité|Junta|"
    r"Plataforma|Unión|Organizaciones|Association|Federation|Confederation|Union)"
)
_GUILD_NAME = re.compile(
    rf"\b{_GUILD}(?: (?:de|del|de la|de los|de las|y|en|en la|la|para|of|and|the) ?| )(?:{_CAP}(?:,? (?:de|del|de la|de los|y|en|en la|para|of|and|the) (?={_CAP})|, (?={_CAP}[^.]{{0,40}} y )| )?)+(?: ?\(([A-ZÁÉÍÓÚÑ][\w-]{{1,14}})\))?"
)
_GANG = re.compile(
    r"(?:banda|organización criminal|organizaciones criminales|mafia|gang|clan)(?: criminal| delictiva)?(?: denominada| conocida como| llamada)?,? [‘'\"“«]((?:Los|Las|La|El) [A-ZÁÉÍÓÚÑ][^‘’'\"“”«»]{2,40})[’'\"”»]"
)
_OFFICE = (
    r"(?:[Pp]residenta?|[Mm]inistr[oa]|[Pp]remier|[Cc]ongresistas?|[Aa]lcalde(?:sa)?|[Gg]obernadora?|[Pp]arlamentari[oa]|[Ll]egisladora?|[Ff]iscal(?: de la Nación)?|[Mm]andatari[oa]|"
    r"[Dd]efensora? del Pueblo|Prime Minister|President|Interior Minister|Mayor|Governor|Congress(?:man|woman)|[Gg]eneral PNP)"
)
_NAME = rf"{_CAP}(?: (?:de |del |de la )?{_CAP}){{1,3}}"
_PERSON = re.compile(
    rf"\b{_OFFICE}(?: (?:de|del|regional|de la|de los) [^,.;:()]{{2,40}})?,? ({_NAME})|({_NAME}), (?:[^,.;:]{{0,20}} )?{_OFFICE}\b"
)
_IN_A_NORM = re.compile(r"\d-$")
_NOT_A_NAME = re.compile(
    r"^(?:El|La|Los|Las|En|Del|De|Congreso|Consejo|República|Gobierno|Poder|Comisión|Ministerio|Policía|Perú|Lima|Fuerza|Prime|Interior)\b"
)


def run(reading: Reading) -> Payload:
    """`{"entities": [{name, type, kind, id, spans}]}`: `id` is set for those of the list."""
    items: dict[tuple[str, str], dict[str, Any]] = {}
    for id, found in reading.kind("organisation"):
        organisation = reading.lexicon.organisations[id]
        found = [
            item
            for item in found
            if item.printed[:1].isupper()
            and not _IN_A_NORM.search(item.field.text[max(0, item.hit.start - 2) : item.hit.start])
        ]
        if found:
            items["organisation", fold(organisation.name)] = _item(
                organisation.name, "organisation", organisation.kind, id, [item.span for item in found]
            )
    known = sorted(tuple(span) for item in items.values() for span in item["spans"])
    for part in reading.fields:
        for name, kind, start, end in _others(part):
            if not _overlaps(known, part.name, start, end):
                key = ("person" if kind == "official" else "organisation", fold(name))
                items.setdefault(key, _item(name, key[0], kind, None, []))["spans"].append(part.span(start, end))
    return {"entities": list(items.values())}


def _overlaps(known: list[tuple[str, int, int]], field: str, start: int, end: int) -> bool:
    """Whether a name meets one of the list's in that field; those stand in the order of the text."""
    place = bisect_left(known, (field, end, end))
    return place > 0 and known[place - 1][0] == field and known[place - 1][2] > start


def _item(name: str, type: str, kind: str, id: str | None, spans: list[Any]) -> dict[str, Any]:
    return {"name": name, "type": type, "kind": kind, "id": id, "spans": spans}


def _others(part: Field) -> list[tuple[str, str, int, int]]:
    found = []
    for match in _GUILD_NAME.finditer(part.text):
        name = match[0].rstrip(" ,")
        if len(name.split()) >= 3:
            found.append((name, "guild", match.start(), match.start() + len(name)))
    for match in _GANG.finditer(part.text):
        found.append((match[1], "gang", *match.span(1)))
    for match in _PERSON.finditer(part.text):
        group = 1 if match[1] else 2
        if not _NOT_A_NAME.match(match[group]):
            found.append((match[group], "official", *match.span(group)))
    return found
