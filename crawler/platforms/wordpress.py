"""WordPress' own list of posts (`/wp-json/wp/v2/posts`): whole articles with their ids; with `_embed`, authors and sections too."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawler.clutter import fragment
from crawler.markup import one_line, to_text
from crawler.platforms.entry import Entry, Listing, dated, web_link
from crawler.platforms.feed import FOOTER, MORE


def posts(data: Any, url: str, now: datetime) -> Listing | None:
    """The posts of a WordPress answer, or None where the data is something else. `date_gmt` is UTC without saying so."""
    rows = [row for row in data if _is_post(row)] if isinstance(data, list) else []
    if not rows or 2 * len(rows) < len(data):
        return None
    entries = tuple(entry for row in rows if (entry := _entry(row, url, now)) is not None)
    left_out = len(data) - len(entries)
    notes = (f"{left_out} rows are no posts that can be used",) if left_out else ()
    return Listing(kind="json", entries=entries, notes=notes)


def _is_post(row: Any) -> bool:
    return isinstance(row, dict) and "link" in row and isinstance(row.get("title"), dict)


def _entry(row: dict[str, Any], url: str, now: datetime) -> Entry | None:
    link = web_link(url, str(row.get("link") or ""))
    if not link:
        return None
    date = dated(f"{row['date_gmt']}Z" if row.get("date_gmt") else str(row.get("date") or ""), now)
    return Entry(
        url=link,
        title=one_line(_rendered(row, "title")),
        summary=MORE.sub("[…]", FOOTER.sub("", to_text(_rendered(row, "excerpt")))),
        text=FOOTER.sub("", fragment(_rendered(row, "content"))),
        published=date.moment,
        author=tuple(name for one in _embedded(row, "author") if (name := one_line(str(one.get("name") or "")))),
        section=next((one_line(str(one["name"])) for one in _embedded(row, "wp:term") if one.get("taxonomy") == "category" and one.get("name")), None),
        native_id=str(row["id"]) if row.get("id") else None,
        note=date.note,
    )  # fmt: skip


def _embedded(row: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """What `_embed` puts beside a post, lists of lists flattened; nothing where it was not asked for."""
    embedded = row.get("_embedded")
    found = embedded.get(name) if isinstance(embedded, dict) else None
    for one in found if isinstance(found, list) else []:
        yield from (part for part in (one if isinstance(one, list) else [one]) if isinstance(part, dict))


def _rendered(row: dict[str, Any], name: str) -> str:
    """A field's HTML; nothing of a post that is behind a password."""
    value = row.get(name)
    return str(value.get("rendered") or "") if isinstance(value, dict) and not value.get("protected") else ""
