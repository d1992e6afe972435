"""Killed and injured in the event that a text tells, never yearly counts nor earlier events.

A count stands before who or how (`dos choferes heridos`, `murieron nueve personas`, `quince quedaron heridas`), one person is told by an
article and a verb (`el chofer murió`, `recibió un balazo`). What a sentence tells of other days, of a figure over months, of
threats and of attempts is left out; that nobody was hurt is said as such.
"""

import re
from collections.abc import Iterator

from core.document import Payload
from core.numerals import BELOW_100, value
from enrich.reading import Reading

VERSION = "6"

_MANY = {"decena de": 10, "una decena de": 10, "docena de": 12, "una docena de": 12, "un par de": 2, "dozen": 12}
_COUNT = rf"\d{{1,3}}|{'|'.join(sorted(_MANY, key=len, reverse=True))}|{BELOW_100}"
_N = f"(?P<n>{_COUNT})(?! mil )"
_WHO = (
    r"(?:personas?|(?:miembros|integrantes) de (?:una|la misma|su) familia|sicarios?|delincuentes?|ladron(?:es)?|extorsionador(?:es|a)?|hampon(?:es)?|capata(?:z|ces)|delegad[oa]s?|tesorer[oa]s?|secretari[oa]s?|gerentes?|administrador(?:es|a)?|panader[oa]s?|albañil(?:es)?|cociner[oa]s?|vendedor(?:es|a)?|docentes?|profesor(?:es|a)?|maestr[oa]s?|estibador(?:es)?|rondero?s?|jubilad[oa]s?|medic[oa]s?|enfermer[oa]s?|peon(?:es)?|guardaparques?|inspector(?:es|a)?|soldados?|bomberos?|ancian[oa]s?|niñ[oa]s?|hombres?|mujer(?:es)?|jovenes|joven|policias?|mototaxistas?|taxistas?|chofer(?:es)?|conductor(?:es|a)?|cobrador(?:es|a)?|transportistas?|comerciantes?|empresari[oa]s?|"
    r"pasajer[oa]s?|victimas?|menor(?:es)?|adolescentes?|trabajador(?:es|a)?|obrer[oa]s?|musicos?|sujetos?|civiles|civil|escolar(?:es)?|alumn[oa]s?|mineros?|manifestantes?|agricultor(?:es|a)?|topografos?|percusionistas?|grifer[oa]s?|griferit[oa]s?|pobladores|poblador(?:a)?|"
    r"comuner[oa]s?|vecin[oa]s?|vigilantes?|clientes?|comensal(?:es)?|meser[oa]s?|peluquer[oa]s?|barberos?|bodeguer[oa]s?|dirigentes?|periodistas?|cantantes?|productor(?:es|a)?|cambistas?|tecnic[oa]s?|maquinistas?|operari[oa]s?|camioneros?|"
    r"colectiveros?|guardias?|agentes?|efectivos?|suboficial(?:es)?|serenos?|asistentes?|timbaleros?|transeuntes?|herman[oa]s?|dueñ[oa]s?|propietari[oa]s?|alcaldes?|abogad[oa]s?|ingenier[oa]s?|chic[oa]s?|muchach[oa]s?|repartidor(?:es|a)?|motociclistas?|"
    r"estudiantes?|pescador(?:es)?|ganader[oa]s?|hij[oa]s?|people|drivers?|protesters?|officers?|workers?|men|women|man|woman|students?|miners?|customers?|guards?|passengers?|musicians?|owners?|traders?|farmers?|collectors?|merchants?|vendors?|mozos?|sastres?|madres?|padres?|esposos?|esposas?|abuel[oa]s?|sobrin[oa]s?|niet[oa]s?|primos?|bebes?|futbolistas?|cantautor(?:es)?|djs?|regidor(?:es|a)?|fiscal(?:es)?|juez|jueces|turistas?|extranjer[oa]s?|venezolan[oa]s?)"
)
_SOME = (
    rf"(?: (?!(?:que|y|and|por|tras|en|con|sin|a|al|dej\w+|hay|hubo|suma\w*|causa\w*|\d+|{BELOW_100})\b)\w+){{0,4}}?"
)
_DEAD = r"(?:muert[oa]{s}|fallecid[oa]{s}|asesinad[oa]{s}|acribillad[oa]{s}|ultimad[oa]{s}|victimad[oa]{s}|(?:secuestrad[oa]{s} y )?asesinad[oa]{s}|dead|killed|murdered|shot dead)"
_DIED_MANY = r"(?:murieron|fallecieron|mueren|fallecen|perdieron la vida|fueron (?:asesinad|acribillad|ultimad|victimad|hallad[oa]s muert)[oa]s|resultaron muert[oa]s|were (?:killed|murdered|shot dead|found dead)|found dead|died|die)"
_DIED_ONE = r"(?:murio|fallecio|muere|fallece|perdio la vida|fue (?:asesinad|acribillad|ultimad|victimad|rematad|hallad[oa] muert)[oa]|le quit(?:o|aron) la vida|resulto muert[oa]|was (?:killed|murdered|shot dead)|died)"
_KILL = r"(?:mata(?= a )|asesina(?= a )|acribilla(?= a )|ultima(?= a )|mataran|mataban|habian matado|asesinaran|acribillaran|dispararan y mataran|quit(?:o|aron) la vida|dej(?:o|aron|an) sin vida|dieron muerte|da muerte|dio muerte|remat(?:an|aron|o)|asesinan|matan|acribillan|ultiman|victiman|asesinaron|mataron|acribillaron|asesino|mato|acribillo|ultimaron|kill|kills|killed|murder|murdered|shot dead)"
_HURT = r"(?:herid[oa]{s}|lesionad[oa]{s}|contus[oa]{s}|policontus[oa]{s}|acuchillad[oa]{s}|apuñalad[oa]{s}|abalead[oa]{s}|baleados y heridos|injured|wounded|hurt)"
_HIT = r"(?:hiere|hieren|hirieron|hirio|lesionan|lesionaron|injure|injured|wound|wounded|injuring|wounding|dej\w+ (?:grave(?:mente)? )?herid[oa]s?|dej\w+ (?:grave|malherid[oa]s?|en estado (?:grave|critico)|al borde de la muerte))"
_BY = r"(?: (?:a (?:balazos|tiros|cuchilladas|puñaladas|golpes|pedradas|quemarropa|machetazos|hachazos|palos)|de (?:\w+ )?(?:balazos|tiros)|de (?:un|\w+) (?:balazo|disparo)|en (?:la|el) \w+))?"
_BODY = r"(?:pierna|piernas|brazo|hombro|muslo|rodilla|pie|tobillo|abdomen|pecho|torax|mano|espalda|gluteo|cuello|rostro|cabeza|costillas|frente|oreja|cadera)"
_A = r"(?:el|la|su|un|una|otro|otra|the|a|an)"
_ONES = {form: pattern.replace("{s}", "") for form, pattern in (("dead", _DEAD), ("hurt", _HURT))}
_MANYS = {form: pattern.replace("{s}", "s") for form, pattern in (("dead", _DEAD), ("hurt", _HURT))}
_WERE = r"(?:(?:resultaron|quedaron|fueron|estan|permanecen|terminaron|salieron|were|con heridas) (?:\w+mente )?)?"
_WAS = r"(?:resulto|quedo|fue|esta|permanece|termino|salio|acabo|was|recibio)"
_KILLED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<! nombre de) {_N}(?: {_WHO})?{_SOME} {_MANYS['dead']} ",
        rf" {_KILL}{_BY} a (?!un[ao]? ){_N} (?:y|e|en|por|tras|cuando|frente|dentro) ",
        rf"^ (?P<n>un|una) {_ONES['dead']} ",
        rf" {_N} {_WHO} son (?:asesinad|acribillad|ultimad)[oa]s ",
        rf" {_N}(?: {_WHO})? {_DIED_MANY} ",
        rf" {_N} {_WHO}{_SOME} {_DIED_MANY} ",
        rf" {_KILL}{_BY} (?:a )?{_N} (?:\w+ )?{_WHO} ",
        rf" (?:mueren|fallecen|murieron|fallecieron|muere|fallece|murio|fallecio|perdieron la vida) (?:al menos |unos |unas |otros |otras )?{_N}(?: {_WHO})? ",
        rf" (?:cuerpos|cadaveres|bodies) (?:de(?: los| las)?|con|of(?: the)?) {_N} ",
        rf" {_N} (?:fallecimientos|decesos|muertes|victimas mortales|fatalities|deaths) ",
        rf" (?:dej\w+|hay|hubo|y|saldo de|report\w+|caus\w+|lament\w+) (?P<n>un|una) (?:{_WHO} )?{_ONES['dead']} ",
    )
)
_INJURED = tuple(
    re.compile(pattern)
    for pattern in (
        rf" {_N}(?: {_WHO})?{_SOME} {_WERE}{_MANYS['hurt']} ",
        rf" {_N} (?:resultaron|quedaron) (?:\w+ )?{_MANYS['hurt']} ",
        rf" {_HIT}{_BY} (?:a )?{_N} (?:\w+ )?{_WHO} ",
        rf" (?:lesiones|heridas) (?:de gravedad )?(?:a|en) {_N} (?:\w+ )?{_WHO} ",
        rf" {_N} {_WHO}{_SOME} (?:with (?:\w+ )?(?:injuries|wounds)|con (?:\w+ )?(?:heridas|lesiones|contusiones)) ",
        rf" (?:dej\w+|hay|hubo|y|con|saldo de|report\w+|caus\w+) (?P<n>un|una) (?:{_WHO} )?{_ONES['hurt']} ",
        rf" {_N} {_WHO} (?:\w+ ){{0,9}}(?:con|with) (?:\w+ )?(?:heridas|lesiones|injuries|wounds) ",
        rf" {_HIT} {_N} (?:\w+ ){{0,2}}(?:members|of) ",
    )
)
_ONE_KILLED = tuple(
    re.compile(pattern)
    for pattern in (
        rf" {_KILL}{_BY} (?:al|a la|a el) {_WHO} ",
        rf" {_KILL}{_BY}(?: (?!y\b)\w+){{0,4}} a (?!(?:balazos|tiros|quemarropa|cuchilladas|puñaladas|golpes|pedradas|machetazos|hachazos|palos|perr\w+|gat\w+|mascotas?|animales|vacas?|cachorr\w+|toros?|{_COUNT})\b)\w*[^\Ws] ",
        rf" {_A} {_WHO}{_SOME} {_DIED_ONE} ",
        rf" {_WHO} (?:muere|fallece|murio|fallecio) (?:de|tras|al|en|por|a) ",
        rf" (?:muere|fallece|murio|fallecio) (?:{_A} )?(?:linchad[oa] |acribillad[oa] |asesinad[oa] )?(?:{_A} )?{_WHO} ",
        r" (?:muere|fallece|murio|fallecio) (?:acribillad[oa]|desangrad[oa]|al instante|de (?:\w+ )?(?:balazos?|disparos?|tiros?|cuchilladas?)|(?:\w+ )?horas despues|(?:el|ayer|anoche) (?:\w+ ){1,6}(?:por|de|tras) (?:\w+ )?(?:disparos?|balazos?|impactos?)|cuando era|camino al? hospital|a consecuencia de|tras recibir|a causa de (?:los|las) (?:golpes|heridas|disparos)) ",
        rf" (?:muere|fallece|murio|fallecio) (?:(?:el|la|un|una|otro|otra|primer|segundo|segunda|tercer|tercera|cuarto) )?{_WHO} ",
        rf" (?:hallan|encuentran|hallaron|encontraron)(?: (?:muert|asesinad|sin vid)[oa])? (?:a|al|a la|a un|a una) {_WHO}(?: \w+){{0,2}} (?:muert|asesinad|sin vid)[oa] ",
        rf" (?:hallan|encuentran|hallaron|encontraron) (?:muert|asesinad|sin vid)[oa] (?:a|al|a la|a un|a una) {_WHO} ",
        r" (?:hallan|encuentran|hallaron|encontraron) (?:el |al )?(?:cuerpo|cadaver)(?: (?:sin vida|baleado|acribillado|maniatado))? del? (?!(?:dos|tres|cuatro|cinco) )\w+ ",
        r" (?:cuerpo|cadaver) del? (?!(?:dos|tres|cuatro|cinco) )(?:\w+ ){1,7}?(?:fue|es) (?:hallado|encontrado|abandonado) ",
        rf" (?:the|a|an) (?:\w+ ){{1,5}}?{_WHO} {_DIED_ONE} ",
        rf" (?:kill|kills|killed|murder|murdered|shoot dead) (?:(?!{_COUNT})\w+ ){{1,3}}?{_WHO} ",
        rf" {_WHO}{_SOME} (?:muere|fallece|murio|fallecio|es (?:asesinad|acribillad|ultimad)[oa]|fue (?:asesinad|acribillad|ultimad)[oa]) ",
    )
)
_ONE_INJURED = tuple(
    re.compile(pattern)
    for pattern in (
        rf" {_HIT}(?:{_BY}| en (?:la|el|una|un) {_BODY})? (?:al|a la|a su|a un|a una|a|the|a|an) (?:\w+ of )?{_WHO} ",
        rf"^(?: \w+)? {_WHO} {_ONES['hurt']} ",
        rf" {_WHO}{_SOME} (?:resulta|resulto|queda|quedo|sale|salio|was) (?:grave(?:mente)? )?{_ONES['hurt']} ",
        rf" {_A} {_WHO}{_SOME} {_WAS} (?:\w+ )?(?:{_ONES['hurt']}|de bala) ",
        r" recibio (?:un|una|dos|tres|varios|\d+) (?:disparos?|balazos?|tiros?|impactos?|proyectil(?:es)?|cachazos?|cuchilladas?|golpes?) ",
        rf" (?:un|dos|tres) (?:balazos?|disparos?|tiros?|impactos?|cachazos?) en (?:el|la|una|un) {_BODY} ",
        rf" (?:dispar(?:o|aron|a|an|ara|aran)|bale(?:o|aron|a|an)|hirieron|hirio) (?:\w+ ){{0,4}}en (?:el|la|una|un|ambas|los|las) {_BODY} ",
        rf" herid[oa] (?:de bala|en (?:el|la|un|una) {_BODY}|leve|de gravedad) ",
        r" (?:recibe|recibio|se recupera de) (?:un|dos|tres|varios|\d+) (?:disparos?|balazos?|tiros?) ",
        rf" {_WHO}{_SOME} (?:was )?shot in the \w+ ",
        r" (?:the|a|an) (?:\w+ )?\w+ was (?:wounded|injured|hurt) ",
    )
)
_TWO_KILLED = re.compile(
    rf" {_KILL}{_BY} (?:a|al|a la) (?:un |una |su )?{_WHO}(?: \w+){{0,2}} y (?:a )?(?:su|un|una|la|el|al) {_WHO} "
)
_AND_KILLED = re.compile(
    rf" {_KILL}{_BY} (?:a|al|a la) (?:un |una |su )?{_WHO}(?: \w+){{0,3}}? y (?:a )?sus {_N} {_WHO} "
)
_AND_HURT = re.compile(
    rf"^ (?:un |una |el |la )?{_WHO}(?: (?!mue|muri|falle|asesin|acrib|ultim)\w+){{0,3}} y {_N} {_WHO}{_SOME} (?:(?:resultaron|quedaron) )?{_MANYS['hurt']} "
)
_KILL_BOTH = re.compile(rf" {_KILL}{_BY} a {_N} {_WHO} (?:y|e) (?:a )?(?P<m>{_COUNT}) {_WHO} ")
_AND = re.compile(rf" {_HIT}{_BY} (?:al|a la) {_WHO} y a {_N} {_WHO} ")
_BOTH_KILLED = re.compile(rf" {_N} {_WHO} (?:y|and) (?P<m>{_COUNT}) {_WHO}{_SOME} (?:{_MANYS['dead']}|{_DIED_MANY}) ")
_BOTH_INJURED = re.compile(rf" {_N} {_WHO} (?:y|and) (?P<m>{_COUNT}) {_WHO}{_SOME} {_MANYS['hurt']} ")
_NONE = re.compile(
    r" (?:sin (?:dejar |causar |registrar(?:se)? |que (?:se registren|hubiera|haya) )?(?:heridos|victimas|muertos|lesionados|daños personales|desgracias personales)|"
    r"no (?:hubo|se (?:reportan|reportaron|registran|registraron|reporto|registro|produjeron)|dejo|causo|hay|deja) (?:\w+ (?:ni|o|y) )?(?:personas |que lamentar )?(?:heridos|heridas|lesionados|victimas|muertos|fallecidos|daños personales|desgracias)|"
    r"(?:heridos felizmente ninguno|ningun(?:a persona|o)? (?:resulto |salio |quedo )?(?:herid|lesionad|lastimad)[oa]|cero (?:heridos|muertos|victimas)|(?:resultaron|salieron|salio|resulto) iles[oa]s?)|"
    r"nadie herid[oa]|nadie (?:resulto|salio|quedo|fue|estaba|sufrio) (?:herid[oa]|lastimad[oa]|lesionad[oa]|dañad[oa]|afectad[oa]|en el (?:local|interior)|dentro|adentro|heridas|lesiones|daños?)|"
    r"no habia (?:nadie|personas|gente) (?:adentro|dentro|en el (?:local|interior|lugar))|ni (?:\w+ ){1,3}ni (?:\w+ ){1,3}(?:sufri|resulta)\w+ (?:daños?|heridas|lesiones|heridos)|"
    r"descart\w+ (?:heridos|lesionados|victimas)|no injuries|(?:no one|nobody) was (?:hurt|injured|killed|inside)) "
)
_ELSEWHEN = re.compile(
    r" (?:años|meses|anual\w*|cifras?|balance|estadistica\w*|registr(?:a|an|o|aron|ado|ados)|casos|enero a|primer semestre|dengue|contagi\w+|covid\w*|en lo que va|este año|el año|del año|año pasado|mes pasado|decada|"
    r"semana pasada|semanas|hace (?:\w+ )?(?:dias|semanas?|mes(?:es)?)|en (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|setiembre|septiembre|octubre|noviembre|diciembre)|desde (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|setiembre|octubre|noviembre|diciembre)|"
    r"entre (?:el )?20\d\d|en 20\d\d|de 20\d\d|desde (?:el )?20\d\d|since (?:20\d\d|january|february|march|april|may|june|july|august|september|october|november|december|last)|infarto|cancer|cardiaco|causas naturales|derrame cerebral|muerte natural|enfermedad|deudos|homenaje|aniversario|conmemor\w+|indemniz\w+|ya (?:son|van|suman)|van \d+|last year|this year|last week|last month|so far|months?|weeks?|years?) "
)
"""Words that put a count into other days."""
_BEFORE, _AFTER = 70, 60
"""Characters before and after a count in which these are looked for."""
_AGE = re.compile(
    r" (?:de )?(?:\d+ y )?(?:\d+|\w+) años(?: de edad)?(?! (?:de|en|atras|despues)\b)(?= )| (?:a )?\d+ years? old(?= )"
)
_ENGLISH = re.compile(r" (?:shot|dead|killed|murdered|injured|wounded|hurt|died|die|people|men|women) ")
_UNDONE = re.compile(
    r" (?:casi|cada vez que|quien (?:mato|asesino)|cada (?:\w+ )?dias?|amenaz(?:a|an|o|aron|aba|aban|ando)|intent\w+|planea\w*|querian|iban a|pretend\w+|seria|podria\w*|threaten\w*|attempt\w*|tried|or they) "
)
_TRIGGER = re.compile(
    r" (?:muer|muri|falle|deceso|asesin|mata|mato|remat|acrib|ultim|victim|la vida|sin vida|cuerpo|cadaver|herid|hier|hiri|lesion|lastimad|golpe|contus|bala|bale|dispar|tiro|impacto|cachazo|cuchillad|iles|nadie|cero|daño|desgracia|"
    r"dead|die|kill|murder|shot|wound|injur|hurt|bodies|death|fatalit|linchad|mal(?:herid|golpe)|policontus|acuchill|apuñal|abale)"
)
_ABOUT = ("extortion", "strike")
_ATTACK = re.compile(
    r" (?:asesin(?:a|an|o|aron|ad[oa]s?|ato|atos)|mat(?:a|an|o|aron)(?= a | de | al )|acribill\w+|ultim(?:a|an|o|aron|ad[oa]s?)(?= a | al | de )|victiman|balean|bale(?:o|aron|ad[oa]s?)"
    r"|balacera|tiroteo|a balazos|a tiros|de bala|sicari\w+|granadas?|dinamit\w+|explosivos?|atentado|ataques? (?:a|contra)|apuñal\w+|feminicidio|homicidio|crimen|shot dead|murdered|gunmen|hitmen) "
)
"""What begins a text on violence, whatever its motive: its dead are counted though nobody speaks of extortion yet."""
_FAR = 30
"""Sentences of a field that are read."""


