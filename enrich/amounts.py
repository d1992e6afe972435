"""Sums of money: value, currency (PEN, USD) and what they are (demand, payment, loss, reward, other)."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.document import Payload
from enrich.reading import Field, Reading

VERSION = "1"

_WORDS = {
    "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "doce": 12, "quince": 15, "veinte": 20, "veinticinco": 25, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70,
    "ochenta": 80, "noventa": 90, "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500,
    "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900, "mil": 1000,
    "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "twenty": 20, "fifty": 50,
}  # fmt: skip
_SCALES = {"mil": 1000, "millon": 10**6, "millones": 10**6, "million": 10**6, "thousand": 1000, "billion": 10**9}
_N = r"\d{1,3}(?:[.,' ]\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,15}(?:[.,]\d{1,9})?(?!\d)"
_W = "|".join(sorted((word for word in _WORDS if word != "mil"), key=len, reverse=True))
_SCALE = r"(?: ?(mil millones|mil|millon(?:es)?|million|thousand|billion)\b)?"
_VALUE = rf"(?:({_N})|\b({_W}))"
_PEN = r"(?:nuevos )?soles\b|(?:nuevo )?sol\b"
_USD = r"dolares(?: americanos)?\b|(?:u\.?s\.? )?dollars\b"
_SIGN_FIRST = re.compile(rf"(?<!\w)(s/\.?|us\$|\$|us dollars?|pen|usd) ?({_N}){_SCALE}")
_UNIT_LAST = re.compile(rf"(?<![\w/$.,]){_VALUE}{_SCALE}(?: de)? ({_PEN}|{_USD})")
_RANGE_BEFORE = re.compile(rf"(?<![\w/$.,]){_VALUE}{_SCALE} (?:a|y|o|hasta|and|to|or)(?: los| las)? $")
_EACH = re.compile(
    rf" ?(?:por|al?|cada|a la) (?:dia|semana|mes|diarios?)\b[^.;]{{0,20}}? (?:o|y) {_VALUE}{_SCALE} (?:por|al|a la|cada) (?:dia|semana|mes|año)"
)
_RATE = re.compile(r" (?:dolar|tipo de cambio|cotiza\w*|interbancario|casas de cambio|exchange rate) ")
_BARE_RATE = re.compile(r"\b(?:en|a|de|at) (\d[.,]\d{3,4})(?![\d%]| ?(?:%|soles|nuevos))")
_FOREIGN_DOLLARS = re.compile(r"(?:^| )(?:pesos|bolivianos|reales|canadienses|australianos)\b")
_WHAT = (
    ("reward", re.compile(r" (?:recompensa\w*|reward\w*) ")),
    ("other", re.compile(r" (?:soborno\w*|coima\w*|sacado|bribe\w*|presupuesto\w*|inversion\w*|bono\w*|multa\w*) ")),
    ("loss", re.compile(r" (?:perdida\w*|perdio|dejaron de ganar|perjuicio\w*|botin|robaron|robo|loss|losses|daños) ")),
    ("demand", re.compile(r" (?:exig\w+|pid\w+|ped\w+|reclama\w*|extors\w+|cupos?|demand\w*|tarifa|abonar|cobr\w+|impon\w+|rebaja\w*|montos?) ")),
    ("payment", re.compile(r" (?:pag\w+|deposit\w+|entreg\w+|recaud\w+|paid|pays?|paying|takings|yape\w*) ")),
)  # fmt: skip


def run(reading: Reading) -> Payload:
    """`{"amounts": [{value, currency, what, spans}]}`, one for each value and currency, in the order of the text."""
    about_money = bool(any(topic["name"] == "extortion" for topic in reading.said["topics"]["topics"]))
    items: dict[tuple[Any, str], dict[str, Any]] = {}
    for part in reading.fields:
        for value, currency, start, end in sorted(find(part), key=lambda found: found[2]):
            what = _what(part, start, about_money)
            item = items.setdefault(
                (value, currency), {"value": value, "currency": currency, "what": what, "spans": []}
            )
            item["spans"].append(part.span(start, end))
            if item["what"] == "other":
                item["what"] = what
    return {"amounts": list(items.values())}


def find(part: Field) -> Iterator[tuple[int | float, str, int, int]]:
    """`(value, currency, start, end)` of each sum in a field, the lower end of a range included."""
    text, taken = part.folded, []
    for match in _SIGN_FIRST.finditer(text):
        if match[1] == "$" and _FOREIGN_DOLLARS.search(text[match.end() : match.end() + 25]):
            continue
        taken.append(match.span())
        yield _value(match[2], None, match[3], part, match.start()), _currency(match[1]), *match.span()
    if _is_of_rates(part):
        for match in _BARE_RATE.finditer(text):
            yield _value(match[1], None, None, part, match.start()), "PEN", *match.span(1)
    for match in _UNIT_LAST.finditer(text):
        if _overlaps(taken, match.start(), match.end()):
            continue
        value = _value(match[1], match[2], match[3], part, match.start())
        if value == 1 and match[2]:
            continue
        currency = _currency(match[4])
        yield value, currency, *match.span()
        before = _RANGE_BEFORE.search(text[max(0, match.start() - 30) : match.start()])
        if before and (before[1] or before[2]):
            shift = max(0, match.start() - 30)
            yield (
                _value(before[1], before[2], before[3] or match[3], part, match.start()),
                currency,
                before.start() + shift,
                before.end() + shift - 1,
            )
        after = _EACH.match(text, match.end())
        if after:
            start = after.start(1) if after[1] else after.start(2)
            yield (
                _value(after[1], after[2], after[3], part, start),
                currency,
                start,
                after.end(1) if after[1] else after.end(2),
            )


@lru_cache(maxsize=64)
def _is_of_rates(part: Field) -> bool:
    return bool(_RATE.search(part.norm))


def _currency(sign: str) -> str:
    return "PEN" if sign.startswith("s/") or "sol" in sign or sign == "pen" else "USD"


def _value(number: str | None, word: str | None, scale: str | None, part: Field, position: int) -> int | float:
    value = Decimal(_WORDS[word]) if word else parse_number(number or "0", rate=_is_of_rates(part) and not scale)
    for each in (scale or "").split():
        value *= _SCALES[each]
    return int(value) if value == value.to_integral_value() else float(value)


def parse_number(text: str, *, rate: bool = False) -> Decimal:
    """A number as Peruvian papers print it: `2,616`, `50.000` and `1 000` are thousands, `4,5` and `45.50` decimals.

    With `rate`, three digits after a point and one before it are decimals: the dollar stands at `3.320`.
    """
    digits = re.sub(r"[ ']", "", text)
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


def _what(part: Field, position: int, extortion: bool) -> str:
    sentence = part.sentence(position)
    for name, pattern in _WHAT:
        if pattern.search(sentence) and (extortion or name != "demand"):
            return name
    return "other"
