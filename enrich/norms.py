"""Norms and bills cited in a text, written one way: `Ley 32108`, `DL 1338`, `DS 124-2025-PCM`, `DU 009-2024`, `PL 11735/2024-CR`.

The forms are those of reference/sources.md section 4.3; articles of a code are no norms, and a law named without its number is
none, unless the press has a name for it alone (`ley del gatillo fácil`).
"""

import re
from collections.abc import Callable, Iterator

from core.document import Payload
from core.text import fold
from enrich.reading import Reading, Span

VERSION = "5"
Citation = tuple[str, int, int]
"""Normalised id, start, end."""

_NO = r"(?:n(?=\d)|(?:n|no|nro|núm|num)\b[.°ºo]*\s*|n[.°º]+\s*|nº\s*|#\s*)?"
_NUMBER = r"\d{2}[.,]?\d{3}"
_AND = r"\s*(?:,|;|y|e|and)\s*(?:la\s+|el\s+)?" + _NO
_LAWS = re.compile(
    rf"(?<!decreto[ -])\b(?:ley(?:es)?|laws?)\s+{_NO}({_NUMBER}(?!\d|/)(?:{_AND}{_NUMBER}(?![\d/-]))*)", re.I
)
_NAMED_LAW = re.compile(
    r"\bley\s+(?:(?:org[aá]nica|general|universitaria|marco|servir)\s+|(?:[^\W\d_]+\s+){1,9}?(?:n[.°º]+|n[°º]|nro\.?|núm\.?)\s*)(\d{5})(?![\d/-])",
    re.I,
)
_OLD_LAW = re.compile(r"\b(?:ley|law)\s+(?:n[.°º]+|nº|nro\.?|no\.)\s*(\d{4})(?![\d/.,-]*\d)", re.I)
_LEGISLATIVE = re.compile(
    rf"(?:\bdecretos?\s+legislativos?|\blegislative\s+decrees?|\bd\.?\s?leg\.?|\bdecs?\.\s?leg\.?|\bd\.\s?l\.|\bdd\.\s?ll\.|\bdl)\s*{_NO}(\d{{3,4}}(?![\d/])(?:{_AND}\d{{3,4}}(?![\d/-]))*)",
    re.I,
)
_DECREE_LAW = re.compile(rf"\bdecretos?[\s-]+ley(?:es)?\s*{_NO}(\d{{4,5}})(?![\d/])", re.I)
_SUPREME_NUMBER = r"\d{1,3}-(?:(?:19|20)\d\d|[6-9]\d)-[A-Za-z]{2,12}\b"
_SUPREME = re.compile(
    rf"(?:\bdecretos?\s+supremos?|\bsupreme\s+decrees?|\bd\.\s?s\.|\bdd\.\s?ss\.|\bds)\s*{_NO}({_SUPREME_NUMBER}(?:{_AND}{_SUPREME_NUMBER})*)",
    re.I,
)
_RESOLUTION_NUMBER = r"\d{1,4}-(?:19|20)\d\d[-/][A-Za-z]{2,12}(?:/[A-Z0-9]{1,6})?(?![\w/])"
_RESOLUTION = re.compile(
    r"(?:\bresoluci[oó]n(?:es)?\s+(?P<long>ministerial|suprema|viceministerial)(?:es|s)?|\b(?:ministerial|supreme)\s+resolution|\b(?P<short>rm|rs|rvm|r\.\s?m\.|r\.\s?s\.))"
    rf"\s*{_NO}(?P<number>{_RESOLUTION_NUMBER})",
    re.I,
)
_RESOLVED = ("resol", "rm ", "rs ", "rvm ", "r.m", "r. m", "r.s", "r. s")
_URGENT = re.compile(
    rf"(?:\bdecretos?\s+de\s+urgencia|\b(?:emergency|urgency)\s+decrees?|\bd\.\s?u\.|\bdd\.\s?uu\.|\bdu)\s*{_NO}(\d{{1,3}})-((?:19|20)\d\d)(?![\d])",
    re.I,
)
_BILL_NUMBER = r"\d{1,5}[/-]20\d\d(?:-(?:CR|PE|GL|GR|MP|PJ|TC|JNE|DP|CP|IC|CGR|SBS|BCR|RENIEC))?"
_BILLS = re.compile(
    rf"(?:\bproyectos?\s+de\s+(?:ley|reforma(?:\s+constitucional)?)|\bp\.\s?l\.|\bpl|\bbills?)\s*{_NO}({_BILL_NUMBER}(?:{_AND}{_BILL_NUMBER})*)",
    re.I,
)
_BARE_BILL = re.compile(r"(?<![\d/-])(\d{4,5}/20\d\d-(?:CR|PE|GL|GR|MP|PJ))\b")
_ANY_NUMBER = re.compile(r"\d\d\d")
_OLD_NUMBER = re.compile(r"n(?:[.°º]+|ro|o\.)\.?\s*\d{4}")
_SHORT_DECREE = re.compile(r"d(?<!\w\w)(?:\.? ?(?:s|u|l|leg)\b|ecs?\.|d\.)")
_EACH_NUMBER = re.compile(_NUMBER)
_EACH_DECREE = re.compile(r"\d{3,4}")
_EACH_SUPREME = re.compile(_SUPREME_NUMBER)
_EACH_BILL = re.compile(_BILL_NUMBER, re.I)

