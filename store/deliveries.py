"""Messages: what freezes entries, who sends them, and what became of them.

A **delivery** is one message of a batch over one channel: prepared, leased by the worker that sends it, recorded once. Its
Message-ID and idempotency key come from its id, so that one sent again after a crash is the same. A batch also takes along the hits
that are only counted: the first part tells their number.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, not_, or_, select, true, tuple_, update

from core.document import Payload
from store.alerts import TOLD, Alert, Entry, Hit, entries_of, hit_of, hit_rows, listed, lock, tellable
from store.channels import closed_to, works
from store.dialect import batches
from store.schema import alerts, deliveries, documents, entries, hits, story_members
from store.workers import workers_of

LEASE = timedelta(hours=1)
LONGEST_DELAY = timedelta(days=1)
IN_ONE_MESSAGE = 500
RESTORED = "waited when the backup was made that was restored; it may have been sent since"
REFUSED = "refused"
OF_CHANNEL = ("channel", REFUSED)
"""Kinds of notices about a channel: it was paused, or it refused a message for good. Their reason begins with its URL."""
NOTICES = ("notice", *OF_CHANNEL)
"""Kinds of deliveries that are about the alert itself: its question cannot be asked any more, or something is wrong with a channel."""
BULLETIN = "bulletin"
"""The kind of deliveries that tell what is no document: a volume, or what operators must know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message over one channel: `part` of `parts` of a batch. `state` is `prepared`, `sent` or `parked` (with `error`).

    `kind` is `digest`, `bulletin` or one of NOTICES. `receipt` is what a digest's end says of the time since the last one.
    """

    id: str
    batch: str
    part: int
    parts: int
    alert: str
    kind: str
    channel: str
    message_id: str
    state: str
    reason: str | None
    checked: int
    prepared: datetime
    sent: datetime | None
    attempts: int
    not_before: datetime | None
    lease_by: str | None
    lease_until: datetime | None
    error: str | None
    receipt: Payload | None = None

    @property
    def recipient(self) -> str:
        """The address behind the channel's URL."""
        return self.channel.partition(":")[2]


def domain(sender: str) -> str:
    """The domain of a sender's address: Message-ID and List-Id end with it."""
    name = parseaddr(sender)[1].rpartition("@")[2]
    return name if name and name.isascii() else "localhost"


def last_prepared(tx: Connection, alert: str, now: datetime) -> datetime | None:
    """When this alert's last digest (or bulletin) was prepared; one dated after `now` (the clock went back) does not count."""
    mine = and_(deliveries.c.alert == alert, deliveries.c.kind.not_in(NOTICES), deliveries.c.prepared <= now)
    return tx.execute(
        select(deliveries.c.prepared).where(mine).order_by(deliveries.c.prepared.desc()).limit(1)
    ).scalar()


def prepare(
    tx: Connection, alert: Alert, parts: Sequence[Sequence[Entry]], domain: str, now: datetime, down: Sequence[str] = ()
) -> list[str]:
    """Freeze entries into a batch of messages, one for each part and channel, and take along what is only counted.

    The receipt is frozen with them; `down` names the sources that did not work since the last batch.
    """
    batch = secrets.token_hex(12)
    held = _held(tx, alert.id, [entry.id for part in parts for entry in part])
    total = max(tx.execute(select(alerts.c.checked).where(alerts.c.id == alert.id)).scalar_one() - held, 0)
    receipt = _receipt(tx, alert, [entry for part in parts for entry in part], total, down)
    _count_others(tx, [entry for part in parts for entry in part])
    for number, part in enumerate(parts, 1):
        ids = [entry.id for entry in part]
        for some in batches(ids):
            values = {"state": "frozen", "batch": batch, "part": number}
            tx.execute(update(entries).where(entries.c.id.in_(some), entries.c.state == "open").values(**values))
    untold = and_(hits.c.alert == alert.id, hits.c.counted, hits.c.batch.is_(None))
    tx.execute(update(hits).where(untold).values(batch=batch))
    tx.execute(update(alerts).where(alerts.c.id == alert.id).values(checked=held))
    rows = [
        _delivery_values(
            alert.id,
            batch,
            channel,
            domain,
            now,
            part=number,
            parts=len(parts),
            kind="digest",
            checked=total,
            receipt=receipt,
        )
        for number in range(1, len(parts) + 1)
        for channel in alert.channels
    ]
    if rows:
        tx.execute(deliveries.insert(), rows)
    return [row["id"] for row in rows]


def _held(tx: Connection, alert: str, ready: Sequence[int]) -> int:
    """How many documents wait for the next digest: they are counted as checked where they are told."""
    frozen_now, joined = set(ready), hits.join(entries, entries.c.id == hits.c.entry)
    waits = select(entries.c.id).select_from(joined).where(entries.c.alert == alert, entries.c.state == "open")
    return sum(entry not in frozen_now for entry in tx.execute(waits).scalars())


