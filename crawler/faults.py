"""What a server in trouble sends with status 200: nothing, or the words of its own failure. It is asked for again, as an error status is."""

import re

EMPTY = "The page is empty."
FAULT = "The site's own error came instead of the page"
REASONS = (EMPTY, FAULT)
"""How the reasons begin of pages that may come well the next time."""
_BASE = r"(?:error|fallo) (?:al|de|en la|estableciendo)(?: (?:establecer|conectar(?:se)?|conexi[oó]n|la|una|con|a|de))* base de datos"
_WORDS = re.compile(
    r"^\W*(?:(?:http )?error (?:http )?5\d\d\b|50[0234]\b\W{0,3}(?:error|internal|bad gateway|service|gateway|$)|internal server error|bad gateway|gateway time-?out|"
    rf"service (?:temporarily )?unavailable|database error|error establishing a database|{_BASE}|(?:error interno|error del servidor|fatal error|parse error|server error in)\b|"
    r"briefly unavailable for scheduled maintenance|(?:el |la )?(?:sitio|p[aá]gina|web|portal)(?: web)? (?:est[aá] )?en mantenimiento\W*$)",
    re.I | re.M,
)
LONGEST = 300
"""Characters of a page that are looked at: a failure is told at once."""


def is_fault(*texts: str) -> bool:
    """Whether a title, a headline or a short text begins a line as a server tells of its own failure."""
    return any(bool(_WORDS.search(text[:LONGEST])) for text in texts)
