"""Alerts and what they hit.

A **hit** is unique for an alert and a document, so matching again adds nothing. Hits join the open **entry** of their alert
and story. An entry that is put into a batch of mails is frozen: nothing joins it any more, whatever happens to its story.
Hits that are only counted (arrivals from the past; what was told before, or is muted: `silenced` says so) have no entry;
a batch takes them along (`store/deliveries.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true, update

from core.document import Payload
from core.errors import InputError
from store.dialect import batches, exclusive, insert
from store.schema import alerts, entries, hits, story_members

Language = Literal["es", "en"]
Rhythm = Literal["instant", "daily", "weekly"]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Kind = Literal["documents", "volume", "operator", "canary"]
ASKED: tuple[Kind, ...] = ("documents", "canary")  # kinds that are asked of each document
OURS: tuple[Kind, ...] = ("canary",)  # kinds that no person subscribed to
State = Literal["active", "paused", "removed"]
TRANSLATION = "translation"
TOLD = "told"
"""`silenced` of a hit whose story was told before, and which brings nothing new."""
LOCK = "alerts"
Changed = Callable[[Payload, Sequence[Payload]], Sequence[str]]
"""What a hit's snapshot brings to the snapshots that were told of its story; nothing: it is the same news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A saved question and whom to tell. `at` is HH:MM in Lima, `channels` are URLs (`mailto:...`).

    `kind`: what it tells of: `documents` that match, an unusual `volume` of them, or what the `operator` must know (no query
    then). `day` is that of a weekly mail; `quiet` HH:MM-HH:MM in Lima, between which nothing is sent; `volume` has `count`,
    `ratio`, `sources` and `cooldown` (hours).

    `reason` says why we paused it; a pause by its owner has none. `revision` grows with every change of what it asks.
    `every`: each document of a story is told, also when it brings nothing new.
    """

    id: str
    name: str
    query: str
    owner: str
    language: Language = "es"
    rhythm: Rhythm = "instant"
    at: str = "07:00"
    channels: tuple[str, ...] = ()
    state: State = "active"
    reason: str | None = None
    revision: int = 1
    every: bool = False
    created: datetime
    changed: datetime
    kind: Kind = "documents"
    day: Day = "monday"
    quiet: str | None = None
    volume: Payload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An alert's match with a document, and what could be seen of it at that moment, masked. `batch`: counted and told there.

    `silenced` says why one that arrived in time is only counted: its story was told (`told`), or its story, source or place is muted.
    """

    alert: str
    document: str
    version: int
    cause: str
    arrival: str
    counted: bool
    snapshot: Payload
    matched: datetime
    story: str | None = None
    entry: int | None = None
    batch: str | None = None
    silenced: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The hits of one story that one mail tells. `state` is `open` or `frozen`; a frozen one is in `part` of `batch`.

    `others`: how many outlets besides its own told the story when it was frozen.
    """

    id: int
    alert: str
    story: str | None
    state: str
    created: datetime
    batch: str | None
    part: int | None
    others: int | None = None
    hits: int = 0


@dataclass(frozen=True, slots=True)
class Added:
    """What `add_hits` wrote: new hits, entries opened, hits that are only counted, and pairs that were there already."""

    hits: int = 0
    entries: int = 0
    counted: int = 0
    known: int = 0


# ---- Alerts ----


def add(tx: Connection, alert: Alert) -> None:
    """Keep a new alert. Raises InputError when its owner has one of that name already."""
    _refuse_twin(tx, alert)
    tx.execute(alerts.insert().values(**_values(alert)))


def edit(tx: Connection, alert: Alert, now: datetime) -> Alert:
    """Replace what an alert says."""
    _refuse_twin(tx, alert)
    values = _values(alert) | {"revision": alerts.c.revision + 1, "changed": now}
    tx.execute(update(alerts).where(alerts.c.id == alert.id).values(**values))
    return get(tx, alert.id)


def pause(tx: Connection, id_: str, reason: str | None, now: datetime) -> bool:
    """Stop asking. With a reason it is our doing (a question that is no longer valid). False if it was not active."""
    return _turn(tx, id_, ("active",), "paused", reason, now)


def resume(tx: Connection, id_: str, now: datetime) -> bool:
    """Ask again. False if it was not paused."""
    return _turn(tx, id_, ("paused",), "active", None, now)


def owner_pauses(tx: Connection, id_: str, now: datetime) -> bool:
    """An alert that we paused becomes one that its owner paused: nothing more is told of it. False if it was not so."""
    mine = and_(alerts.c.id == id_, alerts.c.state == "paused", alerts.c.reason.is_not(None))
    return bool(tx.execute(update(alerts).where(mine).values(reason=None, changed=now)).rowcount)


def remove(tx: Connection, id_: str, now: datetime) -> bool:
    """Ask and tell no more; its hits, entries and deliveries are kept. False if it was removed before."""
    return _turn(tx, id_, ("active", "paused"), "removed", None, now)


def get(tx: Connection, which: str) -> Alert:
    """An alert by id or by name (those removed: by id only). Raises InputError: none, or several of that name."""
    named = and_(alerts.c.name == which, alerts.c.state != "removed")
    found = [_alert(row) for row in tx.execute(select(alerts).where(or_(alerts.c.id == which, named)))]
    exact = [alert for alert in found if alert.id == which] or found
    if not exact:
        raise InputError(f"There is no alert {which!r}.", "`pututu alerts list` names them.")
    if len(exact) > 1:
        ids = ", ".join(f"{alert.id} ({alert.owner})" for alert in exact)
        raise InputError(f"Several alerts are named {which!r}: {ids}.", "Name it by its id.")
    return exact[0]


def listed(tx: Connection, *, removed: bool = False) -> list[Alert]:
    """All alerts that people subscribed to, oldest first; those removed only if asked for."""
    wanted = and_(alerts.c.kind.not_in(OURS), true() if removed else alerts.c.state != "removed")
    return [_alert(row) for row in tx.execute(select(alerts).where(wanted).order_by(alerts.c.created, alerts.c.id))]


def active(tx: Connection, kinds: Sequence[Kind] = ASKED) -> list[Alert]:
    """The alerts that are asked of what arrives; with `kinds`, those of other kinds."""
    wanted = and_(alerts.c.state == "active", alerts.c.kind.in_(kinds))
    return [_alert(row) for row in tx.execute(select(alerts).where(wanted).order_by(alerts.c.id))]


def with_quiet_hours(tx: Connection) -> list[Alert]:
    """The alerts in whose owners' nights nothing is sent."""
    return [_alert(row) for row in tx.execute(select(alerts).where(alerts.c.quiet.is_not(None)))]


