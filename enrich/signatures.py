"""Near-duplicate signatures: keys that near-duplicates share, and the exact check of two documents.

MinHash (rensa 0.5) in bands: 64 bands of 2 over word 5-grams find copies with 10 to 20 % of the words changed and cuts to
40 % (reference/nlp.md section 5: recall 94 to 100 %, 13 candidates a query); what shares a key is then compared exactly,
by Jaccard and containment. Headlines get 16 bands of 2 over their words and pairs of words.
"""

import hashlib
import itertools
import re
import struct
from functools import lru_cache
from typing import Any

from core.document import Document, Payload
from core.text import fold
from enrich.reading import Reading


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERSION = "1"
LONG = 60
"""Words from which on a text is compared by its 5-grams."""
TEXT_JACCARD, TEXT_CONTAINMENT = 0.5, 0.8
HEADLINE_JACCARD, HEADLINE_WORDS = 0.7, 5
_TEXT_BANDS, _HEADLINE_BANDS, _ROWS = 64, 16, 2
_WORD = re.compile(r"[^\W_]+")
_CAPITALISED = re.compile(r"(?<=[^\W_] )[A-ZÁÉÍÓÚÑ][^\W_]+")
_STOP = _words(
    "a al ante con contra de del desde el ella en entre era es esta este estos esas la las le les lo los "
    "mas no o para pero por que se sin sobre son su sus tras un una y ya the a an of in on to and for at "
    "by with from is are was were as video foto fotos videos vivo"
)


def run(reading: Reading) -> Payload:
    """`{"signature": {"keys": [signed 64-bit ints], "kind": "text" or "headline"}}`; no keys where there are too few words."""
    return {"signature": signature(reading.document)}


def signature(document: Document) -> dict[str, Any]:
    """The keys of a document: two near-duplicates of one kind very likely share one; sharing one proves nothing."""
    kind, shingles = _shingles(document)
    bands = _TEXT_BANDS if kind == "text" else _HEADLINE_BANDS
    if not shingles:
        return {"keys": [], "kind": kind}
    return {"keys": _keys(sorted(shingles), bands, kind), "kind": kind}


def similar(a: Document, b: Document) -> float:
    """How near two documents are to being one text, 0.0 where they are no near-duplicates (thresholds above).

    Texts are compared with texts and headlines with headlines; a short item is compared with a long one by title.
    Headlines whose numbers differ are different news (`Paro 12 ...` is not `Paro 13 ...`), and so are those that name
    different people or places in otherwise the same words (`Paro en Puno ...`, `Paro en Tacna ...`).
    """
    first, second = _grams(a.text), _grams(b.text)
    if first and second:
        shared = len(first & second)
        jaccard, containment = shared / len(first | second), shared / min(len(first), len(second))
        if jaccard >= TEXT_JACCARD or containment >= TEXT_CONTAINMENT:
            return max(jaccard, containment)
        return 0.0
    one, other = _headline(a), _headline(b)
    if (_names(a) - other) and (_names(b) - one):
        return 0.0
    if min(len(one), len(other)) < HEADLINE_WORDS or _numbers(one) != _numbers(other):
        return 0.0
    jaccard = len(one & other) / len(one | other)
    return jaccard if jaccard >= HEADLINE_JACCARD else 0.0


def _shingles(document: Document) -> tuple[str, frozenset[str]]:
    grams = _grams(document.text)
    if grams:
        return "text", grams
    words = _ordered_headline(document)
    if len(set(words)) < HEADLINE_WORDS:
        return "headline", frozenset()
    return "headline", frozenset(words) | frozenset(f"{a} {b}" for a, b in itertools.pairwise(words))


@lru_cache(maxsize=2048)
def _grams(text: str) -> frozenset[str]:
    """The word 5-grams of a text, none where it is shorter than LONG words."""
    words = _WORD.findall(fold(text))
    if len(words) < LONG:
        return frozenset()
    return frozenset(" ".join(words[i : i + 5]) for i in range(len(words) - 4))


def _ordered_headline(document: Document) -> list[str]:
    text = document.title or document.summary or document.text
    return [word for word in _WORD.findall(fold(text)) if word not in _STOP and (len(word) > 1 or word.isdigit())]


def _headline(document: Document) -> frozenset[str]:
    return frozenset(_ordered_headline(document))


def _names(document: Document) -> frozenset[str]:
    """Words capitalised within a headline: none where most are, as in English ones."""
    words = _CAPITALISED.findall(document.title)
    if len(words) > 0.6 * len(_WORD.findall(document.title)):
        return frozenset()
    return frozenset(fold(word) for word in words)


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word[0].isdigit())


def _keys(shingles: list[str], bands: int, kind: str) -> list[int]:
    from rensa import RMinHash

    sketch = RMinHash(num_perm=bands * _ROWS, seed=42)
    sketch.update(shingles)
    digest = sketch.digest()
    data = struct.pack(f">{len(digest)}I", *digest)
    width, salt = 4 * _ROWS, kind[0].encode()
    keys = {_key(data[i : i + width] + i.to_bytes(2, "big") + salt) for i in range(0, len(data), width)}
    return sorted(keys)


def _key(band: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(band, digest_size=8).digest(), "big", signed=True)
