"""Days and longer times that a text names, resolved against its publication: `el martes`, `ayer`, `21 de agosto`, `la semana pasada`.

Rules of our own, in Spanish and English: dateparser returns nothing for `ayer por la noche` or `el próximo jueves`, and fills
`setiembre de 2025` with today's day (reference/nlp.md section 6). What needs the publication and has none is not guessed.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from enrich.reading import Field, Span

Precision = Literal["day", "week", "month", "year"]
MOST = 200
"""Times looked at in one field: a text that names more is a calendar."""


def _numbered(words: str, first: int = 1) -> dict[str, int]:
    return {word: number for number, word in enumerate(words.split(), first)}


_DAYS = _numbered("lunes martes miercoles jueves viernes sabado domingo", 0) | _numbered(
    "monday tuesday wednesday thursday friday saturday sunday", 0
)
_MONTHS = (
    _numbered("enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre")
    | _numbered("january february march april may june july august september october november december")
    | {"septiembre": 9}
)
_NUMBERS = _numbered("un dos tres cuatro cinco seis siete ocho nueve diez") | _numbered("one two three four five six seven eight nine ten") | {"una": 1}  # fmt: skip
_DAY = "|".join(name for name in _DAYS)
_SPANISH = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre"
_ENGLISH = "january|february|march|april|may|june|july|august|september|october|november|december"
_YEAR = r"(?:,?\ (?:de|del|del\ año)\ (?:19|20)\d\d)?"
_TIME = re.compile(
    rf"""(?<![\w-])(?:
    (?P<from>\d{{1,2}})(?:\ de\ (?P<frommonth>{_SPANISH}))?\ (?:al|y|y\ el|hasta\ el)\ (?P<to>\d{{1,2}})\ de\ (?P<tomonth>{_SPANISH})(?P<toyear>{_YEAR})
    | (?:(?:{_DAY}),?\ )?(?P<day>\d{{1,2}}|primero)(?:º|°|ero)?\ de\ (?P<month>{_SPANISH})(?P<year>{_YEAR})
    | (?P<eday>\d{{1,2}})\ (?P<emonth>{_ENGLISH})(?:,?\ (?P<eyear>20\d\d))?
    | (?P<amonth>{_ENGLISH})\ (?P<aday>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\ (?P<ayear>20\d\d))?(?!\d)
    | (?P<nday>\d{{1,2}})[/.-](?P<nmonth>\d{{1,2}})[/.-](?P<nyear>20\d\d)
    | (?<=\bel\ )(?P<sday>\d{{1,2}})/(?P<smonth>\d{{1,2}})(?![\d/])
    | (?P<cday>\d{{1,2}})\ (?:del\ (?:presente|mes)|de\ (?:este\ mes|los\ corrientes))(?P<clast>\ pasado)?
    | (?P<iyear>20\d\d)-(?P<imonth>\d\d)-(?P<iday>\d\d)
    | (?P<rel>pasado\ mañana|antes\ de\ ayer|anteayer|ayer|anteanoche|antenoche|anoche|en\ la\ vispera|hoy|esta\ (?:mañana|madrugada|tarde|noche)|last\ night|yesterday|today|tonight|tomorrow|this\ (?:morning|afternoon|evening))
    | (?<!\bla\ )(?<!\besta\ )(?<!\besa\ )(?<!\bcada\ )(?<!\bpor\ la\ )(?P<tomorrow>mañana)(?!\ (?:siguiente|del?\ ))
    | (?P<numberedday>{_DAY})\ (?P<numbered>\d{{1,2}})(?!\d|[:.,]\d|\ de\ |\ horas)
    | (?P<before>(?:este|pasado|ultimo|proximo|siguiente|last|next|this|on)\ )?(?P<weekday>{_DAY})(?P<after>\ (?:pasado|ultimo|proximo|anterior|de\ la\ (?:proxima|otra|semana\ (?:proxima|que\ viene|entrante))))?
    | hace\ (?P<ago>\d{{1,2}}|{"|".join(_NUMBERS)})\ (?P<agounit>dias?|semanas?|mes(?:es)?|años?)
    | (?P<ago2>\d{{1,2}}|{"|".join(_NUMBERS)})\ (?P<ago2unit>days?|weeks?|months?|years?)\ ago
    | (?P<week>la\ semana\ pasada|la\ ultima\ semana|el\ fin\ de\ semana|este\ fin\ de\ semana|last\ week(?:end)?|la\ proxima\ semana|next\ week|esta\ semana|this\ week)
    | (?P<lastmonth>el\ mes\ pasado|last\ month) | (?P<lastyear>el\ año\ pasado|last\ year)
    | (?:en(?:\ este)?|desde|de|para|a\ (?:inicios|fines|mediados)\ de|in|since)\ (?P<bare>{_SPANISH}|{_ENGLISH})(?:,?\ (?:de\ |del\ )?(?P<bareyear>(?:19|20)\d\d))?(?!\w)
    )(?!\w)""",
    re.X,
)
_RELATIVE = {
    "pasado mañana": 2, "antes de ayer": -2, "anteayer": -2, "anteanoche": -2, "antenoche": -2, "en la vispera": -1, "ayer": -1, "anoche": -1, "yesterday": -1, "last night": -1, "tomorrow": 1,
}  # fmt: skip
_TO_COME = re.compile(
    r"\b(?:\w+(?:rá|rán|remos)|eval[uú]an?|alistan?|planean?|coordinan?|prevén?|amenazan?|advierten?|van? a \w+r|anunci\w+|convoc\w+|llaman? a|próxim\w+|ratific\w+|preparan?|program\w+|previst\w+|vence\w*|"
    r"a partir del?|hasta el|antes del|para el|will|plans?|planned|upcoming|calls?|called for|starting)\b"
)
"""What makes `el jueves` the coming one; read with its accents, so that `paro` and `hora` are no future."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time named in a field: its first day, how long it is, the last day where a range is given, and where it stands."""

    part: Field
    start: int
    end: int
    first: date
    precision: Precision
    last: date | None = None

    @property
    def span(self) -> Span:
        """`[field, start, end]`."""
        return self.part.span(self.start, self.end)


