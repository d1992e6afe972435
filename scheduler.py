"""When: the jobs, their intervals and jitter. Each job runs in a child process, so that a leak or crash there cannot touch the daemon.

A Twisted reactor starts once per process, which is one more reason for children. The store is what they share; a child that
fails says why through a pipe, since the store itself may be what fails.
"""

import contextlib
import logging
import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

import catchup
import pipeline
from core.errors import PututuError
from core.settings import Settings
from core.time import LIMA
from crawler import catalog
from search.lock import Lock
from store import documents, runs, sources
from store.database import Store

log = logging.getLogger("pututu.scheduler")
Told = Callable[[str, dict[str, Any]], None]
Clock = Callable[[], datetime]

CRAWL = 600.0  # seconds after which a crawl begins no new request: what is due by then is polled by the next one
STOP_WITHIN = 25.0  # seconds a child has to end by itself after SIGTERM
REST = 60.0  # seconds a job is left alone after it failed: nothing outside is asked every 20 seconds
CLOCK_LOOK = 5.0  # seconds between two looks at whether the clock was set back
CLOCK_SLACK = 5.0  # seconds a clock may be corrected by without our minding


class Every(BaseTrigger):  # type: ignore[misc]
    """So many seconds after the last time, up to `jitter` more. What was missed meanwhile is one run, not many.

    APScheduler's own interval walks through every time that was missed: after a clock that jumps over years (a board without
    a battery, when it first hears of the time) these are millions.
    """

    def __init__(self, seconds: float, jitter: float = 0.0) -> None:
        self.seconds, self.jitter = seconds, jitter

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next moment after `now`."""
        return now + timedelta(seconds=self.seconds + random.uniform(0, self.jitter))


class Daily(CronTrigger):  # type: ignore[misc]
    """At a time of each day, Lima's. What was missed is one run here too, and walked through by nobody."""

    def __init__(self, hour: int, minute: int, jitter: float = 0.0) -> None:
        super().__init__(hour=hour, minute=minute, second=0, jitter=jitter or None, timezone=LIMA)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next moment after `now`."""
        at: datetime = super().get_next_fire_time(None, now.astimezone(LIMA))
        return at


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job: its name, when it runs (Lima time), what it is for, whether there is anything to do now, and what does it.

    `work` is a function of a module: the child process imports it.
    """

    name: str
    trigger: BaseTrigger
    help: str
    wanted: Callable[[Store, Settings, datetime], bool]
    work: Callable[[Store, Settings], pipeline.Receipt]


def _sources_due(store: Store, settings: Settings, now: datetime) -> bool:
    return pipeline.is_crawl_due(store, settings, now)


def _work_waits(store: Store, settings: Settings, now: datetime) -> bool:
    return pipeline.is_anything_due(store, settings, now)


def _anything_kept(store: Store, settings: Settings, now: datetime) -> bool:
    with store.read() as tx:
        return documents.count(tx) > 0


def _engine_changed(store: Store, settings: Settings, now: datetime) -> bool:
    return catchup.engine_changed(settings) and _anything_kept(store, settings, now)


def _watch_wanted(store: Store, settings: Settings, now: datetime) -> bool:
    return pipeline.is_watch_wanted(store)


def _canary_due(store: Store, settings: Settings, now: datetime) -> bool:
    return pipeline.is_canary_due(store, settings, now)


def _collect(store: Store, settings: Settings) -> pipeline.Receipt:
    return pipeline.collect(store, settings, seconds=CRAWL)


def _process(store: Store, settings: Settings) -> pipeline.Receipt:
    return pipeline.process(store, settings, by_hand=False)


