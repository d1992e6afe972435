"""Killed and injured: in words and figures, of this event, never of another."""

import pytest


@pytest.mark.parametrize(
    ("title", "text", "killed", "injured"),
    [
        ("Dos acuchillados deja ataque de extorsionadores en Comas", "", 0, 2),
        ("Un muerto y tres heridos deja ataque a un bus en Comas", "", 1, 3),
        ("Balacera en Ate dejó dos fallecidos", "", 2, 0),
        ("Asesinan a chofer de combi en Carabayllo", "", 1, 0),
        ("Matan a puñaladas a un cambista en Jaén", "", 1, 0),
        ("Chofer muere tras ataque de extorsionadores", "", 1, 0),
        ("Sicarios acribillan a dos mototaxistas", "El menor, de 19 años, murió en el acto.", 2, 0),
        ("Asesinan a empresario y a su hijo de 12 años por extorsión", "", 2, 0),
        ("Sicarios asesinan a dos y dejan grave a una mujer en Moche", "", 2, 1),
        ("Extorsionadores matan a una madre y sus dos hijos", "", 3, 0),
        ("Dueña de un chifa y dos comensales resultaron heridos por extorsionadores", "", 0, 3),
        ("Balean restaurante en Lince por extorsión", "Un mozo recibió un balazo en la pierna.", 0, 1),
        ("Cuatro miembros de una familia son acribillados en Virú", "", 4, 0),
        ("Crimen en Ate: hallan cuerpo de mototaxista en una acequia", "", 1, 0),
        ("Gunmen kill bus driver in Comas", "A 30-year-old bus driver was shot dead on Monday.", 1, 0),
        ("Lanzan granada contra una botica en Piura", "No hubo heridos.", 0, 0),
        ("Sin heridos, pero matan al chofer: extorsión en Ate", "", 1, 0),
        ("Extorsión en Ate", "No hubo muertos pero sí tres heridos en ataque con granada.", 0, 3),
        ("Chofer de 34 años es asesinado en Ate por extorsionadores", "", 1, 0),
        ("Extorsión en Ate", "Dos jóvenes de 19 y 20 años fueron asesinados.", 2, 0),
        ("Extorsión: sesenta y ocho heridos y diecisiete muertos en Juliaca", "", 17, 68),
    ],
)  # fmt: skip
def test_of_the_event(tag, title: str, text: str, killed: int, injured: int) -> None:
    assert tag(title, text)["casualties"] == {"killed": killed, "injured": injured}


@pytest.mark.parametrize(
    "title",
    [
        "Choque de buses deja diez muertos en la Panamericana",
        "Van 48 choferes asesinados en lo que va del año",
        "Bodeguero extorsionado muere de infarto",
        "Matan al perro de un bodeguero por no pagar cupo",
        "¿Quién mató a Rosaura?: llega la segunda temporada",
        "Balacera en un colegio de Texas deja siete muertos",
        "Opinión: cada vez que un chofer muere por extorsión",
        "Amenazan con matar a dirigente de transportistas que no pague cupo",
    ],
)
def test_of_no_event_here(tag, title: str) -> None:
    assert tag(title)["casualties"] is None
