"""Capitalised names of the gazetteer in a text, with what the words around them say of each."""

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ahocorasick

from core.peru.gazetteer import Gazetteer, Level, load
from core.text import fold
from enrich.reading import Field, Found, Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SMALL = _words("de del la las los el y e en of the")
_VAGUE = "centro de "
"""Printed small it is some part of a town, no name: `en el centro de Lima`, but `Centro de Lima`."""
_COMPASS = _words("norte sur este")
_JOINING = _words("de del la las los el y e en para por of and")
_STREETS = _words(
    "avenida av jiron jr calle pasaje plaza plazuela plazoleta parque ovalo malecon alameda urbanizacion "
    "urb cuadra estadio teatro colegio hospital clinica iglesia parroquia catedral cine hotel restaurante "
    "avenidas jirones calles plazas parques colegios hospitales mercados galerias grifo galeria mercado edificio universidad instituto torre radio canal serie virgen señor cristo club equipo "
    "aeropuerto avenue street stadium hospital school capitan coronel general mariscal almirante don doña doctor dr "
    "señora sor fray padre beato buque bap fragata operacion huracan papa rey reina principe"
)
_HEADS = _words(
    "camara coordinadora asociacion sindicato federacion confederacion colegio universidad club liga copa "
    "banco bolsa diario orquesta sinfonica gremio corporacion tren banda virgen grupo sociedad union "
    "alianza deportivo sporting sport atletico academia cementos cerveceria compañia caja chamber "
    "association federation university bank marques batalla torneo rally festival señor liceo editorial "
    "carnaval fiesta fundacion santuario callejon"
)
_PLAIN_HEADS = _words(
    "camara coordinadora asociacion sindicato federacion confederacion universidad club liga copa banco "
    "bolsa diario gremio corporacion chamber association federation university bank torneo festival "
    "carnaval tren banda"
)
_FIRMS = _words("empresa compañia firma linea cooperativa agencia operadora minera consorcio")
"""Nouns that a name follows directly: `la empresa Flecha del Rímac`."""
_PRISONER = re.compile(
    r"\b(?:intern(?:o|os|a)|reclus[oa]s?|recluid[oa]s?|pres[oa]s?|encarcelad[oa]s?)(?: \w+)? (?:en|del?|desde)(?: el| la)?(?: (?:penal|carcel)(?: de)?)? $"
)
_DISTRICTS_OF = re.compile(r"\bdistritos(?: \w+)? (?:de |del )(?:la |el |los |las )?$")
_GENERIC = _words(
    "region provincia distrito departamento cercado gran norte sur centro puerto ciudad caso alcalde "
    "valle villa mercado penal comisaria downtown greater northern southern central eastern western in "
    "from near the at en desde hacia sobre contra y paro covid hoy alerta sismo atencion ojo edicion "
    "corte peru"
)
_CUE = re.compile(
    r"\b(?:ex|macror?|micror?|sub|super|vice)?(?:(?P<district>distritos?(?: \w+)?|comisaria|alcalde(?:sa)? distrital|municipalidad distrital|districts?)|(?P<province>provincias?(?: \w+)?|alcalde(?:sa)? provincial|provinces?)"
    r"|(?P<department>regi(?:on|ones)|departamentos?|gobierno regional|gobernador(?:a)?(?: regional)?|consejero regional|direccion regional de \w+|regional?)"
    r"|(?P<city>ciudad(?:es)?|centro historico|centro|cercado|calles|plaza de armas|plaza mayor|paseo civico|mercado (?:modelo|central)|terminal(?:es)? terrestres?|city)"
    r"|(?P<hamlet>centro poblado|caserio|comunidad(?: campesina| nativa)?|anexo|asentamiento humano|sector|urbanizacion)"
    r"|(?P<plain>localidad|balneario|puerto|municipalidad(?: provincial)?|municipio|alcalde(?:sa)?|vecinos|pobladores|poblacion|zona"
    r"|penal|valle|playa|caleta|altura|tramo|jurisdiccion|sede|mercado|barrio|pueblo|town|neighbou?rhood|districts"
    r"|pescadores|agricultores|comerciantes|transportistas|choferes|ronderos|mototaxistas|comuneros|alcaldes|ganaderos|mineros|cocaleros|estibadores|maestros|docentes|colectiveros|taxistas|ambulantes|regantes|productores|trabajadores|jovenes|madres|familias|empresarios|bodegueros|residents|[a-z]{4,}(?:eros|eras|istas)))"
    r" +(?:de |del |of |en )?(?:los |las |la |el )?$"
)
_AFTER = re.compile(
    r"(?:,? (?:la |el |un |una )| |, )?(district|province|region|departamento|provincia|distrito)\b(?! de )"
)
_AFTER_LEVELS = {
    "district": "district",
    "distrito": "district",
    "province": "province",
    "provincia": "province",
    "region": "department",
    "departamento": "department",
}
_RURAL = re.compile(
    r"\b(?:comuner[oa]s?|comunidades|ronder[oa]s|rondas|agricultores|campesin[oa]s|miner[oa]s(?: \w+)?|cafetaler[oa]s|cocaler[oa]s|ganader[oa]s"
    r"|regantes|arrocer[oa]s|paper[oa]s|lecher[oa]s|alpaquer[oa]s) de (?:la |el )?$"
)
"""Whose people are those of a province: `cafetaleros de Satipo`."""
_TOWARDS = re.compile(
    r"\b(?:carretera|via|ruta|trocha|camino|hacia|(?:van|va|vas|iba|iban|ir|viaja|viajaba|viajaban|viajar|volver|regresar|llevaba|rumbo)(?: \w+)?) "
    r"(?:a|hacia|de) (?:la )?$|\bhacia (?:la )?$"
)
_VALLEY = re.compile(
    r"\b(?:valles?|rios?|cuencas?|quebradas?|lagunas?) (?:alt[oa] |baj[oa] )?(?:de |del )?(?:la |los |el )?$"
)
_RIVERS = _words("marañon ucayali amazonas apurimac tambo huallaga urubamba")
"""Rivers that units are called after: with an article it is the water that is meant."""
_THE = re.compile(r"\b(?:el|al|del|the) $")
_IN_TOWN = re.compile(r"\b(?:barrio|urbanizacion|jiron|avenida|calle|plaza|ovalo|paradero)(?: \w+){1,6}, en $")
"""What is said to lie in a city: `en la avenida Ejército, en Arequipa`."""
_INSIDE = re.compile(r"(?:\ben|\bin|\bat|\bdesde|\bhasta|\bpor|\bnear) $")
_DISTANCE = re.compile(r"(?:\bkm|kilometros?|horas|minutos|miles|hours)(?: (?:al|del?|\w+) \w+)? (?:de|of|from) $")
_STOP = re.compile(r" - |[.,;:()\[\]¿?¡!«»“”\"‘—–|/\n]")
_WORD = re.compile(r"[^\W_]+")
_ABBREVIATED_STREET = re.compile(r"\b(?:av|avda|jr|ca|urb|psje|pje|cdra)\. ?$")
_QUOTE = re.compile(r"(?::| \|) [\"“«‘']")
_SAINT = re.compile(r"\bsanta rosa de $")
_ARTICLE = re.compile(r"(?:El|La) $")
SIBLING = re.compile(r"(?:,| y| e| and|, y|, and)(?: en| de)? |[-–]")
"""What stands between the names of a row."""


