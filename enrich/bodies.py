"""Organisations by the form of their names: gangs beside the words of crime, guilds by their first words, and what kind a body is."""

import re
from collections.abc import Iterator
from functools import lru_cache

from core.text import fold
from enrich import name_cues as cues
from enrich.reading import Field

_CAP = r"[A-ZÁÉÍÓÚÑ][\w’'-]*"
_SMALL = r"(?:de|del|de la|de las|de los|y|e|en|of|the|of the)"
_GANG_NAME = rf"(?:Los|Las|La|El|The) {_CAP}(?: (?:{_SMALL} )?{_CAP}){{0,6}}"
_QUOTED = re.compile(rf"[‘'\"“«]({_GANG_NAME}(?: \d{{1,3}})?)[’'\"”»]")
_BANDED = re.compile(
    rf"\b(?:[Bb]andas?|[Oo]rganizaci(?:ón|ones) criminal(?:es)?|[Mm]afia|[Cc]lan|[Ff]acción|[Hh]ampa|[Gg]ang|[Pp]andilla)(?: (?:criminal(?:es)?|delictiva|delincuencial|internacional|extorsiva|known as|called|de \w+))?"
    rf"(?:,? (?:denominada|conocida como|llamada|autodenominada|apodada))? ({_GANG_NAME})"
)
_CRIME = re.compile(
    r" (?:bandas?|mafias?|organizacion(?:es)? criminal(?:es)?|clan|integrantes?|miembros?|desarticul\w+|cae|caen|cayo|cayeron|captur\w+|detien\w+|detenid\w+|detuvo|detuvieron|cabecillas?|extor\w+|cupos?|sicari\w+|secuestr\w+|asesin\w+|amenaz\w+|explosi\w+|granadas?|dinamit\w+|balea\w+|bala|balas|disparos?|atentados?|gangs?|criminal\w*|delincuen\w+|hampa|arrested|dismantled) "
)
_SEVERAL = re.compile(
    r" (?:bandas?|organizacion(?:es)? criminal(?:es)?|integrantes?|miembros?|mafias?|cupos?|faccion|clan|gangs?) "
)
"""Words of a gang rather than of one man with a nickname (`La Mancha`, but `El Padrino`)."""
_LAWFUL = re.compile(
    r"\b(?:empresa(?: de transportes?)?|compañia|linea|bus de|orquesta|agrupacion(?: musical)?|grupo musical|banda (?:de musica|musical)|diario|restaurante|cevicheria|polleria|colegio|bodega|mercado|discoteca|asociacion|urbanizacion|asentamiento humano|hotel|hostal|galeria|ferreteria|programa|serie|pelicula|novela|libro|cancion|obra|tema|negocio|local|tienda|botica|farmacia|bar|ruta|plan|operativo|operacion|megaoperativo|caso|edificio|parque|condominio) $"
)
_LONGEST = 60
_BANDS = frozenset("banda bandas organizacion organizaciones mafia clan faccion hampa gang pandilla".split())  # noqa: SIM905
_QUOTES = ("'", '"', "‘", "“", "«")


def gangs(part: Field, criminal: bool = False) -> Iterator[tuple[int, int]]:
    """Names like `Los Grises del Puerto`: behind `banda`, or in quotes among words of crime and not named as something lawful.

    `criminal`: the whole document is about extortion.
    """
    text, seen = part.text, -1
    if not _BANDS.isdisjoint(part.vocabulary):
        for match in _BANDED.finditer(text):
            yield match.span(1)
    if not any(quote in text for quote in _QUOTES):
        return
    for match in _QUOTED.finditer(text):
        start, end = match.span(1)
        if start <= seen or end - start > _LONGEST:
            continue
        before = part.folded[max(0, start - 40) : start - 1]
        several = text.startswith(("Los", "Las"), start)
        suspect = (
            criminal or _CRIME.search(part.passage(part.sentence_at(start)).text)
            if several
            else _SEVERAL.search(part.sentence(start))
        )
        if suspect and not _LAWFUL.search(before):
            seen = end
            yield start, end


