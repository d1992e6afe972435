"""A document as the steps read it: each field folded, normalised and cut into sentences once, word-list hits found once."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple

from core.document import Document, Payload
from core.text import fold, lower, sentences
from enrich import classifier
from enrich.lexicon import Hit, Lexicon, Passage

Span = list[str | int]
"""`[field, start, end]` in code points of the printed field."""

HEAD = 200
"""Words of a text that are weighed: as many as the rows that taught have, and further down a text tells of other things."""
LONGEST_SENTENCE = 600
"""Characters of a sentence beyond which it is read in pieces: what no stop divides (a list, hostile text) stays bounded."""
_NO_WORD = re.compile(r"[\W_]")
_SPACED = re.compile(r"[^ ]+")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_MANY_MARKS = 100
_PAUSE = re.compile(r"[,;:)\n]\s")


@dataclass(frozen=True, eq=False)
class Field:
    """One text field. `folded` and `printed` have the length of `text`; `norm` is shifted by one leading space."""

    name: str
    text: str
    beside: "list[Field]" = field(default_factory=list)
    """What is read on with it: the lead behind the title, the title before the lead."""

    @cached_property
    def folded(self) -> str:
        """Lower case, accents folded, ñ kept."""
        return fold(self.text)

    @cached_property
    def printed(self) -> str:
        """Lower case with the accents as printed, for words whose meaning hangs on them."""
        return lower(self.text)

    @cached_property
    def norm(self) -> str:
        """` ` + the folded text with everything that is no word character made a space + ` `: words stand between spaces."""
        text = self.folded
        marks = [char for char in set(text) if not char.isalnum()]
        if len(marks) > _MANY_MARKS:
            return f" {_NO_WORD.sub(' ', text)} "
        for char in marks:  # few distinct ones: much faster than a regular expression
            text = text.replace(char, " ")
        return f" {text} "

    @cached_property
    def words(self) -> list[str]:
        """Its words, folded, in their order."""
        return self.norm.split()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Its words, folded: a step looks here first whether there is anything for it to find."""
        return frozenset(self.words)

    @cached_property
    def shouted(self) -> bool:
        """Whether it is printed in capitals throughout, or with every word capitalised as English headlines are."""
        words = [word for word in _PLAIN_WORD.findall(self.text[:400]) if len(word) > 3 and word[0].isalpha()]
        if len(words) < 3 or sum(word[0].isupper() for word in words) <= 0.9 * len(words):
            return False
        headline = len(words) > 4 and self.text[-1] != "."
        return headline or sum(word.isupper() for word in words) > 0.8 * len(words)

    @cached_property
    def bounds(self) -> list[tuple[int, int]]:
        """Spans of the sentences, the very long ones in pieces."""
        found = sentences(self.text) or [(0, len(self.text))]
        return [piece for start, end in found for piece in _pieces(self.text, start, end)]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.bounds]

    def sentence_at(self, position: int) -> int:
        """The number of the sentence that holds a position."""
        return max(bisect_right(self._starts, position) - 1, 0)

    def sentence(self, position: int) -> str:
        """The folded sentence around a position: its words between single spaces."""
        return self.nth(self.sentence_at(position)).text

    def nth(self, number: int) -> Passage:
        """A sentence by its number."""
        if number not in self._sentences:
            start = self._starts[number] if number else 0
            end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
            self._sentences[number] = Passage.of(self.norm[start + 1 : end + 1].split())
        return self._sentences[number]

    def passage(self, number: int) -> Passage:
        """A sentence with the two before and the two after it.

        Title and lead are one passage: who reads the one reads the other.
        """
        if number not in self._passages:
            near = [self.nth(each) for each in range(max(number - 2, 0), min(number + 3, len(self.bounds)))]
            if number < 3:
                near += [other.nth(each) for other in self.beside for each in range(min(2, len(other.bounds)))]
            self._passages[number] = Passage.joined(near)
        return self._passages[number]

    @cached_property
    def _passages(self) -> dict[int, Passage]:
        return {}

    @cached_property
    def _sentences(self) -> dict[int, Passage]:
        return {}

    def span(self, start: int, end: int) -> Span:
        """The span of this field."""
        return [self.name, start, end]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, cut where it is too long: behind a comma or the like in the second half of a piece, else between words."""
    while end - start > LONGEST_SENTENCE:
        limit = start + LONGEST_SENTENCE
        pauses = list(_PAUSE.finditer(text, start + LONGEST_SENTENCE // 2, limit))
        cut = pauses[-1].end() if pauses else text.rfind(" ", start + 1, limit) + 1 or limit
        yield start, cut
        start = cut
    yield start, end


class Found(NamedTuple):
    """A word-list hit in a field."""

    field: Field
    hit: Hit

    @property
    def span(self) -> Span:
        """`[field, start, end]`."""
        return self.field.span(self.hit.start, self.hit.end)

    @property
    def printed(self) -> str:
        """The words as the text has them."""
        return self.field.text[self.hit.start : self.hit.end]


@dataclass(eq=False)
class Reading:
    """What a step is given: the document, the fields to read, what the steps before it said, and what steps once said of this version."""

    document: Document
    lexicon: Lexicon
    said: dict[str, Payload] = field(default_factory=dict)
    before: Mapping[str, Payload] = field(default_factory=dict)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Title, summary and text, without empty ones; a summary that the text repeats is not read twice."""
        d = self.document
        summary = "" if d.summary and d.summary in d.text else d.summary
        found = tuple(
            Field(name, text) for name, text in (("title", d.title), ("summary", summary), ("text", d.text)) if text
        )
        if len(found) > 1 and found[0].name == "title":
            found[0].beside.append(found[1])
            found[1].beside.append(found[0])
        return found

    @cached_property
    def found(self) -> Mapping[str, list[Found]]:
        """Every hit of the word lists, by tag, in the order of the text."""
        by_tag: defaultdict[str, list[Found]] = defaultdict(list)
        for part in self.fields:
            for hit in self.lexicon.find(part):
                by_tag[hit.entry.tag].append(Found(part, hit))
        return by_tag

    @property
    def head(self) -> Iterator[str]:
        """What is weighed of it: its first words."""
        return islice(chain.from_iterable(part.words for part in self.fields), HEAD)

    @cached_property
    def weighed(self) -> classifier.Weighed:
        """What its first words say together of each topic and sector."""
        return classifier.load("subject").weigh(self.head)

    def telling(self, tag: str) -> list[Span]:
        """Where the words first stand that say most for a tag which no list named."""
        wanted = {stem for sign in self.weighed.telling(tag) for stem in sign.split()}
        spans = []
        words = ((part, match) for part in self.fields for match in _SPACED.finditer(part.norm))
        for part, match in islice(words, HEAD):
            if (known := classifier.stem(match[0])) in wanted:
                wanted.discard(known)
                spans.append(part.span(match.start() - 1, match.end() - 1))
        return spans

    def kind(self, kind: str) -> Iterator[tuple[str, list[Found]]]:
        """The hits of all tags of one kind: `kind("sector")` gives `("mining", hits)` and so on."""
        for tag, found in self.found.items():
            if tag.startswith(kind + "."):
                yield tag[len(kind) + 1 :], found

    def forget(self) -> None:
        """Let go of the forms of the text, which take thirty times its room; what asks for them makes them again."""
        for part in self.__dict__.get("fields", ()):
            part.beside.clear()  # a circle, which only the garbage collector would find
        for name in ("fields", "found", "weighed"):
            self.__dict__.pop(name, None)

    def count(self, tag: str) -> int:
        """How many hits a tag has."""
        return len(self.found.get(tag, ()))

    @cached_property
    def words(self) -> int:
        """Words in all fields."""
        return sum(len(part.words) for part in self.fields)