JOBS = (
    Job(name="collect", trigger=Every(60, jitter=10), wanted=_sources_due, work=_collect,
        help="crawls the sources that are due, each at the interval learned for it"),
    Job(name="process", trigger=Every(20, jitter=5), wanted=_work_waits, work=_process,
        help="extracts, enriches, indexes, matches and delivers what waits"),
    Job(name="refresh", trigger=Daily(3, 30, jitter=600), wanted=_anything_kept, work=pipeline.refresh,
        help="tags again what older steps, word lists or settings tagged"),
    Job(name="retention", trigger=Daily(4, 30, jitter=600), wanted=_anything_kept, work=pipeline.retain,
        help="holds archive and database to their budgets, and notes how much is used"),
    Job(name="translate", trigger=Every(300, jitter=60), wanted=_engine_changed, work=catchup.catch_up,
        help="queues what waits for a translation when an engine or a model has come"),
    Job(name="watch", trigger=Every(300, jitter=20), wanted=_watch_wanted, work=pipeline.watch,
        help="looks for unusual volumes that somebody subscribed to, and for what operators must know"),
    Job(name="canary", trigger=Every(30, jitter=5), wanted=_canary_due, work=pipeline.fly_canary,
        help="sends a synthetic article the whole way every hour, and looks whether it arrived"),
)  # fmt: skip


