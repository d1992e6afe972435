"""Lines of JSONL and CSV as others write them -> rows: marks of byte order, CRLF, semicolons, old encodings, endless lines.

What cannot be read costs its own line and no other: a quote that never closes, half a file, a line of 50 MB.
"""

import codecs
import csv
import io
import json
import lzma
import re
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import whitespace
from typing import IO, Any

from core.text import fold
from crawler.imported.left_out import LeftOut, Noted, shown
from crawler.imported.rows import NAMES

LONGEST = 16 * 2**20
"""Bytes of a line, and of a CSV row over several lines."""
MOST_LINES = 2_000
"""Lines that one CSV row may take before its open quote is taken for a stray one."""
CHUNK = 2**16
DELIMITERS = ",;\t|"
OLD = "Windows-1252"
_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xc2[\xa1-\xbf]")
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the line on which it begins."""

    line: int
    cells: Mapping[str, Any]
    raw: str = ""


Read = Row | LeftOut | Noted


def in_utf8(stream: IO[bytes], head: bytes) -> IO[bytes]:
    """The stream as UTF-8 with `\\n`: UTF-16 and UTF-32 (by their mark, or by their zero bytes) and lone CRs are rewritten."""
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if encoding is None and len(head) > 3 and 0 in head[:2] and head[0] != head[1]:
        encoding = "utf-16-le" if head[1] == 0 else "utf-16-be"
    old_mac = b"\r" in head and b"\n" not in head
    if encoding is None and not old_mac:
        return stream
    return io.BufferedReader(_Rewritten(stream, encoding or "latin-1", "latin-1" if encoding is None else "utf-8"))


class _Rewritten(io.RawIOBase):
    """A stream in another encoding, and with every kind of line end as `\\n`."""

    def __init__(self, stream: IO[bytes], encoding: str, into: str) -> None:
        self._stream, self._into = stream, into
        self._decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            data = self._stream.read(65_536)
            self._ready = self._decoder.decode(data, final=not data).encode(self._into, "surrogatepass")
            if not data:
                break
        taken = self._ready[: len(buffer)]
        buffer[: len(taken)] = taken
        self._ready = self._ready[len(taken) :]
        return len(taken)


class Lines:
    """Numbered lines of a stream, decoded, each at most LONGEST bytes; those given back come again."""

    def __init__(self, file: str, stream: IO[bytes]) -> None:
        self.file = file
        self.old = 0
        self._stream = stream
        self._number = 0
        self._back: deque[tuple[int, str] | LeftOut] = deque()
        self._over = False

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> tuple[int, str] | LeftOut:
        if self._back:
            return self._back.popleft()
        if self._over:
            raise StopIteration
        self._number += 1
        try:
            raw = self._stream.readline(LONGEST)
            endless = len(raw) >= LONGEST and not raw.endswith(b"\n")
            if endless:
                raw = raw[:1_000]
                while (rest := self._stream.readline(CHUNK)) and not rest.endswith(b"\n"):
                    pass
        except (
            OSError,
            EOFError,
            zlib.error,
            lzma.LZMAError,
        ) as error:  # a torn gzip file, a disk that does not read on
            self._over = True
            reason = f"The file ends here: {error}. What stands before it was read."
            return LeftOut(file=self.file, line=self._number, kind="the file is cut short", reason=reason)
        if not raw:
            raise StopIteration
        if endless:
            reason = f"The line is longer than {LONGEST // 2**20} MB. Split it into documents, one a line."
            return self._refused("the line is too long", reason, raw)
        return self._decoded(raw)

    def give_back(self, lines: Sequence[tuple[int, str] | LeftOut]) -> None:
        """These lines are read again, before any other."""
        self._back.extendleft(reversed(lines))

    def _decoded(self, raw: bytes) -> tuple[int, str] | LeftOut:
        try:
            return self._number, raw.decode("utf-8-sig" if self._number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            place = error.start + 1
        if not _MULTIBYTE.search(raw):  # no letter of UTF-8 in it: an old Windows export, not a damaged line
            try:
                text = raw.decode("cp1252")
                self.old += 1
                return self._number, text
            except UnicodeDecodeError:
                pass
        return self._refused("not UTF-8", f"Byte {place} is not UTF-8. Save the file as UTF-8.", raw)

    def _refused(self, kind: str, reason: str, raw: bytes) -> LeftOut:
        return LeftOut(file=self.file, line=self._number, kind=kind, reason=reason, row=shown(raw))

    def notes(self) -> Iterator[Noted]:
        """What was done to the lines read so far."""
        if self.old:
            yield Noted(file=self.file, what=f"{self.old} lines were no UTF-8 and were read as {OLD}")


def jsonl(file: str, stream: IO[bytes]) -> Iterator[Read]:
    """One JSON object a line."""
    lines = Lines(file, stream)
    for line in lines:
        if isinstance(line, LeftOut):
            yield line
        elif line[1].strip("\x1e\ufeff" + whitespace):
            yield _json_row(file, *line)
    yield from lines.notes()


def _json_row(file: str, number: int, text: str) -> Read:
    what, row = "", None
    try:
        row = json.loads(text.strip("\x1e\ufeff"))
    except json.JSONDecodeError as error:
        what = f" at character {error.pos + 1}"
    except RecursionError:
        what = ": it is nested too deeply"
    except ValueError:
        what = ": a number in it has thousands of digits"
    if isinstance(row, dict):
        return Row(number, row, text)
    reason = f"No JSON object{what}. Write one JSON object a line."
    return LeftOut(file=file, line=number, kind="no JSON object", reason=reason, row=shown(text))


def table(file: str, stream: IO[bytes]) -> Iterator[Read]:
    """CSV with a header line: comma, semicolon, tab or bar, whichever the header uses."""
    lines = Lines(file, stream)
    header, delimiter = _header(lines)
    if isinstance(header, LeftOut):
        yield header
        return
    previous = csv.field_size_limit(LONGEST)
    try:
        for line in lines:
            if isinstance(line, LeftOut):
                yield line
            elif line[1].strip("\r\n" + delimiter + " "):
                lines.give_back([line])
                yield _csv_row(lines, header, delimiter)
    finally:
        csv.field_size_limit(previous)
    yield from lines.notes()


def _header(lines: Lines) -> tuple[list[str] | LeftOut, str]:
    """The names of the columns and what separates them; a leading `sep=;` line is Excel's own way to say it."""
    told = ""
    for line in lines:
        if isinstance(line, LeftOut):
            return line, ","
        text = line[1].strip("\r\n")
        if match := re.fullmatch(r'"?sep=(.)"?', text, re.I):
            told = match[1]
            continue
        if not text.strip():
            continue
        bare = re.sub(r'"[^"]*"', "", text)
        delimiter = told or max(DELIMITERS, key=bare.count)
        names = next(csv.reader([text], delimiter=delimiter), [])
        if is_header(names):
            return names, delimiter
        reason = (
            f"The header names no column for `url` and `title`: {text[:200]!r}. Name the columns in the first line."
        )
        return LeftOut(file=lines.file, line=line[0], kind="no header", reason=reason), delimiter
    return LeftOut(file=lines.file, kind="an empty file", reason="The file is empty. Name a file with rows."), ","


