"""What: for each kind of work, the one function that does it. Read from top to bottom, it is one article's way."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from alerts import canary, matching, operator, outbox, volume
from core.document import SYNTHETIC, Document, Payload
from core.errors import PututuError
from core.hidden import Digests
from core.home import archive_held
from core.record import HIDDEN, Record
from core.settings import Settings
from core.time import utc_now as utc_now
from crawler import backfill as looking_back
from crawler import catalog, erasing, extraction, retention
from crawler import run as crawling
from crawler.archive import Archive
from crawler.backfill import Estimate
from crawler.past import Past
from crawler.source import Source
from enrich.limit import SECONDS
from reindexing import StoreSource
from search.backend import Backend
from search.engines import beside, open_backend
from search.rebuild import rebuild
from store import (
    annotations,
    corrections,
    deliveries,
    disk,
    documents,
    frontier,
    hidden,
    joining,
    sources,
    stories,
    work,
)
from store.database import Store
from store.work import Work

if TYPE_CHECKING:
    from enrich.pool import Enriched, Task

Receipt = dict[str, Any]
Clock = Callable[[], datetime]
Advance = Callable[[int], None]
Item = TypeVar("Item")

IMPORT_BATCH = 1_000
ENRICH_BATCH = 200
ENRICH_LEASE = timedelta(
    seconds=2 * ENRICH_BATCH * SECONDS
)  # outlives a batch and the one before it taking all their time
INDEX_BATCH = 1_000
PARALLEL_FROM = 400  # documents that wait before a pool of processes pays for its start
KEYS_KEPT = timedelta(days=30)  # how long after it came a document is still compared with new ones by its keys
ENGINE_DOWN = timedelta(minutes=1)  # how long the daemon waits before it asks a search engine again that did not answer


def quietly(done: int) -> None:
    """Progress that nobody watches."""


# collect: feeds -> frontier -> archive -> documents


def collect(
    store: Store, settings: Settings, slugs: Sequence[str] = (), *, seconds: float | None = None, clock: Clock = utc_now
) -> Receipt:
    """Crawl the sources named, now; or poll those that are due and fetch what waits of any. Then extract all that waits.

    After `seconds` no new request is begun (None: none is left waiting), so that a slow site does not hold up the others.
    """
    catalogue = catalog.load(settings.sources_dir)
    chosen = [catalog.find(catalogue, slug) for slug in slugs] or _watched(store, catalogue)
    crawled = crawling.crawl(store, settings, chosen, force=bool(slugs), seconds=seconds)
    return crawled | {"left_over": extraction.extract_waiting(store, settings, list(slugs) or None)}


def _watched(store: Store, catalogue: Mapping[str, Source]) -> list[Source]:
    with store.read() as tx:
        states = sources.states(tx)
    return [s for s in catalogue.values() if s.status != "listed" and (s.slug not in states or states[s.slug].enabled)]


def is_crawl_due(store: Store, settings: Settings, now: datetime) -> bool:
    """Whether `collect` would poll or fetch anything now."""
    watched = {source.slug: source.min_interval for source in _watched(store, catalog.load(settings.sources_dir))}
    with store.read() as tx:
        return bool(sources.due(tx, watched, now)) or frontier.is_any_ready(tx, list(watched), now)


def estimate_backfill(store: Store, settings: Settings, slug: str, past: Past) -> tuple[Estimate, list[str]]:
    """What fetching a source's past would cost; and what stood in the way of reading its listings."""
    return looking_back.estimated(store, settings, catalog.find(catalog.load(settings.sources_dir), slug), past)


def backfill(store: Store, settings: Settings, slug: str, past: Past, *, advance: Advance = quietly) -> Receipt:
    """Fetch and extract what a source published in these days. Killed and called again, it goes on."""
    source = catalog.find(catalog.load(settings.sources_dir), slug)
    return looking_back.fetch(store, settings, source, past, advance=advance)


