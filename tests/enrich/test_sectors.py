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


@pytest.mark.parametrize(
    ("title", "sector"),
    [
        ("Cúster de la línea 73 es baleada: pedían S/ 15 diarios por extorsión", "public_transport"),
        ("Asesinan a chofer de ómnibus por cupos en Comas", "public_transport"),
        ("Extorsionadores atacan a empresa Etuchisa", "public_transport"),
        ("Conductor de combi fue amenazado por extorsionadores", "public_transport"),
        ("Minibuses de El Agustino paran por extorsión", "public_transport"),
        ("Corredor Morado suspende su servicio tras amenazas de extorsionadores", "public_transport"),
        ("Pasajeros varados por paro de colectivos en Huaral", "public_transport"),
        ("Cisternas y tráileres bloquean la Panamericana", "freight_transport"),
        ("Gremio de carga pesada anuncia paro por alza del diésel", "freight_transport"),
        ("Transportistas de carga acatan paro", "freight_transport"),
        ("Asociación de mototaxis cierra por extorsión", "taxi_mototaxi"),
        ("Trimóviles de Comas pagan cupo semanal", "taxi_mototaxi"),
        ("Bajajistas protestan contra ordenanza", "taxi_mototaxi"),
        ("Conductores por aplicativo marchan contra nueva ley", "taxi_mototaxi"),
        ("Repartidores de delivery paran por inseguridad", "taxi_mototaxi"),
        ("Extorsionan a dueño de farmacia en Piura", "retail"),
        ("Abarrotero recibe carta extorsiva", "retail"),
        ("Ferretero asesinado había denunciado extorsión", "retail"),
        ("Lanzan granada a zapatería por cupos", "retail"),
        ("Vendedores ambulantes protestan contra la municipalidad", "retail"),
        ("Comerciantes de Mesa Redonda marchan contra extorsión", "retail"),
        ("Distribuidora de abarrotes recibe balas y carta extorsiva", "retail"),
        ("Mercado La Hermelinda: extorsionan a los puestos de verduras", "markets"),
        ("Placeros de la parada cierran puestos en protesta", "markets"),
        ("Paro en el Gran Mercado Mayorista de Lima", "markets"),
        ("Comerciantes del mercado Modelo de Chiclayo denuncian cobro de cupos", "markets"),
        ("Directora de colegio inicial recibe amenazas de extorsionadores", "education"),
        ("Sutep acata huelga", "education"),
        ("Catedráticos de la UNMSM inician huelga indefinida", "education"),
        ("Auxiliares de educación hacen plantón", "education"),
        ("Trabajadores administrativos de la universidad toman el rectorado", "education"),
        ("Extorsionadores atacan institución educativa en Ate", "education"),
        ("Obreros de construcción civil marchan a la plaza", "construction"),
        ("Extorsionan a ingeniero residente de obra", "construction"),
        ("Seudosindicalistas exigen cupos en obra de pista y veredas", "construction"),
        ("Maestro de obra es asesinado por no pagar chalequeo", "construction"),
        ("Contratista denuncia extorsión en obra de agua y desagüe", "construction"),
        ("Mineros informales bloquean vía", "mining"),
        ("Trabajadores de Southern inician huelga", "mining"),
        ("Secuestran a vigilantes de socavón y piden cupo", "mining"),
        ("Congreso debate ley MAPE y ampliación del Reinfo", "mining"),
        ("Médicos y enfermeras de Essalud acatan huelga", "health"),
        ("Técnicos de enfermería realizan plantón frente al hospital", "health"),
        ("Odontóloga cierra consultorio por extorsión", "health"),
        ("Personal CAS de salud exige nombramiento en plantón", "health"),
        ("Tecnólogos médicos anuncian paro", "health"),
        ("Pollería cierra por extorsión en SMP", "hospitality"),
        ("Dueño de chifa asesinado por no pagar cupos", "hospitality"),
        ("Hotelero denuncia extorsión", "hospitality"),
        ("Cevichería atacada a balazos por extorsionadores", "hospitality"),
        ("Guías de turismo protestan en Cusco", "hospitality"),
        ("Barbero es asesinado por extorsionadores", "personal_services"),
        ("Spa recibe granada y carta extorsiva", "personal_services"),
        ("Estilista denuncia que le piden cupo", "personal_services"),
        ("Extorsionan a meretrices en el centro de Lima", "personal_services"),
        ("Cantante de cumbia asesinado por extorsión", "entertainment"),
        ("Músicos marchan contra extorsión", "entertainment"),
        ("Empresario de espectáculos pagaba cupo", "entertainment"),
        ("Arroceros bloquean la carretera", "agriculture"),
        ("Cañeros y cafetaleros inician paro", "agriculture"),
        ("Paperos exigen precio justo y bloquean vía", "agriculture"),
        ("Extorsionan a agroexportadora en Virú", "agriculture"),
        ("Ganaderos y lecheros acatan paro", "agriculture"),
        ("Extorsionan a empresario avícola y avicultores de Huaral", "agriculture"),
        ("Productores de limón de Piura bloquean vía", "agriculture"),
        ("Pescadores artesanales acatan paro por cuota de pota", "fishing"),
        ("Armadores pesqueros pagan cupo a mafias", "fishing"),
        ("Tripulantes de lanchas anchoveteras inician huelga", "fishing"),
        ("Zapateros de El Porvenir pagan cupo", "manufacturing"),
        ("Obreros de fábrica textil en huelga", "manufacturing"),
        ("Trabajadores de Backus inician huelga", "manufacturing"),
        ("Ladrilleros denuncian extorsión", "manufacturing"),
        ("Trabajadores del Banco de Crédito en huelga", "finance"),
        ("Cambistas pagan cupo a extorsionadores", "finance"),
        ("Congreso aprueba retiro de AFP", "finance"),
        ("Trabajadores de Caja Arequipa acatan paro", "finance"),
        ("Inmobiliaria denuncia extorsión y tráfico de terrenos", "real_estate"),
        ("Lotizadores extorsionan a compradores de lotes", "real_estate"),
        ("Grifos cierran por extorsión", "energy_fuel"),
        ("Nativos toman lote 8 y estación 5 del oleoducto", "energy_fuel"),
        ("Repartidores de gas denuncian cobro de cupos", "energy_fuel"),
        ("Trabajadores de Electrocentro acatan paro", "energy_fuel"),
        ("Trabajadores judiciales acatan huelga", "public_sector"),
        ("Servidores de la municipalidad de Ate inician huelga", "public_sector"),
        ("Personal del INPE acata paro", "public_sector"),
        ("Trabajadores de Sunat anuncian huelga", "public_sector"),
        ("Serenos y obreros de limpieza pública protestan por despidos", "public_sector"),
        ("Alcalde recibe amenazas de extorsionadores", "public_sector"),
        ("Trabajadores del Ministerio Público inician paro de 48 horas", "public_sector"),
        ("Periodista recibe amenazas de extorsionadores", "media"),
        ("Detonan explosivo en radio de Trujillo: extorsionadores", "media"),
    ],
)
def test_a_sector_by_its_jobs_vehicles_and_firms(tag, title: str, sector: str) -> None:
    assert [one["name"] for one in tag(title)["sectors"]] == [sector]


