"""Phones, mail addresses, accounts, identity numbers and plates, hidden one character for one, so that offsets hold.

Public posts and victims are handled with care: this runs on everything that leaves the machine. Numbers that are the
news itself stay: norms, amounts, dates, case files, roads, the lines 105, 111, 1818 and 0800, ids in web addresses.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Literal

from core.mail_addresses import addresses, may_address
from core.spelt import may_spell, spelt

Kind = Literal["email", "phone", "account", "identity", "plate"]
Found = tuple[Kind, int, int]
MASK = "•"
SHORTEST = 5
"""Letters and digits of the shortest number: a plate has six, a fixed line of a province six."""

_LEFT = r"(?<![\w•+])(?<![\w•][-.,])"
_RIGHT = r"(?![\w•])(?![-.,][\w•])"
BESIDE = 160
"""Characters beside digits in which the words stand that say what they are; far more than any rule reaches."""
_MANY_DIGITS = re.compile(r"\d(?:(?:[^\w\n]|_){0,3}\d){5}")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'«»“”]+|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}/[^\s<>\"'«»“”]*", re.I
)

_CHAT = re.compile(
    r"(?:(?:wa\.me/|[?&]phone=|[?&]number=|tel:)(?:\+|%2B)?|(?:\bt\.me/|signal\.me/#p/)(?:\+|%2B))(\d{9,15})(?!\d)",
    re.I,
)

_BETWEEN = r"(?:[ _-]| {2}| ?- ?)"
_GROUPS = (
    rf"(?:9\d{{8}}|9\d\d{_BETWEEN}\d{{3}}{_BETWEEN}?\d{{3}}|9\d\d{_BETWEEN}\d\d{_BETWEEN}\d\d{_BETWEEN}\d\d|9\d{{4}}{_BETWEEN}\d{{4}}|"
    rf"9\d{_BETWEEN}\d{{3}}{_BETWEEN}\d{{4}}|9\d{{3}}{_BETWEEN}\d{{5}}|9\d{{5}}{_BETWEEN}\d{{3}}|9[ -]\d{{4}}[ -]\d{{4}}|9\d-\d{{7}})"
)
_MOBILE = re.compile(rf"{_LEFT}(?:\(?(?:\+|00)?51\)?[ -]?)?\(?{_GROUPS}{_RIGHT}")
_WITH_PREFIX = re.compile(r"(?<![\w•+])\(?(?:\+|00)51\)?[ ./-]{0,2}\(?9(?:[ ).-]{0,2}\d){8}(?![\d•])")
_CALLED = re.compile(
    r"\b(?:n[uú]meros?|numbers?|call(?:s|ed|ing)?|llam\w{1,6}|escrib\w{1,6}|mensajes?|contact\w{1,6}|telegram|signal|imo|sms|(?:tel|telf|tlf|cel|fono)\b|"
    r"tel[eé]fonos?|celulares?|celular|whats?app|yap\w{1,6}|plin\w{0,6})\b[^\d•\n]{0,25}(?<![\d.,/-])"
    r"(9(?:[ ._-]{1,2}\d){8}|(?=[\d ._-]{1,10}\d{3})9(?:[ ._-]{0,2}\d){8}|9\d\d/\d{3}/\d{3}|09\d{8}|04[12][246][ -]?\d{7})(?![\w•])(?![.,-]\d)",
    re.I,
)
_CALL_LINE = re.compile(
    r"\b(?:llam\w{1,6}|call(?:s|ed|ing)?|com[uú]n[ií][cq]\w{1,6}|central(?:es)?|informes|contactos?|l[ií]neas?)\b[^\d•\n]{0,20}(?<![\d.,/-])"
    r"([2-7]\d\d[ -](?!(?:19|20)\d\d)\d{4})(?![\w•])(?![.,-]\d)",
    re.I,
)
_GLUED = re.compile(r"(?<!\w)(?:al|cel|telf?)(9\d{8})(?!\w)", re.I)
_ABROAD = re.compile(rf"(?<![\w•])\+\d{{1,3}}(?:[ .-]?\(?\d{{1,4}}\)?){{2,5}}{_RIGHT}")
_LANDLINE = re.compile(
    r"(?<![\w•])(?<![\d•][-.,/])(?:\(?\+51[ -]?\(?0?(?:1|[4-8]\d)\)?[ -]?\d{2,4}[ -]?\d{2,4}|"
    r"\((?:51[ -])?0?(?:1|[4-8]\d)\)[ -]?\d{2,4}[ -]?\d{2,4}(?:[ -]?\d{2})?|"
    r"01(?:[ -]| ?/ ?(?!20))\d{3}[ -]?\d{4}|0[4-8]\d(?:[ -]| ?/ ?)\d{3}[ -]?\d{3}|04[12][246]-\d{7})"
    rf"{_RIGHT}"
)
_TRUNKED = re.compile(r"(?<![\w•*#])\d{2,3}\*\d{3,4}\*\d{3,4}(?![\w•*])")
"""A radio telephone's, as in `51*123*4567`."""
_SPOKEN = re.compile(
    r"\b(?:tel[eé]fonos?(?:\s+fijos?)?|telf|tlf|tel|celular(?:es)?|cel|fono|whats?app|yape(?:a|ar|o|ando)?|plin(?:ea|ear)?|phone)\b"
    r"[.:]*(?:\s+(?:al|el|n[uú]mero|n[uú]m|nro|n|del|de|es|a|number|no)\b)*[.:°º#\s]*(\+?\d(?:[ .-]?\d){5,13})(?![\w•])(?!-\w)",
    re.I,
)
_SAID = re.compile(r"\+?\d(?:[ .-]?\d){5,13}(?![\w•])(?!-\w)")
_FREE_LINE = re.compile(r"0[ -]?80[01]")

