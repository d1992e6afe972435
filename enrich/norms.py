"""Norms and bills cited in a text, written one way: `Ley 32108`, `DL 1338`, `DS 124-2025-PCM`, `DU 009-2024`, `PL 11735/2024-CR`.

The forms are those of reference/sources.md section 4.3; articles of a code are no norms, a law named without its number is none.
"""

import re
from collections.abc import Callable, Iterator

from core.document import Payload
from enrich.reading import Reading, Span

VERSION = "1"
Citation = tuple[str, int, int]
"""Normalised id, start, end."""

_NO = r"(?:n(?=\d)|(?:n|no|nro|núm|num)\b[.°ºo]*\s*|n[.°º]+\s*|nº\s*|#\s*)?"
_NUMBER = r"\d{2}[.,]?\d{3}"
_AND = r"\s*(?:,|;|y|e|and)\s*(?:la\s+|el\s+)?" + _NO
_LAWS = re.compile(
    rf"(?<!decreto[ -])\b(?:ley(?:es)?|laws?)\s+{_NO}({_NUMBER}(?!\d|/)(?:{_AND}{_NUMBER}(?![\d/-]))*)", re.I
)
_OLD_LAW = re.compile(r"\b(?:ley|law)\s+(?:n[.°º]+|nº|nro\.?|no\.)\s*(\d{4})(?![\d/.,-]*\d)", re.I)
_LEGISLATIVE = re.compile(
    rf"(?:\bdecretos?\s+legislativos?|\blegislative\s+decrees?|\bd\.?\s?leg\.?|\bdecs?\.\s?leg\.?|\bd\.\s?l\.|\bdl)\s*{_NO}(\d{{3,4}}(?![\d/])(?:{_AND}\d{{3,4}}(?![\d/-]))*)",
    re.I,
)
_DECREE_LAW = re.compile(rf"\bdecretos?[\s-]+ley(?:es)?\s*{_NO}(\d{{4,5}})(?![\d/])", re.I)
_SUPREME = re.compile(
    rf"(?:\bdecretos?\s+supremos?|\bsupreme\s+decrees?|\bd\.\s?s\.|\bds)\s*{_NO}(\d{{1,3}})-((?:19|20)\d\d)-([A-Za-z]{{2,12}})\b",
    re.I,
)
_URGENT = re.compile(
    rf"(?:\bdecretos?\s+de\s+urgencia|\b(?:emergency|urgency)\s+decrees?|\bd\.\s?u\.|\bdu)\s*{_NO}(\d{{1,3}})-((?:19|20)\d\d)(?![\d])",
    re.I,
)
_BILL_NUMBER = r"\d{1,5}/20\d\d(?:-(?:CR|PE|GL|GR|MP|PJ|TC|JNE|DP|CP|IC|CGR|SBS|BCR|RENIEC))?"
_BILLS = re.compile(
    rf"(?:\bproyectos?\s+de\s+(?:ley|reforma(?:\s+constitucional)?)|\bp\.\s?l\.|\bpl|\bbills?)\s*{_NO}({_BILL_NUMBER}(?:{_AND}{_BILL_NUMBER})*)",
    re.I,
)
_BARE_BILL = re.compile(r"(?<![\d/-])(\d{4,5}/20\d\d-(?:CR|PE|GL|GR|MP|PJ))\b")
_ANY_NUMBER = re.compile(r"\d{3}")
_EACH_NUMBER = re.compile(_NUMBER)
_EACH_DECREE = re.compile(r"\d{3,4}")
_EACH_BILL = re.compile(_BILL_NUMBER, re.I)

_LAWS_AT_CONGRESS = "https://leyes.congreso.gob.pe/Documentos/"
_LAW_PAGES = (
    (27250, 30520, _LAWS_AT_CONGRESS + "Leyes/{}.pdf"),
    (30521, 31304, _LAWS_AT_CONGRESS + "2016_2021/ADLP/Normas_Legales/{}-LEY.pdf"),
)
"""First and last law number of each form of address, as the register of 2000 to 2021 has them; later laws are not known."""
_PERIODS = ((2011, 2015), (2016, 2020), (2021, 2025))
"""First and last year in which bills of each parliamentary period are numbered."""

TITLES = {
    "Ley 30077": "Ley contra el Crimen Organizado",
    "Ley 31012": "Ley de Protección Policial",
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
        for norm, start, end in sorted(find(part.text), key=lambda found: (found[1], -found[2])):
            if start >= stop:
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
        for match in _LAWS.finditer(text):
            yield from _each(match, _EACH_NUMBER, lambda number: "Ley " + re.sub(r"\D", "", number))
        for match in _OLD_LAW.finditer(text):
            yield f"Ley {match[1]}", *match.span()
    if "decre" in lowered or re.search(r"d\.? ?(?:s|u|l|leg)\b", lowered):
        yield from _decrees(text)
    if "/20" in text:
        for match in _BILLS.finditer(text):
            yield from _each(match, _EACH_BILL, _bill)
        for match in _BARE_BILL.finditer(text):
            yield _bill(match[1]), *match.span()


def _decrees(text: str) -> Iterator[Citation]:
    for match in _LEGISLATIVE.finditer(text):
        yield from _each(match, _EACH_DECREE, lambda number: f"DL {int(number)}")
    for match in _DECREE_LAW.finditer(text):
        yield f"Decreto Ley {match[1]}", *match.span()
    for match in _SUPREME.finditer(text):
        yield f"DS {int(match[1]):03d}-{match[2]}-{match[3].upper()}", *match.span()
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


def _bill(number: str) -> str:
    digits, _, rest = number.partition("/")
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
