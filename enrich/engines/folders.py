"""Model folders under `PUTUTU_HOME/models`: which kind a folder is, whether it is whole, and the record of where it came from.

A folder is trusted for nothing: its kind is told from its files, and what is missing or of the wrong kind is said by name.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import InputError, UnavailableError
from core.settings import Settings
from enrich.engines import headers

Kind = Literal["ctranslate2", "transformers", "marian"]
RECORD = "pututu.json"
OPUS_MT_NAME = "opus-mt-es-en"
"""The folder of the default model: where several could be used, it is taken."""
LONGEST_JSON = 32 * 2**20
"""Bytes of a JSON file that are read: a shared vocabulary takes some 2 MB."""

SEQ2SEQ = frozenset(
    "marian m2m_100 nllb-moe mbart bart t5 mt5 umt5 pegasus fsmt plbart bigbird_pegasus led blenderbot prophetnet encoder-decoder".split()  # noqa: SIM905
)
"""Model types of a hub that translate one sequence into another."""
TOKENIZERS = ("tokenizer.json", "sentencepiece.bpe.model", "spiece.model", "source.spm", "vocab.json")
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder under `models`. `problem` says in a sentence why it cannot be used, empty where it can as far as its files tell."""

    path: Path
    kind: Kind | None
    problem: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's name, by which `PUTUTU_TRANSLATION` may ask for it."""
        return self.path.name

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())

    @property
    def version(self) -> str:
        """Changes with the model: the hash of its recorded files, or else name and size of the weights."""
        if files := self.record.get("files"):
            return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]
        weights = sorted(file for file in self.path.glob("*model*") if file.is_file())
        return f"{self.name}:{','.join(str(file.stat().st_size) for file in weights)}"

    @property
    def is_marian_pair(self) -> bool:
        """Whether sentences are cut by the two SentencePiece models of an OPUS-MT archive."""
        return all((self.path / name).is_file() for name in ("source.spm", "target.spm"))


def models_folder(settings: Settings) -> Path:
    """Where the operator's models are."""
    return settings.home / "models"


def found(models: Path) -> list[ModelFolder]:
    """Every folder under `models`, whole or not, in the order of their names."""
    if not models.is_dir():
        return []
    return [look(path) for path in sorted(models.iterdir()) if path.is_dir() and not path.name.startswith(".")]


def look(path: Path) -> ModelFolder:
    """What a folder is. Nothing is loaded: see `pututu models check` for that."""
    record = _record(path)
    try:
        kind = recognise(path)
    except InputError as error:
        return ModelFolder(path, None, _unlike_record(path, record) or error.reason, record)
    problem = _unlike_record(path, record)
    if kind == "marian":
        problem = "It is an archive that was not converted: `pututu models pull` it."
    return ModelFolder(path, kind, problem, record)


def recognise(path: Path) -> Kind:
    """The kind of a model directory. Raises InputError where it is none, is of another kind, or is half there."""
    if not path.is_dir():
        raise InputError(f"{path} is no directory.", "Name a model's directory or archive.")
    names = {file.name for file in path.iterdir() if file.is_file()}
    kind: Kind | None = None
    if "decoder.yml" in names or any(name.endswith(".npz") for name in names):
        kind = _marian(path, names)
    elif "model.bin" in names:
        kind = _ctranslate2(path, names)
    elif "config.json" in names:
        kind = _transformers(path, names)
    if kind:
        _are_themselves(path, names)
        return kind
    if not names:
        raise InputError(f"{path.name} is empty.", "Pull the model again.")
    mend = "A model is an OPUS-MT archive, a CTranslate2 folder (model.bin) or a hub's folder (config.json)."
    raise InputError(f"{path.name} holds no model that is known: {', '.join(sorted(names)[:8])}.", mend)


def _marian(path: Path, names: set[str]) -> Kind:
    if names & {"source.bpe", "target.bpe"} and "source.spm" not in names:
        raise InputError(
            f"{path.name} cuts words by subword-nmt (source.bpe), which is not supported.",
            "Choose an archive whose README says SentencePiece.",
        )
    _require(path, names, "decoder.yml", "source.spm", "target.spm")
    return "marian"


