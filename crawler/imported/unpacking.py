"""The bytes of a file that may be gzipped, with the place in the file where each piece comes from; damage is told and passed over."""

import zlib
from collections.abc import Generator, Iterator
from typing import IO, NamedTuple

CHUNK = 2**18
GZIP = b"\x1f\x8b\x08"


class Piece(NamedTuple):
    """Unpacked bytes and the offset in the file of the gzip member they are from (of themselves, where nothing is packed).

    `damage` says what is wrong between the piece before and the one after; such a piece has no bytes.
    """

    offset: int
    data: bytes
    damage: str = ""
    packed: bool = True


def pieces(stream: IO[bytes]) -> Iterator[Piece]:
    """Everything that can be unpacked, in order. A member that is damaged ends there; the next that can be read goes on."""
    head = stream.read(CHUNK)
    if head.startswith(GZIP):
        yield from _members(stream, head)
        return
    offset = 0
    while head:
        yield Piece(offset, head, packed=False)
        offset += len(head)
        head = stream.read(CHUNK)


def _members(stream: IO[bytes], raw: bytes) -> Iterator[Piece]:
    offset = 0
    while raw or (raw := stream.read(CHUNK)):
        begin = raw.find(GZIP)
        if begin != 0:
            lost = raw[:begin] if begin > 0 else raw[:-2]  # a member's mark may begin in the last two bytes
            if lost.strip(b"\0\r\n"):
                yield Piece(offset, b"", f"{len(lost)} bytes that are not gzip")
            offset, raw = offset + len(lost), raw[len(lost) :]
            if begin < 0:
                more = stream.read(CHUNK)
                if not more:
                    return
                raw += more
            continue
        raw, offset = yield from _member(stream, raw, offset)


def _member(stream: IO[bytes], raw: bytes, begin: int) -> Generator[Piece, None, tuple[bytes, int]]:
    """One gzip member; returns what of the file was read beyond it, and where that is."""
    engine, offset = zlib.decompressobj(31), begin
    while not engine.eof:
        if not raw and not (raw := stream.read(CHUNK)):
            yield Piece(begin, engine.flush())
            yield Piece(begin, b"", "the file ends in the middle of a gzip member")
            return b"", offset
        try:
            data = engine.decompress(raw, CHUNK)
        except zlib.error as error:
            yield Piece(begin, b"", f"the gzip data is damaged ({error})")
            return raw[1:], offset + 1
        rest = engine.unused_data if engine.eof else engine.unconsumed_tail
        offset, raw = offset + len(raw) - len(rest), rest
        if data:
            yield Piece(begin, data)
    return raw, offset
