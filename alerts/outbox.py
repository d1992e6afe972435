"""Sending what is due: freeze entries into mails, send them outside any transaction, record each once.

1. Connect. A mail server that is down freezes nothing, so that what matches meanwhile still shares a mail.
2. One transaction freezes the due entries of each alert into prepared deliveries, up to 500 entries a mail.
3. Each delivery is leased, sent, and recorded, one after the other.

How often a mail arrives: once, unless we die, or lose the server's answer, between its acceptance and our record. Then the same
delivery goes out again under the same Message-ID, which mail servers and readers take for the same mail: at least once.
A delivery that a living worker holds is nobody else's; a dead worker's is free at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import jinja2

from alerts import bulletins, digests
from alerts.channels import Channel, ChannelDownError, DeliveryError
from alerts.channels.mail import MailChannel
from alerts.digests import Contents
from alerts.rhythm import due
from core.settings import Settings
from core.signals import held
from store import alerts as kept
from store import deliveries
from store.alerts import Alert, Entry
from store.database import Store
from store.deliveries import Delivery

IN_ONE_MAIL = 500
FIRST_DELAY = timedelta(seconds=60)
LONGEST_DELAY = timedelta(days=1)
BREAKS = 3
NO_SERVER = "Set PUTUTU_SMTP to smtp[s]://[user:password@]host:port of a mail server; nothing is lost, `pututu deliver` sends it then."


@dataclass(slots=True)
class Outcome:
    """What one run did: mails that were accepted (digests and notices), their entries, and why others were not."""

    mails: int = 0
    entries: int = 0
    notices: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    mend: str | None = None

    def fail(self, reason: str) -> None:
        """Count a failure by what was said."""
        self.failed[reason] = self.failed.get(reason, 0) + 1


def deliver(store: Store, settings: Settings, now: datetime, *, all_due: bool = True, channel: Channel | None = None, worker: str | None = None) -> dict[str, Any]:  # fmt: skip
    """Send all that is due. `all_due`: also what waits for a retry, as a stage called by hand does; the daemon passes False.

    Returns `{mails, entries, notices, waiting, held, parked, failed, mend}`: `waiting` entries are due and unsent, `held` ones
    are for a later digest, `parked` counts all mails that were refused for good, now or earlier, and not put back since;
    `failed` maps what was said to how often, `mend` says what would help.
    """
    outcome = Outcome()
    if is_anything_due(store, now, all_due=all_due):
        if settings.smtp or channel:
            run = _Run(store, settings, now, worker or store.worker, outcome, due_only=not all_due)
            run.over(channel or MailChannel(settings.smtp, settings.mail_from))
        else:
            outcome.mend = NO_SERVER
    waiting, held, parked = _waiting(store, now)
    if not waiting and not outcome.failed:
        outcome.mend = None
    return {
        "mails": outcome.mails, "entries": outcome.entries, "notices": outcome.notices, "waiting": waiting, "held": held,
        "parked": parked, "failed": outcome.failed, "mend": outcome.mend,
    }  # fmt: skip


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failures: 60 s, doubling, at most a day."""
    doublings = min(max(attempts, 1) - 1, 20)
    return min(FIRST_DELAY * int(2**doublings), LONGEST_DELAY)


