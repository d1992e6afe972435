"""Killed and injured in the event that a text tells: its title and first sentences, never yearly counts nor earlier events."""

import re
from collections.abc import Iterator

from core.document import Payload
from enrich.reading import Field, Reading

VERSION = "4"

_NUMBERS = {
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "once": 11,
    "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "decena de": 10, "una decena de": 10, "docena de": 12, "una docena de": 12,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
_COUNT = r"\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True))
_N = f"(?P<n>{_COUNT})(?! mil )"
_WHO = (
    r"(?:personas?|(?:miembros|integrantes) de (?:una|la misma|su) familia|sicarios?|delincuentes?|ladron(?:es)?|extorsionador(?:es|a)?|hampon(?:es)?|capata(?:z|ces)|delegad[oa]s?|tesorer[oa]s?|secretari[oa]s?|gerentes?|administrador(?:es|a)?|panader[oa]s?|albañil(?:es)?|cociner[oa]s?|vendedor(?:es|a)?|docentes?|profesor(?:es|a)?|maestr[oa]s?|estibador(?:es)?|rondero?s?|jubilad[oa]s?|medic[oa]s?|enfermer[oa]s?|peon(?:es)?|guardaparques?|inspector(?:es|a)?|soldados?|bomberos?|ancian[oa]s?|niñ[oa]s?|hombres?|mujer(?:es)?|jovenes|joven|policias?|mototaxistas?|taxistas?|chofer(?:es)?|conductor(?:es|a)?|cobrador(?:es|a)?|transportistas?|comerciantes?|empresari[oa]s?|"
    r"pasajer[oa]s?|victimas?|menor(?:es)?|niñ[oa]s?|adolescentes?|trabajador(?:es|a)?|obrer[oa]s?|musicos?|sujetos?|civiles|civil|escolar(?:es)?|alumn[oa]s?|mineros?|manifestantes?|agricultor(?:es|a)?|"
    r"comuner[oa]s?|vecin[oa]s?|vigilantes?|clientes?|comensal(?:es)?|meser[oa]s?|peluquer[oa]s?|barberos?|bodeguer[oa]s?|dirigentes?|periodistas?|cantantes?|productor(?:es|a)?|cambistas?|"
    r"colectiveros?|guardias?|agentes?|efectivos?|suboficial(?:es)?|serenos?|asistentes?|timbaleros?|transeuntes?|hermanos?|dueñ[oa]s?|propietari[oa]s?|alcaldes?|abogad[oa]s?|ingenier[oa]s?|"
    r"estudiantes?|pescador(?:es)?|ganader[oa]s?|hij[oa]s?|people|drivers?|protesters?|officers?|workers?|men|women|man|woman|students?|miners?|customers?|guards?|passengers?|musicians?|collectors?|owners?|merchants?|vendors?|mozos?|sastres?|madres?|padres?|esposos?|esposas?|abuel[oa]s?|sobrin[oa]s?|niet[oa]s?|primos?|bebes?|futbolistas?|cantautor(?:es)?|djs?|regidor(?:es|a)?|fiscal(?:es)?|juez|jueces|turistas?|extranjer[oa]s?|venezolan[oa]s?)"
)
_SOME = rf"(?: (?!(?:que|y|and|por|tras|en|con|sin|a|al|dej\w+|hay|hubo|suma\w*|causa\w*|\d+|{'|'.join(_NUMBERS)})\b)\w+){{0,4}}?"
_DIED = (
    r"(?:muri(?:o|eron)|falleci(?:o|eron)|perdi(?:o|eron) la vida|fue(?:ron)? (?:asesinad|acribillad|ultimad|victimad|hallad[oa]s? muert)[oa]s?|"
    r"(?:was|were) (?:killed|murdered|shot dead)|died|le quito la vida|resulto muert[oa]|resultaron muert[oa]s)"
)
_DEAD = r"(?:muertos?|muertas?|fallecid[oa]s?|asesinad[oa]s?|acribillad[oa]s?|ultimad[oa]s?|victimad[oa]s?|(?:secuestrad[oa]s y )?asesinad[oa]s?|dead|killed|murdered)"
_KILL = r"(?:mata(?= a )|asesina(?= a )|acribilla(?= a )|ultima(?= a )|mataran|mataban|habian matado|asesinaran|dispararan y mataran|quit(?:o|aron) la vida|dej(?:o|aron|an) sin vida|dieron muerte|da muerte|dio muerte|asesinan|matan|acribillan|ultiman|victiman|asesinaron|mataron|acribillaron|asesino|mato|acribillo|ultimaron|kill|kills|killed|murder|murdered|shot dead)"
_HURT = r"(?:herid[oa]s?|lesionad[oa]s?|baleados y heridos|injured|wounded|hurt)"
_HIT = r"(?:hiere|hieren|hirieron|hirio|lesionan|lesionaron|injure|injured|wound|wounded|injuring|wounding|dej\w+ (?:grave(?:mente)? )?herid[oa]s?|dej\w+ (?:grave|malherid[oa]s?|en estado (?:grave|critico)|al borde de la muerte))"
_BY = r"(?: (?:a (?:balazos|tiros|cuchilladas|puñaladas|golpes|pedradas|quemarropa|machetazos|hachazos|palos)|de (?:\w+ )?(?:balazos|tiros)|de (?:un|\w+) (?:balazo|disparo)|en (?:la|el) \w+))?"
_KILLED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<! nombre de) {_N}(?: {_WHO})?{_SOME} {_DEAD} ",
        rf" {_N} {_WHO}{_SOME} {_DIED} ",
        rf" {_KILL}{_BY} (?:a )?{_N} (?:\w+ )?{_WHO} ",
        rf" (?:mueren|fallecen|murieron|fallecieron|muere|fallece) {_N}(?: {_WHO})? ",
        rf" {_KILL}{_BY} a (?!un[ao]? ){_N} (?:y|e|en|por|tras|cuando|frente|dentro) ",
        rf" (?:cuerpos|cadaveres) (?:de|con) {_N} ",
    )
)
_INJURED = tuple(
    re.compile(pattern)
    for pattern in (
        rf" {_N}(?: {_WHO})?{_SOME} (?:(?:resulto|resultaron|quedo|quedaron|con heridas|was|were) )?{_HURT} ",
        rf" {_HIT}{_BY} (?:a )?{_N} (?:\w+ )?{_WHO} ",
    )
)
_ONE_KILLED = tuple(
    re.compile(pattern)
    for pattern in (
        rf" {_KILL}{_BY} (?:al|a la|a el) {_WHO} ",
        rf" {_KILL}{_BY}(?: (?!y\b)\w+){{0,4}} a (?!(?:balazos|tiros|quemarropa|cuchilladas|puñaladas|golpes|pedradas|machetazos|hachazos|palos|perr\w+|gat\w+|mascotas?|animales|vacas?|cachorr\w+|toros?|{_COUNT})\b)\w*[^\Ws] ",
        rf" (?:el|la|su|the|a|an) {_WHO}{_SOME} {_DIED} ",
        rf" (?:muere|fallece|murio|fallecio) (?:(?:el|la|un|una|otro|otra|primer|segundo|segunda|tercer|tercera|cuarto) )?{_WHO} ",
        rf" (?:hallan|encuentran|hallaron|encontraron)(?: (?:muert|asesinad|sin vid)[oa])? (?:a|al|a la|a un|a una) {_WHO}(?: \w+){{0,2}} (?:muert|asesinad|sin vid)[oa] ",
        r" (?:hallan|encuentran|hallaron|encontraron) (?:el |al )?(?:cuerpo|cadaver)(?: (?:sin vida|baleado|acribillado|maniatado))? del? (?!(?:dos|tres|cuatro|cinco) )\w+ ",
        r" (?:cuerpo|cadaver) del? (?!(?:dos|tres|cuatro|cinco) )(?:\w+ ){1,7}?(?:fue|es) (?:hallado|encontrado|abandonado) ",
        rf" (?:hallan|encuentran|hallaron|encontraron) (?:muert|asesinad)[oa] (?:a|al|a la|a un|a una) {_WHO} ",
        rf" (?:the|a|an) (?:\w+ ){{1,5}}?{_WHO} {_DIED} ",
        rf" (?:kill|kills|killed|murder|murdered|shoot dead) (?:(?!{_COUNT})\w+ ){{1,3}}?{_WHO} ",
        rf" {_WHO}{_SOME} (?:muere|fallece|murio|fallecio|es (?:asesinad|acribillad|ultimad)[oa]|fue (?:asesinad|acribillad|ultimad)[oa]) ",
    )
)
_ONE_INJURED = tuple(
    re.compile(pattern)
    for pattern in (
        rf" {_HIT}{_BY} (?:al|a la|a su|a) {_WHO} ",
        rf" (?:(?:el|la|su|the|a|an) )?{_WHO}{_SOME} (?:resulta|resulto|queda|quedo|sale|salio|was) (?:grave(?:mente)? )?{_HURT} ",
        rf"^(?: \w+)? {_WHO} {_HURT} ",
    )
)
_BULLET = re.compile(
    r" (?:recibio|le (?:cayo|impacto)|recibe) (?:un|una|dos|tres|cuatro|cinco|varios|al menos un) (?:\w+ )?(?:balazos?|tiros?|disparos?|impactos?|proyectil(?:es)?|bala) | le (?:dispar(?:an|aron|o)|peg(?:o|aron) un tiro) en (?:la|el|las|los|una|un) (?:pierna|brazo|pie|mano|hombro|espalda|rodilla)s? "
)
"""Somebody hit by a shot, who lives where the text tells of no death."""
_TWO_KILLED = re.compile(
    rf" {_KILL}{_BY} (?:a|al|a la) (?:un |una |su )?{_WHO}(?: \w+){{0,2}} y (?:a )?(?:su|un|una|la|el|al) {_WHO} "
)
_AND_KILLED = re.compile(
    rf" {_KILL}{_BY} (?:a|al|a la) (?:un |una |su )?{_WHO}(?: \w+){{0,3}}? y (?:a )?sus {_N} {_WHO} "
)
_AND_HURT = re.compile(
    rf"^ (?:un |una |el |la )?{_WHO}(?: (?!mue|muri|falle|asesin|acrib|ultim)\w+){{0,3}} y {_N} {_WHO}{_SOME} (?:(?:resultaron|quedaron) )?{_HURT} "
)
_AGE = re.compile(
    r"(?<!pena)(?<!condena)(?<!prision)(?<!carcel) de \d{1,2} (?:años|meses)(?: de edad)?(?! de (?:carcel|prision|pena|condena|lucha))(?= )"
)
_AND = re.compile(rf" {_HIT}{_BY} (?:al|a la) {_WHO} y a {_N} {_WHO} ")
_BOTH_KILLED = re.compile(rf" {_N} {_WHO} (?:y|and) (?P<m>{_COUNT}) {_WHO}{_SOME} (?:{_DEAD}|{_DIED}) ")
_KILL_BOTH = re.compile(rf" {_KILL}{_BY} a {_N} {_WHO} (?:y|e) (?:a )?(?P<m>{_COUNT}) {_WHO} ")
_BOTH_INJURED = re.compile(rf" {_N} {_WHO} (?:y|and) (?P<m>{_COUNT}) {_WHO}{_SOME} {_HURT} ")
_NONE = re.compile(
    r" (?:sin (?:dejar )?(?:heridos|victimas|muertos)|no (?:hubo|se (?:reportan|reportaron|registran|registraron|reporto)|dejo|hay|deja) (?:\w+ (?:ni|o|y) )?(?:personas )?(?:heridos|heridas|lesionados|victimas|muertos|fallecidos)|"
    r"heridos felizmente ninguno|ningun herido|nadie (?:resulto|salio|quedo) herid[oa]|no injuries|(?:no one|nobody) was (?:hurt|injured|killed)) "
)
_ELSEWHEN = re.compile(
    r" (?:años|meses|anual\w*|cifras?|balance|estadistica\w*|registr(?:a|an|o|aron|ado|ados)|casos|enero a|primer semestre|dengue|contagi\w+|covid\w*|en lo que va|este año|el año|del año|año pasado|mes pasado|"
    r"semana pasada|semanas|hace (?:\w+ )?(?:dias|semanas|meses)|en (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|setiembre|septiembre|octubre|noviembre|diciembre)|desde (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|setiembre|octubre|noviembre|diciembre)|"
    r"entre 20\d\d|en 20\d\d|de 20\d\d|last year|this year|last week|last month|infarto|cancer|cardiaco|causas naturales|derrame cerebral|muerte natural|enfermedad|deudos|homenaje|aniversario|conmemor\w+|indemniz\w+|ya (?:son|van|suman)|van \d+|so far|months?|weeks?|years?) "
)
_EARLIER = re.compile(r" (?:hace (?:\w+ )?(?:dias?|semanas?|mes(?:es)?|años?)|(?:semana|mes|año) pasad[oa]) ")
_UNDONE = re.compile(
    r" (?:casi|cada vez que|quien (?:mato|asesino)|cada (?:\w+ )?dias?|amenaz(?:a|an|o|aron|aba|aban|ando)|intent\w+|planea\w*|querian|iban a|pretend\w+|threaten\w*|attempt\w*|tried|or they) "
)
_ABOUT = ("extortion", "strike")
_ATTACK = re.compile(
    r" (?:asesin(?:a|an|o|aron|ad[oa]s?|ato|atos)|mat(?:a|an|o|aron)(?= a | de | al )|acribill\w+|ultim(?:a|an|o|aron|ad[oa]s?)(?= a | al | de )|victiman|balean|bale(?:o|aron|ad[oa]s?)|baleo"
    r"|balacera|tiroteo|a balazos|a tiros|de bala|sicari\w+|granadas?|dinamit\w+|explosivos?|atentado|ataques? (?:a|contra)|apuñal\w+|feminicidio|homicidio|crimen|shot dead|murdered|gunmen|hitmen) "
)
"""What begins a text on violence, whatever its motive: its dead are counted though nobody speaks of extortion yet."""
_READ = 3
"""Sentences at the top of a field that tell the event."""