_ACCOUNT = re.compile(
    rf"{_LEFT}(?:\d{{10,20}}|\d+(?: ?- ?\d+){{1,6}}|\d{{3}} \d{{7,8}} \d \d\d|\d{{2,}}(?: \d{{2,}}){{1,6}}){_RIGHT}"
)
_ACCOUNT_WORD = re.compile(
    r"\b(?:cuentas?(?!\s+con\b)|cta|ahorros|bn|bco|cci|interbancari[oa]|tarjetas?|account|card|bcp|bbva|interbank|scotiabank|banbif|pichincha|mibanco|"
    r"banco|caja)\b[^\d•\n]{0,40}$",
    re.I,
)
_FILE_WORD = re.compile(
    r"\b(?:expedientes?|exp|carpetas?|casos?|denuncia|oficio|resoluci[oó]n|registro|ruc|isbn|partida|proceso)\b[^\d•\n]{0,25}$",
    re.I,
)

_IDENTITY = re.compile(
    r"\b(?:dni(?:s\b|(?![^\W\d]))|d\.\s?n\.\s?i\b\.?|c\.?\s?e\b\.?(?=\W{0,2}(?:n\W{0,3})?0\d{8})|documentos?\b|doc\.?\s+de\s+identidad\b|libreta\s+electoral\b|c\.\s?i\b\.?(?=\W{0,2}V-?\d)|identificad[oa]s?\s+con\b|c[eé]dula\b|carn[eé]t?\s+de\s+extranjer[ií]a\b|"
    r"pasaporte\b|passport\b|identity\s+(?:card|document|number)\b|national\s+id\b|(?:ptp|cpp)\b(?=\W{0,2}(?:n\W{0,3})?\d{8,9})|permiso\s+temporal\s+de\s+permanencia\b|licencia\s+de\s+conducir\b|brevete\b)[^\d•\n]{0,30}?(?<![^\W_•])(?=(?:[VEQ]-|[A-Z]{0,2})\d)|\bdni(?=\d)",
    re.I,
)
_ID_NUMBER = re.compile(
    rf"(?:\d{{8,9}}|(?!(?:19|20)\d\d[ -](?:19|20)\d\d)\d{{4}}[ -]\d{{4}}|\d\d[., ]\d{{3}}[., ]\d{{3}}|[A-Z]{{1,2}}\d{{6,9}}|[VEQ]-\d\d?\.?\d{{3}}\.?\d{{3}})(?:-[\dA-Z])?{_RIGHT}"
)
_ID_BEFORE = re.compile(rf"{_LEFT}(\d{{8}})(?=\s*\(?\s*(?:de\s+)?dni\b)", re.I)
_AND = re.compile(r"\s*(?:,|/|;|\by\b|\be\b|\band\b)\s*(?:(?:dni|placas?)\s*)?(?:n\.?\s?[°º]?\s*)?", re.I)
_OF_ITS_OWN = re.compile(
    r"\bpasaporte\b(?:\s+[^\W\d]{4,12})?[\s:]{0,3}(?:n\W{0,3}|n[uú]mero\s)?(?P<old>\d{7})(?![\w•])|"
    r"\b(?:c[eé]dula|carn[eé]t?\s+de\s+extranjer[ií]a)\b[^\d•\n]{0,30}(?P<abroad>\d{10,12}|\d\.\d{3}\.\d{3}\.\d{3})(?![\w•])",
    re.I,
)
"""Numbers of another length than most: old passports, identity cards of the neighbours."""
_PERSON_RUC = re.compile(r"\br\.?u\.?c\b[^\d•\n]{0,12}(1[057][ -]?\d{8}[ -]?\d)(?![\w•])", re.I)
"""A person's tax number: `10` and the DNI, `15` or `17` without one. A company's begins with `20` and is public."""

