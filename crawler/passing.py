"""Source files passed on: rows of JSON lines, CSV or OPML become files of the operator's folder, and the reverse.

What comes in was written by others: every value is checked and quoted, a slug chooses no path, and nothing is overwritten.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace as replace_fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from lxml import etree

from core.errors import InputError
from core.urls import alias
from crawler import catalog
from crawler.draft import as_slug
from crawler.markup import decode
from crawler.source import SLUG, Source
from crawler.source_file import render

LARGEST = 20 * 2**20
_LISTS = ("feeds", "sitemaps", "archives", "skip")
_TABLES = ("selectors", "listing", "fields", "bodies")
_NUMBERS = ("items_a_day", "min_interval", "delay")
Row = dict[str, Any]


def take_in(body: bytes, name: str, folder: Path, *, replace: bool = False) -> Iterator[Row]:
    """Write the sources of a file; for each row `{place, slug, name, result, reason}`.

    `result` is `written`, `replaced`, `known` (watched already, or the same slug is there) or `refused` with the reason.
    Raises InputError for a file that is none of JSON lines, CSV and OPML.
    """
    if len(body) > LARGEST:
        raise InputError(f"{name} is larger than {LARGEST // 2**20} MB.", "Split it.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}.", "Name a folder you may write in.") from error
    known = catalog.load(folder)
    for place, row in _rows(decode(body), name):
        told: Row = {"place": place, "slug": None, "name": None, "result": "refused", "reason": None}
        try:
            if isinstance(row, str):
                raise ValueError(row)
            source = _named(_source(row), bool(row.get("slug")), known)
            told |= {"slug": source.slug, "name": source.name}
            told |= _put(source, known, folder, replace, f"taken in from {Path(name).name}.")
            if told["result"] != "known":
                known[source.slug] = source
        except (TypeError, ValueError, InputError, OSError) as error:
            told["reason"] = str(error)
        yield told


def opml(sources: Sequence[Source]) -> str:
    """The feeds as OPML, as feed readers take it: one outline a feed, within one for each source."""
    rows = []
    for source in sources:
        feeds = "".join(
            f"<outline type={quoteattr('rss')} text={quoteattr(source.name)} xmlUrl={quoteattr(feed)} htmlUrl={quoteattr(source.home)}/>\n"
            for feed in source.feeds
        )
        rows.append(f"<outline text={quoteattr(source.name)}>\n{feeds}</outline>\n" if len(source.feeds) > 1 else feeds)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<opml version='2.0'><head><title>Pututu</title></head><body>\n{''.join(rows)}</body></opml>\n"


def _named(source: Source, given: bool, known: Mapping[str, Source]) -> Source:
    """A source whose slug was made of its name gets a free one: two feeds of one name are two sources."""
    if given or _twin(source, known):
        return source
    names = (source.slug, *(f"{source.slug[:37]}_{number}" for number in range(2, 100)))
    return replace_fields(source, slug=next((name for name in names if name not in known), source.slug))


def _put(source: Source, known: Mapping[str, Source], folder: Path, replace: bool, evidence: str) -> Row:
    path, old = folder / f"{source.slug}.py", known.get(source.slug)
    if old == source:
        return {"result": "known", "reason": "the same is there"}
    if old is not None and not replace:
        whose = path.name if path.exists() else "a bundled source of that slug"
        return {"result": "known", "reason": f"{whose} is there; --replace puts this one in its place"}
    if old is None and (twin := _twin(source, known)):
        return {"result": "known", "reason": f"its feed is watched already, by {twin}"}
    half = folder / f".{source.slug}.half"
    half.write_text(render(source, evidence), "utf-8")
    half.replace(path)
    return {"result": "written" if old is None else "replaced", "reason": None}


def _twin(source: Source, known: Mapping[str, Source]) -> str | None:
    feeds = {alias(url) for url in source.feeds}
    return (
        next((slug for slug, one in known.items() if feeds & {alias(url) for url in one.feeds}), None)
        if feeds
        else None
    )


def _source(row: Mapping[str, Any]) -> Source:
    """A row as a source. Raises TypeError or ValueError naming the field."""
    values = {key: value for key, value in row.items() if value is not None or key == "language"}
    slug = str(values.get("slug") or "") or as_slug(str(values.get("name") or ""))
    if not SLUG.fullmatch(slug):
        raise ValueError(f"slug: {slug!r} must be small letters, digits and _, a letter first, at most 40")
    return Source.from_json(values | {"slug": slug})


def _rows(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    """Each row with its place, or the reason why it is none."""
    start = text.lstrip()[:1]
    if not start:
        raise InputError(f"{name} is empty.", "Give JSON lines, CSV or OPML.")
    if start == "<":
        yield from _outlines(text, name)
    elif start in "{[":
        yield from _json_rows(text)
    else:
        yield from _csv_rows(text, name)


def _json_rows(text: str) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield f"line {number}", f"no JSON ({error})"
                continue
            rows = row if isinstance(row, list) else [row]
            yield from ((f"line {number}", one if isinstance(one, dict) else "no JSON object") for one in rows)


def _csv_rows(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    reader = csv.DictReader(io.StringIO(text))
    if not {"name", "home"} <= set(reader.fieldnames or ()):
        raise InputError(
            f"{name} is no JSON, no OPML, and its first line does not name the columns `name` and `home`.",
            "Write a header such as name,home,feeds.",
        )
    try:
        for row in reader:
            if None in row:
                yield f"line {reader.line_num}", "more cells than the header has"
                continue
            try:
                yield f"line {reader.line_num}", _cells(row)
            except ValueError as error:
                yield f"line {reader.line_num}", str(error)
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: {error}.", "Mend the CSV.") from error


def _cells(row: Mapping[str, str]) -> Row:
    """What a line says: an empty cell says nothing, but that the language is not known."""
    said = {key: _cell(key, value) for key, value in row.items() if value}
    return said | ({"language": None} if row.get("language") == "" else {})


def _cell(key: str, value: str) -> Any:
    """A cell as the field's kind: lists as JSON or parted by white space, tables as JSON, numbers and yes or no."""
    text = value.strip()
    try:
        if key in _LISTS:
            return json.loads(text) if text.startswith("[") else text.split()
        if key in _TABLES:
            return json.loads(text)
        if key in _NUMBERS:
            return float(text) if "." in text else int(text)
    except ValueError as error:
        raise ValueError(f"{key}: {text[:60]!r} cannot be read") from error
    if key == "full_in_feed":
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{key}: must be True or False")
        return text.lower() == "true"
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text


def _outlines(text: str, name: str) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    found = (
        [node for node in root.iter("outline") if node.get("xmlUrl") or node.get("xmlurl")] if root is not None else []
    )
    if not found:
        raise InputError(f"{name} holds no outline with an xmlUrl.", "Give OPML as a feed reader exports it.")
    for node in found:
        feed = str(node.get("xmlUrl") or node.get("xmlurl")).strip()
        parts = urlsplit(feed) if "://" in feed else None
        root_of = f"{parts.scheme}://{parts.netloc}/" if parts else ""
        label = str(node.get("title") or node.get("text") or (parts.hostname if parts else "") or "").strip()
        yield f"line {node.sourceline}", {"name": label, "home": str(node.get("htmlUrl") or "").strip() or root_of, "feeds": [feed]}  # fmt: skip
