"""`pututu models pull`: from an archive, a hub or a directory to a model folder that the engines use.

What comes is checked before it is used and takes its place whole or not at all: it is made in a hidden folder beside the
others, loaded once and asked for one sentence, recorded (origin, hash, size of every file), then renamed.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import InputError, PututuError, UnavailableError
from core.settings import Settings
from enrich.engines import converting, fetching, folders
from enrich.engines.fetching import HUB, Progress
from enrich.engines.folders import OPUS_MT_NAME, RECORD, ModelFolder, models_folder

OPUS_MT_URL = "https://object.pouta.csc.fi/Tatoeba-MT-models/spa-eng/opus-2021-02-19.zip"
"""OPUS-MT's Spanish-English release that cuts words by SentencePiece (CC-BY 4.0; BLEU 37.9 on newstest2012 by its README).

The `es-en/opus-2019-12-04.zip` of the older list cuts them by subword-nmt behind a Moses tokenizer.
"""
OPUS_MT_SIZE = "about 300 MB to fetch, 80 MB kept"
_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_HEX = re.compile(r"[0-9a-f]{64}")
_SENTENCE = "El gremio anunció un paro."
Try = Callable[[ModelFolder], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. `engine`: ctranslate2 (converted to int8) or transformers (as it is)."""

    origin: str = OPUS_MT_URL
    name: str | None = None
    sha256: str | None = None
    engine: str = "ctranslate2"
    prefix: str | None = None
    hub: str = HUB
    overwrite: bool = False


def pull(wish: Wish, settings: Settings, now: datetime, told: Progress = lambda *_: None) -> ModelFolder:
    """Bring a model into `PUTUTU_HOME/models`.

    Raises InputError (what was given is no model that can be used: nothing is kept) or UnavailableError (no answer, or a
    library that is missing).
    """
    if wish.sha256 and not _HEX.fullmatch(wish.sha256.lower()):
        raise InputError(f"{wish.sha256!r} is no SHA-256 hash.", "It has 64 hexadecimal digits.")
    models = models_folder(settings)
    target = models / _name(wish)
    if target.exists() and not wish.overwrite:
        raise InputError(f"There is a model {target.name} already.", "Give another --name, or --overwrite.")
    try:
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=models, prefix=".pulling-") as scratch:
            raw, made = Path(scratch, "given", target.name), Path(scratch, "made")  # errors tell a folder's name
            raw.mkdir(parents=True)
            facts = _bring(wish, raw, Path(scratch), settings, told)
            made = _make(wish, raw, made)
            if wish.prefix:
                facts["prefix"] = wish.prefix
            _record(made, facts | {"pulled": now.isoformat(timespec="seconds")})
            attempt(folders.look(made))
            _put(made, target, Path(scratch))
    except OSError as error:
        raise UnavailableError(f"The model cannot be kept in {models}: {error}.", "Check its rights and the free space.") from error  # fmt: skip
    return folders.look(target)


def attempt(folder: ModelFolder) -> str:
    """Load a model and translate one sentence. Raises UnavailableError or InputError where that fails."""
    from enrich.models import generator

    engine = generator(folders.usable(folder), 1)
    try:
        return engine.generate([engine.encode(_SENTENCE)], strict=True)[0]
    except (RuntimeError, ValueError, MemoryError) as error:
        raise InputError(f"The model {folder.name} loads but translates nothing: {error}.", "Pull another.") from error
    finally:
        engine.close()


def _name(wish: Wish) -> str:
    if wish.name:
        if _SAFE.search(wish.name) or wish.name.startswith("."):
            raise InputError(f"{wish.name!r} is no name of a model.", "Use letters, digits, dots and dashes.")
        return wish.name
    if wish.origin == OPUS_MT_URL:
        return OPUS_MT_NAME
    last = re.sub(r"(?:\.zip|\.tar(?:\.\w+)?|\.tgz)$", "", wish.origin.rstrip("/").rpartition("/")[2])
    return _SAFE.sub("-", last.rpartition("--")[2] or last).strip(".-") or "model"


