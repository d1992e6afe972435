"""The matching stage: every active alert is asked of every document version that waits.

It follows arrival, never dates of publication: what is queued is asked once, however old it is. Hits, their entries and
the end of the work are one transaction, so a kill at any point leaves the work waiting and nothing half-written; asked again, a
hit that is there already changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts import muting, news
from alerts.matcher import Matcher, frequencies
from alerts.snapshots import snapshot
from core.document import SYNTHETIC
from core.record import Record
from core.settings import Settings
from search.analysed import Analysed
from store import alerts as kept
from store import deliveries, documents, work
from store.alerts import TRANSLATION, Alert, Hit
from store.database import Store
from store.work import Work

KIND = "match"
BATCH = 200
SAMPLE = 100  # documents that tell which terms are rare
WEEK = timedelta(days=7)
PAST = ("backfill", "import")
NOT_ASKED = ("extractor", "meta")  # changes that are none of the publisher's: nobody is told of them


def match(
    store: Store,
    settings: Settings,
    now: datetime,
    *,
    worker: str | None = None,
    outlets: Mapping[str, str] | None = None,
    all_due: bool = True,
    batch: int = BATCH,
) -> dict[str, Any]:
    """Ask the active alerts of all documents that wait. `outlets`: slug -> name as a mail prints it.

    Returns `{documents, hits, entries, counted, known, paused, failed}`: `known` were hits before, `paused` names alerts whose
    question is no longer valid, `failed` maps errors to numbers of documents.
    """
    receipt: dict[str, Any] = {
        "documents": 0,
        "hits": 0,
        "entries": 0,
        "counted": 0,
        "known": 0,
        "paused": [],
        "failed": {},
    }
    stage = _Stage(store, settings, now, worker or store.worker, outlets or {}, receipt)
    while works := stage.claim(batch, all_due):
        while not stage.do(works):
            pass
    return receipt


class _Stage:
    """One run of the stage: the matcher is kept between batches as long as nobody edits an alert."""

    def __init__(self, store: Store, settings: Settings, now: datetime, worker: str, outlets: Mapping[str, str], receipt: dict[str, Any]) -> None:  # fmt: skip
        self.store = store
        self.settings = settings
        self.now = now
        self.worker = worker
        self.outlets = outlets
        self.receipt = receipt
        self._matcher = Matcher(())
        self._revisions: dict[str, int] | None = None
        self._frequencies: Mapping[Any, int] = {}
        self._tried: set[int] = set()
        self._mutes: muting.Mutes = {}

    def claim(self, limit: int, all_due: bool) -> list[Work]:
        """The next batch. What failed in this very run is given back: its turn comes in a later one."""
        with self.store.write() as tx:
            works = work.claim(tx, KIND, self.worker, limit, self.now, ignore_not_before=all_due)
            work.release(tx, [one for one in works if one.id in self._tried], self.worker)
        fresh = [one for one in works if one.id not in self._tried]
        self._tried.update(one.id for one in fresh)
        return fresh

    def do(self, works: Sequence[Work]) -> bool:
        """Match one batch and write it. False when an alert was edited meanwhile: then nothing is written, ask again."""
        with self.store.read() as tx:
            revisions, alerts = kept.revisions(tx), kept.active(tx)
            self._mutes = muting.standing(tx) if alerts else {}
            found = documents.records(tx, list({one.document: None for one in works})) if alerts else []
        views, failed = self._views(found)
        if revisions != self._revisions:
            if len(alerts) > SAMPLE:  # for fewer it costs more than it saves
                self._frequencies = self._frequencies or frequencies(list(views.values())[:SAMPLE])
            self._matcher, self._revisions = Matcher(alerts, self._frequencies), revisions
        hits = [hit for one in works if (view := views.get(one.document)) for hit in self._hits(one, view, failed)]
        with self.store.write() as tx:
            kept.lock(tx)
            if kept.revisions(tx) != revisions:
                return False
            self._pause_broken(tx)
            self._write(tx, works, hits, failed, {name for name, view in views.items() if _is_synthetic(view)})
        return True

    def _views(self, records: Sequence[Record]) -> tuple[dict[str, Analysed], dict[str, str]]:
        views, failed = {}, {}
        for record in records:
            try:
                views[record.id] = Analysed.of(record)
            except (ValueError, TypeError, KeyError) as error:  # one poisoned record stops nobody else
                failed[record.id] = f"{type(error).__name__}: {error}"
        return views, failed

    def _hits(self, one: Work, view: Analysed, failed: dict[str, str]) -> list[Hit]:
        record, document = view.record, view.record.document
        if one.cause in NOT_ASKED:
            return []
        outlet = self.outlets.get(document.source, document.source)
        try:
            return [
                self._hit(one, record, asked.alert, snapshot(asked.node, view, outlet, asked.alert.language))
                for asked in self._matcher.match(view)
                if (asked.alert.kind == "canary") is (document.source == SYNTHETIC)  # each is nobody else's
            ]
        except (ValueError, TypeError, KeyError) as error:
            failed[one.document] = f"{type(error).__name__}: {error}"
            return []

    def _hit(self, one: Work, record: Record, alert: Alert, shown: dict[str, Any]) -> Hit:
        document, story = record.document, record.story.id if record.story else None
        counted = _counted(one, record, self.now)
        silenced = (
            None if counted else muting.muted(self._mutes.get(alert.id, ()), document.source, story, shown["facts"])
        )
        return Hit(
            alert=alert.id,
            document=document.id,
            version=document.version,
            cause=one.cause,
            arrival=document.arrival,
            counted=counted or silenced is not None,
            silenced=silenced,
            snapshot=shown | {"question": alert.query},
            matched=self.now,
            story=story,
        )

    def _pause_broken(self, tx: Any) -> None:
        """An alert whose question can no longer be asked is kept, paused with the reason, and its owner told."""
        for alert_id, reason in self._matcher.broken.items():
            if kept.pause(tx, alert_id, reason, self.now):
                alert = kept.get(tx, alert_id)
                deliveries.add_notice(tx, alert, reason, deliveries.domain(self.settings.mail_from), self.now)
                self.receipt["paused"].append({"id": alert.id, "name": alert.name, "reason": reason})
        if self._matcher.broken:
            self._revisions = None

    def _write(
        self, tx: Any, works: Sequence[Work], hits: Sequence[Hit], failed: Mapping[str, str], synthetic: Collection[str]
    ) -> None:
        for one in works:
            if one.document in failed:
                work.fail(tx, one, self.worker, failed[one.document], self.now)
                self.receipt["failed"][failed[one.document]] = self.receipt["failed"].get(failed[one.document], 0) + 1
        done = work.done_many(tx, [one for one in works if one.document not in failed], self.worker, self.now)
        ours = {one.document for one in done}
        added = kept.add_hits(tx, [hit for hit in hits if hit.document in ours], news.changed)
        asked = {one.document for one in done if one.cause not in NOT_ASKED and one.document not in synthetic}
        kept.checked(tx, len(asked))
        self.receipt["documents"] += len(asked)
        for name in ("hits", "entries", "counted", "known"):
            self.receipt[name] += getattr(added, name)


def _is_synthetic(view: Analysed) -> bool:
    return view.record.document.source == SYNTHETIC


def _counted(one: Work, record: Record, now: datetime) -> bool:
    """Whether a match is only counted: it arrived from the past, or by a translation more than a week after it came."""
    document = record.document
    return document.arrival in PAST or (one.cause == TRANSLATION and now - document.fetched > WEEK)
