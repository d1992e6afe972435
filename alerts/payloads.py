"""What a webhook and a chat are told of a delivery: JSON for a program, few lines for a person.

A webhook's body names everything. A chat is no place for a list: it names the first entries and counts the rest, with the
link to all of them.
"""

from collections.abc import Sequence
from typing import Any

from alerts import bulletins, words
from alerts.bulletins import Told
from alerts.channels.addresses import shown
from alerts.channels.chat import Note
from alerts.channels.webhook import Post, secret
from alerts.digests import notice_lines, subject
from alerts.links import Signer
from alerts.view import COUNTED, Contents, question, unsubscribe, view
from core.time import lima_iso
from store.alerts import Alert, Hit
from store.answers import Keys
from store.deliveries import OF_CHANNEL, Delivery

IN_A_CHAT = 10
LONGEST_NOTE = 3_500
"""Characters of a note: what the strictest of the usual services takes in one message (Telegram 4,096), with room for a title."""


def post(alert: Alert, delivery: Delivery, contents: Contents, keys: Keys, public_url: str) -> Post:
    """A digest for a webhook."""
    links = Signer(keys.links, alert.id, public_url, delivery.prepared)
    content = _head("digest", alert, delivery) | {
        "entries": [_entry(hits, contents.others_of(hits), links, public_url) for hits in contents.entries],
        "counted": {kind: contents.counted.get(kind, 0) for kind in COUNTED},
        "receipt": delivery.receipt,
        "links": {"pause": links.url("pause"), "unsubscribe": unsubscribe(links, delivery)},
    }
    return Post.of(delivery.id, secret(keys.webhook), content)


def notice_post(alert: Alert, delivery: Delivery, keys: Keys) -> Post:
    """A notice for a webhook."""
    reason = delivery.reason or ""
    channel, _, why = reason.partition(" ") if delivery.kind in OF_CHANNEL else ("", "", reason)
    content = _head(delivery.kind, alert, delivery) | {"channel": shown(channel) if channel else None, "reason": why}
    return Post.of(delivery.id, secret(keys.webhook), content)


def bulletin_post(alert: Alert, delivery: Delivery, told: Sequence[Told], keys: Keys, links: Signer) -> Post:
    """Bulletins (a volume, what operators must know) for a webhook."""
    content = _head("bulletin", alert, delivery) | {
        "kind": alert.kind,
        "bulletins": [bulletin(one) for one in told],
        "links": {"pause": links.url("pause"), "unsubscribe": unsubscribe(links, delivery)},
    }
    return Post.of(delivery.id, secret(keys.webhook), content)


def bulletin(one: Told) -> dict[str, Any]:
    """A bulletin as data."""
    evidence = [{"headline": headline, "facts": facts, "permalink": url} for headline, facts, url in one.evidence]
    return {"headline": one.headline, "lines": list(one.lines), "evidence": evidence, "link": one.link or None}


def bulletin_note(alert: Alert, delivery: Delivery, told: Sequence[Told], public_url: str, links: Signer) -> Note:
    """Bulletins for a chat."""
    blocks, size, named = [], 0, 0
    for one in told[:IN_A_CHAT]:
        block = "\n".join([one.headline, *bulletins.lines(alert, one)])
        if named and size + len(block) > LONGEST_NOTE:
            break
        blocks.append(block)
        size, named = size + len(block), named + 1
    if rest := len(told) - named:
        more = words.TABLES[alert.language]["and_more"].format(n=rest)
        blocks.append(f"{more}: {public_url}/alerts/{alert.id}/deliveries/{delivery.id}")
    blocks += [f"{label}: {url}" for label, url in bulletins.answers(alert, delivery, links)]
    return Note(bulletins.title(alert, told), "\n\n".join(blocks))


def note(alert: Alert, delivery: Delivery, contents: Contents, keys: Keys, public_url: str) -> Note:
    """A digest for a chat."""
    links = Signer(keys.links, alert.id, public_url, delivery.prepared)
    shows, say = view(alert, delivery, contents, public_url), words.TABLES[alert.language]
    lines, size, named = [shows["summary"]], 0, 0
    for documents in shows["entries"][:IN_A_CHAT]:
        block = _block(say, documents)
        if named and size + len(block) > LONGEST_NOTE:
            break
        lines.append(block)
        size, named = size + len(block), named + 1
    if rest := len(shows["entries"]) - named:
        lines.append(f"{say['and_more'].format(n=rest)}: {shows['ledger']}")
    lines += [*shows["counted"], *shows["earlier"]]
    lines += [f"{say['act_pause']}: {links.url('pause')}", f"{say['act_unsubscribe']}: {unsubscribe(links, delivery)}"]
    return Note(subject(alert, delivery, contents), "\n\n".join(lines))


def notice_note(alert: Alert, delivery: Delivery, public_url: str) -> Note:
    """A notice for a chat."""
    title, lines = notice_lines(alert, delivery, public_url)
    return Note(title, "\n\n".join(lines))


def _block(say: Any, documents: list[dict[str, Any]]) -> str:
    """The first document of an entry in a few lines; the others are counted."""
    first = documents[0]
    marked = "".join(f"*{text}*" if is_marked else text for text, is_marked in first["sentence"])
    also = (
        f"{say['also']} {', '.join(one['facts'].partition(' · ')[0] for one in documents[1:])}" if documents[1:] else ""
    )
    why = f"{say['matched']}: {first['why']}"
    parts = (first["headline"], first["translation"], first["facts"], first["news"], marked, why, first["question"], also, first["others"], first["permalink"])  # fmt: skip
    return "\n".join(part for part in parts if part)


def _head(kind: str, alert: Alert, delivery: Delivery) -> dict[str, Any]:
    return {
        "type": f"alert.{kind}", "id": delivery.id, "batch": delivery.batch, "part": delivery.part, "parts": delivery.parts,
        "prepared": lima_iso(delivery.prepared), "alert": {"id": alert.id, "name": alert.name, "query": question(alert, delivery), "language": alert.language},
    }  # fmt: skip


def _entry(hits: Any, others: int, links: Signer, public_url: str) -> dict[str, Any]:
    story = hits[0].story
    return {
        "id": hits[0].entry, "story": story, "others": others, "documents": [_document(hit, links, public_url) for hit in hits],
        "links": {"mute_story": links.url("story", story) if story else None},
    }  # fmt: skip


def _document(hit: Hit, links: Signer, public_url: str) -> dict[str, Any]:
    told = hit.snapshot
    places = list(zip(told.get("places") or (), told.get("codes") or (), strict=False))
    return {
        "id": hit.document, "permalink": f"{public_url}/documents/{hit.document}", "url": told["url"], "headline": told["headline"],
        "outlet": told["outlet"], "source": told["source"], "published": told["published"], "precision": told["precision"],
        "late": bool(told.get("late")), "places": [{"name": name, "ubigeo": code} for name, code in places],
        "topics": told["topics"], "translation": told.get("translation"), "sentence": told["sentence"],
        "why": {"words": told["why"], "clauses": told.get("clauses") or [], "question": told.get("question")}, "changed": told.get("changed") or [],
        "links": {
            "relevant": links.url("relevant", hit.document), "irrelevant": links.url("irrelevant", hit.document),
            "mute_source": links.url("source", told["source"]),
            "mute_places": {code: links.url("place", code) for _, code in places if code},
        },
    }  # fmt: skip
