"""Sums of money in a field: value, currency (PEN, USD) and where they stand.

A sum without its currency (`piden 15 mil`, `3 mil soles de entrada y 400 cada quincena`) is one where it stands in a row with a sum
or, in a text on extortion, behind what asks for it or hands it over; it has the currency of the sum before it, else soles.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from core import masking
from core.numerals import BELOW_100, CARDINAL
from core.numerals import value as spelt
from enrich.reading import Field

_SCALES = {
    "mil": 1000,
    "millon": 10**6,
    "millones": 10**6,
    "million": 10**6,
    "thousand": 1000,
    "billion": 10**9,
    "k": 1000,
    "m": 10**6,
    "mn": 10**6,
    "bn": 10**9,
}
_N = r"\d{1,3}(?:[.,'’´ ]\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,15}(?:[.,]\d{1,9})?(?!\d)"
_MILLIONS = {"medio millon": 500_000, "el millon": 1_000_000}
_SCALE = r"(?: ?(mil millones|mil|millon(?:es)?|million|thousand|billion|k|(?<=\d)mn?|(?<=\d)bn)\b)?"
_VALUE = rf"(?:({_N})|\b(medio millon|el millon|{CARDINAL}))"
_PEN = r"(?:nuevos )?soles\b|(?:nuevo )?sol\b|sole?citos\b|lu[ck]as\b|luquitas\b|centimos\b"
_USD = r"dolares(?: americanos)?\b|(?:u\.?s\.? )?dollars?\b"
_SIGN_FIRST = re.compile(rf"(?<!\w)(s/\.?|us\$|u\$s|\$|us dollars?|pen|usd) ?({_N}){_SCALE}")
_UNIT = re.compile(rf"(?<= )(?:{_PEN}|{_USD})")
_UNITS = frozenset(
    ("soles", "sol", "solcitos", "solecitos", "lucas", "lukas", "luquitas", "centimos", "dolares", "dollars", "dollar")
)
_PENS = re.compile(r"pen ?\d")
_BEFORE_UNIT = re.compile(rf"(?<![\w/$.,]){_VALUE}{_SCALE}(?: de)? $")
_WIDEST = 80
"""Characters before `soles` in which its number stands, spelt out or not."""
_RANGE_BEFORE = re.compile(rf"(?<![\w/$.,]){_VALUE}{_SCALE} (?:a|y|o|hasta|and|to|or)(?: los| las)? $")
_HEAD = re.compile(rf"(?<![\w/$.,])(?:(\d{{1,3}})|\b({CARDINAL})) (mil|millon(?:es)?) $")
"""What stands before the rest of one number: `3 mil 400`, `un millón 200 mil`."""
_REST = re.compile(r" (?:y (medio)\b|(\d{1,3}) mil\b)")
"""What stands behind `2 millones`: `y medio`, `100 mil`."""
_HALF = re.compile(rf"(?<![\w/$.,])(?:(\d{{1,3}})|\b({CARDINAL})) millon(?:es)? y medio (?:de )?$")
_ONE_SOL = re.compile(
    rf"\bun sol(?: (?:con )?(?P<cents>{BELOW_100}|\d\d)(?: centimos)?(?=\W|$)|(?= (?:diario|al dia|cada|por|a la|semanal|el kilo|la|y|para|de cupo)\b|[.,;]))"
)
"""`un sol`, `un sol cincuenta`: where a sum is meant, not the sun."""
_OFTEN = r"(?:(?:semanal|mensual|quincenal|anual)(?:es|mente)?|diari[oa]s?|diariamente|fij[oa]s|(?:por(?! ciento)|al?|a la|cada|de|los|las|para|a|el|en|more|for|per|each|every) [^\W\d]|mas\b)"
_NEXT = re.compile(
    rf"[^.;:!?\n]{{0,45}}?(?:,| y| o| u| ni| hasta| luego| y luego| and| or| then) (?:(?:a|de|otros|otras|unos|unas|con|los|las|guia a|al final se contentaron con) )?{_VALUE}{_SCALE}(?= {_OFTEN}|[.,](?!\d)|[;!?\")”»]|$)"
)
"""A sum that stands in a row behind another one, without its currency: `3 mil soles de entrada y 400 cada quincena`."""
_ASKED = re.compile(
    r"\b(?:pid(?:e|en|io|ieron|iendo(?:le|les)?)|ped(?:ia|ian|ir(?:le|les)?)|exig(?:e|en|ia|ian|io|ieron|iendo|ir(?:le|les)?)|cobr(?:a|an|aba|aban|o|aron|ar|amos|arle|arles)|reclam(?:a|an|aba|aban|o|aron)|"
    r"pag(?:o|aron|amos|ue|ar|an|a|aba|aban|ando)|entreg(?:o|aron|amos|ue|ar|ado|aba)|deposit(?:o|aron|ar|amos|e|ado|aba)|transfer(?:ir|i|imos)|transfiri(?:o|eron)|yape(?:o|aron|ar|amos|e)|gir(?:o|aron|ar)|soltar?|solto|soltaron|"
    r"dar|dieron|dio|dejar|juntar|reunir|devolv(?:er|io|iendo)|devuelto|termino devolviendo|quit(?:o|aron)|sac(?:o|aron)|rob(?:o|aron)|costo|cuesta|subio a|subieron a|bajo a|bajaron a|rebaj(?:o|ar|aron)(?: \w+){0,3} a|abon(?:o|ar|ados?|aron)|"
    r"al dia con|se contentaron con|adelanto de|cupo de|cuota(?: unica)? de|pago de|monto de|suma de|cifra de|rescate de|faltan|quieren|queria|demand(?:ed|s|ing)?|asked for|paid|pay)"
    rf" (?:(?:mas de|menos de|unos|unas|casi|cerca de|hasta|otros|otras|ya|al menos|los|solo|primero|about|nearly|over) ){{0,2}}{_VALUE}{_SCALE}"
    r"(?=[.,](?!\d| (?:entre|dij|segun|asegur|inform))|[;:!?)\"”»]|$| [^\w\s%]| (?:por|para|o|y|al|a|cada|en efectivo|semanal|mensual|diari|de (?:entrada|inscripcion|adelanto|cupo|golpe|una)|fij|el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|luego|primero|que|como|antes|hoy|mañana|ayer|or|for|to|a (?:week|day|month))(?! ciento)\b)"
)
"""What asks for a sum or hands it over, and the sum without its currency, with nothing behind it that could be counted."""
_OR_DIE = re.compile(
    rf"(?<=[\"“«:]) ?{_VALUE}{_SCALE} o (?:la |te |los |las |el |tu |lo |nos |vuel|quem|plomo|candela)"
)
_MOST_DIGITS = 7
"""Of a sum without its currency and without `mil`: a telephone or identity number has more."""
_LEAST_BARE = 100
"""A sum without its currency that stands beside none has three digits."""
_REPEATED = re.compile(
    r" (?:(?:semanal|mensual)(?:es)?|diari[oa]s?|cada (?:dia|semana|mes|quincena|lunes|viernes|sabado)|al dia|a la semana|al mes|por (?:dia|semana|mes|puesto|unidad|carro|cabeza)|a (?:day|week|month)|every)\b"
)
"""Behind a sum that is asked for again and again: two digits are enough."""
_SAME_TEXT = 12
"""Of them a text tells at most so many."""
_TO = re.compile(
    rf"(?: que (?:pas|sub|baj)\w+)? a {_VALUE}{_SCALE}(?=[.,;:)”\"»]|$| (?:por|si|cuando|y|en|al|el|cada)\b)"
)
"""Behind a sum that `de` stands before: what it became, without the currency (`de 20 mil soles a 6 mil`)."""
_MORE = re.compile(rf" y (?:otros |otras |unos )?{_VALUE}{_SCALE} mas\b")
_EACH = re.compile(
    rf" ?(?:por|al?|cada|a la) (?:dia|semana|mes|diarios?)\b[^.;]{{0,20}}? (?:o|y) {_VALUE}{_SCALE} (?:por|al|a la|cada) (?:dia|semana|mes|año)"
)
_RATE = (
    " dolar ", " tipo de cambio ", " cotiza", " interbancario ", " casas de cambio ", " exchange rate ", " per dollar ",
    " to the dollar ", " against the dollar ",
)  # fmt: skip
_BARE_RATE = re.compile(r"\b(?:en|a|de|at|por) (\d[.,]\d{2,4})(?![\d%]| ?(?:%|soles|nuevos|puntos|millon))")
_FOREIGN_DOLLARS = re.compile(r"(?:^| )(?:pesos|bolivianos|reales|canadienses|australianos|bolivares|quetzales)\b")


Sum = tuple[int | float, str, int, int]
"""Value, currency, start, end."""


class _Taken:
    """The stretches that are a sum already, in the order of the text and apart."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans = sorted(spans)

    def add(self, start: int, end: int) -> None:
        insort(self._spans, (start, end))

    def meets(self, start: int, end: int) -> bool:
        """Whether a stretch meets one of them."""
        place = bisect_left(self._spans, (end, end))
        return place > 0 and self._spans[place - 1][1] > start


