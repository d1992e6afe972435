"""The ledger of an alert: every message, when it went to whom, what it told, and what became of it; and each one opened."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from alerts.bulletins import told_by
from alerts.channels.addresses import shown
from alerts.payloads import bulletin
from alerts.view import why
from core.errors import InputError
from core.time import lima_iso
from store import answers, deliveries
from store.alerts import Alert, Hit
from store.deliveries import BULLETIN, OF_CHANNEL, Delivery


def ledger(tx: Connection, alert: Alert, *, limit: int | None = None, offset: int = 0) -> Iterator[dict[str, Any]]:
    """A row for each delivery, newest first; times are in Lima. `counted`: hits told only by their number in this message."""
    for message in deliveries.deliveries_of(tx, alert.id, limit=limit, offset=offset):
        entries, counted = deliveries.contents(tx, message)
        yield _row(message, entries, sum(counted.values()))


def opened(tx: Connection, alert: Alert, id_: str) -> dict[str, Any]:
    """One delivery with its receipt and all that it told; links in it are paths of the page. Raises InputError when the alert has none of that id."""
    message = deliveries.get(tx, id_)
    if message is None or message.alert != alert.id:
        raise InputError(f"The alert {alert.name!r} has no delivery {id_!r}.", f"`pututu alerts ledger {alert.id}` lists them.")  # fmt: skip
    entries, counted = deliveries.contents(tx, message)
    others, judged = deliveries.others(tx, message), answers.judged(tx, alert.id)
    told = [
        {
            "id": hits[0].entry, "story": hits[0].story, "others": others.get(hits[0].entry or 0, 0),
            "documents": [_document(alert, hit, judged.get(hit.document)) for hit in hits],
        }
        for hits in entries
    ]  # fmt: skip
    receipt = dict(message.receipt) if message.receipt else None
    return _row(message, entries, sum(counted.values())) | {
        "receipt": receipt,
        "not_listed": dict(counted),
        "told": told,
        "bulletins": [bulletin(one) for one in told_by(tx, alert, message, "")] if message.kind == BULLETIN else [],
    }


def _reason(message: Delivery) -> str | None:
    """Why a notice was sent; the channel it is about as it may be shown."""
    channel, _, said = (message.reason or "").partition(" ")
    return f"{shown(channel)} {said}" if message.kind in OF_CHANNEL else message.reason


def _row(message: Delivery, entries: list[list[Hit]], counted: int) -> dict[str, Any]:
    return {
        "id": message.id, "kind": message.kind, "state": message.state, "prepared": lima_iso(message.prepared),
        "sent": lima_iso(message.sent) if message.sent else None, "channel": shown(message.channel),
        "address": shown(message.channel).removeprefix("mailto:"), "part": message.part, "parts": message.parts, "entries": len(entries),
        "documents": sum(map(len, entries)), "counted": counted, "checked": message.checked, "attempts": message.attempts,
        "message_id": message.message_id, "reason": _reason(message), "error": message.error,
    }  # fmt: skip


def _document(alert: Alert, hit: Hit, relevant: bool | None) -> dict[str, Any]:
    told = hit.snapshot
    return {
        "id": hit.document, "version": hit.version, "matched": lima_iso(hit.matched), "headline": told["headline"], "outlet": told["outlet"],
        "published": told["published"], "url": told["url"], "why": why(alert.language, told), "question": told.get("question"), "changed": told.get("changed") or [],
        "late": bool(told.get("late")), "relevant": relevant,
    }  # fmt: skip
