"""Numbers as words, Spanish and English, in folded text: `sesenta y ocho`, `mil quinientos`, `twenty one` (its hyphen a space)."""

_TO_29 = ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidos", "veintitres", "veinticuatro", "veinticinco", "veintiseis", "veintisiete", "veintiocho", "veintinueve"]  # fmt: skip
_TENS = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_HUNDREDS = ["doscient", "trescient", "cuatrocient", "quinient", "seiscient", "setecient", "ochocient", "novecient"]
_TO_19 = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
_ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

WORDS = (
    {word: number for number, word in enumerate(_TO_29, 1)}
    | {"un": 1, "una": 1, "veintiun": 21, "veintiuna": 21, "cien": 100, "ciento": 100}
    | {word: 10 * number for number, word in enumerate(_TENS, 3)}
    | {f"{word}{end}": 100 * number for number, word in enumerate(_HUNDREDS, 2) for end in ("os", "as")}
    | {word: number for number, word in enumerate(_TO_19, 1)}
    | {word: 10 * number for number, word in enumerate(_ENGLISH_TENS, 2)}
)
"""The value of each word below a thousand."""


def _any(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_UNITS = _any([word for word, number in WORDS.items() if number < 10])
BELOW_100 = rf"(?:(?:{_any(_TENS + _ENGLISH_TENS)})(?: y (?:{_UNITS})| (?:{_UNITS}))?|{_any([w for w in WORDS if WORDS[w] < 100])})"
"""A pattern of the numbers from 1 to 99."""
_BELOW_1000 = rf"(?:(?:{_any([w for w in WORDS if WORDS[w] >= 100])})(?: {BELOW_100})?|{BELOW_100})"
CARDINAL = rf"(?:(?:{_BELOW_1000} )?mil(?: {_BELOW_1000})?|{_BELOW_1000})(?!\w)"
"""A pattern of the numbers below a million."""


def value(words: str) -> int:
    """What words below a million say together: `sesenta y ocho` is 68, `mil cien` 1,100. KeyError for a word that is no number."""
    thousands, hundreds = 0, 0
    for word in words.split():
        if word == "mil":
            thousands, hundreds = 1000 * (hundreds or 1), 0
        elif word != "y":
            hundreds += WORDS[word]
    return thousands + hundreds