def find(part: Field, *, asked: bool = False) -> Iterator[Sum]:
    """Each sum in a field, the lower end of a range included; with `asked` those without a currency that a demand names."""
    signed = list(_signed(part))
    taken = _Taken(one[2:] for one in signed)
    found = sorted([*signed, *_named(part, taken)], key=lambda one: one[2])
    yield from found
    bare = [item for one in found for item in _in_a_row(part, one, taken)]
    if asked:
        bare += _asked(part, found, taken)
    if bare:
        hidden = _Taken(span[1:] for span in masking.find(part.text))  # a telephone number is no sum
        yield from (one for one in bare if not hidden.meets(*one[2:]))


def _signed(part: Field) -> Iterator[Sum]:
    """Sums that their sign tells: `S/ 500`, `US$ 2 millones`."""
    text = part.folded
    signed = any(sign in text for sign in ("$", "s/", "usd", "us dollar")) or _PENS.search(text)
    for match in _SIGN_FIRST.finditer(text) if signed else ():
        if match[1] == "$" and _FOREIGN_DOLLARS.search(text[match.end() : match.end() + 25]):
            continue
        value, end = _value(match[2], None, match[3], part), match.end()
        if match[3] in ("millon", "millones") and (rest := _REST.match(text, end)):
            value, end = value + (500_000 if rest[1] else 1000 * int(rest[2])), rest.end()
        yield value, _currency(match[1]), match.start(), end
    if _is_of_rates(part):
        for match in _BARE_RATE.finditer(text):
            yield _value(match[1], None, None, part), "PEN", *match.span(1)