def revisions(tx: Connection) -> dict[str, int]:
    """The revision of each alert that is asked of documents: equal before and after means that nobody edited while we matched."""
    wanted = and_(alerts.c.state == "active", alerts.c.kind.in_(ASKED))
    rows = tx.execute(select(alerts.c.id, alerts.c.revision).where(wanted))
    return {row.id: row.revision for row in rows}


def checked(tx: Connection, documents: int) -> None:
    """Every active alert was asked of so many more documents; its next mail says the sum."""
    tx.execute(update(alerts).where(alerts.c.state == "active").values(checked=alerts.c.checked + documents))


# ---- Hits and entries ----


def lock(tx: Connection) -> None:
    """Until this transaction ends nobody else adds hits or freezes entries."""
    exclusive(tx, LOCK)


def add_hits(tx: Connection, found: Sequence[Hit], changed: Changed | None = None) -> Added:
    """Write the hits that are new (`entry` and `batch` are chosen here) and let each join or open its story's entry.

    With `changed`, a hit of a story that was told before opens an entry only when it brings something new (its snapshot then
    says what under `changed`) or its alert asks for every document; else it is only counted.
    """
    lock(tx)
    known = _known(tx, found)
    named = sorted(found, key=lambda hit: not hit.counted)  # of two causes in one batch the one that is told wins
    fresh = list({(hit.alert, hit.document): hit for hit in named if (hit.alert, hit.document) not in known}.values())
    fresh = _weighed(tx, fresh, changed) if changed else fresh
    told = [hit for hit in fresh if not hit.counted]
    opened, places = _entries_for(tx, told)
    rows = [_hit_values(hit, None if hit.counted else places[hit.alert, hit.document]) for hit in fresh]
    for batch in batches(rows):
        tx.execute(insert(tx, hits).on_conflict_do_nothing(), list(batch))
    return Added(len(told), opened, len(fresh) - len(told), len(found) - len(fresh))


