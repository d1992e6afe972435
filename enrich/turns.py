"""A document's turn at each step of the chain: what is known of it and still holds, what is said now, what failed."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from core.batches import bounded
from core.document import Annotation, Document, Payload
from enrich import translate
from enrich.lexicon import Lexicon
from enrich.reading import Reading

log = logging.getLogger(__name__)
_TOGETHER, _ROOM = 64, 600_000
"""Documents whose steps are taken together, and characters of their texts: their forms take some thirty times that."""


class Step(Protocol):
    """One thing that is said of a document."""

    @property
    def name(self) -> str:
        """The name under which its annotation is kept."""

    @property
    def version(self) -> str:
        """Changes whenever the step could say something else of the same document."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The steps whose payloads it looks at."""

    @property
    def lexical(self) -> bool:
        """Whether it uses the word lists: then its answers hang on them too."""

    @property
    def depends(self) -> Mapping[str, str]:
        """What else its answer hangs on (settings, engine, gazetteer), by name."""

    def __call__(self, reading: Reading) -> Payload:
        """The keys it sets, as in the document's JSON."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A step made of a function."""

    name: str
    version: str
    run: Callable[[Reading], Payload]
    reads: tuple[str, ...] = ()
    depends: Mapping[str, str] = field(default_factory=dict)
    lexical: bool = True

    def __call__(self, reading: Reading) -> Payload:
        """Call the function."""
        return self.run(reading)


@dataclass(slots=True)
class Turn:
    """One document's way through the chain: what is said of it so far, what was made, what failed."""

    reading: Reading
    known: Mapping[str, Annotation]
    fingerprints: Mapping[str, str]
    made: list[Annotation] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    too_long: bool = False

    @classmethod
    def of(
        cls, document: Document, known: Mapping[str, Annotation], lexicon: Lexicon, fingerprints: Mapping[str, str]
    ) -> "Turn":
        """A turn that has not begun."""
        standing = {name: one for name, one in known.items() if one.version == document.version}
        before = {name: one.payload for name, one in standing.items()}
        return cls(Reading(document, lexicon, before=before), standing, fingerprints)

    def _standing(self, step: Step) -> Annotation | None:
        """What is known of a step and still holds. A translation is never given up for a line of tags."""
        old = self.known.get(step.name)
        if old is None or old.fingerprint == self.fingerprints[step.name]:
            return old
        return old if is_provisional(step) and translate.is_real(old.payload.get("translation")) else None

    def is_due(self, step: Step) -> bool:
        """Whether the step has something to do and all that it reads was said."""
        return self._standing(step) is None and not any(name in self.errors for name in step.reads)

    def look(self, step: Step) -> None:
        """Find the words of the lists for this step and those after it; a failure is told by the step that asks for them."""
        if self.is_due(step):
            with suppress(Exception):
                _ = self.reading.found

    def end(self, plain: Sequence[Step], seconds: float) -> None:
        """Give up the plain steps that are left: they took too long."""
        left = [step.name for step in plain if step.name not in self.reading.said and step.name not in self.errors]
        if not left:
            return  # its time ended with its last step
        self.too_long = True
        self.errors |= dict.fromkeys(left, "not begun") | {left[0]: f"took longer than {seconds:g} seconds"}

    def take(self, step: Step) -> None:
        """A step's turn: what is known of it, or what it says now, or why it says nothing."""
        document = self.reading.document
        old = self._standing(step)
        if old is not None:
            self._note(step, old.payload)
            return
        missing = [name for name in step.reads if name in self.errors]
        if missing:
            self.errors[step.name] = f"waits for {', '.join(missing)}"
            return
        try:
            payload = {**step(self.reading), "step_version": step.version}
        except Exception as error:
            log.debug("step %s on %s", step.name, document.id, exc_info=True)
            self.errors[step.name] = f"{type(error).__name__}: {error}"
            self._stand_in(step)
            return
        self._made(step, payload, self.fingerprints[step.name])

    def _stand_in(self, step: Step) -> None:
        """What a step that failed says meanwhile, under a fingerprint that is nobody's: so that it is done again."""
        instead = getattr(step, "instead", None)
        known = self.known.get(step.name)
        if instead is None or (known and translate.is_real(known.payload.get("translation"))):
            return
        payload = instead(self.reading)
        if payload.get("translation") and not (known and known.payload.get("translation") == payload["translation"]):
            self._made(step, {**payload, "step_version": step.version}, "")

    def _made(self, step: Step, payload: Payload, fingerprint: str) -> None:
        document = self.reading.document
        self.made.append(
            Annotation(
                document=document.id, version=document.version, step=step.name, fingerprint=fingerprint, payload=payload
            )
        )
        self._note(step, payload)

    def _note(self, step: Step, payload: Payload) -> None:
        reading = self.reading
        if step.name == "language" and reading.document.language is None and payload.get("language"):
            reading.document = replace(reading.document, language=payload["language"])
        reading.said[step.name] = payload


def together(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """Turns in their order, as many as may be in memory at once."""
    return bounded(turns, _TOGETHER, _ROOM, lambda turn: len(turn.reading.document.text))


def is_provisional(step: Step) -> bool:
    """Whether what a step says now is to be made again as soon as it can be (a translation without an engine)."""
    return bool(getattr(step, "provisional", False))