def run(reading: Reading) -> Payload:
    """`{"casualties": {killed, injured} or None}`: only in texts on extortion or strikes, or that begin with an attack on people."""
    if not any(topic["name"] in _ABOUT for topic in reading.said["topics"]["topics"]) and not _is_an_attack(reading):
        return {"casualties": None}
    killed: int | None = None
    injured: int | None = None
    none = shot = False
    for sentence in _sentences(reading):
        if _NONE.search(sentence):
            none = none or not _EARLIER.search(sentence)
        elif not _ELSEWHEN.search(sentence) and not _UNDONE.search(sentence):
            killed = _most(
                killed,
                *_counts(_KILLED, sentence),
                *_sums(_BOTH_KILLED, sentence),
                *_sums(_KILL_BOTH, sentence),
                *(1 for p in _ONE_KILLED if p.search(sentence)),
                *(1 + count for count in _counts((_AND_KILLED,), sentence)),
                *(2 for _ in _TWO_KILLED.finditer(sentence)),
            )
            injured = _most(
                injured,
                *_counts(_INJURED, sentence),
                *_sums(_BOTH_INJURED, sentence),
                *(1 for p in _ONE_INJURED if p.search(sentence)),
                *(1 + count for count in _counts((_AND, _AND_HURT), sentence)),
            )
            shot = shot or bool(_BULLET.search(sentence))
    if killed is None and injured is None and shot:
        injured = 1
    if killed is None and injured is None:
        return {"casualties": {"killed": 0, "injured": 0} if none else None}
    return {"casualties": {"killed": killed or 0, "injured": injured or 0}}


