"""Norms and bills in all their forms."""

import pytest

from enrich.norms import find, url


def ids(text: str) -> list[str]:
    return [norm for norm, _, _ in sorted(find(text), key=lambda item: item[1])]


@pytest.mark.parametrize(
    ("text", "norms"),
    [
        ("la Ley 32108 fue observada", ["Ley 32108"]),
        ("la Ley N° 32108", ["Ley 32108"]),
        ("la Ley N.º 31990", ["Ley 31990"]),
        ("ley n.° 31012", ["Ley 31012"]),
        ("ley n32108", ["Ley 32108"]),
        ("Ley Nro. 31012", ["Ley 31012"]),
        ("las leyes 31989, 32130 y 32326", ["Ley 31989", "Ley 32130", "Ley 32326"]),
        ("Law No. 32108", ["Ley 32108"]),
        ("el Decreto Legislativo 1338", ["DL 1338"]),
        ("D. Leg. N° 1338", ["DL 1338"]),
        ("D.L. 1187 y DL 1186", ["DL 1187", "DL 1186"]),
        ("los decretos legislativos 1186 y 1187", ["DL 1186", "DL 1187"]),
        ("el Decreto Supremo N° 124-2025-PCM", ["DS 124-2025-PCM"]),
        ("D.S. 9-2024-in", ["DS 009-2024-IN"]),
        ("DS N.º 140-2025-PCM", ["DS 140-2025-PCM"]),
        ("Decreto de Urgencia N° 009-2024", ["DU 009-2024"]),
        ("Proyecto de Ley N.° 11735/2024-CR", ["PL 11735/2024-CR"]),
        ("el PL 11735/2024-CR", ["PL 11735/2024-CR"]),
        ("los proyectos de ley 6832/2023 y 7410/2023", ["PL 6832/2023", "PL 7410/2023"]),
        ("expediente 11735/2024-CR", ["PL 11735/2024-CR"] * 1),
        ("el Decreto Ley 25475", ["Decreto Ley 25475"]),
        ("el Decreto Supremo 157-90-EF", ["DS 157-90-EF"]),
        ("los D.S. 055-99-EF y 179-2004-EF", ["DS 055-99-EF", "DS 179-2004-EF"]),
        ("la Resolución Ministerial N° 512-2025-MINSA", ["RM 512-2025-MINSA"]),
        ("la RM N.º 118-2025-MTC/01.", ["RM 118-2025-MTC/01"]),
        ("R.M. 7-2024-IN", ["RM 007-2024-IN"]),
        ("la Resolución Suprema 032-2025-IN", ["RS 032-2025-IN"]),
        ("la Resolución Viceministerial N.° 094-2020-MINEDU", ["RVM 094-2020-MINEDU"]),
        ("Ministerial Resolution No. 210-2025-MINEM", ["RM 210-2025-MINEM"]),
    ],
)
def test_forms(text: str, norms: list[str]) -> None:
    assert list(dict.fromkeys(ids(text))) == norms


@pytest.mark.parametrize(
    "text",
    [
        "el artículo 200 del Código Penal",
        "la ley de 2024",
        "DNI 45321678",
        "el 12/2024",
        "llamó al 105 y al 111",
        "la ley 30 de la física",
        "unos 31,012 policías",
        "S/ 32,108",
        "el expediente 512-2025-MINSA",
        "la resolución ministerial del 12-05-2025",
        "el CD 157-90-EF",
        "ley orgánica del Poder Ejecutivo",
    ],
)
def test_no_norm(text: str) -> None:
    assert ids(text) == []


def test_one_item_for_a_norm_with_all_its_spans_and_title(tag) -> None:
    text = "El Decreto Legislativo 635 y, otra vez, el DL 635. El proyecto 11735/2024-CR, o PL 11735/2024, espera."
    first, second = tag("Norma", text)["norms"]
    assert (first["id"], first["title"]) == ("DL 635", "Código Penal")
    assert [text[start:end] for _, start, end in first["spans"]] == ["Decreto Legislativo 635", "DL 635"]
    assert second["id"] == "PL 11735/2024-CR"
    assert len(second["spans"]) == 2


