"""Which language, or no answer."""

import pytest

from enrich.language import detect


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Los choferes de la ruta 14 acatan un paro contra los cobros de cupos", "es"),
        ("Choferes acatan paro en Puente Piedra por cobro de cupos", "es"),
        ("MAESTROS ACATAN HUELGA EN LA REGIÓN", "es"),
        ("Bus drivers in the capital went on strike over extortion by gangs", "en"),
        ("Motoristas de ônibus fazem greve contra a extorsão na cidade e não há previsão de acordo", "pt"),
        (
            "Llaqtakunapi runakuna mana llamkaspa ñanta wichqarqanku, chaymi wawakuna mana yachay wasiman rirqankuchu",
            "qu",
        ),
        (
            "Taqi jaqinakaw markanakan jakapxi, ukatwa aski sarnaqañataki amuyt'apxi, janiw khitis yaqha jaqiru jan walt'ayañapakiti",
            "ay",
        ),
    ],
)
def test_finds_the_language(text: str, code: str) -> None:
    assert detect(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RT @eldiario: Choferes acatan paro https://corto.example/aBcD12", "es"),
        ("#ParoDeTransportistas hoy en Lima 🚍🚍", "es"),
        ("Balean a cobrador", "es"),
        ("Matan a chofer en SJL", "es"),
        ("Bus drivers strike in Lima @thepaper", "en"),
        ("Забастовка водителей автобусов в Лиме", "ru"),
        ("利马公交司机罢工 抗议勒索", "zh"),
        ("Puno markanxa taqi jaqinakawa thakhinaka jist'antapxatayna", "ay"),
        ("Qosqo llaqtapi runakunaqa ñankunata wichqankupuni", "qu"),
    ],
)
def test_short_posts_and_other_scripts(text: str, code: str) -> None:
    assert detect(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "Federación de Pescadores del Perú leader killed in Comas",
        "Junta Nacional de Fiscales suspends prosecutor Elvira Montes",
        "Frente de Defensa de Ilave calls for strike",
        "Unidos por el Perú rejects amnesty bill",
        "Santa Rosa de Lima parade goes ahead despite bus strike",
        "Tren de Acero members deported",
    ],
)
def test_english_between_spanish_names(text: str) -> None:
    assert detect(text) == "en"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Polícia prende quadrilha de extorsão no Rio", "pt"),
        ("Il Congresso ha approvato la legge", "it"),
        ("La police arrête un gang", "fr"),
        ("Los ladrones de la banda entran en la casa de un concejal", "es"),
        ("Netflix y Félix Relax suben sus precios en el Perú", "es"),
        ("Präsident kündigt Rücktritt für März an", "de"),
        ("Bilingües y monolingües leen poesía", "es"),
        ("Yatichirinakax paro lurapxi", "ay"),
        ("Lunthatanakax chuphirunakar jiwayapxi", "ay"),
        ("Nayrïr uruxa taqi markachirinakaw marchapxani", "ay"),
        ("Mana qullqita qupti wañuchisqayki nispa manchachinku", "qu"),
    ],
)
def test_neighbours_of_spanish_and_the_forms_of_aymara(text: str, code: str) -> None:
    assert detect(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rosa Miraval vs. Pedro Altamirano",
        "12345 67890",
        "Ok",
        "Anitra",
        "🚍🚍🚍",
        "Machu Picchu",
        "https://corto.example/una-noticia-de-hoy",
        "asdf qwer zxcv uiop",
        "@uno @dos @tres",
    ],
)
def test_abstains_on_too_little(text: str) -> None:
    assert detect(text) is None


def test_keeps_what_the_document_says(tag) -> None:
    assert tag("Drivers strike in the city", language="en")["language"] == "en"


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert detect("Una prueba de que el modelo viene con el paquete y no se descarga") == "es"
