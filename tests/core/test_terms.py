"""The analysis: each exception is a test; relatives stay together, false meetings apart; offsets, cost and version."""

import gzip
import json
import threading
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import terms
from core.terms import LONGEST, TERMS_VERSION, Term, analyse, exact_terms, joined, side, stem

APART = [  # words of one line share a stem, and with no word of its other side
    ("paro paros PARO Paros", "para paró paran parar parada parado pare par pares pared paredes"),
    ("pared paredes", "par pares parar paro"),
    ("par pares", "para parar pared"),
    ("cupo cupos", "cup cupido cupe cupón"),
    ("ley leyes LEY", "leyó leer leyeron leí"),
    ("banda bandas", "band bando bandos bandido bandada"),
    ("bando bandos", "band bandido"),
    ("bandido bandidos", "band bandada"),
    ("marcha marchas marchar marchan marcharon", "march"),
    ("bloqueo bloqueos bloquear bloquearon bloqueó bloqueado", "bloque bloques"),
    ("norma normas", "normado normal normar"),
    ("huelga huelgas huelguista huelguistas", "huelgo holgar"),
    ("casa casas", "caso casos casar casado casó"),
    ("caso casos", "casar casado casó cas"),
    ("cargo cargos", "carga cargas cargar cargó"),
    ("carga cargas", "cargar cargó cargado"),
    ("medio medios", "media medias mediar medir"),
    ("media medias", "mediar mediado"),
    ("parte partes", "partido partidos partida partir parto part"),
    ("partido partidos", "partida partir parto"),
    ("público públicos pública públicas publico publicas PÚBLICO PUBLICA", "publicó publicar publicado publicación"),
    ("plaza plazas", "plazo plazos"),
    ("banco bancos", "banca bancas bancada bancadas"),
    ("banca bancas", "bancada bancadas"),
    ("universidad universidades", "universo universal"),
    ("seguro seguros", "segura seguras seguridad seguramente"),
    ("segura seguras", "seguridad seguramente"),
    ("puerto puertos", "puerta puertas"),
    ("muerte muertes", "muerto muertos muerta"),
    ("papa papas", "papá papás PAPÁ"),
    ("corte cortes", "corto cortar cortó"),
    ("ordenanza ordenanzas", "orden ordenar"),
    ("comunidad comunidades", "comunismo comunista común comunicación"),
    ("salud saludable", "saludo saludar saludó"),
    ("granada granadas", "gran grano"),
    ("libertad libertades", "libertador libertadores"),
    ("comando comandos", "comer comió comida"),
    ("ambulancia ambulancias", "ambulante ambulantes"),
    ("emergencia emergencias", "emergente emergentes emerger"),
    ("pena penas", "pene pen"),
    ("cobrar cobro cobros cobró", "cobre cobres"),
    ("cámara cámaras", "cama camas"),
    ("mes meses", "mesa mesas"),
    ("sala salas", "salir sale"),
    ("costa costas", "costo costos"),
    ("cerro cerros", "cerró cerrar cerrado"),
    ("protesta protestas protestar", "protestante protestantes"),
    ("vacar vacado vacó", "vaca vacas"),
    ("año años", "ano anos"),
    ("niño niños", "nino"),
    ("masa masas", "más mas"),
    ("misa misas", "mis"),
    ("estado estados", "está estaba"),
]
TOGETHER = [
    "extorsión extorsion EXTORSIÓN extorsiones extorsionar extorsionador extorsionadores extorsionado extorsiva",
    "transporte transportes transportista transportistas",
    "congreso congresista congresistas congresal",
    "mototaxi mototaxis mototaxista mototaxistas",
    "taxi taxis taxista taxistas",
    "combi combis",
    "sindicato sindicatos sindical sindicales",
    "gremio gremios gremial",
    "sicario sicarios sicariato",
    "ataque ataques atacar atacan atacó",
    "derogar deroga derogatoria derogó",
    "vía vías via vias",
    "día días",
    "mujer mujeres",
    "joven jóvenes jovenes",
    "ciudad ciudades",
    "unidad unidades",
    "autoridad autoridades",
    "militar militares",
    "líder líderes",
    "popular populares",
    "gobierno gobiernos",
    "préstamo préstamos prestamos",
    "reclamo reclamos",
    "próximo próximos",
    "línea líneas",
    "arma armas",
    "obra obras",
    "acto actos",
    "voz voces",
    "juez jueces",
    "capaz capaces",
    "actriz actrices",
    "crimen crímenes",
    "orden órdenes ordenes",
    "imagen imágenes",
    "francés franceses francesa",
    "inglés ingleses inglesa",
    "interés intereses",
    "tomar toma tomamos tomaron tomó",
    "policía policías POLICIA",
    "chofer choferes chófer",
    "bus buses",
    "motín motines",
    "amenaza amenazas amenazar amenazó",
    "explosivo explosivos",
]
ENGLISH_APART = [
    ("university universities", "universe universal"),
    ("important importance", "import imports"),
    ("authority authorities", "author authors"),
    ("organ organs", "organization organize"),
    ("business businesses", "busy"),
    ("mineral minerals", "miner miners"),
    ("executive executives", "execute executed"),
    ("publication publications", "public"),
    ("strike strikes striking", "striker strikers"),
]
ENGLISH_TOGETHER = [
    "extortion extort extorted extortions",
    "strike strikes",
    "law laws",
    "bill bills",
    "threat threats",
    "gang gangs",
]


@pytest.mark.parametrize(("near", "far"), APART)
def test_false_meetings_are_mended(near: str, far: str) -> None:
    stems = {stem(word, "es") for word in near.split()}
    assert len(stems) == 1
    assert not stems & {stem(word, "es") for word in far.split()}


