"""`pututu doctor`: each part looked at, what was found, and what mends it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from core.errors import PututuError
from core.settings import Settings
from crawler import catalog
from search.engines import open_backend
from store import documents, frontier, sources, work
from store.database import Store

Row = dict[str, Any]
LOW_DISK = 2 * 2**30  # bytes free below which the disk is called bad


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
    with store.read() as tx:
        count, waiting = documents.count(tx), work.waiting(tx, "index")
    backend = open_backend(settings)
    try:
        health = backend.health()
    finally:
        backend.close()
    yield (
        "good",
        f"{health.get('documents', 0)} of {count} documents in {health.get('engine')} at {health.get('place')}",
    )
    if waiting:
        yield "note", f"{waiting} documents wait to be indexed", "Run `pututu index`, or leave it to `pututu up`."


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


def _translation(store: Store, settings: Settings) -> Found:
    from enrich.models import choose

    if settings.translate == "none":
        yield "note", "translation is switched off (PUTUTU_TRANSLATE)", ""
        return
    engine = choose(settings)
    if engine:
        engine.close()
        yield "good", f"{engine.name} translates ({settings.translate})"
    else:
        yield (
            "note",
            "no translation engine is here; documents stay searchable in Spanish",
            "Install apertium-eng-spa (Debian), or put a model into the home.",
        )


def _sources(store: Store, settings: Settings) -> Found:
    catalogue = catalog.load(settings.sources_dir)
    with store.read() as tx:
        states = sources.states(tx)
    seen = [states[slug] for slug in catalogue if slug in states]
    yield "good", f"{len(catalogue)} sources, {sum(state.status == 'verified' for state in seen)} seen to yield"
    for state in seen:
        if state.enabled and state.status in ("failing", "blocked", "silent"):
            yield (
                "bad",
                f"{state.slug} is {state.status}: {state.error or state.reason}",
                "`pututu sources list` shows since when.",
            )


def _disk(store: Store, settings: Settings) -> Found:
    free = shutil.disk_usage(settings.home).free
    size = sum(path.stat().st_size for path in settings.home.rglob("*") if path.is_file())
    state = "good" if free > LOW_DISK else "bad"
    yield (
        state,
        f"{size / 2**20:.0f} MB used in {settings.home}, {free / 2**30:.1f} GB free",
        "" if state == "good" else "Make room before the disk is full.",
    )


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
    "store": _store, "index": _index, "work": _work, "mail": _mail, "translation": _translation, "sources": _sources,
    "disk": _disk, "clock": _clock,
}  # fmt: skip