def test_a_bill_has_its_page() -> None:
    assert url("PL 11735/2024-CR") == "https://wb2server.congreso.gob.pe/spley-portal/#/expediente/2021/11735"
    assert url("PL 99/1999") is None
    assert url("DL 1338") is None


def test_real_laws_are_recognised_with_their_page(shared_data) -> None:
    import csv
    import gzip

    with gzip.open(shared_data / "official/norms_2000_2021.tsv.gz", "rt", encoding="utf-8", newline="") as file:
        laws = [row for row in csv.DictReader(file, delimiter="\t") if row["type"] == "LEY" and len(row["number"]) == 5]
    assert len(laws) > 1000
    for law in laws:
        assert ids(f"La Ley N° {law['number']} rige.") == [f"Ley {law['number']}"]
    pages = [url(f"Ley {law['number']}") == law["url"] for law in laws]
    assert sum(pages) / len(pages) > 0.9


def test_a_nickname_is_its_law(tag) -> None:
    title = "Piden derogar la ley del gatillo fácil y la Ley Soto"
    norms = tag(title, "La Ley N.° 31012 es de 2020.")["norms"]
    assert [norm["id"] for norm in norms] == ["Ley 31012", "Ley 31751"]
    assert norms[0]["title"] == "Ley de Protección Policial" and norms[0]["url"] and len(norms[0]["spans"]) == 2
    assert title[norms[0]["spans"][0][1] : norms[0]["spans"][0][2]] == "ley del gatillo fácil"


@pytest.mark.parametrize(
    ("text", "norms"),
    [
        ("los Decretos Supremos N° 044-2020-PCM y 051-2020-PCM", ["DS 044-2020-PCM", "DS 051-2020-PCM"]),
        ("la Ley de Reforma Magisterial N.° 29944", ["Ley 29944"]),
        ("la Ley Orgánica 27972", ["Ley 27972"]),
        ("PL 9871-2024-CR", ["PL 9871/2024-CR"]),
        ("D.S. 9-2024-IN", ["DS 009-2024-IN"]),
        ("los DD.SS. 009-2024-IN y 010-2024-IN", ["DS 009-2024-IN", "DS 010-2024-IN"]),
        ("los DD. LL. 1614 y 1589", ["DL 1614", "DL 1589"]),
        ("el DD.UU. 005-2023", ["DU 005-2023"]),
    ],
)
def test_more_forms(text: str, norms: list[str]) -> None:
    assert list(dict.fromkeys(ids(text))) == norms


@pytest.mark.parametrize(
    "text", ["la ley del barrio", "una ley de cinco artículos", "la ley agraria", "tel. 044-2020-1234"]
)
def test_no_norm_either(text: str) -> None:
    assert ids(text) == []


def test_a_resolution_is_a_norm_and_no_news_of_a_law(tag) -> None:
    found = tag("Resolución Ministerial 512-2025-MINSA aprueba guía para el asma", "El Minsa aprobó la guía técnica.")
    assert [norm["id"] for norm in found["norms"]] == ["RM 512-2025-MINSA"]
    assert found["topics"] == []


@pytest.mark.parametrize(
    ("text", "norm"),
    [
        ("Critican la ley 'antiforestal' en la Amazonía", "Ley 31973"),
        ("Derogan la ‘ley Chlimper’", "Ley 27360"),
        ("Policías invocan la ley gatillo fácil", "Ley 31012"),
        ("La ley de “gatillo fácil”, en revisión", "Ley 31012"),
        ("El TC admite demanda contra la ley anti-ONG", "Ley 32301"),
    ],
)
def test_nicknames_in_quotes_and_variants(tag, text: str, norm: str) -> None:
    assert [found["id"] for found in tag(text)["norms"]] == [norm]


def test_another_countrys_law_is_none_of_peru(tag) -> None:
    assert tag("La Ley 21.675 de Chile sanciona la extorsión")["norms"] == []
