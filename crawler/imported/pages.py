"""Archived pages of a WARC or ARC file -> documents, extracted in worker processes: a hostile page takes nothing along.

Only responses with an article are documents. What else such a file holds (requests, pictures, redirects, repeated
responses) is counted by kind; what is damaged is told with its record.
"""

import os
import re
from collections.abc import Iterator
from typing import IO, Any

from core.document import Arrival, Document
from core.errors import NotAnArticleError
from crawler.archive import Page
from crawler.imported.framing import Form, Framed, records
from crawler.imported.known import Known
from crawler.imported.left_out import LeftOut
from crawler.imported.responses import Headers, Record, parse_record, parse_response
from crawler.pool import Pool
from crawler.source import Source

BATCH = 64
BATCH_BYTES = 32 * 2**20
SECONDS = 30.0
MEGABYTES = 3072
WORKER = "crawler.imported.pages:extract_page"
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.I)
_UNTOLD = frozenset({"", "application/octet-stream", "text/plain", "application/http", "unk", "no-type"})
Found = Document | LeftOut


def documents(
    file: str, stream: IO[bytes], form: Form, *, arrival: Arrival, known: Known, ours: bool = False
) -> Iterator[Found]:
    """What the file's records give, in their order. `ours`: the file stands in our archive, so its places are pointers."""
    batch: list[tuple[Framed, Page | LeftOut]] = []
    size = 0
    with Pool[int](WORKER, size=os.cpu_count() or 1, seconds=SECONDS, megabytes=MEGABYTES) as pool:
        for framed in records(stream, form):
            found = page(file, framed, form, known, ours=ours)
            batch.append((framed, found))
            size += len(found.body) if isinstance(found, Page) else 0
            if len(batch) >= BATCH or size >= BATCH_BYTES:
                yield from _extracted(file, pool, batch, arrival, known)
                batch, size = [], 0
        yield from _extracted(file, pool, batch, arrival, known)


def extract_page(page: Page, source: Source | None, arrival: Arrival) -> list[Document]:
    """What a worker does with one page: its document; of a timeline or full feed of ours, the documents printed in it."""
    from crawler.entries import is_whole
    from crawler.extract import extract, from_entry  # the heavy half of this room: only the workers load it
    from crawler.platforms import ListingError, parse

    if source is None or not source.whole_entries or _is_html(page):
        return [extract(page, source=source, arrival=arrival)]
    try:
        entries = parse(page.body, page.url, page.content_type, source=source, now=page.when).entries
    except ListingError as error:
        raise NotAnArticleError(error.reason) from error
    whole = [entry for entry in entries if source.takes(entry.url) and is_whole(entry, source)]
    return [from_entry(entry, page, source=source, arrival=arrival) for entry in whole]


def page(file: str, framed: Framed, form: Form, known: Known, *, ours: bool = False) -> Page | LeftOut:
    """The page of a record, or why it has none."""
    where: dict[str, Any] = {"file": file, "record": framed.number, "offset": framed.offset}
    if framed.fault:
        kind = "a record is cut short" if "cut short" in framed.fault else "a damaged record"
        return LeftOut(**where, kind=kind, reason=f"The record cannot be used: {framed.fault}. The others were read.")
    try:
        record = parse_record(framed.data, form)
        where["url"] = record.url or None
        other = _not_a_response(record)
        status, headers, body = (0, {}, b"") if other else _told(record)
        if not other and not 200 <= status < 300:
            other = f"status {status}"
        if other:
            return LeftOut(**where, kind=other, reason=f"Passed over: {other}.", expected=True)
        if record.when is None:
            raise ValueError("it has no date")
    except ValueError as error:
        return LeftOut(**where, kind="a damaged record", reason=f"The record cannot be used: {error}. The others were read.")  # fmt: skip
    pointer = f"{file.rpartition('/')[2]}:{framed.offset}" if ours else None
    made = Page(url=record.url, status=status, headers=headers, body=body, when=record.when, pointer=pointer)
    source = known.source(made.url)
    if not _is_html(made) and not (source and source.whole_entries):
        kind = f"not HTML ({_mime(made) or 'no content type'})"
        return LeftOut(**where, kind=kind, reason=f"Passed over: {kind}.", expected=True)
    return made


def _told(record: Record) -> tuple[int, Headers, bytes]:
    """Status, headers and body of a record: a resource is a page as its writer saw it, without what HTTP says of it."""
    if record.type == "resource":
        return 200, {"content-type": record.mime}, record.content
    return parse_response(record.content)


def _not_a_response(record: Record) -> str | None:
    """What the record is, where it is no response over http(s)."""
    if record.type == "revisit":
        return "a repeated response (revisit)"
    saved = record.type == "resource" and "html" in record.mime.lower()
    if record.type and record.type != "response" and not saved:
        return f"not a response ({record.type[:40]})"
    if record.url.partition(":")[0].lower() in ("http", "https"):
        return None
    if not record.url:
        raise ValueError("it has no address")
    return "not http(s)"


def _mime(page: Page) -> str:
    return page.content_type.partition(";")[0].strip().lower()[:60]


def _is_html(page: Page) -> bool:
    mime = _mime(page)
    return "html" in mime or (mime in _UNTOLD and _HTML.search(page.body[:2048]) is not None)


def _extracted(
    file: str, pool: Pool[int], batch: list[tuple[Framed, Page | LeftOut]], arrival: Arrival, known: Known
) -> Iterator[Found]:
    jobs = [
        (number, {"page": one, "source": known.source(one.url), "arrival": arrival})
        for number, (_, one) in enumerate(batch) if isinstance(one, Page)
    ]  # fmt: skip
    results = dict(pool.run(jobs)) if jobs else {}
    for number, (framed, one) in enumerate(batch):
        if isinstance(one, LeftOut):
            yield one
            continue
        state, value = results[number]
        if state == "ok":
            yield from value
            continue
        where: dict[str, Any] = {"file": file, "record": framed.number, "offset": framed.offset, "url": one.url}
        if state == "no_article":
            kind = "no article: " + re.sub(r"\s*\([^)]*\)", "", str(value)).rstrip(".")
            yield LeftOut(**where, kind=kind, reason=str(value), expected=True)
        else:
            yield LeftOut(**where, kind="the page cannot be extracted", reason=f"The page cannot be extracted: {value}")
