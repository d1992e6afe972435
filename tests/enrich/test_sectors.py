"""Sectors as victims and actors."""

import pytest


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Choferes de combis acatan paro en Comas", {("public_transport", "actor")}),
        ("Extorsionadores balean bus de una empresa de transporte", {("public_transport", "victim")}),
        ("Mototaxistas pagan cupos para trabajar", {("taxi_mototaxi", "victim")}),
        ("Camioneros bloquean la Panamericana Norte", {("freight_transport", "actor")}),
        ("Amenazan a bodeguera con cartas extorsivas", {("retail", "victim")}),
        ("Mineros artesanales cierran la carretera", {("mining", "actor")}),
        ("Agricultores inician paro agrario", {("agriculture", "actor")}),
        ("Profesores del SUTEP en huelga", {("education", "actor")}),
        ("Trabajadores penitenciarios anuncian huelga", {("public_sector", "actor")}),
        ("Orquesta de cumbia denuncia extorsión", {("entertainment", "victim")}),
        ("Barbería cierra por extorsión", {("personal_services", "victim")}),
    ],
)
def test_sector_and_role(tag, title: str, expected: set[tuple[str, str]]) -> None:
    assert {(sector["name"], sector["role"]) for sector in tag(title)["sectors"]} == expected


def test_a_patient_taken_to_hospital_makes_no_health_news(tag) -> None:
    assert tag("Herido en ataque de extorsionadores fue llevado al hospital")["sectors"] == []
