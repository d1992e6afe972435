"""Language tags as pages and feeds declare them, believed only where they can be."""

import re

_TAG = re.compile(r"([a-zA-Z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*$")
_THREE = {"spa": "es", "eng": "en", "que": "qu", "aym": "ay", "por": "pt"}
_NAMES = {"español": "es", "espanol": "es", "spanish": "es", "castellano": "es", "english": "en", "inglés": "en"}


def language_code(declared: object) -> str | None:
    """`es` of `es-PE`, `es_ES`, `spa`, `Español`; None for what is no language tag."""
    text = str(declared or "").strip()
    if text.lower() in _NAMES:
        return _NAMES[text.lower()]
    match = _TAG.match(text)
    if not match:
        return None
    code = match[1].lower()
    return _THREE.get(code, code if len(code) == 2 else None)


# the commonest short words of the two languages that are told apart here; everything else is left to the language step
_ES = frozenset(("de", "la", "el", "en", "que", "los", "las", "del", "y", "se", "por", "un", "una", "con", "para", "su", "al", "lo", "como", "más", "fue", "sus", "este", "esta", "pero"))  # fmt: skip
_EN = frozenset(("the", "of", "and", "to", "in", "is", "that", "for", "on", "was", "with", "as", "at", "from", "it", "be", "are", "have", "this", "not", "he", "his", "were", "which"))  # fmt: skip


def plausible(code: str | None, text: str) -> str | None:
    """A declared language, unless the text plainly is the other of Spanish and English (a Spanish site marked `en`)."""
    words = re.findall(r"[^\W\d_]+", text.lower())[:400]
    spanish, english = sum(word in _ES for word in words), sum(word in _EN for word in words)
    if len(words) < 20:
        return code
    if code == "en" and spanish > 3 * english + 2:
        return None
    if code == "es" and english > 3 * spanish + 2:
        return None
    return code
