"""Roads that a text names, the kilometre, and whether they are blocked, restricted or reopened."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from core.document import Payload
from core.text import fold, places
from enrich.reading import Field, Reading

VERSION = "3"

_CAP = r"[A-ZÁÉÍÓÚÑ][\wáéíóúüñ]+"
_PAIR = rf"{_CAP}(?: {_CAP})?(?: ?[-–] ?{_CAP}(?: {_CAP})?){{1,3}}"
_ROAD = re.compile(
    r"(?i:\b(?:carretera )?(panamericana(?: sur| norte)?(?! televisi| tv|\w)|carretera central|interoce[aá]nica(?: sur| norte)?|iirsa (?:sur|norte)|longitudinal de la sierra(?: norte| sur)?|corredor minero(?: (?:del )?sur)?|(?:fernando )?bela[uú]nde terry|pe-\d{1,3}[a-z]{0,2}|marginal de la selva|"
    r"v[ií]a de evitamiento|ruta del sol|v[ií]a (?:de )?(?:los )?libertadores(?: wari)?|los libertadores(?= wari)|ramiro prial[eé]|costanera (?:sur|norte)|l[ií]nea amarilla|pan-american highway(?: south| north)?|central highway|interoceanic highway))\b"
    rf"|\b(?:[Cc]arretera|[Vv][ií]a|[Aa]utopista|[Tt]roncal)s?(?: nacional(?:es)?| regional(?:es)?| vecinal(?:es)?| afirmadas?| que unen?)? ({_PAIR})"
    rf"|\b(?:[Cc]arretera|[Aa]utopista) ({_CAP} {_CAP}(?: {_CAP})?|(?:a|al) {_CAP}(?: {_CAP})?)"
)
_FIRST = ("panamericana", "carretera", "interoceanic", "iirsa", "longitudinal", "corredor", "fernando", "marginal", "via", "ruta", "los libertadores",
    "belaunde", "pe-", "ramiro", "costanera", "linea", "pan-american", "central highway", "autopista", "troncal")  # fmt: skip
"""What the folded name of a road begins with."""
_WORDS = frozenset(
    "panamericana carretera interoceanica longitudinal corredor terry evitamiento ruta via linea autopista highway iirsa marginal ramiro costanera troncal libertadores carreteras vias autopistas belaunde pe".split()  # noqa: SIM905
)
_NEXT = re.compile(rf"(?:,| y|,? y) (?:la )?({_PAIR})(?![\w-])")
"""Behind a road in the plural, another: `las carreteras Cusco-Abancay y Cusco-Sicuani`."""
_KM = re.compile(r" (?:km|kms|kilometros?|kilometer) ?(\d{1,4})(?: (\d{1,3}))?(?= )")
_AT_KM = re.compile(r"\b(?:el|del|al|at) (?:km|kms|kilometro|kilometer) ?(\d{1,4})(?: (\d{3}))?(?= |$)")
_MARKS = frozenset(("km", "kms", "kilometro", "kilometer"))
_BLOCKED = re.compile(
    r" (?:bloque(?!ador)\w*|cerrad[oa]s?|cierr\w+|cerrar\w*|cort(?:an|aron|o|ada|adas|ado|ados)|interrump\w+|interrupcion|piquetes?|impid\w+|impedid\w+|obstruid\w+|intransitable|blocked|closed|blockades?|roadblocks?|blocking"
    r"|tom(?:a|an|o|aron|ada|adas|ar)(?: de)?(?: la| las| el| un| ambas)? (?:carreteras?|vias?|pistas?|panamericana|autopista|interoceanica|corredor|tramo|puente)|toma(?: de)?|tomad[oa]s?"
    r"|sin (?:pase|paso|transito)|no hay (?:pase|paso)) "
)
_RESTRICTED = re.compile(
    r" (?:restring\w+|restriccion(?:es)?|restrict\w*|un (?:solo |unico )?carril|pase (?:parcial|alternado|restringido|lento|vehicular alternado)|transito (?:lento|parcial|alternado|restringido|intermitente)|por horas|desvios?|one lane) "
)
_OPEN = re.compile(
    r" (?:liber(?:a|an|o|aron|ada|adas|ado|ados)|despej(?:a|an|o|aron|ada|adas|ado|ados)|reabr(?:e|en|io|ieron)|reabiert\w+|reapertura|restablec(?:e|en|io|ieron|ida|ido)|restablecimiento|desbloque\w+|abiert[oa]s?|habilitad[oa]s?"
    r"|reanud(?:a|an|o|aron|ada|ado)(?! (?:el |los |la |las )?(?:bloqueos?|paros?|protestas?|medidas?))|(?:se )?normaliz(?:a|an|o|aron|ado|ada)|(?:levant|suspend|depus|depon|termin|fin)\w* (?:el |del |al |los |su )?(?:bloqueos?|piquetes?)|transitable|reopen\w*|cleared|lifted) "
)
_TO_OPEN = re.compile(r" (liberar|despejar|reabrir|restablecer|desbloquear|habilitar|reopen|clear) ")
_DONE = re.compile(
    r" (?:logr\w+|consig\w+|acord\w+|acuerd\w+|procedi\w+ a|volvi\w+ a|permit\w+|decidi\w+) (?:\w+ ){0,2}$"
)
_NOT_YET = re.compile(
    r" (?:no )?(?:bloquear|cerrar|cortar|tomar|interrumpir)(?:a|an|emos|ian?)(?= )"
    r"| (?:amenaz|anunci|advi|alert|plane|prev|acuerd|acord|decid|podr|evalu|intent|pretend|busc|convoc|quer|quier|descart|llam)\w*(?: (?!bloquead)\w+){0,5}? (?:bloquear|bloqueos?|tomar|cerrar|cortar|toma|cierre)(?= )"
    r"| (?:imp(?:ide|iden|idio|idieron)|evit\w+|frustr\w+|conjur\w+)(?: (?!bloquead)\w+){0,3}? (?:bloque(?:os?|aran|en|ar)|toma|tomen|tomaran|cierre|cierren)(?= )"
    r"| no (?:hay|hubo|se (?:reportan?|registran?|produjeron)|existen?)(?: \w+){0,2} (?:bloqueos?|piquetes?|cierres?)(?= )"
)
"""A block that is threatened, announced, prevented or denied is none."""
_STILL = re.compile(
    r" (?:sigu\w+|continu\w+|mantien\w+|mantuv\w+|persist\w+|permanec\w+|aun|todavia|remains?|still) (?:\w+ ){0,4}?(?:bloque|cerrad|cort|tomad|interrump|restring|blocked|closed)| (?:aun|todavia|no) (?:no |se |ha |han |sido |sera |esta )*(?:liber|despej|reab|restablec|abiert|desbloque|reanud)"
)
_NAME_BEFORE = re.compile(
    r"(?<!\w)(?!Carretera|Autopista|V[ií]a|Nueva|Antigua|La |En |Bloquean |Toman )[A-ZÁÉÍÓÚÑ]\w+ $|\b(?:sede|villa|copa|escuela|red|señal|canal|radio|universidad|semana) $"
)
_DASH = re.compile(r" ?[-–] ?")
_CLAUSE = re.compile(r"[;:]|\b(?:mientras|pero|en tanto|while|but)\b")


def run(reading: Reading) -> Payload:
    """`{"roads": [{name, km, state, spans}]}`: `state` is blocked, restricted, reopened or None; one item for each name and kilometre."""
    items: dict[tuple[str, float | None], dict[str, Any]] = {}
    matches = [(part, m) for part in reading.fields if not _WORDS.isdisjoint(part.vocabulary) for m in _named(part)]
    if matches:
        names = {_printed(match) for _, match in matches}
        for part, match in matches:
            name = _whole(_printed(match), names)
            km, state = _said(_clause(part, match.start()), part.sentence(match.start()))
            km = _nearest_km(part, match) or km
            key = _key(name)
            item = items.setdefault((key, km), {"name": name, "km": km, "state": None, "spans": []})
            item["state"] = item["state"] or state
            item["spans"].append(part.span(*match.span()))
    roads = _merged(items)
    if len(roads) == 1 and roads[0]["km"] is None:
        roads[0]["km"] = _only_km(reading)
    return {"roads": roads}


def _named(part: Field) -> Iterator[re.Match[str]]:
    """The names of roads in a field, which is looked at only where one can begin."""
    begins = sorted({place for first in _FIRST for place in places(first, part.folded)})
    end = 0
    for place in begins:
        if place >= end and (match := _ROAD.match(part.text, place)):
            end = match.end()
            if fold(match[0]) == "panamericana" and not _is_the_road(part, match):
                continue
            yield match
            while match[0].split(" ", 1)[0].endswith("s") and (another := _NEXT.match(part.text, end)):
                end = another.end()
                yield another


def _printed(match: re.Match[str]) -> str:
    """The name of a road as it is shown: `Vía Juliaca - Puno`, of several roads in a row each in the singular."""
    if match.re is _NEXT:
        return f"Carretera {_DASH.sub(' - ', match[1])}"
    kind = match[0].split(" ", 1)[0].removesuffix("s")
    name = match[1] or f"{kind} {_DASH.sub(' - ', match[2] or match[3])}"
    return name[0].upper() + name[1:]


def _is_the_road(part: Field, match: re.Match[str]) -> bool:
    """Whether `Panamericana` alone is the road: no adjective, no school's, channel's or union's name."""
    before = _NAME_BEFORE.search(part.text, max(0, match.start() - 30), match.start())
    return (
        match[0][0].isupper() and not before and not re.match(r" [A-ZÁÉÍÓÚÑ]", part.text[match.end() : match.end() + 2])
    )


