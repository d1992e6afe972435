"""Lists as data: JSON, JSON lines, CSV and Atom. Every answer here is masked by the one who made the records."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TypeVar
from xml.etree import ElementTree as xml

from fastapi.responses import Response, StreamingResponse

from alerts.feeds import Feed
from core.record import Record
from core.time import lima_iso
from web.render import safe_href

Row = TypeVar("Row")
ATOM = "http://www.w3.org/2005/Atom"
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_json(value: Any, status: int = 200) -> Response:
    """JSON in UTF-8, keys as they come."""
    return Response(json.dumps(value, ensure_ascii=False), status, media_type="application/json")


def as_jsonl(rows: Iterable[Mapping[str, Any]]) -> Response:
    """One JSON object a line."""
    return Response("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), media_type="application/jsonl")


def as_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], name: str) -> Response:
    """CSV in UTF-8 with a byte-order mark, which spreadsheets need for accents, offered as a file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + out.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def begun(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, the first of them made now: what fails at once is told as an error, and never as a table without rows."""
    coming = iter(rows)
    first = list(islice(coming, 1))
    return chain(first, coming)


def as_stream(lines: Iterator[str], form: str) -> Response:
    """Lines of an export as they come, offered as a file."""
    first = next(lines, "")
    media = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}[form]
    headers = {"content-disposition": f'attachment; filename="pututu.{form}"'}
    mark = "\ufeff" if form == "csv" else ""
    return StreamingResponse(chain([mark + first], lines), headers=headers, media_type=media)


def _cell(value: Any) -> str:
    """A value as a cell. Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = "; ".join(value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else str(value)


def as_atom(
    records: Sequence[Record], *, title: str, self_url: str, page_url: str, permalink: Any, outlets: Mapping[str, str]
) -> Response:
    """An Atom feed: headline, time, outlet and a snippet; never the whole text. `records` are masked."""
    xml.register_namespace("", ATOM)
    feed = _under(None, "feed")
    _under(feed, "id", self_url)
    _under(feed, "title", title)
    moments = [record.document.published or record.document.fetched for record in records]
    _under(feed, "updated", lima_iso(max(moments)) if moments else "1970-01-01T00:00:00Z")
    _under(feed, "link", rel="self", href=self_url, type="application/atom+xml")
    _under(feed, "link", rel="alternate", href=page_url, type="text/html")
    for record in records:
        _entry(feed, record, permalink(record.id), outlets)
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(feed, encoding="utf-8")
    return Response(body, media_type="application/atom+xml; charset=utf-8")


def alert_atom(told: Feed, address: str, home: str) -> Response:
    """A page of an alert's feed as Atom; `address` is the feed's own, without a page."""
    xml.register_namespace("", ATOM)
    feed = _under(None, "feed")
    _under(feed, "id", f"urn:pututu:alert:{told.alert.id}")
    for name, text in (("title", told.title), ("subtitle", told.subtitle), ("updated", lima_iso(told.updated))):
        _under(feed, name, text)
    here = f"{address}?page={told.page}" if told.page > 1 else address
    _under(feed, "link", rel="self", href=here, type="application/atom+xml")
    _under(feed, "link", rel="alternate", href=home, type="text/html")
    if told.more:
        _under(feed, "link", rel="next", href=f"{address}?page={told.page + 1}", type="application/atom+xml")
    for item in told.items:
        entry = _under(feed, "entry")
        for name, text in (
            ("id", item.id),
            ("title", item.title),
            ("updated", lima_iso(item.updated)),
            ("published", lima_iso(item.published)),
        ):
            _under(entry, name, text)
        _under(entry, "link", rel="alternate", href=item.url, type="text/html")
        if href := safe_href(item.article):
            _under(entry, "link", rel="via", href=href)
        _under(_under(entry, "author"), "name", item.outlet or "Pututu")
        _under(entry, "summary", "\n".join(item.lines))
        for topic in item.topics:
            _under(entry, "category", term=topic, scheme="urn:pututu:topic")
    body = b'<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(feed, encoding="utf-8")
    return Response(body, media_type="application/atom+xml; charset=utf-8")


def _entry(feed: xml.Element, record: Record, permalink: str, outlets: Mapping[str, str]) -> None:
    document, row = record.document, record.to_json(with_text=False)
    entry = _under(feed, "entry")
    _under(entry, "id", f"urn:pututu:document:{document.id}")
    _under(entry, "title", document.title or document.url)
    _under(entry, "updated", lima_iso(document.published or document.fetched))
    if document.published:
        _under(entry, "published", lima_iso(document.published))
    _under(entry, "link", rel="alternate", href=permalink, type="text/html")
    if href := safe_href(document.url):
        _under(entry, "link", rel="via", href=href)
    _under(_under(entry, "author"), "name", outlets.get(document.source, document.source) or "?")
    if row["summary"]:
        _under(entry, "summary", row["summary"])
    for key, scheme in (("topics", "topic"), ("sectors", "sector")):
        for item in row[key]:
            _under(entry, "category", term=str(item["name"]), scheme=f"urn:pututu:{scheme}")


def _under(parent: xml.Element | None, name: str, text: str | None = None, **attributes: str) -> xml.Element:
    clean = {key: NOT_XML.sub("", value) for key, value in attributes.items()}
    tag = f"{{{ATOM}}}{name}"
    element = xml.Element(tag, clean) if parent is None else xml.SubElement(parent, tag, clean)
    element.text = NOT_XML.sub("", text) if text is not None else None
    return element
