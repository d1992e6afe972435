"""Apertium: the stream it speaks, the traps of its tools, and what it must leave alone."""

from pathlib import Path

import pytest

from core.errors import UnavailableError
from enrich.apertium import Apertium, stages
from enrich.lexicon import load
from enrich.protecting import Protected, protector
from enrich.superblanks import decode, encode

needs_apertium = pytest.mark.skipif(not Apertium.installed(), reason="apertium-eng-spa is not installed")


def test_the_stages_keep_answering() -> None:
    assert stages("lt-proc 'a b.bin' | apertium-tagger -g $2 'x.prob' | lt-proc $1 'y.bin'\n") == [
        ["lt-proc", "-z", "a b.bin"],
        ["apertium-tagger", "-z", "-g", "x.prob"],
        ["lt-proc", "-z", "-n", "y.bin"],
    ]


def test_the_stream_format() -> None:
    assert encode("a/b [c]\nd") == "a\\/b \\[c\\].[][\n]d.[][\n]"
    assert "\uffff" not in encode("x\uffff\u200b\x00y")
    assert max(map(len, encode("z" * 1000).split())) < 220
    assert decode("a\\/b \\[c\\][\n]d[][\n]") == "a/b [c]\nd"
    assert decode("an [strike] and a [extortion payment][][\n]") == "a strike and an extortion payment"


@pytest.fixture(scope="module")
def apertium():
    engine = Apertium(protector(load()))
    yield engine
    engine.close()


@needs_apertium
def test_apertium_keeps_names_money_paragraphs_and_specials(apertium: Apertium) -> None:
    text = "Los choferes acatan un paro en Los Olivos.\n\nEl cupo es de S/ 5,000 [cinco mil] y 50%.\nLos Pulpos operan en Gamarra y La Libertad."
    english = apertium.translate([text])[0]
    assert english.count("\n") == 3
    for part in (
        "strike",
        "Los Olivos",
        "extortion payment",
        "S/ 5,000",
        "[",
        "50%",
        "Los Pulpos",
        "Gamarra",
        "La Libertad",
    ):
        assert part in english
    assert "choferes" not in english
    assert english.endswith(".")


@needs_apertium
def test_apertium_answers_many_texts_in_order_and_odd_ones(apertium: Apertium) -> None:
    texts = [
        "Hola.",
        "",
        "  \n ",
        "Uno\uffffdos \ud800.",
        "\\^$/@<>{}[]",
        "a" * 5000,
        "El perro come.",
        "¿Qué?\n\n\n¡No!",
    ]
    english = apertium.translate(texts)
    assert len(english) == len(texts)
    assert english[0] == "Hello."
    assert english[1:3] == ["", "  \n "]
    assert english[4] == texts[4]
    assert english[6] == "The dog eats."
    assert english[7].count("\n") == 3


@needs_apertium
def test_apertium_starts_again_after_its_processes_are_gone(apertium: Apertium) -> None:
    assert apertium.translate(["Hola."]) == ["Hello."]
    for stage in apertium._stages:
        stage.kill()
        stage.wait()
    assert apertium.translate(["Hola."]) == ["Hello."]


@needs_apertium
def test_apertium_gives_up_in_time_and_recovers() -> None:
    import contextlib
    import signal
    import time

    engine = Apertium()
    assert engine.translate(["Hola."]) == ["Hello."]
    engine._timeout = 0.3
    engine._stages[3].send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    with contextlib.suppress(UnavailableError):  # a slow machine may not start it again in so short a time
        assert engine.translate(["Hola."]) == ["Hello."]
    assert time.monotonic() - begun < 10
    engine._timeout = 20.0
    assert engine.translate(["Hola."]) == ["Hello."]
    engine.close()


@needs_apertium
def test_an_apertium_that_never_answers_is_unavailable(tmp_path: Path) -> None:
    mode = tmp_path / "dead.mode"
    mode.write_text("cat", "utf-8")  # told `-z`, it ends at once
    with pytest.raises(UnavailableError, match="does not answer"):
        Apertium(mode=mode, timeout=0.5).translate(["Hola."])
    with pytest.raises(UnavailableError, match="not installed"):
        Apertium(mode=tmp_path / "missing.mode").translate(["Hola."])


