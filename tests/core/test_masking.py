"""What must be hidden is hidden, one character for one; numbers that are the news itself stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.masking import MASK, find, mask

HIDDEN = [
    ("phone", "Llama al {987654321} hoy"),
    ("phone", "Escriban al {987 654 321}."),
    ("phone", "WhatsApp {987-654-321}"),
    ("phone", "número {+51 987 654 321}, de noche"),
    ("phone", "{(51) 987654321}"),
    ("phone", "Contacto: {+51987654321}"),
    ("phone", "{51987654321} y nada más"),
    ("phone", "{987654321}/{912345678}"),
    ("phone", "yapear al {98765 4321}"),
    ("phone", "Yape: {987.654.321}"),
    ("phone", "Plin {912 34 56 78}"),
    ("phone", "central {(01) 765-4321} anexo 12"),
    ("phone", "oficina de Trujillo {(044) 76-5432}"),
    ("phone", "fijo {01-7654321}"),
    ("phone", "en Huancayo, {064-765432}"),
    ("phone", "teléfono fijo {7654321}"),
    ("phone", "telf. {765-4321}"),
    ("phone", "a los teléfonos {7654321} y {7654322}."),
    ("phone", "desde {+57 310 765 4321} amenazan"),
    ("phone", "https://wa.me/{51987654321}"),
    ("phone", "https://api.whatsapp.com/send?phone={51987654321}&text=hola"),
    ("email", "escriba a {ana.quispe@correo.example.pe}, por favor"),
    ("email", "mailto:{denuncias+1@ejemplo.pe}"),
    ("account", "cuenta de ahorros N.° {191-76543210-0-12}"),
    ("account", "CCI: {002-191-176543210012-55}"),
    ("account", "al {00219117654321001255} depositaban"),
    ("account", "cuenta {0011-0123-0200765432}"),
    ("account", "tarjeta {4557 8801 2345 6789}"),
    ("account", "cuenta corriente del banco {8983123456789}"),
    ("identity", "con DNI N.° {45678912}, vecino de Ate"),
    ("identity", "DNI: {45678912} y {40123456}"),
    ("identity", "D.N.I. {45678912}"),
    ("identity", "identificado con documento nacional de identidad número {45678912}"),
    ("identity", "dni {45.678.912}"),
    ("identity", "el {45678912} (DNI)"),
    ("identity", "carné de extranjería N.° {001234567}"),
    ("identity", "pasaporte {AB123456}"),
    ("identity", "RUC {10456789123}"),
    ("plate", "la moto de placa {1234-5A}"),
    ("plate", "el auto de placa {A1B-234} huyó"),
    ("plate", "placas {ABC-123} y {DEF-456}"),
    ("plate", "placa de rodaje N.° {ABC123}"),
    ("plate", "la combi {ABC-123} fue atacada"),
    ("plate", "placa {abc-123}"),
    ("phone", "central ({+511) 765 4321}"),
    ("phone", "central {+51 44 765432}"),
    ("phone", "llamar al {9 8 7 6 5 4 3 2 1} de noche"),
    ("phone", "escriban al {9-8-7-6-5-4-3-2-1}"),
    ("phone", "al número {987.654.321}"),
    ("phone", "{987_654_321}"),
    ("phone", "{+51.987.654.321} (Plin)"),
    ("phone", "{(+51) 987654321}"),
    ("phone", "el {9876 54321} contestó"),
    ("phone", "el {987  654  321}"),
    ("phone", "{987–654–321}, con rayas"),
    ("phone", "mensaje al {９８７６５４３２１}"),
    ("phone", "celular: {987\u00a0654\u202f321}"),
    ("phone", "dictó {nueve ocho siete seis cinco cuatro tres dos uno} y colgó"),
    ("email", "{ana.quispe @ correo.pe}"),
    ("email", "{ana.quispe [at] correo.pe}"),
    ("email", "{anaquispe arroba ejemplo punto com}"),
    ("identity", "DNI Nº{45678912}"),
    ("identity", "DNI: {4567 8912}"),
    ("identity", "dni{45678912}"),
    ("identity", "CE {001234567}"),
    ("plate", "placa {abc 123}"),
    ("plate", "placa de rodaje número {V1A – 234}"),
    ("account", "Interbank {898 3123456789}"),
    ("account", "Banco de la Nación {04-123-456789}"),
    ("phone", "desde el número {987/654/321}"),
    ("phone", "llame {987.654321}"),
    ("phone", "el {987654 321} y el {98-7654321}"),
    ("phone", "cel. {9 8765 4321}"),
    ("phone", "escríbeme al{987654321}"),
    ("phone", "central {(51-1) 452-7788}"),
    ("phone", "fax {044 / 234567}, mesa de partes {01/4527788}"),
    ("phone", "llamar al {452-7788} en la mañana"),
    ("phone", "Informes: {452 7788}"),
    ("phone", "escribió desde {+593 99 123 4567}"),
    ("phone", "un número de Ecuador, {0991234567}"),
    ("phone", "un número de Venezuela: {0412-1234567}"),
    ("phone", "por radio, {51*123*4567}"),
    ("phone", "https://t.me/+{51987654321}"),
    ("phone", "signal.me/#p/+{51987654321}"),
    ("phone", "al {nueve ochenta y siete, seis cincuenta y cuatro, tres veintiuno}"),
    ("phone", "al {novecientos ochenta y siete, seiscientos cincuenta y cuatro, trescientos veintiuno}"),
    ("phone", "al {987 seis cinco cuatro 321}, dijo"),
    ("phone", "al {9ocho7654321}"),
    ("email", "{ana.quispe AT gmail DOT com}"),
    ("email", "{ana_at_hotmail.com}"),
    ("email", "{ana [@] correo [.] pe}"),
    ("email", "{ana-arroba-gmail-punto-com}"),
    ("email", "{anaARROBAgmail.com} y {ana@gmail,com}"),
    ("email", "mailto:{ana%40correo.pe}"),
    ("account", "cuenta de ahorros {191 12345678 0 12}"),
    ("account", "cuenta {191 - 12345678 - 0 - 12}"),
    ("account", "Caja de Piura, número {210-01-1234567}"),
    ("email", "{ana.quispe (a) gmail.com}"),
    ("account", "Bco. Nación {04-123-456789}"),
    ("identity", "carné de extranjería {CE001234567}"),
    ("identity", "RUC {10-45678912-3}"),
    ("plate", "placa falsa {ABC123} y trimoto {6543-2C}"),
    ("identity", "DNIs {45678912} y {45678913}"),
    ("identity", "DNI {45,678,912}"),
    ("identity", "doc. de identidad {45678912}"),
    ("identity", "cédula venezolana {V-12345678}"),
    ("identity", "cédula de ciudadanía {1.012.345.678}"),
    ("identity", "pasaporte peruano {1234567}"),
    ("identity", "PTP N.° {001234567}"),
    ("identity", "licencia de conducir {Q45678912}"),
    ("identity", "brevete {Q-45678912}"),
    ("identity", "R.U.C. {15456789123}"),
    ("phone", "call {nine eight seven six five four three two one} now"),
    ("phone", "call the {452-7788} for details"),
    ("plate", "a car with plate {ABC 123}"),
    ("identity", "identity card {45678912}"),
    ("identity", "cédula {V-12.345.678}"),
    ("plate", "placa de mototaxi {NB-12345}"),
    ("plate", "placa única {1234-5A}"),
    ("plate", "la moto lineal {4567-5D} fue hallada"),
    ("plate", "auto de matrícula {ABC123}"),
]
KEPT = [
    "fusil FAL-762, vuelo LAT-234 y Boeing 737-800",
    "un total de 912 345 678 casos; inversión de 987654321",
    "la cuenta con 1234567890 seguidores",
    "documentos de 2021 2022 y 2023 2024",
    "8 792 117 votos y 8836380 votos (50,126%)",
    "entre 900 000 000 y 950 000 000 soles",
    "Proyecto de Ley N° 08765/2023-CR y Ordenanza 2345-2021-MML",
    "una arroba de papa. Com pocos soles",
    "placa que 123 vecinos vieron",
    "uno, dos y tres de mayo; cinco o seis heridos",
    "elecciones 2019–2020, km 987–990",
    "el marcador fue 3-1 y 2-0; RPP 89.7 FM",
    "Ley 32108, Ley N.° 31990 y DL 1338",
    "Decreto Supremo N.° 140-2025-PCM y DS 124-2025-PCM",
    "PL 11735/2024-CR",
    "Resolución 000123-2025-SUNAT/700000",
    "S/ 900 000 000 para seguridad",
    "S/ 987 654 321",
    "US$ 912345678",
    "unos 912 345 678 soles",
    "950 000 000 de dólares",
    "un presupuesto de 950 000 000 para 2025",
    "S/. 1.500,50 y 987.654.321 soles",
    "el 14/03/2025, el 2025-03-14 y el 20250314",
    "entre 2024-10-01 2024-10-31",
    "en 2021, 2022, 2023, 2024 y 2025",
    "2021 2022 2023 2024",
    "números ganadores: 10 20 30 40 50 60 70",
    "kilómetro 123 de la Panamericana Norte, km 4.5",
    "llame al 105, al 111, al 1818 o al 0800-00205",
    "teléfono gratuito 0800 00205; línea 1818",
    "https://noticias.example.pe/lima/nota-987654321 y noticias.example.pe/987654321",
    "https://busquedas.example.pe/dispositivo/NL/2527462-3",
    "Expediente 00123-2024-0-1801-JR-PE-01",
    "Carpeta fiscal 506014501-2024-123-0",
    "RUC 20123456789",
    "ISBN 978-612-4321-05-1",
    "el archivo 20250314081500",
    "a las 10:35, con 98 765 votos y 9 10 11 12 13",
    "COVID-19, G-20, AKM-47, ISO-900, F-16",
    "MTC-015-2024, TUO-123-PCM",
    "la placa conmemorativa de 1905 fue robada",
    "código postal 15001, distrito 150132",
    "@vecina@mastodon.example y @canal",
    "17 456 reportes de extorsión en 2024",
    "Yape superó 17 000 000 de usuarios",
    "según @canal.pe y @exitosa.pe en Instagram",
    "el Informe 123-2024 y los informes de control 123-2024-CG",
    "la línea 1 del Metro, 2024-2025",
    "matrícula 2024-II; matrícula escolar: 350 000 alumnos",
    "una moto del año 2024-B; licencias de conducir: 123456 emitidas",
    "noventa y cinco, ochenta y ocho y setenta y dos puntos",
    "novecientos mil, ochocientos mil; nueve de cada diez",
    "el 9, 10, once y doce de enero; 98 congresistas, tres ausentes",
    "01/02/2024, tramo 01/2023456, 12*34*56",
    "nine, ten and eleven killed; ninety-five, eighty-eight percent",
    "20240302-103045; DNI electrónico: 12345678 emitidos; celulares: 123456 robados; Plin: 20 000 000",
    "helicóptero PNP-505, buque BAP-123",
    "CPP, artículo 200; CPP de 2004; casa 1234-5B",
    "el número 912 345 678 casos; números ganadores: 9 15 20 25 30",
    "R.U.C. 20512345678",
]


@pytest.mark.parametrize(("kind", "marked"), HIDDEN)
def test_hidden(kind: str, marked: str) -> None:
    text, spans = unmark(marked)
    assert find(text) == [(kind, start, end) for start, end in spans]
    hidden = mask(text)
    assert len(hidden) == len(text)
    for start, end in spans:
        assert hidden[start:end] == MASK * (end - start)
        hidden = hidden[:start] + text[start:end] + hidden[end:]
    assert hidden == text


@pytest.mark.parametrize("text", KEPT)
def test_kept(text: str) -> None:
    assert mask(text) == text


def unmark(marked: str) -> tuple[str, list[tuple[int, int]]]:
    text, spans, start = "", [], 0
    for char in marked:
        if char == "{":
            start = len(text)
        elif char == "}":
            spans.append((start, len(text)))
        else:
            text += char
    return text, spans


PIECES = st.sampled_from(
    ["9", "87", "654321", "987654321", " ", "-", ".", "/", "DNI ", "cuenta ", "placa ", "ABC", "+51", "(01)", " y ", ", ", "@", "a", "2024",
     "wa.me/", "http://x.pe/", "tel. ", "x.pe", "•", "\n", "N.° ", "S/ ", "soles", "12345678"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
def test_masking_twice_changes_nothing_and_lengths_hold(text: str) -> None:
    once = mask(text)
    assert len(once) == len(text)
    assert mask(once) == once
    assert all(a == b or b == MASK for a, b in zip(text, once, strict=True))


def test_many_numbers_in_one_text_take_no_time() -> None:
    text = "987654321 " * 500 + "1" * 5000 + "a." * 3000 + "-1" * 3000
    assert mask(text).count(MASK) == 9 * 500
