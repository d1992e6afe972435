"""What Apertium is given and what becomes of its answer: its stream format, with the words it must not touch in superblanks.

The rules know nothing of a superblank: an article before one is read as a pronoun (*los [drivers] pagan*: they pay them), a verb
behind one gets a second subject. So articles go into it, and such subjects are taken out again. A few habits of the rules are
mended where the Spanish says it surely: the *a* before a person who suffers something, *50 mil*, *500 soles diarios*.
"""

import re
from collections.abc import Iterator, Sequence

from enrich.protecting import Protect, Protected

VERSION = "3"
_ESCAPED = re.compile(r"([\\\[\]{}^$/@<>])")
_SUPERBLANK = re.compile(r"\\(.)|[\[\]]", re.S)
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff\ufdd0-\ufdef]|[\U0001fffe\U0001ffff]|[^\u0000-\U0010fffd]"
)
_LONG_TOKEN = re.compile(r"\S{201,}")
_MIDDLE_FORM = re.compile(r"[ \t]*\n[ \t]*")
_ARTICLES = {
    "el": "the",
    "la": "the",
    "los": "the",
    "las": "the",
    "un": "a",
    "una": "a",
    "unos": "some",
    "unas": "some",
}
_BEFORE = re.compile(r"(?:(?<=\s)|(?<=[(\"'«“‘¿¡])|^)(el|la|los|las|un|una|unos|unas) $", re.I)
_BLANK = r"\[[^\[\]\\\n]{2,80}\]"
_SUBJECT = re.compile(
    r"((?:^|[.!?,;:(\n\"]\]?|\b(?:that|and|when|but|as|because|if|while|or|since|although|than|which|until|after|before|where))\s*"
    rf"{_BLANK}(?: (?:(?:of|in|from|and|for) )?{_BLANK}){{0,3}} )(?:It|He|She|They) (?=[a-z])",
    re.I,
)
"""A subject in superblanks and the pronoun that the rules, which see none, gave its verb."""
_RELATIVE = re.compile(
    r"(\[(?:[Tt]he |[Aa]n? )?[a-z][^\[\]\\\n]{2,80}\] (?:that|which|who) )(?:it|he|she|they) (?=[a-z])"
)
_SMALL = "\x02"
"""Ends a superblank behind which the Spanish goes on in small letters: the rules may give that word the sentence's capital."""
_NEIGHBOUR = re.compile(r"\x02\] (?:([A-Z])([a-z]*))?")
_GOES_ON = re.compile(r" [a-záéíóúñ]")
_DEROGATE = re.compile(r"\b([Dd])erogat(?:e(s|d|)|(ing)|(ion))\b")
_TWO_SPACES = re.compile(r"(?<=\S)  (?=\S)")
_ARTICLE = re.compile(r"\b([Aa])n? (\[[A-Za-z])")
_SECOND = re.compile(r"^([^\w\[\]]*[^\W\d_]+ )([A-Z])(?=[a-z])")
_SMALL_SECOND = re.compile(r"\W*[^\W\d_]+ [a-záéíóúñ]+(?:\W+[a-záéíóúñ\d]|\W*$)")
_NO_PERSON = (
    r"balazos|balas?|tiros|golpes|puñetazos|patadas|pedradas|cuchilladas|puñaladas|machetazos|quemarropa|sangre|traición|manos?|muerte|favor|fondo|"
    r"diario|plena|poc[oa]s|escas[oa]s|menos|cambio|causa|pesar|través|partir|metros|[\wáéíóúñ]+ (?:metros|cuadras|horas|kilómetros|días)|l[ao]s (?:\d|una\b|dos\b|tres\b)|"
    r"largo|corto|mediano|cargo|bordo|salvo|ciegas|oscuras|disposición|la (?:par|fuga|deriva|disposición|fuerza|salida|altura|entrada|espera|vista|vez|madrugada|medianoche|una\b)|(?<=al )(?:[\w]+[aei]r\b|interior|lado|frente|costado|mediodía|menos|final|inicio|paso|pie)"
)
_PERSONAL = re.compile(
    r"\b((?:(?:asesin|mat|acribill|bale|captur|amenaz|extorsion|secuestr|atac|denunci|investig|acus|atropell|golpe|rescat|arrest|encarcel|interrog|identific|respald|critic|cuestion|"
    r"culp|expuls|deport|busc|perjudic|afect|apoy|entrevist|interpel|censur|desarticul)"
    r"(?:ó|aron|an|a|ar|arán|ará|ando|aba|aban|en)|(?:agred|h[ei]r)(?:ió|ieron|ir|irán|iendo)|hieren?|agreden?|(?:per)?sigu(?:e|en|ió|ieron)|(?:detuv|intervin)(?:o|ieron)|det(?:ien|en)(?:e|en|er|iendo)|intervienen?|intervenir)) "
    r"a(l|) (?!(?:" + _NO_PERSON + r")\b)(?=[\w\"'«“‘])",
    re.I,
)
"""Verbs whose *a* only says that their object is a person: whatever else may follow *a* is told apart."""
_FORMER = re.compile(
    r"\b([Ee])x(?=(?:ministr|viceministr|vicepresident|president|congresist|parlamentari|alcald|gobernador|fiscal\b|fiscales\b|jef[ea]|polic|militar|funcionari"
    r"|canciller|director|trabajador|líder|candidat|mandatari|consejer|asesor|secretari|juez|juec|dirigent|rector|comandant|procurador|premier)[a-záéíóúñ]*\b)"
)
_FORMER_OF = re.compile(r"(\[Former \])([A-Z])(?=[a-z])")
_THOUSAND = re.compile(r"(?<=\d )mil(?: millones)?\b")
_EACH = re.compile(
    r"(?:(?:S/\.?|US\$|\$) ?\d[\d.,]*(?: mil(?:lones)?)?|\b[Ss]oles|\bdólares|\beuros) ((?:al |a la |por )?(dia|sem|mes|men|anu|año|día)(?:ri[oa]s|anales|ana|suales|ales)?)\b"
)
_EACH_ENGLISH = {"d": "a day", "s": "a week", "m": "a month", "a": "a year"}
_NOT = re.compile(r"(?<!ya )\b([Nn])o $")
_AS_TOLD = re.compile(r"\b([Ss])egún $")
_TOMORROW = re.compile(
    r"(?<!la )(?<!sta )(?<!una )(?<!\bde )(?<!cada )(?<!media )(?<!pasado )(?<!mucha )\b([Mm])añana\b"
)
_BETWEEN = re.compile(r"\b([Ee])ntre (?=(?:los |las )?(?:S/|US\$|\$|€)? ?\d)")


