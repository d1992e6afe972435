"""Whether a model's file is what its name says, by its first bytes and its own table of contents: without loading it.

What a copied or cloned folder really holds is often a Git LFS pointer, a page of failure, or the first half of a download.
Such a folder must be known as one before an engine is chosen, so that the next engine is taken.
"""

import json
import struct
from pathlib import Path
from typing import IO

_LONGEST_HEADER = 100 * 2**20
_SPEC = 6
"""The version of CTranslate2's format whose table is walked; of others only the beginning is looked at."""
_MOST_VARIABLES = 100_000


def problem(file: Path) -> str:
    """Why the file cannot be what it is called, empty where nothing speaks against it."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        begin = stream.read(512)
        if begin.startswith(b"version https://git-lfs"):
            return "is a Git LFS pointer, not the file itself"
        if begin.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
            return "is a page of the web, not a model"
        stream.seek(0)
        try:
            if file.name == "model.bin":
                return _ctranslate2(stream, size)
            if file.suffix == ".safetensors":
                return _safetensors(stream, size)
        except (struct.error, ValueError, RecursionError):
            return "broke off or is no model"
    if file.suffix == ".spm" or file.name in ("spiece.model", "sentencepiece.bpe.model"):
        return "" if begin[:1] == b"\n" else "is no SentencePiece model"
    return ""


def _ctranslate2(stream: IO[bytes], size: int) -> str:
    """A version, a name, then each variable with its size, which must all be there."""
    (version,) = _read(stream, "<I")
    name = _string(stream)
    if not (1 <= version <= 100 and name.rstrip(b"\0").isalnum()):
        return "is no CTranslate2 model"
    if version != _SPEC:
        return ""
    _revision, count = _read(stream, "<II")
    if count > _MOST_VARIABLES:
        return "is no CTranslate2 model"
    for _ in range(count):
        _string(stream)
        (rank,) = _read(stream, "<B")
        stream.seek(4 * rank + 1, 1)
        (length,) = _read(stream, "<I")
        stream.seek(length, 1)
        if stream.tell() > size:
            return "broke off"
    return ""


def _safetensors(stream: IO[bytes], size: int) -> str:
    """The length of a JSON header, the header with the place of each tensor, the tensors."""
    (length,) = _read(stream, "<Q")
    if length > min(size, _LONGEST_HEADER):
        return "broke off or is no model"
    header = json.loads(stream.read(length))
    if not isinstance(header, dict):
        return "is no safetensors file"
    ends = [one["data_offsets"][1] for name, one in header.items() if name != "__metadata__" and "data_offsets" in one]
    return "broke off" if 8 + length + max(map(int, ends), default=0) > size else ""


def _read(stream: IO[bytes], form: str) -> tuple[int, ...]:
    return struct.unpack(form, stream.read(struct.calcsize(form)))


def _string(stream: IO[bytes]) -> bytes:
    (length,) = _read(stream, "<H")
    return stream.read(length)