_PLATE = re.compile(r"(?<![\w•])(?<![\w•][-/.])([A-Z][A-Z0-9][A-Z])-\d{3}(?![\w•])(?![-/][\w•])")
_THREE_DIGITS = re.compile(r"\d{3}")
_PLATE_WORD = re.compile(
    r"\b(?:placas?|plates?)\b(?:\s+(?:numbers?|de|del|la|el|una?|rodaje|vehicular|[uú]nica|nacional|falsa|clonada|adulterada|provisional|peruana|mototaxi|trim[oó]vil|moto(?:cicleta)?|auto(?:m[oó]vil)?|carro|taxi|combi|cami[oó]n|"
    r"camioneta|bus|veh[ií]culo|patrullero|n[uú]meros?|nro|n|es|era)\b)*[.:°º\s\"'“«(]*",
    re.I,
)
_BESIDE_PLATE = re.compile(
    r"\bmatr[ií]culas?\b(?:\s+(?:de|n[uú]mero|nro|n|es|era)\b)*[.:°º\s\"'“«(]*(?P<car>[A-Z][A-Z0-9][A-Z0-9][ -]?\d{3})(?![\w•])|"
    r"\b(?:(?:[Tt]ri)?[Mm]oto\w{0,8}|[Tt]rim[oó]vil(?:es)?)\b[^\d•\n]{0,25}(?<!\w)(?P<moto>\d{4}-(?:\d[A-Z]|[A-Z]{2}))(?![\w•-])"
)
_NEAR_PLATE = re.compile(
    r"(?:[A-Z][A-Z0-9][A-Z0-9](?: ?- ?| )?\d{3,4}|[A-Z]{2}[- ]?\d{4,5}|\d{4}[- ]?(?=\d?[A-Z])[A-Z0-9]{2}|"
    r"(?!(?:que|con|del|los|las|por|una|uno|sus|sin|son|fue|hay|mas|dos) )[a-z][a-z0-9]{2}[- ]\d{3})(?![\w•])"
)
_BESIDE_PLATES = ("placa", "plate", "matr", "moto", "trimo", "trimó")
_NO_PLATE = frozenset(
    {
        "ISO",
        "LEY",
        "SUV",
        "DNI",
        "RUC",
        "CCI",
        "MAX",
        "COV",
        "AIR",
        "ONU",
        "VIH",
        "FAL",
        "UZI",
        "MIG",
        "ROP",
        "RPP",
        "PNP",
        "BAP",
        "FAP",
        "CUI",
        "PVC",
    }
)
_CODE_WORD = re.compile(
    r"(?:\bn\.?\s?[°º]|\b(?:ley|norma|resoluci[oó]n|decreto|vuelo|expediente|c[oó]digo|modelo|art[ií]culo))\s*$", re.I
)

_MONEY_BEFORE = re.compile(
    r"(?:s/\.?|us\$|\$|€|£|usd|pen|(?:monto|suma|total|inversi[oó]n|presupuesto|cifra) de)\s*$", re.I
)
_UNIT_AFTER = re.compile(
    r"\s*(?:%|(?:mil(?:es|lones)?\s+)?(?:de\s+)?(?:nuevos\s+)?(?:soles|d[oó]lares|euros|pesos|miles|millones|personas|habitantes|peruanos|votos|"
    r"electores|toneladas|barriles|metros|hect[aá]reas|kil[oó]metros|km|kg|litros|acciones|usuarios|seguidores|suscriptores|followers|visitas|vistas|views|"
    r"reproducciones|dosis|dollars|people|votes|tons|barrels|meters|hectares|million|casos|veces|denuncias|trabajadores|obreros|alumnos|(?:emit|exped|rob)[ia]d[oa]s)\b)",
    re.I,
)
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_STAMP = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{6})?\Z")


