"""The steps in their order, and the chain that runs them: Document -> annotations.

A step is pure: it reads the document, the word lists and what earlier steps said, and returns the keys it sets. Its
fingerprint covers its version, the word lists, the settings it obeys and the fingerprints of the steps it reads, so that
all documents enriched in one configuration share it and those that are stale are found by one query.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from core.document import Annotation, Document, Payload
from core.hidden import Digests
from core.record import HIDDEN, Record
from core.settings import Settings
from enrich import (
    amounts,
    casualties,
    classifier,
    entities,
    event,
    hidden,
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
from enrich.limit import SECONDS, TooLong, limited
from enrich.names import Recogniser, Rules
from enrich.turns import Plain, Step, Turn, is_provisional, together


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
    weights = {"weights": classifier.digest()}
    return (
        Plain("language", language.VERSION, language.run, lexical=False),
        Plain(
            "entities", entities.VERSION, entities.step(engine), depends={"engine": f"{engine.name} {engine.version}"}
        ),
        Plain("places", places.VERSION, places.run, ("entities",), {"gazetteer": places.gazetteer_digest()}),
        Plain("norms", norms.VERSION, norms.run, lexical=False),
        Plain("topics", topics.VERSION, topics.run, ("language", "places", "norms"), weights),
        Plain("sectors", sectors.VERSION, sectors.run, ("topics",), weights),
        Plain("amounts", amounts.VERSION, amounts.run, ("topics",), lexical=False),
        Plain("strikes", strikes.VERSION, strikes.run, ("topics", "entities", "places"), weights),
        Plain("casualties", casualties.VERSION, casualties.run, ("topics", "places")),
        Plain("event", event.VERSION, event.run, ("topics", "strikes"), lexical=False),
        Plain("roads", roads.VERSION, roads.run, lexical=False),
        Plain("signature", signatures.VERSION, signatures.run, lexical=False),
    )


class Chain:
    """The steps of one configuration. Build it once per process (`build`); it is cheap to call and holds no document."""

    def __init__(
        self,
        settings: Settings,
        steps: tuple[Step, ...] | None = None,
        lexicon: lexicons.Lexicon | None = None,
        *,
        workers: int = 0,
        digests: Digests | None = None,
    ) -> None:
        """`lexicon`: other word lists than those of the settings; `workers` bounds a translation model's threads; with
        `digests` what masking hides is kept under their key.

        Raises InputError where a word list of `PUTUTU_LEXICON_DIR` is broken, UnavailableError for an engine that is missing (a
        model of `PUTUTU_ENTITIES`).
        """
        self.lexicon = lexicon or lexicons.load(settings.lexicon_dir)
        translator = translate.step(settings, self.lexicon, workers)
        chosen = plain_steps(recognisers.choose(settings)) if steps is None else steps
        if digests is not None:
            chosen = (*chosen, _hidden(digests))
        self.steps: tuple[Step, ...] = chosen if translator is None else (*chosen, translator)
        self._fingerprints = self._fingerprint_all()

    def fingerprints(self) -> dict[str, str]:
        """Step -> fingerprint. A translation without an engine, or switched off, is left out: nothing can be stale for it."""
        return {step.name: self._fingerprints[step.name] for step in self.steps if not is_provisional(step)}

    def _fingerprint_all(self) -> dict[str, str]:
        done: dict[str, str] = {}
        for step in self.steps:
            words = self.lexicon.digest if step.lexical else ""
            done[step.name] = _fingerprint(step, words, [done[name] for name in step.reads])
        return done

    def run(
        self, document: Document, known: Mapping[str, Annotation] | None = None, seconds: float = SECONDS
    ) -> Outcome:
        """Annotate a document with every step whose annotation in `known` (this version's) is missing or stale.

        A step that fails is reported in `errors`; so are the steps that read it, which wait for it. The others are done.
        The plain steps have `seconds` of computing time together (a translation's engine bounds itself): what is not done
        by then is reported too, and not begun.
        """
        return self.run_many([(document, known or {})], seconds)[0]

    def run_many(
        self, tasks: Sequence[tuple[Document, Mapping[str, Annotation]]], seconds: float = SECONDS
    ) -> list[Outcome]:
        """`run` for each document, in order; a translator is given the texts of all of them together."""
        turns = [Turn.of(document, known, self.lexicon, self._fingerprints) for document, known in tasks]
        for some in together(turns):
            self._take_plain(some, seconds)
        for step in self.steps:
            if isinstance(step, Plain):
                continue
            if prepare := getattr(step, "prepare", None):
                prepare(turn.reading for turn in turns if turn.is_due(step))
            for turn in turns:
                turn.take(step)
        return [Outcome(turn.made, turn.errors, turn.too_long) for turn in turns]

    def _take_plain(self, turns: Sequence[Turn], seconds: float) -> None:
        """The plain steps of some documents, each step of all of them before the next.

        That is a fifth faster than all steps of one document after the other: what a step needs is still in the processor's caches.
        """
        plain = [step for step in self.steps if isinstance(step, Plain)]
        first_lexical = next((step for step in plain if step.lexical), None)
        with limited(seconds) as limit:
            limit.current = None
            for step in plain:
                works = [Turn.look, Turn.take] if step is first_lexical else [Turn.take]
                for work, (number, turn) in product(works, enumerate(turns)):
                    if turn.too_long:
                        continue
                    try:
                        limit.current = number
                        work(turn, step)
                        limit.current = None
                    except TooLong:
                        limit.current = None
                        turn.end(plain, seconds)
        for turn in turns:
            turn.reading.forget()

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


def _fingerprint(step: Step, words: str, read: Sequence[str]) -> str:
    parts = [step.name, step.version, words, sorted(step.depends.items()), read]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _hidden(digests: Digests) -> Step:
    depends = {"key": digests.mark}
    return Plain(HIDDEN, hidden.VERSION, hidden.step(digests), depends=depends, lexical=False)


def hidden_print(digests: Digests) -> str:
    """The fingerprint of the step `hidden` under a key: it hangs on nothing else."""
    return _fingerprint(_hidden(digests), "", ())


def build(settings: Settings, *, workers: int = 0) -> Chain:
    """The chain of a data folder, with its key. Worker processes call this with the (picklable) settings."""
    return Chain(settings, workers=workers, digests=Digests.of_home(settings.home))