def _named(part: Field, taken: _Taken) -> Iterator[Sum]:
    """Sums that the name of their currency tells: `500 soles`, `entre tres y cinco soles`, `un sol cincuenta`."""
    text = part.folded
    units = () if _UNITS.isdisjoint(part.vocabulary) else _UNIT.finditer(text)
    for unit in units:
        for one in _of_unit(part, unit, taken):
            taken.add(*one[2:])
            yield one


def _of_unit(part: Field, unit: re.Match[str], taken: _Taken) -> Iterator[Sum]:
    """The sums that one `soles` tells: its own, the lower end of its range, what stands behind without a currency."""
    text = part.folded
    if half := _HALF.search(text, max(0, unit.start() - _WIDEST), unit.start()):
        value = 1_000_000 * _value(half[1], half[2], None, part) + 500_000
        yield value, _currency(unit[0]), half.start(), unit.end()
        return
    number = _BEFORE_UNIT.search(text, max(0, unit.start() - _WIDEST), unit.start())
    if number is None or taken.meets(number.start(), unit.end()):
        return
    value = _value(number[1], number[2], number[3], part)
    if value == 1 and number[2]:
        yield from _one_sol(part, number.start())
        return
    currency, start, end = _currency(unit[0]), number.start(), unit.end()
    if head := _HEAD.search(text, max(0, start - 30), start):
        large = _value(head[1], head[2], head[3], part)
        if value < _SCALES[head[3]] <= large:
            value, start = value + large, head.start()
    if unit[0] == "centimos":
        value = value / 100
    elif text.startswith(" y medio", end):
        value, end = value + 0.5, end + len(" y medio")
    yield value, currency, start, end
    lower = _RANGE_BEFORE.search(text, max(0, number.start() - 30), number.start())
    if lower and (lower[1] or lower[2]) and not taken.meets(lower.start(), lower.end() - 1):
        least = _behind(part, lower, currency)
        if not lower[3] and number[3] and least[0] < _value(number[1], number[2], None, part):
            least = (_value(lower[1], lower[2], number[3], part), *least[1:])  # `de 5 a 10 mil`
        yield least
    behind = [_EACH, _MORE] + [_TO] * text.endswith(("de ", "de los "), 0, start)
    for after in filter(None, (pattern.match(text, unit.end()) for pattern in behind)):
        yield _behind(part, after, currency)


