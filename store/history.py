"""What happened to one address, stage by stage, from SQL alone: what `pututu why URL` prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from core.document import SYNTHETIC, StoryRef
from store import frontier, schema, stories, work
from store.documents import VersionInfo, versions
from store.reading import resolve
from store.sources import SourceState, state

Rows = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Every trace of an address. Rows are mappings with the columns of their tables; what never happened is empty.

    `addresses` are the frontier's rows (discovered, fetched, extracted or parked and why), `looks` their second looks (when
    last, when next, since when the page is gone), `document` the row of the
    document (`taken_down` and `takedown_reason` included), `steps` its annotations without their payloads, `work` its
    rows in the queue, `hits`, `entries` and `deliveries` what the alerts made of it.
    """

    name: str
    id: str | None
    source: SourceState | None
    addresses: tuple[frontier.FrontierRow, ...] = ()
    looks: Rows = ()
    document: Mapping[str, Any] | None = None
    aliases: tuple[str, ...] = ()
    versions: tuple[VersionInfo, ...] = ()
    steps: Rows = ()
    corrections: Rows = ()
    story: StoryRef | None = None
    work: Rows = ()
    hits: Rows = ()
    entries: Rows = ()
    deliveries: Rows = ()

    @property
    def first_seen(self) -> datetime | None:
        """When anything of this address was first seen."""
        moments = [row.discovered for row in self.addresses] + ([self.document["first_seen"]] if self.document else [])
        return min(moments, default=None)


def of(tx: Connection, name: str) -> History:
    """The history of a URL, alias or id. For what was never seen everything in it is empty."""
    id = resolve(tx, name)
    row = frontier.of_url(tx, name)
    if id is None and row is not None:
        id = row.document
    if id is None:
        return History(
            name=name, id=None, source=state(tx, row.source) if row else None, addresses=(row,) if row else ()
        )
    document = next(iter(_rows(tx, schema.documents, "id", [id])), None)
    if document and document["source"] == SYNTHETIC:  # a canary shows nowhere
        return History(name=name, id=None, source=None)
    addresses = {one.id: one for one in ([row] if row else []) + frontier.of_document(tx, id)}
    hits = _rows(tx, schema.hits, "document", [id])
    entries = _rows(tx, schema.entries, "id", [hit["entry"] for hit in hits])
    source = document["source"] if document else None
    return History(
        name=name,
        id=id,
        source=state(tx, source) if source else None,
        addresses=tuple(addresses.values()),
        looks=_rows(tx, schema.revisions, "address", list(addresses)),
        document=document,
        aliases=tuple(sorted(one["alias"] for one in _rows(tx, schema.aliases, "document", [id]))),
        versions=tuple(versions(tx, id)),
        steps=_steps(tx, id),
        corrections=_rows(tx, schema.corrections, "document", [id]),
        story=stories.of(tx, [id]).get(id),
        work=tuple(dict(one) for one in work.of_document(tx, id)),
        hits=hits,
        entries=entries,
        deliveries=_deliveries(tx, hits, entries),
    )


def _rows(tx: Connection, table: Table, column: str, values: list[Any]) -> Rows:
    wanted = [value for value in dict.fromkeys(values) if value is not None]
    if not wanted:
        return ()
    chosen = select(table).where(table.c[column].in_(wanted)).order_by(*table.primary_key.columns)
    return tuple(dict(row) for row in tx.execute(chosen).mappings())


def _deliveries(tx: Connection, hits: Rows, entries: Rows) -> Rows:
    """The mails that tell the entries, and those whose first part counts the hits that are only counted."""
    parts = {(entry["batch"], entry["part"]) for entry in entries} | {
        (hit["batch"], 1) for hit in hits if hit["counted"]
    }
    rows = _rows(tx, schema.deliveries, "batch", [batch for batch, _ in parts])
    return tuple(row for row in rows if (row["batch"], row["part"]) in parts)


def _steps(tx: Connection, id: str) -> Rows:
    columns = [schema.annotations.c[name] for name in ("version", "step", "fingerprint", "made")]
    chosen = select(*columns).where(schema.annotations.c.document == id)
    rows = tx.execute(chosen.order_by(schema.annotations.c.version, schema.annotations.c.step)).mappings()
    return tuple(dict(row) for row in rows)