class Daemon:
    """The schedule in a thread: one instance of each job at a time, missed runs folded into one; one daemon a home.

    `told` hears of each finished run (job, receipt with `exit`, and `error` where it did not end well). Use as a context manager:
    entering raises UnavailableError naming the process that has this home already, leaving stops children gracefully.
    """

    def __init__(
        self, store: Store, settings: Settings, told: Told = lambda job, receipt: None, jobs: Sequence[Job] = JOBS, *,
        stop_within: float = STOP_WITHIN, rest: float = REST, clock: Clock = pipeline.utc_now, clock_look: float = CLOCK_LOOK,
    ) -> None:  # fmt: skip
        self._store, self._settings, self._told, self._jobs = store, settings, told, jobs
        self._stop_within, self._rest, self._clock, self._clock_look = stop_within, rest, clock, clock_look
        self._children: dict[str, BaseProcess] = {}
        self._rests: dict[str, float] = {}
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._home = home_lock(settings)
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # that a long job still runs is no warning
        self._scheduler = BackgroundScheduler(
            timezone=LIMA, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def __enter__(self) -> "Daemon":
        self._home.take(patience=1)
        now = self._clock()
        for job in self._jobs:
            first = self._first(job, now)
            self._scheduler.add_job(self._run, job.trigger, args=[job], id=job.name, next_run_time=first)
        self._scheduler.start()
        threading.Thread(target=self._watch_clock, name="pututu-clock", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Start nothing more, ask the children to end, and wait for them; a child that does not end is killed (nothing is lost)."""
        self._stopping.set()
        self._scheduler.remove_all_jobs()
        with self._guard:
            for child in self._children.values():
                child.terminate()
        self._scheduler.shutdown(wait=True)
        self._home.free()

    def _first(self, job: Job, now: datetime) -> datetime:
        """An interval begins now; a daily job whose time passed while nobody was here is done now, once."""
        if isinstance(job.trigger, Every):
            return now
        with self._store.read() as tx:
            last = runs.recent(tx, 1, job.name)
        if not last or _next(job, last[0].started) <= now:
            return now
        return _next(job, now)

    def _watch_clock(self) -> None:
        """A clock that is set back would leave every job waiting for a time that has been: their next times are reckoned anew."""
        before = self._ahead()
        while not self._stopping.wait(self._clock_look):
            ahead = self._ahead()
            if ahead < before - CLOCK_SLACK:
                log.warning("the clock was set back by %.0f s: the schedule is reckoned anew", before - ahead)
                with contextlib.suppress(JobLookupError):  # we stop at this very moment
                    for job in self._jobs:
                        self._scheduler.modify_job(job.name, next_run_time=_next(job, self._clock()))
            before = ahead

    def _ahead(self) -> float:
        return self._clock().timestamp() - time.monotonic()

    def _run(self, job: Job) -> None:
        receipt: dict[str, Any] | None
        try:
            if self._stopping.is_set() or time.monotonic() < self._rests.get(job.name, 0):
                return
            if not job.wanted(self._store, self._settings, self._clock()):
                return
            receipt = self._in_child(job)
        except (PututuError, OSError) as error:  # the store, the source files, a machine that starts no process
            receipt = {"exit": None, "error": str(error)}
        if receipt is None or self._stopping.is_set():
            return
        if receipt.get("error") or receipt.get("failed"):
            self._rests[job.name] = time.monotonic() + self._rest
        self._told(job.name, receipt)

    def _in_child(self, job: Job) -> dict[str, Any] | None:
        """Run the job in a process and give its receipt; None when we are to stop before it began."""
        context = multiprocessing.get_context("spawn")
        hears, says = context.Pipe(duplex=False)
        with hears, contextlib.closing(says):
            child = context.Process(
                target=_child, args=(job.name, job.work, self._settings, says), name=f"pututu-{job.name}"
            )
            with self._guard:
                if self._stopping.is_set():
                    return None
                child.start()
                self._children[job.name] = child
            says.close()
            try:
                self._await(child)
            finally:
                with self._guard:
                    del self._children[job.name]
            return self._receipt(job, child, _said(hears))

    def _await(self, child: BaseProcess) -> None:
        while child.is_alive():
            child.join(0.5)
            if self._stopping.is_set():
                child.join(self._stop_within)
                if child.is_alive():
                    log.warning(
                        "%s did not end within %.0f s of being asked: killed; what it held is free again",
                        child.name,
                        self._stop_within,
                    )
                    child.kill()
                    child.join()

    def _receipt(self, job: Job, child: BaseProcess, said: str | None) -> dict[str, Any]:
        """What the child left in the run history; where it died without a word, that is written there for it."""
        with self._store.read() as tx:
            last = runs.recent(tx, 1, job.name)
        mine = last[0] if last and last[0].worker.startswith(f"{child.pid}-") else None
        if mine and mine.receipt is not None:
            return {"exit": child.exitcode} | dict(mine.receipt) | ({"error": said} if said else {})
        error = said or f"the process {_how(child.exitcode)}"
        if not self._stopping.is_set():
            with self._store.write() as tx:
                id = mine.id if mine else runs.start(tx, job.name, self._clock())
                runs.finish(tx, id, {"error": error}, False, self._clock())
        return {"exit": child.exitcode, "error": error}


def home_lock(settings: Settings) -> Lock:
    """What the daemon of a home holds while it runs."""
    mend = "Stop it first, or give this one a PUTUTU_HOME of its own."
    return Lock(settings.home / "daemon.lock", f"The daemon of {settings.home} runs already:", "it is", mend)


def _said(hears: Connection) -> str | None:
    try:
        return str(hears.recv()) if hears.poll() else None
    except (EOFError, OSError):
        return None


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by signal {-code} ({signal.strsignal(-code)})"
    return f"ended with exit code {code} and said nothing"


def _child(
    name: str, work: Callable[[Store, Settings], pipeline.Receipt], settings: Settings, says: Connection
) -> None:
    """One run of one job, in a process of its own that ends with its parent."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the parent decides
        signal.signal(signal.SIGTERM, _leave)
        threading.Thread(target=_follow_parent, daemon=True).start()
        with Store.open(settings) as store:
            runs.recorded(store, name, lambda: work(store, settings), pipeline.utc_now)
    except Stopped:
        return
    except PututuError as error:
        says.send(str(error))
        raise SystemExit(1) from error
    except Exception as error:
        says.send(f"{type(error).__name__}: {error}")
        raise


class Stopped(BaseException):
    """SIGTERM came: unwind, so that transactions roll back, leases return, and children are told."""


def _leave(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def _follow_parent() -> None:
    """End when the parent is gone: gracefully, and for good where that takes too long."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_WITHIN)
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What runs next: a job, or the crawl of a source; `at` is None where it is not scheduled (`why` says so)."""

    name: str
    at: datetime | None
    why: str


def upcoming(store: Store, settings: Settings, now: datetime) -> list[Next]:
    """What the daemon would run next, soonest first: its jobs, and for each source when it is looked at again."""
    return sorted([*_planned(now), *_sources(store, settings, now)], key=lambda n: (n.at is None, n.at or now, n.name))


def _next(job: Job, now: datetime) -> datetime:
    at: datetime = job.trigger.get_next_fire_time(None, now)
    return at


def _planned(now: datetime) -> Iterator[Next]:
    for job in JOBS:
        yield Next(name=job.name, at=_next(job, now), why=job.help)


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
