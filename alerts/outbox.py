"""Sending what is due: freeze entries into messages, send them outside any transaction, record each once.

1. Connect to the mail server, if a mail is due. One that is down freezes nothing that has no other way out, so that what
   matches meanwhile still shares a mail.
2. One transaction freezes the due entries of each alert into prepared deliveries, one for each channel, up to 500 entries each.
3. Each delivery is leased, sent, and recorded, one after the other.

How often a message arrives: once, unless we die, or lose the other side's answer, between its acceptance and our record.
Then the same delivery goes out again under the same Message-ID or idempotency key: at least once (docs/alerts.md says what
each channel makes of that). A delivery that a living worker holds is nobody else's; a dead worker's is free at once.

A channel that refuses for good, or only fails for days, is paused: its messages wait, its owner is told through another.
A single message that is refused for good is parked, and its owner told of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import jinja2

from alerts import bulletins, messages, muting
from alerts.channels import Channel, ChannelDownError, DeliveryError
from alerts.channels.addresses import FEED, kind, shown
from alerts.channels.chat import ChatChannel
from alerts.channels.feed import FeedChannel
from alerts.channels.mail import MailChannel
from alerts.channels.webhook import WebhookChannel
from alerts.rhythm import due, is_quiet
from core.settings import Settings
from core.signals import held
from crawler.agent import user_agent
from store import alerts as kept
from store import answers, channels, deliveries, sources
from store.alerts import Alert, Entry
from store.answers import Keys
from store.database import Store
from store.deliveries import BULLETIN, IN_ONE_MESSAGE, LONGEST_DELAY, NOTICES, REFUSED, Delivery

FIRST_DELAY = timedelta(seconds=60)
BREAKS = 3
MAIL = "mailto:"
NO_SERVER = "Set PUTUTU_SMTP to smtp[s]://[user:password@]host:port of a mail server; nothing is lost, `pututu deliver` sends it then."


@dataclass(slots=True)
class Outcome:
    """What one run did: messages that were accepted (digests and notices), their entries, and why others were not."""

    mails: int = 0
    entries: int = 0
    notices: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    mend: str | None = None
    paused: list[str] = field(default_factory=list)

    def fail(self, reason: str) -> None:
        """Count a failure by what was said."""
        self.failed[reason] = self.failed.get(reason, 0) + 1


def deliver(
    store: Store, settings: Settings, now: datetime, *, all_due: bool = True, channel: Channel[Any] | None = None, worker: str | None = None,
    outlets: Mapping[str, str] | None = None, ways: Mapping[str, Channel[Any]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Send all that is due. `all_due`: also what waits for a retry, as a stage called by hand does; the daemon passes False.

    `channel` sends mail, `ways` the other kinds (`webhook`, `chat`), instead of our own; `outlets`: slug -> name as a receipt
    prints it. Returns `{mails, entries, notices, waiting, held, parked, paused, failed, mend}`: `waiting` entries are due and
    unsent, `held` ones are for a later digest, `parked` counts all messages that were refused for good and not put back
    since, `paused` names channels that take nothing; `failed` maps what was said to how often, `mend` says what would help.
    """
    outcome = Outcome()
    if is_anything_due(store, now, all_due=all_due):
        run = _Run(store, settings, now, worker or store.worker, outcome, due_only=not all_due, outlets=outlets or {})
        run.ways |= dict(ways or {})
        run.over(channel or (MailChannel(settings.smtp, settings.mail_from) if settings.smtp else None))
    waiting, held, parked, paused = _waiting(store, now)
    if outcome.mend and not waiting and not outcome.failed and not is_anything_due(store, now, all_due=True):
        outcome.mend = None
    return {
        "mails": outcome.mails, "entries": outcome.entries, "notices": outcome.notices, "waiting": waiting, "held": held,
        "parked": parked, "paused": paused, "failed": outcome.failed, "mend": outcome.mend,
    }  # fmt: skip


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failures: 60 s, doubling, at most a day."""
    doublings = min(max(attempts, 1) - 1, 20)
    return min(FIRST_DELAY * int(2**doublings), LONGEST_DELAY)


def told_wait(said: str | None, now: datetime) -> datetime | None:
    """When to try again after a Retry-After (RFC 9110: seconds, or a date), not before FIRST_DELAY nor after LONGEST_DELAY; None
    where nothing that can be read was said."""
    said = (said or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", said):
        wait = timedelta(seconds=min(int(said), LONGEST_DELAY.total_seconds()))
    else:
        try:
            moment = parsedate_to_datetime(said)
        except ValueError:
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return now + min(max(wait, FIRST_DELAY), LONGEST_DELAY)


class _Run:
    """One call of `deliver`. Each delivery is tried at most once in it, and a channel that fails is left alone for the rest of it."""

    def __init__(
        self, store: Store, settings: Settings, now: datetime, worker: str, outcome: Outcome, *, due_only: bool, outlets: Mapping[str, str]
    ) -> None:  # fmt: skip
        self.store = store
        self.settings = settings
        self.now = now
        self.worker = worker
        self.outcome = outcome
        self.due_only = due_only
        self.outlets = outlets
        self.failed: set[str] = set()  # what was sent is no longer prepared, and may be more than a query can name
        self.closed: set[str] = set()
        self.quiet: list[str] = []
        self.ways: dict[str, Channel[Any]] = {
            "webhook": WebhookChannel(user_agent(settings.contact), lambda: datetime.now(UTC).timestamp(), settings.allow_private),
            "chat": ChatChannel(settings.allow_private),
            "feed": FeedChannel(),
        }  # fmt: skip

    def over(self, mail: Channel[Any] | None) -> None:
        """Connect where a mail is due, freeze what is due, send; then the mails that say that a channel was paused."""
        with self.store.read() as tx:
            self.closed = set(channels.blocked(tx, self.now, due_only=self.due_only))
            self.quiet = _quiet(tx, self.now)
        if not self._over(mail) and self.outcome.paused:
            self.closed.discard(MAIL)
            self._over(mail)

    def _over(self, mail: Channel[Any] | None) -> bool:
        """One pass; whether a mail was due. A connection that breaks is made again, a few times."""
        with self.store.read() as tx:
            mails = _is_mail_due(tx, self.now, due_only=self.due_only, closed=list(self.closed))
        if mails and mail is None:
            self.outcome.mend = NO_SERVER
        if mail is None or not mails:
            self.closed.add(MAIL)
        frozen = False
        for _ in range(BREAKS):
            try:
                with nullcontext() if MAIL in self.closed else mail or nullcontext() as opened:
                    self.ways |= {"mail": opened} if opened else {}
                    if not frozen:
                        self._freeze()
                        frozen = True
                    self._send_all()
                    return mails
            except ChannelDownError as error:
                self._lost_mail(error)
                if not frozen:
                    self.closed.add(MAIL)
        self.closed.add(MAIL)
        self._send_all()
        return mails

    def _lost_mail(self, error: ChannelDownError) -> None:
        self.outcome.fail(error.reason)
        self.outcome.mend = error.mend

    def _freeze(self) -> None:
        with self.store.write() as tx:
            kept.lock(tx)
            mutes = muting.standing(tx)
            for alert, due_now, _ in _sorted(tx, self.now):
                ready = muting.still_told(tx, alert.id, due_now, mutes.get(alert.id, ()))
                if ready and any(_is_open(channel, self.closed) for channel in alert.channels):
                    parts = [ready[start : start + IN_ONE_MESSAGE] for start in range(0, len(ready), IN_ONE_MESSAGE)]
                    down = self._down(tx, deliveries.last_prepared(tx, alert.id, self.now) or alert.created)
                    answers.made_keys(tx, alert.id)
                    deliveries.prepare(tx, alert, parts, deliveries.domain(self.settings.mail_from), self.now, down)
            bulletins.prepare_due(
                tx, self.now, deliveries.domain(self.settings.mail_from),
                lambda alert: any(_is_open(channel, self.closed) for channel in alert.channels),
            )  # fmt: skip

    def _down(self, tx: Any, since: datetime) -> list[str]:
        """The outlets that were down between two digests, however briefly."""
        found = sources.outages(tx, since, max(self.now, since), at_least=timedelta(0))
        return sorted({self.outlets.get(one.source, one.source) for one in found})

    def _send_all(self) -> None:
        while claimed := self._claim():
            with held():  # told to end now, we first write down whether it was taken
                self._send(*claimed)

    def _send(self, delivery: Delivery, keys: Keys) -> None:
        way = kind(delivery.channel)
        try:
            message, entries = messages.compose(self.store, self.settings, delivery, keys)
            if message is not None:
                self.ways[way].send(message, delivery.recipient if way == "mail" else delivery.channel)
        except ChannelDownError as error:
            if way == "mail":
                self._failed(delivery, error.reason)
                raise
            self.outcome.fail(error.reason)
            self._failed(delivery, error.reason, channel=True, again=told_wait(error.again, self.now))
        except DeliveryError as error:
            self.outcome.fail(error.reason)
            self._failed(
                delivery, error.reason, permanent=error.permanent, channel=not error.permanent, gone=error.gone
            )
        except (
            ValueError,
            TypeError,
            KeyError,
            jinja2.TemplateError,
        ) as error:  # a message we cannot write holds up no other
            self.outcome.fail(f"{type(error).__name__}: {error}")
            self._failed(delivery, f"{type(error).__name__}: {error}")
        else:
            self._sent(delivery, entries, told=message is not None)

    def _claim(self) -> tuple[Delivery, Keys] | None:
        self.store.require_room()  # a message that goes out and cannot be recorded would go out again
        with self.store.write() as tx:
            claimed = deliveries.claim_delivery(
                tx,
                self.worker,
                self.now,
                due_only=self.due_only,
                skip=self.failed,
                closed=sorted(self.closed),
                quiet=self.quiet,
            )
            return (claimed, answers.made_keys(tx, claimed.alert)) if claimed else None

    def _sent(self, delivery: Delivery, entries: int, *, told: bool) -> None:
        with self.store.write() as tx:
            if not deliveries.record_sent(tx, delivery, self.worker, self.now):
                self.failed.add(delivery.id)  # another holds it now
            if told and channels.works(tx, delivery.channel):
                deliveries.retry_deliveries(
                    tx, [delivery.channel]
                )  # what was parked when it was paused goes out as well
        if told:
            self.outcome.mails += 1
            self.outcome.entries += entries
            self.outcome.notices += delivery.kind in (BULLETIN, *NOTICES)

    def _failed(self, delivery: Delivery, reason: str, *, permanent: bool = False, channel: bool = False, gone: bool = False, again: datetime | None = None) -> None:  # fmt: skip
        """Try again later (`again`: when the other side said), or park it; with `channel` or `gone` the failure is the destination's,
        and may be its last."""
        self.failed.add(delivery.id)
        with self.store.write() as tx:
            again = again or self.now + backoff(max(delivery.attempts, channels.failures(tx, delivery.channel)) + 1)
            deliveries.record_failed(tx, delivery, self.worker, reason, None if permanent else again)
            if channel or gone:
                self.closed.add(delivery.channel)
                if channels.failed(tx, delivery.channel, reason, again, self.now, dead=gone):
                    self._tell_elsewhere(tx, delivery.channel, reason)
            elif permanent and delivery.kind == REFUSED:
                deliveries.forget(tx, delivery)
            elif permanent:
                self._tell_refused(tx, delivery, reason)

    def _tell_elsewhere(self, tx: Any, url: str, reason: str) -> None:
        """A channel was paused: each owner who uses it is told once, through another channel that works."""
        self.outcome.paused.append(shown(url))
        users: dict[str, list[Alert]] = {}
        for alert in kept.listed(tx):
            if url in alert.channels:
                users.setdefault(alert.owner, []).append(alert)
        domain = deliveries.domain(self.settings.mail_from)
        for alerts in users.values():
            alert, channel = next(iter(self._others(tx, alerts, url)), (alerts[0], None))
            if channel:
                deliveries.add_notice(tx, alert, f"{url} {reason}", domain, self.now, kind="channel", to=[channel])

    def _tell_refused(self, tx: Any, delivery: Delivery, reason: str) -> None:
        """A message was refused for good: its owner is told through another channel, or shortly through that very one."""
        alert = kept.get(tx, delivery.alert)
        channel = next((one for _, one in self._others(tx, [alert], delivery.channel)), delivery.channel)
        domain = deliveries.domain(self.settings.mail_from)
        deliveries.add_notice(tx, alert, f"{delivery.channel} {reason}", domain, self.now, kind=REFUSED, to=[channel])

    def _others(self, tx: Any, alerts: Sequence[Alert], url: str) -> list[tuple[Alert, str]]:
        """Where else an owner of alerts can be told, each with the alert to name: first what may be tried now, a feed last.

        Besides the alerts' own channels there is mail to the owner, and the chats of the owner's other alerts (not webhooks: those
        know an alert by its signature).
        """
        owner = alerts[0].owner
        theirs = [
            one for alert in kept.listed(tx) if alert.owner == owner for one in alert.channels if kind(one) == "chat"
        ]
        own = [(alert, one) for alert in alerts for one in alert.channels]
        paused = {one.url for one in channels.states(tx).values() if one.paused}
        found = [(alert, one) for alert, one in [*own, *((alerts[0], one) for one in (f"{MAIL}{owner}", *theirs))] if one != url and one not in paused]  # fmt: skip
        return sorted(found, key=lambda pair: (pair[1] == FEED, not _is_open(pair[1], self.closed)))


def _is_open(channel: str, closed: set[str]) -> bool:
    """Whether a channel may be tried in this run."""
    return channel not in closed and not (MAIL in closed and channel.startswith(MAIL))


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


def _is_mail_due(tx: Any, now: datetime, *, due_only: bool, closed: Sequence[str]) -> bool:
    """Whether a mail is prepared and may go out, or entries are due that a mail would tell."""
    if deliveries.is_any_ready(tx, now, due_only=due_only, closed=closed, of=MAIL, quiet=_quiet(tx, now)):
        return True
    return any(one.startswith(MAIL) and one not in closed for alert in _due(tx, now) for one in alert.channels)


def _due(tx: Any, now: datetime) -> Iterator[Alert]:
    """The alerts with entries or bulletins that are due now and not frozen yet."""
    yield from (alert for alert, ready, _ in _sorted(tx, now) if ready)
    yield from (alert for alert, _ in bulletins.ready(tx, now))


def _quiet(tx: Any, now: datetime) -> list[str]:
    """The alerts whose owners want to be told nothing at this moment: what was frozen before, or failed, waits too."""
    return [alert.id for alert in kept.with_quiet_hours(tx) if is_quiet(alert, now)]


def is_anything_due(store: Store, now: datetime, *, all_due: bool = False, mail: bool = True) -> bool:
    """Whether `deliver` would try to send something now; with `all_due` also what waits for a retry. `mail`: a mail server is set."""
    with store.read() as tx:
        closed = channels.blocked(tx, now, due_only=not all_due) + ([] if mail else [MAIL])
        if deliveries.is_any_ready(tx, now, due_only=not all_due, closed=closed, quiet=_quiet(tx, now)):
            return True
        return any(_is_open(channel, set(closed)) for alert in _due(tx, now) for channel in alert.channels)


def _waiting(store: Store, now: datetime) -> tuple[int, int, int, list[str]]:
    """How many entries are due and unsent, how many are held for a later digest, how many messages are parked; paused channels."""
    with store.read() as tx:
        groups = _sorted(tx, now)
        unsent = deliveries.unsent_entries(tx) + sum(len(ready) for _, ready, _ in groups)
        paused = sorted(shown(one.url) for one in channels.states(tx).values() if one.paused)
        return unsent, sum(len(later) for *_, later in groups), len(deliveries.parked_deliveries(tx)), paused
