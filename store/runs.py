"""Runs: what each job looked at and what came of it, its receipt. A run whose process died shows as interrupted."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from core.errors import PututuError, StoreError
from store.database import Store
from store.dialect import insert
from store.schema import runs
from store.workers import workers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One job: `what` it was asked, its receipt once it ended."""

    id: int
    kind: str
    worker: str
    what: Any
    state: Literal["running", "done", "failed", "interrupted"]
    started: datetime
    finished: datetime | None
    receipt: Mapping[str, Any] | None


def start(tx: Connection, kind: str, now: datetime, what: Any = None) -> int:
    """Begin a run under this store's worker; its id. Runs that dead workers left behind are marked as interrupted."""
    interrupt(tx, now)
    worker = workers_of(tx).name
    values = {
        "kind": kind,
        "worker": worker,
        "what": what if what is not None else {},
        "state": "running",
        "started": now,
    }
    id: int = tx.execute(insert(tx, runs).values(values).returning(runs.c.id)).scalar_one()
    return id


def finish(
    tx: Connection, id: int, receipt: Mapping[str, Any], ok: bool, now: datetime, *, interrupted: bool = False
) -> None:
    """End a run with its receipt."""
    state = "interrupted" if interrupted else "done" if ok else "failed"
    values = {"state": state, "receipt": dict(receipt), "finished": now}
    tx.execute(update(runs).where(runs.c.id == id).values(values))


def recent(tx: Connection, limit: int = 50, kind: str | None = None) -> list[Run]:
    """The latest runs, newest first. Those of dead workers are shown as interrupted, whether marked yet or not."""
    chosen = select(runs).order_by(runs.c.id.desc()).limit(limit)
    rows = tx.execute(chosen if kind is None else chosen.where(runs.c.kind == kind)).mappings().all()
    dead = workers_of(tx).dead(tx, {row["worker"] for row in rows if row["state"] == "running"})
    return [
        Run(
            **dict(row)
            | {"state": "interrupted" if row["state"] == "running" and row["worker"] in dead else row["state"]}
        )
        for row in rows
    ]


def interrupt(tx: Connection, now: datetime) -> int:
    """Mark the unfinished runs of dead workers as interrupted; how many they were."""
    names = set(tx.execute(select(runs.c.worker).where(runs.c.state == "running").distinct()).scalars())
    dead = workers_of(tx).dead(tx, names)
    if not dead:
        return 0
    left = (runs.c.state == "running") & runs.c.worker.in_(dead)
    return tx.execute(update(runs).where(left).values(state="interrupted", finished=now)).rowcount


def recorded(
    store: Store, kind: str, job: Callable[[], Mapping[str, Any]], clock: Callable[[], datetime]
) -> dict[str, Any]:
    """Do a job and keep its receipt in the history, also when it fails or is interrupted (then the error is the receipt).

    A receipt whose `failed` names stages that could not be done is kept as that of a run that failed.
    """
    id, began = None, clock()
    with suppress(StoreError), store.write() as tx:  # on a full disk this may be the very job that makes room
        id = start(tx, kind, began)
    receipt: dict[str, Any] = {"error": "interrupted"}
    ok, interrupted = False, True
    try:
        receipt = dict(job())
        ok, interrupted = not isinstance(receipt.get("failed"), list) or not receipt["failed"], False
    except Exception as error:
        said = str(error) if isinstance(error, PututuError) else f"{type(error).__name__}: {error}"
        receipt, interrupted = {"error": said}, False
        raise
    finally:
        with store.write() as tx:
            id = start(tx, kind, began) if id is None else id
            finish(tx, id, receipt, ok, clock(), interrupted=interrupted)
    return receipt