def is_header(names: list[str]) -> bool:
    """Whether these columns can make a document: one for the address and one for the title."""
    told = {"_".join(fold(name.strip("\ufeff ")).split()) for name in names}
    return all(told & {name, *NAMES[name]} for name in ("url", "title"))


def looks_like_a_table(head: bytes) -> bool:
    """Whether a file that begins so has the header of a table (after Excel's `sep=;`, if that is there)."""
    lines = [line.strip("\r") for line in head.decode("utf-8-sig", "replace").split("\n")[:2]]
    return any(
        is_header(next(csv.reader([line], delimiter=delimiter), [])) for line in lines for delimiter in DELIMITERS
    )


def _csv_row(lines: Lines, header: list[str], delimiter: str) -> Read:
    """The next row. One that cannot be read, or whose open quote swallowed others, costs its first line only."""
    taken: list[tuple[int, str]] = []
    fault, cells = "", []
    try:
        cells = next(csv.reader(_feed(lines, taken), delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as error:
        fault = str(error) or "a quote is opened and not closed"
    if not fault and len(cells) != len(header) and (len(cells) > len(header) or len(taken) > 1):
        fault = f"{len(cells)} cells where the header names {len(header)}"
    if not fault:
        return Row(taken[0][0], dict(zip(header, cells, strict=False)), "".join(text for _, text in taken))
    lines.give_back(taken[1:])
    reason = f"This row is no CSV: {fault}. Quote cells that hold {delimiter!r} or line breaks, and double the quotes in them."
    return LeftOut(file=lines.file, line=taken[0][0], kind="no CSV", reason=reason, row=shown(taken[0][1]))


def _feed(lines: Lines, taken: list[tuple[int, str]]) -> Iterator[str]:
    """The lines that the CSV reader asks for, as long as they may be one row."""
    size = 0
    for line in lines:
        if isinstance(line, LeftOut):  # a line that cannot be read ends the row, and is told in its turn
            lines.give_back([line])
            return
        taken.append(line)
        size += len(line[1])
        yield line[1]
        if len(taken) >= MOST_LINES or size >= LONGEST:
            return