def hits_of(tx: Connection, alert: str, *, limit: int | None = None, offset: int = 0) -> list[Hit]:
    """An alert's hits, newest first."""
    query = hit_rows().where(hits.c.alert == alert).order_by(hits.c.id.desc()).limit(limit).offset(offset)
    return [hit_of(row) for row in tx.execute(query)]


def hits_on(tx: Connection, alert: str, document: str) -> list[Hit]:
    """An alert's hit on a document: one or none."""
    return [hit_of(row) for row in tx.execute(hit_rows().where(hits.c.alert == alert, hits.c.document == document))]


def hits_of_entries(tx: Connection, ids: Sequence[int]) -> dict[int, list[Hit]]:
    """The hits of entries, in the order in which they matched; those of documents taken down are left out."""
    found: dict[int, list[Hit]] = {}
    for some in batches(ids):
        for hit in map(hit_of, tx.execute(hit_rows().where(hits.c.entry.in_(some)).order_by(hits.c.id))):
            if hit.entry is not None and "headline" in hit.snapshot:
                found.setdefault(hit.entry, []).append(hit)
    return found


def entries_of(tx: Connection, alert: str, *, limit: int | None = None, offset: int = 0) -> list[Entry]:
    """An alert's entries, newest first, each with its number of hits."""
    size = select(func.count()).where(hits.c.entry == entries.c.id).scalar_subquery().label("hits")
    query = (
        select(entries, size).where(entries.c.alert == alert).order_by(entries.c.id.desc()).limit(limit).offset(offset)
    )
    return [Entry(**row._mapping) for row in tx.execute(query)]


def open_entries(tx: Connection) -> dict[str, list[Entry]]:
    """The open entries of every alert that may be told something, by alert, oldest first."""
    query = select(entries).join(alerts).where(entries.c.state == "open", tellable()).order_by(entries.c.id)
    found: dict[str, list[Entry]] = {}
    for row in tx.execute(query):
        found.setdefault(row.alert, []).append(Entry(**row._mapping))
    return found


# ---- Rows ----


def tellable() -> ColumnElement[bool]:
    """Alerts whose owners are told what was found: active ones, and those that *we* paused. An owner's pause is silence."""
    return or_(alerts.c.state == "active", and_(alerts.c.state == "paused", alerts.c.reason.is_not(None)))


def _refuse_twin(tx: Connection, alert: Alert) -> None:
    same = and_(
        alerts.c.name == alert.name, alerts.c.owner == alert.owner, alerts.c.id != alert.id, alerts.c.state != "removed"
    )
    twin = tx.execute(select(alerts.c.id).where(same)).scalar()
    if twin:
        raise InputError(f"{alert.owner} has an alert named {alert.name!r} already ({twin}).", "Give this one another name, or edit that one.")  # fmt: skip


def _turn(tx: Connection, id_: str, of: Sequence[str], state: str, reason: str | None, now: datetime) -> bool:
    values = {"state": state, "reason": reason, "changed": now, "revision": alerts.c.revision + 1}
    return bool(tx.execute(update(alerts).where(alerts.c.id == id_, alerts.c.state.in_(of)).values(**values)).rowcount)


