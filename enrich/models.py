"""Translation engines behind one port: the only file that imports ctranslate2 and sentencepiece.

`Translator.translate` takes texts and gives as many texts; engines are loaded when first asked, stay loaded, and never
fetch anything: a model is a folder that the operator puts under `PUTUTU_HOME/models`.
"""

import importlib.util
import json
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from core.errors import UnavailableError
from core.settings import Settings
from core.text import sentences
from enrich.apertium import Apertium, Protect


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


class OpusMT:
    """A converted OPUS-MT model in a local folder: `model.bin`, its vocabulary, `source.spm`, `target.spm`; CTranslate2 in int8.

    Greedy (beam 1), sentences batched by length; two workers of one thread each give the most words a second on two cores.
    """

    name = "opus-mt"

    def __init__(self, folder: Path, *, workers: int = 0) -> None:
        self._folder, self._workers = folder, workers or min(2, os.cpu_count() or 1)
        self._loaded: Any = None
        self._lock = threading.Lock()

    @property
    def version(self) -> str:
        """Name and size of the model file."""
        model = self._folder / "model.bin"
        return f"1:{self._folder.name}:{model.stat().st_size if model.exists() else 0}"

    @staticmethod
    def found(models: Path) -> Path | None:
        """The first folder under `models` that holds a Spanish to English model."""
        if (
            not models.is_dir()
            or importlib.util.find_spec("ctranslate2") is None
            or importlib.util.find_spec("sentencepiece") is None
        ):
            return None
        folders = sorted(path.parent for path in models.glob("*/model.bin"))
        return next(
            (folder for folder in folders if (folder / "source.spm").is_file() and (folder / "target.spm").is_file()),
            None,
        )

    def translate(self, texts: Sequence[str]) -> list[str]:
        """See `Translator`."""
        translator, source, target = self._load()
        pieces = [list(_pieces(text)) for text in texts]
        wanted = [piece for text in pieces for piece, blank in text if not blank]
        tokens = [source.encode(piece, out_type=str)[:400] for piece in wanted]
        results = translator.translate_batch(
            tokens, beam_size=1, max_batch_size=32, batch_type="examples", max_decoding_length=400
        )
        english = iter([target.decode(result.hypotheses[0]) for result in results])
        return ["".join(piece if blank else next(english) for piece, blank in text) for text in pieces]

    def _load(self) -> Any:
        with self._lock:
            if self._loaded is None:
                try:
                    import ctranslate2
                    import sentencepiece

                    translator = ctranslate2.Translator(
                        str(self._folder),
                        device="cpu",
                        compute_type="int8",
                        inter_threads=self._workers,
                        intra_threads=1,
                    )
                    pieces = [
                        sentencepiece.SentencePieceProcessor(model_file=str(self._folder / name))
                        for name in ("source.spm", "target.spm")
                    ]
                except (ImportError, OSError, RuntimeError, ValueError) as error:
                    raise UnavailableError(
                        f"The translation model in {self._folder} cannot be loaded: {error}.",
                        "`pututu models check` says what is missing.",
                    ) from error
                self._loaded = (translator, *pieces)
            return self._loaded

    def close(self) -> None:
        """Free the model."""
        self._loaded = None


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The sentences of a text and what stands between them: `(piece, whether it stays as it is)`."""
    last = 0
    for start, end in sentences(text):
        if start > last:
            yield text[last:start], True
        piece = text[start:end]
        yield piece, not piece.strip()
        last = end
    if last < len(text):
        yield text[last:], True


def models_folder(settings: Settings) -> Path:
    """Where the operator's models are."""
    return settings.home / "models"


def engines(settings: Settings) -> dict[str, bool]:
    """Each engine's name and whether it can be used here, best first: for `pututu models list`."""
    return {OpusMT.name: OpusMT.found(models_folder(settings)) is not None, Apertium.name: Apertium.installed()}


def choose(settings: Settings, protect: Protect | None = None, name: str | None = None) -> Translator | None:
    """The engine that `PUTUTU_TRANSLATION` (or `name`) asks for; None where `auto` finds none or it is `none`.

    Raises UnavailableError for a named engine that is not here or not known.
    """
    wanted = name or settings.translation
    if wanted == "none":
        return None
    folder = OpusMT.found(models_folder(settings))
    if wanted in ("auto", OpusMT.name) and folder is not None:
        return OpusMT(folder)
    if wanted in ("auto", Apertium.name) and Apertium.installed():
        return Apertium(protect)
    if wanted == "auto":
        return None
    known = ", ".join(engines(settings))
    if wanted not in engines(settings):
        raise UnavailableError(f"There is no translation engine {wanted!r}.", f"Known engines: auto, none, {known}.")
    mend = (
        "Install the Debian package apertium-eng-spa."
        if wanted == Apertium.name
        else f"Put a converted model (model.bin, source.spm, target.spm) into a folder of {models_folder(settings)}."
    )
    raise UnavailableError(f"The translation engine {wanted} is not installed.", mend)


def describe(folder: Path) -> dict[str, Any]:
    """What a model folder holds: for `pututu models check`."""
    files = {path.name: path.stat().st_size for path in sorted(folder.iterdir())} if folder.is_dir() else {}
    missing = [name for name in ("model.bin", "source.spm", "target.spm") if name not in files]
    config = folder / "config.json"
    return {
        "folder": str(folder),
        "files": files,
        "missing": missing,
        "config": json.loads(config.read_text("utf-8")) if config.is_file() else None,
    }
