"""Ill-formed XML made readable before a parser sees it: what feeds of real sites get wrong again and again.

Undeclared entities (`&eacute;`), a bare `&`, control characters, words of a failing program before the first tag. Whatever
is well-formed passes unchanged, and nothing that could be a link is invented.
"""

import re
from html.entities import html5

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))
_PARTS = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:(#x[0-9a-fA-F]{1,6};|#[0-9]{1,7};)|([A-Za-z][A-Za-z0-9]{1,31});)?", re.S
)
_ROOT = re.compile(r"<(rss|feed|rdf:RDF|urlset|sitemapindex)(?=[\s>])", re.I)


def repaired(text: str) -> str:
    """The same XML with entities that a parser knows, no bare `&` and no illegal character. CDATA is left as it is."""
    return _PARTS.sub(_entity, _ILLEGAL.sub("", text))


def _entity(match: re.Match[str]) -> str:
    if match[0].startswith("<") or match[1]:
        return match[0]
    name = match[2]
    if name in _OWN:
        return match[0]
    if name and (meant := html5.get(name + ";")):
        return "".join(f"&#{ord(char)};" for char in meant)
    return "&amp;" + match[0][1:]


def from_root(text: str) -> tuple[str, str] | None:
    """The name of a feed's or sitemap's first tag, and the text from it on, where something else stands before it."""
    match = _ROOT.search(text[:50_000])
    return (match[1].lower(), text[match.start() :]) if match else None