def extract_again(store: Store, settings: Settings, slugs: Sequence[str] = ()) -> Receipt:
    """Extract from the archive again what was fetched from the sources named, or from all."""
    return extraction.extract_again(store, settings, list(slugs) or None)


def take_in(store: Store, incoming: Iterable[Document], *, clock: Clock = utc_now) -> Iterator[Counter[str]]:
    """Store documents that others collected, batch by batch; each value counts what that batch changed."""
    for batch in _batches(incoming, IMPORT_BATCH):
        with store.write() as tx:
            counts = Counter[str](saved.change for saved in documents.save_many(tx, batch, now=clock()))
        yield counts


# enrich: documents -> annotations -> stories


def enrich(
    store: Store,
    settings: Settings,
    *,
    stale: bool = False,
    by_hand: bool = True,
    advance: Advance = quietly,
    clock: Clock = utc_now,
) -> Receipt:
    """Run the steps over every document that waits, then let it join its story; `stale` adds those that older steps tagged."""
    from enrich.pool import enriched  # here: the steps take half a second to come, which other stages need not wait for

    if stale:
        from catchup import queue_stale

        queue_stale(store, settings, clock())
    with store.read() as tx:
        parallel = work.waiting(tx, "enrich") >= PARALLEL_FROM
    claimed: list[list[Work]] = []
    receipt = Counter(enriched=0, failed=0)
    for results in enriched(settings, _tasks(store, claimed, by_hand, clock), parallel=parallel):
        receipt.update(_keep(store, claimed.pop(0), results, clock()))
        advance(len(results))
    return dict(receipt)


def carrying(
    store: Store, settings: Settings, values: Sequence[str]
) -> tuple[list[tuple[str, Document, list[str]]], int]:
    """The documents that carry each of the hidden values, newest first, with the kinds it is there; and how many are not hashed
    under this data folder's key. Raises InputError for what is no number, plate or address."""
    from enrich.steps import hidden_print

    digests = Digests.of_home(settings.home)
    asked = [(value, digests.asked(value)) for value in values]
    with store.read() as tx:
        found = [(value, hidden.carrying(tx, marks)) for value, marks in asked]
        known = {document.id: document for document in documents.many(tx, [id for _, ids in found for id in ids])}
        behind = annotations.behind(tx, HIDDEN, hidden_print(digests))
    rows = [(value, known[id], kinds) for value, ids in found for id, kinds in ids.items() if id in known]
    return rows, behind


def _tasks(store: Store, claimed: list[list[Work]], by_hand: bool, clock: Clock) -> Iterator[list["Task"]]:
    """Batches of documents with what is known of them; the leases behind each batch are appended to `claimed`."""
    for batch in _leases(store, "enrich", ENRICH_BATCH, by_hand, clock, ENRICH_LEASE):
        with store.read() as tx:
            ids = list(dict.fromkeys(item.document for item in batch))
            known = annotations.of(tx, ids)
            tasks: list[Task] = [(d, {a.step: a for a in known.get(d.id, ())}) for d in documents.many(tx, ids)]
        claimed.append(batch)
        yield tasks


def _keep(store: Store, batch: Sequence[Work], results: Sequence["Enriched"], now: datetime) -> Counter[str]:
    """In one transaction: the annotations, each document's story, and the work that follows from them."""
    from enrich import signatures

    by_id = {result.document.id: result for result in results}
    with store.write() as tx:
        mine = work.held(tx, batch, store.worker)
        ours = [by_id[id] for id in dict.fromkeys(item.document for item in mine) if id in by_id]
        new = [annotation for result in ours for annotation in result.annotations]
        annotations.put_many(tx, new, now)
        payloads = {annotation.document: annotation.payload for annotation in new if annotation.step == "signature"}
        real = [result.document for result in ours if result.document.source != SYNTHETIC]
        signed = [(document, payloads[document.id]) for document in real if document.id in payloads]
        joining.join_many(tx, signed, now, similar=signatures.similar)
        current = [
            item for item in mine if item.document in by_id and by_id[item.document].document.version == item.version
        ]
        _queue_after(tx, current, by_id, now)
        failed = [item for item in current if by_id[item.document].errors]
        work.done_many(tx, [item for item in mine if item not in failed], store.worker, now)
        for item in failed:
            result = by_id[item.document]
            work.fail(tx, item, store.worker, result.reason, now, permanent=result.too_long)
    return Counter(enriched=len(mine) - len(failed), failed=len(failed))


