"""Whether a common noun that is printed with a capital letter is somebody's surname or a place's name: `Juan Paro`, `la familia Huelga`.

Surnames and hamlets of Peru are called Paro, Huelga, Marcha or Cupo; a strike in a headline is printed `Paro Nacional` too.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from core.peru.names import load
from core.text import fold

_WORD = r"[^\W\d_]+"
_BEFORE = re.compile(rf"({_WORD}) (?:({_WORD}) )?$")
_AFTER = re.compile(rf" ({_WORD})")
_REACH = 40
"""Characters before a word in which the two words before it stand."""

_HOLDERS = frozenset(
    """
    apellido apellidos señor señora señores señorita sr sra srta don doña doctor doctora dr dra ingeniero ingeniera ing licenciado licenciada lic
    abogado abogada profesor profesora maestro maestra docente presidente presidenta expresidente vicepresidente ministro ministra exministro
    exministra viceministro premier congresista excongresista alcalde alcaldesa exalcalde gobernador gobernadora regidor regidora prefecto subprefecto
    fiscal juez jueza magistrado magistrada coronel comandante capitan teniente sargento suboficial alferez almirante brigadier
    padre madre hermano hermana hermanos hermanas familia familias clan esposos diputado diputada senador senadora canciller embajador embajadora
    secretario secretaria vocero vocera dirigente dirigenta lider director directora gerente jefe jefa tecnico entrenador delantero
    arquero volante jugador jugadora futbolista actor actriz cantante pintor pintora escritor escritora poeta periodista
    conductor conductora empresario empresaria chofer comerciante ciudadano ciudadana joven candidato candidata decano decana rector
    rectora artista escultor musico medico medica enfermera obrero agricultor pescador viuda investigador investigadora
    mr mrs ms miss president mayor governor congressman congresswoman judge prosecutor colonel family brothers sisters
    """.split()  # noqa: SIM905
)
"""What stands directly before a surname, folded."""
_PLACES = re.compile(
    r" (?:distrito|centro poblado|caserio|comunidad(?: campesina| nativa)?|anexo|pueblo|localidad|poblado|barrio|sector|valle|fundo|hacienda|isla|islas|"
    r"provincia|laguna|cerro|quebrada|puerto|playa)(?: \w+)? (?:de |del |de la )?$"
)
_PLAIN = frozenset(
    """
    el la los las un una del al de en por para con sin y o su este esta nuevo nueva gran segundo tercer primer primera anuncian
    convocan acatan inician inicia suspenden levantan hoy ante tras contra hacia no qué que sobre desde hasta the a of
    """.split()  # noqa: SIM905
)
_COMPLEMENT = frozenset(
    """
    nacional nacionales regional regionales provincial distrital local general total indefinido indefinida preventivo preventiva agrario agraria minero
    minera macrorregional macroregional macrosur amazonico amazonica civico civica portuario pesquero medico medica universitario universitaria
    estudiantil magisterial judicial campesino campesina popular seco escalonado sorpresivo urbano armado pacifica ciudadana docente policial
    laboral obrero obrera feminista convocado convocada anunciado anunciada contra de del en por para desde hasta sin a y e o ante
    este esta hoy se es fue sera tras con unitario unitaria unido multitudinaria the of in
    """.split()  # noqa: SIM905
)
"""What stands directly behind the noun, folded: a strike is national, of drivers, for 48 hours."""
_JOINTS = ("y", "e", "o", "se", "fue", "es", "sera")
"""Of these, what follows a name as well: `Libertad Paro y su madre`."""
_OPENERS = frozenset(
    """
    amazonas ancash apurimac arequipa ayacucho cajamarca callao cusco cuzco huancavelica huanuco ica junin libertad lambayeque lima loreto dios
    moquegua pasco piura puno martin tacna tumbes ucayali trujillo chiclayo huancayo juliaca chimbote iquitos convoca convocan acata acatan anuncia
    anuncian inicia inician cumple cumplen levanta levantan suspende suspenden sigue siguen continua continuan realizan habra termina gran
    primer segundo tercer cuarto nuevo este otro ultimo historico peru inminente alerta ningun todo mas
    """.split()  # noqa: SIM905
)
"""First words of a headline that name nobody: a region, what is done with a strike."""
_LAWS = ("ley", "leyes")


def is_in_a_name(text: str, start: int, end: int, others: Sequence[str] = ()) -> bool:
    """Whether a capitalised word is a person's or a place's name here, by the words beside it, elsewhere in the text or in `others`.

    A text in capitals throughout tells nothing.
    """
    if not text[start].isupper() or (text[start:end].isupper() and end - start > 1):
        return False
    if _names(text, start, end):
        return True
    after = _AFTER.match(text, end)
    if after is not None and (
        (fold(after[1]) in _COMPLEMENT and fold(after[1]) not in _JOINTS)
        or (after[1][0].isupper() and not after[1].isupper())
    ):
        return False
    return any(_is_ever_named(text[start:end], other) for other in (text, *others))


@lru_cache(maxsize=16)  # asked at every place of the word in the text: each text answers once
def _is_ever_named(word: str, text: str) -> bool:
    same = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    return any(_names(text, *found.span()) for found in same.finditer(text))


def _names(text: str, start: int, end: int) -> bool:
    """Whether the words directly beside it make it a name."""
    after = _AFTER.match(text, end)
    word, behind = text[start:end], after[1] if after else ""
    before = _BEFORE.search(text, max(0, start - _REACH), start)
    if before is None:  # it begins a sentence
        return fold(word) not in _LAWS and _is_surname(behind, word)
    if fold(behind) in _COMPLEMENT and not _is_holder(before):
        return _is_after_a_given_name(before) and fold(behind) not in ("nacional", "regional", "indefinido", "general")
    if _is_holder(before) or _is_after_a_given_name(before):
        return True
    if behind == word or _PLACES.search(f" {fold(text[max(0, start - _REACH) : start])}"):
        return True
    last = before[2] or before[1]
    if before[2] is None and before.start() == 0 and behind.islower() and not behind.endswith("s"):
        return last[0].isupper() and fold(last) not in _OPENERS and last.lower() not in _PLAIN
    named = last[0].isupper() and last.lower() not in _PLAIN
    return named and bool(behind) and behind[0].isupper() and not behind.isupper()


def _is_holder(before: re.Match[str]) -> bool:
    return fold(before[2] or before[1]) in _HOLDERS


def _is_after_a_given_name(before: re.Match[str]) -> bool:
    """`Juan Paro`, `Cristian Cueva Paro`, `el pintor Julio Paro`, but neither `San Martín Paro` nor `Juan: paro`."""
    given = load().given
    first, last = before[1], before[2]
    if last is None:
        return first[0].isupper() and fold(first) in given
    if last[0].isupper() and fold(last) in given:
        return fold(first) not in ("san", "santa", "santo")
    return last[0].isupper() and (fold(first) in _HOLDERS or (first[0].isupper() and fold(first) in given))


def _is_surname(behind: str, word: str) -> bool:
    """Whether a capitalised word that follows is a surname too (`Paro Huamán`), or the same again (`Paro Paro`)."""
    return behind == word or (behind[:1].isupper() and not behind.isupper() and fold(behind) in load().surnames)
