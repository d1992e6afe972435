"""One row with a document's names -> Document: what a line of JSONL or CSV says of an article, a post or a norm."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.document import KINDS, SYNTHETIC, Arrival, Completeness, Document, document_id
from core.errors import InputError
from core.text import clean, fold
from core.time import AHEAD, Moment, parse_date
from core.urls import alias, canonical, host

Slug = Callable[[str], str | None]
NAMES: dict[str, tuple[str, ...]] = {
    "url": ("link", "enlace", "address"),
    "title": ("headline", "titulo", "titular"),
    "source": ("outlet", "medio", "media_name", "fuente", "publisher", "source_domain", "domain"),
    "published": (
        "date", "fecha", "publish_date", "date_publish", "publishing_date", "published_at", "publication_date", "pubdate",
        "fecha_publicacion",
    ),
    "summary": ("description", "bajada", "resumen", "lead", "deck", "sumilla"),
    "text": ("content", "body", "maintext", "plaintext", "article_text", "texto", "cuerpo", "contenido"),
    "author": ("authors", "byline", "autor", "autores"),
    "section": ("category", "seccion"),
    "language": ("lang", "idioma"),
}  # fmt: skip
"""Other names under which a column is read where ours is not there: those of FACES first, then those of other collectors."""
LANGUAGES = {"spanish": "es", "espanol": "es", "castellano": "es", "english": "en", "ingles": "en", "quechua": "qu"}
LONGEST_SOURCE = 200
YES = ("true", "1", "yes", "si", "t", "y")


class RowError(InputError):
    """A row that cannot be used. `kind` is the same for all rows with this fault, so that they can be counted."""

    def __init__(self, kind: str, reason: str, mend: str = "") -> None:
        super().__init__(reason, mend)
        self.kind = kind


def columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row under our names; empty cells, nulls and NaN are absent keys. Case, accents and spaces of a name do not matter."""
    given = {_name(key): value for key, value in row.items() if isinstance(key, str) and not _is_empty(value)}
    for name, others in NAMES.items():
        if name not in given:
            other = next((other for other in others if other in given), None)
            if other is not None:
                given[name] = given[other]
    return given


def document(
    row: Mapping[str, Any], *, arrival: Arrival = "import", now: datetime, slug: Slug = lambda url: None
) -> Document:
    """One row with the names of FACES -> Document. `url` and `title` suffice; null is an absent key.

    `slug` names the source of an address for a row that says none; else it is the host. Raises RowError with the key that
    cannot be used.
    """
    row = columns(row)
    url = _text(row, "url").strip()
    title = " ".join(clean(_text(row, "title")).split())
    if not url or not title:
        missing = "url" if not url else "title"
        raise RowError(f"no {missing}", f"No `{missing}`.", "Each document needs `url` and `title`.")
    try:
        address, name = canonical(url), alias(url)
    except InputError as error:
        raise RowError("no http(s) address", error.reason, error.mend) from error
    text, summary = clean(_text(row, "text")).strip(), clean(_text(row, "summary")).strip()
    moment = _published(row, now)
    complete: Completeness = "full" if text else "summary" if summary else "headline"
    given = row.get("completeness")
    precision = row.get("published_precision")
    return Document(
        id=document_id(name), url=url, canonical_url=address, aliases=(name,), source=_source(row) or slug(url) or host(url),
        kind=_one_of(row, "kind", KINDS, "news"), title=title, summary=summary, text=text, language=_language(row),
        author=_authors(row), section=_text(row, "section") or None,
        published=moment.when if moment else None,
        published_precision=None if moment is None else precision if precision in ("second", "minute", "day", "month") else moment.precision,
        published_from="metadata" if moment else None, fetched=now, arrival=arrival,
        completeness=given if given in ("headline", "summary", "full") else complete, paywalled=_is_true(row.get("paywalled")),
    )  # fmt: skip


def loose_document(row: Mapping[str, Any], number: int, *, now: datetime) -> tuple[Document, list[RowError]]:
    """One row of a pipe -> Document: `title` or `text` suffices, an address is made up from its number where it has none.

    What only helps and cannot be used is left aside, and its faults are told beside the document. Raises RowError where
    the texts themselves cannot be used.
    """
    given = columns(row)
    texts: dict[str, Any] = {name: given.pop(name) for name in ("title", "text", "summary") if name in given}
    if not any(str(texts.get(name, "")).strip() for name in ("title", "text")):
        raise RowError("no title and no text", "No `title` and no `text`.", "Give one of them.")
    base: dict[str, Any] = {"url": f"https://row.invalid/{number}", **texts, "title": texts.get("title") or "-"}
    faults: list[RowError] = []
    try:
        made = document({**base, **given}, now=now)
    except RowError:
        document(base, now=now)
        for key in list(given):
            try:
                document({**base, key: given[key]}, now=now)
            except RowError as error:
                faults.append(error)
                del given[key]
        made = document({**base, **given}, now=now)
    id, url = given.get("id"), given.get("url")
    made = replace(made, id=str(id) if id else made.id, title=made.title if "title" in texts else "")
    if url is None:  # what was made up is not shown
        made = replace(made, url="", canonical_url=None, source=_source(given), aliases=())
    return made, faults


def _name(key: str) -> str:
    return (
        key if key.isascii() and key.islower() and key.isidentifier() else "_".join(fold(key.strip("\ufeff ")).split())
    )


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and fold(value.strip()) in YES)


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key, "")
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RowError(f"`{key}` is no text", f"`{key}` is {type(value).__name__}, not text.", f"Write `{key}` as a string.")  # fmt: skip
    return str(value)


def _source(row: Mapping[str, Any]) -> str:
    name = " ".join(clean(_text(row, "source")).split())
    if name == SYNTHETIC:
        raise RowError(
            "`source` is reserved", f"`source` {name!r} is that of our own test articles.", "Write the outlet's name."
        )
    if len(name) > LONGEST_SOURCE:
        raise RowError("`source` is too long", f"`source` has {len(name)} characters.", "Write the outlet's name.")
    return name


def _language(row: Mapping[str, Any]) -> str | None:
    name = fold(_text(row, "language").strip())
    return LANGUAGES.get(name, name.replace("_", "-").partition("-")[0]) or None


def _authors(row: Mapping[str, Any]) -> tuple[str, ...]:
    value = row.get("author", [])
    names = value.replace("|", ";").split(";") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(name for given in names if (name := " ".join(clean(str(given)).split())))


def _one_of(row: Mapping[str, Any], key: str, words: tuple[Any, ...], default: Any) -> Any:
    value = row.get(key, default)
    if value not in words:
        raise RowError(f"`{key}` is unknown", f"`{key}` is {value!r}.", f"It must be one of {', '.join(words)}.")
    return value


def _published(row: Mapping[str, Any], now: datetime) -> Moment | None:
    value = row.get("published")
    # a whole number may come as 1.7e12 from a table: milliseconds since 1970
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else _text(row, "published").strip()
    if not text:
        return None
    moment = parse_date(text)
    if moment is None:
        raise RowError(
            "the date cannot be read",
            f"The date {text[:100]!r} cannot be read.",
            "Write it as 2026-11-20 or 2026-11-20T08:30:00-05:00.",
        )
    if moment.when > now + AHEAD:
        raise RowError(
            "the date lies ahead",
            f"The date {text[:100]!r} lies more than two days ahead.",
            "Mend it, or leave it out.",
        )
    return moment