def _queue_after(tx: Connection, current: Sequence[Work], by_id: Mapping[str, "Enriched"], now: datetime) -> None:
    """Index what changed. Match what the publisher changed, once; and a translation that came later, marked so."""
    for cause in sorted({item.cause for item in current}):
        items = [item for item in current if item.cause == cause]
        real = [item for item in items if by_id[item.document].document.source != SYNTHETIC]
        changed = [item for item in real if by_id[item.document].annotations or cause != "stale"]
        work.add_many(tx, "index", _versions(changed), cause, now, again=True)
        if cause == "publisher":
            work.add_many(tx, "match", _versions(items), cause, now)
        else:
            late = [item for item in items if by_id[item.document].translated_first]
            work.add_many(tx, "match", _versions(late), "translation", now)


def _versions(items: Iterable[Work]) -> list[tuple[str, int]]:
    return [(item.document, item.version) for item in items]


# index and match are siblings: neither waits for the other


def index(
    store: Store, settings: Settings, *, by_hand: bool = True, advance: Advance = quietly, clock: Clock = utc_now
) -> Receipt:
    """Index all that waits; what was written can be found when it returns. An engine that is down leaves the work waiting."""
    receipt = Counter(indexed=0, failed=0)
    if by_hand or waiting(store, "index"):
        with closing(open_backend(settings, write=True)) as backend:
            _queue_lost(store, backend, clock())
            for batch in _leases(store, "index", INDEX_BATCH, by_hand, clock):
                receipt.update(_index_batch(store, backend, batch, clock()))
                advance(len(batch))
    return dict(receipt)


def _queue_lost(store: Store, backend: Backend, now: datetime) -> None:
    """An index that has fewer documents than were put into it is a new one, or was lost: all that is stored goes in again."""
    with store.read() as tx:
        put = documents.count(tx) - work.unsettled(tx, "index")
    if backend.health()["documents"] >= put:
        return
    after = ""
    while True:
        with store.write() as tx:
            ids = documents.ids(tx, after=after, limit=INDEX_BATCH)
            work.add_many(tx, "index", [(d.id, d.version) for d in documents.many(tx, ids)], "lost", now, again=True)
        if not ids:
            return
        after = ids[-1]


def _index_batch(store: Store, backend: Backend, batch: Sequence[Work], now: datetime) -> Counter[str]:
    ids = list(dict.fromkeys(item.document for item in batch))
    with store.read() as tx:
        records = documents.records(tx, ids)
    try:
        failures = backend.index(records)
        backend.delete(set(ids) - {record.id for record in records})
        backend.flush()
    except PututuError:
        with suppress(PututuError), store.write() as tx:
            work.postpone(tx, batch, store.worker, now + ENGINE_DOWN)
        raise
    failed = [item for item in batch if item.document in failures]
    with store.write() as tx:
        done = work.done_many(tx, [item for item in batch if item not in failed], store.worker, now)
        for item in failed:
            work.fail(tx, item, store.worker, failures[item.document], now, permanent=True)
    return Counter(indexed=len(done), failed=len(failed))


def _leases(
    store: Store, kind: str, size: int, by_hand: bool, clock: Clock, lease: timedelta = work.LEASE
) -> Iterator[list[Work]]:
    """Batches of work until none is left that this pass has not tried; what is left over on the way out is given back."""
    seen: set[int] = set()
    while True:
        with store.write() as tx:
            batch = work.claim(tx, kind, store.worker, size, clock(), ignore_not_before=by_hand, lease=lease)
            work.release(tx, [item for item in batch if item.id in seen], store.worker)
        fresh = [item for item in batch if item.id not in seen]
        if not fresh:
            return
        seen |= {item.id for item in fresh}
        yield fresh


