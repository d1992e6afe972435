"""Keep one of a source's pages beside its file, with what it gives today, so that a later change of the outlet or of ours is seen."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError, NotAnArticleError, UnavailableError
from core.settings import Settings
from core.time import lima_day
from core.urls import alias
from crawler.archive import Page
from crawler.golden import EXPECTED, saved
from crawler.platforms import Entry, parse
from crawler.reading import Robots, fetch
from crawler.source import Source


def keep(source: Source, url: str, folder: Path, settings: Settings) -> Path:
    """Fetch an article, and the listing that shows it if one does, into `folder`; `expected.json` says what it gives.

    Raises InputError (the folder has a page already, no article, robots.txt forbids) or UnavailableError.
    """
    if (folder / EXPECTED).exists():
        raise InputError(f"{folder / EXPECTED} is already there.", "Move the folder away to keep another page.")
    robots: Robots = {}
    shown, entry = _listed(source, url, settings, robots)
    if source.whole_entries and shown is None:
        raise InputError(
            f"None of the listings of {source.slug} shows {url}, and its entries are the documents.",
            "Name the address of an entry: `pututu feed` prints them.",
        )
    page = shown if source.whole_entries and shown is not None else fetch(url, settings, robots=robots)
    row = _expected(source, page, entry, url)
    files = {row["page"]: page.body}
    if shown is not None:
        row["listing"], row["listing_url"] = (row["page"] if shown is page else _name(shown, "listing")), shown.url
        files[row["listing"]] = shown.body
    _write(folder, files, row)
    return folder


def _listed(source: Source, url: str, settings: Settings, robots: Robots) -> tuple[Page | None, Entry | None]:
    """The listing of the source that shows this address now, and its entry."""
    wanted = alias(url)
    for place in source.polled(lima_day(datetime.now(UTC))):
        if source.body(place) is not None:
            continue  # asked by POST: a crawl does that, a look does not
        try:
            page = fetch(place, settings, robots=robots)
            entries = parse(page.body, page.url, page.content_type, source=source, now=page.when).entries
        except (InputError, UnavailableError):
            continue
        if entry := next((one for one in entries if _alias(one.url) == wanted), None):
            return page, entry
    return None, None


def _expected(source: Source, page: Page, entry: Entry | None, url: str) -> dict[str, Any]:
    from crawler.extract import extract

    try:
        document = extract(page, source=source, entry=entry)
    except NotAnArticleError as error:
        raise InputError(f"{url} gives no article: {error.reason}", "Name the address of an article.") from error
    return {
        "page": _name(page, "page"), "content_type": page.content_type, "fetched": page.when.astimezone(UTC).isoformat(),
    } | saved(document)  # fmt: skip


def _name(page: Page, stem: str) -> str:
    start = page.body.lstrip()[:200].lower()
    if start.startswith((b"{", b"[")):
        return f"{stem}.json"
    return f"{stem}.xml" if start.startswith(b"<?xml") or b"<rss" in start or b"<feed" in start else f"{stem}.html"


def _write(folder: Path, files: dict[str, bytes], row: dict[str, Any]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            (folder / name).write_bytes(body)
        half = folder / f".{EXPECTED}"
        half.write_text(json.dumps(row, ensure_ascii=False, indent=1) + "\n", "utf-8")
        half.replace(folder / EXPECTED)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written: {error.strerror}.", "Make it a folder you may write in."
        ) from error


def _alias(url: str) -> str:
    try:
        return alias(url)
    except InputError:
        return url