def _whole(name: str, names: set[str]) -> str:
    """The fuller name of the same road where the document has one only: `la Panamericana` beside `Panamericana Sur`."""
    fuller = {other for other in names if fold(other).startswith(fold(name) + " ")}
    return fuller.pop() if len(fuller) == 1 else name


def _key(name: str) -> str:
    """What makes two names one road: the towns that it joins, in whatever order and whatever it is called."""
    kind, _, towns = fold(name).partition(" ")
    return " - ".join(sorted(towns.split(" - "))) if " - " in towns else f"{kind} {towns}"


def _only_km(reading: Reading) -> float | None:
    """The kilometre that the text names beside its only road, in another sentence: `el bloqueo, en el kilómetro 112`."""
    found = {
        _number(match)
        for part in reading.fields
        if not _MARKS.isdisjoint(part.vocabulary)
        for match in _AT_KM.finditer(" ".join(part.norm.split()))
    }
    return found.pop() if len(found) == 1 else None


def _nearest_km(part: Field, match: re.Match[str]) -> float | None:
    """Of several kilometres in a sentence the one that stands nearest to a road, behind its name or before it with `de la`; None where there are not several."""
    if _MARKS.isdisjoint(part.vocabulary):
        return None
    start, end = part.bounds[part.sentence_at(match.start())]
    found = list(_KM.finditer(part.norm, start, end + 1))
    if len(found) < 2:
        return None

    def distance(km: re.Match[str]) -> int:
        if km.start() >= match.end():
            return km.start() - match.end()
        return match.start() - km.end() + (0 if _OF.fullmatch(part.folded, km.end() - 1, match.start()) else _BEHIND)

    return _number(min(found, key=distance))


