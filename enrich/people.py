"""People's names in a text: a given name of Peru with the capitalised surnames that follow it, and those surnames later on.

It finds whom a translation must leave alone (*Castillo* is no castle, *Rosas* no roses, *Guerra* no war); it identifies nobody.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from core.text import fold

GIVEN = frozenset(
    """
    abel abelardo abigail abraham adan adela adelaida adolfo adrian adriana agustin aida alan alberto alejandra alejandro alejo
    alessandra alex alexander alexandra alfonso alfredo alicia alina alonso alvaro amalia amanda amelia ana anahi andrea andres
    andy angel angela angelica angelina angie anibal antauro antonia antonio araceli ariana armando arturo augusto aurelia aurelio
    aurora beatriz benigno benito benjamin berta bertha betssy betty blanca boris brayan bryan camila carla carlos carmela carmen
    carolina catalina cecilia celia celso cesar christian cinthia cipriano clara claudia claudio clemente cristian cristina cristobal
    cynthia daisy damaris daniel daniela dario david deisy delia delfin delfina diana diego digna dilmer dina dionisio domingo doris
    edgar edgardo edilberto edinson edison edith edmundo eduardo edwin efrain elena eleodoro elias elisa elizabeth eloy elva elvis
    emerson emilia emilio emma enrique eric erick erika ernesto esperanza esteban estefany estela esther eugenia eugenio eulogio eva
    evelyn ezequiel fabian fabiola fatima faustino federico felicita felicitas felipe felix fermin fernanda fernando fidel fiorella
    flavio flor florencia fortunato francisca francisco franco frank franklin freddy fredy gabriel gabriela genaro gerardo german
    geronimo gian giancarlo gilberto giovanna gladys gloria gonzalo graciela gregorio grover guido guillermo gustavo hector helen
    henry heriberto hermelinda hernan hernando hilda hipolito honorio hugo humberto ignacio ines ingrid irene iris irma isaac isabel
    isaias isidro ismael israel ivan ivonne jacinto jack jaime jair jairo janet javier jean jefferson jenny jeremias jeronimo jessica
    jesus jhon jhonatan jhonny jhony jimmy joaquin joel johan john johnny jonathan jorge jose josefa josefina joselyn joseph josue
    juan juana judith julia julian juliana julio justina justo karen karina karla katherine keiko keila kelly kevin kimberly ladislao
    laura lautaro leandro leonardo leonel leonidas leoncio leonor leopoldo leslie lesly leyla lidia lilia liliana lisbeth lizbeth
    lorena lorenzo lourdes lucas lucia luciana luciano lucila lucio lucy luis luisa luz lizet lady macedonio magaly magdalena
    magno manuel manuela marcela marcelino marcelo marcial marco marcos margarita maria mariana mariano maribel maricarmen marilu
    marina mario mariela marisol maritza marleny marlene marlon marta martha martin martina mary mateo matias matilde mauricio maurilio
    mauro max maximiliano maximo mayra melchor melissa mercedes mery micaela miguel milagros milton mirella mirian miriam moises monica
    monika nadia nancy natalia natividad nelida nelly nelson nery nestor nicanor nicolas nicole nilda noe noelia noemi norma octavio
    olga olinda oliver olivia omar orlando oscar osvaldo oswaldo ovidio pablo pamela paola patricia patricio patrocinia paul paula
    paulina paulino paulo pedro percy petronila piero pilar placido porfirio primitivo priscila rafael ramiro ramon raquel raul
    ray raymundo rebeca reynaldo ricardo richard rigoberto rita robert roberto robinson rocio rodolfo rodrigo rogelio roger rolando
    roman romulo ronald ronny rony rosa rosalia rosana rosario rosaura rosmery roxana ruben rufino ruth sabina salome salvador samuel
    sandra santiago santos santusa sara saturnina saturnino saul sebastian segundo serafin sergio sheyla shirley silvana silvestre
    silvia silvio simeon simon simona sofia soledad sonia stefany stephanie susana susel tania tatiana teodora teodoro teofilo teresa
    tito tomas tomasa ulises urbano ursula valentin valentina valeria valeriano vanessa veronica vicente victor victoria vilma violeta
    virgilio viviana vladimir walter wilber wilbert wilder wilfredo william wilmer wilson wilson yanet yanina yeni yenny yessenia
    yolanda yuliana yuri zacarias zenaida zenobia zoila zoraida
    """.split()  # noqa: SIM905
)
"""Given names, folded, of people of all regions and ages; a name that is missing costs one surname its protection, no more."""

_CAPITAL = r"[A-ZÁÉÍÓÚÑÜ][a-záéíóúñü'’]+(?:-[A-ZÁÉÍÓÚÑÜ][a-záéíóúñü]+)?"
_RUN = re.compile(rf"(?<![\w-]){_CAPITAL}(?:(?: (?:de la|de los|de las|de|del|la|y))? {_CAPITAL}){{1,5}}(?!\w)")
_WORD = re.compile(rf"(?<![\w-]){_CAPITAL}(?!\w)")
_NO_SURNAME = frozenset(
    """
    lima peru congreso ministerio policia fiscalia poder comision municipalidad universidad colegio hospital instituto partido fuerza
    avenida plaza centro norte sur este oeste region provincia distrito ley decreto presidente presidenta ministro ministra alcalde
    ayer hoy segun tras con por para los las el la un una en
    """.split()  # noqa: SIM905
)
_LONGEST = 200_000  # characters looked at: surnames of a longer text are still found later in it


def people(text: str) -> Iterator[tuple[int, int]]:
    """Spans of names, in no order; those of one person may overlap nobody else's. Linear in the text."""
    surnames: set[str] = set()
    for match in _RUN.finditer(text[:_LONGEST]):
        words = [(word[0], match.start() + word.start()) for word in _WORD.finditer(match[0])]
        first = next((i for i, (word, _) in enumerate(words) if fold(word) in GIVEN), None)
        if first is None or first == len(words) - 1:
            continue
        named = words[first:]
        given = 1
        while given < len(named) - 1 and fold(named[given][0]) in GIVEN:
            given += 1
        if any(fold(word) in _NO_SURNAME for word, _ in named[given:]):
            continue
        surnames |= {word for word, _ in named[given:] if len(word) > 3}
        yield named[0][1], match.end()
    if surnames:
        for match in _surnames(frozenset(surnames)).finditer(text):
            yield match.span()


@lru_cache(maxsize=16)
def _surnames(names: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, names)))})(?!\w)")
