"""What is said of a strike."""

from datetime import UTC, datetime

import pytest

PUBLISHED = datetime(2025, 8, 19, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "text", "status"),
    [
        ("Gremio anuncia paro para el 21 de agosto", "El dirigente convocó a sus bases.", "announced"),
        (
            "Transportistas acatan paro en la ciudad",
            "Las calles amanecieron sin buses. Los choferes bloquean la avenida.",
            "ongoing",
        ),
        ("Levantan paro tras acuerdo", "Los mineros levantaron el bloqueo y despejaron la vía.", "ended"),
        ("Gremios suspenden el paro por mesa de diálogo", "La medida fue suspendida hasta nuevo aviso.", "suspended"),
        ("Choferes evalúan acatar un paro", "No descartan un paro si no hay respuesta.", "considered"),
        ("Drivers on strike in Lima", "The stoppage disrupted the city; buses blocked roads.", "ongoing"),
    ],
)
def test_status(tag, title: str, text: str, status: str) -> None:
    assert tag(title, text, published=PUBLISHED)["strike"]["status"] == status


def test_a_call_to_lift_a_strike_does_not_end_it(tag) -> None:
    said = tag(
        "Ministro pide levantar el paro de transportistas",
        "La ciudad amaneció sin buses; los choferes acatan la medida.",
        published=PUBLISHED,
    )
    assert said["strike"]["status"] == "ongoing"


def test_guild_and_start(tag) -> None:
    text = "La Federación de Choferes del Valle anunció que el jueves 21 de agosto habrá paro. El de abril no cuenta."
    strike = tag("Habrá paro de choferes", text, published=PUBLISHED)["strike"]
    assert strike["guild"] == "Federación de Choferes del Valle"
    assert strike["start"] == "2025-08-21"
    assert strike["end"] is None


def test_a_day_without_any_year_is_not_guessed(tag) -> None:
    assert tag("Gremio anuncia paro para el 21 de agosto")["strike"]["start"] is None


def test_no_strike_no_status(tag) -> None:
    assert tag("Suspenden clases por lluvias")["strike"] is None


def test_casualties_of_the_event_only(tag) -> None:
    assert tag("Asesinan a dos choferes por no pagar cupos", "Hubo tres heridos en el ataque.")["casualties"] == {
        "killed": 2,
        "injured": 3,
    }
    assert (
        tag("Extorsión sin freno", "En lo que va del año 180 choferes asesinados suma el gremio.")["casualties"] is None
    )
    assert tag("Detonan explosivo: extorsión a una botica", "No hubo heridos.")["casualties"] == {
        "killed": 0,
        "injured": 0,
    }
    assert tag("Cinco muertos por dengue")["casualties"] is None


def test_roads(tag) -> None:
    (road,) = tag("Mineros bloquean la Panamericana Sur", "El bloqueo en la Panamericana Sur, kilómetro 782, sigue.")[
        "roads"
    ]
    assert (road["name"].lower(), road["km"], road["state"]) == ("panamericana sur", 782.0, "blocked")
    assert len(road["spans"]) == 2


def test_entities(tag) -> None:
    text = "El ministro del Interior, Tomás Rivas Peña, habló de la banda “Los Grises del Puerto”. Anitra y la Policía Nacional no opinaron."
    kinds = {entity["name"]: (entity["type"], entity["kind"]) for entity in tag("Nota", text)["entities"]}
    assert kinds["Tomás Rivas Peña"] == ("person", "official")
    assert kinds["Los Grises del Puerto"] == ("organisation", "gang")
    assert kinds["Asociación Nacional de Integración de Transportistas"] == ("organisation", "guild")
    assert kinds["Policía Nacional del Perú"] == ("organisation", "institution")
