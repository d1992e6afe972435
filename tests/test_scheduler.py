"""The schedule: one instance of each job, what was missed folded into one, children that crash, hang or are orphaned, clocks that jump."""

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import pytest

import scheduler
from core.errors import UnavailableError
from core.settings import Settings
from scheduler import JOBS, Daemon, Daily, Every, Job
from store import runs
from store.database import Store

ROOT = Path(__file__).resolve().parents[1]
WORK = """
import os, signal, time
from core.errors import InputError

def _note(store, word):
    with (store.home / "notes").open("a") as out:
        out.write(f"{word} {os.getpid()} {time.monotonic()}\\n")

def quick(store, settings):
    _note(store, "quick")
    return {"n": 1}

def slow(store, settings):
    _note(store, "begins")
    time.sleep(1)
    _note(store, "ends")
    return {"n": 1}

def refuses(store, settings):
    raise InputError("The file is bad.", "Mend it.")

def fails(store, settings):
    raise ValueError("a mistake of ours")

def dies(store, settings):
    os.kill(os.getpid(), signal.SIGKILL)

def leaves(store, settings):
    os._exit(3)

def half(store, settings):
    return {"index": {"error": "no engine"}, "failed": ["index: no engine"]}

def waits(store, settings):
    _note(store, "begins")
    time.sleep(60)

def hangs(store, settings):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _note(store, "begins")
    while True:
        time.sleep(60)
"""
Heard = "queue.Queue[tuple[str, dict[str, Any]]]"
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the jobs' functions, which the child processes can import too."""
    (tmp_path / "jobs_of_the_tests.py").write_text(WORK)
    monkeypatch.syspath_prepend(str(tmp_path))
    import jobs_of_the_tests

    yield jobs_of_the_tests
    del sys.modules["jobs_of_the_tests"]


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as opened:
        yield opened


def job(work: Any, name: str, *, every: float = 60, wanted: Callable[..., bool] = lambda *_: True, **more: Any) -> Job:
    given = {"name": name, "trigger": Every(every), "help": "", "wanted": wanted, "work": getattr(work, name)}
    return Job(**given | more)


def daemon(store: Store, settings: Settings, *jobs: Job, **more: Any) -> tuple[Daemon, Any]:
    """A daemon, and the queue of what `told` heard."""
    heard: Any = queue.Queue()
    return Daemon(store, settings, lambda name, receipt: heard.put((name, receipt)), jobs, **more), heard


def notes(settings: Settings, word: str = "") -> list[list[str]]:
    file = settings.home / "notes"
    rows = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    return [row for row in rows if word in ("", row[0])]


def wait_until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to that in time"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_one_instance_of_a_job_and_what_was_missed_meanwhile_is_one_run(
    store: Store, settings: Settings, work: Any
) -> None:
    running, heard = daemon(store, settings, job(work, "slow", every=0.2))
    with running:
        assert heard.get(timeout=30) == ("slow", {"exit": 0, "n": 1})
        assert heard.get(timeout=30) == ("slow", {"exit": 0, "n": 1})
    words = [row[0] for row in notes(settings)]
    assert words == ["begins", "ends"] * 2 or words == ["begins", "ends"] * 2 + ["begins"]
    with store.read() as tx:
        done = [run for run in runs.recent(tx) if run.state == "done"]
    assert len(done) == 2 and all(run.kind == "slow" and run.receipt == {"n": 1} for run in done)


