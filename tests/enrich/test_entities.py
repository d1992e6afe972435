"""People and organisations: found by their form, merged within the document, one id each, private ones not counted."""

import re

import pytest

from core.record import Record
from enrich import places
from enrich.entities import run
from enrich.lexicon import load
from enrich.names import Name, Rules
from enrich.reading import Field, Reading
from search.analysed import Analysed
from tests.enrich.conftest import a_document


def entities(tag, title: str, text: str = "") -> dict[str, dict]:
    return {entity["name"]: entity for entity in tag(title, text)["entities"]}


def printed(entity, title: str, text: str) -> list[str]:
    return [{"title": title, "text": text}[field][start:end] for field, start, end in entity["spans"]]


def test_a_guild_with_its_short_form_is_one_item(tag) -> None:
    title = "La Confederación de Choferes del Sur (Conchosur) acata el paro"
    text = "La Conchosur agrupa a treinta empresas. El dirigente de Conchosur no habló."
    item = entities(tag, title, text)["Confederación de Choferes del Sur"]
    assert (item["kind"], item["id"], item["short"]) == ("guild", "confederacion-de-choferes-del-sur", "Conchosur")
    assert printed(item, title, text) == ["Confederación de Choferes del Sur", "Conchosur", "Conchosur", "Conchosur"]
    assert tag(title, text)["strike"]["guild"] == "Confederación de Choferes del Sur (Conchosur)"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("El Sindicato Único de Obreros de Limpieza de Tacna paró.", "Sindicato Único de Obreros de Limpieza de Tacna"),
        ("Marcha la Federación de Pescadores, Estibadores y Afines de Paita.", "Federación de Pescadores, Estibadores y Afines de Paita"),
        ("Habló la Asociación de comerciantes del mercado Las Brisas.", "Asociación de comerciantes del mercado Las Brisas"),
        ("Lo dijo el Frente de Defensa de los Intereses de Jaén.", "Frente de Defensa de los Intereses de Jaén"),
        ("La Junta de Usuarios del Valle Bajo pide agua.", "Junta de Usuarios del Valle Bajo"),
        ("The National Federation of Market Workers called the strike.", "National Federation of Market Workers"),
        ("Drivers of the Southern Transporters Association stopped.", "Southern Transporters Association"),
    ],
)  # fmt: skip
def test_names_of_guilds_are_known_by_their_form(tag, text: str, name: str) -> None:
    assert entities(tag, "Nota", text)[name]["kind"] == "guild"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("La Sociedad Minera Cerro Quieto S.A.C. cerró.", "company"), ("Balean el local de la empresa de transportes El Veloz del Norte.", "company"),
        ("La Municipalidad Provincial de Huanta multó a cinco.", "institution"), ("El Partido Ciudadano del Sur marchó.", "party"),
        ("Cae la banda Los Grises del Puerto.", "gang"), ("Piden cupos de 'La Mancha Azul' a ferreteros.", "gang"),
    ],
)  # fmt: skip
def test_kinds(tag, text: str, kind: str) -> None:
    assert [e["kind"] for e in tag("Nota", text)["entities"]] == [kind]


@pytest.mark.parametrize("text", ["Sale a la venta el disco de 'Los Alegres del Mantaro'.", "Balean el bus de la orquesta 'Los Alegres del Mantaro'.", "Gremio de bodegueros advierte cierres."])  # fmt: skip
def test_what_is_no_gang_and_no_guild(tag, text: str) -> None:
    assert not {"gang", "guild"} & {e["kind"] for e in tag("Nota", text)["entities"]}


def test_a_person_is_one_item_whatever_form_is_printed(tag) -> None:
    title = "Habla Juan Paro Huamaní, vocero de choferes"
    text = "Paro Huamaní pidió calma. Según Paro Huamaní, no hay acuerdo."
    found = entities(tag, title, text)
    assert list(found) == ["Juan Paro Huamaní"]
    assert len(found["Juan Paro Huamaní"]["spans"]) == 3 and found["Juan Paro Huamaní"]["kind"] == "private"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("La ministra de Salud, Rosa Ñahui Cruz, viajó.", "official"), ("El alcalde Elmer Tineo Rojas renunció.", "official"), ("Rosa Ñahui Cruz, congresista por Puno, viajó.", "official"),
        ("El presidente de la Asociación de Choferes, Elmer Tineo Rojas, viajó.", "private"), ("Su presidente, Elmer Tineo Rojas, viajó.", "private"),
        ("El secretario general Elmer Tineo Rojas viajó.", "private"), ("La víctima, Melquíades Turpo Ccama, vendía pan.", "private"),
    ],
)  # fmt: skip
def test_only_a_public_office_makes_a_person_public(tag, text: str, kind: str) -> None:
    assert [e["kind"] for e in tag("Nota", text)["entities"] if e["type"] == "person"] == [kind]


