"""What SQLite and PostgreSQL say differently: insert-or-ignore, one writer at a time, how many values an IN may hold, and many
numbers as one value."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from zlib import crc32

from sqlalchemy import BigInteger, Connection, Table, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
BATCH = 1000


def insert(tx: Connection, table: Table) -> Any:
    """The dialect's own INSERT, which knows `on_conflict_do_nothing` and `on_conflict_do_update` (the same on both)."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def insert_numbers(tx: Connection, table: Table, rows: Sequence[tuple[int | str, ...]]) -> None:
    """Insert rows of plain numbers and ids, in the order of the table's columns, leaving those that are there.

    Without SQLAlchemy's work on each value this takes a third of the time, which counts where there are 16 to 64 rows
    for every document.
    """
    if rows:
        quote = tx.dialect.identifier_preparer.quote
        names = ", ".join(quote(column.name) for column in table.columns)
        marks = ", ".join(["%s" if tx.dialect.name == "postgresql" else "?"] * len(table.columns))
        tx.exec_driver_sql(
            f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING", list(rows)
        )


def numbers(tx: Connection, rows: Sequence[Sequence[int]], names: Sequence[str]) -> Any:
    """Rows of whole numbers, at least one, as a table to join with: thousands go as one value, or as one for each column."""
    if tx.dialect.name == "postgresql":
        columns = [cast(list(column), postgresql.ARRAY(BigInteger)) for column in zip(*rows, strict=True)]
        return func.unnest(*columns).table_valued(*names).render_derived()
    row = func.json_each(json.dumps(rows)).table_valued("value").c.value
    return select(*(func.json_extract(row, f"$[{place}]").label(name) for place, name in enumerate(names))).subquery()


def exclusive(tx: Connection, name: str) -> None:
    """Until this transaction ends, nobody else passes here with the same name. SQLite has one writer anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(crc32(name.encode()))))


def batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """The items in runs of at most `size`, for IN lists and bulk inserts."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
