"""Similar documents: those that share a document's telling words, the rare ones weighing most.

A profile holds the words of title and lead and the tagged names, each weighed by how rare it is in the index (inverse
document frequency, Sparck Jones 1972). The index gives candidates, the best matches of the likeliest words; how near
each is, is then reckoned here, as the cosine of the two profiles, so that every engine gives the same order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt

from core.record import Record
from core.terms import analyse, side
from search.backend import Backend
from search.keyterms import small_words
from search.nodes import All, And, Node, Not, Or, Tag, Word

LEAD = 1_200  # characters of the text that are looked at beside title and summary
TITLE = 3  # times a word of the title weighs
COUNTED = 60  # words whose frequency is asked
ASKED = 20  # words that candidates are sought by
CANDIDATES = 200
LEAST = 0.15


@dataclass(frozen=True, slots=True)
class Profile:
    """Weights by word stem, the rarity of each stem, and a printed form of each to ask the index with."""

    weights: Mapping[str, float]
    rarity: Mapping[str, float]
    forms: Mapping[str, str]


def profile(backend: Backend, record: Record) -> Profile:
    """What the document is about, in words, weighed by this index. The profile of a document without words is empty."""
    counted, forms = _words(record)
    likely = sorted(counted, key=lambda stem: (-counted[stem], -len(forms[stem]), stem))[:COUNTED]
    total = backend.count(All())
    rarity = {stem: log((total + 1) / (backend.count(Word("", forms[stem])) + 0.5)) for stem in likely}
    weights = {stem: (1 + log(counted[stem])) * rarity[stem] for stem in likely if rarity[stem] > 0}
    return Profile(weights, rarity, {stem: forms[stem] for stem in likely})


def question(asked: Profile, record: Record) -> Node | None:
    """What the index is asked for candidates: any of the weightiest words, the document itself left out; None without any."""
    words = sorted(asked.weights, key=lambda stem: (-asked.weights[stem], stem))[:ASKED]
    if not words:
        return None
    any_word = (
        Or(tuple(Word("", asked.forms[stem]) for stem in words)) if len(words) > 1 else Word("", asked.forms[words[0]])
    )
    return And((any_word, Not(Tag("id", record.id))))


def candidates(backend: Backend, record: Record) -> tuple[Profile, tuple[str, ...]]:
    """The document's profile, and the ids of the documents that may be near it, the likeliest first."""
    asked = profile(backend, record)
    node = question(asked, record)
    return asked, backend.search(node, sort="relevance", limit=CANDIDATES).ids if node else ()


def nearest(asked: Profile, found: Iterable[Record], limit: int = 10) -> list[tuple[Record, float]]:
    """The candidates that are near, with their cosine (0 to 1, rounded to three places), the nearest first."""
    length = sqrt(sum(weight**2 for weight in asked.weights.values()))
    scores = []
    for record in found:
        counted, _ = _words(record)
        own = {
            stem: (1 + log(number)) * max(asked.rarity.get(stem, _UNKNOWN), 0.0) for stem, number in counted.items()
        }  # fmt: skip
        shared = sum(weight * asked.weights[stem] for stem, weight in own.items() if stem in asked.weights)
        size = sqrt(sum(weight**2 for weight in own.values()))
        if size and length and (score := shared / (size * length)) >= LEAST:
            scores.append((record, round(score, 3)))
    return sorted(scores, key=lambda pair: (-pair[1], pair[0].id))[:limit]


_UNKNOWN = 5.0  # rarity of a word whose frequency was not asked: that of one document in 150


def _words(record: Record) -> tuple[Counter[str], dict[str, str]]:
    """How often each stem occurs in title (counted TITLE times), summary and lead, and a printed form of it."""
    document = record.document
    small = small_words(side(document.language))
    counted: Counter[str] = Counter()
    forms: dict[str, str] = {}
    for text, times in ((document.title, TITLE), (document.summary, 1), (document.text[:LEAD], 1)):
        for term in analyse(text, document.language):
            if len(term.exact) > 1 and term.exact not in small and not term.exact.isnumeric():
                counted[term.stem] += times
                forms.setdefault(term.stem, text[term.start : term.end])
    return counted, forms
