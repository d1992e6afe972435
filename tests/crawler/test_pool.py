"""Workers that hang, crash or eat memory are replaced; every job is answered."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.due import is_late, retry_after
from crawler.pool import Pool

ROOT = Path(__file__).resolve().parents[2]
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc")

ACTS = """
import os, time
from core.errors import NotAnArticleError
def act(kind):
    if kind == "hang": time.sleep(60)
    if kind.startswith("/"):
        open(kind, "w").close()
        time.sleep(60)
    if kind == "crash": os._exit(9)
    if kind == "eat": return bytes(3 * 2**30)
    if kind == "none": raise NotAnArticleError("no hay nada")
    if kind == "mistake": raise KeyError("x")
    if kind == "deep":
        def f(n): return f(n + 1)
        f(0)
    print("lo que se imprime no estorba")
    return os.getpid()
"""


@pytest.fixture
def act(tmp_path, monkeypatch):
    (tmp_path / "pool_acts.py").write_text(ACTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "pool_acts:act"


def test_every_job_is_answered_whatever_it_does(act):
    kinds = ["ok", "hang", "ok2", "crash", "ok3", "none", "mistake", "deep", "eat", "ok4"]
    began = time.monotonic()
    with Pool(act, size=1, seconds=3, megabytes=2048) as pool:
        answers = dict(pool.run((kind, {"kind": kind}) for kind in kinds))
    assert time.monotonic() - began < 30
    assert {kind: answer[0] for kind, answer in answers.items()} == {
        "ok": "ok", "ok2": "ok", "ok3": "ok", "ok4": "ok", "hang": "time", "crash": "crash", "none": "no_article", "mistake": "error", "deep": "error", "eat": "memory",
    }  # fmt: skip
    assert answers["hang"][1] == "extraction took longer than 3 seconds" and "KeyError" in answers["mistake"][1]
    assert answers["ok"][1] != answers["ok2"][1] and answers["none"][1] == "no hay nada"


def test_who_stops_asking_does_not_wait_for_what_is_under_way(act):
    with Pool(act, size=1, seconds=30, megabytes=0) as pool:
        answers = pool.run([("a", {"kind": "ok"})] + [(n, {"kind": "hang"}) for n in range(5)])
        assert next(answers)[0] == "a"
        began = time.monotonic()
        answers.close()
    assert time.monotonic() - began < 5


def test_a_worker_that_cannot_start_is_an_error():
    with (
        Pool("no_such_module:act", size=1, seconds=3, megabytes=0) as pool,
        pytest.raises(RuntimeError, match="does not start"),
    ):
        list(pool.run([("a", {})]))


def test_when_to_ask_again():
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 11, 25, tzinfo=UTC)
    assert retry_after("120", now) == now + timedelta(minutes=2)
    assert retry_after("Wed, 25 Nov 2026 01:00:00 GMT", now) == now + timedelta(hours=1)
    assert retry_after("99999999999", now) == now + timedelta(days=2)
    assert [retry_after(value, now) for value in (None, "", "pronto", "Wed, 25 Nov 2020 01:00:00 GMT", "-5")] == [
        None
    ] * 5
    assert (
        is_late(now - timedelta(days=8), now) and not is_late(now - timedelta(days=6), now) and not is_late(None, now)
    )


ORPHANED = """
import sys
from crawler import pool
pool.ALONE_SECONDS = 0
with pool.Pool(sys.argv[1], size=1, seconds=1.5, megabytes=0) as workers:
    list(workers.run([("a", {"kind": sys.argv[2]})]))
"""


@needs_proc
def test_a_worker_that_hangs_does_not_outlive_a_parent_that_is_killed(act, tmp_path):
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    begun = tmp_path / "begun"
    with subprocess.Popen([sys.executable, "-c", ORPHANED, act, str(begun)], env=environ) as parent:
        wait_for(begun.exists)
        (worker,) = children(parent.pid)
        parent.kill()
    wait_for(lambda: not Path(f"/proc/{worker}").exists())


def test_a_worker_told_to_end_with_all_others_is_no_crash_of_the_page(act):
    with Pool(act, size=1, seconds=20, megabytes=0) as pool:
        ((_, (_, worker)),) = pool.run([("a", {"kind": "ok"})])
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(worker, number)
        assert list(pool.run([("b", {"kind": "ok"})])) == [("b", ("ok", worker))]


def children(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended between the two looks
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not come to that in time"
        time.sleep(0.05)
    return found