def _bring(wish: Wish, raw: Path, scratch: Path, settings: Settings, told: Progress) -> dict[str, Any]:
    """The model's files in `raw`, and what is known of where they came from."""
    local = Path(wish.origin).expanduser()
    if fetching.is_url(wish.origin):
        archive = scratch / "archive"
        fetching.download(wish.origin, archive, settings, told)
        return {"origin": wish.origin, "sha256": _unpacked(wish, archive, raw)}
    if local.is_file():
        return {"origin": str(local.absolute()), "sha256": _unpacked(wish, local, raw)}
    if wish.sha256:
        raise InputError("--sha256 is the hash of an archive.", "Leave it out for a directory or a model of a hub.")
    if local.is_dir():
        _copy(_snapshot(local), raw)
        return {"origin": str(local.absolute()), "sha256": None}
    if not _HUB_NAME.fullmatch(wish.origin):
        raise InputError(f"{wish.origin} is no file, directory, address or name of a model (OWNER/NAME).", "Check its spelling.")  # fmt: skip
    revision = fetching.from_hub(wish.origin, raw, settings, told, wish.hub)
    return {"origin": f"{wish.hub.rstrip('/')}/{wish.origin}", "revision": revision, "sha256": None}


def _unpacked(wish: Wish, archive: Path, raw: Path) -> str:
    found = folders.sha256(archive)
    if wish.sha256 and found != wish.sha256.lower():
        raise InputError(f"The archive's SHA-256 is {found}, not the one given.", "Fetch it again, or check the hash at its publisher.")  # fmt: skip
    fetching.unpack(archive, raw)
    return found


def _snapshot(local: Path) -> Path:
    """A hub's cache keeps a model as `models--OWNER--NAME/snapshots/REVISION`: the one that `main` means, or the latest."""
    snapshots = local / "snapshots"
    if not snapshots.is_dir():
        return local
    main = local / "refs" / "main"
    named = snapshots / main.read_text("utf-8").strip() if main.is_file() else None
    if named is not None and named.is_dir() and named.parent == snapshots:
        return named
    kept = sorted(snapshots.iterdir(), key=lambda path: path.stat().st_mtime)
    if not kept:
        raise InputError(f"{local} holds no snapshot of its model.", "Download the model there again.")
    return kept[-1]


def _copy(local: Path, raw: Path) -> None:
    """The files that a model is made of; a hub's cache links to them, so links are followed."""
    for file in sorted(local.iterdir()):
        if file.is_file() and (fetching.WANTED.fullmatch(file.name) or file.name == RECORD):
            shutil.copyfile(file, raw / file.name)
    if not any(raw.iterdir()):
        raise InputError(
            f"{local} holds no file of a model.", "Name the directory that holds config.json or decoder.yml."
        )


def _make(wish: Wish, raw: Path, made: Path) -> Path:
    """What the engines read, made of what came."""
    kind = folders.recognise(raw)
    if kind == "marian":
        if wish.engine == "transformers":
            raise InputError("An OPUS-MT archive is not in the form of transformers.", "Pull the hub's: Helsinki-NLP/opus-mt-es-en --engine transformers.")  # fmt: skip
        return converting.from_marian(raw, made)
    if kind == "transformers" and wish.engine == "ctranslate2":
        return converting.from_hub(raw, made)
    if kind == "ctranslate2" and wish.engine == "transformers":
        raise InputError("This is a CTranslate2 model, not one of transformers.", "Leave out --engine.")
    (raw / RECORD).unlink(missing_ok=True)
    return raw


def _record(made: Path, facts: Mapping[str, Any]) -> None:
    licence = next((line for line in _lines(made / "LICENSE") if line.strip()), None)
    record = {**facts, "licence": licence and licence.strip()[:100], "files": folders.fingerprints(made)}
    (made / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8", "replace")[:2_000].splitlines() if file.is_file() else []


def _put(made: Path, target: Path, scratch: Path) -> None:
    if target.exists():
        target.rename(scratch / "old")
    made.rename(target)


def check(folder: ModelFolder) -> dict[str, Any]:
    """What `pututu models check` says of one model: hashes compared, loaded, one sentence translated."""
    problem, said = folder.problem, None
    if not problem and (changed := folders.damaged(folder)):
        problem = f"Its files are not those that were pulled: {', '.join(changed)}."
    if not problem:
        try:
            said = attempt(folder)
        except PututuError as error:
            problem = str(error)
    return {
        "name": folder.name, "kind": folder.kind, "size": folder.size, "good": not problem, "problem": problem or None,
        "sentence": _SENTENCE, "english": said, "origin": folder.record.get("origin"), "sha256": folder.record.get("sha256"),
    }  # fmt: skip
