"""What stands around a sector's word that makes it the scene, a bystander or a load, so that the text is not about it.

Near a hospital, a queue of buses, a truck of shoes, the ministry of tourism, those who were there before or wait for the end of
the strike of others: the word is there, the sector is no victim and no actor.
"""

import re

from enrich.reading import Found

_BYSTANDER = re.compile(
    r"(?:\bcolas?|\bfilas?) (?:de (?:\w+ )?|del |en (?:un|el|una|la) )$|\basociabamos con (?:el |la |los |las )?$"
    r"|\b(?:cerca|alrededores|inmediaciones) (?:de|del)(?: la| las| los| un| una)? (?:\w+ )?$"
    r"|\b(?:a la altura|a (?:una|dos|tres|pocas|media|\d+) cuadras?) (?:de|del)(?: la| las| los| un| una)? $"
    r"|\by hasta (?:el|la|los|las) $"
    r"|\b(?:part(?:en|ira|iran|io|ieron)|saldran) (?:de|del|desde)(?: la| las| los| el)? $"
    r"|\b(?:iba\w*|rumbo|destinad[oa]s?|enviad[oa]s?|con destino|llegar\w*) (?:a|hacia)(?: la| las| los| el| un| una)? $"
    r"|\b(?:donad[oa]s?|cedid[oa]s?|financiad[oa]s?|prestad[oa]s?) por(?: la| las| los| el| un| una)? (?:cooperativa |empresa )?$"
    r"|\b(?:gratis|libre|gratuit[oa]s?|descuentos?) (?:a|para)(?: la| las| los)? (?:\w+ y )?$"
    r"|\b(?:camion(?:es)?|cargamento|contenedor(?:es)?|sacos|toneladas|pares|importador(?:a|es)?) de $"
)
"""Words before a sector's that make it the scene, a bystander or a load: a queue of buses, near a hospital, a truck of shoes."""
_FRONT = re.compile(r"\b(?:frente|afueras|exteriores|puertas|junto) (?:a|de|al|del)(?: la| las| los| el| un| una)? $")
"""Where a protest stands; what is shot at or bombed stands there too, so that this holds for protests alone."""
_RIDE = re.compile(
    r"\b(?:en|compart\w+|tom(?:a|an|ar|o)|abord(?:a|an|ar|o)|bajar?|subir?) (?:de |a )?(?:un |el |los )?$"
)
_GANG = re.compile(r"\b(?:Los|Las) [A-ZÁÉÍÓÚÑ]\w+ (?:de|del|de la|de los|de las) $")
_MAKER = re.compile(
    r"\b(?:desarrollad|cread|elaborad|disenad|realizad|difundid|publicad)[oa]s? (?:por|en) (?:la |el |una |un )?(?:\w+ de (?:la |el )?)?$"
    r"|\bsegun (?:un (?:estudio|informe|reporte) de )?(?:la |el )?$"
)
"""Words before a school's that make it the author of a work that is told of."""
_WORKS = re.compile(
    r"\b(?:trabajos|obras?|construccion|nueva sede|paralizacion|reconstruccion|remodelacion|mejoramiento|ampliacion|culminacion)"
    r" (?:de|del)(?: la| los| las| un| una| nuevo)* $"
    r"|\b(?:exig\w+|reclam\w+|pid(?:e|en|ieron)|pedir|(?:reinici|culmin|constru)\w+) (?:el|la|un|una|mas|mejores) (?:nuevo |nueva )?$"
    r"|\b(?:march\w+|acuerdo|protest\w+|paro(?: \w+)?|bloqueo) por (?:(?:el|la|un|una) )?(?:nuevo |nueva )?$"
)
"""Words before a building's that make it what is built or demanded."""
_BODIES = re.compile(
    r"\b(?:ministerio|ministr[oa]|viceministr[oa]|policia|sectores|cartera|secretaria) (?:de |del )?(?:\w+ (?:exterior )?y )?$"
)
_UNDECIDED = re.compile(
    r"[^.;:]{0,50}?\b(?:(?:todavia|aun) no (?:decid|defin)|(?:defin|decid)iran |no se (?:plega|suma)|no participa|no acata"
    r"|con normalidad|no (?:se )?(?:vieron|fueron|resultaron) afectad|envia\w* un saludo)"
    r"|[^.,;:]{0,40}? (?:(?:pudieron|podran|lograron|volvieron a|empezaron a|comenzaron a) (?:\w+ )?(?:continu|pas|circul|avanz|reanud|cruz|segu|transit)\w+|tendran que esperar|hac(?:en|ian) cola|hicieron cola|quedaron varad|dejan a la gente|abri(?:o|eron) tarde)"
)
"""What those who stand aside do, behind their name."""
_EARLIER = re.compile(
    r"\bfirst it was (?:the )?$|\bprimero fue(?:ron)? (?:el |la |los |las )?$|, (?:luego|despues) (?:fueron )?(?:los |las )$"
)
_BUILDINGS = frozenset({"health", "education", "energy_fuel", "markets"})
_OFFICES = frozenset({"agriculture", "hospitality", "fishing", "mining", "energy_fuel"})


def is_told_of(name: str, item: Found) -> bool:
    """Whether a word is not that of the scene, of a bystander, a load, a gang, a building under way or a ministry."""
    folded, start = item.field.folded, item.hit.start
    left = folded[max(0, start - 60) : start]
    if (name != "health" and _BYSTANDER.search(left)) or (name == "education" and _MAKER.search(left)):
        return False
    if name == "taxi_mototaxi" and item.hit.entry.words in ("taxi", "taxis") and _RIDE.search(left):
        return False
    if name in _BUILDINGS and _WORKS.search(left):
        return False
    if not item.printed[:1].isupper():
        return True
    return not (
        (name in _OFFICES and _BODIES.search(left)) or _GANG.search(item.field.text[max(0, start - 60) : start])
    )


def stands_aside(item: Found) -> bool:
    """Whether the text tells of them that they were there before, are undecided or untouched."""
    if item.field.name == "title":
        return False
    folded, start, end = item.field.folded, item.hit.start, item.hit.end
    return bool(_EARLIER.search(folded[max(0, start - 40) : start]) or _UNDECIDED.match(folded[end : end + 90]))


def in_front(item: Found) -> bool:
    """Whether the word is that of the place where a protest stands."""
    return bool(_FRONT.search(item.field.folded[max(0, item.hit.start - 40) : item.hit.start]))
