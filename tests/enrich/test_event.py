"""When it happened."""

from datetime import UTC, datetime

import pytest

PUBLISHED = datetime(2025, 8, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "text", "date", "precision"),
    [
        ("Balean bodega por extorsión", "El ataque ocurrió la noche del lunes en Comas.", "2025-08-18", "day"),
        ("Detonan explosivo: extorsión en Ate", "Fue anoche, dijo la policía.", "2025-08-19", "day"),
        ("Extorsión: las denuncias de julio", "En julio hubo más denuncias por extorsión.", "2025-07-01", "month"),
        ("Gremio anuncia paro para el 28 de agosto", "Exigen seguridad. La semana pasada mataron a un chofer.", "2025-08-28", "day"),
        ("Gremios evalúan paro en setiembre", "Piden seguridad.", "2025-09-01", "month"),
        ("Paro de transportistas", "Se acatará el jueves de la próxima semana.", "2025-08-28", "day"),
        ("Extorsión: balean bodega", "Fue anteanoche en Comas.", "2025-08-18", "day"),
        ("Extorsión: balean bodega", "Fue el 5 del presente mes en Comas.", "2025-08-05", "day"),
        ("Extorsión: balean bodega", "Fue el 16/08 en Comas.", "2025-08-16", "day"),
        ("Extorsión: balean bodega del jirón 2 de Mayo", "Fue el martes, frente a la plaza Dos de Mayo.", "2025-08-19", "day"),
        ("Congreso aprueba ley", "El pleno aprobó ayer la ley que sube penas.", "2025-08-19", "day"),
    ],
)  # fmt: skip
def test_it_is_the_time_told_with_it(tag, title: str, text: str, date: str, precision: str) -> None:
    event = tag(title, text, published=PUBLISHED)["event"]
    assert (event["date"], event["precision"]) == (date, precision)
    for field, start, end in event["spans"]:
        assert (title if field == "title" else text)[start:end]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Extorsión sin freno", "Las bodegas pagan cupos en Comas."),
        ("Extorsionaban desde 2021 en Comas", "La banda operaba desde el lunes 4 de enero de 2021."),
        ("Marcha contra la extorsión en la avenida 28 de Julio", "Partió de la plaza Dos de Mayo."),
        ("Hoy juega la selección", "El partido es esta noche."),
    ],
)
def test_no_time_no_event(tag, title: str, text: str) -> None:
    assert tag(title, text, published=PUBLISHED)["event"] is None


def test_without_a_publication_a_relative_day_is_not_guessed(tag) -> None:
    assert tag("Balean bodega por extorsión", "Fue el lunes.")["event"] is None