class _Run:
    """One call of `deliver`. Each delivery is tried at most once in it."""

    def __init__(
        self, store: Store, settings: Settings, now: datetime, worker: str, outcome: Outcome, *, due_only: bool
    ) -> None:
        self.store = store
        self.settings = settings
        self.now = now
        self.worker = worker
        self.outcome = outcome
        self.due_only = due_only
        self.tried: set[str] = set()

    def over(self, channel: Channel) -> None:
        """Connect, freeze what is due, send. A connection that breaks is made again, a few times."""
        frozen = False
        for _ in range(BREAKS):
            try:
                with channel:
                    if not frozen:
                        self._freeze()
                        frozen = True
                    self._send_all(channel)
                    return
            except ChannelDownError as error:
                self.outcome.fail(error.reason)
                self.outcome.mend = error.mend
                if not frozen:
                    return

    def _freeze(self) -> None:
        with self.store.write() as tx:
            kept.lock(tx)
            for alert, ready, _ in _sorted(tx, self.now):
                if ready:
                    parts = [ready[start : start + IN_ONE_MAIL] for start in range(0, len(ready), IN_ONE_MAIL)]
                    deliveries.prepare(tx, alert, parts, digests.domain(self.settings.mail_from), self.now)
            bulletins.prepare_due(tx, self.now, digests.domain(self.settings.mail_from))

    def _send_all(self, channel: Channel) -> None:
        while delivery := self._claim():
            self.tried.add(delivery.id)
            with held():  # told to end now, we first write down whether it was taken
                self._send(channel, delivery)

    def _send(self, channel: Channel, delivery: Delivery) -> None:
        try:
            message, entries = self._compose(delivery)
            if message is not None:
                channel.send(message, delivery.recipient)
        except ChannelDownError as error:
            self._failed(delivery, error.reason)
            raise
        except DeliveryError as error:
            self.outcome.fail(error.reason)
            self._failed(delivery, error.reason, permanent=error.permanent)
        except (
            ValueError,
            TypeError,
            KeyError,
            jinja2.TemplateError,
        ) as error:  # a mail we cannot write holds up no other
            self.outcome.fail(f"{type(error).__name__}: {error}")
            self._failed(delivery, f"{type(error).__name__}: {error}")
        else:
            self._sent(delivery, entries, told=message is not None)

    def _claim(self) -> Delivery | None:
        self.store.require_room()  # a mail that goes out and cannot be recorded would go out again
        with self.store.write() as tx:
            return deliveries.claim_delivery(tx, self.worker, self.now, due_only=self.due_only, skip=self.tried)

    def _compose(self, delivery: Delivery) -> tuple[EmailMessage | None, int]:
        """The mail and how many entries it tells; no mail when all of its documents were taken down meanwhile."""
        with self.store.read() as tx:
            alert = kept.get(tx, delivery.alert)
            entries, counted = deliveries.contents(tx, delivery)
            where = {"sender": self.settings.mail_from, "public_url": self.settings.public_url}
            if delivery.kind == bulletins.KIND:
                return bulletins.mail(tx, alert, delivery, **where), 0
        if delivery.kind == "notice":
            return digests.notice(alert, delivery, **where), 0
        if not entries and not counted:
            return None, 0
        return digests.digest(alert, delivery, Contents(entries=entries, counted=counted), **where), len(entries)

    def _sent(self, delivery: Delivery, entries: int, *, told: bool) -> None:
        with self.store.write() as tx:
            deliveries.record_sent(tx, delivery, self.worker, self.now)
        if told:
            self.outcome.mails += 1
            self.outcome.entries += entries
            self.outcome.notices += delivery.kind == "notice"

    def _failed(self, delivery: Delivery, reason: str, *, permanent: bool = False) -> None:
        again = None if permanent else self.now + backoff(delivery.attempts + 1)
        with self.store.write() as tx:
            deliveries.record_failed(tx, delivery, self.worker, reason, again)


def _sorted(tx: Any, now: datetime) -> Sequence[tuple[Alert, list[Entry], list[Entry]]]:
    """For each alert with open entries: those that are due now, and those for a later digest."""
    found = []
    for id_, opened in kept.open_entries(tx).items():
        alert = kept.get(tx, id_)
        last = deliveries.last_prepared(tx, id_, now) if alert.rhythm != "instant" else None
        ready = [entry for entry in opened if due(alert, entry.created, last, now)]
        found.append(
            (alert, ready, [entry for entry in opened if entry not in ready] if len(ready) < len(opened) else [])
        )
    return found


def is_anything_due(store: Store, now: datetime, *, all_due: bool = False) -> bool:
    """Whether `deliver` would try to send something now; with `all_due` also what waits for a retry."""
    with store.read() as tx:
        if deliveries.is_any_ready(tx, now, due_only=not all_due) or bulletins.is_any_due(tx, now):
            return True
        return any(ready for _, ready, _ in _sorted(tx, now))


def _waiting(store: Store, now: datetime) -> tuple[int, int, int]:
    """How many entries are due and unsent, how many are held for a later digest; and how many mails are parked."""
    with store.read() as tx:
        groups = _sorted(tx, now)
        unsent = deliveries.unsent_entries(tx) + sum(len(ready) for _, ready, _ in groups)
        return unsent, sum(len(later) for *_, later in groups), len(deliveries.parked_deliveries(tx))
