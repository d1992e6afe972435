"""Conversion to CTranslate2 in int8: an OPUS-MT archive by numpy alone, a hub's model by torch.

The archive's own configuration says which files hold the model; it is believed only where it names files of the archive.
"""

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from core.errors import InputError, UnavailableError
from enrich.engines import fetching


def from_marian(raw: Path, made: Path) -> Path:
    """An unpacked OPUS-MT archive as CTranslate2 int8, by numpy alone. Raises InputError where it is not what it says."""
    try:
        from ctranslate2.converters import OpusMTConverter
    except ImportError as error:
        raise UnavailableError(
            f"The model cannot be converted: {error}.", "`pip install 'pututu[translation]'`."
        ) from error
    _check_decoder(raw)
    try:
        OpusMTConverter(str(raw)).convert(str(made), quantization="int8")
    except (ValueError, KeyError, OSError, RuntimeError, TypeError, AttributeError, IndexError, zipfile.BadZipFile, EOFError) as error:  # fmt: skip
        raise InputError(f"The archive cannot be converted: {type(error).__name__}: {error}.", "It must be a Marian transformer of one model.") from error  # fmt: skip
    _keep(raw, made, "source.spm", "target.spm", "README.md", "LICENSE")
    return made


def _check_decoder(raw: Path) -> None:
    """The files that decoder.yml names are the archive's own, and the weights unpack to no more than a model has."""
    import yaml

    file = raw / "decoder.yml"
    try:
        told = yaml.safe_load(file.read_text("utf-8")) if file.stat().st_size < 65_536 else None
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise InputError(f"decoder.yml cannot be read: {error}.", "Fetch the archive again.") from error
    models, vocabularies = (told.get("models"), told.get("vocabs")) if isinstance(told, Mapping) else (None, None)
    if not (isinstance(models, list) and models and isinstance(vocabularies, list) and len(vocabularies) == 2):
        raise InputError(
            "decoder.yml names no model and two vocabularies.", "Give an OPUS-MT archive as it was published."
        )
    for name in [*models, *vocabularies]:
        if not isinstance(name, str) or not fetching.WANTED.fullmatch(name):
            raise InputError(
                f"decoder.yml names {name!r}, which is no file of the archive.", "Fetch it from its publisher."
            )
        if not (raw / name).is_file():
            raise InputError(f"The archive is half there: it lacks {name}.", "Fetch it again.")
    try:
        with zipfile.ZipFile(raw / models[0]) as weights:
            size = sum(member.file_size for member in weights.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{models[0]} holds no weights: {error}.", "Fetch the archive again.") from error
    if size > fetching.LARGEST:
        raise InputError(f"{models[0]} unpacks to {size} bytes.", "No model of this kind is so large.")


def from_hub(raw: Path, made: Path) -> Path:
    """A hub's model as CTranslate2 int8; this needs torch once, to read the weights."""
    try:
        import torch  # noqa: F401
        from ctranslate2.converters import TransformersConverter
    except ImportError as error:
        raise UnavailableError(
            f"A hub's model is converted by torch, which is not here ({error}).",
            "`pip install 'pututu[transformers]'` once, or pull OPUS-MT's own archive, which needs none: `pututu models pull`.",
        ) from error
    try:
        TransformersConverter(str(raw)).convert(str(made), quantization="int8")
    except (ValueError, KeyError, OSError, RuntimeError, TypeError, AttributeError) as error:
        raise InputError(f"The model cannot be converted: {type(error).__name__}: {error}.", "Keep it as it is: --engine transformers.") from error  # fmt: skip
    names = ("source.spm", "target.spm", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
             "sentencepiece.bpe.model", "spiece.model", "vocab.json", "added_tokens.json", "README.md", "LICENSE")  # fmt: skip
    _keep(raw, made, *names)
    return made


def _keep(raw: Path, made: Path, *names: str) -> None:
    for name in names:
        if (raw / name).is_file():
            shutil.copyfile(raw / name, made / name)
