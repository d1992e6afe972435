"""The tantivy index on disk: a folder of generations (`1`, `2`, ...) and a file `current` that names the one in force.

Each generation keeps beside its data what it was made with (`pututu.json`: schema and terms version, since tantivy stores
neither tokenizers nor our rules), and, while a rebuild fills it, how far that has come. The one that a rebuild replaced is
kept until it is told to go; what a rebuild left unfinished is taken up again, or removed where it is of another version.
"""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tantivy

from core.errors import StoreError
from search.fields import EXACT_FIELDS, FACET_FIELDS, NUMBERS, STEM_FIELDS, VERSION
from search.nodes import TAG_FIELDS

CURRENT, META = "current", "pututu.json"
REBUILD = "Run `pututu reindex`: it makes the index again from the store."
Meta = dict[str, Any]


@dataclass
class Generation:
    """One tantivy index in a folder of its own, of our schema and terms."""

    path: Path
    index: Any
    schema: Any
    _seen: tuple[int, int] | None = field(default=None)

    @classmethod
    def open(cls, path: Path) -> "Generation":
        """Raises StoreError where it was made under another version, or cannot be read."""
        made = meta(path).get("version", "unknown")
        if made != VERSION:
            raise StoreError(
                f"The index in {path.parent} was made by another version ({made}, now {VERSION}).", REBUILD
            )
        try:
            return cls(path, _registered(tantivy.Index.open(str(path))), schema())._stamped()
        except (ValueError, OSError) as error:
            raise StoreError(f"The index in {path.parent} cannot be read ({error}).", REBUILD) from error

    def reload(self) -> None:
        """See what was committed since."""
        if self._stamp() != self._seen:
            self._stamped()
            self.index.reload()

    def _stamped(self) -> "Generation":
        self._seen = self._stamp()
        return self

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = (self.path / "meta.json").stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino


def schema() -> Any:
    """tantivy's schema of our fields. Numbers are signed: an unsigned one given a wrong value kills the writer."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in (*STEM_FIELDS, *EXACT_FIELDS):
        builder.add_text_field(name, tokenizer_name="terms", index_option="position")
    for name in TAG_FIELDS:
        if name != "id":
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACET_FIELDS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in (*NUMBERS, "order"):
        builder.add_integer_field(name, fast=True, indexed=True)
    return builder.build()


def in_force(folder: Path) -> Path | None:
    """The generation that `current` names; None where nothing was ever indexed."""
    try:
        return folder / (folder / CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"The index in {folder} cannot be read ({error.strerror}).", "Check its owner.") from error


def others(folder: Path) -> dict[Path, Meta]:
    """The generations that are not in force with what is known of them: unfinished (`building`) or kept."""
    serving = in_force(folder)
    paths = [path for path in folder.iterdir() if path.name.isdecimal()] if folder.is_dir() else []
    return {path: meta(path) for path in sorted(paths, key=lambda path: int(path.name)) if path != serving}


def kept(folder: Path) -> Path | None:
    """The one that the last rebuild replaced."""
    whole = [path for path, known in others(folder).items() if known.get("left")]
    return max(whole, key=lambda path: str(meta(path)["left"]), default=None)


def create(folder: Path, **known: Any) -> Generation:
    """An empty index beside the one in force; `known` is remembered beside its version."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        numbers = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
        path = folder / str(max(numbers, default=0) + 1)
        path.mkdir()
        index = tantivy.Index(schema(), path=str(path))
        note(path, version=VERSION, **known)
    except (ValueError, OSError) as error:
        raise StoreError(
            f"No index can be made in {folder} ({error}).", "Check the folder's owner and the disk."
        ) from error
    return Generation(path, _registered(index), schema())


def put_in_force(folder: Path, path: Path) -> None:
    """Name the generation in `current`, at once and for good."""
    _write(folder / CURRENT, path.name)


def drop(path: Path) -> None:
    """Remove a generation: first what it was made with, so that half a one is never taken up."""
    (path / META).unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def size(path: Path) -> int:
    """Bytes on disk."""
    total = 0
    for file in path.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:  # merged away meanwhile
            continue
    return total


def meta(path: Path) -> Meta:
    """What is known of a generation; empty where that cannot be read."""
    try:
        known = json.loads((path / META).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def note(path: Path, **known: Any) -> None:
    """Remember this of a generation beside what is known; None forgets."""
    fresh = {name: value for name, value in (meta(path) | known).items() if value is not None}
    _write(path / META, json.dumps(fresh))


def _write(file: Path, text: str) -> None:
    """In place of the old text at once, or not at all."""
    draft = file.with_name(file.name + ".new")
    try:
        with draft.open("w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(file)
    except OSError as error:
        raise StoreError(f"{file} cannot be written ({error.strerror}).", "Check its owner and the disk.") from error
    finally:
        draft.unlink(missing_ok=True)


def _registered(index: Any) -> Any:
    """tantivy does not store tokenizers: without this, an opened index has none of ours."""
    index.register_tokenizer("terms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
