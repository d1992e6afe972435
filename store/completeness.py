"""Completeness: for each source and month in Lima, how many items its listings named and how many of them we have.

Counted from the frontier, where every address that a sitemap, an archive or a feed showed stands once, dated by its page or
else by its listing; an address that led to a known document counts as that document. A month is `surveyed` when a listing
of its whole past was read (an archive, a month's sitemap); otherwise we know only what the feeds showed while we watched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, select

from core.time import day_bounds, lima_day
from store.dialect import insert
from store.schema import aliases, completeness, documents, frontier


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """One source in one month (`YYYY-MM`): items listed, those of them that we have, and when the whole month was surveyed."""

    source: str
    month: str
    listed: int
    have: int
    surveyed: datetime | None
    counted: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Several sources and months taken together. `unsurveyed` are the sources of which only the feeds are known, for a part
    of the time at least."""

    listed: int
    have: int
    sources: tuple[str, ...]
    unsurveyed: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """How much of what was listed we have, None where nothing was counted."""
        return self.have / self.listed if self.listed else None


def month_of(moment: datetime) -> str:
    """The month in Lima, `YYYY-MM`."""
    return f"{lima_day(moment):%Y-%m}"


def months_between(first: date, last: date) -> Iterator[str]:
    """Every month that the days from `first` to `last` touch."""
    at = first.replace(day=1)
    while at <= last:
        yield f"{at:%Y-%m}"
        at = _following(at)


def recount(tx: Connection, source: str, months: Iterable[str] | None, now: datetime) -> None:
    """Count these months of a source anew; all of its months with None."""
    for month in sorted(set(_all_months(tx, source) if months is None else months)):
        start, end = _bounds(month)
        listed, have = _count(
            tx, and_(frontier.c.source == source, frontier.c.published >= start, frontier.c.published < end)
        )
        values = {"listed": listed, "have": have, "counted": now}
        statement = insert(tx, completeness).values(source=source, month=month, **values)
        tx.execute(statement.on_conflict_do_update(index_elements=["source", "month"], set_=values))


def surveyed(tx: Connection, source: str, first: date, last: date, now: datetime) -> None:
    """Note that everything the source published in these days was listed: whole months of them count as surveyed."""
    for month in months_between(first, last):
        start = date.fromisoformat(month + "-01")
        end = _following(start) - timedelta(days=1)
        if first <= start and end <= last and end < lima_day(now):
            values = {"surveyed": now}
            statement = insert(tx, completeness).values(
                source=source, month=month, listed=0, have=0, counted=now, **values
            )
            tx.execute(statement.on_conflict_do_update(index_elements=["source", "month"], set_=values))


def rows(
    tx: Connection, sources: Iterable[str] | None = None, first: str | None = None, last: str | None = None
) -> list[Completeness]:
    """What was counted, by source and month; of these sources and from one month to another (`YYYY-MM`, inclusive)."""
    scope: list[ColumnElement[bool]] = [completeness.c.source.in_(list(sources))] if sources is not None else []
    scope += [completeness.c.month >= first] if first else []
    scope += [completeness.c.month <= last] if last else []
    chosen = select(completeness).where(and_(True, *scope)).order_by(completeness.c.source, completeness.c.month)
    return [Completeness(**dict(row)) for row in tx.execute(chosen).mappings()]


def together(found: Iterable[Completeness]) -> Whole:
    """Several rows as one figure."""
    found = [row for row in found if row.listed]
    return Whole(
        listed=sum(row.listed for row in found), have=sum(row.have for row in found),
        sources=tuple(sorted({row.source for row in found})),
        unsurveyed=tuple(sorted({row.source for row in found if row.surveyed is None})),
    )  # fmt: skip


def by_source(tx: Connection) -> dict[str, Whole]:
    """All that was counted of each source, over all of its months."""
    found: dict[str, list[Completeness]] = {}
    for row in rows(tx):
        found.setdefault(row.source, []).append(row)
    return {source: together(its) for source, its in found.items()}


def _count(tx: Connection, scope: ColumnElement[bool]) -> tuple[int, int]:
    """Items listed and those held. Two addresses of one document are one item; one that was taken down is not held."""
    leads = documents.c.id == func.coalesce(frontier.c.document, aliases.c.document)
    held = and_(leads, documents.c.taken_down.is_(None))
    joined = frontier.outerjoin(aliases, aliases.c.alias == frontier.c.alias).outerjoin(documents, held)
    item = func.coalesce(documents.c.id, frontier.c.alias)
    chosen = select(func.count(item.distinct()), func.count(documents.c.id.distinct())).select_from(joined).where(scope)
    listed, have = tx.execute(chosen).one()
    return int(listed), int(have)


def _all_months(tx: Connection, source: str) -> list[str]:
    chosen = select(func.min(frontier.c.published), func.max(frontier.c.published)).where(frontier.c.source == source)
    first, last = tx.execute(chosen).one()
    known = select(completeness.c.month).where(completeness.c.source == source)
    counted = list(tx.execute(known).scalars())
    return counted + (list(months_between(lima_day(first), lima_day(last))) if first else [])


def _bounds(month: str) -> tuple[datetime, datetime]:
    start = date.fromisoformat(month + "-01")
    return day_bounds(start)[0], day_bounds(_following(start))[0]


def _following(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)
