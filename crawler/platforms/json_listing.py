"""Lists of items as JSON, read by the facts of a source's file: where the rows are, and which key holds what.

A path is dotted (`data.attributes.results`), alternatives are parted by `|`, and a value with braces is a template
(`https://site.example/norma/{op}`), taken where the row has all of its values. What a row holds never decides on more than the place of a braces' pair in it.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from core.time import LIMA, Moment
from crawler.language import language_code
from crawler.markup import one_line, to_text, tree
from crawler.platforms.entry import Entry, Listing, ListingError, dated, web_link

PERUANO = {
    "url": "/{URLFriendLy}", "title": "vchTitulo", "summary": "vchDescripcion", "published": "dtmFecha", "section": "vchSeccion",
}  # fmt: skip
"""El Peruano's portal, so that `pututu feed` knows it without a source."""
_GUESSES = {
    "url": ("url", "link", "href", "permalink", "enlace", "web_url", "canonical_url", "share_url"),
    "title": ("title", "titulo", "titular", "headline", "name", "nombre"),
    "summary": ("description", "descripcion", "summary", "resumen", "bajada", "excerpt", "sumilla", "subtitle"),
    "published": ("published", "published_at", "date", "fecha", "publication_date", "publishedAt", "fecha_publicacion", "created_at", "pubDate", "datetime"),
    "author": ("author", "autor", "authors", "autores"),
    "section": ("section", "seccion", "category", "categoria"),
    "native_id": ("id", "uuid"),
}  # fmt: skip
_BRACES = re.compile(r"\{([\w.:-]+)\}")
_DEPTH = 6


def items(data: Any, url: str, now: datetime, fields: Mapping[str, str] | None = None) -> Listing | None:
    """The items of an answer, or None where it holds none that are known. With `fields` (a source's facts) nothing is guessed.

    Raises ListingError (invalid) where the facts fit none of the rows that are there: the answer has another shape now.
    """
    if fields:
        rows = _rows(data, fields.get("items", ""))
        if rows is None:
            raise ListingError(
                f"The JSON has no list at {fields.get('items') or 'its root'!r}.", "Mend `fields` in the source's file."
            )
        entries = _entries(rows, url, now, fields)
        if rows and not entries:
            raise ListingError(
                f"None of the {len(rows)} rows has an address at {fields['url']!r}: the JSON has another shape now.",
                "Mend `fields` in the source's file.",
            )
        return Listing(
            kind="json", entries=entries, children=_next(data, url, len(rows), fields), notes=_lost(rows, entries)
        )
    guessed = guess(data)
    if guessed is None:
        return None
    rows = _rows(data, guessed.get("items", "")) or []
    entries = _entries(rows, url, now, guessed)
    return Listing(kind="json", entries=entries, notes=_lost(rows, entries)) if entries else None


def guess(data: Any) -> dict[str, str] | None:
    """Where items seem to be in an answer of unknown shape, as a source's `fields`; None where nothing looks like items."""
    for path, rows in _lists(data, "", 0):
        known = [row for row in rows if isinstance(row, dict)]
        if len(known) < len(rows):
            continue
        shared = set.intersection(*(set(row) for row in known))
        if {"vchTitulo", "URLFriendLy"} <= shared:
            return PERUANO | ({"items": path} if path else {})
        found = {
            field: key
            for field, keys in _GUESSES.items()
            if (key := next((key for key in keys if key in shared and any(_text(row[key]) for row in known)), None))
        }
        if {"url", "title"} <= found.keys():
            return ({"items": path} if path else {}) | found
    return None


