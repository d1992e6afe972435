"""The archive of what was fetched: WARC files, one gzip record a response, written by one process each and never rewritten.

A pointer (`file:offset`) is given out only when the whole record is on disk, so a record torn by a kill is never read.
"""

import io
import os
import re
import secrets
import struct
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from core.errors import InputError, StoreError

ROTATE_AT = 256 * 2**20
LARGEST = 64 * 2**20
_POINTER = re.compile(r"(?P<file>[A-Za-z0-9][A-Za-z0-9_.-]{0,120}\.warc\.gz):(?P<offset>\d{1,15})")
_ERASED = b"\x1f\x8b\x08\x10"
# the body is kept as decoded by the client, so these no longer describe it
_HOP = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive", "set-cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One response as it came: `url` is the address that answered (after redirects), `body` the decoded bytes."""

    url: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    when: datetime
    pointer: str | None = None

    @property
    def content_type(self) -> str:
        """The Content-Type header, `""` where there is none."""
        return next((value for name, value in self.headers.items() if name.lower() == "content-type"), "")


class Archive:
    """The folder `archive` of a home. Safe for threads; every writing process and instance appends to files of its own."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "archive"
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._day = ""
        self._size = 0

    def write(self, url: str, status: int, headers: Mapping[str, str], body: bytes, when: datetime) -> str:
        """Append a response and return its pointer, once it is on disk. Raises StoreError when the disk takes no more."""
        record = _record(url, status, headers, body, when)
        with self._lock:
            try:
                return self._append(record, when.astimezone(UTC).strftime("%Y%m%d"))
            except OSError as error:
                self._file = None  # what is after the last whole record stays unread: the next write opens a new file
                raise StoreError(
                    f"The archive cannot be written ({error}).",
                    "Make room on the disk of PUTUTU_HOME, or check its rights.",
                ) from error

    def _append(self, record: bytes, day: str) -> str:
        if self._file is None or self._day != day or self._size + len(record) > ROTATE_AT:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file, self._day, self._size = (
                self.folder / f"{day}-{os.getpid()}-{secrets.token_hex(4)}.warc.gz",
                day,
                0,
            )
            os.close(os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _sync_folder(self.folder)
        with self._file.open("ab") as out:
            offset = self._size
            out.write(record)
            out.flush()
            os.fsync(out.fileno())
        self._size += len(record)
        return f"{self._file.name}:{offset}"

    def read(self, pointer: str) -> Page:
        """The response at a pointer. Raises InputError for what is no pointer of this archive or no whole record."""
        path, offset = self._place(pointer)
        try:
            with path.open("rb") as file:
                record = next(iter(ArchiveIterator(io.BytesIO(_member(file, offset)))), None)
                if record is None or record.rec_type != "response":
                    raise InputError(
                        f"The archive holds no response at {pointer}.", "It was taken down, or the file is damaged."
                    )
                return _page(record, pointer)
        except FileNotFoundError as error:
            raise InputError(f"The archive has no file for {pointer}.", "Bring it back from a backup.") from error
        except (ArchiveLoadFailed, EOFError, ValueError, OSError, zlib.error) as error:
            raise InputError(
                f"The archive record {pointer} cannot be read ({error}).", "Bring the file back from a backup."
            ) from error

    def erase(self, pointer: str) -> None:
        """Overwrite one record in place (a takedown): the others keep their offsets. Erasing twice does nothing more."""
        path, offset = self._place(pointer)
        with self._lock, path.open("r+b") as file:
            length = _member_length(file, offset)
            file.seek(offset)
            file.write(_blank_member(length))
            file.flush()
            os.fsync(file.fileno())

    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.glob("*.warc.gz"))

    def _place(self, pointer: str) -> tuple[Path, int]:
        match = _POINTER.fullmatch(pointer)
        if not match:
            raise InputError(f"{pointer[:120]!r} is no place in the archive.", "It reads FILE.warc.gz:OFFSET.")
        return self.folder / match["file"], int(match["offset"])


def pages(path: Path) -> Iterator[tuple[int, Page]]:
    """Every response of any WARC file, plain or gzipped, with its offset. Raises InputError where the file is damaged."""
    try:
        with path.open("rb") as file:
            records = ArchiveIterator(file)
            for record in records:
                if record.rec_type == "response" and record.http_headers is not None:
                    page = _page(record)  # first: asking for the offset skips the body
                    yield records.get_record_offset(), page
    except (ArchiveLoadFailed, EOFError, ValueError, OSError) as error:
        raise InputError(f"{path} cannot be read as WARC ({error}).", "Name a whole WARC file.") from error


def _page(record: Any, pointer: str | None = None) -> Page:
    return Page(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        status=int(record.http_headers.get_statuscode()),
        headers=dict(record.http_headers.headers),
        body=record.content_stream().read(LARGEST),
        when=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")).astimezone(UTC),
        pointer=pointer,
    )


def _record(url: str, status: int, headers: Mapping[str, str], body: bytes, when: datetime) -> bytes:
    kept = [(name, _header(value)) for name, value in headers.items() if name.lower() not in _HOP]
    http = StatusAndHeaders(f"{status} -", [*kept, ("Content-Length", str(len(body)))], protocol="HTTP/1.1")
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    date = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict={"WARC-Date": date}
        )
    )
    return out.getvalue()


def _header(value: str) -> str:
    return re.sub(r"[\r\n\x00]+", " ", value)


def _member(file: IO[bytes], offset: int) -> bytes:
    """The plain data of the gzip member at `offset`. Raises EOFError where it is torn: half a record is never read."""
    file.seek(offset)
    engine = zlib.decompressobj(31)
    parts: list[bytes] = []
    while not engine.eof:
        packed = engine.unconsumed_tail or file.read(65536)
        if not packed:
            raise EOFError("the record is torn")
        parts.append(engine.decompress(packed, 2**20))
        if sum(map(len, parts)) > LARGEST:
            raise ValueError("the record is too large")
    return b"".join(parts)


def _member_length(file: IO[bytes], offset: int) -> int:
    """Bytes of the gzip member at `offset`."""
    file.seek(offset)
    engine = zlib.decompressobj(31)
    read = 0
    while not engine.eof:
        chunk = file.read(65536)
        if not chunk:
            raise InputError("The archive record is torn.", "Bring the file back from a backup.")
        engine.decompress(chunk)
        read += len(chunk)
    return read - len(engine.unused_data)


def _blank_member(length: int) -> bytes:
    """An empty gzip member of exactly `length` bytes: the rest is a comment in its header (RFC 1952, FCOMMENT)."""
    head = _ERASED + b"\x00" * 4 + b"\x00\xff"
    tail = b"\x03\x00" + struct.pack("<II", 0, 0)
    return head + b"x" * (length - len(head) - 1 - len(tail)) + b"\x00" + tail


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
