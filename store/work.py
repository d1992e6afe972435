"""The queue: what waits to be done to which document version, who holds it, what failed and why.

A worker claims a batch by lease, works without a transaction, and writes its result only if the lease is still its own.
Leases of dead workers are free at once; `lease_until` bounds a worker that hangs. What a worker dies on again and
again is claimed alone, so that one poisonous document neither stops the queue nor drags its neighbours along.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, case, func, or_, select, update

from core.document import SYNTHETIC
from store.dialect import batches, insert
from store.schema import documents, work
from store.workers import workers_of

KINDS = ("enrich", "index", "match")
STATES = ("waiting", "leased", "parked", "done")
LEASE = timedelta(minutes=10)
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)
MAX_ATTEMPTS = 8
SUSPECT_DEATHS = 3
MAX_DEATHS = 8
Free = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work: what to do (`kind`) to which version of a document, and what caused it."""

    id: int
    kind: str
    document: str
    version: int
    cause: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Parked:
    """Work that failed for good, with the error that `doctor` shows."""

    id: int
    kind: str
    document: str
    version: int
    cause: str
    attempts: int
    error: str


def delay(attempts: int) -> timedelta:
    """How long to wait after so many failures: 30 s, doubling, at most six hours."""
    return min(FIRST_DELAY * float(2 ** max(0, min(attempts, 40) - 1)), LONGEST_DELAY)


def add_many(
    tx: Connection, kind: str, items: Iterable[tuple[str, int]], cause: str, now: datetime, *,
    not_before: datetime | None = None, again: bool = False,
) -> None:  # fmt: skip
    """Queue work for document versions. What was queued before for the same cause stays as it is.

    `again=True` puts back what is done, and makes what is being done count as not done: the change it is queued for
    may have come after the worker read the document.
    """
    rows = [
        {"kind": kind, "document": document, "version": version, "cause": cause, "state": "waiting", "attempts": 0, "deaths": 0,
         "not_before": not_before or now, "created": now}
        for document, version in dict.fromkeys(items)
    ]  # fmt: skip
    if not rows:
        return
    key = ["document", "kind", "version", "cause"]
    statement = insert(tx, work).on_conflict_do_nothing(index_elements=key)
    if again:
        fresh: dict[str, Any] = {"state": "waiting", "attempts": 0, "deaths": 0, "error": None, "finished": None}
        fresh |= {"lease_by": None, "lease_until": None, "not_before": not_before or now}
        statement = insert(tx, work).on_conflict_do_update(
            index_elements=key, set_=fresh, where=work.c.state != "waiting"
        )
    tx.execute(statement, rows)


def claim(
    tx: Connection,
    kind: str,
    worker: str,
    limit: int,
    now: datetime,
    *,
    ignore_not_before: bool = True,
    lease: timedelta = LEASE,
) -> list[Work]:
    """Lease up to `limit` pieces of waiting work, the longest waiting first.

    `ignore_not_before` takes what waits for a retry too, as a stage called by hand does; the daemon passes False.
    """
    free_leases(tx, work, work.c.kind == kind, now)
    ready = and_(work.c.kind == kind, work.c.state == "waiting")
    if not ignore_not_before:
        ready = and_(ready, _is_time(now))
    chosen = (
        select(work).where(ready).order_by(work.c.not_before, work.c.id).limit(limit).with_for_update(skip_locked=True)
    )
    rows = _without_suspects(tx.execute(chosen).mappings().all())
    for batch in batches([row["id"] for row in rows]):
        held = {"state": "leased", "lease_by": worker, "lease_until": now + lease}
        tx.execute(update(work).where(work.c.id.in_(batch)).values(held))
    return [_work(row) for row in rows]


def postpone(tx: Connection, works: Sequence[Work], worker: str, until: datetime) -> int:
    """Give back what could not be begun because something outside does not answer; no attempt is counted."""
    freed = 0
    for batch in batches([one.id for one in works]):
        own = (work.c.id.in_(batch)) & (work.c.state == "leased") & (work.c.lease_by == worker)
        values = {"state": "waiting", "lease_by": None, "lease_until": None, "not_before": until}
        freed += tx.execute(update(work).where(own).values(values)).rowcount
    return freed


def ready(tx: Connection, now: datetime) -> bool:
    """Whether any work waits whose time has come, or is leased by a worker that may be gone."""
    due = or_(work.c.state == "leased", and_(work.c.state == "waiting", _is_time(now)))
    return tx.execute(select(work.c.id).where(work.c.kind.in_(KINDS), due).limit(1)).first() is not None


