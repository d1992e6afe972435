"""What the matches of a pattern begin with: so that of many patterns only those are searched for that can match a text.

Python tries every alternative of every pattern at every word. One pass with an automaton over the beginnings of them all finds the
few that may match: of the forty cues of a strike's status some eight a sentence, a third of the time.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import ahocorasick

_LETTERS = 8
"""Of a beginning that are looked for."""
_LITERAL = re.compile(r"[^\\.^$*+?{}\[\]|()]*")
_OPTIONAL = re.compile(r"[?*]|\{0?,")
_ASIDE = ("(?!", "(?=", "(?<!", "(?<=")


def openings(pattern: str) -> set[str]:
    """The letters that matches begin with, `""` where they may begin with any. Alternatives, `(?:groups)` and literals are understood."""
    found = set[str]()
    for alternative in _parts(pattern):
        if alternative.startswith(_ASIDE):
            found |= openings(alternative[_closed(alternative) :])
        elif alternative.startswith("(?:"):
            end = _closed(alternative)
            found |= openings(alternative[3 : end - 1])
            if optional := _OPTIONAL.match(alternative, end):
                found |= openings(alternative[alternative.find("}", end) + 1 if optional[0][0] == "{" else end + 1 :])
        else:
            literal = _LITERAL.match(alternative)
            assert literal is not None
            loose = _OPTIONAL.match(alternative, literal.end())
            found.add(literal[0][: -1 if loose else None][:_LETTERS])
    return found


def _parts(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern."""
    start = at = 0
    while at < len(pattern):
        if pattern[at] == "|":
            yield pattern[start:at]
            start = at + 1
        at = _closed(pattern, at) if pattern[at] == "(" else at + 1
    yield pattern[start:]


def _closed(pattern: str, start: int = 0) -> int:
    """Where the group ends that begins at a place."""
    depth = 0
    for at in range(start, len(pattern)):
        depth += (pattern[at] == "(") - (pattern[at] == ")")
        if not depth:
            return at + 1
    raise ValueError(f"{pattern}: a parenthesis does not close")


class Gate:
    """Patterns whose matches stand behind a space, by number."""

    def __init__(self, patterns: Sequence[str]) -> None:
        numbers: defaultdict[str, set[int]] = defaultdict(set)
        for number, pattern in enumerate(patterns):
            for opening in openings(pattern):
                numbers[opening].add(number)
        self._always = frozenset(numbers.pop("", ()))
        self._automaton = ahocorasick.Automaton()
        for opening, found in numbers.items():
            self._automaton.add_word(f" {opening}", frozenset(found))
        self._automaton.make_automaton()

    def open(self, text: str) -> list[int]:
        """The numbers of the patterns that may match a text, in their order."""
        return sorted(self._always.union(*(found for _, found in self._automaton.iter(text))))