def match(store: Store, settings: Settings, *, by_hand: bool = True, clock: Clock = utc_now) -> Receipt:
    """Ask every active alert of every document version that waits."""
    return matching.match(store, settings, clock(), outlets=_outlets(settings), all_due=by_hand)


def _outlets(settings: Settings) -> dict[str, str]:
    """The printed name of each source."""
    return {source.slug: source.name for source in catalog.load(settings.sources_dir).values()}


def deliver(store: Store, settings: Settings, *, by_hand: bool = True, clock: Clock = utc_now) -> Receipt:
    """Send every message that is due now."""
    return outbox.deliver(store, settings, clock(), outlets=_outlets(settings), all_due=by_hand)


# what nobody asked of one document: sudden volumes, what operators must know, and whether the way is free


def is_watch_wanted(store: Store) -> bool:
    """Whether anybody subscribed to volumes or to what operators must know."""
    with store.read() as tx:
        return volume.is_any_asked(tx) or operator.is_any_asked(tx)


def watch(store: Store, settings: Settings, *, clock: Clock = utc_now) -> Receipt:
    """Look whether volumes that somebody subscribed to are unusual, and for what operators must know; mails are `deliver`'s."""
    receipt: Receipt = {}
    with store.read() as tx:
        volumes, operators = volume.is_any_asked(tx), operator.is_any_asked(tx)
    if operators:
        receipt["operator"] = operator.look(store, settings, catalog.load(settings.sources_dir), clock())
    if volumes:
        with closing(open_backend(settings)) as backend:
            receipt["volume"] = volume.ask(store, backend, clock(), deliveries.domain(settings.mail_from))
    return receipt


def is_canary_due(store: Store, settings: Settings, now: datetime) -> bool:
    """Whether a canary is to be sent, or to be looked for."""
    with store.read() as tx:
        return canary.is_due(tx, settings, now)


def fly_canary(store: Store, settings: Settings, *, at_once: bool = False, clock: Clock = utc_now) -> Receipt:
    """Look for the canaries under way, and send one every hour (or `at_once`)."""
    return canary.fly(store, settings, clock(), at_once=at_once)


# all of it


def run(
    store: Store, settings: Settings, slugs: Sequence[str] = (), *, by_hand: bool = True, clock: Clock = utc_now
) -> Receipt:
    """One pass of everything that is due (or of the sources named). What cannot be done now is in `failed`; the rest goes on."""
    crawled = _stages(store, {"collect": lambda: collect(store, settings, slugs, clock=clock)}, clock)
    done = process(store, settings, by_hand=by_hand, watching=True, clock=clock)
    disk.record_today(store, settings, clock())
    return crawled | done | {"failed": crawled["failed"] + done["failed"]}


def process(
    store: Store, settings: Settings, *, by_hand: bool = True, watching: bool = False, clock: Clock = utc_now
) -> Receipt:
    """All that waits behind the crawl: extract, enrich, index, match, deliver. The daemon heeds when a retry is due, and has a
    job of its own for `watching`, which a single pass does on the way."""
    stages: dict[str, Callable[[], Receipt]] = {
        "extract": lambda: dict(extraction.extract_waiting(store, settings, None, workers=None if by_hand else 1)),
        "enrich": lambda: enrich(store, settings, by_hand=by_hand, clock=clock),
        "index": lambda: index(store, settings, by_hand=by_hand, clock=clock),
        "match": lambda: match(store, settings, by_hand=by_hand, clock=clock),
        "deliver": lambda: deliver(store, settings, by_hand=by_hand, clock=clock),
    }
    if watching and is_watch_wanted(store):
        last = stages.pop("deliver")
        stages |= {"watch": lambda: watch(store, settings, clock=clock), "deliver": last}
    return _stages(store, stages, clock)


