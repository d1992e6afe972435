"""Mail addresses in a text, the disguised ones too: `ana (arroba) correo punto pe`, `ana_at_gmail.com`, `ana%40correo.pe`."""

import re
from collections.abc import Iterator

PROVIDER = r"(?:gmail|hotmail|outlook|yahoo|icloud|live|proton(?:mail)?)"
SAID_AT = (
    rf"(?:@\s{{0,2}}|\s{{1,2}}@(?:\s{{1,2}}|(?={PROVIDER}))|%40|[\s.-]{{0,2}}(?:[\[({{]\s?(?:@|at|arroba)\s?[\])}}]|\barroba\b)[\s.-]{{0,2}}|"
    rf"arroba(?={PROVIDER})|[ _]at[ _](?={PROVIDER})|\s?[\[(]a[\])]\s?(?={PROVIDER}))"
)
SAID_DOT = r"[\s-]{0,2}(?:\.|,(?=com\b)|[\[({]\s?(?:\.|dot|punto)\s?[\])}]|\.?\b(?:punto|dot)\b\.?)[\s-]{0,2}"
_SAID = re.compile(
    rf"(?<![\w.+%•@-])[\w.+%-]{{1,64}}{SAID_AT}[\w-]{{2,63}}"
    rf"(?:{SAID_DOT}(?:com|pe|net|org|es|edu|gob|info|gmail|hotmail|outlook|yahoo)){{1,3}}(?!\w)",
    re.I,
)
_AT = re.compile(rf"[\[({{]\s?at\b|[ _]at[ _]{PROVIDER}|[\[(]a[\])]\s?{PROVIDER}|%40")
_SIGNS = (" at ", "_at_", " at_", "_at ", "(at", "[at", "{at", "( at", "[ at", "{ at", "(a)", "[a]", "%40")
_PRINTED = re.compile(r"(?<![\w.+%•@-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w-])")


def may_address(folded: str) -> bool:
    """A look that costs little at a text in small letters."""
    return "@" in folded or "arroba" in folded or (any(sign in folded for sign in _SIGNS) and bool(_AT.search(folded)))


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each address; one may come twice."""
    for pattern in (_PRINTED, _SAID):
        for match in pattern.finditer(text):
            yield match.span()