@needs_apertium
@pytest.mark.parametrize(
    ("spanish", "kept"),
    [
        ("Juan Rosas Guerra, dirigente, fue baleado. Guerra murió.", ["Juan Rosas Guerra", "Guerra died"]),
        ("La señora Rosa Prado de la Torre Campos habló.", ["Rosa Prado de la Torre Campos"]),
        ("La Ley N° 32108 y el DS 124-2025-PCM siguen; el PL 11735/2024-CR no.", ["32108", "DS 124-2025-PCM", "11735/2024-CR"]),
        ("La moto de placa 1234-5A llamó del nueve ocho siete, seis cinco cuatro, tres dos uno.", ["1234-5A", "nueve ocho siete, seis cinco cuatro, tres dos uno"]),
        ("El paro de 24 horas.", ["strike"]),
        ("El paro y el desempleo suben.", ["unemployment"]),
        ("Cobran un cupo de S/ 500.", ["extortion payment", "S/ 500"]),
        ("La universidad abre un cupo.", ["slot"]),
        ("Sufrió un paro cardíaco.", ["cardiac arrest"]),
        ("Los extorsionadores y los sicarios dispararon al cobrador en Ate.", ["extortionists", "hitmen", "fare collector", "Ate"]),
        ("Pagó 500 soles en La Libertad y en Los Olivos.", ["500 soles", "La Libertad", "Los Olivos"]),
        ("El dictamen pasó por insistencia.", ["committee report", "over the executive's objections"]),
    ],
)  # fmt: skip
def test_domain_words_names_and_numbers(apertium: Apertium, spanish: str, kept: list[str]) -> None:
    english = apertium.translate([spanish])[0]
    assert [part for part in kept if part not in english] == []


def test_a_protected_name_takes_neither_subject_nor_capital() -> None:
    assert decode("[Guerra] It died[][\n]") == "Guerra died"
    assert decode("Comas: [strike\x02] Of drivers[][\n]", "Comas: paro de choferes") == "Comas: strike of drivers"
    assert decode("[strike\x02] Minsa says[][\n]", "Huelga en el Minsa") == "strike Minsa says"
    assert decode("In [La Libertad] they murdered a man[][\n]") == "In La Libertad they murdered a man"
    assert decode("[The caucus] of [Somos] it voted[][\n]") == "The caucus of Somos voted"
    assert decode("[the bill] that it modifies it[][\n]") == "the bill that modifies it"
    assert decode("[Ate] United won[][\n]") == "Ate United won"


@needs_apertium
def test_a_long_text_is_translated_whole(apertium: Apertium) -> None:
    text = "El gremio anunció un paro en Comas.\n" * 2_000
    english = apertium.translate([text])[0]
    assert english.count("\n") == 2_000
    assert english.count("strike") == 2_000


