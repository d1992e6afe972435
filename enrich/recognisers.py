"""Recognisers that need a model, behind the port of `enrich.names`: spaCy and transformers, each an optional package, each model by name.

Nothing is fetched here: a model is a package that the operator installed (spaCy) or a folder (either). What a model finds is
laid under the rules' sure names: models mark spans well and types badly (the small Spanish one of spaCy: F1 .83 without types,
.57 with them), so a span is typed by its first word, its given name or the gazetteer where those know it.
"""

import hashlib
import importlib.metadata
import importlib.util
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.errors import UnavailableError
from core.settings import Settings
from enrich.names import Kind, Name, Recogniser, Rules, typed
from enrich.reading import Field

Spans = list[tuple[int, int, str]]
"""Start, end and the model's own label, in code points."""

_LABELS: dict[str, Kind] = {
    "PER": "person", "PERSON": "person", "PERS": "person", "ORG": "organisation", "ORGANIZATION": "organisation", "ORGANISATION": "organisation",
    "LOC": "place", "LOCATION": "place", "GPE": "place", "FAC": "place",
}  # fmt: skip
"""What models call the three kinds, with or without the B- and I- of their tags; all else (MISC) is left out."""
PIECE = 1_500
"""Characters that a model reads at once: token classifiers are limited to some 512 word pieces."""


class Model:
    """A model's spans, typed by the lists, under the names of which the rules are sure."""

    def __init__(self, name: str, version: str, find: Callable[[str], Spans]) -> None:
        self.name, self._version, self._find = name, version, find
        self._rules = Rules()

    @property
    def version(self) -> str:
        """The rules' version and the model's."""
        return f"{self._rules.version} {self._version}"

    def names(self, parts: Sequence[Field]) -> list[list[Name]]:
        """See `Recogniser`."""
        return [self._joined(part, ruled) for part, ruled in zip(parts, self._rules.names(parts), strict=True)]

    def _joined(self, part: Field, ruled: list[Name]) -> list[Name]:
        found = [name for name in ruled if name.sure]
        taken = bytearray(len(part.text))
        for name in found:
            taken[name.start : name.end] = b"\1" * (name.end - name.start)
        for start, end, label in self._find(part.text):
            kind = _LABELS.get(label.upper().removeprefix("B-").removeprefix("I-"))
            if kind is not None and end > start and not any(taken[start:end]):
                found.append(Name(start, end, typed(part, start, end) or kind, True))
        return sorted(found)


def choose(settings: Settings) -> Recogniser:
    """The recogniser that `PUTUTU_ENTITIES` asks for. Raises UnavailableError where its package or model is not here."""
    engine, _, model = settings.entities.partition(":")
    if engine == "rules":
        return Rules()
    return spacy_model(model) if engine == "spacy" else token_classifier(model)


def spacy_model(name: str) -> Recogniser:
    """A spaCy model, by the name of its package or its folder."""
    _needs("spacy", name)
    mend = f"Install it (`pip install {name.replace('_', '-')}`) or name its folder."
    if importlib.util.find_spec(name) is None if name.isidentifier() else not (Path(name) / "meta.json").is_file():
        raise UnavailableError(f"The spaCy model {name!r} is not installed.", mend)
    load = _Once(lambda: _spacy(name), f"The spaCy model {name!r}", mend)

    def find(text: str) -> Spans:
        return [
            (ent.start_char + at, ent.end_char + at, ent.label_)
            for at, piece in pieces(text, 100_000)
            for ent in load()(piece).ents
        ]

    return Model(f"spacy:{name}", _digest(name), find)


def _spacy(name: str) -> Any:
    import spacy

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W095\]")  # a model of an earlier version: its output is the same
        return spacy.load(name, exclude=["parser", "lemmatizer", "attribute_ruler", "morphologizer", "tagger"])


def token_classifier(name: str) -> Recogniser:
    """A token classifier of transformers, by its folder (or its name, where the hub's cache holds it); nothing is fetched."""
    _needs("transformers", name)
    load = _Once(
        lambda: _transformers(name),
        f"The token classifier {name!r}",
        "Name a folder that holds config.json, its weights and its tokenizer.",
    )

    def find(text: str) -> Spans:
        found: Spans = []
        for at, piece in pieces(text, PIECE):
            for entity in load()(piece):
                start, end = _trimmed(text, at + int(entity["start"]), at + int(entity["end"]))
                found.append((start, end, str(entity.get("entity_group") or entity.get("entity"))))
        return found

    return Model(f"transformers:{name}", _digest(name), find)


def _transformers(name: str) -> Any:
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

    tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=True)
    model = AutoModelForTokenClassification.from_pretrained(name, local_files_only=True)
    return pipeline(
        "token-classification",
        model=model,
        tokenizer=tokenizer,
        aggregation_strategy="first" if tokenizer.is_fast else "simple",
    )


def _digest(name: str) -> str:
    """A model's version: of its package, else of what its folder holds (names and sizes)."""
    folder = Path(name)
    if folder.is_dir():
        files = sorted((path.name, path.stat().st_size) for path in folder.iterdir() if path.is_file())
        return hashlib.sha256(repr(files).encode()).hexdigest()[:16]
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    return start, end


def pieces(text: str, longest: int) -> Iterator[tuple[int, str]]:
    """A text cut between lines, else between words, each piece with its offset: models have a longest input."""
    at = 0
    while at < len(text):
        end = min(at + longest, len(text))
        if end < len(text):
            cut = max(text.rfind("\n", at + longest // 2, end), text.rfind(". ", at + longest // 2, end))
            end = (cut if cut > at else text.rfind(" ", at + 1, end)) + 1 or end
        yield at, text[at:end]
        at = end


def _needs(package: str, model: str) -> None:
    if not model:
        raise UnavailableError(f"PUTUTU_ENTITIES names {package} without a model.", f"Write {package}:MODEL.")
    if importlib.util.find_spec(package) is None:
        raise UnavailableError(
            f"The package {package}, which PUTUTU_ENTITIES asks for, is not installed.",
            f"`pip install 'pututu[entities]'` has spaCy; `pip install {package}` else.",
        )


class _Once:
    """A model that is loaded when it is first asked. Raises UnavailableError where it cannot be."""

    def __init__(self, make: Callable[[], Any], what: str, mend: str) -> None:
        self._make, self._what, self._mend = make, what, mend
        self._made: Any = None
        self._lock = threading.Lock()

    def __call__(self) -> Any:
        with self._lock:
            if self._made is None:
                try:
                    self._made = self._make()
                except (ImportError, OSError, ValueError, KeyError, RuntimeError) as error:
                    raise UnavailableError(f"{self._what} cannot be loaded: {str(error)[:300]}.", self._mend) from error
            return self._made