_OF = re.compile(r" ?(?:de la |del |de |en la )(?:carretera |via |autopista )?")
_BEHIND = 20
"""Characters by which a kilometre before a name is taken to be farther from it."""


def _clause(part: Field, position: int) -> str:
    """The clause of the sentence in which a road stands, words between single spaces."""
    number = part.sentence_at(position)
    start, end = part.bounds[number]
    cuts = [match.span() for match in _CLAUSE.finditer(part.folded, start, end)]
    begin = max((cut[1] for cut in cuts if cut[1] <= position), default=start)
    stop = min((cut[0] for cut in cuts if cut[0] > position), default=end)
    return f" {' '.join(part.norm[begin + 1 : stop + 1].split())} "


def _merged(items: dict[tuple[str, float | None], dict[str, Any]]) -> list[dict[str, Any]]:
    """A road named with a kilometre is not listed again without one; the state that was told first stands."""
    placed: dict[str, dict[str, Any]] = {}
    bare = {key: item for (key, km), item in items.items() if km is None}
    for (key, km), item in items.items():
        if km is not None and key not in placed:
            placed[key] = item
    kept = []
    for (key, km), item in items.items():
        if km is None and key in placed:
            continue
        other = bare.get(key) if km is not None and placed[key] is item else None
        if other is not None:
            first = min(item["spans"] + other["spans"], key=lambda span: (_ORDER[span[0]], span[1]))
            earlier, later = (other, item) if first in other["spans"] else (item, other)
            item["state"] = earlier["state"] or later["state"]
            item["spans"] = sorted(item["spans"] + other["spans"], key=lambda span: (_ORDER[span[0]], span[1]))
        kept.append(item)
    return kept


_ORDER = {"title": 0, "summary": 1, "text": 2}


@lru_cache(maxsize=256)
def _said(clause: str, sentence: str) -> tuple[float | None, str | None]:
    return _km(clause) or _km(sentence), _state(clause) or _state(sentence)


def _km(words: str) -> float | None:
    match = _KM.search(words)
    return _number(match) if match else None


def _number(match: re.Match[str]) -> float:
    more = match[2]
    if more and len(more) == 3:
        return float(match[1] + more) if len(match[1]) == 1 else float(f"{match[1]}.{more}")  # 1,250; 573+500
    return float(match[1])


def _state(words: str) -> str | None:
    words = _NOT_YET.sub(" ", words)
    if _STILL.search(words):
        return "restricted" if _RESTRICTED.search(words) and not _BLOCKED.search(words) else "blocked"
    wished = _TO_OPEN.search(words)
    if _OPEN.search(words) or (wished and _DONE.search(words[: wished.start() + 1])):
        return "reopened"
    if _RESTRICTED.search(words):
        return "restricted"
    return "blocked" if _BLOCKED.search(words) else None
