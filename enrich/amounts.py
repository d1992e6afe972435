"""Sums of money: value, currency (PEN, USD) and what they are (demand, payment, loss, reward, other)."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.document import Payload
from enrich.reading import Field, Reading

VERSION = "7"

_WORDS = {
    "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "once": 11,
    "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20,
    "veintiun": 21, "veinticinco": 25, "veintiocho": 28, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
    "noventa": 90, "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500, "seiscientos": 600,
    "setecientos": 700, "ochocientos": 800, "novecientos": 900, "doscientas": 200, "trescientas": 300, "cuatrocientas": 400, "quinientas": 500,
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twenty": 20, "thirty": 30, "fifty": 50,
}  # fmt: skip
_SCALES = {
    "mil": 1000,
    "millon": 10**6,
    "millones": 10**6,
    "million": 10**6,
    "thousand": 1000,
    "billion": 10**9,
    "k": 1000,
}
_N = r"\d{1,3}(?:[.,'’´ ]\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,15}(?:[.,]\d{1,9})?(?!\d)"
_ONE_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_W = rf"(?:{_ONE_WORD})(?: y (?:{_ONE_WORD}))?(?: mil)?(?: (?:{_ONE_WORD})(?: y (?:{_ONE_WORD}))?){{0,2}}"
_SCALE = r"(?: ?(mil millones|mil|millon(?:es)?|million|thousand|billion|k)\b)?"
_VALUE = rf"(?:({_N})|\b({_W}|medio millon|mil)\b)"
_PEN = r"(?:nuevos )?soles\b|(?:nuevo )?sol\b|sole?citos\b|lucas\b"
_USD = r"dolares(?: americanos)?\b|(?:u\.?s\.? )?dollars?\b"
_SIGN_FIRST = re.compile(rf"(?<!\w)(s/\.?|us\$|u\$s|\$|us dollars?|pen|usd) ?({_N}){_SCALE}")
_UNIT = re.compile(rf"(?<= )(?:{_PEN}|{_USD})")
_UNITS = frozenset(("soles", "sol", "solcitos", "solecitos", "lucas", "dolares", "dollars", "dollar"))
_PENS = re.compile(r"pen ?\d")
_BEFORE_UNIT = re.compile(rf"(?<![\w/$.,]){_VALUE}{_SCALE}(?: de)? $")
_WIDEST = 80
"""Characters before `soles` in which its number stands, spelt out or not."""
_RANGE_BEFORE = re.compile(rf"(?<![\w/$.,]){_VALUE}{_SCALE} (?:a|y|o|hasta|and|to|or)(?: los| las)? $")
_HEAD = re.compile(rf"(?<![\w/$.,])(?:(\d{{1,3}})|\b({_ONE_WORD})) (mil|millon(?:es)?) $")
"""What stands before the rest of one number: `3 mil 400`, `un millón 200 mil`."""
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
        for value, currency, start, end in sorted(find(part), key=lambda found: found[2]):
            item = items.get((value, currency))
            if item is None:
                item = items[value, currency] = {
                    "value": value, "currency": currency, "what": meaning.of(part, start, end), "spans": [],
                }  # fmt: skip
            elif item["what"] == "other":
                item["what"] = meaning.of(part, start, end)
            item["spans"].append(part.span(start, end))
    return {"amounts": list(items.values())}


def find(part: Field) -> Iterator[tuple[int | float, str, int, int]]:
    """`(value, currency, start, end)` of each sum in a field, the lower end of a range included."""
    text, taken = part.folded, []
    signed = any(sign in text for sign in ("$", "s/", "usd", "us dollar")) or _PENS.search(text)
    for match in _SIGN_FIRST.finditer(text) if signed else ():
        if match[1] == "$" and _FOREIGN_DOLLARS.search(text[match.end() : match.end() + 25]):
            continue
        taken.append(match.span())
        yield _value(match[2], None, match[3], part), _currency(match[1]), *match.span()
    if _is_of_rates(part):
        for match in _BARE_RATE.finditer(text):
            yield _value(match[1], None, None, part), "PEN", *match.span(1)
    for unit in () if _UNITS.isdisjoint(part.vocabulary) else _UNIT.finditer(text):
        number = _BEFORE_UNIT.search(text, max(0, unit.start() - _WIDEST), unit.start())
        if number is None or _overlaps(taken, number.start(), unit.end()):
            continue
        value = _value(number[1], number[2], number[3], part)
        if value == 1 and number[2] and not _PRICED.match(text, unit.end()):
            continue  # the sun, the currency
        currency, start = _currency(unit[0]), number.start()
        if head := _HEAD.search(text, max(0, start - 30), start):
            large = _value(head[1], head[2], head[3], part)
            if value < _SCALES[head[3]] <= large:
                value, start = value + large, head.start()
        yield value, currency, start, unit.end()
        lower = _RANGE_BEFORE.search(text, max(0, number.start() - 30), number.start())
        if lower and (lower[1] or lower[2]):
            least = _value(lower[1], lower[2], lower[3] or number[3], part)
            yield least, currency, lower.start(), lower.end() - 1
        behind = [_EACH, _MORE] + [_TO] * text.endswith(("de ", "de los "), 0, start)
        for after in filter(None, (pattern.match(text, unit.end()) for pattern in behind)):
            group = 1 if after[1] else 2
            yield (
                _value(after[1], after[2], after[3], part),
                currency,
                after.start(group),
                after.end(3 if after[3] else group),
            )


@lru_cache(maxsize=4)
def _is_of_rates(part: Field) -> bool:
    return bool(_RATE.search(part.norm))


def _currency(sign: str) -> str:
    return "PEN" if sign.startswith("s/") or "sol" in sign or sign in ("pen", "lucas") else "USD"


_PRICED = re.compile(r" (?:por|diari|al dia|cada|seman|mensual)")


def _value(number: str | None, words: str | None, scale: str | None, part: Field) -> int | float:
    rate = _is_of_rates(part) and not scale
    value = Decimal(_spelt(words)) if words else parse_number(number or "0", rate=rate)
    for each in (scale or "").split():
        value *= _SCALES[each]
    return int(value) if value == value.to_integral_value() else float(value)


def _spelt(words: str) -> int:
    """`dos mil quinientos` -> 2500."""
    if words == "medio millon":
        return 500_000
    total = current = 0
    for word in words.split():
        if word == "mil":
            total, current = (total + (current or 1) * 1000), 0
        elif word != "y":
            current += _WORDS[word]
    return total + current


def parse_number(text: str, *, rate: bool = False) -> Decimal:
    """A number as Peruvian papers print it: `2,616`, `50.000` and `1 000` are thousands, `4,5` and `45.50` decimals.

    With `rate`, three digits after a point and one before it are decimals: the dollar stands at `3.320`.
    """
    groups = re.split(r"[.,'’´ ]", text)
    if len(groups) > 2 and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]):
        return Decimal("".join(groups))  # 1'500,000
    digits = re.sub(r"[ '’´]", "", text)
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