def held(tx: Connection, works: Sequence[Work], worker: str) -> list[Work]:
    """Those of the works whose lease is still ours; their rows are locked until this transaction ends."""
    mine: set[int] = set()
    for batch in batches([one.id for one in works]):
        chosen = select(work.c.id).where(work.c.id.in_(batch), work.c.state == "leased", work.c.lease_by == worker)
        mine |= set(tx.execute(chosen.with_for_update()).scalars())
    return [one for one in works if one.id in mine]


def done_many(tx: Connection, works: Sequence[Work], worker: str, now: datetime) -> list[Work]:
    """Record as done what we still hold, and answer those; the others were taken from us, so their result is to be dropped."""
    mine: set[int] = set()
    values = {"state": "done", "lease_by": None, "lease_until": None, "error": None, "finished": now}
    for batch in batches([one.id for one in works]):
        own = (work.c.id.in_(batch)) & (work.c.state == "leased") & (work.c.lease_by == worker)
        mine |= set(tx.execute(update(work).where(own).values(values).returning(work.c.id)).scalars())
    return [one for one in works if one.id in mine]


def fail(
    tx: Connection, one: Work, worker: str, error: str, now: datetime, *, permanent: bool = False
) -> Literal["waiting", "parked", "lost"]:
    """Record a failure: it waits longer each time, and is parked after 8 or when it is permanent. `lost`: not our lease."""
    attempts = one.attempts + 1
    state: Literal["waiting", "parked"] = "parked" if permanent or attempts >= MAX_ATTEMPTS else "waiting"
    values = {
        "state": state, "attempts": attempts, "error": error, "not_before": now + delay(attempts), "lease_by": None, "lease_until": None,
    }  # fmt: skip
    own = (work.c.id == one.id) & (work.c.state == "leased") & (work.c.lease_by == worker)
    return state if tx.execute(update(work).where(own).values(values)).rowcount else "lost"


def release(tx: Connection, works: Sequence[Work], worker: str) -> int:
    """Give back what was claimed and not begun (a stage that is told to stop); it keeps its place in the queue."""
    freed = 0
    for batch in batches([one.id for one in works]):
        own = (work.c.id.in_(batch)) & (work.c.state == "leased") & (work.c.lease_by == worker)
        freed += tx.execute(update(work).where(own).values(state="waiting", lease_by=None, lease_until=None)).rowcount
    return freed


def waiting(tx: Connection, kind: str | None = None) -> int:
    """How much is not done yet: waiting or leased."""
    open_ = work.c.state.in_(("waiting", "leased"))
    chosen = select(func.count()).select_from(work).where(open_ if kind is None else and_(work.c.kind == kind, open_))
    return tx.execute(chosen).scalar_one()


def parked(tx: Connection, limit: int = 1000) -> list[Parked]:
    """What failed for good, the oldest first."""
    rows = tx.execute(
        select(work).where(work.c.kind.in_(KINDS), work.c.state == "parked").order_by(work.c.id).limit(limit)
    ).mappings()
    names = ("id", "kind", "document", "version", "cause", "attempts")
    return [Parked(**{name: row[name] for name in names}, error=row["error"] or "") for row in rows]


def retry(tx: Connection, kind: str | None = None, *, now: datetime) -> int:
    """Put parked work back; how much it was."""
    stuck = work.c.state == "parked" if kind is None else and_(work.c.kind == kind, work.c.state == "parked")
    fresh = {"state": "waiting", "attempts": 0, "deaths": 0, "not_before": now}
    return tx.execute(update(work).where(stuck).values(fresh)).rowcount


def summary(tx: Connection) -> dict[str, dict[str, int]]:
    """For every kind how many pieces of work wait, are leased, parked, done: each is counted in exactly one state."""
    counts = {kind: dict.fromkeys(STATES, 0) for kind in KINDS}
    for kind, state, number in tx.execute(
        select(work.c.kind, work.c.state, func.count()).group_by(work.c.kind, work.c.state)
    ):
        counts.setdefault(kind, dict.fromkeys(STATES, 0))[state] = number
    return counts


