"""What is enriched once more: documents that older steps, word lists or settings tagged, and those that wait for a translation
engine that has come. Here they are only queued; the pipeline's `enrich` does the work."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.errors import UnavailableError
from core.settings import Settings
from core.time import utc_now
from enrich.models import choose
from enrich.steps import build
from enrich.translate import NAME as TRANSLATE
from store import annotations, documents, work
from store.database import Store

BATCH = 1_000  # documents queued in one transaction
ENGINE_SEEN = "translation.engine"  # file in the home: which engine translated when it was last looked


def queue_stale(store: Store, settings: Settings, now: datetime) -> int:
    """Queue what the steps of today would tag otherwise, or have not tagged; how many."""
    return _queue_lacking(store, build(settings).fingerprints(), now)


def queue_untranslated(store: Store, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Queue what the engine that is here has not translated (or another one did); how many. 0 where no engine is."""
    print_ = build(settings).fingerprints().get(TRANSLATE)
    return _queue_lacking(store, {TRANSLATE: print_}, clock()) if print_ else 0


def engine_changed(settings: Settings) -> bool:
    """Whether another engine translates than when `catch_up` last looked: a model was pulled, a package installed."""
    engine = _engine(settings)
    file = settings.home / ENGINE_SEEN
    return engine is not None and (not file.is_file() or file.read_text("utf-8") != engine)


def catch_up(store: Store, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> dict[str, Any]:
    """Queue what waits for the engine that has come; the next `process` translates it."""
    queued = queue_untranslated(store, settings, clock=clock)
    (settings.home / ENGINE_SEEN).write_text(_engine(settings) or "", "utf-8")
    return {"translate": {"queued": queued}}


def _engine(settings: Settings) -> str | None:
    try:
        engine = choose(settings) if settings.translate != "none" else None
    except UnavailableError:
        return None
    return f"{engine.name} {engine.version}" if engine else None


def _queue_lacking(store: Store, fingerprints: Mapping[str, str], now: datetime) -> int:
    count, after = 0, ""
    while True:
        with store.write() as tx:
            found = annotations.stale(tx, fingerprints, BATCH, after)
            work.add_many(
                tx, "enrich", [(d.id, d.version) for d in documents.many(tx, found)], "stale", now, again=True
            )
        if not found:
            return count
        count, after = count + len(found), found[-1]