def _ctranslate2(path: Path, names: set[str]) -> Kind:
    if not _any(names, "shared_vocabulary.json", "shared_vocabulary.txt") and not (
        _any(names, "source_vocabulary.json", "source_vocabulary.txt")
        and _any(names, "target_vocabulary.json", "target_vocabulary.txt")
    ):
        if _any(names, "vocabulary.json", "vocabulary.txt"):
            raise InputError(f"{path.name} is a CTranslate2 language model, which translates nothing.", "Pull an encoder-decoder model.")  # fmt: skip
        raise InputError(f"{path.name} lacks its vocabulary (shared_vocabulary.json).", "Pull the model again.")
    if names & {"source.spm", "target.spm"} or not _any(names, *TOKENIZERS):
        _require(path, names, "source.spm", "target.spm")
    _json(path / "config.json") if "config.json" in names else None
    return "ctranslate2"


def _transformers(path: Path, names: set[str]) -> Kind:
    config = _json(path / "config.json")
    kind = str(config.get("model_type") or "")
    if kind not in SEQ2SEQ and not config.get("is_encoder_decoder"):
        raise InputError(f"{path.name} is a model of type {kind or 'unknown'}, which translates nothing.", "Pull a sequence-to-sequence model.")  # fmt: skip
    index = next((name + ".index.json" for name in _WEIGHTS if name + ".index.json" in names), None)
    if index:
        shards = sorted(set(map(str, (_json(path / index).get("weight_map") or {}).values())))
        _require(path, names, *shards)
    elif not _any(names, *_WEIGHTS):
        raise InputError(f"{path.name} lacks its weights (model.safetensors).", "Pull the model again.")
    if not _any(names, *TOKENIZERS):
        raise InputError(f"{path.name} lacks its tokenizer (tokenizer.json or source.spm).", "Pull the model again.")
    if kind == "marian":
        _require(path, names, "source.spm", "target.spm", "vocab.json")
    return "transformers"


def _are_themselves(path: Path, names: set[str]) -> None:
    for name in sorted(names):
        if why := headers.problem(path / name):
            raise InputError(f"{path.name} is half there: {name} {why}.", "Pull the model again.")


def _any(names: set[str], *wanted: str) -> bool:
    return not names.isdisjoint(wanted)


def _require(path: Path, names: set[str], *wanted: str) -> None:
    missing = [name for name in wanted if name not in names]
    empty = [name for name in wanted if name in names and not (path / name).stat().st_size]
    if missing or empty:
        what = f"lacks {', '.join(missing)}" if missing else f"holds an empty {', '.join(empty)}"
        raise InputError(f"{path.name} is half there: it {what}.", "Pull the model again.")


def _json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > LONGEST_JSON:
            raise InputError(f"{file.name} of {file.parent.name} is too large to be a configuration.", "Pull the model again.")  # fmt: skip
        found = json.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(
            f"{file.name} of {file.parent.name} cannot be read: {error}.", "Pull the model again."
        ) from error
    if not isinstance(found, dict):
        raise InputError(f"{file.name} of {file.parent.name} is no configuration.", "Pull the model again.")
    return found


def config_of(path: Path) -> dict[str, Any]:
    """The model's `config.json`, empty where there is none. Raises InputError where it cannot be read."""
    return _json(path / "config.json") if (path / "config.json").is_file() else {}


def _record(path: Path) -> dict[str, Any]:
    if not (path / RECORD).is_file():
        return {}
    try:
        return _json(path / RECORD)
    except InputError:
        return {}


def _unlike_record(path: Path, record: Mapping[str, Any]) -> str:
    """Where a file is gone or has another size than was recorded."""
    for name, told in (record.get("files") or {}).items():
        file = path / str(name)
        if not file.is_file():
            return f"It is half there: {name} is gone."
        if isinstance(told, dict) and file.stat().st_size != told.get("size"):
            return f"It is half there: {name} has {file.stat().st_size} bytes, not {told.get('size')}."
    return ""


def fingerprints(path: Path) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of every file, for the record."""
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.name != RECORD)
    return {str(file.relative_to(path)): {"size": file.stat().st_size, "sha256": sha256(file)} for file in files}


def sha256(file: Path) -> str:
    """The hash of a file, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def damaged(folder: ModelFolder) -> list[str]:
    """The recorded files whose content is another now; reads all of them."""
    return [
        str(name)
        for name, told in (folder.record.get("files") or {}).items()
        if not (folder.path / name).is_file() or sha256(folder.path / name) != told.get("sha256")
    ]


def usable(folder: ModelFolder) -> ModelFolder:
    """The folder itself. Raises UnavailableError with its problem where it has one."""
    if folder.problem:
        raise UnavailableError(
            f"The model {folder.name} cannot be used. {folder.problem}", "`pututu models check` says more."
        )
    return folder
