"""Numbers as words, Spanish and English, in folded text: `sesenta y ocho`, `trescientos veinte`, `twenty-one` (its hyphen a space)."""

_TEENS = ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidos", "veintitres", "veinticuatro", "veinticinco", "veintiseis", "veintisiete", "veintiocho", "veintinueve"]  # fmt: skip
_TENS = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]  # fmt: skip
_HUNDREDS = ["doscient", "trescient", "cuatrocient", "quinient", "seiscient", "setecient", "ochocient", "novecient"]  # fmt: skip
_ENGLISH = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
_ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]  # fmt: skip

WORDS = (
    {word: number for number, word in enumerate(_TEENS, 1)}
    | {"un": 1, "una": 1, "veintiun": 21, "veintiuna": 21, "cien": 100, "ciento": 100}
    | {word: 10 * number for number, word in enumerate(_TENS, 3)}
    | {f"{word}{end}": 100 * number for number, word in enumerate(_HUNDREDS, 2) for end in ("os", "as")}
    | {word: number for number, word in enumerate(_ENGLISH, 1)}
    | {word: 10 * number for number, word in enumerate(_ENGLISH_TENS, 2)}
)
"""The value of each word below a thousand."""

_BY_LENGTH = sorted(WORDS, key=len, reverse=True)
_UNITS = "|".join(word for word in _BY_LENGTH if WORDS[word] < 10)
_TENS_FORMS = "|".join(
    word for word in _BY_LENGTH if WORDS[word] in range(20, 100, 10) and not word.startswith("veint")
)
BELOW_100 = (
    rf"(?:(?:{_TENS_FORMS})(?: y (?:{_UNITS})| (?:{_UNITS}))?|{'|'.join(w for w in _BY_LENGTH if WORDS[w] < 100)})"
)
"""A pattern of the numbers from 1 to 99."""


def value(words: str) -> int:
    """What words below a thousand say together: `sesenta y ocho` is 68. KeyError for a word that is no number."""
    return sum(WORDS[word] for word in words.split() if word != "y")