@pytest.mark.parametrize("family", TOGETHER)
def test_relatives_meet(family: str) -> None:
    assert len({stem(word, "es") for word in family.split()}) == 1


@pytest.mark.parametrize(("near", "far"), ENGLISH_APART)
def test_english_false_meetings(near: str, far: str) -> None:
    stems = {stem(word, "en") for word in near.split()}
    assert len(stems) == 1
    assert not stems & {stem(word, "en") for word in far.split()}


@pytest.mark.parametrize("family", ENGLISH_TOGETHER)
def test_english_relatives_meet(family: str) -> None:
    assert len({stem(word, "en") for word in family.split()}) == 1


def test_every_listed_word_has_the_stem_of_its_line_and_no_word_two_lines() -> None:
    for language in ("es", "en"):
        lines = [*terms.RULES[language]["apart"].items(), *terms.RULES[language]["together"].items()]
        listed = [word for _, words in lines for word in words]
        assert len(listed) == len(set(listed))
        for _name, words in lines:
            assert len({stem(word, language) for word in words}) == 1
        for name, words in terms.RULES[language]["apart"].items():
            assert {stem(word, language) for word in words} == {name + "_"}
        for name, words in terms.RULES[language]["together"].items():
            assert {stem(word, language) for word in words} == {stem(name, language)}


def test_an_accent_may_be_left_out() -> None:
    for family in TOGETHER:
        for word in family.split():
            assert stem(terms.fold_word(word), "es") == stem(word, "es")
            assert stem(word.upper(), "es") == stem(word, "es")


def test_terms_and_places() -> None:
    text = "El «PARÓ» de la Cigüeña: 1.500 añejos, 2.ª vez; D'Onofrio_Perú EE.UU."
    found = analyse(text, "es")
    assert [text[t.start : t.end] for t in found] == (
        ["El", "PARÓ", "de", "la", "Cigüeña", "1", "500", "añejos", "2", "vez", "D", "Onofrio", "Perú", "EE", "UU"]
    )
    assert [t.exact for t in found][:5] == ["el", "paro", "de", "la", "cigueña"]
    assert found[1] == Term("paro", "par", 4, 8)
    assert exact_terms(text) == [t.exact for t in found]
    assert joined(text, "es") == (" ".join(t.exact for t in found), " ".join(t.stem for t in found))


def test_folding_may_lengthen_a_term_but_not_its_place() -> None:
    text = "la Straße, la œuvre"
    found = analyse(text, None)
    assert [(t.exact, text[t.start : t.end]) for t in found][1::2] == [("strasse", "Straße"), ("oeuvre", "œuvre")]


def test_stop_words_stay() -> None:
    assert [t.stem for t in analyse("para que no haya más de lo que está", "es")] == [
        "para",
        "que",
        "no",
        "haya",
        "mas",
        "de",
        "lo",
        "que",
        "esta",
    ]
    assert [t.stem for t in analyse("the strike of those who were there", "en")][0::2] == ["the", "of", "who", "there"]


def test_sides() -> None:
    assert (side("en"), side("es"), side("qu"), side(None)) == ("en", "es", "es", "es")
    assert stem("strikes", "en") == "strike"
    assert analyse("extorsiones", "qu") == analyse("extorsiones", None) == analyse("extorsiones", "es")


def test_long_token_is_cut() -> None:
    (term,) = analyse("á" * 200, "es")
    assert (term.exact, term.start, term.end) == ("a" * LONGEST, 0, 200)
    assert analyse("a" * 64, "es")[0].exact == analyse("a" * 65, "es")[0].exact


@given(st.text(max_size=80), st.sampled_from(["es", "en", None]))
def test_terms_are_engine_safe(text: str, language: str | None) -> None:
    found = analyse(text, language)
    for term in found:
        assert term.exact and term.stem
        assert not any(char.isspace() for char in term.exact + term.stem)
        assert 0 <= term.start < term.end <= len(text)
    exact, stems = joined(text, language)
    assert exact.split(" ") == ([t.exact for t in found] or [""])
    assert stems.split(" ") == ([t.stem for t in found] or [""])


@given(st.from_regex(r"[a-zA-ZáéíóúñÁÉÍÓÚÑü]{1,20}", fullmatch=True))
def test_case_never_matters(word: str) -> None:
    assert stem(word.upper(), "es") == stem(word.lower(), "es")
    assert exact_terms(word.upper()) == exact_terms(word.lower())


def test_threads_agree() -> None:
    words = [f"extorsionadores{i} transportistas{i} gobiernos{i}" for i in range(400)]
    alone = [joined(text, "es") for text in words]
    terms._WORDS["es"].clear()
    terms._PIECES["es"].clear()
    results: list[list[tuple[str, str]]] = []
    threads = [
        threading.Thread(target=lambda: results.append([joined(text, "es") for text in words])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 4


def test_version_is_short_and_of_the_rules() -> None:
    assert len(TERMS_VERSION) == 12
    assert terms.digest(terms.RULES_TEXT, terms.FOLDING_TEXT) == TERMS_VERSION
    assert terms.digest(terms.RULES_TEXT + "#", terms.FOLDING_TEXT) != TERMS_VERSION


def test_on_real_headlines_an_exception_meets_only_its_own_words(shared_data: Path) -> None:
    met = defaultdict(set)
    with gzip.open(shared_data / "headlines" / "headlines-2020-12_2021-06.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % 4 == 0:
                title = json.loads(line)["title"]
                for term in analyse(title, "es"):
                    met[term.stem].add(title[term.start : term.end].lower())
    assert met["paro_"] <= {"paro", "paros"} and met["paro_"]
    for name, words in terms.RULES["es"]["apart"].items():
        allowed = {*words, *map(terms.fold_word, words)}
        assert met[name + "_"] <= allowed
