"""What the store tells without the index: documents, stories, sources, alerts, runs, and what happened to an address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from alerts.channels.addresses import shown
from alerts.rhythm import next_due
from core.document import StoryRef
from core.errors import SettingError, StoreError, UnavailableError
from core.masking import mask
from core.record import Record
from core.time import lima_iso
from crawler.health import facts
from search.backend import Trouble
from search.engines import left_beside
from search.query import everything
from store import alerts as kept_alerts
from store import channels, deliveries, documents, frontier, history, revisions, story_decisions, work
from store import completeness as kept_completeness
from store import runs as kept_runs
from store import sources as kept_sources
from store import stories as kept_stories
from store.documents import VersionInfo
from web.desk import Desk
from web.past import Happening, happenings
from web.question import Question
from web.words import Words

Row = dict[str, Any]
MEMBERS = 200
"""Documents of a story that one page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A document with its versions and the others of its story."""

    record: Record
    versions: Sequence[VersionInfo]
    members: Sequence[Record]
    gone: datetime | None = None
    """Since when its page is gone from its site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStory:
    """A story with its documents, oldest first: all of them, or a page; `outlets` are the sources of all."""

    ref: StoryRef
    records: Sequence[Record]
    outlets: Sequence[str]
    total: int
    decisions: Sequence[story_decisions.Decision] = ()
    """What a person decided on it and did not take back, the latest first."""


def document(desk: Desk, id: str) -> Told | None:
    """The document with this id, None if there is none or it was taken down."""
    with desk.store.read() as tx:
        record = documents.record(tx, id)
        if record is None:
            return None
        ids = kept_stories.members(tx, record.story.id)[:MEMBERS] if record.story and record.story.size > 1 else []
        return Told(
            record=record,
            versions=documents.versions(tx, id),
            members=documents.records(tx, [i for i in ids if i != id]),
            gone=revisions.gone(tx, id),
        )


def story(desk: Desk, id: str, page: int | None = None) -> ToldStory | None:
    """The story with this id; with `page` (from 1) only so many of its documents as a page shows."""
    with desk.store.read() as tx:
        ref = kept_stories.get(tx, id)
        if ref is None:
            return None
        ids = kept_stories.chronicle(tx, ref.id)
        shown = ids if page is None else ids[(page - 1) * MEMBERS : page * MEMBERS]
        outlets = kept_stories.outlets(tx, ref.id)
        decided = [one for one in story_decisions.decisions(tx, ref.id) if one.undone is None]
    records = list(documents.each(desk.store, shown))
    return ToldStory(ref=ref, records=records, outlets=outlets, total=len(ids), decisions=decided)


def story_json(told: ToldStory, *, with_text: Callable[[Record], bool]) -> Row:
    """A story with its documents as JSON."""
    rows = [record.masked().to_json(with_text=with_text(record)) for record in told.records]
    return {
        "id": told.ref.id,
        "size": told.ref.size,
        "first": lima_iso(told.ref.first),
        "outlets": list(told.outlets),
        "documents": rows,
    }


def stories(desk: Desk, question: Question) -> list[Row]:
    """The latest stories that more than one document tells, with the headline of their first."""
    with desk.store.read() as tx:
        refs = kept_stories.recent(tx, question.limit, offset=question.offset, at_least=2)
        firsts = {ref.id: next(iter(kept_stories.members(tx, ref.id)), "") for ref in refs}
        titles = {found.id: found.title for found in documents.many(tx, list(firsts.values()))}
        outlets = {ref.id: kept_stories.outlets(tx, ref.id) for ref in refs}
    return [
        {"id": ref.id, "size": ref.size, "first": lima_iso(ref.first), "title": mask(titles.get(firsts[ref.id], "")) or ref.id, "outlets": outlets[ref.id]}
        for ref in refs
    ]  # fmt: skip


def sources(desk: Desk) -> list[Row]:
    """Every source: of the catalog, polled, or only found in documents (imported)."""
    with desk.store.read() as tx:
        states = kept_sources.states(tx)
        pending = {slug: frontier.counts(tx, slug).get("pending", 0) for slug in states}
        counted = kept_completeness.by_source(tx)
    catalog, items = desk.catalog(), _items(desk)
    watched = [slug for slug in catalog if not desk.demo or slug in states]  # the demo watches its own press only
    slugs = sorted({*watched, *states, *(items or {})})
    return [
        _source(slug, catalog.get(slug), states.get(slug), pending.get(slug), items)
        | facts(states.get(slug) or kept_sources.SourceState(slug=slug))
        | _held(counted.get(slug))
        for slug in slugs
    ]


def _held(counted: kept_completeness.Whole | None) -> Row:
    """How many items a source's listings named, how many of them are held, and whether all its months were surveyed."""
    return {
        "listed": counted.listed if counted else None, "have": counted.have if counted else None,
        "completeness": counted.share if counted else None, "surveyed": not counted.unsurveyed if counted else None,
    }  # fmt: skip


