"""Sums of money: value, currency (PEN, USD) and what they are (demand, payment, loss, reward, other).

A sum without its currency (`piden 15 mil`, `3 mil soles de entrada y 400 cada quincena`) is one where it stands in a row with a sum
or, in a text on extortion, behind what asks for it or hands it over; it has the currency of the sum before it, else soles.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.document import Payload
from enrich.numerals import CARDINAL
from enrich.numerals import value as spelt
from enrich.reading import Field, Reading

VERSION = "7"

_SCALES = {
    "mil": 1000,
    "millon": 10**6,
    "millones": 10**6,
    "million": 10**6,
    "thousand": 1000,
    "billion": 10**9,
    "k": 1000,
    "m": 10**6,
    "bn": 10**9,
}
_N = r"\d{1,3}(?:[.,'’´ ]\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,15}(?:[.,]\d{1,9})?(?!\d)"
_SCALE = r"(?: ?(mil millones|mil|millon(?:es)?|million|thousand|billion|k|(?<=\d)m|(?<=\d)bn)\b)?"
_VALUE = rf"(?:({_N})|\b(medio millon|{CARDINAL}))"
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
    rf"\bun sol(?: (?:con )?(?P<cents>{CARDINAL}|\d\d)(?: centimos)?(?=\W|$)|(?= (?:diario|al dia|cada|por|a la|semanal|el kilo|la|y|para|de cupo)\b|[.,;]))"
)
"""`un sol`, `un sol cincuenta`: where a sum is meant, not the sun."""
_OFTEN = r"(?:(?:semanal|mensual|quincenal|anual)(?:es|mente)?|diari[oa]s?|diariamente|fij[oa]s|(?:por|al?|a la|cada|de|los|las|para|a|el|en|more|for|per|each|every) [^\W\d]|mas\b)"
_NEXT = re.compile(
    rf"[^.;:!?\n]{{0,45}}?(?:,| y| o| u| ni| hasta| luego| y luego| and| or| then) (?:(?:a|de|otros|otras|unos|unas|con|los|las|guia a|al final se contentaron con) )?{_VALUE}{_SCALE}(?= {_OFTEN}|[.,](?!\d)|[;!?\")”»]|$)"
)
"""A sum that stands in a row behind another one, without its currency: `3 mil soles de entrada y 400 cada quincena`."""
_ASKED = re.compile(
    r"\b(?:pid(?:e|en|io|ieron|iendo(?:le|les)?)|ped(?:ia|ian|ir(?:le|les)?)|exig(?:e|en|ia|ian|io|ieron|iendo|ir(?:le|les)?)|cobr(?:a|an|aba|aban|o|aron|ar|amos|arle|arles)|reclam(?:a|an|aba|aban|o|aron)|"
    r"pag(?:o|aron|amos|ue|ar|an|a|aba|aban|ando)|entreg(?:o|aron|amos|ue|ar|ado|aba)|deposit(?:o|aron|ar|amos|e|ado|aba)|transfer(?:ir|i|imos)|transfiri(?:o|eron)|yape(?:o|aron|ar|amos|e)|gir(?:o|aron|ar)|soltar?|solto|soltaron|"
    r"dar|dieron|dio|dejar|juntar|reunir|devolv(?:er|io|iendo)|termino devolviendo|quit(?:o|aron)|sac(?:o|aron)|rob(?:o|aron)|costo|cuesta|subio a|subieron a|bajo a|bajaron a|rebaj(?:o|ar|aron)(?: \w+){0,3} a|abon(?:o|ar|ados?|aron)|"
    r"al dia con|se contentaron con|adelanto de|cupo de|cuota(?: unica)? de|pago de|monto de|suma de|cifra de|rescate de|faltan|quieren|queria|son|demand(?:ed|s|ing)?|asked for|paid|pay)"
    rf" (?:(?:mas de|menos de|unos|unas|casi|cerca de|hasta|otros|otras|ya|al menos|los|solo|primero|about|nearly|over) ){{0,2}}{_VALUE}{_SCALE}"
    r"(?=[.,](?!\d)|[;:!?)\"”»]|$| (?:por|para|o|y|al|a|cada|en efectivo|semanal|mensual|diari|de (?:entrada|inscripcion|adelanto|cupo|golpe|una)|fij|el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|luego|primero|que|como|antes|hoy|mañana|ayer|or|for|to|a (?:week|day|month))(?! ciento)\b)"
)
"""What asks for a sum or hands it over, and the sum without its currency, with nothing behind it that could be counted."""
_OR_DIE = re.compile(
    rf"(?<=[\"“«:]) ?{_VALUE}{_SCALE} o (?:la |te |los |las |el |tu |lo |nos |vuel|quem|plomo|candela)"
)
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
_RATE = re.compile(
    r" (?:dolar|tipo de cambio|cotiza\w*|interbancario|casas de cambio|exchange rate|per dollar|to the dollar|against the dollar) "
)
_BARE_RATE = re.compile(r"\b(?:en|a|de|at|por) (\d[.,]\d{2,4})(?![\d%]| ?(?:%|soles|nuevos|puntos|millon))")
_FOREIGN_DOLLARS = re.compile(r"(?:^| )(?:pesos|bolivianos|reales|canadienses|australianos|bolivares|quetzales)\b")


def _cue(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


_WHAT = (
    ("reward", _cue(r"recompensa\w*|rewards?|por informacion|a quien (?:de|brinde|aporte|ofrezca)|for information")),
    ("other", _cue(r"sobornos?|coimas?|sacado|bribes?|presupuesto\w*|inversion\w*|inviert\w*|invirti\w*|bonos?|multas?|sueldos?|separa(?:do|ron)|salarios?|remuneracion\w*|precio\w*|cuesta\w*|costo\w*|valorizad\w*|"
        r"incaut\w*|decomis\w*|prest(?:o|a|an|aron|aba|aban|ado)|prestamos?|destin(?:a|an|o|aron|ado|ados)|necesit\w+|mueven?|hall(?:o|aron)|encontr(?:o|aron)|en billetes|compr(?:a|an|ar|o|aron)|cost(?:ar|aba|aban)|sin aval|lotes?|gast\w+ en|creditos?|credito|deud\w*|adeud\w*|reparacion civil|transferi\w*|transferencia|fondos?|financi\w*|uit|equivalente|kilo|litro|exporta\w*|ventas|"
        r"facturaci\w*|papeletas?|peaje|alquiler|matricula|seized|budget|salary|price|fine|exports")),
    ("loss", _cue(r"quitaron|rob(?:an|o|aron|aban?|ado|ados|arle\w*)|arrebat\w+|(?:le|les|nos|me) (?:sac(?:o|aron|aba|aban|an)|vaci\w+)|sobrecostos?|desfalc\w+|malvers\w+|dejo de percibir|despoj\w+|sustra\w+|se llev(?:a|an|o|aron)|perdidas?|perdi(?:o|eron)|dejaron de ganar|perjuicios?|botin|robaron|robo|hurt\w+|asalt\w*|daños|loss|losses|lost|stole\w*|estafa\w*")),
    ("demand", _cue(r"exig\w+|exij\w+|pide|piden|pedia\w*|pedir\w*|pidio|pidieron|pidiendo\w*|pedido|reclam(?:a|an|aba|aban|o|aron)|extors\w+|demand\w*|deben abonar|cobr\w+|impon\w+|impus\w+|rebaja\w*|"
        r"fij(?:a|an|aba|aban|aron) |un plazo y un monto|told to|hand over|a cambio de|o plomo|o (?:vas|los|las|te|lo|la|si no) |ask(?:s|ed|ing)?|charg\w+|amenaz\w+|rescate|obligad[oa]s? a|obliga\w* a|pretend\w+")),
    ("payment", _cue(r"dejaban?|entregaban|se pone|repartirse|pag(?:a|an|aba|aban|o|aron|ando|amos|os?|ue|uen|aria\w*)|deposit(?:a|an|aba|aban|o|aron|ado|ados|os?)|entreg(?:a|an|o|aron|aba\w*|ado)|yape(?:a|an|aban|aron)?|mov(?:io|ieron|ia|ian)|manej(?:o|aba|aban)|gir(?:o|aban|aron)|"
        r"desembols\w+|paid|pays|takings|handed over|collected")),
)  # fmt: skip
_SPENT = _cue(r"recaud\w+|gast\w+|recog\w+|recibi\w+|contrat(?:a|an|aron) |seguridad privada")
_TO_PAY = _cue(
    r"reuni(?:r|an|eran?)|juntar|conseguir|pagar\w*|depositar\w*|entregar\w*|abonar\w*|yapear\w*|desembolsar|deposite\w*|to pay|pay"
)
_FEE = _cue(r"tarifas?|cuotas?")
_MUST = _cue(
    r"(?:deb(?:e|en|ia|ian)|(?:tien|hay|habia|tenia)\w* que) (?:dejar|poner|dar|soltar|aportar|entregar|pagar|depositar|abonar|yapear)\w*"
    r"|o (?:deposit|pag|entreg|abon|pon)\w+|cuenta (?:donde|para) depositar|(?:para|por) devolver\w*"
    r"|precio (?:de|por) (?:su|la|tu) (?:tranquilidad|vida|silencio|paz)|peaje|voz pid\w+"
)
_TAKEN = _cue(
    r"(?:le|les|nos|me) sac(?:o|aron|aba|aban|an)|(?:le|les) (?:dio|di|dieron|dimos)|aport(?:a|an|aba|aban|o|aron)"
)
_OR_ELSE = re.compile(
    r" (?:de lo contrario|si no|o (?:los|las|te|lo|la) |amenaz\w*|extors\w*|matar\w*|atent\w*|plomo|mafia\w*|banda|bandas|balas?|delincuentes?|hampones|sicari\w*|exig\w+|exij\w+|obligad\w*|obliga\w*|or (?:they|die)|threat\w*|gang\w*|extort\w*) "
)
_CUES = (
    ("demand", _MUST, 0),
    ("payment", _TAKEN, 0),
    *((what, pattern, 0) for what, pattern in _WHAT),
    ("demand", _FEE, 30),
    ("topay", _TO_PAY, 0),
    ("payment", _SPENT, 0),
)
"""What a cue says, its words, and by how many characters it is taken to be farther from a sum than it is."""
_NAMED = 0.85
"""The weight of words that name the crime: it is told of abroad too, where it is no topic."""
_BEHIND = 45
"""Characters by which a cue behind a sum is taken to be farther from it: what a sum is stands before it, as a rule."""
_RELATIVE = r" ?(?:\w+ )?,? ?(?:que|los que|las que|lo que|como) (?:\w+ )?(?:(?:le|les|nos|me|se) )?(?:hab(?:ia|ian) )?"
_CLAUSES = (
    ("demand", re.compile(_RELATIVE + r"(?:pid|ped|exig|reclam|cobr|impon|impus|demand)\w+")),
    ("loss", re.compile(_RELATIVE + r"(?:rob|perd|quit|sac|arrebat|estaf|hurt|sustra)\w+")),
    ("payment", re.compile(_RELATIVE + r"(?:pag|deposit|entreg|abon|yape|desembols|gir)\w+")),
)  # fmt: skip
"""What a clause directly behind a sum says of it, before any other cue: `entregar los tres mil soles que le pidió`."""
_FOR_A_KILLING = re.compile(
    r" ?(?:mensual(?:es)?|diarios|semanal(?:es)?|al mes|por servicio)? ?(?:por|para)"
    r" (?:disparar|matar|asesinar|balear|quemar|acabar con|colocar|lanzar|dejar (?:un|una|los|las|el|la|cart|sobre|explosiv)|contar|avisar|informar|filtrar|guardar|esconder)\w* "
)
"""A hired hand's fee, an informer's."""
_DIRECTLY = 5
"""A cue so near behind a sum says what it is: `60 mil soles de reparación civil`."""


def run(reading: Reading) -> Payload:
    """`{"amounts": [{value, currency, what, spans}]}`, one for each value and currency, in the order of the text."""
    extortion = any(topic["name"] == "extortion" for topic in reading.said["topics"]["topics"])
    extortion = extortion or any(item.hit.entry.weight >= _NAMED for item in reading.found.get("topic.extortion", ()))
    extortion = extortion or any("secuestr" in part.folded for part in reading.fields)
    meaning = _Meaning(extortion)
    items: dict[tuple[Any, str], dict[str, Any]] = {}
    for part in reading.fields:
        for value, currency, start, end in sorted(find(part, asked=extortion), key=lambda found: found[2]):
            item = items.get((value, currency))
            if item is None:
                item = items[value, currency] = {
                    "value": value, "currency": currency, "what": meaning.of(part, start, end), "spans": [],
                }  # fmt: skip
            elif item["what"] == "other":
                item["what"] = meaning.of(part, start, end)
            item["spans"].append(part.span(start, end))
    return {"amounts": list(items.values())}


Sum = tuple[int | float, str, int, int]
"""Value, currency, start, end."""


def find(part: Field, *, asked: bool = False) -> Iterator[Sum]:
    """Each sum in a field, the lower end of a range included; with `asked` those without a currency that a demand names."""
    signed = list(_signed(part))
    named = list(_named(part, [(start, end) for _, _, start, end in signed]))
    found = sorted([*signed, *named], key=lambda one: one[2])
    yield from found
    taken = [(start, end) for _, _, start, end in found]
    for one in found:
        for bare in _in_a_row(part, one, taken):
            taken.append(bare[2:])
            yield bare
    if asked:
        yield from _bare(part, found, taken)


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


def _named(part: Field, taken: list[tuple[int, int]]) -> Iterator[Sum]:
    """Sums that the name of their currency tells: `500 soles`, `entre tres y cinco soles`, `un sol cincuenta`."""
    text = part.folded
    units = () if _UNITS.isdisjoint(part.vocabulary) else _UNIT.finditer(text)
    for unit in units:
        if half := _HALF.search(text, max(0, unit.start() - _WIDEST), unit.start()):
            yield (
                1_000_000 * _value(half[1], half[2], None, part) + 500_000,
                _currency(unit[0]),
                half.start(),
                unit.end(),
            )
            continue
        number = _BEFORE_UNIT.search(text, max(0, unit.start() - _WIDEST), unit.start())
        if number is None or _overlaps(taken, number.start(), unit.end()):
            continue
        value = _value(number[1], number[2], number[3], part)
        if value == 1 and number[2]:
            yield from _one_sol(part, number.start())
            continue
        currency, start = _currency(unit[0]), number.start()
        if head := _HEAD.search(text, max(0, start - 30), start):
            large = _value(head[1], head[2], head[3], part)
            if value < _SCALES[head[3]] <= large:
                value, start = value + large, head.start()
        end = unit.end()
        if unit[0] == "centimos":
            value = value / 100
        elif text.startswith(" y medio", end):
            value, end = value + 0.5, end + len(" y medio")
        yield value, currency, start, end
        lower = _RANGE_BEFORE.search(text, max(0, number.start() - 30), number.start())
        if lower and (lower[1] or lower[2]):
            least = _value(lower[1], lower[2], lower[3], part)
            if not lower[3] and number[3] and least < _value(number[1], number[2], None, part):
                least = _value(lower[1], lower[2], number[3], part)  # `de 5 a 10 mil`
            yield least, currency, lower.start(), lower.end() - 1
        behind = [_EACH, _MORE] + [_TO] * text.endswith(("de ", "de los "), 0, start)
        for after in filter(None, (pattern.match(text, unit.end()) for pattern in behind)):
            yield _behind(part, after, currency)


def _one_sol(part: Field, start: int) -> Iterator[Sum]:
    if match := _ONE_SOL.match(part.folded, start):
        cents = match["cents"]
        value = 1 + (int(cents) if cents.isdecimal() else spelt(cents)) / 100 if cents else 1
        yield value, "PEN", *match.span()


def _in_a_row(part: Field, one: Sum, taken: list[tuple[int, int]]) -> Iterator[Sum]:
    """Those behind a sum that have its currency: `15 soles por día y 300 por enganchar el agua`."""
    _, currency, _, end = one
    last = part.bounds[part.sentence_at(one[2])][1]
    while (match := _NEXT.match(part.folded, end, last)) is not None:
        bare = _behind(part, match, currency)
        if bare[0] <= 1 or _is_a_year(match) or any(first < bare[3] and bare[2] < stop for first, stop in taken):
            return
        yield bare
        end = bare[3]


def _is_a_year(match: re.Match[str]) -> bool:
    return not match[3] and match[1] is not None and match[1][:2] in ("19", "20") and len(match[1]) == 4


def _bare(part: Field, found: list[Sum], taken: list[tuple[int, int]]) -> Iterator[Sum]:
    """Those that what is asked for or handed over tells, of three digits and more."""
    matches = [*_ASKED.finditer(part.folded), *_OR_DIE.finditer(part.folded)]
    for match in matches[:_SAME_TEXT]:
        before = [one for one in found if one[2] < match.start()]
        bare = _behind(part, match, before[-1][1] if before else "PEN")
        if (
            bare[0] >= (10 if _REPEATED.match(part.folded, bare[3]) else _LEAST_BARE)
            and not _is_a_year(match)
            and not any(first < bare[3] and bare[2] < stop for first, stop in taken)
        ):
            yield bare


def _behind(part: Field, match: re.Match[str], currency: str) -> Sum:
    """The sum of a match whose groups are digits, words and scale."""
    group = 1 if match[1] else 2
    value = _value(match[1], match[2], match[3], part)
    return value, currency, match.start(group), match.end(3 if match[3] else group)


@lru_cache(maxsize=4)
def _is_of_rates(part: Field) -> bool:
    return bool(_RATE.search(part.norm))


def _currency(sign: str) -> str:
    return (
        "PEN"
        if sign.startswith("s/") or "sol" in sign or sign in ("pen", "lucas", "lukas", "luquitas", "centimos")
        else "USD"
    )


def _value(number: str | None, words: str | None, scale: str | None, part: Field) -> int | float:
    rate = _is_of_rates(part) and not scale
    if words:
        value = Decimal(500_000 if words == "medio millon" else spelt(words))
    else:
        value = parse_number(number or "0", rate=rate)
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


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch meets one of those taken, which stand in the order of the text and apart."""
    place = bisect_left(taken, (end, end))
    return place > 0 and taken[place - 1][1] > start


