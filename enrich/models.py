"""Translation engines behind one port, and which of them `PUTUTU_TRANSLATION` means here.

Engines are loaded when first asked, stay loaded, and never fetch anything: models are folders under `PUTUTU_HOME/models`,
brought there by `pututu models pull`.
"""

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.errors import UnavailableError
from core.settings import Settings
from enrich.apertium import Apertium
from enrich.engines import folders, huggingface
from enrich.engines.folders import ModelFolder, models_folder
from enrich.engines.sentencewise import Generator, Sentencewise
from enrich.protecting import Protect

VERSION = "2"
"""Of what engines have in common: how sentences are cut, checked and mended."""
OPUS_MT, TRANSFORMERS, CTRANSLATE2 = "opus-mt", "transformers", "ctranslate2"
ENGINES = (OPUS_MT, CTRANSLATE2, TRANSFORMERS, Apertium.name)
"""Best first: `auto` takes the first that is here."""
_MISSING = {
    "ctranslate2": "Python's ctranslate2 and sentencepiece are not installed: `pip install 'pututu[translation]'`.",
    "transformers": "Python's transformers and torch are not installed: `pip install 'pututu[transformers]'`.",
}
_MENDS = {
    OPUS_MT: "`pututu models pull` fetches it.",
    CTRANSLATE2: "`pututu models pull NAME` fetches a model.",
    TRANSFORMERS: "`pututu models pull NAME --engine transformers` fetches a model.",
    Apertium.name: "Install the Debian package apertium-eng-spa.",
}


class Translator(Protocol):
    """A Spanish to English engine."""

    @property
    def name(self) -> str:
        """The name it is chosen by and that translations carry."""

    @property
    def version(self) -> str:
        """Changes with the engine, its model and what it protects."""

    def translate(self, texts: Sequence[str]) -> list[str]:
        """The texts in English, as many and in the same order, paragraphs kept.

        Raises UnavailableError where the engine cannot be started or does not answer in time.
        """

    def close(self) -> None:
        """End processes, free memory; the next call starts again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An engine that could translate here: its kind, its model folder if it has one, and what stands in its way."""

    engine: str
    folder: ModelFolder | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        """What translations carry: `opus-mt`, `apertium`, or engine and model (`transformers:NAME`)."""
        if self.folder is None or self.engine == OPUS_MT:
            return self.engine
        return f"{self.engine}:{self.folder.name}"

    def is_asked_for(self, wanted: str) -> bool:
        """Whether a setting means it: by its kind, by its model's name, or by both."""
        return wanted in (self.engine, self.name) or (self.folder is not None and wanted == self.folder.name)

    def open(self, protect: Protect | None = None, workers: int = 0) -> Translator:
        """The engine, not loaded yet."""
        if self.folder is None:
            return Apertium(protect)
        return Sentencewise(self.name, f"{VERSION}:{self.folder.version}", generator(self.folder, workers), protect)


def generator(folder: ModelFolder, workers: int = 0) -> Generator:
    """What runs a folder's model."""
    if folder.kind == "transformers":
        return huggingface.Transformers(folder)
    from enrich.engines.ctranslate import CTranslate2

    return CTranslate2(folder, workers=workers)


def candidates(settings: Settings) -> list[Candidate]:
    """Every engine that is here or half here, best first; those that can be used have no problem."""
    known = [*map(_candidate, folders.found(models_folder(settings))), _apertium()]
    return sorted(
        known,
        key=lambda one: (ENGINES.index(one.engine), one.folder is not None and one.folder.name != folders.OPUS_MT_NAME),
    )


def _candidate(folder: ModelFolder) -> Candidate:
    if folder.kind == "transformers":
        return Candidate(
            TRANSFORMERS, folder, folder.problem or ("" if huggingface.installed() else _MISSING["transformers"])
        )
    engine = OPUS_MT if folder.is_marian_pair or folder.kind is None else CTRANSLATE2
    return Candidate(engine, folder, folder.problem or _lacking(folder))


def _lacking(folder: ModelFolder) -> str:
    if not all(importlib.util.find_spec(name) for name in ("ctranslate2", "sentencepiece")):
        return _MISSING["ctranslate2"]
    if not folder.is_marian_pair and importlib.util.find_spec("transformers") is None:
        return "Its tokenizer needs Python's transformers: `pip install 'pututu[transformers]'`."
    return ""


def _apertium() -> Candidate:
    return Candidate(
        Apertium.name, None, "" if Apertium.installed() else "The Debian package apertium-eng-spa is not installed."
    )


def chosen(settings: Settings, name: str | None = None) -> Candidate | None:
    """The engine that `PUTUTU_TRANSLATION` (or `name`) asks for; None where `auto` finds none or it is `none`.

    Raises UnavailableError for a named engine that is not here, half here or not known.
    """
    wanted = name or settings.translation
    if wanted == "none":
        return None
    known = candidates(settings)
    asked = known if wanted == "auto" else [one for one in known if one.is_asked_for(wanted)]
    usable = next((one for one in asked if not one.problem), None)
    if usable or wanted == "auto":
        return usable
    if not asked and wanted not in ENGINES:
        names = ", ".join(dict.fromkeys(["auto", "none", *ENGINES, *(one.name for one in known)]))
        raise UnavailableError(f"There is no translation engine {wanted!r}.", f"Known engines: {names}.")
    reason = f" {asked[0].problem}" if asked else ""
    raise UnavailableError(f"The translation engine {wanted} is not here.{reason}", _MENDS.get(wanted, "`pututu models check` says more."))  # fmt: skip


def choose(
    settings: Settings, protect: Protect | None = None, name: str | None = None, *, workers: int = 0
) -> Translator | None:
    """The engine `chosen`, ready to be asked; `workers` bounds its threads (0: two)."""
    candidate = chosen(settings, name)
    return candidate.open(protect, workers) if candidate else None


def missing() -> UnavailableError:
    """The error of who asks for a translation where no engine is at all."""
    mend = f"Install apertium-eng-spa (Debian), or fetch a model: {_MENDS[OPUS_MT]}"
    return UnavailableError("No translation engine is here: neither a model nor apertium.", mend)


def rows(settings: Settings) -> Iterator[dict[str, object]]:
    """What `pututu models list` prints: each engine and model, best first."""
    try:
        taken = chosen(settings)
    except UnavailableError:
        taken = None
    for one in candidates(settings):
        record = one.folder.record if one.folder else {}
        yield {
            "name": one.folder.name if one.folder else one.engine,
            "engine": one.engine,
            "usable": not one.problem,
            "chosen": taken is not None and one == taken,
            "size": one.folder.size if one.folder else None,
            "origin": record.get("origin"),
            "sha256": record.get("sha256"),
            "licence": record.get("licence"),
            "pulled": record.get("pulled"),
            "problem": one.problem or None,
        }
