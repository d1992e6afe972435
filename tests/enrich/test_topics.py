"""Topics and the traps seen in real text (reference/sources.md 4.8), in our own sentences."""

import pytest


def names(said) -> set[str]:
    return {topic["name"] for topic in said["topics"]}


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("Choferes de la línea 48 acatan paro por cobro de cupos", {"strike", "extortion"}),
        ("Extorsionadores dejan una granada en la puerta de una bodega", {"extortion"}),
        ("Detienen a banda dedicada a préstamos gota a gota en Huaral", {"extortion"}),
        ("Mototaxistas: nos piden cupos de 10 soles y amenazan con matarnos", {"extortion"}),
        ("Maestros inician huelga indefinida en Tacna", {"strike"}),
        ("Comuneros bloquean la carretera a la mina por incumplimiento", {"strike"}),
        ("Choferes apagan motores en Comas", {"strike"}),
        ("PARO DE TRANSPORTISTAS EN AREQUIPA", {"strike"}),
        ("Congreso aprueba dictamen que endurece penas", {"legislation"}),
        ("Presentan proyecto de ley para regular las motos", {"legislation"}),
        ("Ejecutivo oficializa el reglamento de la Ley 39999", {"legislation"}),
        ("Bus drivers in Lima on strike over extortion by gangs", {"strike", "extortion"}),
        ("Peru's Congress approves bill that raises penalties", {"legislation"}),
    ],
)
def test_finds_topics(tag, title: str, topics: set[str]) -> None:
    assert names(tag(title)) == topics


def test_a_demand_beside_a_grenade_is_extortion(tag) -> None:
    text = (
        "Hallaron una granada de guerra en la puerta del colegio. La directora contó que hace semanas le exigen dinero."
    )
    assert names(tag("Dejan granada en un colegio de Los Olivos", text)) == {"extortion"}


@pytest.mark.parametrize(
    "title",
    [
        "El delantero se paró frente al balón y marcó",
        "La conductora no paró de reír en plena entrevista",
        "No paro de pensar en ti, canta el artista",
        "Murió de un paro cardíaco a los 80 años",
        "Veterano actor sufre paro cardiorrespiratorio",
        "Postulantes compiten por un cupo en la universidad",
        "La selección busca un cupo al Mundial",
        "Estiman movilización de 1.3 millones de pasajeros por feriado largo",
        "Ponen en marcha nuevo hospital en la región",
        "Marcha atrás: retiran el anuncio de la obra",
        "Sindicatos de Argentina anuncian un paro general en Buenos Aires",
        "Colombia: tercer día de paro nacional en Bogotá",
        "Senado de Chile aprueba proyecto de ley de pensiones",
        "La serie sobre sicarios de Netflix estrena su segunda temporada",
        "Declaran emergencia sanitaria por dengue en la región",
        "Granada venció al Barcelona con gol de último minuto",
        "Banda de músicos tocará por el aniversario de la ciudad",
        "Huelga decir que la comida estuvo deliciosa",
        "Vacuna contra el dengue llega a cuatro regiones",
        "Ley seca: desde cuándo rige y hasta qué hora",
        "Lluvias bloquearon la carretera a la altura del puente",
        "Puso el puño en alto tras el gol",
        "Amenazan con demandar al cantante por plagio",
        "La ley de Newton en una clase de patinaje",
        "En el barrio manda la ley del más fuerte",
        "Ley de la vida: los abuelos cuentan cómo despedirse",
        "Ley de Ohm para principiantes",
        "La ley del mínimo esfuerzo de un delantero",
        "Ataque al corazón: qué hacer ante un paro",
        "El chofer entró en paro y lo reanimaron",
        "Locutor falleció de un paro",
        "Congresista Juan Paro Pérez juró al cargo",
        "Ministra Ana Huelga Soto viajó a Puno",
        "El apellido Paro y otros de la sierra",
        "Planta hará un paro de mantenimiento en julio",
        "Maestros de Chile en huelga: clases suspendidas en Santiago",
        "Huelga de pilotos en Francia deja sin vuelos a Lima",
        "Granada: receta de ensalada con rúcula",
        "Sesenta cupos para el taller gratuito de natación",
        "Gota a gota: cómo ahorrar agua en casa",
        "Me extorsiona emocionalmente mi pareja, cuenta la actriz",
        "Bloqueo de celulares robados: cómo hacerlo",
        "Cierran calles por maratón en Miraflores",
        "Ataque de abejas en un colegio deja doce escolares en el hospital",
    ],
)
def test_traps(tag, title: str) -> None:
    assert names(tag(title)) == set()