@needs_apertium
@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("Los choferes pagan.", "The drivers pay."),
        ("Dijo que los choferes pagan cupos.", "the drivers pay extortion payments"),
        ("La Fiscalía de la Nación abrió una investigación.", "The Attorney General's Office opened an investigation"),
        ("Agentes de la PNP detuvieron a dos hombres.", "Agents of the PNP detained two men"),
        ("Una bodega fue atacada.", "A corner shop was attacked"),
        ("En La Libertad asesinaron a seis mineros.", "In La Libertad they murdered six miners"),
        ("Mataron al dirigente de un balazo.", "They killed the leader with one shot"),
        ("Asesinaron a las 3 de la tarde al alcalde.", " 3 "),
        ("Le pidieron 30 mil soles.", "30 thousand soles"),
        ("Pagan S/ 15 diarios y 300 soles mensuales.", "S/ 15 a day and 300 soles a month"),
        ("Ganan entre S/ 20 y S/ 30.", "between S/ 20 and S/ 30"),
        ("El exviceministro y la excongresista declararon.", "The former deputy minister and the former congressman"),
        ("Los sicarios vienen mañana.", "tomorrow"),
        ("Según los transportistas, el paro sigue.", "According to the carriers, the strike"),
        ("Según la ATU, no hay buses.", "According to the ATU"),
        ("Piden prisión preventiva para el cabecilla.", "pre-trial detention for the ringleader"),
        ("Balearon a un chofer.", "They shot a driver"),
        ("Dos hombres balearon a un chofer.", "Two men shot a driver"),
        ("La empresa Los Rayos del Norte cerró.", "Los Rayos del Norte"),
        ("Cayó la banda 'Los Chacales del Puerto'.", "gang 'Los Chacales del Puerto'"),
        ("La banda de cumbia tocó en Comas.", "band"),
        ("Marchan por la avenida Los Incas hasta El Porvenir.", "Los Incas"),
        ("Lanzaron una granada contra la bodega.", "grenade"),
        ("Esperaba el bus en el paradero.", "bus stop"),
        ("Se desconoce su paradero.", "whereabouts"),
        ("La toma de decisiones demora.", "the taking of decisions"),
        ("Los choferes pagan.\nLos choferes pagan.", "The drivers pay.\nThe drivers pay."),
        ("El D.U. 009-2024 y la R.M. 001-2024-IN.", "D.U. 009-2024 and the R.M. 001-2024-IN"),
        ("El Ejecutivo no promulgó la ley.", "The Executive has not promulgated the law"),
        ("No descartan un paro.", "They do not rule out a strike"),
        ("Los choferes no amenazaron a nadie.", "The drivers have not threatened anybody"),
        ("No hubo balacera.", "not shooting"),
        ("El Congreso derogó la ley y pide otra derogación.", "The Congress repealed the law"),
        ("Lee https://ejemplo.example/paro-de-hoy?id=7 en @eldiario #ParoYa", "https://ejemplo.example/paro-de-hoy?id=7"),
        ("Llame al 9•• ••• ••1 o a a••••@•••.example.", "9•• ••• ••1"),
    ],
)  # fmt: skip
def test_the_rules_are_helped_over_protected_words(apertium: Apertium, spanish: str, english: str) -> None:
    assert english.lower() in apertium.translate([spanish])[0].lower()


@pytest.mark.parametrize(
    ("spanish", "given"),
    [
        ("Mataron a balazos a un chofer", "Mataron a balazos a un chofer"),
        ("Mataron a un chofer", "Mataron un chofer"),
        ("Capturan al jefe al salir", "Capturan el jefe al salir"),
        ("Detuvieron al salir a dos", "Detuvieron al salir a dos"),
        ("Fue asesinado a una cuadra", "Fue asesinado a una cuadra"),
        ("Disparó a un chofer", "Disparó a un chofer"),
        ("Llaman a un paro", "Llaman a un paro"),
        ("Afecta a largo plazo", "Afecta a largo plazo"),
        ("Siguen a la deriva", "Siguen a la deriva"),
    ],
)
def test_only_the_a_before_a_person_is_left_out(spanish: str, given: str) -> None:
    assert encode(spanish) == given + ".[][\n]"


@needs_apertium
def test_capitals_stay_capitals(apertium: Apertium) -> None:
    assert apertium.translate(["LOS CHOFERES PAGAN CUPOS"]) == ["THE DRIVERS PAY EXTORTION PAYMENTS"]


def test_encoding_is_linear_in_protected_words() -> None:
    import time

    def seconds(lines: int) -> float:
        text = "Los choferes pagan 50 mil soles diarios.\n" * lines
        found = [Protected(at + 4, at + 12, "drivers", "word") for at in range(0, len(text), len(text) // lines)]
        begun = time.process_time()
        encode(text, lambda _: found)
        return time.process_time() - begun

    assert seconds(8_000) < 20 * max(seconds(1_000), 0.005)


def test_the_vocabulary_is_for_the_rules_and_binds_no_model() -> None:
    from enrich.engines.fidelity import Sentence

    text = "Los ronderos allanaron la bodega."
    protect = protector(load())
    assert {one.english for one in protect(text)} == {"peasant patrol members", "raided", "corner shop"}
    sentence = Sentence(text, tuple(protect(text)))
    assert sentence.source == "Los peasant patrol members allanaron la corner shop."
    assert sentence.is_kept("The peasant patrol members stormed the corner shop.")
    assert [one.english for one in sentence.missing("They stormed it.")] == ["peasant patrol members", "corner shop"]