def test_a_job_that_is_not_wanted_starts_no_process(store: Store, settings: Settings, work: Any) -> None:
    asked: list[datetime] = []
    running, heard = daemon(
        store, settings, job(work, "quick", every=0.1, wanted=lambda _store, _settings, now: bool(asked.append(now)))
    )
    with running:
        wait_until(lambda: len(asked) >= 3)
    assert heard.empty() and notes(settings) == [] and all(now.tzinfo for now in asked)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_child_that_fails_stops_nobody_and_is_in_the_run_history(store: Store, settings: Settings, work: Any) -> None:
    bad = ["refuses", "fails", "dies", "leaves", "half"]
    running, heard = daemon(store, settings, *(job(work, name) for name in bad), job(work, "quick", every=0.3))
    told: dict[str, dict[str, Any]] = {}
    with running:
        while len(told) < 6:
            name, receipt = heard.get(timeout=60)
            told[name] = receipt
        until = len(notes(settings, "quick"))
        wait_until(lambda: len(notes(settings, "quick")) > until)  # the schedule goes on
    expected = {
        "refuses": (1, "The file is bad. Mend it."),
        "fails": (1, "ValueError: a mistake of ours"),
        "dies": (-9, f"the process was ended by signal 9 ({signal.strsignal(9)})"),
        "leaves": (3, "the process ended with exit code 3 and said nothing"),
        "half": (0, None),
    }
    assert {name: (told[name]["exit"], told[name].get("error")) for name in bad} == expected
    assert told["half"]["failed"] == ["index: no engine"] and told["quick"] == {"exit": 0, "n": 1}
    with store.read() as tx:
        kept = {run.kind: run for run in runs.recent(tx, 100) if run.kind in bad}
    assert {kind: run.state for kind, run in kept.items()} == dict.fromkeys(bad, "failed")
    assert all(kept[name].receipt == {"error": error} for name, (_, error) in expected.items() if error)
    assert all(run.finished for run in kept.values())


def test_a_store_that_fails_is_told_and_the_daemon_goes_on(store: Store, settings: Settings, work: Any) -> None:
    calls: list[int] = []

    def wanted(*_: Any) -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise UnavailableError("The store is locked.", "Wait.")
        return True

    running, heard = daemon(store, settings, job(work, "quick", every=0.1, wanted=wanted), rest=0.2)
    with running:
        assert heard.get(timeout=30) == ("quick", {"exit": None, "error": "The store is locked. Wait."})
        assert heard.get(timeout=30) == ("quick", {"exit": 0, "n": 1})


def test_a_child_that_cannot_open_the_store_says_why(
    store: Store, settings: Settings, work: Any, tmp_path: Path
) -> None:
    (tmp_path / "broken.sqlite").write_text("no database " * 100)
    import dataclasses

    elsewhere = dataclasses.replace(settings, store=f"sqlite:///{tmp_path / 'broken.sqlite'}")
    running, heard = daemon(store, elsewhere, job(work, "quick"))
    with running:
        name, receipt = heard.get(timeout=30)
    assert (name, receipt["exit"]) == ("quick", 1) and "damaged" in receipt["error"]
    with store.read() as tx:
        (run,) = runs.recent(tx)
    assert run.state == "failed" and run.receipt == {"error": receipt["error"]}


def test_a_job_that_failed_rests_before_it_is_tried_again(store: Store, settings: Settings, work: Any) -> None:
    running, heard = daemon(store, settings, job(work, "half", every=0.1), job(work, "quick", every=0.1), rest=60)
    with running:
        wait_until(lambda: len(notes(settings, "quick")) >= 3)
    assert [name for name, _ in heard.queue].count("half") == 1


@needs_proc
def test_stopping_is_graceful_and_says_nothing_of_a_failure(store: Store, settings: Settings, work: Any) -> None:
    running, heard = daemon(store, settings, job(work, "waits"))
    with running:
        wait_until(lambda: notes(settings))
        began = time.monotonic()
    assert time.monotonic() - began < 10 and heard.empty()
    assert not is_alive(int(notes(settings)[0][1]))
    with store.read() as tx:
        (run,) = runs.recent(tx)
    assert run.state == "interrupted" and run.finished


@needs_proc
def test_a_child_that_does_not_end_is_killed(
    store: Store, settings: Settings, work: Any, caplog: pytest.LogCaptureFixture
) -> None:
    running, heard = daemon(store, settings, job(work, "hangs"), stop_within=0.5)
    with running:
        wait_until(lambda: notes(settings))
        began = time.monotonic()
    assert time.monotonic() - began < 10 and heard.empty()
    assert not is_alive(int(notes(settings)[0][1])) and "hangs did not end within" in caplog.text
    with store.read() as tx:
        assert [run.state for run in runs.recent(tx)] == ["interrupted"]


DAEMON = """
import sys, threading
import jobs_of_the_tests as work
from core.settings import Settings
from scheduler import Daemon, Every, Job
from store.database import Store

settings = Settings.load()
if __name__ == "__main__":
    with Store.open(settings) as store:
        job = Job(name="waits", trigger=Every(60), help="", wanted=lambda *_: True, work=work.waits)
        with Daemon(store, settings, jobs=[job]):
            threading.Event().wait()
"""


