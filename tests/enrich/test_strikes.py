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


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("No habrá huelga de médicos, dice el gremio", "suspended"),
        ("Transportistas descartan paro para el jueves", "suspended"),
        ("Desmienten paro de taxistas en Ica", "suspended"),
        ("Cancelan el paro regional de Junín", "suspended"),
        ("Mineros desisten de la huelga", "suspended"),
        ("Postergan paro agrario hasta octubre", "suspended"),
        ("Queda sin efecto la paralización del lunes", "suspended"),
        ("Gremios no descartan un paro nacional", "considered"),
        ("Comuneros amenazan con bloquear la carretera", "considered"),
        ("Mineros no levantarán el bloqueo", "ongoing"),
        ("No cesa la huelga de estibadores", "ongoing"),
        ("Gremio no se sumará al paro convocado por la central", "announced"),
        ("Levantan huelga de maestros", "ended"),
        ("Termina el paro de estibadores", "ended"),
    ],
)
def test_what_is_denied_is_read_before_what_is_said(tag, title: str, status: str) -> None:
    assert tag(title, published=PUBLISHED)["strike"]["status"] == status


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("Pescadores estudian parar si no hay patrullera", "considered"),
        ("Gremio pone plazo de 48 horas antes de ir al paro", "considered"),
        ("Mineros amenazan con radicalizar sus medidas", "considered"),
        ("Transportistas podrían paralizar la próxima semana", "considered"),
        ("Maestros darán ultimátum al ministro: de no haber respuesta irán a la huelga", "considered"),
        ("Médicos decidirán en asamblea si van a la huelga", "considered"),
        ("Choferes no descartan ir al paro", "considered"),
        ("Cafetaleros barajan un paro por el precio", "considered"),
        ("Enfermeras someterán a votación una huelga", "considered"),
        ("Alistan paro regional en Puno", "announced"),
        ("Transportistas ratifican paro del jueves", "announced"),
        ("Este jueves paran los transportistas de Lima", "announced"),
        ("Paro de transportistas: qué gremios se suman este jueves", "announced"),
        ("Sutep confirma que acatará huelga desde el lunes", "announced"),
        ("Gremios fijan fecha para el paro macrorregional", "announced"),
        ("Convocan a marcha nacional para el 15 de octubre", "announced"),
        ("Mañana habrá paro de mototaxistas", "announced"),
        ("Médicos irán a huelga indefinida", "announced"),
        ("Comerciantes saldrán a las calles el viernes", "announced"),
        ("Todo listo para el paro de 24 horas del lunes", "announced"),
        ("Paro de transportistas 6 de setiembre: lo que se sabe de la medida", "announced"),
        ("Mineros anuncian que retomarán bloqueos desde el lunes", "announced"),
        ("Federación emplaza a sus bases a plegarse al paro del martes", "announced"),
        ("Huelga de médicos cumple 15 días sin solución", "ongoing"),
        ("Comuneros radicalizan protesta en corredor minero", "ongoing"),
        ("Cuarto día de paro en Cusco: turistas varados", "ongoing"),
        ("Choferes acatan paro y ciudad amanece sin buses", "ongoing"),
        ("Persiste bloqueo en la Panamericana", "ongoing"),
        ("Huelga de docentes entra a su segunda semana", "ongoing"),
        ("Trabajadores en vigilia frente al ministerio", "ongoing"),
        ("Así va el paro de transportistas", "ongoing"),
        ("Pescadores siguen en paro pese a diálogo", "ongoing"),
        ("No hay tregua: mineros mantienen bloqueada la vía", "ongoing"),
        ("Fracasa diálogo y continúa la huelga", "ongoing"),
        ("Huelga de controladores aéreos deja vuelos cancelados", "ongoing"),
        ("Paro de maestros obliga a tener clases suspendidas en Puno", "ongoing"),
        ("Rechazan acuerdo y prosiguen con el paro", "ongoing"),
        ("En vivo: paro de transportistas hoy, minuto a minuto", "ongoing"),
        ("Se pliegan al paro más gremios; vías siguen bloqueadas", "ongoing"),
        ("Mineros dan tregua de 72 horas al Gobierno", "suspended"),
        ("Paro de transportistas entra en cuarto intermedio", "suspended"),
        ("Gremios dejan sin efecto el paro del jueves", "suspended"),
        ("Feriantes desisten de paralizar", "suspended"),
        ("Cafetaleros dan marcha atrás y no acatarán paro", "suspended"),
        ("Paro del lunes ya no va", "suspended"),
        ("Transportistas reprograman su paro", "suspended"),
        ("Ponen en pausa el bloqueo por diálogo", "suspended"),
        ("Postergan huelga de médicos", "suspended"),
        ("Huelga de Essalud queda en suspenso", "suspended"),
        ("Gremio aclara que no hay ningún paro convocado", "suspended"),
        ("Es falso que haya paro de grifos el lunes", "suspended"),
        ("Maestros deponen huelga tras firmar acta", "ended"),
        ("Depusieron huelga de hambre", "ended"),
        ("Médicos vuelven a los consultorios luego de 20 días de huelga", "ended"),
        ("Concluye paro de 48 horas en Puno", "ended"),
        ("Balance del paro: 12 detenidos y pérdidas por 10 millones", "ended"),
        ("Tras 12 días, reabren el corredor minero", "ended"),
        ("Policía desbloquea la Panamericana y restablece el tránsito", "ended"),
        ("Se reanuda el tránsito tras levantarse el bloqueo", "ended"),
        ("Paro de 24 horas terminó con seis detenidos", "ended"),
        ("Huelga llegó a su fin", "ended"),
        ("Después del paro, vuelve la calma a Juliaca", "ended"),
        ("Universitarios marcharon anoche por el centro y se retiraron sin incidentes", "ended"),
        ("Paro agrario dejó dos muertos y once heridos", "ended"),
    ],
)
def test_the_ways_papers_tell_of_a_status(tag, title: str, status: str) -> None:
    assert tag(title, published=PUBLISHED)["strike"]["status"] == status


