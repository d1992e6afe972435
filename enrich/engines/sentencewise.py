"""Whole texts by an engine that translates sentences: cut, batched by length, checked against what must be kept, joined again.

A neural model may drop a number, translate a name or go round in circles, and nothing in its output says so. So each
sentence is checked: every name, glossary word and number of the source must be in the English. Where one is missing, the
sentence is cut there and its parts are translated on their own, with the missing word put between them as it must be; if
that does not help, it is cut at all of them. Less fluent, but nobody's name, no law and no amount is lost.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

from core.errors import UnavailableError
from core.text import sentences
from enrich.engines.fidelity import Part, Sentence
from enrich.protecting import Protect, Protected

log = logging.getLogger(__name__)

Tokens = Sequence[str]
LONGEST = 600
"""Characters of a piece beyond which a sentence is cut, at a pause where there is one."""
LONGEST_WORD = 120
"""Characters beyond which a word is no word: it stays as it is."""
WINDOW = 16_384
"""Tokens given to an engine in one go, so that the memory of a call is bounded whatever the texts."""
MOST_FAILED = 3
"""Sentences that an engine may fail on, one by one, before the engine itself is held to be gone."""


def longest_answer(tokens: Tokens) -> int:
    """Tokens of the longest answer that a piece may have: whoever goes round in circles is stopped there."""
    return 2 * len(tokens) + 16


class Generator(Protocol):
    """A loaded model: tokens of one language in, a sentence of the other out."""

    @property
    def limit(self) -> int:
        """The most tokens of one piece."""

    def encode(self, piece: str) -> Tokens:
        """The tokens of a piece. Raises UnavailableError where the model cannot be loaded."""

    def generate(self, batch: Sequence[Tokens], *, strict: bool) -> list[str]:
        """The English of each; `strict` forbids repetitions. Raises RuntimeError or MemoryError where the engine fails."""

    def close(self) -> None:
        """Free the model; the next call loads it again."""


class Sentencewise:
    """A `Translator` (see `enrich.models`) made of a generator."""

    def __init__(self, name: str, version: str, generator: Generator, protect: Protect | None = None) -> None:
        self.name, self.version = name, version
        self._generator, self._protect = generator, protect
        self._lock = threading.Lock()

    def translate(self, texts: Sequence[str]) -> list[str]:
        """See `Translator`. A sentence that the engine fails on stays in Spanish; UnavailableError where it fails on several."""
        layouts = [list(parts(text, self._protect(text) if self._protect else ())) for text in texts]
        wanted = list(dict.fromkeys(part for layout in layouts for part in layout if isinstance(part, Sentence)))
        with self._lock:
            english = dict(zip(wanted, self._sentences(wanted), strict=True))
        return ["".join(part if isinstance(part, str) else english[part] for part in layout) for layout in layouts]

    def close(self) -> None:
        """Free the model."""
        self._generator.close()

    def _sentences(self, wanted: Sequence[Sentence]) -> list[str]:
        failures = _Failures(self.name)
        made = self._pieces([sentence.source for sentence in wanted], failures, strict=False)
        for all_of_it in (False, True):
            mended: list[tuple[int, list[Part]]] = []
            for number, (sentence, english) in enumerate(zip(wanted, made, strict=True)):
                if english is not None and not sentence.is_kept(english):
                    whole = not all_of_it and sentence.circles(english)
                    lacking = sentence.everything() if all_of_it else () if whole else sentence.missing(english)
                    mended.append((number, list(sentence.cut(lacking))))
            asked = [part.text for _, found in mended for part in found if part.translate]
            again = iter(self._pieces(asked, failures, strict=True))
            for number, found in mended:
                made[number] = "".join(part.joined(next(again) if part.translate else None) for part in found)
        return [sentence.text if english is None else english for sentence, english in zip(wanted, made, strict=True)]

    def _pieces(self, pieces: Sequence[str], failures: "_Failures", *, strict: bool) -> list[str | None]:
        """The English of each piece, None where the engine failed on it; shortest first, a window at a time."""
        flat = [(tokens, i) for i, piece in enumerate(pieces) for tokens in _fitting(self._generator, piece)]
        order = sorted(range(len(flat)), key=lambda at: len(flat[at][0]))
        said: list[str | None] = [None] * len(flat)
        for window in _windows(order, [len(tokens) for tokens, _ in flat]):
            answers = self._window([flat[at][0] for at in window], failures, strict=strict)
            for at, answer in zip(window, answers, strict=True):
                said[at] = answer
        together: list[list[str | None]] = [[] for _ in pieces]
        for (_, i), answer in zip(flat, said, strict=True):
            together[i].append(answer)
        return [None if None in some else " ".join(filter(None, some)) for some in together]

    def _window(self, batch: Sequence[Tokens], failures: "_Failures", *, strict: bool) -> list[str | None]:
        """A window's English. An engine that fails is loaded again and given half as much, down to single pieces."""
        try:
            return list(self._generator.generate(batch, strict=strict))
        except (RuntimeError, MemoryError, ValueError) as error:
            log.debug("%s on %d pieces", self.name, len(batch), exc_info=True)
            self._generator.close()
            if len(batch) == 1:
                failures.note(error)
                return [None]
        middle = len(batch) // 2
        return [
            *self._window(batch[:middle], failures, strict=strict), *self._window(batch[middle:], failures, strict=strict)
        ]  # fmt: skip