def _is_an_attack(reading: Reading) -> bool:
    """Whether a text begins with an attack on people, in Peru as far as it says."""
    here = reading.count("context.peru") or reading.said.get("places", {}).get("places")
    if reading.count("context.foreign") and not here:
        return False
    return any(_ATTACK.search(_spaced(part, start)) for part in reading.fields[:2] for start, _ in part.bounds[:1])


def _sentences(reading: Reading) -> Iterator[str]:
    """The title and the first sentences of each other field; sentences that deny casualties are read everywhere."""
    for part in reading.fields:
        for number, (start, _) in enumerate(part.bounds):
            sentence = _spaced(part, start)
            if number < _READ or _NONE.search(sentence):
                yield sentence


def _spaced(part: Field, start: int) -> str:
    """A sentence without the ages of its people, which are no span of time."""
    return _AGE.sub("", part.sentence(start))


def _counts(patterns: tuple[re.Pattern[str], ...], sentence: str) -> Iterator[int]:
    for pattern in patterns:
        for match in pattern.finditer(sentence):
            yield _number(match["n"])


def _sums(pattern: re.Pattern[str], sentence: str) -> Iterator[int]:
    return (_number(match["n"]) + _number(match["m"]) for match in pattern.finditer(sentence))


def _number(text: str) -> int:
    return _NUMBERS.get(text) or int(text)


def _most(*counts: int | None) -> int | None:
    return max((count for count in counts if count is not None), default=None)
