"""One record of a WARC or ARC file -> what it says of itself, and a response's content as a browser would have it."""

import io
import re
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException, parse_headers

import brotli

from crawler.imported.framing import LARGEST, Form
from crawler.imported.unpacking import GZIP

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_STATUS = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})\b")
_CHUNK = re.compile(rb"[0-9a-fA-F]{1,8}(?:;[^\r\n]{0,200})?\s*\r?\n")
Headers = Mapping[str, str]
"""Names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record's type (`response`, `request`, ...), address, moment and media type; `content` is everything behind its header."""

    type: str
    url: str
    when: datetime | None
    content: bytes
    mime: str = ""


def parse_record(data: bytes, form: Form) -> Record:
    """The record of these bytes. Raises ValueError where its header cannot be read."""
    line, _, _ = data.partition(b"\n")
    if form == "arc":
        url, _, stamp, *_ = line.decode("utf-8", "replace").split(" ", 3)
        type = "warcinfo" if url.startswith("filedesc:") else "response"
        return Record(type=type, url=url, when=_moment(stamp), content=data[len(line) + 1 :])
    headers, content = _headers(data[len(line) + 1 :])
    url = headers.get("warc-target-uri", "").strip("<>")
    when = _moment(headers.get("warc-date", ""))
    return Record(
        type=headers.get("warc-type", "").lower(), url=url, when=when, content=content,
        mime=headers.get("content-type", ""),
    )  # fmt: skip


def parse_response(content: bytes) -> tuple[int, Headers, bytes]:
    """Status, headers and body of an HTTP response, transfer and content encodings undone, at most LARGEST bytes.

    Raises ValueError for what is none, or a body that cannot be unpacked.
    """
    line, _, _ = content.partition(b"\n")
    match = _STATUS.match(line.decode("latin-1"))
    if not match:
        raise ValueError("it holds no HTTP response")
    headers, body = _headers(content[len(line) + 1 :])
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    for encoding in reversed(headers.get("content-encoding", "").lower().replace(" ", "").split(",")):
        body = _unpacked(body, encoding)
    return int(match[1]), headers, _unpacked(body, "gzip") if body.startswith(GZIP) else body


def _headers(data: bytes) -> tuple[dict[str, str], bytes]:
    """Header lines and what follows the blank line behind them."""
    stream = io.BytesIO(data)
    try:
        message = parse_headers(stream)
    except HTTPException as error:
        raise ValueError(f"its header cannot be read ({error})") from error
    found: dict[str, str] = {}
    for name, value in message.items():
        text = str(value).encode("latin-1", "replace").decode("utf-8", "replace")
        found[name.lower()] = f"{found[name.lower()]}, {text}" if name.lower() in found else text
    return found, data[stream.tell() :]


def _moment(text: str) -> datetime | None:
    """A WARC's ISO date, an ARC's fourteen digits; None for anything else."""
    text = text.strip()
    try:
        when = datetime.strptime(text, "%Y%m%d%H%M%S") if text.isdigit() else datetime.fromisoformat(text)
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unchunked(body: bytes) -> bytes:
    """The body without the marks of its chunks; as it is where it has none (some writers undo them and leave the header)."""
    parts: list[bytes] = []
    place = 0
    while match := _CHUNK.match(body, place):
        size = int(match[0].split(b";")[0], 16)
        if not size:
            return b"".join(parts)
        parts.append(body[match.end() : match.end() + size])
        place = match.end() + size
        place += len(body[place : place + 2]) - len(body[place : place + 2].lstrip(b"\r\n"))
    return b"".join(parts) if parts else body


def _unpacked(body: bytes, encoding: str) -> bytes:
    """The body with one content encoding undone; as it is where it is not packed (some writers undo it and leave the header)."""
    try:
        match encoding:
            case "gzip" | "x-gzip":
                return zlib.decompressobj(31).decompress(body, LARGEST) if body.startswith(GZIP[:2]) else body
            case "deflate":
                return _inflated(body)
            case "br":
                return bytes(brotli.Decompressor().process(body, LARGEST))[:LARGEST]
            case "zstd":
                return zstd.ZstdDecompressor().decompress(body, LARGEST)
            case _:
                return body
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        if b"<" in body[:512] and body[:512].isascii():
            return body
        raise ValueError(f"its {encoding} content cannot be unpacked") from error


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, LARGEST)
    except zlib.error:
        return zlib.decompressobj(-15).decompress(
            body, LARGEST
        )  # without its two bytes of header, as some servers send it