def test_the_lists_give_one_id_to_every_form(tag) -> None:
    found = entities(tag, "Boluarte responde al Sutep", "Dina Boluarte Zegarra no irá. El Sindicato Único de Trabajadores en la Educación del Perú, sí.")  # fmt: skip
    assert {(e["id"], len(e["spans"])) for e in found.values()} == {
        ("dina-boluarte", 2),
        ("sindicato-unico-de-trabajadores-en-la-educacion-del-peru", 2),
    }


def test_a_surname_of_the_list_within_another_name_is_somebody_else(tag) -> None:
    assert "José Jerí" not in entities(tag, "Nota", "La rectora Jerí Solano habló en su universidad.")
    assert "Dina Boluarte" not in entities(tag, "Nota", "El chofer Zoilo Boluarte saludó.")


@pytest.mark.parametrize("text", ["Está grave en el hospital María Auxiliadora.", "Bloquean la Fernando Belaunde Terry.", "El colegio José Gálvez cerró.", "Los hechos ocurrieron en Leoncio Prado."])  # fmt: skip
def test_sites_that_bear_a_persons_name_are_no_people(tag, text: str) -> None:
    assert [e for e in tag("Nota", text)["entities"] if e["type"] == "person"] == []


def test_private_people_are_found_but_not_counted(chain) -> None:
    record, _ = chain.tag(
        a_document(
            "Nota",
            "La ministra Rosa Ñahui Cruz oyó a Elmer Tineo Rojas, de la Asociación de Choferes del Sur (Achosur).",
        )
    )
    assert isinstance(record, Record)
    analysed = Analysed.of(record)
    assert analysed.facets["person"] == ("Rosa Ñahui Cruz",)
    assert {"elmer tineo rojas", "rosa ñahui cruz"} <= analysed.tags["person"]
    assert {"achosur", "asociacion de choferes del sur"} <= analysed.tags["organisation"]


def test_spans_are_the_printed_words_and_never_overlap(tag) -> None:
    title, text = (
        "Anitra y la PNP",
        "La Federación de Enfermeras del Ministerio de Salud (Fedeminsap) y el Ministerio de Salud firmaron.",
    )
    spans = [span for e in tag(title, text)["entities"] for span in e["spans"] if span[0] == "text"]
    assert all(
        a[2] <= b[1]
        for a, b in zip(sorted(spans, key=lambda s: s[1]), sorted(spans, key=lambda s: s[1])[1:], strict=False)
    )
    assert "Federación de Enfermeras del Ministerio de Salud" in entities(tag, title, text)


def test_another_engine_may_find_the_names() -> None:
    class Fixed:
        name, version = "fixed", "1"

        def names(self, parts):
            return [[Name(0, 4, "person", True)] if part.name == "text" else [] for part in parts]

    said = run(Reading(a_document("x", "Xyzw duerme."), load()), Fixed())
    assert [(e["name"], e["type"], e["id"]) for e in said["entities"]] == [("Xyzw", "person", "xyzw")]


def test_the_rules_read_spanish_prose() -> None:
    text = "El fiscal Hugo Lazo Peña viajó de Bogotá a Tarma con Ana de la Cruz Soto, de la Universidad Nacional de Piura. Lazo volvió ayer."
    (found,) = Rules().names([Field("text", text)])
    assert [(text[n.start : n.end], n.kind) for n in found] == [
        ("Hugo Lazo Peña", "person"), ("Bogotá", "place"), ("Tarma", "place"), ("Ana de la Cruz Soto", "person"),
        ("Universidad Nacional de Piura", "organisation"), ("Lazo", "person"),
    ]  # fmt: skip


@pytest.fixture
def lexicon_reading():
    return lambda title: Reading(a_document(title), load())