def mask(text: str) -> str:
    """The text with every find replaced by `•`, one for one. Masking twice changes nothing."""
    return _hide(text, find(text))


def mask_as(text: str, hidden: Iterable[str]) -> str:
    """The text, a translation, masked; so is what was hidden in its original (`hidden`, as printed there), wherever it stands."""
    forms = {"".join(filter(str.isalnum, plain(one))) for one in hidden}
    if known := sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True):
        printed = "|".join(r"[\W_]{0,3}".join(map(re.escape, form)) for form in known)
        pattern = re.compile(rf"(?<!\w)(?:{printed})(?!\w)", re.I)
        text = pattern.sub(lambda match: MASK * len(match[0]), text)
    return mask(text)


def values(text: str) -> list[str]:
    """What is hidden in a text, as printed."""
    return [text[start:end] for _, start, end in find(text)]


def find(text: str) -> list[Found]:
    """What must be hidden: `(kind, start, end)`, in order, never overlapping."""
    found: list[Found] = []
    text = plain(text)
    while new := _pass(text):  # what is hidden may uncover what stood beside it
        found += new
        text = _hide(text, new)
    return sorted(found, key=lambda one: one[1])


def plain(text: str) -> str:
    """The text with odd digits, dashes, spaces and ordinals as their plain kin, one character for one."""
    if text.isascii():
        return text
    for char in set(text):
        if kin := _plain_kin(char):
            text = text.replace(char, kin)
    return text


@lru_cache(maxsize=4096)
def _plain_kin(char: str) -> str:
    if char.isascii():
        return " " if char.isspace() and char not in " \n" else ""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    if char in "‐‑‒–—−":
        return "-"
    if char in "ºª":
        return "°"
    return " " if char.isspace() else ""


def _hide(text: str, found: list[Found]) -> str:
    pieces, last = [], 0
    for _, start, end in found:
        pieces += [text[last:start], MASK * (end - start)]
        last = end
    return "".join(pieces) + text[last:] if pieces else text


def _pass(text: str) -> list[Found]:
    found: list[Found] = []
    used = bytearray(len(text))
    for finder in _finders(text):
        for kind, start, end in finder(text):
            if not any(used[start:end]):
                used[start:end] = b"\1" * (end - start)
                found.append((kind, start, end))
    if found:
        urls = [match.span() for match in _ADDRESS.finditer(text)]
        starts = [start for start, _ in urls]
        found = [one for one in found if not _is_within(one, urls, starts) or _bares(one, text)]
    return sorted(found, key=lambda one: one[1])


def _is_within(one: Found, addresses: list[tuple[int, int]], starts: list[int]) -> bool:
    at = bisect_right(starts, one[1])
    return at > 0 and one[2] <= addresses[at - 1][1]


def _finders(text: str) -> Iterator[Callable[[str], Iterator[Found]]]:
    """Those that can find anything, by looks that cost little: most texts hold no number at all."""
    folded = text.casefold()
    if may_address(folded):
        yield _emails
    if may_spell(folded):
        yield _spelt
    if _MANY_DIGITS.search(text):
        yield _numbers
    if _THREE_DIGITS.search(text) and (any(word in folded for word in _BESIDE_PLATES) or _PLATE.search(text)):
        yield _plates


def _bares(one: Found, text: str) -> bool:
    """Whether a web address itself holds the person's address or number (`wa.me/51...`)."""
    return one[0] == "email" or any(
        match.span(1) == one[1:] for match in _CHAT.finditer(text, max(0, one[1] - 16), one[2] + 1)
    )


def _emails(text: str) -> Iterator[Found]:
    for start, end in addresses(text):
        yield "email", start, end


def _spelt(text: str) -> Iterator[Found]:
    for start, end in spelt(text):
        if not _amount(text, start, end):
            yield "phone", start, end