def times(part: Field, today: date | None, start: int = 0, end: int | None = None) -> list[Time]:
    """The times of a stretch of a field in the order of the text; those that need `today` only where it is known."""
    found: list[Time] = []
    for match in _TIME.finditer(part.folded, start, len(part.text) if end is None else end):
        made = None if _is_a_place(match, part) else _Reader(match, part, today).time()
        if made is not None:
            found.append(made)
        if len(found) >= MOST:
            break
    return found


def _is_a_place(match: re.Match[str], part: Field) -> bool:
    """Whether a day and a month are the name of a street, a square, a hospital, a place: `avenida 28 de Julio`, `Dos de Mayo`."""
    month = match["month"] or match["tomonth"] or (match["bare"] if match[0].startswith("de ") else None)
    if not month:
        return False
    before = part.folded[max(0, match.start() - 40) : match.start()]
    if _SITE.search(before):
        return True
    name = part.text[match.end() - len(month) - len(match["year"] or match["bareyear"] or "") :][:1]
    return bool(match["bare"]) and name.isupper() and bool(_SPELT.search(before))


_SITE = re.compile(
    r"\b(?:avenida|av\.?|jiron|jr\.?|calle|plaza|plazuela|parque|hospital|colegio|mercado|urbanizacion|urb\.?|asentamiento(?: humano)?|aa\.? ?hh\.?|puente|ovalo|barrio|cooperativa|club|estadio|coliseo"
    r"|sector|pueblo joven|distrito|provincia|fundo|asociacion|instituto|caserio|centro poblado|institucion educativa|i\.? ?e\.?|malecon|pasaje|terminal) (?:de |del |de la |la |el )?(?:\w+ )?$"
)
_SPELT = re.compile(
    r"\b(?:un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinti\w+|veinte|treinta) $"
)