def run(reading: Reading) -> Payload:
    """`{"casualties": {killed, injured} or None}`: only in texts on extortion or strikes, or that begin with an attack on people."""
    if not any(topic["name"] in _ABOUT for topic in reading.said["topics"]["topics"]) and not _is_an_attack(reading):
        return {"casualties": None}
    killed: int | None = None
    injured: int | None = None
    none = False
    for sentence in _sentences(reading):
        if (denied := _NONE.search(sentence)) is not None:
            none = none or _is_now(sentence, denied)
            sentence = _NONE.sub(" # ", sentence)
        killed = _most(
            killed,
            *_counts(_KILLED, (_BOTH_KILLED, _KILL_BOTH), _ONE_KILLED, sentence),
            *(1 + n for n in _numbers((_AND_KILLED,), sentence)),
            *(2 for match in _TWO_KILLED.finditer(sentence) if _is_now(sentence, match)),
        )
        injured = _most(
            injured,
            *_counts(_INJURED, (_BOTH_INJURED,), _ONE_INJURED, sentence),
            *(1 + n for n in _numbers((_AND, _AND_HURT), sentence)),
        )
    if killed is None and injured is None:
        return {"casualties": {"killed": 0, "injured": 0} if none else None}
    return {"casualties": {"killed": killed or 0, "injured": injured or 0}}