def encode(text: str, protect: Protect | None = None) -> str:
    """A text in Apertium's stream format: specials escaped, line breaks and protected words in superblanks."""
    text = _UNSAFE.sub(
        "", _LONG_TOKEN.sub(lambda match: " ".join(match[0][i : i + 200] for i in range(0, len(match[0]), 200)), text)
    )
    text = _PERSONAL.sub(lambda match: f"{match[1]} el " if match[2] else f"{match[1]} ", text)
    parts, last = [], 0
    for one in _blanks(text, protect(text) if protect else ()):
        small = _SMALL if _GOES_ON.match(text, one.end) else ""
        parts += [_plain(text[last : one.start]), f"[{_ESCAPED.sub(_escape, one.english)}{small}]"]
        last = one.end
    return "".join(parts) + _plain(text[last:]) + ".[][\n]"


def decode(stream: str, source: str = "") -> str:
    """The printed text of an answer: superblanks opened, escapes undone, the end that `encode` added taken off."""
    stream = stream.removesuffix("[][\n]").removesuffix(".") if stream.endswith("[][\n]") else stream
    stream = stream.replace(".[][\n]", "[\n]")
    stream = _NEIGHBOUR.sub(lambda match: "] " + _small(match, source), stream).replace(_SMALL, "")
    stream = _RELATIVE.sub(r"\1", _FORMER_OF.sub(lambda match: match[1] + match[2].lower(), stream))
    stream = _SUBJECT.sub(r"\1", _ARTICLE.sub(_article, stream))
    if _SMALL_SECOND.match(source):  # where the rules do not know a sentence's first word, the second has its capital
        stream = _SECOND.sub(lambda match: match[1] + match[2].lower(), stream, count=1)
    if "  " not in source:
        stream = _TWO_SPACES.sub(" ", stream)
    stream = _DEROGATE.sub(_repeal, stream)
    english = _SUPERBLANK.sub(lambda match: match[1] or "", stream)
    return english.upper() if source.isupper() else english


