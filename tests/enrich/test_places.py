"""Places: which, how precisely, and when to say nothing."""

import pytest

from core.peru.gazetteer import load


def found(said) -> set[tuple[str | None, str | None, str | None]]:
    return {(place["department"], place["province"], place["district"]) for place in said["places"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Balean un bus en San Juan de Lurigancho", {("Lima", "Lima", "San Juan de Lurigancho")}),
        (
            "Dinamita en SJL y en SMP",
            {("Lima", "Lima", "San Juan de Lurigancho"), ("Lima", "Lima", "San Martín de Porres")},
        ),
        ("Paro en Lima y Callao", {("Lima", "Lima", None), ("Callao", "Callao", None)}),
        ("El gobierno regional de Lima anunció obras", {("Lima", None, None)}),
        ("Paro en la región San Martín", {("San Martín", None, None)}),
        ("Dengue: San Martín, la región con más casos", {("San Martín", None, None)}),
        ("Chosica: marchan los vecinos", {("Lima", "Lima", "Lurigancho")}),
        ("Comerciantes de Gamarra cierran sus puertas", {("Lima", "Lima", "La Victoria")}),
        ("Bloqueo en Chala (Caravelí)", {("Arequipa", "Caravelí", "Chala"), ("Arequipa", "Caravelí", None)}),
        ("Piquetes en Ocoña, en Camaná", {("Arequipa", "Camaná", "Ocoña"), ("Arequipa", "Camaná", None)}),
        ("Atentado en Trujillo", {("La Libertad", "Trujillo", "Trujillo")}),
        ("Incendio en el cercado de Ica", {("Ica", "Ica", "Ica")}),
        ("Bloquean la ruta Huacho-Sayán", {("Lima", "Huaura", "Huacho"), ("Lima", "Huaura", "Sayán")}),
        (
            "Fire in the Cerro Colorado district of Arequipa",
            {("Arequipa", "Arequipa", "Cerro Colorado"), ("Arequipa", None, None)},
        ),
        ("Paro en la provincia de Trujillo", {("La Libertad", "Trujillo", None)}),
        ("Protesta en Nazca", {("Ica", "Nasca", "Nasca")}),
        ("Visitantes varados en Machu Picchu", {("Cusco", "Urubamba", "Machupicchu")}),
        (
            "Robo en el distrito de Santa Rosa, provincia de Jaén",
            {("Cajamarca", "Jaén", "Santa Rosa"), ("Cajamarca", "Jaén", None)},
        ),
        ("Lluvias en Miraflores, Arequipa", {("Arequipa", "Arequipa", "Miraflores"), ("Arequipa", None, None)}),
        ("Vecinos de Miraflores protestan", {("Lima", "Lima", "Miraflores")}),
        ("Zapateros de El Porvenir, distrito liberteño, cierran", {("La Libertad", "Trujillo", "El Porvenir")}),
        ("Strike in the Peruvian city of Trujillo", {("La Libertad", "Trujillo", "Trujillo")}),
        ("#Laredo amaneció sin luz", {("La Libertad", "Trujillo", "Laredo")}),
        (
            "Los distritos de Ate, Comas y Lince",
            {("Lima", "Lima", "Ate"), ("Lima", "Lima", "Comas"), ("Lima", "Lima", "Lince")},
        ),
        ("Asaltan a un viajero en el aeropuerto Jorge Chávez", {("Callao", "Callao", "Callao")}),
        ("Hallan celulares en el penal de Lurigancho", {("Lima", "Lima", "San Juan de Lurigancho")}),
        ("Dos puestos cerrados en el mercado Moshoqueque", {("Lambayeque", "Chiclayo", "José Leonardo Ortiz")}),
        (
            "La Esperanza y Florencia de Mora sin buses",
            {("La Libertad", "Trujillo", "La Esperanza"), ("La Libertad", "Trujillo", "Florencia de Mora")},
        ),
        (
            "Agricultores de Santa Rosa marchan en Melgar, Puno",
            {("Puno", "Melgar", "Santa Rosa"), ("Puno", "Melgar", None), ("Puno", None, None)},
        ),
        ("Balean a un taxista en Las Lomas de San Juan de Lurigancho", {("Lima", "Lima", "San Juan de Lurigancho")}),
        ("Puno: derrumbe en La Rinconada", {("Puno", None, None), ("Puno", "San Antonio de Putina", "Ananea")}),
        ("Cae un cabecilla en el centro de Lima", {("Lima", "Lima", None)}),
        ("Colectiveros de Lima norte paran", {("Lima", "Lima", None)}),
        (
            "Dos puestos cerrados en Bustamante y Rivero, Arequipa",
            {("Arequipa", "Arequipa", "José Luis Bustamante y Rivero"), ("Arequipa", None, None)},
        ),
        (
            "Protesta en Víctor Larco, Tambogrande y Vilcashuamán",
            {
                ("La Libertad", "Trujillo", "Víctor Larco Herrera"),
                ("Piura", "Piura", "Tambo Grande"),
                ("Ayacucho", "Vilcas Huamán", "Vilcas Huamán"),
            },
        ),
        ("EXTORSIÓN EN VILLA EL SALVADOR: CAEN TRES", {("Lima", "Lima", "Villa El Salvador")}),
    ],
)
def test_places(tag, text: str, expected) -> None:
    assert found(tag("Noticia", text + ".")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Mi tía María vende flores en el parque",
        "Suben al cerro San Cristóbal de Santiago de Chile",
        "Cierra una tienda de la cadena Mega Plaza",
        "La política es así",
        "Pidió la libertad de su hermano",
        "Alianza Lima ganó el partido",
        "Caminó por la avenida Arequipa hasta el final",
        "Cruzó el jirón Cusco de noche",
        "La Cámara de Comercio de Lima publicó un estudio",
        "La Asociación de Transportistas de Puno saludó la medida",
        "La Universidad de Piura abrió su admisión",
        "Caen Los Malditos de Moche",
        "El sacerdote Martín Lima habló ayer",
        "Santa Claus llegó a la fiesta",
        "La mina Alto San Martín reabrió",
        "Constitución y ley se respetan",
        "María y Jesús se casaron",
        "Comió una granada y un mango",
        "Cerró el puño con rabia",
        "Hay un pisco en la mesa",
    ],
)
def test_no_place(tag, text: str) -> None:
    assert tag("Noticia", text + ".")["places"] == []


