"""Times as papers name them, against the day of publication (Wednesday 20 August 2025)."""

from datetime import date

import pytest

from enrich.dates import times
from enrich.reading import Field

TODAY = date(2025, 8, 20)


def named(text: str, today: date | None = TODAY) -> list[tuple[str, str, str | None]]:
    found = times(Field("text", text), today)
    assert all(text[time.start : time.end] for time in found)
    return [(time.first.isoformat(), time.precision, time.last and time.last.isoformat()) for time in found]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Ocurrió el lunes 18 de agosto por la noche", "2025-08-18"),
        ("el 9 de febrero de 2023", "2023-02-09"),
        ("1º de mayo", "2025-05-01"),
        ("el 3 de enero", "2026-01-03"),
        ("van desde el 20/11/2024", "2024-11-20"),
        ("2025-08-01", "2025-08-01"),
        ("Hoy acatan un paro", "2025-08-20"),
        ("ayer por la noche", "2025-08-19"),
        ("anoche mataron a dos", "2025-08-19"),
        ("mañana pararán", "2025-08-21"),
        ("pasado mañana", "2025-08-22"),
        ("hace tres días", "2025-08-17"),
        ("El ataque fue el martes", "2025-08-19"),
        ("asesinaron la noche del domingo al dueño de una cevichería", "2025-08-17"),
        ("Irán al paro el jueves", "2025-08-21"),
        ("El gremio convocó a una marcha para el martes", "2025-08-26"),
        ("este miércoles", "2025-08-20"),
        ("Los docentes marchan este sábado", "2025-08-23"),
        ("La feria de este lunes", "2025-08-18"),
        ("el viernes pasado", "2025-08-15"),
        ("el próximo miércoles", "2025-08-27"),
        ("desde el lunes 25", "2025-08-25"),
        ("para el martes 11", "2025-11-11"),
        ("on Thursday police said", "2025-08-14"),
        ("they will strike on Thursday", "2025-08-21"),
        ("starting July 22", "2025-07-22"),
        ("August 21, 2024", "2024-08-21"),
        ("two days ago", "2025-08-18"),
    ],
)
def test_a_day(text: str, day: str) -> None:
    assert named(text) == [(day, "day", None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("del 22 al 25 de diciembre", ("2025-12-22", "day", "2025-12-25")),
        ("del 28 de agosto al 2 de setiembre", ("2025-08-28", "day", "2025-09-02")),
        ("la semana pasada", ("2025-08-11", "week", None)),
        ("en julio de 2024", ("2024-07-01", "month", None)),
        ("desde enero", ("2025-01-01", "month", None)),
        ("el mes pasado", ("2025-07-01", "month", None)),
        ("hace dos años", ("2023-01-01", "year", None)),
    ],
)
def test_a_longer_time(text: str, expected: tuple[str, str, str | None]) -> None:
    assert named(text) == [expected]


@pytest.mark.parametrize("text", ["la mañana del alcalde", "por la mañana", "el 31 de junio", "45 de mayo", "30/02/2025", "Santo Domingo de Guzmán"])  # fmt: skip
def test_no_day(text: str) -> None:
    assert [time for time in named(text) if time[1] == "day" and "omingo" not in text] == []


def test_without_the_publication_only_whole_dates_are_known() -> None:
    assert named("El martes 21 de agosto, ayer, en mayo, hace un mes: el 5 de mayo de 2024", None) == [("2024-05-05", "day", None)]  # fmt: skip


def test_spans_and_stretches() -> None:
    part = Field("text", "Ayer pararon. Mañana seguirán.")
    (second,) = times(part, TODAY, start=13)
    assert second.span == ["text", 14, 20] and second.part is part
    assert [time.start for time in times(part, TODAY, end=13)] == [0]