_LAWS_AT_CONGRESS = "https://leyes.congreso.gob.pe/Documentos/"
_LAW_PAGES = (
    (27250, 30520, _LAWS_AT_CONGRESS + "Leyes/{}.pdf"),
    (30521, 31304, _LAWS_AT_CONGRESS + "2016_2021/ADLP/Normas_Legales/{}-LEY.pdf"),
)
"""First and last law number of each form of address, as the register of 2000 to 2021 has them; later laws are not known."""
_PERIODS = ((2011, 2015), (2016, 2020), (2021, 2025))
"""First and last year in which bills of each parliamentary period are numbered."""

_NICKNAMES = {
    "ley del gatillo fácil": "Ley 31012",
    "ley de gatillo fácil": "Ley 31012",
    "ley gatillo fácil": "Ley 31012",
    "ley de protección policial": "Ley 31012",
    "ley chlimper": "Ley 27360",
    "ley de reforma magisterial": "Ley 29944",
    "ley de bicameralidad": "Ley 31988",
    "ley de la bicameralidad": "Ley 31988",
    "ley de lesa humanidad": "Ley 32107",
    "ley anti ong": "Ley 32301",
    "ley antiong": "Ley 32301",
    "anti ngo law": "Ley 32301",
    "ley anti forestal": "Ley 31973",
    "ley soto": "Ley 31751",
    "ley antiforestal": "Ley 31973",
    "ley pulpín": "Ley 30288",
    "ley mulder": "Ley 30793",
    "ley chatarra": "Ley 30021",
    "ley de comida chatarra": "Ley 30021",
    "ley de la comida chatarra": "Ley 30021",
    "ley servir": "Ley 30057",
    "ley reja": "Ley 30939",
    "ley apci": "Ley 32301",
    "trigger happy law": "Ley 31012",
    "easy trigger law": "Ley 31012",
}
"""What the press calls one law and no other. A title that laws share or inherit (`ley agraria`, `ley contra el crimen organizado`)
is no name of one: only its number says which is meant."""
_OPENED = "\"'“‘«"
_NICKNAME = re.compile(rf"\b(?:{'|'.join(fold(name).replace(' ', f'[ -][{_OPENED}]?') for name in _NICKNAMES)})\b")
"""As the press prints them, the name itself in quotes or not: `ley ‘antiforestal’`."""
_QUOTES = re.compile(f"[{_OPENED}]")
_ABROAD = re.compile(
    r",? (?:de|en|del) (?:chile|bolivia|argentina|colombia|ecuador|mexico|brasil|venezuela|españa|uruguay|paraguay)\b|,? (?:chilena|boliviana|argentina|colombiana|ecuatoriana|mexicana|brasileña|venezolana|española)\b"
)
"""Directly behind a law's number: another country's."""
_BY_NICKNAME = {fold(name): norm for name, norm in _NICKNAMES.items()}