@needs_proc
def test_the_child_ends_when_its_parent_is_killed(settings: Settings, work: Any, tmp_path: Path) -> None:
    program = tmp_path / "daemon_program.py"
    program.write_text(DAEMON)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    environ |= {"PUTUTU_HOME": str(settings.home), "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    with subprocess.Popen([sys.executable, str(program)], env=environ) as parent:
        try:
            wait_until(lambda: notes(settings))
        finally:
            parent.kill()
    child = int(notes(settings)[0][1])
    wait_until(lambda: not is_alive(child), 10)
    with Store.open(settings) as store, store.read() as tx:
        assert [run.state for run in runs.recent(tx)] == ["interrupted"]


def test_one_daemon_a_home_and_the_second_is_told_of_the_first(store: Store, settings: Settings) -> None:
    first, second = daemon(store, settings)[0], daemon(store, settings)[0]
    with first, pytest.raises(UnavailableError, match=f"process {os.getpid()}") as error, second:
        pytest.fail("it was let in")
    assert str(settings.home) in str(error.value) and error.value.mend
    with daemon(store, settings)[0]:
        assert scheduler.home_lock(settings).holder() == f"process {os.getpid()}"
    assert scheduler.home_lock(settings).holder() is None


def test_the_daily_job_is_at_its_hour_in_lima() -> None:
    (refresh,) = (one for one in JOBS if one.name == "refresh")
    at = refresh.trigger.get_next_fire_time(None, NOW)
    assert at.utcoffset() == timedelta(hours=-5)
    assert datetime(2026, 11, 21, 8, 30, tzinfo=UTC) <= at <= datetime(2026, 11, 21, 8, 40, tzinfo=UTC)
    again = refresh.trigger.get_next_fire_time(at, at)
    assert timedelta(hours=23, minutes=50) <= again - at <= timedelta(hours=24, minutes=10)


@pytest.mark.parametrize(("ago", "at_once"), [(None, True), (timedelta(hours=30), True), (timedelta(hours=1), False)])
def test_a_daily_job_that_was_missed_is_done_once_at_the_start(
    store: Store, settings: Settings, work: Any, ago: timedelta | None, at_once: bool
) -> None:
    if ago:
        with store.write() as tx:
            runs.finish(tx, runs.start(tx, "quick", NOW - ago), {}, True, NOW - ago)
    daily = job(work, "quick", trigger=Daily(3, 30))
    running, _ = daemon(store, settings, daily, clock=lambda: NOW)
    assert (running._first(daily, NOW) == NOW) is at_once
    assert running._first(daily, NOW) in (NOW, datetime(2026, 11, 21, 8, 30, tzinfo=UTC))


def test_intervals_have_jitter_and_no_past() -> None:
    every = Every(20, jitter=5)
    waits = [(every.get_next_fire_time(NOW - timedelta(days=30_000), NOW) - NOW).total_seconds() for _ in range(50)]
    assert 20 <= min(waits) < max(waits) <= 25


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The clock of daemon and APScheduler: `clock.moved` is how far it was set forward or back."""

    class Moved(datetime):
        moved = timedelta()

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + cls.moved

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Moved)
    return Moved


@pytest.mark.parametrize("jump", [timedelta(days=40 * 365), timedelta(days=-40 * 365), timedelta(hours=-1)])
def test_a_clock_that_jumps_neither_stalls_nor_storms_the_schedule(
    store: Store, settings: Settings, work: Any, clock: Any, jump: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[float] = []
    often = job(work, "quick", every=0.2, wanted=lambda *_: bool(asked.append(time.monotonic())))
    daily = job(work, "waits", trigger=JOBS[2].trigger, wanted=lambda *_: bool(asked.append(-1)))
    running, _ = daemon(store, settings, often, daily, clock=lambda: clock.now(UTC), clock_look=0.1)
    with running:
        wait_until(lambda: len(asked) >= 3)
        clock.moved = jump
        before = time.monotonic()
        wait_until(lambda: sum(moment > before for moment in asked) >= 5, 15)  # else it stalled
        took = time.monotonic() - before
    assert sum(moment > before for moment in asked) <= took / 0.2 + 3, "it stormed"
    assert asked.count(-1) <= 2, "the daily job is done once for all the days that were jumped over"
    assert ("set back" in caplog.text) is (jump < timedelta())
