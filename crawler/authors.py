"""Who signed: names as printed, freed of `Por`, roles, addresses and accounts."""

import re

from core.text import clean, fold

_BY = re.compile(
    r"^\W*(?:(?:escrito|redactado|publicado|elaborado|texto|nota|informe|written)\s+)?(?:por|by|de|autora?|texto|escribe)\s*:?\s+(?=\S)"
    r"|^\W*(?:entrevista|cr[oó]nica|reportaje|investigaci[oó]n|an[aá]lisis|texto y fotos)\s*:\s*(?=\S)",
    re.I,
)
_ROLE = re.compile(
    r"[\s,|/·•(\-–—]+(?:periodistas?|redactora?(?: de [\w ]+)?|editora?(?: de [\w ]+)?|reporter[oa]s?|corresponsal(?: en [\w ]+)?|enviad[oa] especial(?: a [\w ]+)?|coordinadora?(?: de [\w ]+)?|"
    r"columnista|colaboradora?|practicante|productora?|director[a]?|analista|staff|journalist|reporter|editor)\)?\s*$",
    re.I,
)
_ACCOUNT = re.compile(r"(?:\S+@\S+\.\w+|(?<!\w)@\w+|https?://\S+|www\.\S+)")
_CUT = re.compile(
    r"\s*(?:\||•|·|\d{1,2}[/ ](?:\d{1,2}|de)\b|\bpublicado\b|\bactualizado\b|\bcompartir\b|\bel (?:\d|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)|\bseguir\b|\bfollow\b).*$",
    re.I | re.S,
)
_NEVER = re.compile(
    r"^(?:admin\w*|administrador|super ?(?:user|usuario|admin)|user\d*|usuario|webmaster|root|none|null|undefined|desconocido|unknown|author|autora?|escritor|redactor|editor|staff|web|prensa|home|inicio|posts?|anonimo|anonymous|n/?a|wpadmin|.)$",
)
NEWSROOM = re.compile(r"\b(?:redacci[oó]n|newsroom|equipo|agencias?)\b|^(?:editor web|web editor)", re.I)
_ONLY_ROLE = re.compile(
    r"^(?:periodistas?|redactora?|editora?|reporter[oa]?|corresponsal|columnista|colaboradora?|practicante|directora?|analista|journalist)(?: (?:de|en) [\w ]+)?$"
)
_ACCOUNT_NAME = re.compile(r"[a-z]{2,}(?:[._-][a-z]{2,})+")
_ONE_ACCOUNT = re.compile(r"[a-zñ]\w*|\w*\d\w*")
"""One word as accounts are called and nobody signs: `chasqui`, `Redaccion1`."""
_AGENCIES = "efe afp ap reuters dpa ansa xinhua andina telam ansalatina notimex sputnik bloomberg erbol abi anf unitel dw bbc voa"
AGENCIES = frozenset(_AGENCIES.split())
"""News agencies and broadcasters that sign with one word."""
LONGEST = 70


def authors(values: list[str], *, outlet: str = "") -> tuple[str, ...]:
    """Clean, distinct names in order. The newsroom (`Redacción RPP`) is kept only where it is the only signature."""
    found: dict[str, str] = {}
    for value in values:
        for part in _split(value):
            name = _clean(part)
            if name and fold(name) != fold(outlet):
                found.setdefault(re.sub(r"[^\w]+", " ", fold(name)).strip(), name)
    people = [name for name in found.values() if not NEWSROOM.search(name)]
    if any(
        " " in name for name in people
    ):  # `Ana Luz Prado, Lima`: what stands beside a whole name is its place or section
        people = [name for name in people if " " in name or fold(name) in AGENCIES]
    return tuple(people or found.values())


def _split(value: str) -> list[str]:
    value = " ".join(_ACCOUNT.sub(" ", clean(value)).split())
    if len(value) > 4 * LONGEST:
        return []
    return [
        part
        for part in re.split(
            r"\s*(?:;|/|\n|,(?!\s*(?:jr|hijo)\b))\s*|\s+(?:y|e|and|&)\s+(?=[A-ZÁÉÍÓÚÑ][\w'’.-]+\s+[A-ZÁÉÍÓÚÑ]|(?:Mar[ií]a|Ma\.|Juan|José|Ana|Rosa)\s+del?\s)",
            value,
        )
        if part
    ]


def _clean(part: str) -> str:
    name = _CUT.sub("", _BY.sub("", part)).strip(' .,:;-–—_|()[]"“”*')
    name = _ROLE.sub("", name).strip(" .,:;-–—|()")
    if name.count("(") > name.count(")"):
        name += ")"  # of the name itself: `Agencia del Valle (AV)`
    if _ACCOUNT_NAME.fullmatch(name):  # the name of an account in place of a person's: edilson.la.rosa
        name = re.sub(r"[._-]", " ", name).title()
    if (
        not 3 <= len(name) <= LONGEST
        or not re.search(r"[^\W\d_]{2}", name)
        or _NEVER.match(fold(name))
        or _ONLY_ROLE.match(fold(name))
        or (_ONE_ACCOUNT.fullmatch(name) and name not in AGENCIES)
        or re.search(r"[<>{}=]|\d{3}", name)
    ):
        return ""
    if name.isupper() and " " in name:
        name = " ".join(
            word.capitalize() if len(word) > 2 or word in ("DE", "LA", "DEL") else word for word in name.split()
        )
        name = re.sub(
            r"\b(De|La|Las|Los|Del|Y)\b(?!$)", lambda match: match[0].lower() if match.start() else match[0], name
        )
    return name
