"""Sums of money as they are printed."""

import time
from decimal import Decimal

import pytest

from enrich.reading import Field
from enrich.sums import find, parse_number


def sums(said) -> list[tuple[float, str]]:
    return [(amount["value"], amount["currency"]) for amount in said["amounts"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Exigen S/ 5,000 al mes", [(5000, "PEN")]),
        ("Piden S/50.000 por semana", [(50000, "PEN")]),
        ("Cobran S/. 20 diarios", [(20, "PEN")]),
        ("Entregó S/15 mil", [(15000, "PEN")]),
        ("Pagaron 200 soles", [(200, "PEN")]),
        ("Cinco soles por día o veinte por semana", [(5, "PEN"), (20, "PEN")]),
        ("de los 50 mil a los 100 mil soles", [(50000, "PEN"), (100000, "PEN")]),
        ("entre 300 y 500 soles", [(300, "PEN"), (500, "PEN")]),
        ("de S/1,000 a S/3,000", [(1000, "PEN"), (3000, "PEN")]),
        ("Mueven 1.5 millones de soles", [(1500000, "PEN")]),
        ("some 1.5 million soles a month", [(1500000, "PEN")]),
        ("Robaron US$ 3,500", [(3500, "USD")]),
        ("El perjuicio superaría el millón de dólares", [(1_000_000, "USD")]),
        ("Works worth PEN 900mn were slowed down", [(900_000_000, "PEN")]),
        ("Pedían 10 mil dólares", [(10000, "USD")]),
        ("Doscientos soles cada mes", [(200, "PEN")]),
        ("Cuesta S/ 45.50", [(45.5, "PEN")]),
        ("Le pidieron dos mil quinientos soles", [(2500, "PEN")]),
        ("Entregó ciento cincuenta soles", [(150, "PEN")]),
        ("Perdió medio millón de soles", [(500000, "PEN")]),
        ("Reclaman mil dólares", [(1000, "USD")]),
        ("Unas quinientas lucas", [(500, "PEN")]),
        ("Devolvió 4 mil 300 soles", [(4300, "PEN")]),
        ("La multa llega a dos millones 150 mil soles", [(2150000, "PEN")]),
        ("Bajaron de 18 mil soles a 7 mil, por ser ella", [(18000, "PEN"), (7000, "PEN")]),
        ("Recibos de 35 soles que pasaron a 290", [(35, "PEN"), (290, "PEN")]),
        ("De 40 soles a 380 familias", [(40, "PEN")]),
        ("Les piden 6 mil soles y mil más cada mes", [(6000, "PEN"), (1000, "PEN")]),
        ("Exigen S/. 1'500,000 al dueño", [(1500000, "PEN")]),
        ("Exigen S/ 2’350,000.50 al dueño", [(2350000.5, "PEN")]),
        ("Un cupo de un sol por pasajero", [(1, "PEN")]),
        ("Un sol radiante en la playa", []),
        ("Diez solcitos el par", [(10, "PEN")]),
        ("Valen 6,100 millones de soles", [(6100000000, "PEN")]),
        ("El sol cerró a 3.365 por dólar", [(3.365, "PEN")]),
        ("El dólar abrió a 3.320 soles y cerró en 3.326", [(3.32, "PEN"), (3.326, "PEN")]),
    ],
)
def test_sums(tag, text: str, expected) -> None:
    assert sums(tag("Nota", text + ".")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "250 mil pequeños negocios",
        "la tasa de 6.25 %",
        "16 mil policías",
        "tomaron el sol en la playa",
        "el 10 % de los bodegueros",
        "10 mil pesos argentinos",
    ],
)
def test_no_sum(tag, text: str) -> None:
    assert sums(tag("Nota", text + ".")) == []