def test_a_strike_abroad_is_none_of_perus_but_one_in_peru_over_a_neighbour_is(tag) -> None:
    assert names(tag("Paro de camioneros en Bolivia", "Los bloqueos siguen en La Paz y Oruro.")) == set()
    assert names(tag("Transportistas de Puno acatan paro por combustible que llega de Bolivia")) == {"strike"}


def test_an_emergency_in_the_background_is_no_legislation(tag) -> None:
    said = tag(
        "Atacan con explosivos una botica en Ate",
        "Los extorsionadores dejaron una nota. El distrito sigue en estado de emergencia, pero los vecinos no ven patrullas. Nadie resultó herido en el ataque de la madrugada.",
    )
    assert names(said) == {"extortion"}


@pytest.mark.parametrize(
    ("title", "topic", "subtype"),
    [
        ("Denuncian cobro de cupos a bodegueros", "extortion", "cupos"),
        ("Extorsionadores asesinan a chofer de combi", "extortion", "killing"),
        ("Detonan dinamita en bodega: extorsionadores exigían 5 mil soles", "extortion", "explosives"),
        ("Balean bus por extorsión", "extortion", "attack"),
        ("Banda de prestamistas gota a gota extorsionaba a vendedoras", "extortion", "loans"),
        ("Dejan carta extorsiva en una botica", "extortion", "threats"),
        ("El chalequeo, la extorsión que llega a las obras", "extortion", "protection"),
        ("Choferes acatan paro de 24 horas", "strike", "stoppage"),
        ("Maestros inician huelga indefinida", "strike", "strike"),
        ("Comuneros bloquean la carretera", "strike", "blockade"),
        ("Estudiantes marchan contra la reforma", "strike", "march"),
        ("Docentes en huelga de hambre", "strike", "hunger_strike"),
        ("Presentan proyecto de ley contra el dopaje", "legislation", "bill"),
        ("Comisión de Justicia aprueba dictamen sobre penas", "legislation", "committee"),
        ("Pleno aprobó en primera votación la ley de partidos", "legislation", "vote"),
        ("Ejecutivo promulga ley de vacunas", "legislation", "promulgation"),
        ("Mediante decreto supremo crean una comisión", "legislation", "decree"),
        ("Prorrogan estado de emergencia en Tacna por criminalidad", "legislation", "emergency"),
    ],
)
def test_a_topic_has_its_subtype(tag, title: str, topic: str, subtype: str) -> None:
    assert {t["name"]: t["subtype"] for t in tag(title)["topics"]}.get(topic) == subtype


def test_violence_alone_is_no_extortion(tag) -> None:
    text = "Los sicarios dispararon diez balazos contra el restaurante y mataron a su dueño. Un explosivo dañó la fachada. El comerciante murió."
    assert names(tag("Sicarios asesinan a empresario en su restaurante", text)) == set()
    assert names(tag("Sicarios asesinan a empresario", text + " Le exigían cupos.")) == {"extortion"}


def test_what_is_told_over_some_sentences_is_read_together(tag) -> None:
    text = "Una foto de su hija y una cifra: siete mil soles. Al día siguiente le balearon la puerta de la bodega."
    assert names(tag("La bodega que cerró", "Le exigían siete mil soles. " + text)) == {"extortion"}
    assert names(tag("La bodega que cerró", "Le robaron siete mil soles y un celular en la bodega.")) == set()


def test_topics_have_subtype_score_and_spans_of_the_printed_text(tag) -> None:
    title = "Denuncian cobro de cupos a bodegueros"
    topic = tag(title)["topics"][0]
    assert topic["subtype"] == "cupos"
    assert 0.5 <= topic["score"] <= 1
    assert [title[start:end] for field, start, end in topic["spans"] if field == "title"] == ["cobro de cupos"]


def test_offsets_hold_after_emoji_and_capitals(tag) -> None:
    title = "🚨🚨 ¡EXTORSIÓN en el mercado! Ñ İ ß"
    ((_, start, end),) = tag(title)["topics"][0]["spans"]
    assert title[start:end] == "EXTORSIÓN"


def test_a_summary_that_the_text_repeats_counts_once(tag) -> None:
    lead = "Protestan vecinos por la basura."
    once = tag("Vecinos", text=lead + " Piden un camión.")
    twice = tag("Vecinos", text=lead + " Piden un camión.", summary=lead)
    assert once["topics"] == twice["topics"]