def test_a_protest_that_was_yesterdays_is_over_unless_it_goes_on(tag) -> None:
    text = "Los vecinos marcharon ayer hasta la plaza para exigir agua."
    assert tag("Vecinos marchan por agua", text, published=PUBLISHED)["strike"]["status"] == "ended"
    strike = tag("Vecinos marchan por agua", text + " La protesta es indefinida.", published=PUBLISHED)["strike"]
    assert strike["status"] == "ongoing"


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


@pytest.mark.parametrize(
    ("title", "text", "start", "end"),
    [
        ("Controladores acatarán paro del 22 al 25 de diciembre", "", "2025-12-22", "2025-12-25"),
        ("Choferes irán a paro de 48 horas el 26 de agosto", "", "2025-08-26", "2025-08-27"),
        ("Médicos en huelga", "Iniciaron la huelga el 11 de agosto y seguirán hasta el 22 de agosto.", "2025-08-11", "2025-08-22"),
        ("Enfermeras cumplen huelga", "Este martes es el tercer día de huelga.", "2025-08-17", None),
        ("Estibadores deponen huelga", "Mantenían la huelga desde el 4 de agosto. Hoy volverán al puerto.", "2025-08-04", None),
        ("Maestros evalúan huelga", "Lo decidirán este sábado en asamblea.", None, None),
        ("Choferes anuncian paro", "El dirigente anunció el lunes que el paro será el 28 de agosto.", "2025-08-28", None),
    ],
)  # fmt: skip
def test_the_days_of_a_strike(tag, title: str, text: str, start: str | None, end: str | None) -> None:
    strike = tag(title, text, published=PUBLISHED)["strike"]
    assert (strike["start"], strike["end"]) == (start, end)


def test_place_and_demand(tag) -> None:
    text = (
        "Los mototaxistas de Sullana acatan un paro para exigir más patrullaje, informó la radio. En Lima no hubo paro."
    )
    strike = tag("Paro de mototaxistas", text, published=PUBLISHED)["strike"]
    assert strike["place"] == "Sullana"
    assert strike["demand"] == "más patrullaje"


def test_the_fullest_name_of_the_guild_is_taken(tag) -> None:
    text = "La Federación de Choferes del Valle (Fechova) anunció un paro. La Federación de Choferes del Valle pide diálogo."
    assert (
        tag("Habrá paro", text, published=PUBLISHED)["strike"]["guild"] == "Federación de Choferes del Valle (Fechova)"
    )


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


@pytest.mark.parametrize(
    ("title", "text", "killed", "injured"),
    [
        ("Extorsión: un ataque deja dos muertos", "", 2, 0),
        ("Extorsionadores asesinan a chofer y hieren a su cobrador", "", 1, 1),
        ("Extorsión en Ate", "Tres personas resultaron heridas y un niño murió en el ataque.", 1, 3),
        ("Extorsión: un policía y dos civiles heridos tras balacera", "", 0, 3),
        ("Extorsión: asesinan la noche del lunes a Juan Pérez", "", 1, 0),
        ("Trece mineros asesinados: detrás habría extorsión", "", 13, 0),
        ("Bloqueo deja 3 heridos y un fallecido en Puno", "", 1, 3),
        ("Extortion: gunmen kill two bus drivers", "A passenger was wounded.", 2, 1),
    ],
)
def test_casualties_are_counted(tag, title: str, text: str, killed: int, injured: int) -> None:
    assert tag(title, text)["casualties"] == {"killed": killed, "injured": injured}


@pytest.mark.parametrize(
    "title",
    ["Extorsionadores amenazan con matar a diez choferes", "Extorsión: 14 choferes asesinados este año", "Extorsión: intentaron asesinar a dos comerciantes"],
)  # fmt: skip
def test_what_did_not_happen_here_is_not_counted(tag, title: str) -> None:
    assert tag(title)["casualties"] is None


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


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("Alumnos entregan el local que tenían tomado desde el lunes en protesta por las pensiones", "ended"),
        ("Un año después, gremios recuerdan la huelga que cerró la ciudad", "ended"),
        ("Comuneros levantan el bloqueo hasta el 15 de abril", "suspended"),
        ("Miners suspend roadblocks for a week", "suspended"),
        ("Gremios descartan plegarse al paro, pero marcharán el viernes", "announced"),
        ("Mañana no hay combis por el paro", "announced"),
        ("Pescadores evalúan retomar las protestas", "considered"),
        ("Maestros protestarán si no llega el presupuesto", "considered"),
        ("Mototaxistas en paro dejaron de circular este miércoles", "ongoing"),
        ("Paro en Puno no se suspenderá, advierten dirigentes", "ongoing"),
        ("Dirigentes descartan suspender la huelga de profesores", "ongoing"),
        ("Suspenden servicio de buses por paro de transportistas en Arequipa", "ongoing"),
        ("Nurses refuse to call off strike in Arequipa", "ongoing"),
        ("Premier propone mesa de diálogo para poner fin al paro minero", "ongoing"),
        ("A un año del paro nacional, familiares de las víctimas piden justicia", "ended"),
    ],
)
def test_a_status_told_by_what_is_done(tag, title: str, status: str) -> None:
    assert tag(title, published=PUBLISHED)["strike"]["status"] == status