class _Failures:
    """Counts the pieces that an engine failed on during one call."""

    def __init__(self, name: str) -> None:
        self._name, self._count = name, 0

    def note(self, error: BaseException) -> None:
        """One more. Raises UnavailableError where it is one too many."""
        self._count += 1
        if self._count >= MOST_FAILED:
            raise UnavailableError(
                f"The translation engine {self._name} fails: {type(error).__name__}: {error}.",
                "It is tried again later; `pututu models check` tries it now.",
            ) from error


def parts(text: str, protected: Sequence[Protected] = ()) -> Iterator[Sentence | str]:
    """The sentences of a text, and as strings what stands between them or is nothing to translate."""
    last, at = 0, 0
    for start, end in _short(text):
        if start > last:
            yield text[last:start]
        while at < len(protected) and protected[at].end <= start:
            at += 1
        inside = []
        for one in protected[at:]:
            if one.start >= end:
                break
            if one.start >= start and one.end <= end:
                inside.append(one._replace(start=one.start - start, end=one.end - start))
        piece = text[start:end]
        if any(map(str.isalpha, piece)) and len(piece) <= LONGEST + LONGEST_WORD and not _no_word(piece):
            yield Sentence(piece, tuple(inside))
        else:
            yield piece
        last = end
    if last < len(text):
        yield text[last:]


def _no_word(piece: str) -> bool:
    return len(piece) > LONGEST_WORD and " " not in piece


def _short(text: str) -> Iterator[tuple[int, int]]:
    """Sentences, the long ones cut behind a pause or a space; a word without end stands alone."""
    for start, end in sentences(text):
        while end - start > LONGEST:
            window = text[start : start + LONGEST]
            cut = max((window.rfind(pause, LONGEST // 2) + 1 for pause in (";", ":", ",", ")")), default=0)
            if cut <= 0 or not text[start + cut : start + cut + 1].isspace():
                cut = window.rfind(" ", 1)
            if cut <= 0:
                space = text.find(" ", start + LONGEST, end)
                cut = (space if space > 0 else end) - start
            yield start, start + cut
            start += cut
            while start < end and text[start].isspace():
                start += 1
        if start < end:
            yield start, end


def _fitting(generator: Generator, piece: str) -> Iterator[Tokens]:
    """The tokens of a piece, in as many parts as the model's limit asks for."""
    tokens = generator.encode(piece)
    if len(tokens) <= generator.limit:
        yield tokens
        return
    words = piece.split()
    if len(words) == 1:
        yield tokens[: generator.limit]
        return
    middle = len(words) // 2
    yield from _fitting(generator, " ".join(words[:middle]))
    yield from _fitting(generator, " ".join(words[middle:]))


def _windows(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """The order in runs of at most WINDOW padded tokens; it goes from the shortest to the longest."""
    window: list[int] = []
    for at in order:
        if window and (len(window) + 1) * lengths[at] > WINDOW:
            yield window
            window = []
        window.append(at)
    if window:
        yield window