def _one_sol(part: Field, start: int) -> Iterator[Sum]:
    if match := _ONE_SOL.match(part.folded, start):
        cents = match["cents"]
        value = 1 + (int(cents) if cents.isdecimal() else spelt(cents)) / 100 if cents else 1
        yield value, "PEN", *match.span()


def _in_a_row(part: Field, one: Sum, taken: _Taken) -> Iterator[Sum]:
    """Those behind a sum that have its currency: `15 soles por día y 300 por enganchar el agua`."""
    _, currency, _, end = one
    last = part.bounds[part.sentence_at(one[2])][1]
    while (match := _NEXT.match(part.folded, end, last)) is not None:
        bare = _behind(part, match, currency)
        if bare[0] <= 1 or _is_no_sum(match) or taken.meets(*bare[2:]):
            return
        taken.add(*bare[2:])
        yield bare
        end = bare[3]


def _is_no_sum(match: re.Match[str]) -> bool:
    """Whether digits without a currency are a year, or so many that they are a number of something."""
    digits = match[1] or ""
    return not match[3] and (
        (len(digits) == 4 and digits[:2] in ("19", "20")) or sum(map(str.isdigit, digits)) > _MOST_DIGITS
    )


def _asked(part: Field, found: list[Sum], taken: _Taken) -> Iterator[Sum]:
    """Those that what is asked for or handed over tells, of three digits and more."""
    starts = [one[2] for one in found]
    matches = [*islice(_ASKED.finditer(part.folded), _SAME_TEXT), *islice(_OR_DIE.finditer(part.folded), _SAME_TEXT)]
    for match in matches:
        before = bisect_left(starts, match.start())
        bare = _behind(part, match, found[before - 1][1] if before else "PEN")
        least = 10 if _REPEATED.match(part.folded, bare[3]) else _LEAST_BARE
        if bare[0] >= least and not _is_no_sum(match) and not taken.meets(*bare[2:]):
            taken.add(*bare[2:])
            yield bare


def _behind(part: Field, match: re.Match[str], currency: str) -> Sum:
    """The sum of a match whose groups are digits, words and scale."""
    group = 1 if match[1] else 2
    value = _value(match[1], match[2], match[3], part)
    return value, currency, match.start(group), match.end(3 if match[3] else group)


@lru_cache(maxsize=4)
def _is_of_rates(part: Field) -> bool:
    return any(words in part.norm for words in _RATE)


def _currency(sign: str) -> str:
    return (
        "PEN"
        if sign.startswith("s/") or "sol" in sign or sign in ("pen", "lucas", "lukas", "luquitas", "centimos")
        else "USD"
    )


def _value(number: str | None, words: str | None, scale: str | None, part: Field) -> int | float:
    rate = _is_of_rates(part) and not scale
    value = Decimal(_MILLIONS.get(words) or spelt(words)) if words else parse_number(number or "0", rate=rate)
    for each in (scale or "").split():
        value *= _SCALES[each]
    return int(value) if value == value.to_integral_value() else float(value)


def parse_number(text: str, *, rate: bool = False) -> Decimal:
    """A number as Peruvian papers print it: `2,616`, `50.000` and `1 000` are thousands, `4,5` and `45.50` decimals.

    With `rate`, three digits after a point and one before it are decimals: the dollar stands at `3.320`.
    """
    digits = re.sub(r"['’´]", ",", text).replace(" ", "")
    parts = re.split(r"[.,]", digits)
    if len(parts) == 1:
        return Decimal(digits)
    if rate and len(parts) == 2 and len(parts[0]) == 1:
        return Decimal(".".join(parts))
    if len(parts[-1]) == 3 and len(parts[0]) <= 3:
        return Decimal("".join(parts))
    return Decimal("".join(parts[:-1]) + "." + parts[-1])
