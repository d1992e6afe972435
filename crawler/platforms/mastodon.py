"""Mastodon's timelines: public posts. Only public ones are taken, and a boost counts as the post it repeats."""

from datetime import datetime
from typing import Any

from crawler.language import language_code
from crawler.markup import one_line, to_text
from crawler.platforms.entry import Entry, Listing, dated, web_link
from crawler.platforms.posts import headline


def timeline(data: Any, url: str, now: datetime) -> Listing | None:
    """The posts of a timeline (a tag's, an account's statuses), or None where the data is something else.

    Who asked not to be indexed is left out: that is no public post for a machine.
    """
    if (
        not isinstance(data, list)
        or not data
        or not all(isinstance(row, dict) and {"uri", "content", "created_at"} <= row.keys() for row in data)
    ):
        return None
    rows = [row["reblog"] if isinstance(row.get("reblog"), dict) else row for row in data]
    public = [row for row in rows if row.get("visibility", "public") == "public"]
    open_ = [row for row in public if not _account(row).get("noindex")]
    entries = tuple(entry for row in open_ if (entry := _entry(row, url, now)) is not None)
    hidden = len(public) - len(open_)
    notes = (f"{hidden} posts of accounts that ask not to be indexed were left out",) if hidden else ()
    return Listing(kind="mastodon", entries=entries, notes=notes)


def _entry(row: dict[str, Any], url: str, now: datetime) -> Entry | None:
    link = web_link("", str(row.get("url") or "")) or web_link("", str(row.get("uri") or ""))
    if not link:
        return None
    date = dated(str(row.get("created_at") or ""), now)
    warning = one_line(str(row.get("spoiler_text") or ""))
    text = to_text(str(row.get("content") or ""))
    name = one_line(str(_account(row).get("acct") or ""))
    return Entry(
        url=link,
        title=headline("\n".join(filter(None, (warning, text)))),
        text="\n".join(filter(None, (warning, text))),
        published=date.moment,
        author=(name,) if name else (),
        language=language_code(row.get("language")),
        native_id=str(row.get("uri") or link),
        kind="post",
        note=date.note,
    )


def _account(row: dict[str, Any]) -> dict[str, Any]:
    account = row.get("account")
    return account if isinstance(account, dict) else {}