@pytest.mark.parametrize(
    ("title", "text", "sectors"),
    [
        ("Paro agrario en Barranca", "Los agricultores cerraron la vía. Hay cola de buses hasta el peaje.", {"agriculture"}),
        ("Paro en Comas", "Los choferes de combis acatan el paro. La gente comparte taxis para llegar.", {"public_transport"}),
        ("Cae cobrador de cupos a taxistas", "La banda exigía cupos a los taxistas.", {"taxi_mototaxi"}),
        ("Amenazan a consultorios de Ate", "Primero fueron las bodegas. Hoy extorsionan a odontólogos.", {"health"}),
        ("Balean movilidad escolar en Comas", "Exigían cupos al conductor de la movilidad escolar.", {"public_transport"}),
        ("Obreros de construcción civil marchan por el hospital", "Exigen reanudar los trabajos del hospital.", {"construction"}),
        ("Transportistas acatan paro", "Choferes de combis paran. Los taxistas todavía no deciden si participan.", {"public_transport"}),
        ("Comuneros bloquean el corredor minero", "Los comuneros exigen que la minera cumpla.", {"mining"}),
        ("Bodegueros de Ica pagan cupos", "La aplicación para denunciar la extorsión fue desarrollada por la Universidad Aurora.", {"retail"}),
        ("Extorsionan a barberías", "Las amenazas las firman Los Búhos del Fundo contra las barberías.", {"personal_services"}),
    ],
)  # fmt: skip
def test_who_is_named_in_passing_is_no_sector(tag, title: str, text: str, sectors: set[str]) -> None:
    assert {sector["name"] for sector in tag(title, text)["sectors"]} == sectors


