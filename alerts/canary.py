"""The canary: a synthetic article that takes the whole way, from the store through the steps and the matcher to a mailbox.

Every hour one is sent; within five minutes its mail must be there. It shows in no count, search, figure or export, no
person's alert is asked of it, and once it has arrived every trace but one row is erased. With PUTUTU_CANARY_MAILBOX the
mailbox itself is asked; without it, that the mail server took the mail counts as arrival, and that is said.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts import mailbox, rules
from core.document import SYNTHETIC, Document, document_id
from core.errors import InputError, PututuError, SettingError
from core.settings import Settings
from core.urls import alias
from store import alerts as kept
from store import canaries, documents
from store.alerts import Alert
from store.canaries import Canary
from store.database import Store

EVERY = timedelta(hours=1)
LATE = timedelta(minutes=5)
GIVEN_UP = timedelta(days=1)
QUERY = '"canario sintético"'
STATIONS = ("injected", "matched", "sent", "arrived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """The latest canary whose verdict is in: whether it was late, and the last station it reached."""

    canary: Canary
    late: bool
    station: str


def state(tx: Connection, now: datetime) -> Flight | None:
    """The newest canary that has arrived or is late; None while there is none."""
    for one in canaries.recent(tx, 3):
        late = (one.arrived or now) - one.injected > LATE
        if one.arrived or late:
            reached = [name for name in STATIONS if getattr(one, name) is not None]
            return Flight(canary=one, late=late, station=reached[-1])
    return None


def is_due(tx: Connection, settings: Settings, now: datetime) -> bool:
    """Whether there is one to send, or to look for."""
    return bool(settings.canary) and (bool(canaries.under_way(tx)) or _is_time(tx, now))


def _is_time(tx: Connection, now: datetime) -> bool:
    last = next(iter(canaries.recent(tx)), None)
    return last is None or not timedelta(0) <= now - last.injected < EVERY


def fly(store: Store, settings: Settings, now: datetime, *, at_once: bool = False) -> dict[str, Any]:
    """Look for those under way, and send one if it is time (or `at_once`). Returns `{sent, under_way, arrived, late}`.

    Raises UnavailableError or SettingError, after all that could be done, where the mailbox cannot be read.
    """
    unread = look(store, settings, now)
    sent = False
    if settings.canary:
        with store.write() as tx:
            canaries.lock(tx)
            if at_once or _is_time(tx, now):
                _send(tx, _alert(tx, settings, now), now)
                sent = True
    if unread is not None:
        raise unread
    with store.read() as tx:
        last, flight = canaries.under_way(tx), state(tx, now)
    arrived = flight.canary.arrived if flight else None
    return {"sent": sent, "under_way": len(last), "arrived": arrived, "late": flight.late if flight else False}


def look(store: Store, settings: Settings, now: datetime) -> PututuError | None:
    """Note the stations that were reached; erase what has arrived, or is given up after a day. Why the mailbox cannot be read."""
    unread: PututuError | None = None
    with store.read() as tx:
        flying = [(one, canaries.stations(tx, one.document)) for one in canaries.under_way(tx)]
    for one, (matched, sent, message_id) in flying:
        arrived = one.arrived
        try:
            arrived = arrived or _arrived(settings, sent, message_id, now)
        except PututuError as error:
            unread = error
        with store.write() as tx:
            canaries.note(tx, one.id, matched=matched or one.matched, sent=sent or one.sent, arrived=arrived)
            if arrived or now - one.injected > GIVEN_UP:
                canaries.erase(tx, one, now)
    return unread


def _arrived(settings: Settings, sent: datetime | None, message_id: str | None, now: datetime) -> datetime | None:
    if sent is None or message_id is None:
        return None
    if not settings.canary_mailbox:
        return sent
    return now if mailbox.holds(settings.canary_mailbox, message_id) else None


def _send(tx: Connection, alert: Alert, now: datetime) -> None:
    """Put the article where the extractor would put it: everything from there on is the real way."""
    token = secrets.token_hex(6)
    url = f"https://canary.invalid/{token}"
    name = alias(url)
    text = f"Este canario sintético prueba que el camino de un artículo hasta el correo está libre. Seña {token}."
    document = Document(
        id=document_id(name), url=url, title=f"Canario sintético {token}", text=text, source=SYNTHETIC, fetched=now, published=now,
        published_precision="second", published_from="metadata", language="es", aliases=(name,), completeness="full",
    )  # fmt: skip
    saved = documents.save(tx, document, now=now)
    canaries.add(tx, Canary(id=token, document=saved.document.id, alert=alert.id, injected=now))


def _alert(tx: Connection, settings: Settings, now: datetime) -> Alert:
    """The alert that canaries match: of the address in force; that of another address is removed. Raises SettingError for no address."""
    id = canaries.alert_of(tx, settings.canary)
    if id is not None:
        return kept.get(tx, id)
    try:
        made = rules.create(name="canary", query=QUERY, owner=settings.canary, language="en", now=now)
    except InputError as error:
        raise SettingError(f"PUTUTU_CANARY: {settings.canary!r} is no mail address.", error.mend) from error
    for old in kept.active(tx, ("canary",)):
        kept.remove(tx, old.id, now)
    kept.add(tx, replace(made, kind="canary"))
    return kept.get(tx, made.id)