def missing(tx: Connection, kind: str, limit: int = 1000) -> list[str]:
    """Documents whose current version was never queued for this kind of work: should be none once nothing waits before it."""
    same = (work.c.document == documents.c.id) & (work.c.kind == kind) & (work.c.version == documents.c.version)
    stands = and_(documents.c.taken_down.is_(None), documents.c.source != SYNTHETIC)
    chosen = select(documents.c.id).where(stands, ~select(work.c.id).where(same).exists())
    return list(tx.execute(chosen.order_by(documents.c.id).limit(limit)).scalars())


def touched_since(tx: Connection, kind: str, moment: datetime) -> list[str]:
    """Documents of which such work was done at or after a moment, or is leased now, in the order of their ids."""
    chosen = select(work.c.document).where(_touched(kind, moment)).distinct().order_by(work.c.document)
    return list(tx.execute(chosen).scalars())


def again(tx: Connection, kind: str, moment: datetime, now: datetime) -> int:
    """Put back what was done at or after a moment, and what is leased now (its holder's result no longer counts); how much."""
    fresh: dict[str, Any] = {"state": "waiting", "attempts": 0, "deaths": 0, "error": None, "finished": None}
    fresh |= {"lease_by": None, "lease_until": None, "not_before": now}
    return tx.execute(update(work).where(_touched(kind, moment)).values(fresh)).rowcount


def failing(tx: Connection, attempts: int) -> list[tuple[str, int]]:
    """What work that was tried so often, and still waits, failed of: each error with how many pieces of work."""
    again = and_(
        work.c.kind.in_(KINDS), work.c.state == "waiting", work.c.attempts >= attempts, work.c.error.is_not(None)
    )
    rows = tx.execute(select(work.c.error, func.count()).where(again).group_by(work.c.error).order_by(work.c.error))
    return [(str(error), number) for error, number in rows]


def unsettled(tx: Connection, kind: str) -> int:
    """Of how many documents such work is open or parked, or was never queued."""
    open_ = select(work.c.document).where(work.c.kind == kind, work.c.state != "done").distinct().subquery()
    queued = select(work.c.id).where(work.c.document == documents.c.id, work.c.kind == kind).exists()
    stands = and_(documents.c.taken_down.is_(None), documents.c.source != SYNTHETIC)
    never = select(func.count()).select_from(documents).where(stands, ~queued)
    number = tx.execute(select(func.count()).select_from(open_)).scalar_one()
    return number + tx.execute(never).scalar_one()


def _touched(kind: str, moment: datetime) -> ColumnElement[bool]:
    done = and_(work.c.state == "done", work.c.finished >= moment)
    return and_(work.c.kind == kind, or_(work.c.state == "leased", done))


def of_document(tx: Connection, document: str) -> list[RowMapping]:
    """Every row of work of one document, as history shows them."""
    return list(tx.execute(select(work).where(work.c.document == document).order_by(work.c.id)).mappings())


def free_leases(tx: Connection, table: Table, scope: ColumnElement[bool], now: datetime) -> None:
    """Put back what dead workers and outlived leases hold; what has outlived too many workers is parked."""
    leased = and_(scope, table.c.state == "leased")
    names = set(tx.execute(select(table.c.lease_by).where(leased).distinct()).scalars())
    if not names:
        return
    dead = workers_of(tx).dead(tx, [name for name in names if name])
    lost = and_(leased, or_(table.c.lease_by.in_(dead), table.c.lease_until < now))
    killed = table.c.deaths + 1 >= MAX_DEATHS
    error = f"Its worker died or hung {MAX_DEATHS} times."
    values = {
        "state": case((killed, "parked"), else_="waiting"), "error": case((killed, error), else_=table.c.error),
        "deaths": table.c.deaths + 1, "lease_by": None, "lease_until": None,
    }  # fmt: skip
    tx.execute(update(table).where(lost).values(values))


def _is_time(now: datetime) -> ColumnElement[bool]:
    """Its time has come, or was reckoned by a clock that has been set back since: then it waits for nothing."""
    return or_(work.c.not_before <= now, work.c.created > now, work.c.not_before > now + LONGEST_DELAY)


def _without_suspects(rows: Sequence[RowMapping]) -> Sequence[RowMapping]:
    """Workers died on a suspect several times: it is taken alone, so that what follows shows which one it is."""
    for place, row in enumerate(rows):
        if row["deaths"] >= SUSPECT_DEATHS:
            return rows[: max(place, 1)]
    return rows


def _work(row: RowMapping) -> Work:
    return Work(*(row[name] for name in ("id", "kind", "document", "version", "cause", "attempts")))