@dataclass(eq=False)
class Mention:
    """A name in a text. `cue` says what it is a name of where the words before it do; `inside` that `en` stands before it, `towards` that it is where a road or a journey
    leads, `rural` that country people are said to be of it."""

    part: Field
    start: int
    end: int
    key: str
    cue: Level | str | None = None
    inside: bool = False
    distance: bool = False
    towards: bool = False
    rural: bool = False

    @property
    def text(self) -> str:
        """The name as printed."""
        return self.part.text[self.start : self.end]

    @property
    def span(self) -> Span:
        """`[field, start, end]`."""
        return self.part.span(self.start, self.end)


@lru_cache(maxsize=1)
def _automaton() -> Any:
    automaton = ahocorasick.Automaton()
    for name in load().named:
        key = " ".join(_WORD.findall(name))
        automaton.add_word(f" {key} ", name)
    automaton.make_automaton()
    return automaton


def find(
    part: Field, gazetteer: Gazetteer, found: Mapping[str, list[Found]], named: Sequence[Mapping[str, Any]] = ()
) -> list[Mention]:
    """The mentions of a field, the longest where names overlap, in the order of the text.

    What stands within the name of one of `named` (people and organisations; bodies of the state and schools aside) is no place.
    """
    text, taken = part.text, Stretches(_organisations(part, found) + _within(part, named, gazetteer))
    shouted = part.shouted
    mentions: list[Mention] = []
    for start, end, name in _longest(part):
        if name.startswith(_VAGUE) and text[start].islower():
            start, name = start + len(_VAGUE), name.removeprefix(_VAGUE)
        printed = _is_capitalised(text, start, end, alias=name in gazetteer.aliases)
        if not (shouted or printed) or taken.hold(start, end):
            continue
        mention = Mention(part, start, end, name)
        stands = _follows(mention, mentions) or _look_left(mention, name in gazetteer.weak, shouted)
        if stands and _look_right(mention, name, gazetteer, shouted):
            mentions.append(mention)
    _inherit(mentions)
    _districts_of(mentions, gazetteer)
    _district_of(mentions, gazetteer)
    return mentions