def _receipt(tx: Connection, alert: Alert, ready: Sequence[Entry], checked: int, down: Sequence[str]) -> dict[str, Any]:
    """`{checked, matched, told, late, down, query, earlier}`: documents asked, those that matched (counted ones too), those named,
    late ones; what the alert asks now, and how many (counted ones too) matched what it asked before it was edited."""
    told = late = 0
    earlier: Counter[str] = Counter()
    for some in batches([entry.id for entry in ready]):
        for snapshot in tx.execute(select(hits.c.snapshot).where(hits.c.entry.in_(some))).scalars():
            told += "headline" in snapshot  # else it was taken down
            late += bool(snapshot.get("late"))
            earlier[snapshot.get("question", alert.query)] += 1
    untold = and_(hits.c.alert == alert.id, hits.c.counted, hits.c.batch.is_(None))
    counted = tx.execute(select(func.count()).select_from(hits).where(untold)).scalar_one()
    if counted and alert.revision > 1:  # else nobody edited it
        for snapshot in tx.execute(select(hits.c.snapshot).where(untold).execution_options(yield_per=1_000)).scalars():
            earlier[snapshot.get("question", alert.query)] += 1
    del earlier[alert.query]
    return {
        "checked": checked, "matched": told + counted, "told": told, "late": late, "down": list(down), "query": alert.query,
        "earlier": dict(earlier),
    }  # fmt: skip


def _count_others(tx: Connection, ready: Sequence[Entry]) -> None:
    """Write down how many outlets besides those in an entry tell its story at this moment."""
    telling: dict[str, set[str]] = {}
    for some in batches(sorted({entry.story for entry in ready if entry.story})):
        joined = story_members.join(documents, documents.c.id == story_members.c.document)
        query = select(story_members.c.story, documents.c.source).select_from(joined).distinct()
        for story, source in tx.execute(query.where(story_members.c.story.in_(some), documents.c.taken_down.is_(None))):
            telling.setdefault(story, set()).add(source)
    own: dict[int, set[str]] = {}
    for ids in batches([entry.id for entry in ready if entry.story in telling]):
        for entry, snapshot in tx.execute(select(hits.c.entry, hits.c.snapshot).where(hits.c.entry.in_(ids))):
            own.setdefault(entry, set()).add(snapshot.get("source", ""))
    for one in ready:
        if one.story and (others := telling.get(one.story, set()) - own.get(one.id, set())):
            tx.execute(update(entries).where(entries.c.id == one.id).values(others=len(others)))


def add_notice(
    tx: Connection, alert: Alert, reason: str | None, domain: str, now: datetime, *, kind: str = "notice", to: Sequence[str] | None = None
) -> str:  # fmt: skip
    """A message to the owner that is about the alert itself, or (`bulletin`) that tells its bulletins, over all of its channels
    or over those in `to`; the batch."""
    batch = secrets.token_hex(12)
    channels = alert.channels if to is None else to
    rows = [_delivery_values(alert.id, batch, channel, domain, now, kind=kind, reason=reason) for channel in channels]
    if rows:
        tx.execute(deliveries.insert(), rows)
    return batch


