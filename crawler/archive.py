"""The archive of what was fetched: WARC files, one gzip record a response, written by one process each and never rewritten.

A pointer (`file:offset`) is given out only when the whole record is on disk, so a record torn by a kill is never read.
Who writes a file holds it locked, so that nobody drops it meanwhile; a file's name begins with the id of its home and its
day, so that another machine on the same store knows whose page it is, and the oldest files are found without reading them.
"""

import fcntl
import io
import os
import re
import secrets
import struct
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from core.errors import InputError, StoreError
from core.home import home_id

packing: ModuleType = zlib
with suppress(ImportError):  # there is no wheel for some kinds of machines
    packing = import_module("isal.isal_zlib")  # the same format, four times as fast
ROTATE_AT = 256 * 2**20
LARGEST = 64 * 2**20
PACKED = 3 if packing is not zlib else 4
"""The level: of a news page of 250 kB ISA-L's 3 takes 0.8 ms and 55 kB, zlib's 4 3.0 ms and 51 kB, its 6 5.1 ms and 49 kB."""
_POINTER = re.compile(r"(?P<file>[A-Za-z0-9][A-Za-z0-9_.-]{0,120}\.warc\.gz):(?P<offset>\d{1,15})")
NAME = re.compile(r"(?:(?P<home>h[0-9a-f]{7})-)?(?P<day>\d{8})-\d+-[0-9a-f]{8}(?:\.(?P<turn>\d+))?\.warc\.gz")
"""`turn` counts how often records were taken out of the file (`crawler.retention`)."""
CHUNK = 2**18
HEAD = 8192
_TARGET = re.compile(rb"^WARC-Target-URI:\s*(\S+)", re.I | re.M)
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
        self.home = home
        self.folder = home / "archive"
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._path = Path()
        self._day = ""
        self._size = 0

    def write(self, url: str, status: int, headers: Mapping[str, str], body: bytes, when: datetime) -> str:
        """Append a response and return its pointer, once it is on disk. Raises StoreError when the disk takes no more."""
        return self.write_many([Page(url=url, status=status, headers=headers, body=body, when=when)])[0]

    def write_many(self, pages: Sequence[Page]) -> list[str]:
        """As `write`, for several: the disk is waited for once."""
        records = [(_record(page), page.when.astimezone(UTC).strftime("%Y%m%d")) for page in pages]
        with self._lock:
            try:
                pointers = [self._append(record, day) for record, day in records]
                self._sync()
            except OSError as error:
                self._close()  # what is after the last whole record stays unread: the next write opens a new file
                raise StoreError(
                    f"The archive cannot be written ({error}).",
                    "Make room on the disk of PUTUTU_HOME (`pututu retention --apply` drops old pages), or check its rights.",
                ) from error
        return pointers

    def _append(self, record: bytes, day: str) -> str:
        if self._file is None or self._day != day or self._size + len(record) > ROTATE_AT or _is_removed(self._file):
            self._open(day)
        assert self._file is not None
        left = memoryview(record)
        while left:
            left = left[self._file.write(left) :]
        offset, self._size = self._size, self._size + len(record)
        return f"{self._path.name}:{offset}"

    def _open(self, day: str) -> None:
        """A new file, locked as long as it is ours."""
        self._sync()
        self._close()
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{home_id(self.home)}-{day}-{os.getpid()}-{secrets.token_hex(4)}.warc.gz"
        self._path, self._day, self._size = self.folder / name, day, 0
        self._file = os.fdopen(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        _sync_folder(self.folder)

    def _sync(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def close(self) -> None:
        """Let the file go; the next write begins another one."""
        with self._lock:
            self._close()

    def has(self, pointer: str) -> bool:
        """Whether the file that a pointer names is here."""
        match = _POINTER.fullmatch(pointer)
        return match is not None and (self.folder / match["file"]).exists()

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

    def is_ours(self, pointer: str) -> bool:
        """Whether a pointer is into this home's archive, the file being there or not; older names do not say whose they are."""
        match = NAME.fullmatch(self._place(pointer)[0].name)
        return not match or match["home"] in (None, home_id(self.home))

    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.files())

    def files(self) -> list[Path]:
        """The archive's files, the oldest day first."""
        return sorted(self.folder.glob("*.warc.gz"), key=lambda path: (day_of(path), path.name))

    def _place(self, pointer: str) -> tuple[Path, int]:
        match = _POINTER.fullmatch(pointer)
        if not match:
            raise InputError(f"{pointer[:120]!r} is no place in the archive.", "It reads FILE.warc.gz:OFFSET.")
        return self.folder / match["file"], int(match["offset"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record of a file stands, in bytes, and of what address it is; `url` is None for one that was erased."""

    offset: int
    length: int
    url: str | None


def day_of(path: Path) -> str:
    """The day on which a file was begun, YYYYMMDD in UTC; `""` for a file that is none of ours."""
    match = NAME.fullmatch(path.name)
    return match["day"] if match else ""


def places(path: Path) -> Iterator[Place]:
    """Every whole record of a file of ours, in order. Raises InputError where the file is damaged before its end."""
    with path.open("rb") as file:
        offset, raw = 0, b""
        while raw or (raw := file.read(CHUNK)):
            engine, head, length = zlib.decompressobj(31), b"", 0
            try:
                while not engine.eof:
                    if not raw and not (raw := file.read(CHUNK)):
                        return  # torn by a kill: nothing points to it
                    part = engine.decompress(raw)
                    head += part[: max(0, HEAD - len(head))]
                    length, raw = length + len(raw) - len(engine.unused_data), engine.unused_data
            except zlib.error as error:
                raise InputError(f"{path} is damaged at byte {offset} ({error}).", "Bring it back from a backup.") from error  # fmt: skip
            match = _TARGET.search(head)
            yield Place(offset, length, match[1].decode("utf-8", "replace").strip("<>") if match else None)
            offset += length


def pages(path: Path) -> Iterator[tuple[int, Page]]:
    """Every response of a file of ours with its offset. Raises InputError where the file is damaged."""
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


def _record(page: Page) -> bytes:
    kept = [(name, _header(value)) for name, value in page.headers.items() if name.lower() not in _HOP]
    length = ("Content-Length", str(len(page.body)))
    http = StatusAndHeaders(f"{page.status} -", [*kept, length], protocol="HTTP/1.1")
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)
    date = page.when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    writer.write_record(
        writer.create_warc_record(
            page.url,
            "response",
            payload=io.BytesIO(page.body),
            http_headers=http,
            warc_headers_dict={"WARC-Date": date},
        )
    )
    engine = packing.compressobj(PACKED, packing.DEFLATED, 31)
    packed: bytes = engine.compress(out.getbuffer()) + engine.flush()
    return packed


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
        try:
            engine.decompress(chunk)
        except zlib.error as error:
            raise InputError(
                f"The archive record is damaged ({error}).", "Bring the file back from a backup."
            ) from error
        read += len(chunk)
    return read - len(engine.unused_data)


def _blank_member(length: int) -> bytes:
    """An empty gzip member of exactly `length` bytes: the rest is a comment in its header (RFC 1952, FCOMMENT)."""
    head = _ERASED + b"\x00" * 4 + b"\x00\xff"
    tail = b"\x03\x00" + struct.pack("<II", 0, 0)
    return head + b"x" * (length - len(head) - 1 - len(tail)) + b"\x00" + tail


def _is_removed(file: IO[bytes]) -> bool:
    """Whether somebody deleted the file under us: what is written to it would be gone with it."""
    return os.fstat(file.fileno()).st_nlink == 0


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
