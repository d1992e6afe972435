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
        ("Arroceros amenazan con bloquear la Panamericana Norte.", ("Panamericana Norte", None, None)),
        ("Los gremios anuncian que no bloquearán la Carretera Central.", ("Carretera Central", None, None)),
        ("La policía evitó que tomen la Panamericana Sur.", ("Panamericana Sur", None, None)),
        ("Se reanudó el bloqueo de la Interoceánica.", ("Interoceánica", None, "blocked")),
        ("Se normaliza el tránsito en la Carretera Central.", ("Carretera Central", None, "reopened")),
        ("Piquetes cortan la vía PE-3S en Uripa.", ("PE-3S", None, "blocked")),
        ("Tres buses varados por un bloqueo en la Panamericana.", ("Panamericana", None, "blocked")),
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


def test_roads_in_a_row_are_each_named(tag) -> None:
    roads = tag("Nota", "Bloquean las carreteras Piura-Paita, Sullana-Talara y Piura-Sechura.")["roads"]
    assert [(road["name"], road["state"]) for road in roads] == [
        ("Carretera Piura - Paita", "blocked"),
        ("Carretera Sullana - Talara", "blocked"),
        ("Carretera Piura - Sechura", "blocked"),
    ]


def test_of_several_kilometres_the_nearest_is_a_roads(tag) -> None:
    text = "Cerradas: Panamericana Norte (km 573), Carretera Central (km 102) y vía Cusco-Puno (km 1,024)."
    assert [road["km"] for road in tag("Nota", text)["roads"]] == [573.0, 102.0, 1024.0]
    text = "Piquetes en el km 18 de la Panamericana Norte y en el km 93 de la Carretera Central."
    assert [road["km"] for road in tag("Nota", text)["roads"]] == [18.0, 93.0]


def test_one_road_is_one_item_whatever_it_is_called(tag) -> None:
    (road,) = tag("Bloquean la vía Puno-Juliaca", "La carretera Juliaca - Puno sigue cerrada.")["roads"]
    assert len(road["spans"]) == 2
    (road,) = tag("Bloquean la Panamericana", "La Panamericana Norte está tomada en el kilómetro 370.")["roads"]
    assert (road["name"], road["km"]) == ("Panamericana Norte", 370.0)


@pytest.mark.parametrize("text", ["Panamericana Televisión estrena un programa.", "La Copa Panamericana será en Lima."])
def test_what_is_panamericana_but_no_road(tag, text: str) -> None:
    assert tag("Nota", text)["roads"] == []
