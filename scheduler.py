"""When: the jobs, their intervals and jitter. Each job runs in a child process, so that a leak or crash there cannot touch the daemon.

A Twisted reactor starts once per process, which is one more reason for children. The store is the only thing they share.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

import pipeline
from core.settings import Settings
from core.time import LIMA
from crawler import catalog
from store import runs, sources
from store.database import Store

log = logging.getLogger("pututu.scheduler")
Told = Callable[[str, dict[str, Any]], None]

STOP_WITHIN = 25.0  # seconds a child has to end by itself after SIGTERM


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job: its name, when it runs (Lima time), what it is for, and whether there is anything to do now."""

    name: str
    trigger: BaseTrigger
    help: str
    wanted: Callable[[Store, Settings, datetime], bool]


def _sources_due(store: Store, settings: Settings, now: datetime) -> bool:
    return pipeline.is_crawl_due(store, settings, now)


def _work_waits(store: Store, settings: Settings, now: datetime) -> bool:
    return pipeline.is_anything_due(store, now)


def _always(store: Store, settings: Settings, now: datetime) -> bool:
    return True


JOBS = (
    Job(name="collect", trigger=IntervalTrigger(seconds=60, jitter=10, timezone=LIMA), wanted=_sources_due,
        help="crawls the sources that are due, each at the interval learned for it"),
    Job(name="process", trigger=IntervalTrigger(seconds=20, jitter=5, timezone=LIMA), wanted=_work_waits,
        help="extracts, enriches, indexes, matches and delivers what waits"),
    Job(name="refresh", trigger=CronTrigger(hour=3, minute=30, jitter=600, timezone=LIMA), wanted=_always,
        help="tags again what older steps, word lists or settings tagged"),
)  # fmt: skip
STAGES: dict[str, Callable[[Store, Settings], pipeline.Receipt]] = {
    "collect": pipeline.collect,
    "process": lambda store, settings: pipeline.process(store, settings, by_hand=False),
    "refresh": pipeline.refresh,
}


class Daemon:
    """The schedule in a thread: one instance of each job at a time, missed runs folded into one.

    `told` hears of each finished run (job, receipt). Use as a context manager: leaving it stops children gracefully.
    """

    def __init__(
        self, store: Store, settings: Settings, told: Told = lambda job, receipt: None, jobs: Sequence[Job] = JOBS
    ) -> None:
        self._store, self._settings, self._told = store, settings, told
        self._children: dict[str, BaseProcess] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=LIMA, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_listener(_failed, EVENT_JOB_ERROR)
        for job in jobs:
            first = datetime.now(UTC) if isinstance(job.trigger, IntervalTrigger) else None
            extra = {"next_run_time": first} if first else {}
            self._scheduler.add_job(self._run, job.trigger, args=[job], id=job.name, **extra)

    def __enter__(self) -> "Daemon":
        self._scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Start nothing more, ask the children to end, and wait for them; a child that does not end is killed (nothing is lost)."""
        self._stopping.set()
        self._scheduler.remove_all_jobs()
        with self._lock:
            for child in self._children.values():
                child.terminate()
        self._scheduler.shutdown(wait=True)

    def _run(self, job: Job) -> None:
        now = datetime.now(UTC)
        if self._stopping.is_set() or not job.wanted(self._store, self._settings, now):
            return
        child = multiprocessing.get_context("spawn").Process(
            target=_child, args=(job.name, self._settings), name=f"pututu-{job.name}"
        )
        with self._lock:
            if self._stopping.is_set():
                return
            child.start()
            self._children[job.name] = child
        try:
            self._await(child)
        finally:
            with self._lock:
                del self._children[job.name]
        with self._store.read() as tx:
            last = runs.recent(tx, 1, job.name)
        self._told(job.name, {"exit": child.exitcode} | dict(last[0].receipt or {} if last else {}))

    def _await(self, child: BaseProcess) -> None:
        while child.is_alive():
            child.join(0.5)
            if self._stopping.is_set():
                child.join(STOP_WITHIN)
                if child.is_alive():
                    log.warning(
                        "%s did not end within %.0f s of being asked: killed; what it held is free again",
                        child.name,
                        STOP_WITHIN,
                    )
                    child.kill()
                    child.join()


def _failed(event: JobExecutionEvent) -> None:
    log.error("job %s failed: %s", event.job_id, event.exception)


def _child(name: str, settings: Settings) -> None:
    """One run of one job, in a process of its own that ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the parent decides
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_follow_parent, daemon=True).start()
    with Store.open(settings) as store, contextlib.suppress(Stopped):
        runs.recorded(store, name, lambda: STAGES[name](store, settings), pipeline.utc_now)


class Stopped(BaseException):
    """SIGTERM came: unwind, so that transactions roll back, leases return, and children are told."""


def _leave(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What runs next: a job, or the crawl of a source; `at` is None where it is not scheduled (`why` says so)."""

    name: str
    at: datetime | None
    why: str


def upcoming(store: Store, settings: Settings, now: datetime) -> list[Next]:
    """What the daemon would run next, soonest first: its jobs, and for each source when it is looked at again."""
    return sorted([*_jobs(now), *_sources(store, settings, now)], key=lambda n: (n.at is None, n.at or now, n.name))


def _jobs(now: datetime) -> Iterator[Next]:
    for job in JOBS:
        yield Next(name=job.name, at=job.trigger.get_next_fire_time(None, now.astimezone(LIMA)), why=job.help)


def _sources(store: Store, settings: Settings, now: datetime) -> Iterator[Next]:
    with store.read() as tx:
        states = sources.states(tx)
    for source in catalog.load(settings.sources_dir).values():
        state = states.get(source.slug)
        if source.status == "listed" or (state and not state.enabled):
            yield Next(name=f"crawl {source.slug}", at=None, why=source.reason or "disabled")
        elif state and state.next_poll:
            yield Next(
                name=f"crawl {source.slug}",
                at=max(state.next_poll, now),
                why=f"every {timedelta(seconds=round(state.interval))}",
            )
        else:
            yield Next(name=f"crawl {source.slug}", at=now, why="never looked at")