def test_few_false_topics_on_real_headlines_of_other_sections(tag, shared_data) -> None:
    wrong = total = 0
    for line in (shared_data / "headlines/section_labels.tsv").read_text("utf-8").splitlines()[1:]:
        section, *_, title, _url = line.split("\t")
        if section in ("deportes", "espectaculos", "tecnologia") and total < 600:
            total += 1
            wrong += bool(tag(title)["topics"])
    assert total == 600
    assert wrong <= 6


@pytest.mark.parametrize(
    "title",
    [
        "Falleció Juan Paro, maestro de la quena",
        "Paro Huamán y su orquesta tocan en Puno",
        "La familia Paro celebra su reencuentro",
        "Cristian Cueva Paro, nuevo técnico",
        "Alcalde Paro inaugura obra en Sicuani",
        "Profesora Huelga recibe un premio nacional",
        "Señor Cupo pide ayuda para su taller",
        "Centro poblado Paro Paro celebra su aniversario",
        "Viaje a la isla griega de Paros",
        "El pintor Julio Paro expone // Paro dijo que la muestra cierra en junio. La obra de Paro viaja luego a Lima.",
    ],
)
def test_a_name_is_no_strike_and_no_quota(tag, title: str) -> None:
    title, _, text = title.partition(" // ")
    assert names(tag(title, text)) == set()


@pytest.mark.parametrize(
    "title",
    ["Paro Agrario deja pérdidas en Ica", "Sutep convoca a Huelga Nacional Indefinida", "Cusco: Paro Regional deja turistas varados", "Arequipa Paro regional cumple dos días", "Dirigente anuncia Paro Nacional", "PARO REGIONAL EN PUNO"],
)  # fmt: skip
def test_a_strike_with_a_capital_letter_is_a_strike(tag, title: str) -> None:
    assert names(tag(title)) == {"strike"}


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Comerciantes denuncian exigencias de dinero de desconocidos armados", "extortion"),
        ("Bodega de Comas cierra por amenazas de una banda", "extortion"),
        ("Supuesto sindicato reclama el 3 % del contrato para dar seguridad a la obra", "extortion"),
        ("Feriantes desisten de paralizar el jueves", "strike"),
        ("Pescadores dejarán de salir al mar para exigir patrullaje", "strike"),
        ("Tacna para 48 horas en contra del recorte del canon", "strike"),
        ("Personal CAS en vigilia frente al hospital exige pase a planilla", "strike"),
        ("Policía desbloquea la Panamericana tras protesta de mineros", "strike"),
        ("Repartidores paran por inseguridad", "strike"),
        ("Proponen 35 años de cárcel para quien extorsione desde un penal", "legislation"),
        ("Ya salió en El Peruano la ley de mascotas", "legislation"),
        ("Ejecutivo dio luz verde al proyecto de ley sobre sicariato", "legislation"),
    ],
)
def test_demands_by_nouns_stops_that_are_decided_and_bills_by_their_penalty(tag, title: str, topic: str) -> None:
    assert topic in names(tag(title))


@pytest.mark.parametrize(
    "title",
    [
        "Deivis Paro anota doblete en la Copa",
        "Cupos agotados para visitar la fortaleza",
        "Fiscalía pide 35 años de cárcel para exalcalde",
        "Misa y vigilia pascual en la catedral",
        "Reabren carretera tras huaico",
        "Suspenden clases por amenaza de bomba",
        "Pan con chicharrón para 24 horas de viaje",
        "Carlos Marcha Quispe es el nuevo gerente",
        "Cierra el mercado por mantenimiento",
        "El delantero decidió parar un mes por lesión",
        "Prestan dinero a emprendedores con tasa baja",
        "Ministra pide tregua política",
        "Abren la vía alterna por obras",
    ],
)
def test_their_other_meanings(tag, title: str) -> None:
    assert names(tag(title)) == set()


@pytest.mark.parametrize(
    ("title", "summary", "topics"),
    [
        ("Desconocidos exigen a los ladrilleros dos sacos de cemento al mes por dejarlos trabajar", "A quien se niega a entregarlos le queman el horno.", {"extortion"}),
        ("Heladeros de Ilo guardan sus carretas tras la visita de dos hombres armados", "Les pidieron la mitad de lo recaudado y dejaron una nota con una bala.", {"extortion"}),
        ("La tejedora que no quiso dar su parte vive escondida", "Sujetos en moto le exigían cien soles por semana y amenazaron con quemar el taller.", {"extortion"}),
        ("Apicultores cruzan troncos en la vía a Satipo y no dejan pasar a nadie", "Reclaman que el ministro los reciba.", {"strike"}),
        ("Por 80 votos, el Congreso eleva a quince años la pena por robar cables", "El texto pasa al Ejecutivo.", {"legislation"}),
        ("Diputados quieren que los colegios vendan solo agua", "La propuesta fue sustentada ante la Comisión de Educación.", {"legislation"}),
        ("Gato se para en dos patas y espera en la puerta", "", set()),
        ("El Congreso rinde homenaje a los bomberos", "", set()),
        ("La ley seca rige desde el sábado por las elecciones", "", set()),
        ("Pareja pidió parte de su dinero al banco y recibió una nota de disculpa", "", set()),
    ],
)  # fmt: skip
def test_scenes_by_who_does_what_to_whom(tag, title: str, summary: str, topics: set[str]) -> None:
    assert names(tag(title, summary=summary)) == topics