def _source(
    slug: str, source: Any, state: kept_sources.SourceState | None, pending: int | None, items: Mapping[str, int] | None
) -> Row:
    status = (state.status if state.enabled else "disabled") if state else source.status if source else None
    return {
        "slug": slug, "name": source.name if source else slug, "home": source.home if source else None,
        "kind": source.kind if source else None, "region": source.region if source else None, "status": status,
        "enabled": state.enabled if state else source is not None, "reason": (state.error or state.reason) if state else source.reason or None if source else None,
        "failures": state.failures if state else 0, "interval": state.interval if state else None,
        "last_success": _iso(state.last_success) if state else None, "last_item": _iso(state.last_item) if state else None,
        "pending": pending, "items": items.get(slug, 0) if items is not None else None,
    }  # fmt: skip


def _items(desk: Desk) -> dict[str, int] | None:
    """Documents by source, None while the index does not answer."""
    try:
        return dict(desk.index().facets(everything(), ["source"], None)["source"])
    except UnavailableError:
        return None


def alerts(desk: Desk) -> list[Row]:
    """Every alert, oldest first."""
    now = datetime.now(UTC)
    with desk.store.read() as tx:
        return [alert_row(found, now) for found in kept_alerts.listed(tx)]


def alert_row(a: kept_alerts.Alert, now: datetime) -> Row:
    """An alert as the page, its data and the API give it; what only its owner knows of a channel is left out. `next`: when what
    matches now goes out."""
    return {
        "id": a.id, "name": a.name, "query": a.query, "owner": a.owner, "language": a.language, "rhythm": a.rhythm, "at": a.at,
        "channels": [shown(channel) for channel in a.channels], "state": a.state, "reason": a.reason, "created": lima_iso(a.created),
        "kind": a.kind, "day": a.day, "quiet": a.quiet, "volume": dict(a.volume) if a.volume else None, "every": a.every,
        "next": lima_iso(next_due(a, now)) if a.state == "active" else None,
    }  # fmt: skip


def parked(desk: Desk) -> list[Row]:
    """The messages that were refused for good, with what was said."""
    with desk.store.read() as tx:
        names = {alert.id: alert.name for alert in kept_alerts.listed(tx, removed=True)}
        found = deliveries.parked_deliveries(tx)
    return [
        {"id": one.id, "alert": one.alert, "name": names.get(one.alert, one.alert), "channel": shown(one.channel), "prepared": lima_iso(one.prepared), "error": one.error}
        for one in found
    ]  # fmt: skip


def failing_channels(desk: Desk) -> list[Row]:
    """The channels that fail or are paused, with the last error."""
    with desk.store.read() as tx:
        found = channels.states(tx).values()
    return [
        {"channel": shown(one.url), "failures": one.failures, "since": _iso(one.since), "paused": _iso(one.paused), "error": one.error}
        for one in found
    ]  # fmt: skip


def alert(desk: Desk, id: str) -> kept_alerts.Alert | None:
    """The alert with this very id, None if there is none."""
    with desk.store.read() as tx:
        return next((found for found in kept_alerts.listed(tx) if found.id == id), None)


def runs(desk: Desk, limit: int) -> list[Row]:
    """The latest jobs, newest first."""
    with desk.store.read() as tx:
        found = kept_runs.recent(tx, limit)
    return [
        {
            "id": run.id, "kind": run.kind, "state": run.state, "started": lima_iso(run.started), "finished": _iso(run.finished),
            "what": run.what, "receipt": dict(run.receipt) if run.receipt is not None else None,
        }
        for run in found
    ]  # fmt: skip


def index_troubles(desk: Desk, words: Words) -> list[str]:
    """What is wrong with the index, though the store's pages are served: it is down, read-only, slow, parts are missing."""
    told: list[str] = []
    looks: Sequence[Callable[[], list[Trouble]]] = (
        lambda: desk.index().troubles(),
        lambda: left_beside(desk.settings),
    )
    for look in looks:
        try:
            told += [f"{words.said(found.finding)}. {words.said(found.mend)}" for found in look()]
        except (StoreError, UnavailableError, SettingError) as error:
            told.append(words.said(str(error)))
    return list(dict.fromkeys(told))  # a server that is down says it twice


def work_summary(desk: Desk) -> dict[str, dict[str, int]]:
    """For each kind of work how much waits, is in progress, parked, done."""
    with desk.store.read() as tx:
        return work.summary(tx)


def happened(desk: Desk, name: str, words: Words) -> list[Happening] | None:
    """What happened to a document or address, stage by stage, masked; None if nothing is known of it."""
    with desk.store.read() as tx:
        found = history.of(tx, name)
    if found.first_seen is None:
        return None
    return [replace(one, what=mask(one.what)) for one in happenings(found, words)]


def _iso(moment: datetime | None) -> str | None:
    return lima_iso(moment) if moment else None