def _numbers(text: str) -> Iterator[Found]:
    """What is written with digits: looked for around the places that have many."""
    for start, end in _stretches(text):
        piece = text[start:end]
        for finder in (_chats, _identities, _phones, _accounts):
            for kind, first, last in finder(piece):
                yield kind, start + first, start + last


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """The places with many digits, with BESIDE characters on both sides; what overlaps is one."""
    start = end = 0
    for match in _MANY_DIGITS.finditer(text):
        first = max(0, match.start() - BESIDE)
        if first > end:
            if end:
                yield start, end
            start = first
        end = match.end() + BESIDE
    if end:
        yield start, end


def _chats(text: str) -> Iterator[Found]:
    for match in _CHAT.finditer(text):
        yield "phone", *match.span(1)


def _identities(text: str) -> Iterator[Found]:
    for pattern in (_PERSON_RUC, _ID_BEFORE, _OF_ITS_OWN):
        for match in pattern.finditer(text):
            span = match.span(match.lastgroup or 1)
            if not _amount(text, *span):
                yield "identity", *span
    for match in _IDENTITY.finditer(text):
        for start, end in _series(text, match.end(), _ID_NUMBER):
            if not _amount(text, start, end):
                yield "identity", start, end


def _series(text: str, place: int, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Finds that follow one another, joined by commas or "y"."""
    while match := pattern.match(text, place):
        yield match.span()
        link = _AND.match(text, match.end())
        if not link:
            return
        place = link.end()


def _phones(text: str) -> Iterator[Found]:
    for match in _WITH_PREFIX.finditer(text):
        yield "phone", *match.span()
    for match in _ABROAD.finditer(text):
        if (
            9 <= _digits(match[0]) <= 15
            and not _amount(text, *match.span())
            and not _thousands(re.split("[ .-]", match[0][1:]))
        ):
            yield "phone", *match.span()
    for match in _MOBILE.finditer(text):
        if not _amount(text, *match.span()) and not match[0].endswith(" 000"):
            yield "phone", *match.span()
    for pattern in (_CALLED, _CALL_LINE, _GLUED):
        for match in pattern.finditer(text):
            if not _amount(text, *match.span(1)):
                yield "phone", *match.span(1)
    for match in _LANDLINE.finditer(text):
        if 7 <= _digits(match[0]) <= 11:
            yield "phone", *match.span()
    for match in _TRUNKED.finditer(text):
        yield "phone", *match.span()
    for match in _SPOKEN.finditer(text):
        if not _FREE_LINE.match(match[1]) and not match[1].endswith(" 000") and not _amount(text, *match.span(1)):
            for start, end in _series(text, match.start(1), _SAID):
                yield "phone", start, end


def _accounts(text: str) -> Iterator[Found]:
    for match in _ACCOUNT.finditer(text):
        parts, size = re.split(" ?- ?| ", match[0]), _digits(match[0])
        before = text[max(0, match.start() - 80) : match.start()]
        if not 10 <= size <= 20 or _FILE_WORD.search(before) or _amount(text, *match.span()):
            continue
        if _ACCOUNT_WORD.search(before) or (size >= 14 and _looks_like_account(parts)):
            yield "account", *match.span()


def _looks_like_account(parts: list[str]) -> bool:
    """14 to 20 digits that are neither dates, years, a row of small numbers, nor a number in groups of three."""
    dated = any(map(_YEAR.match, parts)) or _STAMP.match(parts[0])
    return not dated and not _thousands(parts) and max(map(len, parts)) >= 4


def _thousands(parts: list[str]) -> bool:
    return len(parts) > 2 and len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _amount(text: str, start: int, end: int) -> bool:
    return bool(_MONEY_BEFORE.search(text[max(0, start - 18) : start]) or _UNIT_AFTER.match(text, end))


def _plates(text: str) -> Iterator[Found]:
    for match in _PLATE_WORD.finditer(text):
        for start, end in _series(text, match.end(), _NEAR_PLATE):
            yield "plate", start, end
    for match in _BESIDE_PLATE.finditer(text):
        if match[match.lastgroup or 1][:3] not in _NO_PLATE:
            yield "plate", *match.span(match.lastgroup or 1)
    for match in _PLATE.finditer(text):
        if match[1] not in _NO_PLATE and not _CODE_WORD.search(text[max(0, match.start() - 14) : match.start()]):
            yield "plate", *match.span()