def _known(tx: Connection, found: Sequence[Hit]) -> set[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    for documents in batches(sorted({hit.document for hit in found})):
        rows = tx.execute(select(hits.c.alert, hits.c.document).where(hits.c.document.in_(documents)))
        known.update((row.alert, row.document) for row in rows)
    return known


def _entries_for(tx: Connection, fresh: Sequence[Hit]) -> tuple[int, dict[tuple[str, str], int]]:
    """The entry of each hit: the open one of its alert and story, or a new one. A document without a story has its own."""
    places: dict[tuple[str, str], int] = {}
    open_ones: dict[tuple[str, str], int] = {}
    for stories in batches(sorted({hit.story for hit in fresh if hit.story})):
        query = select(entries.c.id, entries.c.alert, entries.c.story).where(
            entries.c.state == "open", entries.c.story.in_(stories)
        )
        open_ones |= {(row.alert, row.story): row.id for row in tx.execute(query)}
    opened = 0
    for hit in fresh:
        entry = open_ones.get((hit.alert, hit.story)) if hit.story else None
        if entry is None:
            row = {"alert": hit.alert, "story": hit.story, "state": "open", "created": hit.matched}
            entry = tx.execute(entries.insert().values(**row)).inserted_primary_key[0]  # type: ignore[index]
            opened += 1
            if hit.story:
                open_ones[hit.alert, hit.story] = entry
        places[hit.alert, hit.document] = entry
    return opened, places


def _weighed(tx: Connection, fresh: Sequence[Hit], changed: Changed) -> list[Hit]:
    """The hits, those that bring nothing to a story that was told turned into counted ones. What an open entry waits for joins it."""
    stories = sorted({hit.story for hit in fresh if hit.story and not hit.counted})
    told = _told(tx, stories, sorted({hit.alert for hit in fresh}))
    waiting = _waiting(tx, stories)
    every = set(tx.execute(select(alerts.c.id).where(alerts.c.every)).scalars()) if told else set()
    weighed = []
    for hit in fresh:
        mine = (hit.alert, hit.story or "")
        if not hit.counted and mine in told and mine not in waiting and hit.alert not in every:
            if what := changed(hit.snapshot, told[mine]):
                hit = replace(hit, snapshot={**hit.snapshot, "changed": list(what)})
                waiting.add(mine)
            else:
                hit = replace(hit, counted=True, silenced=TOLD)
        weighed.append(hit)
    return weighed


def _told(tx: Connection, stories: Sequence[str], of: Sequence[str]) -> dict[tuple[str, str], list[Payload]]:
    """By alert (`of` these) and story what frozen entries told of it: under that name, or by documents that are in it now."""
    found: dict[tuple[str, str], dict[str, Payload]] = {}
    columns = (hits.c.alert, hits.c.document, hits.c.snapshot)
    kept = select(*columns).join(entries, entries.c.id == hits.c.entry).where(entries.c.state == "frozen")
    moved = kept.join(story_members, story_members.c.document == hits.c.document)
    for some, these in product(list(batches(stories)), list(batches(of))):
        for query, story in ((kept, entries.c.story), (moved, story_members.c.story)):
            mine = query.add_columns(story.label("story")).where(story.in_(some), hits.c.alert.in_(these))
            for row in tx.execute(mine):
                found.setdefault((row.alert, row.story), {})[row.document] = row.snapshot
    return {key: [one for one in told.values() if "headline" in one] for key, told in found.items()}


def _waiting(tx: Connection, stories: Sequence[str]) -> set[tuple[str, str]]:
    """The alerts and stories that have an open entry."""
    found: set[tuple[str, str]] = set()
    for some in batches(stories):
        mine = and_(entries.c.state == "open", entries.c.story.in_(some))
        found |= {(row.alert, row.story) for row in tx.execute(select(entries.c.alert, entries.c.story).where(mine))}
    return found


def _values(alert: Alert) -> dict[str, Any]:
    names = (
        "id",
        "name",
        "query",
        "owner",
        "language",
        "rhythm",
        "at",
        "state",
        "reason",
        "revision",
        "every",
        "created",
        "changed",
        "kind",
        "day",
        "quiet",
        "volume",
    )
    return {name: getattr(alert, name) for name in names} | {"channels": list(alert.channels)}


def _hit_values(hit: Hit, entry: int | None) -> dict[str, Any]:
    names = ("alert", "document", "version", "cause", "arrival", "counted", "matched", "snapshot", "silenced")
    return {name: getattr(hit, name) for name in names} | {"entry": entry}


def hit_rows() -> Any:
    """The query of hits, each with the story of its entry; `hit_of` reads its rows."""
    return select(hits, entries.c.story).outerjoin(entries, entries.c.id == hits.c.entry)


def hit_of(row: Row[Any]) -> Hit:
    """A row of `hit_rows`."""
    return Hit(**{name: value for name, value in row._mapping.items() if name != "id"})


def _alert(row: Row[Any]) -> Alert:
    values = {name: value for name, value in row._mapping.items() if name != "checked"}
    return Alert(**{**values, "channels": tuple(row.channels)})