@dataclass(slots=True)
class _Meaning:
    """What the words of a sentence say of the sums in it, its cues found once."""

    extortion: bool
    _cues: dict[tuple[str, int], list[tuple[str, int, int, int]]] = field(default_factory=dict)

    def of(self, part: Field, start: int, end: int) -> str:
        """What a sum is: what the cue that stands nearest says, which stands before it, as a rule."""
        clause = part.folded[end : end + 45]
        if (told := next((what for what, pattern in _CLAUSES if pattern.match(clause)), None)) and (
            self.extortion or told == "loss"
        ):
            return told
        if _FOR_A_KILLING.match(clause):
            return "other"
        best, distance = "demand" if self.extortion else "other", 10_000
        for what, first, last, farther in self._in(part, part.sentence_at(start)):
            behind = first - end
            away = farther + (start - last if behind < 0 else behind + (_BEHIND if behind > _DIRECTLY else -_DIRECTLY))
            if away < distance:
                best, distance = what, away
        if best != "topay":
            return best
        if not self.extortion:
            return "other"
        return "demand" if _OR_ELSE.search(part.sentence(start)) else "payment"

    def _in(self, part: Field, number: int) -> list[tuple[str, int, int, int]]:
        """The cues of a sentence: what each says, its start and end, and how much farther it is taken to be."""
        key = (part.name, number)
        if key not in self._cues:
            first, last = part.bounds[number]
            kinds = [
                (what, pattern, farther)
                for what, pattern, farther in _CUES
                if self.extortion or not (what == "demand" or pattern in (_SPENT, _TAKEN))
            ]
            self._cues[key] = [
                (what, *match.span(), farther)
                for what, pattern, farther in kinds
                for match in pattern.finditer(part.folded, first, last)
            ]
        return self._cues[key]