@pytest.mark.parametrize(
    "text",
    [
        "Balearon la cevichería. La dueña no quiso “colaborar” con la gente del barrio.",
        "Los boteros deben dejar una “colaboración” de 15 soles a unos sujetos en moto. A uno que se negó le hundieron la lancha.",
        "A los dueños de talleres les cobran por trabajar. Los que preguntan encuentran una bala en la puerta.",
        "Desde su celda, el cabecilla cobraba a los comerciantes. La Divincri halló su cuaderno.",
        "Los ladrones se llevaron la lancha y piden rescate por los motores de los pescadores: 6 mil soles.",
        "Al ingeniero de la obra le exigían el diez por ciento del presupuesto. Una noche balearon la caseta.",
        "Otra bodega cerrada #NoMásCupos",
    ],
)
def test_extortion_told_without_its_name(tag, text: str) -> None:
    assert [topic["name"] for topic in tag("Nota", text)["topics"]] == ["extortion"]


@pytest.mark.parametrize(
    "text",
    [
        "La municipalidad cobra a los comerciantes una tarifa de 15 soles. Antes hubo un tiroteo en la zona.",
        "Asaltaron la tienda con pistolas y se llevaron 5 mil soles.",
        "El gobierno reparte vacunas. Los médicos pagan el pasaje hasta las postas.",
        "Los vecinos deben dejar una colaboración de 15 soles para la fiesta del barrio.",
        "Nos extorsiona la vida con estos precios.",
    ],
)
def test_payments_without_force_are_no_extortion(tag, text: str) -> None:
    assert tag("Nota", text)["topics"] == []


def test_a_lorry_and_a_fishing_season_are_no_show_business(tag) -> None:
    for title in ("Pescadores acatan paro por la temporada de pesca", "Paro: un tráiler bloquea la Panamericana"):
        assert [topic["name"] for topic in tag(title)["topics"]] == ["strike"], title


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("A la dueña de una bodega le exigen S/ 3,000 y la amenazan de muerte.", {"extortion"}),
        ("Una banda les exige el 5% de cada obra y ya baleó la camioneta de un ingeniero.", {"extortion"}),
        ("La nota pegada en la ferretería decía: llama o mueres.", {"extortion"}),
        ("Los operadores de areneros denuncian que una mafia les cobra cada domingo.", {"extortion"}),
        ("El fiscal sostiene que el alcalde exigía coimas del 10% de cada obra a los contratistas.", set()),
        ("La municipalidad cobra S/ 5,150 a la ferretería que vendía sin licencia.", set()),
        ("Los delincuentes les piden rescate a los padres del joven.", set()),
        ("El Gobierno declaró el estado de emergencia por lluvias con el DS 071-2025-PCM.", {"legislation"}),
        ("Los alcaldes solicitaron ayuda por las lluvias; la PCM evalúa enviar maquinaria.", set()),
        ("Los agentes detienen a un dirigente de construcción civil acusado de extorsión.", {"extortion"}),
    ],
)
def test_topics_told_by_sums_shares_and_decrees(tag, text: str, topics: set[str]) -> None:
    assert {topic["name"] for topic in tag("Perú: lo que se sabe", text)["topics"]} == topics


@pytest.mark.parametrize(
    ("kind", "title", "topics"),
    [
        ("norm", "Nombran a director de hospital", {"legislation"}),
        ("norm", "Concesión minera: relación de títulos otorgados. Huelga indicar que son doce", {"legislation"}),
        ("bill", "Proponen declarar de interés una carretera", {"legislation"}),
        ("news", "Huelga indicar que la obra sigue", set()),
    ],
)
def test_a_gazette_is_legislation_and_no_news_of_a_strike(tag, kind: str, title: str, topics: set[str]) -> None:
    assert names(tag(title, kind=kind)) == topics