def test_a_place_carries_code_coordinates_precision_and_spans(tag) -> None:
    text = "Paro en Azángaro y otra vez Azángaro."
    (place,) = tag("Protesta", text)["places"]
    assert place["ubigeo"] == "210201"
    assert place["precision"] == "district"
    assert place["role"] == "event"
    assert -15.5 < place["lat"] < -14 and -71 < place["lon"] < -69
    assert [text[start:end] for _, start, end in place["spans"]] == ["Azángaro", "Azángaro"]


def test_a_distance_is_only_a_mention(tag) -> None:
    places = tag("Bloqueo en Ica", "La vía sigue cerrada a 300 kilómetros al sur de Lima.")["places"]
    assert {place["department"]: place["role"] for place in places} == {"Ica": "event", "Lima": "mention"}


def test_sport_clubs_and_nicknames_are_no_places(tag) -> None:
    assert (
        tag("Alianza Lima cae en el Torneo Clausura", "Los de La Victoria no hicieron un gol en todo el partido.")[
            "places"
        ]
        == []
    )


@pytest.mark.parametrize(
    "title", ["Granada: receta de ensalada", "Esperanza: la telenovela de la tarde", "Rosario: así fue la misa"]
)
def test_a_word_before_a_colon_is_a_place_only_where_it_is_nothing_else(tag, title: str) -> None:
    assert tag(title)["places"] == []
    assert tag("Olmos: buscan a un minero")["places"][0]["district"] == "Olmos"


def test_official_names_have_their_accents() -> None:
    gazetteer = load()
    departments = {place.department for place in gazetteer.places.values()}
    assert len(departments) == 25
    assert {"Áncash", "Apurímac", "Huánuco", "Junín", "San Martín", "La Libertad"} <= departments
    provinces = {place.province for place in gazetteer.places.values() if place.level == "province"}
    assert {
        "Nasca",
        "Cañete",
        "Huarochirí",
        "Datem del Marañón",
        "Camaná",
        "Ferreñafe",
        "Rodríguez de Mendoza",
        "Purús",
    } <= provinces
    districts = {place.district for place in gazetteer.places.values()}
    assert {
        "San Juan de Lurigancho",
        "Villa El Salvador",
        "Rímac",
        "Lurín",
        "Pachacámac",
        "Jesús María",
        "Breña",
        "Alto Trujillo",
    } <= districts


def test_every_place_is_within_its_parent_and_in_peru() -> None:
    gazetteer = load()
    for place in gazetteer.places.values():
        parent = gazetteer.parent(place)
        assert (parent is None) == (place.level == "department")
        assert parent is None or place.within(parent)
        if place.lat is not None and place.lon is not None:
            assert -18.5 < place.lat < 0.1 and -81.5 < place.lon < -68.5


def test_departments_of_real_headlines(tag, shared_data) -> None:
    from core.text import fold

    right = wrong = 0
    for line in (shared_data / "headlines/region_labels.tsv").read_text("utf-8").splitlines()[1:]:
        region, _source, _seen, title, _url = line.split("\t")
        if region == "lima":
            continue
        departments = {fold(place["department"]).replace(" ", "-") for place in tag(title)["places"]}
        right += region in departments
        wrong += bool(departments) and region not in departments
    assert right >= 450
    assert right / (right + wrong) >= 0.96


@pytest.mark.parametrize(
    ("title", "text", "districts"),
    [
        ("Obreros marchan en Cusco", "Recorrieron el centro de Cusco y volvieron.", {"Cusco"}),
        ("Cafetaleros de Satipo cierran la vía", "", {None}),
        ("Emergencia en distritos de Puno", "Comprende distritos de Lampa y Melgar.", {None}),
        ("Balean bus de la empresa Saeta del Rímac", "", set()),
        ("Bajan los precios en el valle del Jequetepeque", "", set()),
        ("Cae banda en Trujillo", "El cabecilla es un interno del penal de La Capilla.", {"Trujillo"}),
        ("Aprueban la carretera a Chavín de Huántar", "La vía llegará hasta Chavín.", {"Chavín de Huántar"}),
        ("Retrasos en el aeropuerto Jorge Chávez", "", {"Callao"}),
        ("Ilo: convocan a paro provincial", "El paro provincial será el lunes.", {None}),
    ],
)
def test_which_level_a_name_means_and_which_names_are_none(
    tag, title: str, text: str, districts: set[str | None]
) -> None:
    assert {place["district"] for place in tag(title, text)["places"]} == districts


def test_where_a_road_leads_is_only_a_mention(tag) -> None:
    places = tag("Obreros de Tumán cierran la carretera a Chongoyape")["places"]
    assert {place["name"]: place["role"] for place in places} == {"Tumán": "event", "Chongoyape": "mention"}
