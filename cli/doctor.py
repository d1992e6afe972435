"""`pututu doctor`: each part looked at, what was found, and what mends it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts import canary
from alerts.channels.addresses import shown as shown_channel
from alerts.operator import LOW_DISK, WARNED
from core.errors import PututuError, StoreError, UnavailableError
from core.settings import Settings
from core.sizes import shown
from core.time import lima_day, lima_iso
from crawler import catalog, health
from search.engines import left_beside, open_backend
from store import alerts, channels, completeness, deliveries, disk, documents, frontier, sources, work
from store.database import Store

Row = dict[str, Any]
ENOUGH_LISTED, LOW_SHARE = (
    20,
    0.8,
)  # items listed in a month from which having less than this share of them is worth a note
UNWATCHED = timedelta(days=2)  # without any poll at all: nobody runs the daemon
SOON = 60  # days until a disk or budget is full that are worth a note


def examine(store: Store, settings: Settings) -> Iterator[Row]:
    """Rows `{part, state, finding, mend}`; `state` is good, note or bad."""
    for part, look in PARTS.items():
        try:
            yield from (_row(part, *found) for found in look(store, settings))
        except PututuError as error:
            yield _row(part, "bad", error.reason, error.mend)


def _row(part: str, state: str, finding: str, mend: str = "") -> Row:
    return {"part": part, "state": state, "finding": finding, "mend": mend}


Found = Iterator[tuple[str, ...]]


def _store(store: Store, settings: Settings) -> Found:
    with store.read() as tx:
        count, lost = documents.count(tx), work.missing(tx, "enrich")
    yield "good", f"{count} documents in {store.url}"
    if lost:
        yield "bad", f"{len(lost)} documents were never queued for enrichment", "Run `pututu enrich --stale`."


def _index(store: Store, settings: Settings) -> Found:
    try:
        yield from _serving(store, settings)
    except StoreError as error:
        yield "bad", error.reason, error.mend
    for found in left_beside(settings):
        yield found.state, found.finding, found.mend


def _serving(store: Store, settings: Settings) -> Found:
    with closing(open_backend(settings)) as backend:
        told, troubles = backend.health(), backend.troubles()
    with store.read() as tx:
        count, waiting, unsettled = documents.count(tx), work.waiting(tx, "index"), work.unsettled(tx, "index")
    indexed = told["documents"]
    yield "good", f"{indexed} of {count} documents in {told['engine']} at {told['place']}"
    if abs(count - indexed) > unsettled:
        yield "bad", f"the index has {indexed} documents, the store {count}", "`pututu reindex` builds it anew."
    if waiting:
        yield "note", f"{waiting} documents wait to be indexed", "Run `pututu index`, or leave it to `pututu up`."
    yield from ((trouble.state, trouble.finding, trouble.mend) for trouble in troubles)


def _work(store: Store, settings: Settings) -> Found:
    with store.read() as tx:
        parked, pages, summary = work.parked(tx, 5), frontier.counts(tx), work.summary(tx)
    total = sum(kind["parked"] for kind in summary.values())
    yield "good", "waiting: " + ", ".join(f"{kind} {row['waiting']}" for kind, row in summary.items())
    if total:
        yield "bad", f"{total} pieces of work are parked", "`pututu retry` puts them back once the cause is mended."
    for one in parked:
        yield "bad", f"{one.kind} of {one.document} version {one.version}: {one.error}", ""
    if pages.get("parked"):
        yield (
            "note",
            f"{pages['parked']} pages are parked (no article, or not to be had)",
            "`pututu why URL` says why; `pututu retry fetch` tries again.",
        )


def _mail(store: Store, settings: Settings) -> Found:
    if settings.smtp:
        yield "good", "a mail server is set"
    else:
        yield "note", "no mail server is set: alerts wait", "Set PUTUTU_SMTP, e.g. smtp://127.0.0.1:25."
    with store.read() as tx:
        parked, failing, kept = deliveries.parked_deliveries(tx), channels.states(tx).values(), alerts.listed(tx)
    for one in parked:
        mend = "Mend the address with `pututu alerts edit`, then `pututu retry deliver`."
        yield (
            "bad",
            f"a message to {shown_channel(one.channel)} (alert {one.alert}) was refused for good: {one.error}",
            mend,
        )
    for state in failing:
        mend = "Mend it, then `pututu alerts channels --resume`; or give the alert another with `pututu alerts edit`."
        how = f"is paused since {lima_iso(state.paused)}" if state.paused else f"failed {state.failures} times"
        yield "bad" if state.paused else "note", f"the channel {shown_channel(state.url)} {how}: {state.error}", mend
    for alert in kept:
        if not alert.channels:
            yield "bad", f"the alert {alert.name} ({alert.id}) has no channel: nobody is told", f"`pututu alerts edit {alert.id} --channel URL`."  # fmt: skip


def _canary(store: Store, settings: Settings) -> Found:
    """Whether the latest synthetic article reached its mailbox in time."""
    now = datetime.now(UTC)
    if not settings.canary:
        yield (
            "note",
            "no canary is sent: whether mails arrive is not proven",
            "Set PUTUTU_CANARY to the address of a test mailbox.",
        )
        return
    with store.read() as tx:
        flight = canary.state(tx, now)
    how = "" if settings.canary_mailbox else " (as the mail server says: PUTUTU_CANARY_MAILBOX is not set)"
    if flight is None:
        yield "note", "no canary has arrived yet", "Leave it to `pututu up`, or run `pututu canary`."
        return
    sent = lima_iso(flight.canary.injected)
    mend = "Look at the stage after that one; `pututu canary` sends another."
    if flight.canary.arrived is None:
        yield "bad", f"the canary of {sent} has not arrived; it came as far as: {flight.station}", mend
    else:
        took = (flight.canary.arrived - flight.canary.injected).total_seconds()
        state = "bad" if flight.late else "good"
        yield state, f"the canary of {sent} took {took:.0f} s to arrive{how}", mend if flight.late else ""


def _words(store: Store, settings: Settings) -> Found:
    folder = settings.lexicon_dir
    if folder is None:
        return
    from enrich import lexicon

    lexicon.load(folder)
    count = sum(path.suffix == ".toml" for path in folder.iterdir())
    if count:
        yield "good", f"{count} word lists of your own in {folder}"
    else:
        yield "note", f"no word list in {folder}", "Word lists are files that end in .toml (PUTUTU_LEXICON_DIR)."


def _translation(store: Store, settings: Settings) -> Found:
    from enrich.engines.pulling import OPUS_MT_SIZE
    from enrich.models import OPUS_MT, candidates, chosen

    if settings.translate == "none" or settings.translation == "none":
        yield "note", "translation is switched off (PUTUTU_TRANSLATE)", ""
        return
    pull = f"`pututu models pull` fetches {OPUS_MT} ({OPUS_MT_SIZE})."
    try:
        engine = chosen(settings)
    except UnavailableError as error:
        yield (
            "bad",
            f"{error.reason} Documents stay searchable in Spanish, with an English line of their tags.",
            error.mend,
        )
        engine = None
    else:
        if engine is None:
            found = "no translation engine is here; documents stay searchable in Spanish, with an English line of their tags"
            yield "note", found, f"Install apertium-eng-spa (Debian), or a model: {pull}"
        elif engine.folder is None:
            yield "good", f"{engine.name} translates ({settings.translate}); a model does it better: {pull}"
        else:
            yield "good", f"{engine.name} translates ({settings.translate})"
    for one in candidates(settings):
        if one.folder is not None and one.problem:
            yield (
                "bad",
                f"the model {one.folder.name} cannot be used: {one.problem}",
                "`pututu models check`, or pull it again.",
            )


def _sources(store: Store, settings: Settings) -> Found:
    catalogue = catalog.load(settings.sources_dir)
    with store.read() as tx:
        states = sources.states(tx)
    seen = [states[slug] for slug in catalogue if slug in states and states[slug].enabled]
    yield "good", f"{len(catalogue)} sources, {sum(state.status == 'verified' for state in seen)} seen to yield"
    latest = max((state.last_poll for state in seen if state.last_poll), default=None)
    if latest and datetime.now(UTC) - latest > UNWATCHED:
        yield "bad", f"no source was looked at since {lima_iso(latest)}", "Run `pututu up`, or `pututu run` by cron."
    for state in seen:
        if state.status in ("failing", "blocked", "silent"):
            why = "; ".join(map(health.in_words, health.facts(state)["drift"])) or state.error or state.reason
            since = f", its last item {lima_day(state.last_item)}" if state.last_item else ""
            yield (
                "bad",
                f"{state.slug} is {state.status} ({state.reason}{since}): {why}",
                health.mend(state.reason, state.slug),
            )
        elif state.moved_to:
            yield "note", f"{state.slug} yields at another address: {state.moved_to}", health.mend("moved", state.slug)
        elif state.failures or state.error:
            yield "note", f"{state.slug}: {state.error or state.reason}", health.mend(state.reason, state.slug)


def _completeness(store: Store, settings: Settings) -> Found:
    last = lima_day(datetime.now(UTC))
    first = (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    with store.read() as tx:
        rows = completeness.rows(tx, first=f"{first:%Y-%m}")
    whole = completeness.together(rows)
    if whole.share is None:
        yield "note", "nothing was listed yet", "The first crawl counts what its listings name."
        return
    yield (
        "good",
        f"{whole.have} of {whole.listed} items that {len(whole.sources)} sources listed since {first} are here ({whole.share:.1%})",
    )
    for row in rows:
        if row.listed >= ENOUGH_LISTED and row.have < LOW_SHARE * row.listed:
            why = f"`pututu why URL` says why one is missing; `pututu backfill {row.source} --from {row.month} --to {row.month}` asks again."
            yield "note", f"{row.source}: {row.have} of the {row.listed} items listed in {row.month}", why


def _disk(store: Store, settings: Settings) -> Found:
    usage = disk.measure(store, settings, datetime.now(UTC))
    limits = disk.budgets(settings, usage, local=store.file is not None)
    with store.read() as tx:
        days = disk.history(tx, settings)
    yield _held(
        "archive of pages",
        usage.archive,
        limits.archive,
        disk.growth(days, "archive"),
        "then the oldest pages are dropped",
    )
    yield _held("database", usage.store, limits.store, disk.growth(days, "store"), "documents are never dropped", mend="Raise PUTUTU_STORE_BUDGET, or move the store to a larger disk (PUTUTU_STORE).")  # fmt: skip
    left = disk.days_until_full(usage, days, limits)
    forecast = "no forecast before two days were recorded" if len(days) < 2 else _until(left)
    soon = SOON if left is None else left
    state = "bad" if usage.free < LOW_DISK or soon < WARNED else "note" if soon < SOON else "good"
    mend = "" if state == "good" else "Make room, or lower PUTUTU_ARCHIVE_BUDGET and run `pututu retention --apply`."
    yield state, f"{shown(usage.free)} free in {settings.home}: {forecast}", mend


def _held(
    what: str, used: int, limit: int | None, a_day: float | None, then: str, *, mend: str = ""
) -> tuple[str, ...]:
    """One part against its budget. Beyond it: bad where a person must mend it, a note where rotation does."""
    grows = "" if a_day is None else f", grows by {shown(a_day)} a day"
    if limit is None:
        return "good", f"{what}: {shown(used)}{grows}, no limit", ""
    left = disk.days_left(used, limit, a_day)
    finding = f"{what}: {shown(used)} of {shown(limit)}{grows}" + (
        f": {_until(left)}, {then}" if left is not None else ""
    )
    if not mend:
        return (
            ("note", finding, "`pututu retention` says what stays and why.") if used > limit else ("good", finding, "")
        )
    state = "bad" if used > limit else "note" if left is not None and left < SOON else "good"
    return state, finding, "" if state == "good" else mend


def _until(days: float | None) -> str:
    if days is None:
        return "it does not fill up"
    return "full now" if days < 1 else f"full in {days:.0f} days" if days < 3650 else "full in more than ten years"


def _clock(store: Store, settings: Settings) -> Found:
    now = datetime.now(UTC)
    with store.read() as tx:
        late = [state.slug for state in sources.states(tx).values() if state.last_poll and state.last_poll > now]
    if late:
        yield (
            "bad",
            f"the clock went back: {', '.join(late)} were looked at in the future",
            "Set the clock; the next look mends the rest.",
        )
    else:
        yield "good", f"{now:%Y-%m-%d %H:%M} UTC"


PARTS: dict[str, Callable[[Store, Settings], Found]] = {
    "store": _store, "index": _index, "work": _work, "mail": _mail, "canary": _canary, "words": _words, "translation": _translation, "sources": _sources, "completeness": _completeness,
    "disk": _disk, "clock": _clock,
}  # fmt: skip