def claim_delivery(
    tx: Connection, worker: str, now: datetime, *, due_only: bool, skip: Iterable[str] = (), closed: Sequence[str] = (),
    quiet: Sequence[str] = (),
) -> Delivery | None:  # fmt: skip
    """Lease the oldest prepared delivery that nobody living sends now. `due_only`: leave those that wait for a retry.

    `closed`: channels that are not tried now, by URL or whole kind (`mailto:`); `quiet`: alerts whose owners rest.
    """
    lock(tx)
    query = (
        _ready(tx, now, due_only=due_only, closed=closed, quiet=quiet)
        .where(deliveries.c.id.not_in(list(skip)))
        .order_by(deliveries.c.attempts, deliveries.c.prepared, deliveries.c.batch, deliveries.c.part, deliveries.c.id)
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    lease = {"lease_by": worker, "lease_until": now + LEASE}
    tx.execute(update(deliveries).where(deliveries.c.id == row.id).values(**lease))
    return Delivery(**{**row._mapping, **lease})


def record_sent(tx: Connection, delivery: Delivery, worker: str, now: datetime) -> bool:
    """The channel took it. False when the lease was lost meanwhile."""
    return _record(tx, delivery, worker, {"state": "sent", "sent": now, "error": None, "not_before": None})


def record_failed(tx: Connection, delivery: Delivery, worker: str, error: str, not_before: datetime | None) -> bool:
    """It was not taken: tried again from `not_before` on, or parked when there is none."""
    state = "prepared" if not_before else "parked"
    return _record(tx, delivery, worker, {"state": state, "error": error, "not_before": not_before})


def forget(tx: Connection, delivery: Delivery) -> None:
    """Drop a message that is of no use to anybody: a notice that was itself refused."""
    tx.execute(delete(deliveries).where(deliveries.c.id == delivery.id))


def hold_restored(tx: Connection, domain: str, now: datetime) -> int:
    """Park all that waits to be sent in a store that was restored: it may have been sent since the backup. How many messages.

    Nothing is lost: `retry_deliveries` puts it back.
    """
    lock(tx)
    for alert in listed(tx):
        waits = [entry for entry in entries_of(tx, alert.id) if entry.state == "open"]
        if waits and alert.channels:
            waits.reverse()
            parts = [waits[start : start + IN_ONE_MESSAGE] for start in range(0, len(waits), IN_ONE_MESSAGE)]
            prepare(tx, alert, parts, domain, now)
    held = {"state": "parked", "error": RESTORED, "lease_by": None, "lease_until": None}
    return tx.execute(update(deliveries).where(deliveries.c.state == "prepared").values(**held)).rowcount


def contents(tx: Connection, delivery: Delivery) -> tuple[list[list[Hit]], Counter[str]]:
    """The entries of a delivery, each a list of hits, and (on the first part) the hits that are only counted, by kind.

    Kinds are `backfill`, `import`, `translation`, `told` (nothing new in a story told before) and `muted`.
    """
    query = (
        hit_rows()
        .where(entries.c.batch == delivery.batch, entries.c.part == delivery.part)
        .order_by(entries.c.id, hits.c.id)
    )
    found: dict[int, list[Hit]] = {}
    for hit in map(hit_of, tx.execute(query)):
        if "headline" in hit.snapshot and hit.entry is not None:
            found.setdefault(hit.entry, []).append(hit)
    if delivery.part != 1:
        return list(found.values()), Counter()
    return list(found.values()), _counted(tx, hits.c.batch == delivery.batch)


def counted_of(tx: Connection, alert: str) -> Counter[str]:
    """The hits of an alert that are only counted, by kind, since it was made."""
    return _counted(tx, and_(hits.c.alert == alert, hits.c.counted))


def _counted(tx: Connection, which: ColumnElement[bool]) -> Counter[str]:
    counted: Counter[str] = Counter()
    columns = (hits.c.cause, hits.c.arrival, hits.c.silenced)
    for cause, arrival, silenced, number in tx.execute(select(*columns, func.count()).where(which).group_by(*columns)):
        past = arrival if arrival in ("backfill", "import") else cause
        counted["told" if silenced == TOLD else "muted" if silenced else past] += number
    return counted


def others(tx: Connection, delivery: Delivery) -> dict[int, int]:
    """For each entry of a delivery how many other outlets told its story when it was frozen; none is left out."""
    mine = and_(entries.c.batch == delivery.batch, entries.c.part == delivery.part, entries.c.others > 0)
    return {row.id: row.others for row in tx.execute(select(entries.c.id, entries.c.others).where(mine))}


def get(tx: Connection, id_: str) -> Delivery | None:
    """A delivery by its id."""
    row = tx.execute(select(deliveries).where(deliveries.c.id == id_)).one_or_none()
    return Delivery(**row._mapping) if row else None


def deliveries_of(tx: Connection, alert: str, *, limit: int | None = None, offset: int = 0) -> list[Delivery]:
    """An alert's deliveries, newest first."""
    mine = select(deliveries).where(deliveries.c.alert == alert)
    query = mine.order_by(deliveries.c.prepared.desc(), deliveries.c.batch, deliveries.c.part, deliveries.c.channel)
    return [Delivery(**row._mapping) for row in tx.execute(query.limit(limit).offset(offset))]


def notices_of(tx: Connection, alert: str, limit: int = 20) -> list[Delivery]:
    """The latest notices about an alert, one of each batch."""
    mine = and_(deliveries.c.alert == alert, deliveries.c.kind.in_(NOTICES))
    rows = tx.execute(
        select(deliveries).where(mine).order_by(deliveries.c.prepared.desc(), deliveries.c.id).limit(limit)
    )
    return list({row.batch: Delivery(**row._mapping) for row in rows}.values())


def parked_deliveries(tx: Connection) -> list[Delivery]:
    """Mails that were refused for good, with what was said."""
    return [Delivery(**row._mapping) for row in tx.execute(select(deliveries).where(deliveries.c.state == "parked"))]


def retry_deliveries(tx: Connection, channels: Sequence[str] | None = None) -> int:
    """Put parked messages back (those of some channels, or all); their channels are tried again as if they had never failed."""
    for url in [None] if channels is None else channels:
        works(tx, url)
    values = {"state": "prepared", "attempts": 0, "not_before": None}
    parked = deliveries.c.state == "parked"
    wanted = parked if channels is None else and_(parked, deliveries.c.channel.in_(channels))
    return tx.execute(update(deliveries).where(wanted).values(**values)).rowcount


def unsent_entries(tx: Connection) -> int:
    """How many entries are in a mail that is prepared and was not sent over every channel yet."""
    unsent = select(deliveries.c.batch, deliveries.c.part).where(deliveries.c.state == "prepared")
    waits = and_(tuple_(entries.c.batch, entries.c.part).in_(unsent), tellable())
    return tx.execute(select(func.count()).select_from(entries.join(alerts)).where(waits)).scalar_one()


def is_any_ready(tx: Connection, now: datetime, *, due_only: bool, closed: Sequence[str] = (), of: str = "", quiet: Sequence[str] = ()) -> bool:  # fmt: skip
    """Whether a message (`of` a kind of channel, `mailto:`) is prepared, unsent and in nobody's living hands."""
    query = _ready(tx, now, due_only=due_only, closed=closed, quiet=quiet).where(
        deliveries.c.channel.startswith(of, autoescape=True)
    )
    return tx.execute(query.limit(1)).first() is not None


def redirect(tx: Connection, alert: Alert) -> None:
    """Unsent mails to addresses the alert no longer has go to its first one, unless that one gets the same mail anyway."""
    unsent = and_(
        deliveries.c.alert == alert.id, deliveries.c.state != "sent", deliveries.c.kind.not_in(OF_CHANNEL),
        deliveries.c.channel.not_in(alert.channels),
    )  # fmt: skip
    for row in tx.execute(select(deliveries).where(unsent)).all() if alert.channels else ():
        same = and_(
            deliveries.c.batch == row.batch, deliveries.c.part == row.part, deliveries.c.channel == alert.channels[0]
        )
        if tx.execute(select(deliveries.c.id).where(same)).first():
            tx.execute(delete(deliveries).where(deliveries.c.id == row.id))
        else:
            anew = {"channel": alert.channels[0], "state": "prepared", "attempts": 0, "not_before": None, "error": None}
            tx.execute(update(deliveries).where(deliveries.c.id == row.id).values(**anew))


def _ready(tx: Connection, now: datetime, *, due_only: bool, closed: Sequence[str], quiet: Sequence[str]) -> Select[Any]:  # fmt: skip
    """The prepared deliveries that may be leased now. A lease ends with its worker's life, or after LEASE if it hangs.

    A retry further ahead than any that we set was written by a clock that has gone back since: it holds nothing up.
    """
    holders = tx.execute(select(deliveries.c.lease_by).where(deliveries.c.lease_by.is_not(None)).distinct()).scalars()
    dead = workers_of(tx).dead(tx, [name for name in holders if name])
    free = or_(deliveries.c.lease_by.is_(None), deliveries.c.lease_by.in_(dead), deliveries.c.lease_until < now)
    again = deliveries.c.not_before
    ready = or_(again.is_(None), again <= now, again > now + LONGEST_DELAY) if due_only else true()
    told = or_(tellable(), deliveries.c.kind.in_(NOTICES))
    open_ = and_(not_(closed_to(deliveries.c.channel, closed)), deliveries.c.alert.not_in(quiet))
    return select(deliveries).join(alerts).where(deliveries.c.state == "prepared", free, ready, told, open_)


def _record(tx: Connection, delivery: Delivery, worker: str, values: Mapping[str, Any]) -> bool:
    mine = and_(deliveries.c.id == delivery.id, deliveries.c.lease_by == worker, deliveries.c.state == "prepared")
    freed = {"lease_by": None, "lease_until": None, "attempts": deliveries.c.attempts + 1}
    return bool(tx.execute(update(deliveries).where(mine).values(**values, **freed)).rowcount)


def _delivery_values(alert: str, batch: str, channel: str, domain: str, now: datetime, *, part: int = 1, parts: int = 1, kind: str, checked: int = 0, reason: str | None = None, receipt: Payload | None = None) -> dict[str, Any]:  # fmt: skip
    id_ = secrets.token_hex(16)
    return {
        "id": id_, "batch": batch, "part": part, "parts": parts, "alert": alert, "kind": kind, "channel": channel,
        "message_id": f"<{id_}@{domain}>", "state": "prepared", "reason": reason, "checked": checked, "prepared": now, "attempts": 0,
        "receipt": receipt,
    }  # fmt: skip
