"""What masking hides, as keyed hashes: who holds the data folder's key finds a number however it is printed.

Numbers are few enough to be tried one by one, so a plain hash would hide nothing: each is hashed (HMAC-SHA256) under a
key that stays in the data folder. Before that it is written one way: `987 654 321`, `+51 987654321` and "nueve ocho
siete..." are one number, `ABC-123` and `abc 123` one plate, `ana (arroba) correo punto pe` one address.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.errors import InputError
from core.home import key_of
from core.mail_addresses import SAID_AT, SAID_DOT
from core.masking import SHORTEST, Kind, find, plain
from core.spelt import digits as spelt_digits

KEY_FILE = "hidden.key"
LOCAL = "local:"
"""Before the form of a fixed line without its area, as printed in its own city."""

_AT = re.compile(SAID_AT)
_DOT = re.compile(SAID_DOT)
_LICENCE = re.compile(r"[A-Z]\d{8}")
_CHECK_DIGIT = re.compile(r"(\d{8})-[\dA-Z]")
_AREAS = "145678"


class Digests:
    """Hashes under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of_home(cls, home: Path) -> "Digests":
        """Under the key of a data folder, made where there is none. Raises StoreError where it cannot be used."""
        return cls(key_of(home, KEY_FILE))

    @property
    def mark(self) -> str:
        """Tells keys apart without telling the key."""
        return self._digest("mark")[:12]

    def kept(self, texts: Iterable[str]) -> dict[str, Kind]:
        """The hashes of all that masking hides in the texts, each with its kind."""
        found: dict[str, Kind] = {}
        for text in texts:
            for kind, start, end in find(text):
                found |= {self._digest(form): kind for form in printed(kind, text[start:end])}
        return found

    def asked(self, value: str) -> list[str]:
        """The hashes by which a value is found. Raises InputError where it is no number, plate or address."""
        return [self._digest(form) for form in wanted(value)]

    def _digest(self, form: str) -> str:
        return hmac.new(self._key, form.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:40]


def printed(kind: Kind, text: str) -> set[str]:
    """The forms under which a find is kept: its own, that of the person in a longer number, a fixed line's without its area."""
    form = _form(text)
    forms = {form}
    if kind == "identity":
        forms |= set(_persons(text, form))
    if kind == "phone" and (line := _line(form)):
        forms.add(LOCAL + line)
    return forms


def wanted(value: str) -> set[str]:
    """The forms under which a value may be kept; of `DNI 12345678` or `placa ABC-123` what stands behind the word.

    A fixed line asked with its area also finds those who print it without, and the other way round.
    """
    pieces = [value[start:end] for _, start, end in find(value)] or [value]
    forms: set[str] = set()
    for piece in pieces:
        form = _form(piece)
        if sum(map(str.isalnum, form)) < SHORTEST or not ("@" in form or re.search(r"\d", form)):
            raise InputError(
                f"{value!r} is no phone, account, identity number, plate or mail address.",
                "Write it as it may be printed: '987 654 321', 'ABC-123', 'ana@correo.example'.",
            )
        forms |= {form, *_persons(piece, form)}
        if (line := _line(form)) and (form != _digits(piece) or "(" in piece):
            forms.add(line)
        if form.isdigit() and len(form) in (6, 7):
            forms.add(LOCAL + form)
        if len(form) == 10 and form.startswith("51"):
            forms.add(form[2:])
    return forms


def _form(text: str) -> str:
    """A value written one way: an address in small letters, a number as digits without country and trunk, a plate as capitals."""
    text = plain(text)
    folded = text.casefold()
    if _AT.search(folded):
        return _DOT.sub(".", _AT.sub("@", folded)).strip()
    if said := spelt_digits(text):
        return said
    bare = "".join(filter(str.isalnum, text.upper()))
    return _national(bare, abroad="+" in text) if bare.isdigit() else bare


def _national(digits: str, *, abroad: bool) -> str:
    if digits.startswith("00") and len(digits) > 10:
        digits, abroad = digits[2:], True
    if (digits.startswith("519") and len(digits) == 11) or (
        abroad and digits.startswith("51") and len(digits) in (10, 11)
    ):
        digits = digits[2:]
    if len(digits) == 9 and digits[0] == "0" and digits[1] in _AREAS:
        digits = digits[1:]
    return digits


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, plain(text)))


def _line(form: str) -> str:
    """A fixed line without its area: one digit in Lima, two elsewhere. `""` for what is none."""
    if len(form) != 8 or not form.isdigit() or form[0] not in _AREAS:
        return ""
    return form[1:] if form[0] == "1" else form[2:]


def _persons(text: str, form: str) -> Iterator[str]:
    """The DNI in what is printed with its check digit, as a person's tax number (`10` + DNI + check digit) or as a driving
    licence (`Q` + DNI); a neighbour's identity number without its letter."""
    if match := _CHECK_DIGIT.fullmatch(plain(text).strip().upper()):
        yield match[1]
    if len(form) == 11 and form.isdigit() and form.startswith("10"):
        yield form[2:10]
    if _LICENCE.fullmatch(form):
        yield form[1:]
