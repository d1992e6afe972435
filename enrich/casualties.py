"""Killed and injured in the event that a text tells: its title and first sentences, never yearly counts."""

import re

from core.document import Payload
from enrich.reading import Field, Reading

VERSION = "1"

_NUMBERS = {
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_N = r"(\d{1,3}|" + "|".join(_NUMBERS) + r")"
_PEOPLE = r"(?: (?:personas?|hombres?|mujeres?|jovenes?|policias?|mototaxistas?|choferes?|conductor(?:es)?|transportistas?|comerciantes?|pasajeros?|people|drivers?|victimas?|menores?|trabajador(?:es)?|obreros?|musicos?|sujetos?|civiles?|escolares?))?"
_KILLED = re.compile(
    rf" {_N}{_PEOPLE} (?:muertos?|muertas?|fallecid[oa]s?|asesinad[oa]s?|acribillad[oa]s?|ultimad[oa]s?|dead|killed|murdered|perdieron la vida)(?: \w+)? |(?:asesinan|matan|acribillan|ultiman|mueren|fallecen|murieron|fallecieron) (?:a (?:balazos a )?)?{_N}(?: |{_PEOPLE} )"
)
_INJURED = re.compile(
    rf" {_N}{_PEOPLE} (?:herid[oa]s|herid[oa]|lesionad[oa]s?|injured|wounded|resultaron herid[oa]s)(?: \w+)? |(?:dej\w+|hay|deja|reporta\w*) (?:a )?{_N}{_PEOPLE} (?:herid[oa]s?|lesionad[oa]s?) "
)
_ONE_KILLED = re.compile(
    r" (?:asesinan|matan|acribillan|ultiman) (?:a (?:balazos|tiros) )?(?:a|al) (?:un |una )?(?:chofer|conductor|cobrador|mototaxista|taxista|comerciante|empresario|productor|bodeguero|transportista|dirigente|cantante|musico|alcalde|abogado|policia|joven|hombre|mujer|obrero|periodista|cambista|colectivero) "
)
_NONE = re.compile(
    r" (?:sin (?:heridos|victimas|muertos)|no (?:hubo|se reportan|se registraron|dejo|hay) (?:heridos|victimas|muertos)|heridos felizmente ninguno|ningun herido|no injuries|no one was (?:hurt|injured)) "
)
_COUNTED = re.compile(
    r" (?:año|años|meses|mes|semanas?|anual\w*|cifras?|balance|estadistica\w*|registr\w+|casos|enero a|primer semestre|dengue|contagi\w+|covid\w*|last year|this year|months?|weeks?) "
)
_ABOUT = ("extortion", "strike")


def run(reading: Reading) -> Payload:
    """`{"casualties": {killed, injured} or None}`: only in texts on extortion or strikes."""
    if not any(topic["name"] in _ABOUT for topic in reading.said["topics"]["topics"]):
        return {"casualties": None}
    killed = injured = None
    none = False
    for sentence in _sentences(reading):
        none = none or bool(_NONE.search(sentence))
        if _COUNTED.search(sentence):
            continue
        killed = _best(killed, _count(_KILLED, sentence), 1 if _ONE_KILLED.search(sentence) else None)
        injured = _best(injured, _count(_INJURED, sentence))
    if killed is None and injured is None:
        return {"casualties": {"killed": 0, "injured": 0} if none else None}
    return {"casualties": {"killed": killed or 0, "injured": injured or 0}}


def _sentences(reading: Reading) -> list[str]:
    """The title and the first three sentences of each other field; sentences that deny casualties are read everywhere."""
    found = []
    for part in reading.fields:
        found += [_spaced(part, start) for start, _ in part.bounds[:3]]
        found += [text for start, _ in part.bounds[3:] if _NONE.search(text := _spaced(part, start))]
    return found


def _spaced(part: Field, start: int) -> str:
    return re.sub(" +", " ", part.sentence(start))


def _count(pattern: re.Pattern[str], sentence: str) -> int | None:
    found = [next(group for group in match.groups() if group) for match in pattern.finditer(sentence)]
    return max((_NUMBERS.get(text) or int(text) for text in found), default=None)


def _best(*counts: int | None) -> int | None:
    return max((count for count in counts if count is not None), default=None)
