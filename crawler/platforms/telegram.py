"""Telegram's public previews (`t.me/s/<channel>`): the last posts of a channel as a page, without an account."""

import re
from datetime import datetime

from lxml import html

from crawler.markup import lines, one_line, tree
from crawler.nodes import select
from crawler.platforms.entry import Entry, Listing, ListingError, dated
from crawler.platforms.posts import headline

MARK = "tgme_"
_ID = re.compile(r"([A-Za-z][A-Za-z0-9_]{3,63})/(\d{1,12})")


def preview(text: str, url: str, now: datetime) -> Listing:
    """The posts of a channel's preview, the oldest first as printed; those of a picture alone have no text and are left out.

    Raises ListingError (invalid) for a channel without preview: Telegram then shows its card instead.
    """
    root = tree(text)
    messages = select(root, "div.tgme_widget_message[data-post]") if root is not None else []
    if root is None or not (messages or select(root, ".tgme_channel_info")):
        raise ListingError(
            "This page of Telegram shows no posts: the channel has no public preview.",
            "Name a public channel as https://t.me/s/CHANNEL.",
        )
    entries = [entry for node in messages if (entry := _entry(node, now)) is not None]
    name = one_line("".join(root.xpath("string(//*[contains(@class,'tgme_channel_info_header_title')])")))
    mute = len(messages) - len(entries)
    notes = (f"{mute} posts without text were left out",) if mute else ()
    return Listing(kind="telegram", title=name, entries=tuple(entries), notes=notes)


def _entry(node: html.HtmlElement, now: datetime) -> Entry | None:
    post = _ID.fullmatch(node.get("data-post") or "")
    if not post:
        return None
    parts = [one for one in select(node, ".tgme_widget_message_text") if not _quoted(one)]
    rows = [line for part in parts for line in lines(part)]
    for card in select(node, ".link_preview_title, .link_preview_description"):
        rows += [line for line in lines(card) if line not in "\n".join(rows)]
    if not rows:
        return None
    times = select(node, "a.tgme_widget_message_date time[datetime]")
    date = dated(times[-1].get("datetime") if times else "", now)
    text = "\n".join(rows)
    return Entry(
        url=f"https://t.me/{post[1]}/{post[2]}",
        title=headline(text),
        text=text,
        published=date.moment,
        author=(post[1],),
        native_id=f"telegram:{post[1].lower()}/{post[2]}",
        kind="post",
        note=date.note,
    )


def _quoted(node: html.HtmlElement) -> bool:
    """Whether a text is that of the post which is answered to."""
    return any("tgme_widget_message_reply" in (step.get("class") or "") for step in node.iterancestors())