TITLES = {
    "Ley 27360": "Ley que aprueba las Normas de Promoción del Sector Agrario",
    "Ley 29944": "Ley de Reforma Magisterial",
    "Ley 30021": "Ley de promoción de la alimentación saludable para niños, niñas y adolescentes",
    "Ley 30057": "Ley del Servicio Civil",
    "Ley 30077": "Ley contra el Crimen Organizado",
    "Ley 30288": "Ley que promueve el acceso de los jóvenes al mercado laboral y a la protección social",
    "Ley 30793": "Ley que regula el gasto de publicidad del Estado peruano",
    "Ley 30939": "Ley que establece el régimen especial de jubilación anticipada para desempleados",
    "Ley 31012": "Ley de Protección Policial",
    "Ley 31751": "Ley que modifica la suspensión del plazo de prescripción de la acción penal",
    "Ley 31973": "Ley que modifica la Ley 29763, Ley Forestal y de Fauna Silvestre",
    "Ley 31990": "Ley que modifica el proceso especial por colaboración eficaz",
    "Ley 32108": "Ley que modifica el Código Penal, la Ley 30077 y la Ley 27379 sobre organización criminal",
    "Ley 32446": "Ley sobre criminalidad sistemática",
    "DL 635": "Código Penal",
    "DL 957": "Código Procesal Penal",
    "DL 1186": "Decreto Legislativo que regula el uso de la fuerza por parte de la Policía Nacional del Perú",
    "DL 1187": "Decreto Legislativo que previene y sanciona la violencia en la actividad de construcción civil",
    "DL 1338": "Decreto Legislativo que crea el Registro Nacional de Equipos Terminales Móviles para la Seguridad (Renteseg)",
    "DS 124-2025-PCM": "Decreto Supremo que declara el estado de emergencia en Lima Metropolitana y la Provincia Constitucional del Callao",
    "DS 140-2025-PCM": "Decreto Supremo que prorroga el estado de emergencia en Lima Metropolitana y la Provincia Constitucional del Callao",
}
"""Official or usual titles of the norms this press cites most."""


def run(reading: Reading) -> Payload:
    """`{"norms": [{id, title, url, spans}]}`, in the order of first mention."""
    spans: dict[str, list[Span]] = {}
    for part in reading.fields:
        stop = 0
        cited = [*find(part.text), *nicknames(part.folded)]
        for norm, start, end in sorted(cited, key=lambda found: (found[1], -found[2])):
            if start >= stop and not _ABROAD.match(part.folded, end):
                stop = end
                spans.setdefault(norm, []).append(part.span(start, end))
    suffixed = {norm.rpartition("-")[0]: norm for norm in reversed(spans) if norm.startswith("PL ") and "-" in norm}
    merged: dict[str, list[Span]] = {}
    for norm, found in spans.items():  # a bill cited once with its suffix and once without is one bill
        merged.setdefault(suffixed.get(norm, norm), []).extend(found)
    return {
        "norms": [
            {"id": norm, "title": TITLES.get(norm), "url": url(norm), "spans": found} for norm, found in merged.items()
        ]
    }


