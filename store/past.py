"""The past of a source: what a survey found listed, asked for all at once or little by little."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from store.dialect import batches
from store.frontier import STATES
from store.schema import frontier


def ask_for(
    tx: Connection, source: str, start: datetime, end: datetime, now: datetime, *, limit: int | None = None,
    at: Sequence[datetime] = (), undated: bool = False,
) -> int:  # fmt: skip
    """Make pending, as a backfill, what was only listed in [start, end), the newest first, at most `limit`; how many.

    `undated`: also what says no date. `at`: when each may be fetched, in that order (now where it names none), so that a
    long past does not come at once.
    """
    scope = _listed(source, start, end)
    if undated:
        scope = or_(
            scope, and_(frontier.c.source == source, frontier.c.state == "listed", frontier.c.published.is_(None))
        )
    chosen = select(frontier.c.id).where(scope).order_by(frontier.c.published.desc(), frontier.c.id)
    ids = list(tx.execute(chosen.limit(limit)).scalars())
    values = {"state": "pending", "priority": 1, "arrival": "backfill", "attempts": 0, "changed": now}
    for batch in batches(list(zip(ids, [*at, *[now] * len(ids)], strict=False))):
        for moment in dict.fromkeys(moment for _, moment in batch):
            some = [id for id, its in batch if its == moment]
            tx.execute(update(frontier).where(frontier.c.id.in_(some)).values(values | {"not_before": moment}))
    return len(ids)


def counts(tx: Connection, source: str, start: datetime, end: datetime) -> dict[str, int]:
    """How many addresses of [start, end) are in each state."""
    within = and_(frontier.c.source == source, frontier.c.published >= start, frontier.c.published < end)
    rows = tx.execute(select(frontier.c.state, func.count().label("number")).where(within).group_by(frontier.c.state))
    return dict.fromkeys(STATES, 0) | {row.state: row.number for row in rows}


def _listed(source: str, start: datetime, end: datetime) -> ColumnElement[bool]:
    within = and_(frontier.c.published >= start, frontier.c.published < end)
    return and_(frontier.c.source == source, frontier.c.state == "listed", within)
