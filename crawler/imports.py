"""Documents that others collected: a file of JSONL, CSV, WARC or ARC -> Documents, and of everything else the place and the reason."""

import bz2
import gzip
import io
import lzma
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from core.document import Arrival, Document
from core.errors import InputError
from crawler.imported.framing import form_of
from crawler.imported.known import Known
from crawler.imported.left_out import LeftOut, Noted, shown
from crawler.imported.rows import RowError, Slug, document, loose_document
from crawler.imported.tables import Row, in_utf8, jsonl, looks_like_a_table, table

__all__ = ["Known", "LeftOut", "Noted", "document", "json_rows", "loose_document", "read"]
PACKED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))
NEITHER = (
    (b"PK\x03\x04", "a spreadsheet or ZIP file", "Save it as CSV, or unpack it."),
    (b"\x28\xb5\x2f\xfd", "packed by zstd", "Unpack it: `zstd -dc FILE | pututu import -`."),
    (b"PAR1", "a Parquet file", "Write it as JSON, one object a line."),
    (b"SQLite format 3", "a database", "Write its rows as JSON, one object a line."),
)
Found = Document | LeftOut | Noted


def read(
    path: Path, stream: IO[bytes], *, arrival: Arrival, now: datetime, known: Known | None = None, archive: Path | None = None,
) -> Iterator[Found]:  # fmt: skip
    """What one file holds, told apart by its first bytes, then by its name; gzip, bzip2 and xz are opened on the way.

    `known` are our sources, for rows and pages that do not say theirs; `archive` is our own folder of pages, whose files
    give documents that point to their page. Nothing in a file ends the reading of it but its end.
    """
    known = known or Known({})
    head = _peek(stream)
    if form := form_of(head):
        from crawler.imported.pages import documents

        ours = archive is not None and path.parent.resolve() == archive.resolve()
        yield from documents(str(path), stream, form, arrival=arrival, known=known, ours=ours)
        return
    for mark, opener in PACKED:
        if head.startswith(mark):
            packed = io.BufferedReader(cast(Any, opener(stream, "rb")))
            yield from read(path, packed, arrival=arrival, now=now, known=known, archive=archive)
            return
    yield from _rows(path, stream, head, arrival, now, known.slug)


def json_rows(file: str, stream: IO[bytes]) -> Iterator[Row | LeftOut | Noted]:
    """The rows of JSONL, in whichever Unicode form it is written."""
    yield from jsonl(file, in_utf8(stream, _peek(stream)))


def _peek(stream: IO[bytes]) -> bytes:
    try:
        return stream.peek(1024)  # type: ignore[attr-defined, no-any-return]
    except (OSError, EOFError, lzma.LZMAError):
        return b""  # the reader meets the same error, and tells it with its place


def _rows(path: Path, stream: IO[bytes], head: bytes, arrival: Arrival, now: datetime, slug: Slug) -> Iterator[Found]:
    file = str(path)
    for mark, what, mend in NEITHER:
        if head.startswith(mark):
            yield LeftOut(file=file, kind="a file of another kind", reason=f"{file} is {what}. {mend}")
            return
    plain = in_utf8(stream, head)
    start = _peek(plain) if plain is not stream else head
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and b"{" in start[:200]:
        reason = "This is one JSON array. Write one object a line: `jq -c '.[]' FILE | pututu import -`."
        yield LeftOut(file=file, line=1, kind="a file of another kind", reason=reason)
        return
    rows = table(file, plain) if _is_table(path, start) else jsonl(file, plain)
    for row in rows:
        if not isinstance(row, Row):
            yield row
            continue
        try:
            yield document(row.cells, arrival=arrival, now=now, slug=slug)
        except InputError as error:
            kind = error.kind if isinstance(error, RowError) else error.reason
            url = row.cells.get("url")
            yield LeftOut(
                file=file, line=row.line, kind=kind, reason=str(error), row=shown(row.raw),
                url=url[:2_000] if isinstance(url, str) else None,
            )  # fmt: skip


def _is_table(path: Path, start: bytes) -> bool:
    name = path.name.lower()
    for suffix in (".gz", ".bz2", ".xz"):
        name = name.removesuffix(suffix)
    if name.endswith((".csv", ".tsv")):
        return True
    if name.endswith((".jsonl", ".ndjson", ".json")) or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    return looks_like_a_table(start)
