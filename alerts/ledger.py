"""The ledger of an alert: every mail, when it went to whom, what it told, and what became of it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from core.time import lima_iso
from store import deliveries
from store.alerts import Alert


def ledger(tx: Connection, alert: Alert, *, limit: int | None = None, offset: int = 0) -> Iterator[dict[str, Any]]:
    """A row for each delivery, newest first; times are in Lima. `counted`: hits told only by their number in this mail."""
    for mail in deliveries.deliveries_of(tx, alert.id, limit=limit, offset=offset):
        entries, counted = deliveries.contents(tx, mail)
        yield {
            "id": mail.id, "kind": mail.kind, "state": mail.state, "prepared": lima_iso(mail.prepared),
            "sent": lima_iso(mail.sent) if mail.sent else None, "channel": mail.channel, "address": mail.recipient,
            "part": mail.part, "parts": mail.parts, "entries": len(entries), "documents": sum(map(len, entries)),
            "counted": sum(counted.values()), "checked": mail.checked, "attempts": mail.attempts, "message_id": mail.message_id,
            "reason": mail.reason, "error": mail.error,
        }  # fmt: skip
