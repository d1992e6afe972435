"""Did you mean: for a word of a query that nothing has, the same with ñ or another accent, or the nearest words that
something has. The words are the index's own, so what is offered is found. Also for values of tags, and for `or` in small
letters, which asks for the word.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product, zip_longest

from core.errors import QueryError
from core.terms import fold_word
from search import asking
from search.analysed import FACETS, key
from search.backend import Backend
from search.nodes import OPERATORS, All, Fuzzy, Leaf, Node, Phrase, Tag, Word, leaves
from search.query import parse
from search.spelling import SHORTEST

MOST = 3
MOST_N = 4
RANKED = 60  # forms whose frequency is asked
COMPARED = 2_000  # values whose look is compared letter by letter: a tenth of a second
LISTED = (
    "topic",
    "subtype",
    "sector",
    "kind",
    "language",
    "status",
)  # fields of few values, which may be named as they are
SMALL: dict[Leaf, str] = {Word("", name.lower()): name for name in OPERATORS}


@dataclass(frozen=True, slots=True)
class Offer:
    """What stands in a query, a word or `field:value`, and what is offered in its place."""

    asked: str
    offered: str

    def put_into(self, text: str) -> str | None:
        """The query as typed with the offer in its place; None where it does not stand there so, or could not be asked."""
        name, colon, value = (re.escape(part) for part in self.asked.partition(":"))
        spelled = rf'{name}\s*:\s*(?:"{value}"|{value})' if colon else name
        found = re.search(rf"(?<!\w){spelled}(?!\w)", text, re.I)
        if not found:
            return None
        asked = text[: found.start()] + self.offered + text[found.end() :]
        try:
            parse(asked)
        except QueryError:
            return None
        return asked


def suggestions(backend: Backend, node: Node) -> list[str]:
    """At most MOST words to try, the likeliest of each first; only for words and values that no document has."""
    return [one.offered for one in offers(backend, node)]


def offers(backend: Backend, node: Node) -> list[Offer]:
    """The same, each with what it is offered for."""
    each: list[list[Offer]] = []
    for leaf in dict.fromkeys(leaves(node)):
        if leaf != node and leaf in SMALL:
            each.append([Offer(SMALL[leaf].lower(), SMALL[leaf])])  # English has these words, so they may well be found
        elif isinstance(leaf, Word | Phrase):
            lost = (word for word in leaf.text.split() if not backend.count(Word("", word, leaf.exact)))
            each.extend(_of(word, _for_word(backend, word)) for word in islice(lost, MOST))
        elif isinstance(leaf, Fuzzy) and leaf.field in asking.BARE:
            each.append(_of(leaf.text, _for_word(backend, leaf.text)))
        elif isinstance(leaf, Tag) and not backend.count(leaf):
            each.append(_of(f"{leaf.field}:{leaf.value}", _for_value(backend, leaf)))
        if len(each) >= MOST:
            break
    in_turn = (offer for row in zip_longest(*each) for offer in row if offer)
    found: dict[str, Offer] = {}
    for offer in in_turn:
        found.setdefault(offer.offered, offer)
    return list(found.values())[:MOST]


def _of(asked: str, offered: list[str]) -> list[Offer]:
    return [Offer(asked, word) for word in offered]


def _for_word(backend: Backend, word: str) -> list[str]:
    """Forms with ñ, another accent, forms one edit away, then two, the most frequent first."""
    form = fold_word(word)
    with_n = [other for other in _with_n(form) if backend.count(Word("", other))]
    accents = list(_with_other_accents(backend, word, form))
    others = [other for other in backend.similar(form) if other not in with_n and _plausible(form, other)]
    near = [other for other in others if asking.is_near(form, other, 1)]
    far = [other for other in others if other not in near] if len(near) < MOST else []
    counts = {other: backend.count(Word("", other, True)) for other in (near + far)[:RANKED]}

    def ranked(words: list[str]) -> list[str]:
        return sorted((other for other in words if counts.get(other)), key=lambda other: (-counts[other], other))

    return [*with_n, *accents, *ranked(near), *ranked(far)][:MOST]


def _with_n(form: str) -> Iterator[str]:
    """The word with one or more of its n written ñ: nino, niño."""
    places = [place for place, char in enumerate(form) if char == "n"][:MOST_N]
    for choice in product("nñ", repeat=len(places)):
        letters = list(form)
        for place, char in zip(places, choice, strict=True):
            letters[place] = char
        if "ñ" in choice:
            yield "".join(letters)


def _with_other_accents(backend: Backend, word: str, form: str) -> Iterator[str]:
    """Words whose meaning hangs on an accent are kept apart: `paró` without a hit offers `paro`, and the other way round."""
    if backend.count(Word("", form, True)):
        yield form if form != word.lower() and backend.count(Word("", form)) else f"exact:{form}"


def _plausible(form: str, other: str) -> bool:
    """Two edits in a short word make another word altogether."""
    return len(form) >= 5 or (asking.is_near(form, other, 1) and len(form) >= SHORTEST)


def _for_value(backend: Backend, tag: Tag) -> list[str]:
    """Known values of the field: those near the one that was asked for, those that have it for a word, those that look
    like it; where a field has few, the most frequent."""
    if tag.field not in FACETS:
        return []
    asked = key(tag.value)
    values = {key(value): value for value, _ in backend.facets(All(), [tag.field], None)[tag.field]}
    near = [other for other in values if asking.is_near(asked, other, 2) or other.startswith(asked)]
    having = [other for other in values if asked in re.split(r"[\s_-]+", other)]
    alike = difflib.get_close_matches(asked, values, n=MOST) if len(values) <= COMPARED else []
    found = dict.fromkeys([*near, *having, *alike]) or (values if tag.field in LISTED else {})
    offered = (values[other] for other in islice(found, MOST))
    return [f'{tag.field}:"{value}"' if " " in value else f"{tag.field}:{value}" for value in offered]