@pytest.mark.parametrize(
    ("title", "sector"),
    [
        ("Lanzan granada contra discoteca por cupos", "entertainment"),
        ("Volqueteros de Arequipa pagan cupos", "freight_transport"),
        ("Extorsionan a dueños de canteras", "mining"),
        ("Asaltan joyería en el centro", "retail"),
        ("Tejedoras sufren extorsión de prestamistas", "manufacturing"),
        ("Publican ley de alquileres", "real_estate"),
        ("Caficultores buscan sello de origen", "agriculture"),
        ("Resguardan paraderos amenazados por extorsionadores", "public_transport"),
        ("La película peruana se estrena en cines", "entertainment"),
    ],
)
def test_words_of_the_sectors_beside_the_usual(tag, title: str, sector: str) -> None:
    assert sector in {each["name"] for each in tag(title)["sectors"]}


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Sangucherías cierran temprano tras recibir balas", "Los dueños pagaban cupos a una banda.", {"hospitality"}),
        ("Suben los alquileres en Tacna", "El metro cuadrado cuesta más que hace un año.", {"real_estate"}),
        ("Electro Sur anuncia una línea de transmisión", "La obra evitará los cortes de luz.", {"energy_fuel"}),
        ("Lancheros de pasajeros denuncian cobro de cupos", "Los botes salen del embarcadero.", {"public_transport"}),
        ("Obreros de la azucarera inician huelga", "Los camiones con caña hacen cola ante el molino.", {"manufacturing"}),
        ("Verduleras del mercado de Tarma denuncian cupos", "Las comerciantes cerraron sus puestos.", {"markets"}),
        ("Barrenderos municipales en huelga", "Los choferes de los camiones compactadores se sumaron al paro.", {"public_sector"}),
        ("Incautan medicinas vencidas", "Las medicinas iban a las farmacias de otra región.", {"health"}),
    ],
)  # fmt: skip
def test_who_only_stands_beside_is_no_sector(tag, title: str, text: str, expected: set[str]) -> None:
    assert {sector["name"] for sector in tag(title, text)["sectors"]} == expected


def test_a_trade_named_once_far_from_the_subject_is_no_sector(tag) -> None:
    text = (
        "La víctima declaró ante la Policía. El hecho ocurrió de noche. Un vecino, que tiene una florería, lo vio todo."
    )
    assert {sector["name"] for sector in tag("Barbería recibe una carta extorsiva", text)["sectors"]} == {
        "personal_services"
    }


@pytest.mark.parametrize(
    ("text", "there", "absent"),
    [
        ("Los bancos piden a los clientes no compartir claves por casos de phishing.", "finance", ""),
        ("La inmobiliaria vende departamentos de dos dormitorios en planos.", "real_estate", ""),
        ("Los departamentos de Puno y Cusco acatan el paro.", "", "real_estate"),
        ("Las bodegas pisqueras esperan 4 mil turistas por la vendimia.", "hospitality", "retail"),
        ("La banda que extorsiona al alcalde le exige 50 mil soles.", "public_sector", ""),
        ("El alcalde dijo que los comerciantes sufren amenazas y extorsiones.", "", "public_sector"),
        ("Un bus cayó a un abismo y dejó cinco heridos.", "public_transport", ""),
        ("Los despedidos marchan y piden ser repuestos por la fábrica.", "", "retail"),
        ("El jubilado murió en la cola del banco.", "", "finance"),
        ("Copper output fell in July.", "mining", ""),
    ],
)
def test_a_sector_told_in_the_words_of_the_day(tag, text: str, there: str, absent: str) -> None:
    found = {sector["name"] for sector in tag(text)["sectors"]}
    assert (not there or there in found) and absent not in found
