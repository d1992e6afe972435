"""What a text says of a strike: its status, the guild that calls it, its days, the place and what is asked for.

The status is that of `enrich.strike_status`; days are those named beside the strike's own words.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core.document import Payload
from core.time import lima_day
from enrich.dates import Time, times
from enrich.entities import are_sure
from enrich.reading import Field, Reading
from enrich.strike_cues import STRIKE
from enrich.strike_status import NEAR, status

VERSION = "8"
_FAR = 22
"""Sentences of a field that are read for its days."""

_SHORT_FORM = re.compile(r" ?\([A-ZÁÉÍÓÚÑ][\w-]{1,14}\)")
_END = re.compile(r"(?:hasta (?:el )?|until (?:\w+ )?|through )$")
_PAST = re.compile(
    r"(?:pasad[oa] |ocurrid[oa] (?:el )?|(?:said|says|announced|dij[oe]\w*|inform\w+|señal\w+|indic\w+|anunci(?:o|aron|ado)|declar\w+|firmad[oa]|firmaron) (?:el |este |hoy |)?)$"
)
_BEGUN = re.compile(
    r"(?:(?:desde|a partir de)(?: las \w+(?: de la \w+)?(?: de)?)?(?: la (?:medianoche|madrugada|mañana) de)?l?(?: (?:el|este|del))?(?: (?:pasado|ultimo|proximo))? "
    r"|(?:iniciad|comenzad|empezad|arrancad|acatad)[oa] (?:el )?(?:pasado )?"
    r"|(?:inici(?:o|aron|ara|aran)|comenz(?:o|aron|ara|aran)|empez(?:o|aron|ara|aran)|arranc(?:o|aron|ara|aran)|estall(?:o|ara)) (?:(?:\w+ ){0,5}(?:el|este) |(?:el )?(?:pasado )?)"
    r"|since (?:last )?|(?:began|begun|started|launched|starts|begins|will begin|will start|starting|from) (?:(?:\w+ ){0,4}on |on )?)$"
)
_BEGINNING = re.compile(r" (?:inici|comenz|empez|arranc|estall|began|begun|started|launched)\w* ")
_RESUMED = re.compile(r"\b(?:retom|reanud|suspend|volv|vuelv|regres|levant|atend|reabr)\w*[^.;]{0,40}$")
_DECIDED = re.compile(
    r"(?:aprob|acord|decid|vot|resolv|asesin|mat|muert|crimen|atent|atac|ataque|murio|fallec|dispar)\w*[^.;]{0,40}$"
)
"""What happened on a day before the strike: its decision, the killing that it answers."""
_ATTACHED = re.compile(rf"{STRIKE}[^.;,]{{0,45}}$")
_HOURS = re.compile(r" (?:de|por|durara|dure|a) (12|24|48|72|96) (?:horas|hour) | (12|24|48|72|96) (?:horas|hour) ")
_ORDINALS = ("primer", "segundo", "tercer", "cuarto", "quinto", "sexto", "septimo", "octavo", "noveno", "decimo")
_ORDINAL = re.compile(rf" ({'|'.join(_ORDINALS)}) dia (?:de|del|consecutivo|sin) ")
_DEMAND = re.compile(
    r"\b(?:para exigir|exigen|exige|exigiendo|exigieron|exigir|en demanda de|demandan|reclaman|reclamando|piden|en rechazo (?:a|al|de)|rechazan|en contra (?:de|del)|contra|en protesta (?:por|contra)|"
    r"protestan (?:por|contra)|en defensa de|demanding|to demand|over|in protest (?:at|over|against)|to protest|against)\s+(?P<what>[^.;:\n]{4,160})"
)


def run(reading: Reading) -> Payload:
    """`{"strike": {status, guild, start, end, place, demand} or None}`: only where the strike is a subject."""
    if not any(topic["name"] == "strike" for topic in reading.said["topics"]["topics"]):
        return {"strike": None}
    named = _named(reading)
    start, _ = _days(reading, named)
    said = status(reading, start)
    start, end = _days(reading, named, said)
    return {
        "strike": {
            "status": said,
            "guild": _guild(reading),
            "start": start and start.isoformat(),
            "end": end and end.isoformat(),
            "place": _place(reading),
            "demand": _demand(reading),
        }
    }


def _sentences(reading: Reading) -> Iterator[tuple[Field, int, int, str]]:
    """Field, number, position and words of each sentence, the title first."""
    for part in reading.fields:
        for number, (start, _) in enumerate(part.bounds):
            yield part, number, start, part.sentence(start)


def _guild(reading: Reading) -> str | None:
    """The guild named first beside the strike, any guild of the text failing that, by the fullest form that the text gives it."""
    order = {part.name: number for number, part in enumerate(reading.fields)}
    ranked: list[tuple[int, int, int, str]] = []
    for entity in are_sure(reading.said["entities"]["entities"]):
        if entity["kind"] == "guild":
            forms = [_form(reading.fields[order[name]], start, end) for name, start, end in entity["spans"]]
            fullest = max(forms, key=len)
            ranked += [
                (_away(reading.fields[order[name]], start), order[name], start, fullest)
                for name, start, _ in entity["spans"]
            ]
    return min(ranked)[3] if ranked else None


def _away(part: Field, start: int) -> int:
    return 0 if NEAR.search(part.sentence(start)) else 1


def _form(part: Field, start: int, end: int) -> str:
    """A name as printed, with the short form in brackets behind it: `Confederación de Choferes (Conchofer)`."""
    short = _SHORT_FORM.match(part.text, end)
    return part.text[start : short.end() if short else end]


def _named(reading: Reading) -> list[Time]:
    """The days named in the first sentence of a field or beside the strike's own words."""
    published = reading.document.published
    today = lima_day(published) if published else None
    found: list[Time] = []
    for part in reading.fields:
        for number, (start, end) in enumerate(part.bounds[:_FAR]):
            sentence = part.sentence(start)
            if number == 0 or NEAR.search(sentence) or _BEGINNING.search(sentence):
                found += [time for time in times(part, today, start, end) if time.precision == "day"]
    return [time for time in found if not _PAST.search(_before(time))]