def test_what_a_sum_is(tag) -> None:
    said = tag("Extorsión", "Los extorsionadores exigen 500 soles. Ofrecen una recompensa de S/20,000.")
    assert {amount["value"]: amount["what"] for amount in said["amounts"]} == {500: "demand", 20000: "reward"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Los extorsionadores le exigieron 900 soles.", "demand"),
        ("La banda obliga a los extorsionados a depositar 900 soles.", "demand"),
        ("Paga 900 soles cada mes a los extorsionadores.", "payment"),
        ("Pagan una cuota de 900 soles por la extorsión.", "payment"),
        ("La extorsión le hizo perder clientes: las pérdidas suman 900 soles.", "loss"),
        ("Dan 900 soles de recompensa por el extorsionador.", "reward"),
        ("El extorsionador deberá pagar 900 soles de reparación civil.", "other"),
        ("A los extorsionadores se les incautó 900 soles.", "other"),
    ],
)
def test_what_a_sum_is_stands_nearest_to_it(tag, text: str, what: str) -> None:
    assert [amount["what"] for amount in tag("Extorsión", text)["amounts"]] == [what]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2,616", 2616),
        ("50.000", 50000),
        ("4,5", Decimal("4.5")),
        ("1 000", 1000),
        ("1.234.567", 1234567),
        ("12.50", Decimal("12.5")),
        ("1,234.50", Decimal("1234.5")),
    ],
)
def test_numbers(text: str, value) -> None:
    assert parse_number(text) == value


def test_an_exchange_rate_has_decimals() -> None:
    assert parse_number("3.320", rate=True) == Decimal("3.32")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Una banda le exigía 30 mil soles para dejarlo trabajar", "demand"),
        ("La nota decía el precio de su tranquilidad: 8 mil soles", "demand"),
        ("Cada puesto debe entregar 20 soles", "demand"),
        ("Los ladrones llaman para devolverlo por 6 mil soles", "demand"),
        ("A cada volquetero le sacaban 150 soles por semana", "payment"),
        ("El informante cobraba 1200 soles mensuales por avisar de los operativos", "other"),
        ("El Ministerio destina 25 millones de soles a los mercados", "other"),
    ],
)
def test_what_a_sum_is_where_the_subject_is_extortion(tag, text: str, what: str) -> None:
    assert [amount["what"] for amount in tag("Extorsión", text + ".")["amounts"]] == [what]


def test_a_sum_of_extortion_abroad_is_a_demand_too(tag) -> None:
    said = tag("Ecuador: extorsión en Guayaquil", "A un comerciante ecuatoriano le exigían 500 dólares.")
    assert said["topics"] == []
    assert [amount["what"] for amount in said["amounts"]] == ["demand"]


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("Les exigen 15 mil por “seguridad”.", [15_000]),
        ("Piden 3 mil soles de entrada y 400 cada quincena.", [3000, 400]),
        ("Pedían veinte mil. Pagó 900 el lunes.", [20_000, 900]),
        ("La nota decía: “50 mil o vuelan”.", [50_000]),
        ("Cobran 40 cada día.", [40]),
        ("Les piden entre tres y cinco soles diarios.", [3, 5]),
        ("Pasó de S/ 2 millones 100 mil a cuatro millones y medio de soles.", [2_100_000, 4_500_000]),
        ("Vale un sol cincuenta céntimos y el otro 80 céntimos.", [1.5, 0.8]),
        ("Deben yapear 987654321, o los matan.", []),
        ("Deben depositar al 987 654 321 o los matan.", []),
        ("Los detenidos son 120, dijo la policía.", []),
        ("Robaron 300, entre celulares y relojes.", []),
        ("Cobran desde 2019 y en 2024 son más.", []),
        ("Les piden 300 soles y 12 por ciento más.", [300]),
    ],
)
def test_in_a_text_on_extortion_a_demand_tells_sums_without_their_currency(tag, text: str, sums: list[float]) -> None:
    assert sorted(amount["value"] for amount in tag("Extorsión: cupos a bodegueros", text)["amounts"]) == sorted(sums)


def test_outside_extortion_a_number_needs_its_currency() -> None:
    assert list(find(Field("text", "Piden 15 mil por la carga."))) == []


def test_a_long_row_of_sums_takes_no_square_of_time() -> None:
    text = "3 soles y 4 cada dia, " * 4000
    began = time.process_time()
    assert len(list(find(Field("text", text), asked=True))) == 8000
    assert time.process_time() - began < 20  # quadratic it took minutes