def find(text: str) -> Iterator[Citation]:
    """`(normalised id, start, end)` of each citation; a list of numbers gives one for each."""
    if not _ANY_NUMBER.search(text):
        return
    lowered = text.lower()
    if "ley" in lowered or "law" in lowered:
        if _EACH_NUMBER.search(text):
            for match in _LAWS.finditer(text):
                yield from _each(match, _EACH_NUMBER, lambda number: "Ley " + re.sub(r"\D", "", number))
            for match in _NAMED_LAW.finditer(text):
                yield f"Ley {match[1]}", *match.span()
        if _OLD_NUMBER.search(lowered):
            for match in _OLD_LAW.finditer(text):
                yield f"Ley {match[1]}", *match.span()
    yield from _decrees(text, lowered)
    if "-20" in text and any(sign in lowered for sign in _RESOLVED):
        for match in _RESOLUTION.finditer(text):
            yield _resolution(match), *match.span()
    if "/20" in text or "-20" in text:
        for match in _BILLS.finditer(text):
            yield from _each(match, _EACH_BILL, _bill)
        for match in _BARE_BILL.finditer(text):
            yield _bill(match[1]), *match.span()


def nicknames(folded: str) -> Iterator[Citation]:
    """The laws that a folded text calls by their nickname."""
    if "ley" not in folded and "law" not in folded:
        return
    for match in _NICKNAME.finditer(folded):
        yield _BY_NICKNAME[_QUOTES.sub("", match[0]).replace("-", " ")], *match.span()


def _decrees(text: str, lowered: str) -> Iterator[Citation]:
    short = _SHORT_DECREE.search(lowered)
    decree = "decre" in lowered
    if short or (decree and "legislativ" in lowered):
        for match in _LEGISLATIVE.finditer(text):
            yield from _each(match, _EACH_DECREE, lambda number: f"DL {int(number)}")
    if decree and "ley" in lowered:
        for match in _DECREE_LAW.finditer(text):
            yield f"Decreto Ley {match[1]}", *match.span()
    if short or (decree and ("supremo" in lowered or "supreme" in lowered)):
        for match in _SUPREME.finditer(text):
            yield from _each(match, _EACH_SUPREME, lambda number: "DS " + _padded(number).upper())
    if short or (decree and ("urgen" in lowered or "emergency" in lowered)):
        for match in _URGENT.finditer(text):
            yield f"DU {int(match[1]):03d}-{match[2]}", *match.span()


def _each(match: re.Match[str], number: re.Pattern[str], name: Callable[[str], str]) -> Iterator[Citation]:
    """The first of a list carries the words before it; the others stand for themselves."""
    start = match.start()
    for found in number.finditer(match.string, match.start(1), match.end(1)):
        yield name(found[0]), start, found.end()
        start = found.end()
        after = re.compile(r"[^\d]*").match(match.string, start, match.end(1))
        start = after.end() if after else start


def _padded(number: str) -> str:
    """A decree's number has three digits: `9-2024-IN` is `009-2024-IN`."""
    digits, _, rest = number.partition("-")
    return f"{int(digits):03d}-{rest}"


def _resolution(match: re.Match[str]) -> str:
    """`RM 512-2025-MINSA`: of a ministry; RS is one of the government, RVM one of a vice minister."""
    kind = (match["long"] or match["short"] or match[0].split()[0]).lower().replace(".", "").replace(" ", "")
    letters = {"ministerial": "RM", "suprema": "RS", "supreme": "RS", "viceministerial": "RVM"}.get(kind, kind.upper())
    return f"{letters} {_padded(match['number']).upper()}"


def _bill(number: str) -> str:
    digits, _, rest = number.replace("-", "/", 1 if "/" not in number else 0).partition("/")
    return f"PL {int(digits)}/{rest.upper()}"


def url(norm: str) -> str | None:
    """The page of a law or a bill at Congress, from its number (and a bill's period, reference/sources.md 2.1); else None."""
    law = re.fullmatch(r"Ley (\d{5})", norm)
    if law:
        number = int(law[1])
        return next((form.format(number) for first, last, form in _LAW_PAGES if first <= number <= last), None)
    bill = re.fullmatch(r"PL (\d+)/(20\d\d)(?:-\w+)?", norm)
    period = next((first for first, last in _PERIODS if bill and first <= int(bill[2]) <= last), None)
    return (
        f"https://wb2server.congreso.gob.pe/spley-portal/#/expediente/{period}/{bill[1]}" if bill and period else None
    )
