"""The words that say what a capitalised name is a name of: heads of organisations, titles, offices, verbs of saying, openers.

All are folded (`core.text.fold`). Spanish first; English where Peru's English-language outlets need it.
"""

import re


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


GUILD = _set(
    "asociacion asociaciones federacion confederacion sindicato sindicatos seudosindicato coordinadora corporacion camara frente gremio "
    "gremial central sociedad junta plataforma convencion sute sutep colegio liga red agrupacion asamblea organizaciones union "
    "association federation confederation chamber guild syndicate"
)
"""First words of the names of guilds. Some are no guild's with the words of NO_GUILD behind them."""
NO_GUILD = {
    "colegio": re.compile(r"^colegio (?!(?:de|del|medico|odontologico|quimico|nacional de|departamental)\b)"),
    "central": re.compile(r"^central (?:hidroelectrica|termica|nuclear|electrica|park|european)"),
    "union": re.compile(r"^union (?:europea|sovietica|africana|temporal|deportiva|espanola|huaral|comercio|por el)|^union$"),
    "liga": re.compile(r"^liga (?:1|2|de campeones|espanola|femenina|profesional|deportiva|distrital|departamental)|^liga$"),
    "red": re.compile(r"^red (?:de salud|bull|asistencial|prestacional|dorsal|vial|electrica)|^red$"),
    "sociedad": re.compile(r"^sociedad$|^sociedad (?:anonima|interamericana|minera|agricola|estatal|de beneficencia|general)"),
    "camara": re.compile(r"^camara$|^camara (?:de (?:diputados|senadores|representantes|los|apelaciones)|alta|baja|municipal)"),
    "junta": re.compile(r"^junta$|^junta (?:de (?:gobierno|andalucia|galicia|castilla|extremadura|comunidades|portavoces|fiscales)|directiva|militar|electoral|nacional de justicia)"),
    "frente": re.compile(r"^frente$|^frente (?:amplio|polisario|farabundo|sandinista|esperanza|democratico|independiente|parlamentario)"),
    "federacion": re.compile(r"^federacion$|^federacion (?:rusa|de rusia|(?:\w+ )?(?:peruana|espanola|deportiva|internacional|argentina|chilena)? ?de (?:futbol|tenis|voleibol|voley|atletismo|ciclismo|boxeo|natacion|automovilismo))"),
    "corporacion": re.compile(r"^corporacion$|^corporacion (?:andina|financiera|aceros|lindley|de seguridad|interamericana|banmat|fonafe)"),
    "asamblea": re.compile(r"^asamblea$|^asamblea (?:nacional|general|constituyente|legislativa|de madrid|francesa|parlamentaria)"),
    "plataforma": re.compile(r"^plataforma$"),
    "asociacion": re.compile(r"^asociacion (?:deportiva|de futbol|para el deporte|del futbol)|^asociacion$"),
    "association": re.compile(r"^association$"), "federation": re.compile(r"^federation$"), "convencion": re.compile(r"^convencion$|^convencion (?:de|sobre|interamericana|americana|constitucional)\b"),
    "agrupacion": re.compile(r"^agrupacion$|^agrupacion (?:politica|musical)"), "chamber": re.compile(r"^chamber$|^chamber of deputies"),
}  # fmt: skip
INSTITUTION = _set(
    "ministerio ministry gobierno government municipalidad ayuntamiento alcaldia gobernacion prefectura subprefectura comisaria congreso congress "
    "senado senate parlamento parliament corte court tribunal juzgado sala fiscalia procuraduria defensoria contraloria superintendencia direccion "
    "gerencia subgerencia division departamento oficina jefatura comandancia cancilleria policia police ejercito army marina armada fuerza guardia "
    "instituto institute universidad university hospital clinica ugel dre diresa geresa red consejo council comision commission comite committee autoridad agencia "
    "agency unidad unit centro secretaria presidencia viceministerio registro organismo organizacion organization fondo fund servicio programa "
    "academia escuela facultad archivo biblioteca museo fundacion foundation cruz iglesia arzobispado obispado conferencia audiencia "
    "mision naciones comunidad cortes delegacion subdelegacion embajada consulado cuerpo brigada batallon grupo observatorio patronato patronat generalitat xunta diputacion "
    "asamblea consorcio provias interpol cia fbi ongs bomberos tesoro casa divincri depincri dirincri macregpol regpol"
)
"""First words of the names of state bodies, schools, hospitals and other bodies without owners."""
COMPANY = _set(
    "banco bank caja financiera compañia company empresa empresas minera mining agroindustrial agroexportadora constructora inmobiliaria "
    "cementos refineria aerolineas lineas transportes grifos supermercados laboratorios clinica editorial corporacion consorcio bolsa "
    "telefonica industrias cerveceria pesquera siderurgica hidroelectrica seguros motors airlines petroleos grupo group consultora astilleros"
)
PARTY = _set(
    "partido party movimiento alianza coalicion izquierda convergencia bloque bancada frente fuerza juventudes"
)
SITE = _set(
    "san santa santo saint monasterio colegiata basilica santuario ermita palacio palau plaza parque avenida av calle jiron islas isla rio monte montes sierra aeropuerto puente estadio teatro catedral castillo valle golfo mar oceano costa cabo bahia lago laguna playa puerto cerro volcan "
    "carretera autopista corredor longitudinal barrio urbanizacion mercado cordillera desierto selva canal street avenue river island islands lake airport park square provincia region departamento distrito"
)
"""First words of the names of streets, buildings and landscapes."""
CLUB = _set("real atletico deportivo deportes sporting club racing athletic sport cd fc seleccion")
NOT_ALONE = _set(
    "gobierno government association federation mision naciones comunidad bomberos cortes casa grupo centro division departamento unidad servicio programa registro fondo estado sala central frente liga red colegio fuerza cruz union "
    "alianza bloque izquierda real deportes sport direccion oficina escuela museo hospital clinica empresa empresas lineas transportes seguros caja "
    "compañia company industrias club sporting organizacion organismo comision comite consejo centro facultad instituto universidad academia fundacion "
    "editorial aerolineas bolsa asociacion federacion agencia autoridad delegacion secretaria presidencia cuerpo sociedad camara junta convergencia movimiento partido mining group"
)
"""Heads that are a name only with more words behind them."""
TITLE = _set(
    "señor señora señorita señores sr sra srta don doña doctor doctora dr dra ingeniero ing licenciado lic abogado profesor profesora maestro presidente presidenta "
    "expresidente vicepresidente vicepresidenta ministro ministra exministro viceministro premier congresista excongresista alcalde alcaldesa exalcalde gobernador gobernadora "
    "regidor regidora prefecto fiscal juez jueza magistrado general coronel comandante capitan mayor teniente sargento suboficial alferez almirante cabo "
    "rey reina principe princesa infanta papa cardenal arzobispo obispo monseñor padre fray sor hermano madre diputado diputada senador senadora "
    "canciller embajador embajadora secretario secretaria portavoz vocero vocera dirigente dirigenta lider director directora gerente jefe jefa "
    "president minister mayor governor congressman congresswoman prime colonel judge prosecutor mr mrs ms sir lord conde duque marques "
    "tecnico entrenador delantero portero defensa arquero volante mediocampista actor actriz cantante escritor escritora poeta periodista conductor conductora "
    "empresario empresaria chofer cobrador mototaxista comerciante bodeguero bodeguera ciudadano ciudadana joven menor sicario cabecilla candidato candidata decano decana rector rectora "
    "rey hijo hija hermana esposo esposa viuda profesora docente obrero agricultor pescador minero spokesman spokeswoman spokesperson leader compañero compañera"
)
"""Words directly before a person's name."""
SITES = _set(
    "hospital carretera autopista avenida av. jiron jr. calle pasaje colegio institucion aeropuerto plaza parque estadio puente iglesia parroquia capilla clinica ovalo urbanizacion urb. asentamiento aa.hh. complejo coliseo teatro "
    "museo premio orden copa torneo medalla plan represa mercado terminal penal huracan tormenta ley residencial malecon alameda via buque crucero bus virgen santuario escuela jardin liceo academia san educativa humano"
)
"""`hospital` María Auxiliadora, `carretera` Federico Basadre: sites and things that bear a person's name."""
EPONYMS = frozenset(
    ("fernando belaunde terry", "ramiro priale", "federico basadre", "javier prado", "jorge chavez", "tupac amaru", "nicolas ayllon", "nicolas de pierola", "alfonso ugarte", "jose larco", "victor larco", "cesar vallejo",
     "mariscal castilla", "miguel grau", "francisco bolognesi", "nestor gambetta", "elmer faucett", "simon bolivar", "jose olaya", "cayetano heredia", "edgardo rebagliati", "guillermo almenara", "arzobispo loayza", "dos de mayo", "daniel alcides carrion", "maria auxiliadora", "ricardo palma", "antunez de mayolo", "jose carlos mariategui")
)  # fmt: skip
"""People after whom roads, hospitals and schools are called: behind an article (`la` Fernando Belaunde Terry) no person is meant."""
IN = _set("en desde hacia hasta near in from")
PLACES = _set(
    "ciudad ciudades provincia provincias localidad localidades poblacion distrito distritos estado estados pueblo pueblos municipio municipios municipal region isla islas comarca barrio aeropuerto puerto rio lago capital departamento "
    "republica valle frontera norte sur este oeste cerca sierra playa calle avenida plaza palacio hospital hospitales abad arzobispo obispo parroquia montaña vecinos universidad carretera comunidad alcalde alcaldesa habitantes "
    "province district city"
)
"""Words whose `de` a place follows."""
OF = _set("de del of for")
THE = _set("el la los las the")
CALLED = {
    **dict.fromkeys(["empresa", "empresas", "compañia", "firma", "constructora", "constructoras", "aerolinea", "multinacional", "editorial", "operadora", "minera", "discoteca", "restaurante", "bodega", "agroexportadora", "textil", "ferreteria", "polleria", "firm", "company", "filial", "cadena", "grupo", "banco"], "company"),
    **dict.fromkeys(["sindicato", "gremio", "federacion", "asociacion"], "guild"),
    **dict.fromkeys(["partido", "coalicion", "movimiento", "bancada"], "party"),
    **dict.fromkeys(["diario", "periodico", "revista", "agencia", "equipo", "club", "institucion", "consorcio", "emisora", "organizacion", "guerrilla", "ong", "orquesta", "agrupacion"], "other"),
}  # fmt: skip
"""What kind the word before a name says that it is."""
NAMED = _set("llamada llamado denominada denominado")
OFFICES_OF = _set(
    "ministro ministra ministros ministras viceministro viceministra secretario secretaria subsecretario subsecretaria consejero consejera consejeros titular minister cartera concejal concejala procurador procuradora"
)
"""`ministro de` Comunicaciones: what follows belongs to the office."""
APPOSED = re.compile(
    r"\b(?:ministr[oa]|president[ae]|director(?:a)?|secretari[oa]|portavoz|vocer[oa]|alcalde(?:sa)?|gerente|jef[ea]|dirigente|lider|general|president|minister|decan[oa]|rector(?:a)?|delegad[oa]|coordinador(?:a)?|fiscal|abogad[oa]|congresista|gobernador(?:a)?|entrenador|tecnico|representante|titular|victima|fallecid[oa]|occis[oa]|agraviad[oa]|detenid[oa]|chofer|comerciante|esposa|hij[oa]|herman[oa])\b[^.;:()\"“”]{0,60}, $"
)
SAID = _set(
    "dijo afirmo señalo agrego explico indico aseguro manifesto sostuvo declaro anuncio informo preciso comento añadio reconocio subrayo destaco segun said"
)
"""Words behind which a person's name stands."""
SAYS = re.compile(
    r"[\"'”’»]?,? (?:que |quien |tambien |ya |no |se |le |lo |les |ha |habia |hoy |ayer )?(?:dijo|afirmo|señalo|agrego|explico|indico|aseguro|manifesto|sostuvo|declaro|anuncio|informo|preciso|comento|añadio|reconocio|"
    r"pidio|expreso|subrayo|destaco|recordo|advirtio|denuncio|respondio|insistio|conto|relato|detallo|lamento|rechazo|critico|considero|confirmo|exigio|refirio|nego|opino|concluyo|"
    r"dice|afirma|señala|agrega|explica|indica|asegura|manifiesta|sostiene|declara|pide|critica|insiste|cree|responde|recuerda|habla|hablo|said|told|says|added|quien|años|alias|,)\b"
)
OPENERS = _set(
    "el la los las lo un una unos unas al del en de con por para sin segun sobre tras ante desde durante hasta hacia entre contra mediante este esta estos estas ese esa esos esas eso esto aquel aquella "
    "su sus mi mis tu tus nuestro nuestra nuestros y o u e ni pero sino ademas tambien asi luego despues antes mientras cuando como donde si no ya aunque entonces ahora hoy ayer anoche mañana se le les nos me te yo "
    "ella ellos ellas usted ustedes nosotros quien quienes que cual cuales cuanto cuantos cuanta cuantas por porque pues todo toda todos todas otro otra otros otras cada algun alguna algunos algunas ningun ninguna muchos muchas "
    "varios varias ambos ambas cualquier mas menos muy tan solo tampoco siempre nunca casi aqui alli asimismo finalmente ayer actualmente posteriormente igualmente previamente recientemente "
    "primero primera segundo segunda tercer tercero ultimo ultima uno dos tres cuatro cinco seis siete ocho nueve diez cien mil hay habra hubo es son fue fueron era eran sera seran ha han habia esta estan estaba "
    "fuentes foto fotos video videos sin embargo gracias hola señores señor dios lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto "
    "septiembre setiembre octubre noviembre diciembre the a an in on at for from with by and or but if as this that these those he she it they we you i his her their its our not no yes to of after before when while who what "
    "which where why how there here more most all some any each new police two three four five six spokesman at monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december"
)
"""Words that begin sentences; never a name by themselves."""
BEFORE_HEAD = _set(
    "national peruvian regional international general provincial urban supreme interior education health transport labour labor departmental"
)
LAST_HEADS = _set(
    "association federation confederation union chamber ministry council commission party congress syndicate guild"
)
"""Last words of English names: `Southern Transporters Association`."""
PARTICLES = _set("de del la las los")
ARTICLES = _set("el la los las the de")
SURNAMES_TOO = _set(
    "cruz real casa central sala red archivo caja torre torres solar rosa vega puente castillo aguila carpio barrio fuente hoz rua serna quintana leon rio monte lago valle costa puerto parque plaza calle marin toledo zamora merced guardia guerra prado mata piedra peña"
)
"""Surnames, also behind `de la`, that are heads or places too."""
NEVER = _set(
    "dd.ss dd.ll dd.uu d.s d.l d.u d.leg "
    "noel navidad semana santa año nuevo internet covid yape plin whatsapp facebook twitter instagram tiktok youtube facebooks dni ruc igv uit s/ ley decreto resolucion ordenanza articulo codigo constitucion "
    "proyecto plan estatuto tratado acuerdo convenio reglamento biblia corpus copa mundial torneo liga1 eurocopa olimpiadas premio grammy i ii iii iv v vi vii viii ix x xi xii xx xxi pib ipc iva dl ds du pl n n° nº "
    "panamericana interoceanica carretera avenida av jiron jr calle pasaje plaza parque urbanizacion urb puente ovalo kilometro km league ud usted d vd vds dios ibex dow jones euro euribor"
)
"""Capitalised words that begin no person's, organisation's or place's name here."""
ACRONYM_NOT = _set(
    "sida vih adn pbi pib dni ruc cts afp cd dvd tv iva igv uit ipc km hora am pm lima peru soat vip gps sms led usb pcr uci n no si s a el la ok pp1 covid ee uu eeuu usa uk urss vs video fotos foto urgente alerta ultimo minuto opinion "
    "aviso comunicado gmt vivo directo online entrevista informe oficial resumen perfil reseña gratis link links ver gol amor go us usd pen ceo cas tlc glp gnv isc rmv dt vip gp sos var ong ongs pc ps4 ps5 epp plan suv rpm iso isbn pdf qr url app apps pyme pymes mype "
    "mypes adhd ets its ira oro hoy ya exclusivo exclusiva estreno trailer reja tbc ph uv led tac rt pbi mp3 ia ai it vrae vraem ppm ojo mira atencion galeria cronica nota columna editorial debate encuesta final vivos quien como donde que cuando por para con sin del las los una"
)
NUMBERED = re.compile(r"(?:bill|law|decree|act|resolution)\b(?: (?:no\.?|nr\.?|n[.°º]+|number|#))? ?\d")
"""English norms by their numbers, printed as names are: `Bill 12345/2025-CR`, `Law No. 30077`."""
CODE = re.compile(r"[A-ZÑ]{1,3}-?\d+(?:-?[A-Z])?(?:-\d+)?")
"""Models, roads and formulas: `PE-3S`, `F1`, `PS5`, `A320`."""
SHOUTED_BEFORE = ("EN ", "DE ", "EL ", "LA ", "AL ", "UN ", "LO ")
"""A small word in capitals, behind which a word is shouted, not abbreviated."""
OFFICE = re.compile(
    r"(?:\b(?:ex|vice)?-?(?:president[ae]|ministr[oa]|premier|congresistas?|alcaldes(?:a|as)?|alcalde|gobernador(?:a|es)?|parlamentari[oa]|legislador(?:a|es)?|fiscal(?:es)?|mandatari[oa]|regidor(?:a|es)?|prefect[oa]|"
    r"senador(?:a|es)?|diputad[oa]s?|canciller|juez(?:a)?|magistrad[oa]|procurador(?:a)?|contralor(?:a)?|defensor(?:a)? del pueblo|viceministr[oa]|superintendente|embajador(?:a)?|comandante general|(?:general|coronel|comandante|mayor|capitan)(?: de la)? pnp|"
    r"jefe (?:del|de la|de) (?:estado|gabinete|policia|region policial|pnp|inpe|divincri|dirincri|depincri|macro\w+)|papa|rey|reina|prime minister|president|(?:\w+ )?minister|governor|congress(?:man|woman)|senator|prosecutor|police chief))\b"
)
"""Public offices: whoever bears one is no private citizen. `presidente` of a guild is not one: see NOT_PUBLIC."""
NOT_PUBLIC = re.compile(
    r"\bsu (?:president[ae]|jef[ea]|director(?:a)?)\b|\b(?:president[ae]?|director(?:a)?|general) (?:de|del|of)\b(?! (?:la )?(?:republica|congreso|consejo de ministros|poder judicial|gobierno|pcm|jne|tribunal|corte|comision|junta nacional de justicia|peru|chile|bolivia|ecuador|argentina|brasil|colombia|venezuela|mexico|estados unidos|francia|rusia|ucrania|consejo)\b)"
)
OFFICE_BEFORE = re.compile(
    rf"{OFFICE.pattern}(?: (?:de|del|regional|provincial|distrital|adjunt[oa]|suprem[oa]|of|de facto|interin[oa])\b[^.;:()\"“”]{{0,60}})?,? $"
)
OFFICE_AFTER = re.compile(rf",? (?:el |la |the |actual |entonces |ex)?(?:[\w ]{{0,20}} )?{OFFICE.pattern}")
OFFICE_STEM = re.compile(
    r"[mpcagflrsjdei](?:inist[er]|resident|remier|ongres|lcald|obernador|arlamentari|egislador|iscal|andatari|egidor|refect|enador|iputad|anciller|uez|agistrad|rocurador|ontralor|efensor|uperintendente|mbajador|omandante|np|efe|apa|ey|eina|overnor|enator|rosecutor|hief)"
)
"""One of them stands wherever an office does: a quick look before OFFICE_BEFORE and OFFICE_AFTER."""


