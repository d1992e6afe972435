"""What a leaf of the tree asks of terms and values: shared by the oracle, the engines and the highlighter."""

import re
from functools import lru_cache

from core.terms import analyse, fold_word
from search.analysed import key, tag_key
from search.nodes import TEXT_FIELDS, Fuzzy, Node, Phrase, Prefix, Tag, Wildcard, Word, leaves

Pattern = Prefix | Wildcard
BARE = ("", *TEXT_FIELDS)


@lru_cache(maxsize=8192)
def stems(text: str, language: str) -> tuple[str, ...]:
    """The stems of a word or phrase as that language analyses it."""
    return tuple(term.stem for term in analyse(text, language))


@lru_cache(maxsize=8192)
def forms(text: str) -> tuple[str, ...]:
    """The word forms of a word or phrase, the same in every language."""
    return tuple(term.exact for term in analyse(text, "es"))


def wanted(node: Word | Phrase, language: str) -> tuple[str, ...]:
    """The terms the node asks of a part in that language."""
    return forms(node.text) if node.exact else stems(node.text, language)


def value(node: Tag) -> str:
    """The key the tag must have."""
    return tag_key(node.field, node.value)


def beginning(node: Prefix) -> str:
    """What word forms, or values, must begin with."""
    return fold_word(node.text) if node.field in BARE else key(node.text)


def shape(node: Wildcard) -> str:
    """The pattern of word forms or values: `*` and `?` and folded runs between them."""
    pieces = re.split(r"([*?])", node.text)
    folded = (
        piece if piece in ("*", "?") else fold_word(piece) if node.field in BARE else _run(piece) for piece in pieces
    )
    return re.sub(r"\*+", "*", "".join(folded))


def _run(piece: str) -> str:
    """A run of a value's pattern, folded, its white space kept as one space, also at its ends."""
    body = key(piece)
    return (" " if piece[:1].isspace() and body else "") + body + (" " if piece[-1:].isspace() else "")


def expression(node: Pattern) -> str:
    """The pattern as a regular expression of the whole term, in tantivy's syntax."""
    if isinstance(node, Prefix):
        return _escaped(beginning(node)) + ".*"
    return "".join({"*": ".*", "?": "."}.get(char) or _escaped(char) for char in shape(node))


@lru_cache(maxsize=1024)
def compiled(node: Pattern) -> re.Pattern[str]:
    """The pattern, to be matched fully. Each run between two `*` is taken at its first place for good (an atomic group):
    the answer is the same, and `*a*a*a*a*b` takes no more than the length of the term times that of the pattern."""
    if isinstance(node, Prefix):
        return re.compile(_escaped(beginning(node)) + ".*", re.S)
    first, *runs = ("".join("." if char == "?" else _escaped(char) for char in run) for run in shape(node).split("*"))
    middle = "".join(f"(?>.*?{run})" for run in runs[:-1])
    return re.compile(first + middle + (f".*{runs[-1]}" if runs else ""), re.S)


def fuzzy_word(node: Fuzzy) -> str:
    """The word that terms must be near."""
    return fold_word(node.text) if node.field in BARE else key(node.text)


def is_near(word: str, other: str, distance: int) -> bool:
    """Whether two words are at most `distance` edits apart, neighbours swapped counting as one (optimal alignment)."""
    if abs(len(word) - len(other)) > distance or len({*word} ^ {*other}) > 2 * distance:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(word, 1):
        following = [i]
        for j, there in enumerate(other, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (char != there))
            if i > 1 and j > 1 and char == other[j - 2] and word[i - 2] == there:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        if min(following) > distance:
            return False
        before, row = row, following
    return row[-1] <= distance


def asks_text(node: Node) -> bool:
    """Whether any leaf a document can be found by is asked of its text."""
    return any(getattr(leaf, "field", None) in BARE for leaf in leaves(node))


def _escaped(text: str) -> str:
    """Signs of regular expressions taken as they are; `<` and `>` are none, and escaped they mean the edge of a word in tantivy."""
    return re.sub(r"([.^$*+?{}\[\]\\|()#&~@\"-])", r"\\\1", text)