def _is_an_attack(reading: Reading) -> bool:
    """Whether a text begins with an attack on people, in Peru as far as it says."""
    here = reading.count("context.peru") or reading.said.get("places", {}).get("places")
    if reading.count("context.foreign") and not here:
        return False
    return any(_ATTACK.search(part.sentence(start)) for part in reading.fields[:2] for start, _ in part.bounds[:1])


def _sentences(reading: Reading) -> Iterator[str]:
    for part in reading.fields:
        for start, _ in part.bounds[:_FAR]:
            sentence = part.sentence(start)
            if _TRIGGER.search(sentence):
                yield _AGE.sub("", sentence)


def _counts(
    many: tuple[re.Pattern[str], ...],
    both: tuple[re.Pattern[str], ...],
    one: tuple[re.Pattern[str], ...],
    sentence: str,
) -> Iterator[int]:
    yield from _numbers(many, sentence)
    for pattern in both:
        for match in pattern.finditer(sentence):
            if _is_now(sentence, match):
                yield _number(match["n"]) + _number(match["m"])
    for pattern in one:
        if any(_is_now(sentence, match) for match in pattern.finditer(sentence)):
            yield 1


def _numbers(patterns: tuple[re.Pattern[str], ...], sentence: str) -> Iterator[int]:
    for pattern in patterns:
        for match in pattern.finditer(sentence):
            if _is_now(sentence, match):
                yield _number(match["n"])


def _is_now(sentence: str, match: re.Match[str]) -> bool:
    """Whether nothing near a count puts it into other days, or says that it was threatened or tried."""
    if match.groupdict().get("n") == "once" and _ENGLISH.search(match[0]):
        return False  # not eleven
    start = max(0, match.start() - _BEFORE)
    return not _ELSEWHEN.search(sentence, start, match.end() + _AFTER) and not _UNDONE.search(
        sentence, start, match.end()
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _MANY.get(text) or value(text)


def _most(*counts: int | None) -> int | None:
    return max((count for count in counts if count is not None), default=None)