def _follows(mention: Mention, mentions: list[Mention]) -> bool:
    """Whether a name stands in a row with the one before: `en Los Olivos y Comas`. (What it is called by is inherited later.)"""
    last = mentions[-1] if mentions else None
    return last is not None and SIBLING.fullmatch(mention.part.folded, last.end, mention.start) is not None


def _within(part: Field, named: Sequence[Mapping[str, Any]], gazetteer: Gazetteer) -> list[tuple[int, int]]:
    """Stretches of the names of people and of organisations that are no bodies of the state."""
    return [
        (start, end)
        for entity in named
        if entity["kind"] != "institution"
        for name, start, end in entity["spans"]
        if name == part.name and (entity["type"] != "person" or part.folded[start:end] not in gazetteer.named)
    ]


class Stretches:
    """Stretches of a field, asked whether one of them holds another within it."""

    def __init__(self, stretches: list[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(stretches):
            if not self._ends or end > self._ends[-1]:
                self._starts.append(start)
                self._ends.append(end)

    def hold(self, start: int, end: int) -> bool:
        """Whether one of the stretches covers this one."""
        place = bisect_right(self._starts, start) - 1
        return place >= 0 and end <= self._ends[place]


def capitalised(part: Field, gazetteer: Gazetteer) -> Iterator[tuple[int, int]]:
    """Spans of capitalised names of the gazetteer, whatever they mean; single weak names (`Santa`, `Marco`) left out."""
    for start, end, name in _longest(part):
        if name not in gazetteer.weak and _is_capitalised(part.text, start, end):
            yield start, end


def between(first: Mention, second: Mention) -> str:
    """The folded text between two mentions of one field."""
    return first.part.folded[first.end : second.start]


def _longest(part: Field) -> Iterator[tuple[int, int, str]]:
    hits = [(last - len(name) - 1, last - 1, name) for last, name in _automaton().iter(part.norm)]
    hits.sort(key=lambda hit: (hit[0], hit[0] - hit[1]))
    stop = -1
    for start, end, name in hits:
        if start >= stop:
            yield start, end, name
            stop = end


def _organisations(part: Field, found: Mapping[str, list[Found]]) -> list[tuple[int, int]]:
    return [
        (item.hit.start, item.hit.end)
        for tag, items in found.items()
        if tag.startswith(("organisation.", "person."))
        for item in items
        if item.field is part
    ]


def _is_capitalised(text: str, start: int, end: int, *, alias: bool = False) -> bool:
    words = _WORD.findall(text[start:end])
    if alias and len(words) > 1:  # `el penal de Lurigancho`, `el centro de Lima`
        return words[-1][0].isupper() or (words[0][0].isupper() and (words[-1].isdigit() or words[-1] in _COMPASS))
    return words[0][0].isupper() and all(word[0].isupper() or word[0].isdigit() or word in _SMALL for word in words)


def _look_left(mention: Mention, weak: bool, shouted: bool) -> bool:
    """Read the words before a name: take the cue they give; False where they make it part of another name."""
    folded, start = mention.part.folded, mention.start
    left = folded[max(0, start - 60) : start]
    if _ABBREVIATED_STREET.search(left):
        return False
    if left.endswith(" ") and left[-2:-1].isalnum() and not _take_cues(mention, left):
        return False
    after = _AFTER.match(folded, mention.end)
    if after and not mention.cue:
        mention.cue = _AFTER_LEVELS[after[1]]
    if start == 0 and folded[mention.end : mention.end + 2] in (": ", " |", ". ", " -") and not mention.cue:
        if weak and _QUOTE.match(folded, mention.end):
            return False  # San Román: “No apoyo a nadie”
        mention.cue = "dateline"
    if start and folded[start - 1] == "#":
        return True
    if mention.key == "lima" and _SAINT.search(left):
        return False
    if weak and _ARTICLE.search(mention.part.text, max(0, start - 3), start):
        return False  # El Tingo is not Tingo
    chain = _chain(mention)
    if not chain:
        return True
    nearest = fold(chain[-1])
    if nearest in ("en", "in", "at", "desde", "hacia", "por", "near"):
        return True
    if nearest in _STREETS:
        return False
    if any(fold(word) in (_HEADS if word[0].isupper() else _PLAIN_HEADS) for word in chain):
        return False
    if fold(chain[0]) in _FIRMS and any(word[0].isupper() for word in chain[1:]):
        return False
    if shouted:
        return True
    acronym = len(chain[-1]) > 1 and chain[-1].isupper() and not weak
    if (
        chain[-1][0].isupper()
        and nearest not in _GENERIC
        and nearest not in _JOINING
        and not acronym
        and not mention.cue
    ):
        return False
    capitals = [i for i, word in enumerate(chain) if word[0].isupper()]
    gang = any(
        fold(chain[i]) in ("los", "las") and i + 1 in capitals and not (i and fold(chain[i - 1]) in ("en", "in"))
        for i in capitals
    )
    return not gang


def _take_cues(mention: Mention, left: str) -> bool:
    """Take what the words directly before say; False where a prisoner or the water is meant."""
    if (mention.part.name != "title" and _PRISONER.search(left)) or _VALLEY.search(left):
        return False
    cue = _CUE.search(left)
    mention.cue = cue.lastgroup if cue else None
    if mention.key in _RIVERS and not mention.cue and _THE.search(left):
        return False
    if _IN_TOWN.search(left) and not mention.cue:
        mention.cue = "city"
    mention.inside = bool(_INSIDE.search(left))
    mention.distance = bool(_DISTANCE.search(left))
    mention.towards = bool(_TOWARDS.search(left))
    mention.rural = bool(_RURAL.search(left))
    return True


def _chain(mention: Mention) -> list[str]:
    """The words before a name that may belong to it: capitalised ones, joined by small ones, back to a stop; nearest last.

    The nearest plain word is kept too (`avenida Arequipa`, `universidad de Lima`).
    """
    left = mention.part.text[max(0, mention.start - 90) : mention.start]
    stops = [match.end() for match in _STOP.finditer(left)]
    words = _WORD.findall(left[stops[-1] :] if stops else left)
    chain: list[str] = []
    for word in reversed(words):
        if word[0].isupper() or word in _JOINING:
            chain.insert(0, word)
            continue
        chain.insert(0, word)
        break
    while chain and chain[0] in _JOINING:
        chain.pop(0)
    return chain


def _look_right(mention: Mention, name: str, gazetteer: Gazetteer, shouted: bool) -> bool:
    """False where a capitalised word follows directly and makes the name part of a person's or a firm's."""
    rest = mention.part.text[mention.end : mention.end + 40]
    following = re.match(r" ([^\W_]+)", rest)
    if (
        shouted
        or following is None
        or not following[1][0].isupper()
        or mention.cue in ("district", "province", "department")
    ):
        return True
    if fold(following[1]) in _GENERIC:
        return True
    places = gazetteer.named[name]
    return name not in gazetteer.weak and any(place.level != "district" for place in places)


def _inherit(mentions: list[Mention]) -> None:
    """`los distritos de Ate, Comas y Lince`: the cue of the first holds for those that are joined to it."""
    for first, second in itertools.pairwise(mentions):
        if first.towards and first.part is second.part and SIBLING.fullmatch(between(first, second)):
            second.towards = True
        if second.cue is None and first.part is second.part and SIBLING.fullmatch(between(first, second)):
            second.cue = first.cue if first.cue != "dateline" else "plain"
            second.inside = second.inside or first.inside


def _district_of(mentions: list[Mention], gazetteer: Gazetteer) -> None:
    """`the Cerro Colorado district of Arequipa`: the first is the district, where it lies in the second."""
    for first, second in itertools.pairwise(mentions):
        if first.part is second.part and between(first, second) in (" district of ", " district in "):
            inner = [place for place in gazetteer.named[first.key] if place.level == "district"]
            outer = [place for place in gazetteer.named[second.key] if place.level != "district"]
            if any(place.within(holder) for place in inner for holder in outer):
                first.cue, second.cue = "district", "plain"


def _districts_of(mentions: list[Mention], gazetteer: Gazetteer) -> None:
    """`distritos de Lampa y Melgar`, all of which are provinces or departments, are districts that lie in them."""
    for number, first in enumerate(mentions):
        if first.cue != "district" or not _DISTRICTS_OF.search(
            first.part.folded[max(0, first.start - 60) : first.start]
        ):
            continue
        row = [first]
        for mention in mentions[number + 1 :]:
            if not SIBLING.fullmatch(between(row[-1], mention)):
                break
            row.append(mention)
        levels = [{place.level for place in gazetteer.named[mention.key]} for mention in row]
        if all(level - {"district"} for level in levels):
            for mention, level in zip(row, levels, strict=True):
                mention.cue = "department" if "department" in level else "province"
