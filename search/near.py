"""Near-queries: Lucene's slop, spelled out as the positions its words may take, so that every engine means the same.

Words at positions p(i) match within a slop of s when the displacements p(i) - i, no two words sharing a place, lie
within s of one another (Lucene's SloppyPhraseMatcher). For n words these are at most (s+1)^n - s^n arrangements.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product

LIMIT = 1000
Arrangement = tuple[int, ...]


def count(words: int, slop: int) -> int:
    """How many arrangements `words` words have within a slop."""
    return int((slop + 1) ** words - slop**words)


def largest(words: int) -> int:
    """The largest slop of `words` words that stays within LIMIT arrangements."""
    slop = 0
    while count(words, slop + 1) <= LIMIT:
        slop += 1
    return slop


@lru_cache(maxsize=256)
def arrangements(words: int, slop: int) -> tuple[Arrangement, ...]:
    """The position of each word, in the order of the query; the smallest displacement is nought."""
    found = []
    for shifts in product(range(slop + 1), repeat=words):
        if min(shifts) == 0:
            places = tuple(place + shift for place, shift in enumerate(shifts))
            if len(set(places)) == words:
                found.append(places)
    return tuple(found)


def positioned(words: Sequence[str], slop: int) -> set[tuple[tuple[int, str], ...]]:
    """Every distinct phrase with positions `((place, word), ...)`, places from nought up in order."""
    phrases = set()
    for places in arrangements(len(words), slop):
        first = min(places)
        phrases.add(tuple(sorted((place - first, word) for place, word in zip(places, words, strict=True))))
    return phrases


def occurs(words: Sequence[str], slop: int, places: Mapping[str, Sequence[int]]) -> bool:
    """Whether the words occur so in a text, given the places of each of its words, ascending."""
    return next(matches(words, slop, places), None) is not None


def matches(words: Sequence[str], slop: int, places: Mapping[str, Sequence[int]]) -> Iterator[Arrangement]:
    """Every way the words occur in a text: the place of each, in the order of the query."""
    lists = [places.get(word, ()) for word in words]
    if not all(lists):
        return
    sets = [frozenset(places) for places in lists]
    if slop == 0:
        rare = min(range(len(words)), key=lambda i: len(lists[i]))
        for place in lists[rare]:
            if all(place - rare + i in sets[i] for i in range(len(words))):
                yield tuple(range(place - rare, place - rare + len(words)))
        return
    yield from _within(lists, slop)


def _within(lists: Sequence[Sequence[int]], slop: int) -> Iterator[Arrangement]:
    """Depth first from the rarest word on, keeping the displacements within the slop and the places apart."""
    order = sorted(range(len(lists)), key=lambda i: len(lists[i]))
    stack: list[tuple[int, ...]] = [(place,) for place in reversed(lists[order[0]])]
    while stack:
        taken = stack.pop()
        if len(taken) == len(lists):
            yield tuple(place for _, place in sorted(zip(order, taken, strict=True)))
            continue
        shifts = [place - i for i, place in zip(order, taken, strict=False)]
        index = order[len(taken)]
        low, high = max(shifts) - slop + index, min(shifts) + slop + index
        near = lists[index][bisect_left(lists[index], low) : bisect_right(lists[index], high)]
        stack.extend((*taken, place) for place in near if place not in taken)
