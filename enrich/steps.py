"""The steps in their order, and the chain that runs them: Document -> annotations.

A step is pure: it reads the document, the word lists and what earlier steps said, and returns the keys it sets. Its
fingerprint covers its version, the word lists, the settings it obeys and the fingerprints of the steps it reads, so that
all documents enriched in one configuration share it and those that are stale are found by one query.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from core.document import Annotation, Document, Payload
from core.record import Record
from core.settings import Settings
from enrich import (
    amounts,
    casualties,
    entities,
    event,
    language,
    norms,
    places,
    recognisers,
    roads,
    sectors,
    signatures,
    strikes,
    topics,
    translate,
)
from enrich import lexicon as lexicons
from enrich.limit import TooLong, limited
from enrich.names import Recogniser, Rules
from enrich.reading import Reading

log = logging.getLogger(__name__)

SECONDS = 30.0
"""Computing time that all plain steps of one document may take together: 2 MB of names take some 15 s."""


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


class Outcome(NamedTuple):
    """What a chain says of one document: the annotations that were made, and the errors of steps that failed, by step.

    `too_long`: it took all the time a document has; trying again would take it again.
    """

    annotations: list[Annotation]
    errors: dict[str, str]
    too_long: bool = False


def plain_steps(recogniser: Recogniser | None = None) -> tuple[Step, ...]:
    """Every step but the translation, each after those that it reads; names are found by `recogniser` (by default, by rules)."""
    engine = recogniser or Rules()
    return (
        Plain("language", language.VERSION, language.run, lexical=False),
        Plain(
            "entities", entities.VERSION, entities.step(engine), depends={"engine": f"{engine.name} {engine.version}"}
        ),
        Plain("places", places.VERSION, places.run, ("entities",), {"gazetteer": places.gazetteer_digest()}),
        Plain("norms", norms.VERSION, norms.run, lexical=False),
        Plain("topics", topics.VERSION, topics.run, ("language", "places", "norms")),
        Plain("sectors", sectors.VERSION, sectors.run, ("topics",)),
        Plain("amounts", amounts.VERSION, amounts.run, ("topics",), lexical=False),
        Plain("strikes", strikes.VERSION, strikes.run, ("topics", "entities", "places")),
        Plain("casualties", casualties.VERSION, casualties.run, ("topics",), lexical=False),
        Plain("event", event.VERSION, event.run, ("topics", "strikes"), lexical=False),
        Plain("roads", roads.VERSION, roads.run, lexical=False),
        Plain("signature", signatures.VERSION, signatures.run, lexical=False),
    )


class Chain:
    """The steps of one configuration. Build it once per process (`build`); it is cheap to call and holds no document."""

    def __init__(
        self, settings: Settings, steps: tuple[Step, ...] | None = None, lexicon: lexicons.Lexicon | None = None
    ) -> None:
        """`lexicon`: other word lists than those of the settings.

        Raises InputError where a word list of `PUTUTU_LEXICON_DIR` is broken, UnavailableError for an engine that is missing (a
        translator, a model of `PUTUTU_ENTITIES`).
        """
        self.lexicon = lexicon or lexicons.load(settings.lexicon_dir)
        translator = translate.step(settings, self.lexicon)
        chosen = plain_steps(recognisers.choose(settings)) if steps is None else steps
        self.steps: tuple[Step, ...] = chosen if translator is None else (*chosen, translator)
        self._fingerprints = self._fingerprint_all()

    def fingerprints(self) -> dict[str, str]:
        """Step -> fingerprint. A translation without an engine, or switched off, is no step: nothing can be stale for it."""
        return dict(self._fingerprints)

    def _fingerprint_all(self) -> dict[str, str]:
        done: dict[str, str] = {}
        for step in self.steps:
            parts = [
                step.name,
                step.version,
                self.lexicon.digest if step.lexical else "",
                sorted(step.depends.items()),
                [done[name] for name in step.reads],
            ]
            done[step.name] = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
        return done

    def run(
        self, document: Document, known: Mapping[str, Annotation] | None = None, seconds: float = SECONDS
    ) -> Outcome:
        """Annotate a document with every step whose annotation in `known` (this version's) is missing or stale.

        A step that fails is reported in `errors`; so are the steps that read it, which wait for it. The others are done.
        The plain steps have `seconds` of computing time together (a translation's engine bounds itself): what is not done
        by then is reported too, and not begun.
        """
        turn = _Turn(Reading(document, self.lexicon), known or {}, self._fingerprints)
        plain = [step for step in self.steps if isinstance(step, Plain)]
        too_long = False
        try:
            with limited(seconds):
                for bounded in plain:
                    turn.take(bounded)
        except TooLong:
            too_long = True
            left = [step.name for step in plain if step.name not in turn.reading.said and step.name not in turn.errors]
            turn.errors |= dict.fromkeys(left, "not begun") | {left[0]: f"took longer than {seconds:g} seconds"}
        for step in self.steps:
            if not isinstance(step, Plain):
                turn.take(step)
        return Outcome(turn.made, turn.errors, too_long)

    def tag(self, document: Document, translation: Payload | None = None) -> tuple[Record, dict[str, str]]:
        """The document with every tag, for the pipe `pututu tag`, and the errors of steps that failed, whose tags are left out.

        A `translation` that is given is kept, and none is made.
        """
        known = {}
        if translation is not None and "translate" in self._fingerprints:
            print_, payload = self._fingerprints["translate"], {"translation": translation}
            known["translate"] = Annotation(document=document.id, version=document.version, step="translate", fingerprint=print_, payload=payload)  # fmt: skip
        annotations, errors, _ = self.run(document, known)
        return Record.of(document, [*annotations, *known.values()]), errors

    def close(self) -> None:
        """End what a step keeps running (a translator's processes)."""
        for step in self.steps:
            close = getattr(step, "close", None)
            if close is not None:
                close()


@dataclass(slots=True)
class _Turn:
    """One document's way through the chain: what is said of it so far, what was made, what failed."""

    reading: Reading
    known: Mapping[str, Annotation]
    fingerprints: Mapping[str, str]
    made: list[Annotation] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """A step's turn: what is known of it, or what it says now, or why it says nothing."""
        document, fingerprint = self.reading.document, self.fingerprints[step.name]
        old = self.known.get(step.name)
        if old is not None and old.fingerprint == fingerprint and old.version == document.version:
            self._note(step, old.payload)
            return
        missing = [name for name in step.reads if name in self.errors]
        if missing:
            self.errors[step.name] = f"waits for {', '.join(missing)}"
            return
        try:
            payload = {**step(self.reading), "step_version": step.version}
        except TooLong:
            raise
        except Exception as error:
            log.debug("step %s on %s", step.name, document.id, exc_info=True)
            self.errors[step.name] = f"{type(error).__name__}: {error}"
            return
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


def build(settings: Settings) -> Chain:
    """A chain for a process of its own: worker processes call this with the (picklable) settings."""
    return Chain(settings)