@dataclass(frozen=True)
class _Reader:
    """One match being resolved."""

    match: re.Match[str]
    part: Field
    today: date | None

    def time(self) -> Time | None:
        try:
            return self._exact() or self._near() or self._long()
        except (ValueError, OverflowError):  # the 31st of a month that has 30 days
            return None

    def _made(self, first: date | None, precision: Precision = "day", last: date | None = None) -> Time | None:
        if first is None:
            return None
        return Time(self.part, *self.match.span(), first=first, precision=precision, last=last)

    def _exact(self) -> Time | None:
        m = self.match
        if m["to"]:
            year = _year(m["toyear"])
            last = self._day(year, _MONTHS[m["tomonth"]], int(m["to"]))
            first = self._day(last.year if last else year, _MONTHS[m["frommonth"] or m["tomonth"]], int(m["from"]))
            return self._made(first, last=last)
        if m["month"]:
            number = 1 if m["day"] == "primero" else int(m["day"])
            return self._made(self._day(_year(m["year"]), _MONTHS[m["month"]], number))
        for kind in ("e", "a"):
            if m[kind + "month"]:
                year = _year(m[kind + "year"])
                return self._made(self._day(year, _MONTHS[m[kind + "month"]], int(m[kind + "day"])))
        if m["smonth"]:
            return self._made(self._day(None, int(m["smonth"]), int(m["sday"])))
        for kind in ("n", "i"):
            if m[kind + "year"]:
                return self._made(date(int(m[kind + "year"]), int(m[kind + "month"]), int(m[kind + "day"])))
        return None

    def _near(self) -> Time | None:
        m, today = self.match, self.today
        if today is None:
            return None
        if m["rel"]:
            return self._made(today + timedelta(days=_RELATIVE.get(m["rel"], 0)))
        if m["numbered"]:
            return self._made(self._numbered(today, int(m["numbered"])))
        if m["tomorrow"]:
            return self._made(today + timedelta(days=1))
        if m["weekday"]:
            return self._made(self._weekday(today))
        if m["cday"]:
            return self._made(_months_before(today, 1 if m["clast"] else 0).replace(day=int(m["cday"])))
        ago, unit = m["ago"] or m["ago2"], m["agounit"] or m["ago2unit"] or ""
        if ago:
            count = int(ago) if ago.isdigit() else _NUMBERS[ago]
            if unit[:3] in ("dia", "day"):
                return self._made(today - timedelta(days=count))
            if unit[:3] in ("sem", "wee"):
                return self._made(today - timedelta(weeks=count), "week")
            if unit[:3] in ("mes", "mon"):
                return self._made(_months_before(today, count), "month")
            return self._made(date(today.year - count, 1, 1), "year")
        return None

    def _long(self) -> Time | None:
        m, today = self.match, self.today
        if m["bare"]:
            year = _year(m["bareyear"])
            first = self._day(year, _MONTHS[m["bare"]], 1)
            if first and today and not year and first > today and not self._is_to_come():
                first = first.replace(year=first.year - 1)  # `desde enero`
            return self._made(first, "month")
        if today is None:
            return None
        if m["week"]:
            shift = (
                7
                if "proxima" in m["week"] or "next" in m["week"]
                else 0
                if "est" in m["week"] or "this" in m["week"]
                else -7
            )
            monday = today - timedelta(days=today.weekday())
            return self._made(
                monday + timedelta(days=0 if "fin de semana" in m["week"] and today.weekday() > 4 else shift), "week"
            )
        if m["lastmonth"]:
            return self._made(_months_before(today, 1), "month")
        return self._made(date(today.year - 1, 1, 1), "year") if m["lastyear"] else None

    def _day(self, year: int | None, month: int, day: int) -> date | None:
        """A day without its year lies in the half year around the publication."""
        if year:
            return date(year, month, day)
        today = self.today
        if today is None:
            return None
        near = [date(today.year + shift, month, day) for shift in (-1, 0, 1)]
        return min(near, key=lambda found: abs(found - today))

    def _numbered(self, today: date, number: int) -> date | None:
        """`lunes 25`: the nearest day with that number that is a Monday, else the nearest with the number."""
        months = [_months_before(today, shift) for shift in range(-3, 4)]
        near = sorted((month.replace(day=number) for month in months if _has(month, number)), key=lambda d: abs(d - today))  # fmt: skip
        fitting = [found for found in near if found.weekday() == _DAYS[self.match["numberedday"]]]
        return next(iter(fitting or near), None)

    def _weekday(self, today: date) -> date:
        """The nearest one that the words and the tense of its sentence allow; the day of publication itself where it fits."""
        m = self.match
        shift = (_DAYS[m["weekday"]] - today.weekday()) % 7
        words = f"{m['before'] or ''}{m['after'] or ''}"
        if any(word in words for word in ("pasado", "ultimo", "anterior", "last")):
            return today + timedelta(days=shift - 7)
        if "de la" in words:
            return today + timedelta(days=7 - today.weekday() + _DAYS[m["weekday"]])  # `el jueves de la próxima semana`
        if any(word in words for word in ("proxim", "next", "siguiente")):
            return today + timedelta(days=shift or 7)
        if shift == 0:
            return today
        near = "este" in words and shift <= 3  # on Thursday `este sábado` is the next one, on Monday the last
        return today + timedelta(days=shift if near or self._is_to_come() else shift - 7)

    def _is_to_come(self) -> bool:
        start, end = self.part.bounds[self.part.sentence_at(self.match.start())]
        return bool(_TO_COME.search(self.part.printed, start, end))


def _year(text: str | None) -> int | None:
    found = re.search(r"\d{4}", text or "")
    return int(found[0]) if found else None


def _has(month: date, day: int) -> bool:
    return day > 0 and (month + timedelta(days=day - 1)).month == month.month


def _months_before(today: date, count: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - count, 12)
    return date(year, month + 1, 1)