_HEADS = {
    head: fold(head)
    for head in [
        "Asociación",
        "Federación",
        "Confederación",
        "Sindicato",
        "Coordinadora",
        "Gremio",
        "Central",
        "Comité",
        "Junta",
        "Frente",
        "Unión",
        "Cámara",
        "Sociedad",
        "Plataforma",
        "Colectivo",
        "Red",
        "Alianza",
        "Corporación",
    ]
}
_MEMBERS = r"[a-zñáéíóú]{3,}s(?: (?!que |para |por |con |se |han |son |en |y |de |del )[a-zñáéíóú]{4,}(?:es|os|as))?(?: (?:de|del|en) [a-zñáéíóú]{4,})?"
_LOWER = re.compile(
    rf"(?:{'|'.join(_HEADS)})(?: (?:{_CAP}|[a-z]{{4,}}(?:al|ica|ico|ano|ana|ico)|unica|único|única|unificado|provincial|regional|nacional|distrital)){{0,2}} de (?:los |las |la |el )?{_MEMBERS}(?:,? (?:y|e) (?:de )?{_MEMBERS})?"
    rf"(?:(?: (?:de|del|de la|de los|en)(?: (?:el|la|mercado|distrito|provincia|región|centro comercial|valle|zona|empresa|ciudad|hospital|de|del))*)? {_CAP}(?: (?:(?:de|del|de la|de los|y) )?{_CAP}){{0,5}})?"
)
"""A guild that is printed with small letters: `Sindicato de choferes de Comas`."""
_WORKING = re.compile(
    r"\b(?:transport\w*|chofer\w*|conductor\w*|trabajador\w*|agricultor\w*|agrari\w*|comerciant\w*|productor\w*|lucha|defensa|usuarios|regant\w*|gremios?|campesin\w*|miner\w*|docent\w*|maestr\w*|vecin\w*|pescador\w*|"
    r"rond\w*|mototax\w*|taxist\w*|artesan\w*|ollas|comedores|estudiant\w*|enfermer\w*|medic\w*|obrer\w*|ganader\w*|cocaler\w*|emprendedor\w*|empresari\w*|bodeguer\w*|industri\w*|exportador\w*|comercio|turismo|"
    r"jubilad\w*|pension\w*|servidor\w*|policias|penitenciari\w*|judicial\w*|mujeres|comunidades|nativas|indigenas?|pueblos|padres|construccion|cafetaler\w*|arrocer\w*|cacao|cafe|moto\w*|drivers|workers|teachers|farmers|miners|"
    r"merchants|traders|transporters?|ashaninka\w*|awajun\w*|shipib\w*|quechuas?|aymaras?|emolienter\w*|ambulant\w*|carga|colectiver\w*|estibador\w*|barber\w*|farmac\w*|mercados?|panader\w*|ferreter\w*|restaurant\w*|hoter\w*|musicos|artistas|periodist\w*|abogad\w*|psicolog\w*|obstetr\w*|vendedor\w*|feriant\w*|canillitas|recicladores|asociaciones|sindicatos|federaciones|dirigentes|organizaciones|populares|pymes?|mypes?|microempres\w*|choferes|vivienda|posesionarios|afectados|victimas|damnificados)\b"
)
_ALWAYS = frozenset(
    "asociacion asociaciones federacion confederacion sindicato sindicatos seudosindicato gremio gremial coordinadora sute sutep syndicate guild".split()  # noqa: SIM905
)
_NO_PARTY = re.compile(
    r"alianza (?:atletico|lima|universidad|huanuco|del pacifico|petrolera|francesa|atlantica)|movimiento (?:de grupos|artistico|cultural|scout)|partido de (?:ida|vuelta|futbol)"
)
"""A club, a treaty, a match."""
_FIRM = re.compile(r"(?:\bs\.? ?a\.?(?: ?c\.?)?|\be\.? ?i\.? ?r\.? ?l\.?|\bs\.? ?r\.? ?l\.?|\binc|\bltda?|\bcorp)\.?$")


_CAPITAL = re.compile(r"\b[A-ZÁÉÍÓÚÑ]")


def _inside(text: str, at: int) -> bool:
    """Whether a capital letter stands within a sentence, where it makes a name (`Gremio de bodegueros cierra` names none)."""
    before = text[max(0, at - 3) : at].rstrip(" \"'“‘«")
    return bool(before) and before[-1] not in ".:!?¡¿\n"


def written_small(part: Field) -> Iterator[tuple[int, int]]:
    """Guilds whose members are printed with small letters."""
    text = part.text
    for head in (head for head, word in _HEADS.items() if word in part.vocabulary):
        at = text.find(head)
        while at >= 0:
            match = _LOWER.match(text, at) if not text[at - 1 : at].isalnum() else None
            if match and (_CAPITAL.search(match[0], len(head)) or _inside(text, at)):
                yield match.span()
            at = text.find(head, at + len(head))


@lru_cache(maxsize=4096)
def kind_of(name: str, called: str | None) -> str:
    """The kind of an organisation, from its folded name and what the words before call it."""
    words = name.split(" ")
    first = words[1] if words[0] in cues.BEFORE_HEAD and len(words) > 1 else words[0]
    if words[-1] in cues.LAST_HEADS:
        first = words[-1]
    if first in cues.GUILD or first in (
        "comite",
        "alianza",
        "consorcio",
        "bloque",
        "movimiento",
        "mesa",
        "colectivo",
        "union",
    ):
        barred = cues.NO_GUILD.get(first)
        if not (barred and barred.search(name)) and (first in _ALWAYS or _WORKING.search(name)):
            return "guild"
    if _FIRM.search(name):
        return "company"
    if called:
        return called
    if first in cues.PARTY and first not in ("fuerza",) and not _NO_PARTY.match(name):
        return "party"
    if first in cues.COMPANY and first not in ("clinica",):
        return "company"
    return "institution" if first in cues.INSTITUTION else "other"