def _lists(data: Any, path: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """Every list that is not empty, the outermost first, with its dotted path."""
    if isinstance(data, list) and data:
        yield path, data
    elif isinstance(data, dict) and depth < _DEPTH:
        inner = [(f"{path}.{key}".lstrip("."), value) for key, value in data.items() if re.fullmatch(r"[\w:-]+", key)]
        for place, value in inner:
            if isinstance(value, list) and value:
                yield place, value
        for place, value in inner:
            if isinstance(value, dict):
                yield from _lists(value, place, depth + 1)


def _rows(data: Any, path: str) -> list[dict[str, Any]] | None:
    """The rows at a path; without one the answer itself, or the first list in it."""
    if not path and isinstance(data, dict):
        found: Any = next((value for value in data.values() if isinstance(value, list)), None)
    else:
        found = _at(data, path) if path else data
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else None


def _entries(rows: list[dict[str, Any]], url: str, now: datetime, fields: Mapping[str, str]) -> tuple[Entry, ...]:
    return tuple(entry for row in rows if (entry := _entry(row, url, now, fields)) is not None)


def _entry(row: dict[str, Any], url: str, now: datetime, fields: Mapping[str, str]) -> Entry | None:
    def value(name: str) -> str:
        return _value(row, fields[name]) if name in fields else ""

    link = _address(row, url, fields["url"])
    if not link:
        return None
    date = dated(value("published"), now)
    moment = date.moment
    # midnight in Lima is how portals write a day without an hour
    if moment is not None and moment.when.astimezone(LIMA).strftime("%H%M%S") == "000000":
        moment = Moment(moment.when, "day")
    return Entry(
        url=link,
        title=one_line(value("title")),
        summary=to_text(value("summary")),
        text=to_text(value("text")),
        published=moment,
        author=tuple(name for part in re.split(r"\s*[;\n]\s*", value("author")) if (name := one_line(part))),
        section=one_line(value("section")) or None,
        language=language_code(value("language")),
        native_id=one_line(value("native_id"))[:80] or None,
        note=date.note,
    )


def _address(row: dict[str, Any], base: str, place: str) -> str:
    """An item's address: a value, a template filled with escaped values, or the link of a value that is HTML."""
    for one in _alternatives(place):
        if _BRACES.search(one):
            values = {name: _text(_at(row, name)).strip().lstrip("./") for name in _BRACES.findall(one)}
            if all(values.values()):
                return web_link(base, _BRACES.sub(lambda match: quote(values[match[1]], safe="/-._~%:=&"), one))  # noqa: B023
        elif told := _text(_at(row, one)).strip():
            root = tree(told) if "<" in told else None
            links = [node.get("href") or "" for node in root.iter("a")] if root is not None else [told]
            if link := web_link(base, next(iter(links), "")):
                return link
    return ""


def _value(row: dict[str, Any], place: str) -> str:
    for one in _alternatives(place):
        values = {name: _text(_at(row, name)).strip() for name in _BRACES.findall(one) or [one]}
        if all(values.values()):
            return _BRACES.sub(lambda match: values[match[1]], one) if one not in values else values[one]  # noqa: B023
    return ""


def _next(data: Any, url: str, got: int, fields: Mapping[str, str]) -> tuple[str, ...]:
    """The address of the next page, where the answer says that there is more: its offset raised by the rows that came."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    at = next((value for name, value in query if name == fields.get("offset")), "")
    if not got or not at.isdigit() or _at(data, fields.get("more", "")) is not True:
        return ()
    raised = [(name, str(int(at) + got) if name == fields["offset"] else value) for name, value in query]
    return (urlunsplit(parts._replace(query=urlencode(raised))),)


def _alternatives(place: str) -> list[str]:
    return [one.strip() for one in place.split("|")]


def _at(data: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        elif isinstance(data, dict):
            data = data.get(part)
        else:
            return None
    return data


def _text(value: Any) -> str:
    """A value as text: names of a list joined, an object's name, nothing for what is none."""
    if isinstance(value, list):
        return "; ".join(filter(None, map(_text, value[:50])))
    if isinstance(value, dict):
        return next(
            (_text(value[key]) for key in ("rendered", "name", "nombre", "title", "titulo") if value.get(key)), ""
        )
    return "" if value is None or isinstance(value, bool) else str(value)


def _lost(rows: list[dict[str, Any]], entries: tuple[Entry, ...]) -> tuple[str, ...]:
    lost = len(rows) - len(entries)
    return (f"{lost} rows without an address were left out",) if lost else ()
