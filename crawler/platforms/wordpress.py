"""WordPress' own list of posts (`/wp-json/wp/v2/posts`): whole articles with their ids."""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from crawler.markup import one_line, to_text
from crawler.platforms.entry import Entry, Listing, dated
from crawler.platforms.feed import FOOTER, MORE


def posts(data: Any, url: str, now: datetime) -> Listing | None:
    """The posts of a WordPress answer, or None where the data is something else. `date_gmt` is UTC without saying so."""
    if (
        not isinstance(data, list)
        or not data
        or not all(isinstance(row, dict) and "link" in row and isinstance(row.get("title"), dict) for row in data)
    ):
        return None
    entries = []
    for row in data:
        date = dated(f"{row['date_gmt']}Z" if row.get("date_gmt") else str(row.get("date") or ""), now)
        entries.append(
            Entry(
                url=urljoin(url, str(row["link"])), title=one_line(_rendered(row, "title")),
                summary=MORE.sub("[…]", FOOTER.sub("", to_text(_rendered(row, "excerpt")))), text=FOOTER.sub("", to_text(_rendered(row, "content"))),
                published=date.moment, native_id=str(row["id"]) if row.get("id") else None, note=date.note,
            )
        )  # fmt: skip
    return Listing(kind="json", entries=tuple(entries))


def _rendered(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return str(value.get("rendered") or "") if isinstance(value, dict) else ""
