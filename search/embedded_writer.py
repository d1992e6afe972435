"""Generations of the tantivy index on disk, and the writer that survives a commit that fails."""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tantivy

from core.errors import StoreError
from search.analysed import Analysed
from search.fields import EXACT_FIELDS, FACET_FIELDS, NUMBERS, STEM_FIELDS, VERSION, order_number, row
from search.nodes import TAG_FIELDS

HEAP = 96_000_000
BATCH = 4_000
CURRENT, META = "current", "pututu.json"
REBUILD = "Run `pututu reindex`: it makes the index again from the store."


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
        made = _version(path)
        if made != VERSION:
            raise StoreError(
                f"The index in {path.parent} was made by another version ({made}, now {VERSION}).", REBUILD
            )
        try:
            return cls(path, _opened(path), schema())._stamped()
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


def generation_in_force(folder: Path) -> Path | None:
    """The generation that `current` names; None where nothing was ever indexed."""
    try:
        return folder / (folder / CURRENT).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"The index in {folder} cannot be read ({error.strerror}).", "Check its owner.") from error


def new_generation(folder: Path) -> Generation:
    """An empty index beside the one in force; what a killed rebuild left behind is removed."""
    force = generation_in_force(folder)
    numbers = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
    for number in numbers:
        if force is None or folder / str(number) != force:
            shutil.rmtree(folder / str(number), ignore_errors=True)
    path = folder / str(max(numbers, default=0) + 1)
    try:
        path.mkdir(parents=True)
        index = tantivy.Index(schema(), path=str(path))
        (path / META).write_text(json.dumps({"version": VERSION}), "utf-8")
    except (ValueError, OSError) as error:
        raise StoreError(
            f"No index can be made in {folder} ({error}).", "Check the folder's owner and the disk."
        ) from error
    return Generation(path, _registered(index), schema())


def put_in_force(folder: Path, generation: Generation) -> None:
    """Name the generation in `current`, at once and for good; then remove the others."""
    draft = folder / (CURRENT + ".new")
    with draft.open("w", encoding="utf-8") as handle:
        handle.write(generation.path.name)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(folder / CURRENT)
    for path in folder.iterdir():
        if path.name.isdecimal() and path != generation.path:
            shutil.rmtree(path, ignore_errors=True)


class Writer:
    """Puts and deletes documents of one generation; what is not committed yet is kept, to be played again."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self._pending: list[tuple[str, Any | None]] = []
        self._tantivy = self._new()

    def put(self, analysed: Analysed) -> str | None:
        """Add a document in place of one with its id; returns the reason where it is refused."""
        values = row(analysed) | {"order": order_number(analysed)}
        try:
            document = tantivy.Document.from_dict(values, self.generation.schema)
        except (ValueError, OverflowError) as error:
            return str(error)
        self._play(analysed.id, document)
        return None

    def delete(self, name: str) -> None:
        """Remove the document with this id, if it is there."""
        self._play(name, None)

    def commit(self) -> None:
        """Make what was written findable and lasting. After a failure: a new writer and a replay, once."""
        if not self._pending:
            return
        try:
            self._tantivy.commit()
        except (ValueError, OSError, RuntimeError):
            self._replay()
        self._pending.clear()
        self.generation.reload()

    def close(self) -> None:
        """Wait for merges and release tantivy's lock."""
        self._tantivy.wait_merging_threads()

    def _play(self, name: str, document: Any | None) -> None:
        self._pending.append((name, document))
        try:
            self._do(name, document)
        except (ValueError, OSError, RuntimeError):
            self._replay()
            self._pending.clear()
        if len(self._pending) >= BATCH:
            self.commit()

    def _do(self, name: str, document: Any | None) -> None:
        self._tantivy.delete_documents_by_term("id", name)
        if document is not None:
            self._tantivy.add_document(document)

    def _replay(self) -> None:
        """tantivy's writer drops documents in silence once a commit of it failed: take a new one, write all again."""
        del self._tantivy
        try:
            self._tantivy = self._new()
            for name, document in self._pending:
                self._do(name, document)
            self._tantivy.commit()
        except (ValueError, OSError, RuntimeError) as error:
            raise StoreError(
                f"The index cannot be written ({error}).", "Check the disk; what waits is indexed again."
            ) from error

    def _new(self) -> Any:
        return self.generation.index.writer(HEAP, 1)


def _opened(path: Path) -> Any:
    return _registered(tantivy.Index.open(str(path)))


def _registered(index: Any) -> Any:
    """tantivy does not store tokenizers: without this, an opened index has none of ours."""
    index.register_tokenizer("terms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def _version(path: Path) -> str:
    try:
        return str(json.loads((path / META).read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"