def _repeal(match: re.Match[str]) -> str:
    """The rules' word for *derogar*, in each of its forms, as a law is said to be repealed in English."""
    ending = {"s": "s", "d": "ed"}.get(match[2] or "", match[3] or "")
    return ("R" if match[1] == "D" else "r") + "epeal" + ending


def _small(match: re.Match[str], source: str) -> str:
    """The word behind a superblank without a capital that the Spanish does not have."""
    word = (match[1] or "") + (match[2] or "")
    return word if word == "I" or word in source else word.lower()


def _blanks(text: str, protected: Sequence[Protected]) -> Iterator[Protected]:
    """The superblanks of a text: what is protected, with its article, and the mends of the rules between them."""
    last = 0
    found = [(one, True) for one in protected] + [(one, False) for one in _mends(text)]
    for one, is_noun in sorted(found, key=lambda each: (each[0].start, -each[0].end)):
        if one.start < last:
            continue
        start, english = one.start, one.english
        article = _BEFORE.search(text, max(last, one.start - 6), one.start)
        denied = (
            _NOT.search(text, max(last, one.start - 3), one.start)
            if one.kind in ("word", "plain") and is_noun
            else None
        )
        if denied and (said := _denied(text[one.start : one.end], english)):
            start, english = denied.start(), _begun(text[one.start : one.end], said) if denied[1] == "N" else said
        elif article and english and is_noun:
            start, english = article.start(1), f"{_english_article(article[1], english)} {english}"
        if last and text[last:start] == " para ":  # between two: no verb
            yield Protected(last + 1, last + 5, "for", "word")
        elif (told := _AS_TOLD.search(text, max(last, start - 7), start)) and english:  # before one: no conjunction
            yield Protected(
                told.start(), told.start() + 5, "According to" if told[1] == "S" else "according to", "word"
            )
        yield Protected(start, one.end, english, one.kind)
        last = one.end


def _denied(spanish: str, english: str) -> str:
    """A verb of the glossary behind *no*, which the rules cannot join to what they do not see; empty where it is no verb."""
    verb, first = spanish.split(" ", 1)[0].lower(), english.split(" ", 1)[0]
    if first in ("will", "were", "was"):
        return f"{first} not{english[len(first) :]}"
    if verb.endswith(("aron", "ieron")):
        return f"have not {english}"
    if verb.endswith("ó"):
        return f"has not {english}"
    if verb.endswith(("an", "en")) and not first.endswith("s"):
        return f"do not {english}"
    if verb.endswith(("a", "e")) and first.endswith("s") and not first.endswith("ss"):
        return f"does not {first[:-1]}{english[len(first) :]}"
    return ""


def _begun(spanish: str, said: str) -> str:
    return ("They " if spanish.split(" ", 1)[0].endswith("n") else "It ") + said


def _english_article(spanish: str, word: str) -> str:
    english = _ARTICLES[spanish.lower()]
    if english == "a" and word[:1].lower() in "aeiou":
        english = "an"
    return english.capitalize() if spanish[0].isupper() else english


def _mends(text: str) -> Iterator[Protected]:
    for match in _FORMER.finditer(text):
        yield Protected(match.start(), match.end(), "Former " if match[1] == "E" else "former ", "word")
    for match in _THOUSAND.finditer(text):
        yield Protected(match.start(), match.end(), "thousand" if match[0] == "mil" else "billion", "word")
    for match in _EACH.finditer(text):
        yield Protected(match.start(1), match.end(1), _EACH_ENGLISH[match[2][0]], "word")
    for match in _TOMORROW.finditer(text):
        yield Protected(match.start(), match.end(), "Tomorrow" if match[1] == "M" else "tomorrow", "word")
    for match in _BETWEEN.finditer(text):
        yield Protected(match.start(), match.end() - 1, "Between" if match[1] == "E" else "between", "word")


def _escape(match: re.Match[str]) -> str:
    return "\\" + match[1]


def _plain(text: str) -> str:
    """Escaped text: a line break ends a sentence, as a superblank that the rules carry through."""
    lines = _MIDDLE_FORM.split(text)
    out = [_ESCAPED.sub(_escape, lines[0])]
    for line in lines[1:]:
        out.append((".[][\n]" if out[-1] else "[\n]") + _ESCAPED.sub(_escape, line))
    return "".join(out)


def _article(match: re.Match[str]) -> str:
    """The rules choose a or an by the Spanish word that a protected one stands for: mend it."""
    return f"{match[1]}{'n' if match[2][1].lower() in 'aeiou' else ''} {match[2]}"
