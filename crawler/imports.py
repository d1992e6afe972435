"""Documents that others collected: JSONL, CSV and WARC files -> Document, line by line, with the reason of every refusal."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from core.document import KINDS, Arrival, Completeness, Document, document_id
from core.errors import InputError, NotAnArticleError
from core.text import clean
from core.time import Moment, parse_date
from core.urls import alias, canonical, host
from crawler.archive import pages
from crawler.extract import extract

NAMES = {"outlet": "source", "date": "published", "authors": "author", "lang": "language"}
LONGEST_LINE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Refused:
    """A line (or record) that could not be used: its place `FILE:LINE` and the reason with its mend."""

    place: str
    reason: str


def read(path: Path, stream: IO[bytes], *, arrival: Arrival, now: datetime) -> Iterator[Document | Refused]:
    """Documents of one file, told apart by its name and its first bytes; gzip is opened on the way."""
    head = stream.peek(4)[:4] if hasattr(stream, "peek") else b""
    name = path.name.lower()
    if ".warc" in name:
        yield from _warc(path, arrival=arrival)
        return
    raw: IO[bytes] = gzip.GzipFile(fileobj=stream) if head[:2] == b"\x1f\x8b" else stream  # type: ignore[assignment]
    rows = _csv(path, raw) if name.removesuffix(".gz").endswith(".csv") else _jsonl(path, raw)
    for place, row in rows:
        if isinstance(row, str):
            yield Refused(place, row)
            continue
        try:
            yield document(row, arrival=arrival, now=now)
        except InputError as error:
            yield Refused(place, str(error))


def document(row: Mapping[str, Any], *, arrival: Arrival = "import", now: datetime) -> Document:
    """One row with the names of FACES -> Document. `url` and `title` suffice; null is an absent key.

    Raises InputError with the key that cannot be used.
    """
    row = {NAMES.get(key, key): value for key, value in row.items() if value is not None and value != ""}
    url = _text(row, "url").strip()
    title = " ".join(clean(_text(row, "title")).split())
    if not url or not title:
        raise InputError(f"No {'url' if not url else 'title'}.", "Each document needs `url` and `title`.")
    address = canonical(url)
    text, summary = clean(_text(row, "text")).strip(), clean(_text(row, "summary")).strip()
    moment = _published(row)
    complete: Completeness = "full" if text else "summary" if summary else "headline"
    given = row.get("completeness")
    return Document(
        id=document_id(alias(url)), url=url, canonical_url=address, aliases=(alias(url),),
        source=_text(row, "source") or host(url), kind=_one_of(row, "kind", KINDS, "news"), title=title, summary=summary, text=text,
        language=_text(row, "language").lower() or None, author=_authors(row), section=_text(row, "section") or None,
        published=moment.when if moment else None, published_precision=moment.precision if moment else None,
        published_from="metadata" if moment else None, fetched=now, arrival=arrival,
        completeness=given if given in ("headline", "summary", "full") else complete, paywalled=row.get("paywalled") is True,
    )  # fmt: skip


def loose_document(row: Mapping[str, Any], number: int, *, now: datetime) -> Document:
    """One row of a pipe -> Document: `title` or `text` suffices, an address is made up from its number where it has none.

    Raises InputError with the key that cannot be used.
    """
    if not row.get("title") and not row.get("text"):
        raise InputError("No `title` and no `text`.", "Give one of them.")
    address = row.get("url") or f"https://row.invalid/{number}"
    title = row.get("title") or " "
    made = document({**row, "url": address, "title": title if str(title).strip() else "-"}, now=now)
    known = row.get("id")
    return replace(
        made,
        id=str(known) if known else made.id,
        title=made.title if row.get("title") else "",
        url=str(row.get("url") or ""),
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key, "")
    if not isinstance(value, (str, int, float)):
        raise InputError(f"`{key}` is {type(value).__name__}, not text.", f"Write `{key}` as a string.")
    return str(value)


def _authors(row: Mapping[str, Any]) -> tuple[str, ...]:
    value = row.get("author", [])
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(clean(str(name)).strip() for name in names if str(name).strip())


def _one_of(row: Mapping[str, Any], key: str, words: tuple[Any, ...], default: Any) -> Any:
    value = row.get(key, default)
    if value not in words:
        raise InputError(f"`{key}` is {value!r}.", f"It must be one of {', '.join(words)}.")
    return value


def _published(row: Mapping[str, Any]) -> Moment | None:
    text = _text(row, "published").strip()
    if not text:
        return None
    moment = parse_date(text)
    if moment is None:
        raise InputError(f"The date {text!r} cannot be read.", "Write it as 2026-11-20 or 2026-11-20T08:30:00-05:00.")
    return moment


def _jsonl(path: Path, stream: IO[bytes]) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    number = 0
    try:
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if line.strip():
                yield f"{path}:{number}", _json_row(line)
    except (OSError, EOFError) as error:
        yield f"{path}:{number + 1}", f"The file ends here: {error}. What stands before it was read."


def _json_row(line: bytes) -> Mapping[str, Any] | str:
    if len(line) >= LONGEST_LINE:
        return "The line is longer than 16 MB. Split it into documents, one a line."
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return f"Byte {error.start + 1} is not UTF-8. Save the file as UTF-8."
    except (json.JSONDecodeError, RecursionError) as error:
        place = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        return f"No JSON object{place}. Write one JSON object a line."
    return row if isinstance(row, dict) else "No JSON object. Write one JSON object a line."


def _csv(path: Path, stream: IO[bytes]) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    reader = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""), strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield f"{path}:{reader.line_num}", f"This row is no CSV: {error}."
            continue
        except UnicodeDecodeError as error:
            yield f"{path}:{reader.line_num + 1}", f"Not UTF-8 from here on ({error.reason}). Save the file as UTF-8."
            return
        if row is None:
            return
        yield f"{path}:{reader.line_num}", {key: value for key, value in row.items() if isinstance(key, str)}


def _warc(path: Path, *, arrival: Arrival) -> Iterator[Document | Refused]:
    for place, page in pages(path):
        try:
            yield extract(page, arrival=arrival)
        except (NotAnArticleError, InputError) as error:
            yield Refused(f"{path}:{place} {page.url}", str(error))


def split(items: Iterable[Document | Refused], refused: list[Refused]) -> Iterator[Document]:
    """The documents; what was refused is appended to `refused` on the way."""
    for item in items:
        if isinstance(item, Refused):
            refused.append(item)
        else:
            yield item
