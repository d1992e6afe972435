"""A source's saved page and listing, and the Document they must give: read offline, compared field by field.

A folder named by the slug holds them: `page.html` (or whatever `expected.json` names as `page`), the listing that showed
the page, and `expected.json`. The bundled ones are hand-made and stand in the repository's `tests/sources/`; an operator's
own stand beside his source file, and come first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.document import Document
from core.errors import InputError, NotAnArticleError
from core.time import lima_iso
from crawler.archive import Page
from crawler.platforms import Entry, ListingError, parse
from crawler.source import Source

BUNDLED = (Path(__file__).parent / "saved", Path(__file__).parents[1] / "tests" / "sources")
"""Where the bundled pages are: in an installed package, and in the repository."""
EXPECTED = "expected.json"
GIVEN = ("page", "content_type", "listing", "listing_url", "listings", "fetched")
"""What `expected.json` says of the saved files (`listings`: further ones, address by file); the rest is what the document must be."""
FIELDS = (
    "url", "kind", "title", "summary", "author", "section", "language", "published", "published_precision",
    "published_from", "completeness", "paywalled", "text", "aliases",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field: what is expected, and what the saved page gives. `text` is a list of paragraphs."""

    name: str
    expected: Any
    got: Any

    @property
    def same(self) -> bool:
        """Whether they agree."""
        return bool(self.expected == self.got)


def folder_of(slug: str, sources_dir: Path | None) -> Path | None:
    """The folder with a source's saved page; None where none was saved."""
    own = (sources_dir,) if sources_dir is not None else ()
    return next((base / slug for base in (*own, *BUNDLED) if (base / slug / EXPECTED).is_file()), None)


def compare(source: Source, folder: Path) -> list[Field]:
    """Every field that `expected.json` names, as the saved page gives it now; the entry of the saved listing with them.

    Raises InputError for a folder that cannot be used, naming the file and what to mend.
    """
    row = read(folder)
    now = _fetched(row, folder)
    entry: Entry | None = None
    fields: list[Field] = []
    if row.get("listing"):
        where = str(row.get("listing_url") or (source.listings or ("",))[0])
        entry, listed = _listed(source, folder, row["listing"], where, row["url"], now)
        fields.append(listed)
    for name, address in (row.get("listings") or {}).items():
        fields.append(_listed(source, folder, name, str(address), row["url"], now)[1])
    if row.get("page"):
        own = row.get("listing_url") if row["page"] == row.get("listing") else row["url"]
        page = Page(
            url=str(own or row["url"]),
            headers={"Content-Type": row.get("content_type") or ""},
            body=_bytes(folder, row["page"]),
            when=now,
            pointer="saved:0",
        )
        fields += _document(source, page, entry, row)
    return fields


def read(folder: Path) -> dict[str, Any]:
    """The folder's `expected.json`. Raises InputError naming the file and the key."""
    path = folder / EXPECTED
    try:
        row = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON ({error}).", "Mend it, or save the page again.") from error
    if not isinstance(row, dict) or not isinstance(row.get("url"), str):
        raise InputError(f"{path} must be an object with the page's `url`.", "Name the address of the page.")
    if not isinstance(row.get("listings") or {}, dict):
        raise InputError(f"{path}: `listings` must name addresses by files.", 'Write {"archive.html": "https://..."}.')
    if unknown := sorted(set(row) - {*GIVEN, *FIELDS}):
        raise InputError(
            f"{path}: {', '.join(map(repr, unknown))} is nothing that is compared.", f"Known are {', '.join(FIELDS)}."
        )
    return row


def saved(document: Document) -> dict[str, Any]:
    """A document's fields as `expected.json` keeps them."""
    values: dict[str, Any] = {name: getattr(document, name) for name in FIELDS}
    return values | {
        "author": list(document.author),
        "text": document.text.split("\n") if document.text else [],
        "published": lima_iso(document.published) if document.published else None,
        "aliases": list(document.aliases),
    }


def _fetched(row: Mapping[str, Any], folder: Path) -> datetime:
    """When the page was saved: what `hace 3 horas` is counted from."""
    try:
        when = datetime.fromisoformat(row["fetched"]) if row.get("fetched") else datetime.now(UTC)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{folder / EXPECTED}: fetched {row['fetched']!r} is no moment.", "Write 2026-11-22T00:00:00+00:00."
        ) from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _listed(source: Source, folder: Path, name: str, where: str, url: str, now: datetime) -> tuple[Entry | None, Field]:
    """The entry of a saved listing that is the page's, and whether it is shown there."""
    try:
        found = parse(_bytes(folder, name), where, source=source, now=now)
    except ListingError as error:
        return None, Field(f"entry in {name}", url, error.reason)
    entry = next((one for one in found.entries if one.url == url), None)
    taken = [one.url for one in found.entries if source.takes(one.url)]
    return entry, Field(f"entry in {name}", url, url if url in taken else taken[:5])


def _document(source: Source, page: Page, entry: Entry | None, row: Mapping[str, Any]) -> list[Field]:
    from crawler.extract import extract  # heavy: only where a page is read

    try:
        got = saved(extract(page, source=source, entry=entry.to_json(with_text=False) if entry else None))
    except NotAnArticleError as error:
        return [Field("page", "an article", error.reason)]
    return [Field(name, row[name], got[name]) for name in FIELDS if name in row]


def _bytes(folder: Path, name: Any) -> bytes:
    if not isinstance(name, str) or Path(name).name != name:
        raise InputError(f"{folder / EXPECTED}: {name!r} is no file of this folder.", "Name a file without its folder.")
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise InputError(f"{folder / name} cannot be read ({error.strerror}).", "Save the page again.") from error
