"""Roads: their names, kilometres and states."""

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bloquean la Panamericana Norte km 573 en Virú.", ("Panamericana Norte", 573.0, "blocked")),
        ("La Panamericana Sur (km 1,250) amaneció tomada por agricultores.", ("Panamericana Sur", 1250.0, "blocked")),
        ("Liberan la Carretera Central tras nueve horas de bloqueo.", ("Carretera Central", None, "reopened")),
        ("Policías lograron despejar la Interoceánica Sur.", ("Interoceánica Sur", None, "reopened")),
        ("Piden liberar la Panamericana Sur, que sigue bloqueada.", ("Panamericana Sur", None, "blocked")),
        ("La Panamericana Sur aún no ha sido liberada.", ("Panamericana Sur", None, "blocked")),
        ("Pase restringido en la Carretera Central, kilómetro 93, por derrumbe.", ("Carretera Central", 93.0, "restricted")),
        ("Solo un carril de la Carretera Central funciona: un solo carril.", ("Carretera Central", None, "restricted")),
        ("Cortan la carretera Federico Basadre en el kilómetro 86.", ("Carretera Federico Basadre", 86.0, "blocked")),
        ("Paro en la carretera Juliaca-Cusco.", ("Carretera Juliaca - Cusco", None, None)),
        ("Reabren la Panamericana Norte; la Carretera Central sigue cerrada.", ("Panamericana Norte", None, "reopened")),
        ("Choque en la Panamericana Sur deja dos heridos.", ("Panamericana Sur", None, None)),
        ("The Pan-American Highway was blocked by farmers.", ("Pan-American Highway", None, "blocked")),
        ("Bloquean la Panamericana Sur. Los piquetes están en el kilómetro 782.", ("Panamericana Sur", 782.0, "blocked")),
    ],
)  # fmt: skip
def test_roads(tag, text: str, expected) -> None:
    road = tag("Nota", text)["roads"][0]
    assert (road["name"], road["km"], road["state"]) == expected


def test_two_roads_have_their_own_states(tag) -> None:
    roads = tag("Nota", "Reabren la Panamericana Norte mientras la Carretera Central sigue cerrada.")["roads"]
    assert {road["name"]: road["state"] for road in roads} == {
        "Panamericana Norte": "reopened",
        "Carretera Central": "blocked",
    }


def test_the_state_told_first_stands_and_one_road_is_one_item(tag) -> None:
    (road,) = tag("Liberan la Panamericana Sur", "El bloqueo de la Panamericana Sur, kilómetro 782, duró dos días.")[
        "roads"
    ]
    assert (road["km"], road["state"], len(road["spans"])) == (782.0, "reopened", 2)
