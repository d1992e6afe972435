"""The queue: each piece once, nothing lost with a worker, what fails waits longer and is parked in the end."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store import frontier, work
from store.database import Store

PROGRAM = Path(__file__).with_name("workers_program.py")
ROOT = Path(__file__).resolve().parents[2]


def add(store, names, now, *, kind="enrich", cause="publisher", **kw):
    with store.write() as tx:
        work.add_many(tx, kind, [(name, 1) for name in names], cause, now, **kw)


def claim(store, now, *, kind="enrich", worker=None, limit=100, **kw):
    with store.write() as tx:
        return work.claim(tx, kind, worker or store.worker, limit, now, **kw)


def documents(works):
    return [one.document for one in works]


def start(settings, task):
    command = [sys.executable, str(PROGRAM), str(settings.home), settings.store, task]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_work_is_claimed_once_and_the_oldest_first(store, now, later):
    add(store, ["c", "a"], now)
    add(store, ["b"], later(1))
    assert documents(claim(store, now, limit=2)) == ["c", "a"]
    assert documents(claim(store, now)) == ["b"]
    assert claim(store, now) == []


def test_the_same_cause_queues_once_unless_it_is_asked_again(store, now):
    add(store, ["a"], now)
    add(store, ["a"], now)
    (one,) = claim(store, now)
    with store.write() as tx:
        work.done_many(tx, [one], store.worker, now)
    add(store, ["a"], now)
    assert claim(store, now) == []
    add(store, ["a"], now, cause="extractor")
    add(store, ["a"], now, again=True)
    assert sorted(one.cause for one in claim(store, now)) == ["extractor", "publisher"]


def test_what_is_asked_again_while_it_is_being_done_is_done_again(store, now):
    add(store, ["a"], now, again=True)
    held = claim(store, now)
    add(store, ["a"], now, again=True)
    with store.write() as tx:
        assert work.done_many(tx, held, store.worker, now) == []
    assert documents(claim(store, now)) == ["a"]


def test_only_its_own_lease_writes_a_result(store, now):
    add(store, ["a", "b"], now)
    a, b = claim(store, now)
    with store.write() as tx:
        assert work.held(tx, [a, b], "someone-else") == []
        assert work.done_many(tx, [a], "someone-else", now) == []
        assert work.fail(tx, a, "someone-else", "no", now) == "lost"
        assert work.held(tx, [a, b], store.worker) == [a, b]
        assert work.done_many(tx, [a, b], store.worker, now) == [a, b]
        assert work.done_many(tx, [a, b], store.worker, now) == []
        assert work.summary(tx)["enrich"] == {"waiting": 0, "leased": 0, "parked": 0, "done": 2}


def test_failures_wait_twice_as_long_each_time_and_are_parked_after_eight(store, now):
    add(store, ["a"], now)
    moment, waits = now, []
    for _ in range(7):
        (one,) = claim(store, moment, ignore_not_before=False)
        with store.write() as tx:
            assert work.fail(tx, one, store.worker, "engine down", moment) == "waiting"
            (row,) = work.of_document(tx, "a")
        waits.append((row["not_before"] - moment).total_seconds())
        assert claim(store, row["not_before"] - timedelta(seconds=1), ignore_not_before=False) == []
        moment = row["not_before"]
    assert waits == [30, 60, 120, 240, 480, 960, 1920]
    (one,) = claim(store, moment, ignore_not_before=True)
    with store.write() as tx:
        assert work.fail(tx, one, store.worker, "engine down", moment) == "parked"
        (parked,) = work.parked(tx)
        assert (parked.document, parked.attempts, parked.error) == ("a", 8, "engine down")
        assert work.waiting(tx) == 0
        assert work.retry(tx, now=moment) == 1
    assert [one.attempts for one in claim(store, moment)] == [0]


def test_a_stage_called_by_hand_takes_what_waits_for_a_retry(store, now):
    add(store, ["a"], now)
    with store.write() as tx:
        work.fail(tx, work.claim(tx, "enrich", store.worker, 1, now)[0], store.worker, "x", now)
    assert claim(store, now, ignore_not_before=False) == []
    assert documents(claim(store, now)) == ["a"]


def test_what_fails_for_good_is_parked_at_once(store, now):
    add(store, ["a"], now)
    (one,) = claim(store, now)
    with store.write() as tx:
        assert work.fail(tx, one, store.worker, "poisoned", now, permanent=True) == "parked"
        assert work.retry(tx, "index", now=now) == 0


def test_a_lease_ends_with_its_time(store, store_settings, now, later):
    add(store, ["a"], now)
    (one,) = claim(store, now, lease=timedelta(minutes=10))
    assert claim(store, later(9)) == []
    with Store.open(store_settings) as other:
        assert documents(claim(other, later(11))) == ["a"]
        with store.write() as tx:
            assert work.done_many(tx, [one], store.worker, later(11)) == []


def test_a_closed_store_frees_its_leases_and_a_living_one_keeps_them(store, store_settings, now):
    add(store, ["a", "b"], now)
    other = Store.open(store_settings)
    assert documents(claim(other, now, limit=1)) == ["a"]
    assert documents(claim(store, now)) == ["b"]
    with store.read() as tx:
        assert store.dead_workers(tx) == set()
    other.close()
    with store.read() as tx:
        assert store.dead_workers(tx) == {other.worker}
    assert documents(claim(store, now)) == ["a"]


def test_what_is_given_back_is_free(store, now):
    add(store, ["a"], now)
    held = claim(store, now)
    with store.write() as tx:
        assert work.release(tx, held, store.worker) == 1
    assert claim(store, now) == held


def test_what_workers_die_on_is_claimed_alone_and_parked_in_the_end(store, now):
    add(store, ["a", "poison", "b", "c"], now)
    for _ in range(work.SUSPECT_DEATHS):
        assert len(claim(store, now, worker="a-dead-worker")) == 4
    with store.write() as tx:
        for one in work.claim(tx, "enrich", store.worker, 9, now):
            assert one.document == "a", "suspects come one by one"
            work.done_many(tx, [one], store.worker, now)
    deaths = 0
    while documents(claim(store, now, worker="a-dead-worker", limit=9))[:1] == ["poison"]:
        deaths += 1
    assert deaths == work.MAX_DEATHS - work.SUSPECT_DEATHS
    with store.write() as tx:
        assert [one.document for one in work.parked(tx)] == ["poison"]
        assert work.waiting(tx) == 2


def test_missing_work_is_seen(store, make, now):
    from store import documents as docs

    with store.write() as tx:
        docs.save_many(tx, [make("a"), make("b")], now=now)
        work.add_many(tx, "index", [(make("a").id, 1)], "enrich", now)
        assert work.missing(tx, "enrich") == []
        assert work.missing(tx, "index") == [make("b").id]


def test_a_killed_worker_frees_its_leases_at_once(store, store_settings, now):
    add(store, [f"d{n}" for n in range(20)], now)
    with store.write() as tx:
        frontier.discover(
            tx, "chasqui", [{"url": f"https://elchasqui.example/{n}"} for n in range(5)], arrival="live", now=now
        )
    process = start(store_settings, "hang")
    try:
        assert process.stdout.readline().split() == ["20", "5"]
        assert claim(store, now) == []
        with store.write() as tx:
            assert frontier.claim(tx, None, store.worker, 99, now) == []
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        deadline = datetime.now() + timedelta(seconds=10)
        taken = claim(store, now)
        while not taken and datetime.now() < deadline:  # a server needs a moment to see that the connection is gone
            taken = claim(store, now)
        assert len(taken) == 20
        with store.write() as tx:
            assert len(frontier.claim(tx, None, store.worker, 99, now)) == 5
    finally:
        process.kill()
        process.communicate()


def test_two_processes_never_take_the_same_document(store, store_settings, now):
    names = [f"d{n}" for n in range(300)]
    add(store, names, now)
    processes = [start(store_settings, "take") for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    taken = [process.communicate(timeout=60)[0].split() for process in processes]
    assert sorted(taken[0] + taken[1]) == sorted(names)
    assert [process.returncode for process in processes] == [0, 0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_neither_takes_nor_frees_the_lock(store_settings, now):
    with Store.open(store_settings) as store, Store.open(store_settings) as other:
        add(store, ["a"], now)
        claim(store, now)
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        with other.read() as tx:
            assert other.dead_workers(tx) == set()


def test_what_cannot_be_begun_is_postponed_without_an_attempt(store, now, later):
    add(store, ["a"], now)
    held = claim(store, now)
    with store.write() as tx:
        assert work.ready(tx, now), "a lease may be a dead worker's"
        assert work.postpone(tx, held, "another", later(5)) == 0
        assert work.postpone(tx, held, store.worker, later(5)) == 1
        assert not work.ready(tx, later(4)) and work.ready(tx, later(5))
    assert claim(store, later(4), ignore_not_before=False) == []
    assert claim(store, later(5), ignore_not_before=False) == held


def test_a_clock_that_is_set_back_holds_no_work_up(store, now, later):
    add(store, ["a", "b"], later(600))  # queued by a clock that was ten hours ahead
    (held,) = claim(store, later(600), limit=1)
    with store.write() as tx:
        assert work.ready(tx, now)
        assert work.fail(tx, held, store.worker, "no", later(60 * 24 * 365)) == "waiting"
    assert set(documents(claim(store, now, ignore_not_before=False))) == {"a", "b"}


def test_a_worker_whose_server_connection_broke_lives_again(store, store_settings, now):
    if store.file is not None:
        return  # a file's lock cannot be lost
    add(store, ["a"], now)
    claim(store, now)
    with Store.open(store_settings) as other:
        with other.write() as tx:
            chosen = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            tx.exec_driver_sql(chosen)
        with store.read() as tx:
            assert store.dead_workers(tx) == set(), "it takes its own lock again when it looks"
        with other.read() as tx:
            assert other.dead_workers(tx) == set()


def test_what_was_done_or_is_leased_since_a_moment_can_be_put_back(store, now, later):
    """What a rebuild of the index asks: which documents were, or are being, written elsewhere meanwhile."""
    add(store, ["a", "b", "c", "d"], now, kind="index")
    add(store, ["x"], now)
    first = claim(store, now, kind="index", limit=1)
    with store.write() as tx:
        work.done_many(tx, first, store.worker, now)
    second = claim(store, later(5), kind="index", limit=1)
    with store.write() as tx:
        work.done_many(tx, second, store.worker, later(5))
    held = claim(store, later(6), kind="index", limit=1)
    with store.read() as tx:
        assert work.touched_since(tx, "index", later(5)) == ["b", "c"]
        assert work.touched_since(tx, "index", now) == ["a", "b", "c"]
    with store.write() as tx:
        assert work.again(tx, "index", later(5), later(7)) == 2
        assert work.done_many(tx, held, store.worker, later(8)) == [], "its holder's result no longer counts"
    assert documents(claim(store, later(9), kind="index")) == ["d", "b", "c"]


def test_documents_whose_work_is_open_parked_or_was_never_queued_are_unsettled(store, make, now):
    from store import documents as kept

    with store.write() as tx:
        ids = [kept.save(tx, make(f"n{n}"), now=now).document.id for n in range(5)]
        assert work.unsettled(tx, "index") == 5, "never queued"
        work.add_many(tx, "index", [(id, 1) for id in ids], "publisher", now)
        work.add_many(tx, "index", [(ids[0], 1)], "stale", now)
        assert work.unsettled(tx, "index") == 5, "each document once"
    works = claim(store, now, kind="index")
    with store.write() as tx:
        work.done_many(tx, [one for one in works if one.document not in ids[:2]], store.worker, now)
        for one in works:
            if one.document == ids[0]:
                work.fail(tx, one, store.worker, "refused", now, permanent=True)
        assert work.unsettled(tx, "index") == 2


def test_what_one_store_holds_no_other_takes(store, store_settings):
    with Store.open(store_settings) as second:
        assert store.take("poll:ribera") and store.take("poll:ribera") and second.take("poll:otra")
        assert not second.take("poll:ribera")
        store.drop("poll:ribera")
        store.drop("poll:ribera")
        assert second.take("poll:ribera") and not store.take("poll:ribera")
    assert store.take("poll:ribera")


def test_what_a_killed_process_held_is_free(store, store_settings):
    code = (
        "import sys, time\nfrom dataclasses import replace\nfrom pathlib import Path\nfrom core.settings import Settings\nfrom store.database import Store\n"
        "settings = replace(Settings.load({'PUTUTU_HOME': sys.argv[1]}), store=sys.argv[2], home=Path(sys.argv[1]))\n"
        "store = Store.open(settings)\nprint(store.take('poll:ribera'), flush=True)\ntime.sleep(60)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(store_settings.home), store_settings.store], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stdout.readline().strip() == "True"
    assert not store.take("poll:ribera")
    child.kill()
    child.wait()
    for _ in range(50):  # the database server sees a broken connection a moment later
        if store.take("poll:ribera"):
            return
        time.sleep(0.1)
    raise AssertionError("it is still held")
