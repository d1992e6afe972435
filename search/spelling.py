"""Which word forms count as near a mistyped one: the same rule for every engine, so that all of them offer the same."""

from collections.abc import Iterator

from search import asking

LETTERS = "abcdefghijklmnopqrstuvwxyzñ0123456789"
SHORTEST = 3
STANDS = 2  # letters at the beginning that a form two edits away shares: few are mistyped there, and it keeps the search small


def is_similar(form: str, other: str) -> bool:
    """Whether the other is one edit away, or two where the first two letters stand; neither too short to tell."""
    if min(len(form), len(other)) < SHORTEST or form == other:
        return False
    return asking.is_near(form, other, 2 if form[:STANDS] == other[:STANDS] else 1)


def one_edit(form: str) -> Iterator[str]:
    """Every word one edit from this one: a letter left out, put in or exchanged, two neighbours swapped."""
    for place in range(len(form) + 1):
        head, tail = form[:place], form[place:]
        yield from (head + letter + tail for letter in LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
