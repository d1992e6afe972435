"""Rows of text as a page or feed prints them -> the article's paragraphs: cleaned, in order, the lead first, nothing that is not the article's."""

import re

from core.text import clean, fold
from crawler.authors import authors
from crawler.boilerplate import is_boilerplate, is_caption, is_sign_off
from crawler.outline import key_of

_OF_DATES = (
    "enero febrero marzo abril mayo junio julio agosto setiembre septiembre octubre noviembre diciembre ene feb mar abr may jun jul ago set sep sept oct nov dic "
    "january february march april june july august september october november december jan apr aug dec "
    "lunes martes miercoles jueves viernes sabado domingo lun mie jue vie sab dom monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun "
    "de del el la las a al en los on at in hoy ayer publicado publicada publicacion actualizado actualizada actualizacion modificado creado fecha hora published updated posted last "
    "am pm a m p h hs hr hrs hora horas hours gmt utc pet est edt pst et pt ct cet t z min minuto minutos hace dia dias semana semanas mes meses ultima vez"
)
DATE_WORDS = frozenset(_OF_DATES.split())
"""Words that a line may have and be only a date."""
_COUNTED = frozenset("por y e by and en para vistas visitas lecturas visto leido veces comentarios".split())  # noqa: SIM905
"""Words without a capital that may stand beside a day: of names, and of counters."""
_SPACED = re.compile(r" (?:(?<=\w )(?=[.,;:)](?:\s|$))|(?<=[¿¡(“«] ))")
_SIGNED = re.compile(
    r"^(?:por|de|by|texto|redaccion|redactado por|escribe|escrito por|publicado por|publicada por|autora?|nota de|informe de|written by) "
)


def tidy(rows: list[str], title: str, *, marks: tuple[str, ...] = ()) -> list[str]:
    """Cleaned lines without boilerplate, captions, repetitions, the headline itself, and what hangs on at either end.

    `marks` are what stands beside a headline (signatures, section, outlet): a line that is nothing else is no paragraph.
    """
    kept: list[str] = []
    seen: set[str] = set()
    beside = {key_of(mark) for mark in marks} - {""}
    for row in (_SPACED.sub("", " ".join(clean(row).strip(" |").split())) for row in rows):
        line = re.sub(r"^[-*•·]\s+(?=\S)", "", row)
        key = key_of(line)
        if (
            not key or key in seen or key == key_of(title) or is_date(key) or is_boilerplate(line) or is_caption(line)
            or (len(line) <= 120 and _is_mark(line, key, beside))
        ):  # fmt: skip
            continue
        if len(line) > 40:
            seen.add(key)
        kept.append(row)
    return [re.sub(r"^[-*•·]\s+(?=\S)", "", row) for row in _without_ends(kept)]


def is_date(key: str) -> bool:
    """Whether a line is a date and nothing else: `Miércoles 18 de noviembre de 2026 | 10:45 hs.`, `Nov. 19, 2026, 8:41 AM`."""
    if len(key) > 90 or not re.search(r"\d", key):
        return False
    words = re.findall(r"[^\W\d_]+", key)
    whole = key.startswith(("publicad", "actualizad")) or re.search(r"\b(?:19|20)\d\d\b|\b\d{1,2} \d{2}\b", key)
    return bool(whole) and all(word in DATE_WORDS for word in words)


def is_dateline(text: str) -> bool:
    """A day with at most names beside it (who, where), not a sentence or subhead that names one."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if fold(word) not in DATE_WORDS]
    names = all(word[0].isupper() or fold(word) in _COUNTED for word in words)
    return len(words) <= 6 and names and any(char.isdigit() for char in text)


def _is_mark(line: str, key: str, beside: set[str]) -> bool:
    """A line that is a signature, a section or the outlet's name, alone or with a date."""
    unsigned = _SIGNED.sub("", key)
    if unsigned in beside or any(_DATED.fullmatch(unsigned.removeprefix(mark)) for mark in beside if mark in unsigned):
        return True
    names = authors([line]) if unsigned != key and len(line) <= 90 else ()
    return bool(names) and all(key_of(name) in beside for name in names)


_DATED = re.compile(rf"(?: (?:\d+|{'|'.join(sorted(DATE_WORDS, key=len, reverse=True))}))+")
"""What may stand behind a name in a line that is no paragraph: a day and an hour."""


def _without_ends(rows: list[str]) -> list[str]:
    """Without the few words that stand alone before the first and after the last sentence: section, place, initials, appeals in capitals."""
    first = next((place for place, row in enumerate(rows) if _sentence(row, 5)), 0)
    last = next((place for place in range(len(rows) - 1, -1, -1) if _closes(rows[place])), len(rows) - 1)
    return rows[first : last + 1]


def _sentence(row: str, words: int) -> bool:
    """A line of so many words, an item of a list, or one that ends as sentences end."""
    return len(row.split()) >= words or row.startswith(("- ", "* ", "• ")) or bool(re.search(r"[.!?…:»”\")]$", row))


def _closes(row: str) -> bool:
    """Whether an article can end with a line."""
    return (
        _sentence(row, 7) and len(row.split()) >= 2 and not is_sign_off(row) and not (row.isupper() and len(row) <= 80)
    )


def with_lead(rows: list[str], leads: list[str]) -> list[str]:
    """The lead before the body, unless the body has it: then it moves to the front if it stood among the first lines."""
    leads = [lead for lead in leads if key_of(lead)]
    if not leads or not rows:
        return rows
    keys = [key_of(lead) for lead in leads]
    whole = " ".join(keys)
    top = " ".join(key_of(row) for row in rows[:4])
    if whole in top or any(
        key_of(row) and len(key_of(row)) > 30 and key_of(row) in whole and len(leads) == 1 for row in rows[:3]
    ):
        return rows
    return [*leads, *(row for row in rows if key_of(row) not in keys)]
