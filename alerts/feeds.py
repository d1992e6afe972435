"""An alert's feed, Atom and JSON Feed 1.1: its entries as they match, newest first, at an address that only its owner knows.

An item is an entry: its id never changes, and a document that joins it while it is unsent updates it. A bulletin (a volume, what operators must know) is an item of its own. Nothing is left out: the
feed is paged (RFC 5005), and what is only counted stands in its subtitle. Notices (a channel was paused, a question is no longer
valid) are items too. Texts are those of the mails: headline and marked sentence, never more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts import words
from alerts.bulletins import lines, told
from alerts.digests import notice_lines
from alerts.view import COUNTED, document, line, wire
from core.time import lima_iso
from store import alerts as kept
from store import bulletins, deliveries
from store.alerts import Alert, Entry, Hit

IN_A_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item: an entry or a notice, as plain strings."""

    id: str
    title: str
    url: str
    article: str
    updated: datetime
    published: datetime
    lines: tuple[str, ...]
    topics: tuple[str, ...] = ()
    outlet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A page of a feed; `more` says whether an older one follows."""

    alert: Alert
    items: Sequence[Item]
    subtitle: str
    page: int
    more: bool

    @property
    def title(self) -> str:
        """What a reader calls it."""
        return wire(f"Pututu: {line(self.alert.name)}")

    @property
    def updated(self) -> datetime:
        """When its newest item changed."""
        return max((item.updated for item in self.items), default=self.alert.created)


def feed(tx: Connection, alert: Alert, public_url: str, page: int = 1) -> Feed:
    """The n-th page of an alert's feed."""
    start = (page - 1) * IN_A_PAGE
    entries = kept.entries_of(tx, alert.id, limit=IN_A_PAGE + 1, offset=start)
    shown = entries[:IN_A_PAGE]
    hits = kept.hits_of_entries(tx, [entry.id for entry in shown])
    items = [_entry(alert, entry, told, public_url) for entry in shown if (told := hits.get(entry.id))]
    known = bulletins.of_alert(tx, alert.id, IN_A_PAGE + 1, start)
    items += [_bulletin(tx, alert, one, public_url) for one in known[:IN_A_PAGE]]
    items += [_notice(alert, one, public_url) for one in deliveries.notices_of(tx, alert.id)] if page == 1 else []
    items.sort(key=lambda item: item.updated, reverse=True)
    return Feed(
        alert=alert,
        items=items,
        subtitle=_subtitle(tx, alert),
        page=page,
        more=max(len(entries), len(known)) > IN_A_PAGE,
    )


def json_feed(told: Feed, address: str, home: str) -> dict[str, Any]:
    """The page as JSON Feed 1.1; `address` is the feed's own, without a page. What it has not is left out: the format knows no null."""
    said: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1", "title": told.title, "description": told.subtitle, "home_page_url": home,
        "feed_url": address, "language": told.alert.language,
        "items": [
            {
                "id": item.id, "url": item.url, "title": item.title, "content_text": "\n".join(item.lines),
                "date_published": lima_iso(item.published), "date_modified": lima_iso(item.updated),
                "authors": [{"name": item.outlet}] if item.outlet else [], "tags": list(item.topics),
            } | ({"external_url": item.article} if item.article else {})
            for item in told.items
        ],
    }  # fmt: skip
    return said | ({"next_url": f"{address}?page={told.page + 1}"} if told.more else {})


def _entry(alert: Alert, entry: Entry, hits: Sequence[Hit], public_url: str) -> Item:
    shown = [document(alert.language, hit, hits, public_url, entry.others or 0, query=alert.query) for hit in hits]
    say, first = words.TABLES[alert.language], hits[0].snapshot
    lines: list[str] = []
    for place, one in enumerate(shown):
        lines += [f"{say['also']} {one['headline']}"] if place else []
        marked = "".join(f"*{text}*" if is_marked else text for text, is_marked in one["sentence"])
        lines += [part for part in (one["translation"], one["facts"], one["news"], marked, f"{say['matched']}: {one['why']}", one["question"], one["others"]) if part]  # fmt: skip
    return Item(
        id=f"urn:pututu:entry:{alert.id}:{entry.id}", title=shown[0]["headline"], url=shown[0]["permalink"], article=shown[0]["article"],
        updated=max(hit.matched for hit in hits), published=entry.created, lines=tuple(lines), topics=tuple(first["topics"]),
        outlet=wire(line(first["outlet"])),
    )  # fmt: skip


def _notice(alert: Alert, one: deliveries.Delivery, public_url: str) -> Item:
    title, lines = notice_lines(alert, one, public_url)
    return Item(
        id=f"urn:pututu:notice:{one.batch}", title=title, url=f"{public_url}/alerts", article="", updated=one.prepared,
        published=one.prepared, lines=tuple(lines),
    )  # fmt: skip


def _bulletin(tx: Connection, alert: Alert, one: bulletins.Bulletin, public_url: str) -> Item:
    (said,) = told(tx, alert, [one], public_url)
    return Item(
        id=f"urn:pututu:bulletin:{alert.id}:{one.id}", title=said.headline, url=said.link or f"{public_url}/alerts", article="",
        updated=one.created, published=one.created, lines=tuple(lines(alert, said)),
    )  # fmt: skip


def _subtitle(tx: Connection, alert: Alert) -> str:
    """The question, and how many documents were only counted since the alert was made."""
    counted = deliveries.counted_of(tx, alert.id)
    said = [words.say(alert.language, f"counted_{name}", counted[name]) for name in COUNTED if counted.get(name)]
    asked = [f"{words.TABLES[alert.language]['question']}: {wire(line(alert.query))}"] if alert.query else []
    return " ".join([*asked, *said])
