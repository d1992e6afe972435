"""Text as printed: cleaned once when a Document is made, folded for gazetteers, cut into sentences. Offsets always hold.

The fold table (core/folding.txt) is Lucene's ASCIIFolding as tantivy has it, without ñ: año is not ano, Puño not Puno.
"""

import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files

_NOTHING = (
    "\u00ad\u034f\u061c\u180e\ufeff"  # soft hyphen, grapheme joiner, Arabic mark, Mongolian separator, byte-order mark
    "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064"  # zero-width space, joiners, direction marks
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f"  # embeddings, isolates
    "\u20e3"  # the keycap of an emoji
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    f"[{_NOTHING}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufe00-\ufe0f\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef"
    "\U000e0000-\U000e007f" + "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0, 0x110000, 0x10000)) + "]"
)
_PRINTABLE = re.compile("[\u034f\u20e3\ufe00-\ufe0f]")  # invisible, though Python calls them printable


def clean(text: str) -> str:
    """The text as a reader sees it: NFC, one kind of line end, nothing invisible. All else stays as printed.

    Deleted: soft hyphens, joiners, zero-width spaces, direction marks, variation selectors, control characters, lone
    surrogates, noncharacters. Whatever breaks a line (also form feeds and U+2028) becomes `\\n`, so no words are joined.
    """
    if not text.replace("\n", "").isprintable() or _PRINTABLE.search(text):
        text = _INVISIBLE.sub("", _BREAKS.sub("\n", text).replace("\x1f", " "))
    return unicodedata.normalize("NFC", text)


def _load() -> dict[str, str]:
    table = {}
    for line in files("core").joinpath("folding.txt").read_text("utf-8").split("\n"):
        if line and not line.startswith("## "):
            folded, chars = line.split(" ")
            table.update(dict.fromkeys(chars, folded.lower()))
    return table


FOLDING = _load()
"""character -> lower-case ASCII form (one or more characters), for everything outside ASCII that has one."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ONE_TO_ONE = {char: folded for char, folded in FOLDING.items() if len(folded) == 1}


def lower(text: str) -> str:
    """Lower case, one character for one (`İ`, which Python lowers to two, becomes `i`)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.replace("İ", "i").lower()


def fold(text: str) -> str:
    """Lower case without accents, one character for one, ñ kept: an offset in it is an offset in the text.

    What folds to several characters (ß, æ) stays as it is; `core.terms` folds those too.
    """
    folded = lower(text)
    if not folded.isascii():
        for char in _ONE_TO_ONE.keys() & set(_NOT_ASCII.findall(folded)):  # few: much faster than str.translate
            folded = folded.replace(char, _ONE_TO_ONE[char])
    return folded


def places(words: str, text: str) -> Iterator[int]:
    """Where `words` stand in a text, letter by letter."""
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + 1)


_ABBREVIATIONS = frozenset(
    """
    sr sra srta sres sras dr dra dres dras ing arq lic prof mg mgtr mag abg abog econ cpc mons rvdo fr hno hna pbro gral gen cmdte
    cmte cdte cnel crnl cnl capt tte tnte tco mayr sgto sgt subof supte almte alm cmdt brig pdte pte pres vicepdte congr art arts
    cód cod const approx dir subdir sec adm reg tít
    inc lit núm num nro nros n pág pag págs pags p pp caps vol ed exp expte ord av avda jr psje pje urb mz lt lte dpto dept dto
    prov dist km kms kg cm mm mts tel telf tlf telef cel aprox máx mín ss sta sto sn s st vs etc cf ej fig cía cia hnos ltda corp
    ene feb abr may jun jul ago set sep sept oct nov dic mr mrs ms jan apr aug dec ph mt ft rep sen gov s/ us$ c/ ref fdo p.ej v.g
    """.split()  # noqa: SIM905
)
_MAY_END = frozenset({"ltda", "cía", "cia", "corp", "hnos", "kg", "km", "kms", "mm", "cm", "mts"})
_CLOCK_OR_ETC = re.compile(r"\b(?:[ap]\.\s?m|etc)$")
_OPENERS = frozenset(
    """
    el la los las lo un una unos unas al del en de con por para sin según segun sobre tras ante desde durante este esta estos estas
    ese esa esos esas aquel su sus y o pero además ademas también tambien así asi luego mientras cuando como si no ya aunque
    entonces ahora hoy ayer se le les nos the a an it he she they we this that these in on at for but and however after before when
    """.split()  # noqa: SIM905
)
_END = re.compile(r"[.!?…\n](?:(?<=\n)|(?<![.!?…][.!?…])[.!?…]*+(?P<close>[\"'»”’)\]]*+)(?=\s|$))")
"""A line break, or marks and what closes behind them. It begins with one set of characters, which is searched for quickly."""
_INITIALS = re.compile(r"[^\W\d_a-z]|([A-Z])\1|(?:[A-Z]{1,2}\.)+[A-Z]{1,2}")
_BEFORE = re.compile(r"[\w./$]+$")
_START = re.compile(r"[\"'«“‘(\[—–\-¿¡•*·\s]*(\w+)?")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, in order, without surrounding white space. Spanish and English abbreviations are known.

    A full stop ends one unless it belongs to an abbreviation, an initial, a number of a list, or small letters follow.
    A line break ends one, unless the line is plainly a wrapped one: no stop before it, a small letter after it.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _ends(text, match, start):
            _add(spans, text, start, match.end())
            start = match.end()
    _add(spans, text, start, len(text))
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    kept = piece.strip()
    if kept:
        first = start + len(piece) - len(piece.lstrip())
        spans.append((first, first + len(kept)))


def _ends(text: str, match: re.Match[str], start: int) -> bool:
    follow = text[match.end() : match.end() + 80]
    if match["close"] is None:
        return follow[:1].isspace() or not follow[:1].islower()
    start_match = _START.match(follow)
    word = (start_match[1] if start_match else "") or ""
    if word[:1].islower():
        return "\n" in follow[: start_match.start(1) if start_match else 0]
    if text[match.start() : match.start("close")] != ".":
        return True
    opens = word.lower() in _OPENERS and follow.lstrip()[1:2] != "."  # "A. Díaz" is no "A ..."
    return _full_stop(text[max(start, match.start() - 80) : match.start()], word, opens)


def _full_stop(before: str, word: str, opens: bool) -> bool:
    """Whether the full stop between `before` and `word` ends a sentence; `opens`: the word often begins one."""
    found = _BEFORE.search(before[-40:].rpartition(" ")[2])
    last = found[0] if found else ""
    key = last.lower()
    if last.isdigit() and before.strip() == last:
        return False  # the number of a list: "1. El gobierno"
    if key.endswith(("m", "etc")) and _CLOCK_OR_ETC.search(before[-8:]):
        return word[:1].isupper()
    if key in _MAY_END or _INITIALS.fullmatch(last):
        return opens  # "km. El", "Plan B. La", but "J. Soto", "EE.UU. Donald", "D.S. N.° 3"
    return key not in _ABBREVIATIONS
