"""What likely tells the same news is found by shared keys, then compared: copies of one text, and the same news retold.

Copies: MinHash (rensa 0.5) in 64 bands of 2 over word 5-grams finds copies with 10 to 20 % of the words changed and cuts to
40 % (reference: recall 94 to 100 %, 13 candidates a query); what shares a key is compared exactly, by Jaccard and
containment. Retellings share words of their headlines: each content word is a key, so that none is missed, and how many
documents of these days carry it says how much it tells (`enrich/retelling.py`).
"""

import hashlib
import re
from array import array
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy

from core.document import Document, Payload
from core.text import fold
from core.time import lima_day
from enrich import retelling
from enrich.reading import Reading
from enrich.retelling import Rarity

VERSION = "3"
LONG = 60
"""Words from which on a text is compared by its 5-grams."""
REMEMBERED = 1024
"""Texts whose grams are kept: those of the stories of a day, some 15 MB where all are long."""
TEXT_JACCARD, TEXT_CONTAINMENT = 0.5, 0.8
COPY = 10.0
"""What a copy scores at least; a retelling scores less."""
NEXT_DAY = 1.0
"""What a retelling must have above 0 where the two lie a day apart."""
SAME_SOURCE = 1.0
"""The same where both are of one source: what it writes again in other words is seldom the same, but the next turn of it."""
_BANDS, _ROWS = 64, 2
_SALTS = numpy.arange(1, _BANDS + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
"""What keeps the keys of two bands apart: multiples of the golden ratio, modulo 2 ** 64."""
_WORD = re.compile(r"[^\W_]+")


def run(reading: Reading) -> Payload:
    """`{"signature": {"kind": "text" or "headline", "keys": [...], "terms": [...]}}`, keys being signed 64-bit numbers."""
    words = next((part.words for part in reading.fields if part.name == "text"), [])
    return {"signature": signature(reading.document, words)}


def signature(document: Document, words: list[str] | None = None) -> dict[str, Any]:
    """Of a document, whose text has these words, folded. `keys`: two copies very likely share one. `terms`: one for each content word of the headline, the rarest first.

    Sharing one proves nothing. A headline alone has one key, of all its words; one that is a mere rubric has none.
    """
    words = _words(document.text) if words is None else words
    found, grams = retelling.of(document), list(map(" ".join, _grams(words)))
    rarest = sorted(found.weights, key=lambda stem: -found.weights[stem])
    keys = [] if found.rubric else [_key(" ".join(found.words).encode() + b"headline")]
    return {
        "kind": "text" if grams else "headline",
        "keys": keys + (_bands(grams) if grams else []),
        "terms": [] if found.rubric else [found.keys[stem] for stem in rarest],
    }


def similar(a: Document, b: Document, rarity: Rarity = retelling.unknown) -> float:
    """How surely two documents tell the same news: above 0 where they do, COPY and more where one is a copy of the other.

    `rarity` gives the share of these days' documents that carry a term. Copies may lie days apart, a retelling at most one:
    what is told later is the next day's news.
    """
    first, second = _asked(a.text), _hashed(b.text)
    if first and second:
        shared = len(first.intersection(second))
        jaccard, containment = shared / (len(first) + len(second) - shared), shared / min(len(first), len(second))
        if jaccard >= TEXT_JACCARD or containment >= TEXT_CONTAINMENT:
            return COPY + max(jaccard, containment)
    days = abs(_day(a) - _day(b))
    if days > 1:
        return 0.0
    one, other = retelling.of(a), retelling.of(b)
    if one.rubric or other.rubric:
        return 0.0
    if retelling.same_words(one, other):
        is_series = days and len(one.weights) < retelling.SHORT and a.source == b.source
        return 0.0 if is_series else COPY - 1
    if retelling.is_sibling(one, other) or retelling.is_too_short(one, other):
        return 0.0
    doubt = NEXT_DAY * days + SAME_SOURCE * (a.source == b.source)
    return min(retelling.score(one, other, rarity) - doubt, COPY - 1)


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _grams(words: list[str]) -> Iterator[tuple[str, ...]]:
    """The word 5-grams of a text, one for each word but the last four; none where it is shorter than LONG words."""
    return zip(*(words[start:] for start in range(5)), strict=False) if len(words) >= LONG else iter(())


@lru_cache(maxsize=REMEMBERED)
def _hashed(text: str) -> "array[int]":
    """They as numbers of this process, each once: a tenth of the room of a set."""
    return array("q", set(map(hash, _grams(_words(text)))))


@lru_cache(maxsize=2)
def _asked(text: str) -> frozenset[int]:
    """The same for the text that is compared with one after the other."""
    return frozenset(_hashed(text))


def _day(document: Document) -> int:
    return _day_of(document.published or document.fetched)


@lru_cache(maxsize=4096)
def _day_of(moment: datetime) -> int:
    return lima_day(moment).toordinal()


def _bands(shingles: list[str]) -> list[int]:
    """The keys of a set of shingles, in whatever order they come."""
    from rensa import RMinHash

    sketch = RMinHash(num_perm=_BANDS * _ROWS, seed=42)
    sketch.update(shingles)
    rows = numpy.array(sketch.digest(), dtype=numpy.uint64).reshape(_BANDS, _ROWS)
    keys = (rows[:, 0] << numpy.uint64(32) | rows[:, 1]) ^ _SALTS
    return sorted(set(keys.view(numpy.int64).tolist()))


def _key(text: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)