LIKELY = "Los vecinos dicen que Xilora Quimsa no paga. Esperan a Bermudo desde el lunes en la plaza."


def test_what_only_looks_like_a_name_is_kept_and_marked(tag) -> None:
    found = entities(tag, "Nota", LIKELY)
    assert {name: (one["type"], one["kind"], one["sure"]) for name, one in found.items()} == {
        "Xilora Quimsa": ("person", "private", False),
        "Bermudo": ("person", "private", False),
    }
    assert all(printed(one, "Nota", LIKELY) == [name] for name, one in found.items())


def test_what_is_not_sure_is_found_but_counted_nowhere() -> None:
    item = {
        "name": "Grupo Xilor",
        "type": "organisation",
        "kind": "other",
        "id": "grupo-xilor",
        "short": None,
        "spans": [],
    }
    for sure in (True, False):
        view = Analysed.of(Record(document=a_document("Nota"), tags={"entities": [item | {"sure": sure}]}))
        assert "grupo xilor" in view.tags["organisation"]
        assert view.facets.get("organisation", ()) == (("Grupo Xilor",) if sure else ())


def test_no_other_step_builds_on_what_is_not_sure(lexicon_reading) -> None:
    class Guess:
        name, version = "guess", "1"

        def names(self, parts):
            return [
                [Name(m.start(), m.end(), "organisation", False) for m in re.finditer("Virú", p.text)] for p in parts
            ]

    reading = lexicon_reading("Bloquean la vía en Virú")
    reading.said["entities"] = run(reading, Guess())
    assert [one["sure"] for one in reading.said["entities"]["entities"]] == [False]
    assert [place["province"] for place in places.run(reading)["places"]] == ["Virú"]


@pytest.mark.parametrize(
    "title",
    [
        "Piura suma 30 casos de COVID-19 en un día",
        "Ministra responde a los gremios | ENTREVISTA",
        "Así fue la marcha EN VIVO desde Ica",
        "El dólar costó US$ 3 más",
        "Cortan la vía PE-3S en Uripa",
        "Rige el DS 124-2025-PCM",
        "Corredor Minero del Sur: cierran el paso",
        "“Exigimos respuestas, señor Presidente”",
    ],
)
def test_what_is_printed_large_is_no_body(tag, title: str) -> None:
    assert [entity["name"] for entity in tag(title)["entities"] if entity["sure"]] == []


@pytest.mark.parametrize(
    "text",
    [
        "Exigen S/ 50 mil a un colegio",
        "Pagó S/ 20 000 y después S/120",
        "Le piden S/. 30 por semana",
        "Congress debates Bill 12345/2025-CR",
        "La norma modifica la Law No. 30077",
        "Lo dicen los DD.SS. 009-2024-IN y el D.S. 3-2024-IN",
    ],
)
def test_signs_of_money_and_numbers_of_norms_are_no_names(tag, text: str) -> None:
    assert [one["name"] for one in tag(text)["entities"] if one["name"] != "Congress"] == []


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("El ministerio del Interior anunció un plan.", "Ministerio del Interior", "institution"),
        ("La JNJ destituyó al juez.", "Junta Nacional de Justicia", "institution"),
        ("La bancada de APP votó en contra.", "Alianza para el Progreso", "party"),
        ("El TC admitió la demanda.", "Tribunal Constitucional", "institution"),
        ("Cae un cabecilla de la banda TDA.", "Tren de Aragua", "gang"),
    ],
)
def test_short_and_small_forms_lead_to_the_listed_body(tag, text: str, name: str, kind: str) -> None:
    assert entities(tag, "Nota", text)[name]["kind"] == kind


def test_a_given_name_like_a_body_s_initials_is_none(tag) -> None:
    assert "Seguro Integral de Salud" not in entities(tag, "Nota", "Sis Cáceres y Ana Quispe llegaron.")


def test_the_police_beside_its_full_name_is_one_item(tag) -> None:
    found = entities(tag, "Policía captura a tres sujetos", "La PNP informó que la Policía halló armas.")
    assert list(found) == ["Policía Nacional del Perú"]
    assert len(found["Policía Nacional del Perú"]["spans"]) == 3


def test_an_alliance_that_is_no_party(tag) -> None:
    assert entities(tag, "Empata Alianza Atlético en Sullana")["Alianza Atlético"]["kind"] == "other"