def refresh(store: Store, settings: Settings, *, clock: Clock = utc_now) -> Receipt:
    """Tag again what older steps, word lists or settings tagged, then index what changed."""
    return {"enrich": enrich(store, settings, stale=True, clock=clock), "index": index(store, settings, clock=clock)}


def _stages(store: Store, stages: Mapping[str, Callable[[], Receipt]], clock: Clock) -> Receipt:
    receipt: Receipt = {}
    failed: list[str] = []
    for name, stage in stages.items():
        try:
            receipt[name] = stage()
        except PututuError as error:
            receipt[name] = {"error": str(error)}
        failed += [f"{name}: {why}" for why in _whys(receipt[name])]
    return receipt | {"failed": failed}


def _whys(receipt: Receipt) -> list[str]:
    """Why a stage did not do its work: it raised, its process died, or nobody took its mails."""
    said = [str(receipt["error"])] if receipt.get("error") else []
    if isinstance(receipt.get("failed"), dict):
        said += [f"{why} {receipt.get('mend') or ''}".strip() for why in receipt["failed"]]
    return said


def is_anything_due(store: Store, settings: Settings, now: datetime) -> bool:
    """Whether `process` would find something to do now. Mails without a mail server wait for one, not for us."""
    with store.read() as tx:
        waits = work.ready(tx, now) or frontier.counts(tx)["fetched"] > 0
    return waits or outbox.is_anything_due(store, now, mail=bool(settings.smtp))


# upkeep


def reindex(
    store: Store, settings: Settings, *, back: bool = False, advance: Advance = quietly, clock: Clock = utc_now
) -> Receipt:
    """Build the index anew beside the serving one, or take back the one that was kept; catch up, compare, swap, index on."""
    with closing(beside(settings, clock(), back=back)) as new:
        done = rebuild(new, StoreSource(store, advance, clock), clock)
    if done.since:
        with store.write() as tx:
            work.again(tx, "index", done.since, clock())
    told = {"rebuilt": done.documents, "refused": done.refused, "resumed": done.resumed, "kept": done.kept}
    return told | index(store, settings)


def waiting(store: Store, kind: str) -> int:
    """How much work of a kind waits."""
    with store.read() as tx:
        return work.waiting(tx, kind)


def retry(store: Store, kind: str | None = None, *, clock: Clock = utc_now) -> Receipt:
    """Put parked work back in its queue: fetch, enrich, index, match, deliver, or all of them; how many of each."""
    with store.write() as tx:
        now = clock()
        back = {name: work.retry(tx, name, now=now) for name in work.KINDS if kind in (None, name)}
        if kind in (None, "fetch"):
            back = {"fetch": frontier.retry(tx, now)} | back
        if kind in (None, "deliver"):
            back["deliver"] = deliveries.retry_deliveries(tx)
    return back


def correct(store: Store, id: str, change: Payload | None, author: str, *, clock: Clock = utc_now) -> Record:
    """Keep a person's correction of a document, or take the last one back (None); the document as it then stands."""
    with store.write() as tx:
        return corrections.revise(tx, id, change, author, clock())


def take_down(store: Store, settings: Settings, url: str, reason: str, *, clock: Clock = utc_now) -> Receipt:
    """Erase a document from store, archive and index, and refuse it from now on. Pages on another machine it erases itself."""
    with archive_held(settings.home, alone=False):
        with store.write() as tx:
            taken = documents.takedown(tx, url, reason, clock())
        pages = erasing.erase_of(store, Archive(settings.home), taken.id)
    return {"id": taken.id, "archive_records": pages} | index(store, settings)


def retain(store: Store, settings: Settings, *, apply: bool = True, clock: Clock = utc_now) -> Receipt:
    """Hold archive and store to their budgets; with `apply=False` only say what would be dropped."""
    if apply:
        with store.write() as tx:
            stories.forget_keys(tx, clock() - KEYS_KEPT)
    return retention.retain(store, settings, clock(), apply=apply)


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