def words_before(folded: str, start: int) -> list[str]:
    """The last words of the same clause directly before a name, as far as four; none where something else than a space or a quote stands between."""
    before = folded[max(0, start - 45) : start]
    cut = before.rstrip("\"'“‘« ")
    return cut.rsplit(None, 4)[-4:] if len(cut) < len(before) else []


def is_placed(left: list[str]) -> bool:
    """Whether the words before say that a place follows: `en`, `ciudad de`, `ciudad colombiana de`."""
    words = left[:-1] if left and left[-1] in THE else left
    if not words:
        return False
    return words[-1] in IN or (
        words[-1] in OF and len(words) > 1 and (words[-2] in PLACES or (len(words) > 2 and words[-3] in PLACES))
    )


def called(left: list[str]) -> str | None:
    """The kind that the words before give an organisation: `empresa`, `empresa peruana`, `banda denominada`."""
    words = left[:-1] if left and left[-1] in NAMED else left
    if not words:
        return None
    kind = CALLED.get(words[-1])
    if kind is None and len(words) > 2 and words[-2] == "de" and words[-3] in _FIRMS and words[-1].isalpha():
        return "company"  # empresa de transportes El Rápido
    if kind is None and len(words) > 1 and words[-1] not in _BETWEEN and words[-1].isalpha():
        kind = CALLED.get(words[-2])
    return kind


_FIRMS = _set("empresa empresas compañia firma")
_BETWEEN = _set("de en que a del y el la los las con por para") | IN


def is_site(left: list[str]) -> bool:
    """Whether a site or a thing follows that bears a person's name."""
    words = left[:-1] if left and left[-1] == "de" else left
    return bool(words) and (
        words[-1] in SITES
        or (len(words) > 1 and words[-2] in SITES and words[-1] not in _BETWEEN and words[-1].isalpha())
    )


def is_of_an_office(left: list[str]) -> bool:
    """Whether the words before make what follows the field of an office."""
    words = left[:-1] if left and left[-1] in THE else left
    return (
        len(words) > 1 and words[-1] in OF and (words[-2] in OFFICES_OF or (len(words) > 2 and words[-3] in OFFICES_OF))
    )
