"""RSS, Atom and JSON Feed, ill-formed ones included (feedparser reads them; it opens no external entity and expands no nested one)."""

import io
import re
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from core.text import clean
from crawler.language import language_code
from crawler.markup import one_line, to_text
from crawler.platforms.entry import Dated, Entry, Listing, ListingError, dated

# "The post X appeared first on Y" and its Spanish kin, which WordPress puts under every description
FOOTER = re.compile(
    r"\s*(?:The post|La entrada|El art[ií]culo|El post)\s.{1,300}?\s(?:appeared first on|se public[óo] primero en|apareci[óo] primero en)\s.{1,160}$",
    re.S | re.I,
)
MORE = re.compile(
    r"(?:\[(?:…|\.\.\.|&hellip;)\]|(?:…|\.\.\.)\s*(?:leer m[aá]s|seguir leyendo|read more|continue reading.*)|(?:leer m[aá]s|seguir leyendo|read more)\s*[»→]?)\s*$",
    re.I,
)


def xml_feed(text: str, url: str, now: datetime) -> Listing:
    """A feed in XML. Raises ListingError (invalid) when nothing in it is a feed."""
    parsed = feedparser.parse(
        io.BytesIO(("<?xml version='1.0' encoding='utf-8'?>" + text).encode("utf-8", "replace")),
        response_headers={"content-location": url},
    )
    if not parsed.version and not parsed.entries:
        raise ListingError("The feed cannot be read as RSS or Atom.", "Look at the address in a browser.")
    language = language_code(parsed.feed.get("language"))
    entries = tuple(entry for item in parsed.entries if (entry := _item(item, url, language, now)) is not None)
    kind = "atom" if parsed.version.startswith("atom") else "rss"
    return Listing(kind=kind, title=one_line(parsed.feed.get("title", "")), language=language, entries=entries)  # type: ignore[arg-type]


def _item(item: Any, url: str, language: str | None, now: datetime) -> Entry | None:
    link = _link(item, url)
    title = one_line(item.get("title", ""))
    if not link:
        return None
    whole = max((content.get("value", "") for content in item.get("content", [])), key=len, default="")
    date = dated(item.get("published") or item.get("created"), now)
    if date == Dated():
        date = dated(item.get("updated"), now)
    return Entry(
        url=link,
        title=title,
        summary=_described(item.get("summary", "")) if item.get("summary") != whole else "",
        published=date.moment,
        author=tuple(name for one in item.get("authors", []) if (name := one_line(one.get("name", "") or ""))),
        section=next((label for tag in item.get("tags") or [] if (label := one_line(tag.get("term") or ""))), None),
        text=_described(whole),
        language=language_code(item.get("language")) or language,
        native_id=_native(item.get("id"), link),
        note=date.note,
    )


def _link(item: Any, url: str) -> str:
    for candidate in (
        item.get("link"),
        *(one.get("href") for one in item.get("links", []) if one.get("rel", "alternate") == "alternate"),
        item.get("id"),
    ):
        if (
            candidate
            and urlsplit(joined := urljoin(url, candidate.strip())).scheme in ("http", "https")
            and urlsplit(joined).hostname
        ):
            if candidate is item.get("id") and not candidate.startswith("http"):
                continue
            return str(joined)
    return ""


def _native(guid: str | None, link: str) -> str | None:
    """A guid that is no address, or WordPress' `?p=123`: an id that outlives a changed slug."""
    guid = (guid or "").strip()
    if match := re.search(r"[?&]p=(\d+)$", guid):
        return match[1]
    return (
        guid
        if guid and not guid.startswith("http") and guid != link and len(guid) <= 80 and not re.search(r"\s", guid)
        else None
    )


def _described(markup: str) -> str:
    return MORE.sub("[…]", FOOTER.sub("", to_text(markup)).rstrip()) if markup else ""


def json_feed(data: Any, url: str, now: datetime) -> Listing | None:
    """A JSON Feed (jsonfeed.org 1.0 and 1.1), or None where the data is something else."""
    if (
        not isinstance(data, dict)
        or "jsonfeed.org" not in str(data.get("version", ""))
        or not isinstance(data.get("items"), list)
    ):
        return None
    language = language_code(data.get("language"))
    entries = []
    for item in data["items"]:
        link = isinstance(item, dict) and str(item.get("url") or item.get("external_url") or item.get("id") or "")
        if not link or urlsplit(urljoin(url, link)).scheme not in ("http", "https"):
            continue
        date = dated(str(item.get("date_published") or ""), now)
        authors = item.get("authors") or ([item["author"]] if isinstance(item.get("author"), dict) else [])
        text = to_text(str(item.get("content_html") or "")) or clean(str(item.get("content_text") or ""))
        entries.append(
            Entry(
                url=urljoin(url, link), title=one_line(str(item.get("title") or "")), summary=_described(str(item.get("summary") or "")),
                published=date.moment, text=FOOTER.sub("", text),
                author=tuple(str(one["name"]) for one in authors if isinstance(one, dict) and one.get("name")),
                section=next((str(tag) for tag in item.get("tags") or []), None),
                language=language_code(item.get("language")) or language, native_id=_native(str(item.get("id") or ""), link), note=date.note,
            )
        )  # fmt: skip
    return Listing(
        kind="json_feed", title=one_line(str(data.get("title") or "")), language=language, entries=tuple(entries)
    )
