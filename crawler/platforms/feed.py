"""RSS, Atom and JSON Feed, ill-formed ones included (feedparser reads them; it opens no external entity and expands no nested one)."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import feedparser

from core.text import clean
from crawler.clutter import fragment
from crawler.language import language_code
from crawler.markup import one_line, to_text
from crawler.platforms.entry import Dated, Entry, Listing, ListingError, ListingKind, dated, web_link
from crawler.platforms.posts import as_post
from crawler.platforms.repair import repaired

# "The post X appeared first on Y" and its Spanish kin, which WordPress puts under every description
FOOTER = re.compile(
    r"\s*(?:The post|La entrada|El art[ií]culo|El post)\s.{1,300}?\s(?:appeared first on|se public[óo] primero en|apareci[óo] primero en)\s.{1,160}$",
    re.S | re.I,
)
MORE = re.compile(
    r"(?:\[(?:…|\.\.\.|&hellip;)\]|(?:…|\.\.\.)\s*(?:leer m[aá]s|seguir leyendo|read more|continue reading.*)|(?:leer m[aá]s|seguir leyendo|read more)\s*[»→]?)\s*$",
    re.I,
)
_ITEM = re.compile(r"<(item|entry)(?=[\s>])", re.I)
_OPEN = re.compile(r"<(title|link|guid|pubDate|description)(?:\s[^<>]*)?>([^<]*)</(?!\1)[A-Za-z:]*>", re.I)
ONE_BY_ONE = 1_000
"""A broken feed of more items is not read one by one."""
SHORTEST_ID = 4
"""Characters of an RSS guid that can be an article's own: shorter ones number the places of the feed."""
MOST_ITEMS = 50_000
"""No feed has more: what claims to is not read at all."""


def xml_feed(text: str, url: str, now: datetime) -> Listing:
    """A feed in XML. Raises ListingError (invalid) when nothing in it is a feed."""
    text = repaired(text)
    printed = len(_ITEM.findall(text))
    if printed > MOST_ITEMS:
        raise ListingError(f"The feed claims to have {printed} items.", "Name a smaller one, e.g. of one section.")
    parsed = _parsed(text, url)
    entries = _entries(parsed, url, now)
    # one wrong tag makes a parser swallow what follows: then every item is read for itself
    if parsed.bozo and len(entries) < printed <= ONE_BY_ONE:
        entries = max(entries, _one_by_one(text, parsed, url, now), key=len)
    if not parsed.version and not entries:
        raise ListingError("The feed cannot be read as RSS or Atom.", "Look at the address in a browser.")
    kind: ListingKind = "atom" if parsed.version.startswith("atom") else "rss"
    notes = (f"{printed - len(entries)} items have no link that can be used",) if len(entries) < printed else ()
    return Listing(
        kind=kind, title=one_line(parsed.feed.get("title", "")), language=language_code(parsed.feed.get("language")),
        entries=entries, notes=notes,
    )  # fmt: skip


def _parsed(text: str, url: str) -> Any:
    return feedparser.parse(
        io.BytesIO(("<?xml version='1.0' encoding='utf-8'?>" + text).encode("utf-8", "replace")),
        response_headers={"content-location": url},
        sanitize_html=False,  # it becomes text here, so nothing in it is ever shown as HTML
    )


def _entries(parsed: Any, url: str, now: datetime) -> tuple[Entry, ...]:
    language = language_code(parsed.feed.get("language"))
    found = ((item, _item(item, url, language, now)) for item in parsed.entries)
    return tuple(as_post(entry, item, parsed.feed) for item, entry in found if entry is not None)


def _one_by_one(text: str, parsed: Any, url: str, now: datetime) -> tuple[Entry, ...]:
    """Each item of a broken feed parsed alone, within the feed's own head, so that a wrong tag costs one item at most."""
    starts = [match.start() for match in _ITEM.finditer(text)]
    head = text[: starts[0]]
    root = re.match(r"<([\w:]+)", text)
    close = f"</{root[1] if root else 'rss'}>"
    found: list[Entry] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        item = _OPEN.sub(r"<\1>\2</\1>", text[start:end])
        found += _entries(_parsed(head + item + close, url), url, now)[:1]
    return tuple(found)


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
        text=_described(whole, fragment),
        language=language_code(item.get("language")) or language,
        native_id=_native(item.get("id"), link, SHORTEST_ID),
        note=date.note,
    )


def _link(item: Any, url: str) -> str:
    candidates = (
        item.get("link"),
        *(one.get("href") for one in item.get("links", []) if one.get("rel", "alternate") == "alternate"),
        item.get("id") if str(item.get("id")).startswith("http") else None,
    )
    return next((link for candidate in candidates if candidate and (link := web_link(url, candidate))), "")


def _native(guid: str | None, link: str, shortest: int = 1) -> str | None:
    """A guid that is no address, or WordPress' `?p=123`: an id that outlives a changed slug."""
    guid = (guid or "").strip()
    if match := re.search(r"[?&]p=(\d+)$", guid):
        return match[1]
    return (
        guid
        if guid
        and not guid.startswith("http")
        and guid != link
        and shortest <= len(guid) <= 80
        and not re.search(r"\s", guid)
        else None
    )


def _described(markup: str, read: Callable[[str], str] = to_text) -> str:
    return MORE.sub("[…]", FOOTER.sub("", read(markup)).rstrip()) if markup else ""


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
        told = (
            str(item.get("url") or item.get("external_url") or item.get("id") or "") if isinstance(item, dict) else ""
        )
        if not (link := web_link(url, told)):
            continue
        date = dated(str(item.get("date_published") or ""), now)
        authors = item.get("authors") or ([item["author"]] if isinstance(item.get("author"), dict) else [])
        text = fragment(str(item.get("content_html") or "")) or clean(str(item.get("content_text") or ""))
        entries.append(
            Entry(
                url=link, title=one_line(str(item.get("title") or "")), summary=_described(str(item.get("summary") or "")),
                published=date.moment, text=FOOTER.sub("", text),
                author=tuple(str(one["name"]) for one in authors if isinstance(one, dict) and one.get("name")),
                section=next((str(tag) for tag in item.get("tags") or []), None),
                language=language_code(item.get("language")) or language, native_id=_native(str(item.get("id") or ""), told), note=date.note,
            )
        )  # fmt: skip
    return Listing(
        kind="json_feed", title=one_line(str(data.get("title") or "")), language=language, entries=tuple(entries)
    )