def _before(time: Time) -> str:
    return time.part.folded[max(0, time.start - 60) : time.start]


def _days(reading: Reading, named: list[Time], status: str | None = None) -> tuple[date | None, date | None]:
    """The first and last day of the strike: of the days given beside its words, the first that is still to come, else the first.

    Of a strike that is over only the day on which it began is told so, of one that is spoken of only a day named with it.
    """
    published = reading.document.published
    today = lima_day(published) if published else None
    beside = [
        time
        for time in named
        if NEAR.search(time.part.sentence(time.start)) or _BEGINNING.search(time.part.sentence(time.start))
    ]
    ends = [time.first for time in beside if _END.search(_before(time))]
    found = [time for time in beside if _is_a_start(time, status, today)]
    begun = [time for time in found if _BEGUN.search(_before(time)) and not _RESUMED.search(_before(time))]
    coming = [time for time in found if today and time.first >= today and status != "ended"]
    lead = (
        next((time for time in named if time.part.sentence_at(time.start) == 0), None) if status == "ongoing" else None
    )
    chosen = next(iter(begun or coming or found), lead)
    if chosen is None:
        return None, next(iter(ends), None)
    first = chosen.first - _days_before(chosen)
    return first, chosen.last or next((end for end in ends if end >= chosen.first), None) or _lasting(chosen)


def _days_before(time: Time) -> timedelta:
    """How long the strike lasts on a day that is told as its second or third."""
    match = _ORDINAL.search(time.part.sentence(time.start))
    return timedelta(days=_ORDINALS.index(match[1]) if match else 0)


def _is_a_start(time: Time, status: str | None, today: date | None) -> bool:
    before = _before(time)
    if _END.search(before):
        return False
    if _BEGUN.search(before):
        return not _RESUMED.search(before) or status != "suspended"
    if _DECIDED.search(before) or (
        status == "ongoing" and today is not None and time.first < today - timedelta(days=1)
    ):
        return False
    return status != "ended" and (status != "considered" or bool(_ATTACHED.search(before)))


def _lasting(time: Time) -> date | None:
    """The last day of a stoppage of so many hours."""
    match = _HOURS.search(time.part.sentence(time.start))
    return time.first + timedelta(days=max(int(match[1] or match[2]) // 24, 1) - 1) if match else None


def _subjects(reading: Reading) -> set[tuple[str, int]]:
    """The sentences that tell of the strike: those of its signs, where no list names it the titles and the first sentences."""
    found = {
        (item.field.name, item.field.sentence_at(item.hit.start)) for item in reading.found.get("topic.strike", [])
    }
    return found or {(part.name, number) for part in reading.fields for number in (0, 1)}


def _place(reading: Reading) -> str | None:
    """The place of the event that is named first in a sentence of the strike: the name of an item of `places`."""
    subjects, order = _subjects(reading), {part.name: number for number, part in enumerate(reading.fields)}
    named: list[tuple[int, int, str]] = []
    for place in reading.said.get("places", {}).get("places", ()):
        for name, start, _ in place["spans"]:
            if place["role"] == "event" and (name, reading.fields[order[name]].sentence_at(start)) in subjects:
                named.append((order[name], start, place["name"]))
    return min(named)[2] if named else None


def _demand(reading: Reading) -> str | None:
    """What the strikers ask for or reject, as printed: the first in a sentence of the strike."""
    subjects = _subjects(reading)
    for part, number, start, _ in _sentences(reading):
        if (part.name, number) in subjects:
            match = _DEMAND.search(part.folded, start, part.bounds[number][1])
            if match:
                return _trimmed(part.text[match.start("what") : match.end("what")])
    return None


def _trimmed(text: str) -> str:
    """Up to the end of the clause, without closing marks."""
    clause: Any = re.split(
        r",? (?:y )?(?:según|segun|informó|informo|dijo|señaló|indicó|luego de|mientras|after|according to)\b", text
    )[0]
    return str(clause).strip(" ,\"'“”‘’»()")
