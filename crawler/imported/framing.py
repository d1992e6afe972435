"""WARC and ARC files -> records, each with the place where it begins; damage costs the records it touches and no other.

Others' files are gzipped record by record, as a whole, in blocks or not at all, end in the middle, and say wrong lengths.
So they are cut into records here, by the marks with which records begin; lengths are believed where these agree.
"""

import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal

from crawler.imported.unpacking import CHUNK, GZIP, Piece, pieces

LARGEST = 64 * 2**20
"""Bytes of a record beyond which it is passed over."""
LONGEST_HEADER = 64 * 1024
Form = Literal["warc", "arc"]
_ARC_LINE = rb"[a-z]+:[^\r\n ]* [0-9a-fA-F.:]+ \d{14} [^\r\n]{1,200} (?P<length>\d+)\r?\n"
_WARC_LINE = rb"WARC/\d\.\d+\r?\n(?=[A-Za-z-]+:)"
BEGIN = {"warc": re.compile(_WARC_LINE), "arc": re.compile(_ARC_LINE)}
"""How a record begins."""
INSIDE = {"warc": re.compile(rb"\r?\n\r?\n(?=" + _WARC_LINE + rb")"), "arc": re.compile(rb"\n(?=" + _ARC_LINE + rb")")}
"""How one begins in the middle of what another's length claims."""
NEXT = {form: re.compile(rb"\n(?=" + line + rb")") for form, line in (("warc", _WARC_LINE), ("arc", _ARC_LINE))}
"""How one begins behind bytes that are no record."""
_BLANK = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d+)[ \t]*\r?$", re.I | re.M)
_GAP = re.compile(rb"[\r\n]*")


@dataclass(frozen=True, slots=True)
class Framed:
    """The bytes of one record, its header included; `fault` says why they cannot be used. `offset` is in the file."""

    number: int
    offset: int
    data: bytes
    fault: str = ""


def form_of(head: bytes) -> Form | None:
    """Whether these first bytes (packed or not) begin a WARC or an ARC file."""
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, 1024)
        except zlib.error:
            return None
    return "warc" if head.startswith(b"WARC/") else "arc" if head.startswith(b"filedesc:") else None


def records(stream: IO[bytes], form: Form) -> Iterator[Framed]:
    """Every record of the file in its order, the unusable ones with their fault."""
    window = _Window(pieces(stream))
    begin = BEGIN[form]
    number = 0
    while True:
        window.has(CHUNK)
        window.drop(_end(_GAP.match(window.data)))
        offset = window.offset
        if not window.data:
            if said := window.told():
                number += 1
                yield Framed(number, window.damaged, b"", said)
            if window.ended and not window.go_on():
                return
            continue
        number += 1
        match = begin.match(window.data)
        if match is None:
            yield Framed(number, offset, b"", _to_next(window, NEXT[form]) + " that are no record")
            continue
        size, fault = _size(window, form, match)
        if size is None or size > LARGEST:
            window.drop(1)
            _to_next(
                window, INSIDE[form]
            )  # whatever its length says: a wrong one must not swallow the rest of the file
            yield Framed(number, offset, b"", fault or f"it is larger than {LARGEST // 2**20} MB")
            continue
        end, fault = _end_of(window, form, size, match.end())
        data = bytes(window.data[:end])
        window.drop(end)
        yield Framed(number, offset, b"" if fault else data, fault)


class _Window:
    """The unpacked bytes ahead. It stops at damage, and goes on behind it when it is told to."""

    def __init__(self, source: Iterator[Piece]) -> None:
        self.data = bytearray()
        self.ended = False
        self.damaged = 0
        """Where in the file the last damage is."""
        self._damage = ""
        self._untouched = False
        self._source = source
        self._over = False
        self._dropped = 0
        self._marks: deque[tuple[int, Piece]] = deque()

    def has(self, count: int) -> bool:
        """Read until so many bytes are there; False where the file or its undamaged stretch ends before."""
        while len(self.data) < count and not self.ended:
            piece = next(self._source, None)
            if piece is None:
                self.ended = self._over = True
            elif piece.damage and not self._untouched:  # what follows on damage before anything else is the same damage
                self.ended = self._untouched = True
                self._damage, self.damaged = piece.damage, piece.offset
            elif piece.data:
                self._untouched = False
                self._marks.append((self._dropped + len(self.data), piece._replace(data=b"")))
                self.data += piece.data
        return len(self.data) >= count

    def go_on(self) -> bool:
        """Read on behind the damage; False at the end of the file."""
        self.ended = self._over
        return not self._over

    def told(self) -> str:
        """What the damage is at which it stopped; once."""
        said, self._damage = self._damage, ""
        return said

    def drop(self, count: int) -> None:
        """The first bytes are done with."""
        del self.data[:count]
        self._dropped += count
        while len(self._marks) > 1 and self._marks[1][0] <= self._dropped:
            self._marks.popleft()

    @property
    def offset(self) -> int:
        """Where in the file the next byte is: of a gzipped one, where its member begins."""
        if not self._marks:
            return 0
        place, piece = self._marks[0]
        return piece.offset if piece.packed else piece.offset + self._dropped - place


def _end(match: re.Match[bytes] | None) -> int:
    return match.end() if match else 0


def _size(window: _Window, form: Form, match: re.Match[bytes]) -> tuple[int | None, str]:
    """Header and block together as the header says, or None with the fault."""
    if form == "arc":
        return match.end() + int(match["length"]), ""
    window.has(LONGEST_HEADER)
    blank = _BLANK.search(window.data, match.end(), LONGEST_HEADER)
    if blank is None:
        return None, "its header has no end"
    length = _LENGTH.search(window.data, match.end(), blank.start() + 2)
    return (None, "it says no length") if length is None else (blank.end() + int(length[1]), "")


def _end_of(window: _Window, form: Form, size: int, header: int) -> tuple[int, str]:
    """Where the record ends. A length that the bytes contradict is not believed: the next record's beginning decides."""
    if window.has(size):
        window.has(size + LONGEST_HEADER)
        after = _end(_GAP.match(window.data, size))
        closed = form == "warc" and window.data.startswith(b"\r\n\r\n", size)
        if closed or after == len(window.data) or BEGIN[form].match(window.data, after):
            return size, ""
    while not (found := INSIDE[form].search(window.data, header)) and len(window.data) < LARGEST and not window.ended:
        window.has(len(window.data) + CHUNK)
    if found:
        return found.start(), ""
    if len(window.data) < size:
        cut, said = f"it is cut short: {len(window.data)} of {size} bytes are there", window.told()
        return len(window.data), f"{cut} ({said})" if said else cut
    return len(window.data), ""


def _to_next(window: _Window, mark: re.Pattern[bytes]) -> str:
    """Drop what stands before the next record; how much it was."""
    passed = 0
    while True:
        found = mark.search(window.data)
        count = found.start() if found else max(0, len(window.data) - (0 if window.ended else 1024))
        window.drop(count)
        passed += count
        if found or window.ended:
            said = window.told()
            return f"{passed} bytes" + (f" ({said})" if said else "")
        window.has(CHUNK)
