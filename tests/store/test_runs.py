"""Runs and their receipts; a run whose process is gone is interrupted."""

import pytest

from core.errors import InputError
from store import runs
from store.database import Store


def test_a_run_keeps_its_receipt(store, now, later):
    with store.write() as tx:
        first = runs.start(tx, "collect", now, ["chasqui"])
        second = runs.start(tx, "digest", later(1))
        runs.finish(tx, first, {"new": 3, "rejected": {"no title": 1}}, True, later(2))
        runs.finish(tx, second, {"error": "mail server"}, False, later(3))
    with store.read() as tx:
        two, one = runs.recent(tx, 10)
        assert (one.kind, one.what, one.state, one.receipt, one.finished) == (
            "collect", ["chasqui"], "done", {"new": 3, "rejected": {"no title": 1}}, later(2))  # fmt: skip
        assert (two.state, two.worker) == ("failed", store.worker)
        assert [run.id for run in runs.recent(tx, 10, kind="collect")] == [first]
        assert [run.id for run in runs.recent(tx, 1)] == [second]


def test_a_run_that_was_left_is_interrupted(store, store_settings, now, later):
    other = Store.open(store_settings)
    with other.write() as tx:
        left = runs.start(tx, "collect", now)
    with store.write() as tx:
        mine = runs.start(tx, "enrich", now)
        assert [run.state for run in runs.recent(tx, 9)] == ["running", "running"]
    other.close()
    with store.read() as tx:
        assert {run.id: run.state for run in runs.recent(tx, 9)} == {left: "interrupted", mine: "running"}
    with store.write() as tx:
        assert runs.interrupt(tx, later(5)) == 1
        assert runs.interrupt(tx, later(5)) == 0
        assert runs.recent(tx, 9)[1].finished == later(5)


def test_a_job_leaves_its_receipt_however_it_ends(store, now):
    assert runs.recorded(store, "crawl", lambda: {"new": 2}, lambda: now) == {"new": 2}
    with pytest.raises(InputError):
        runs.recorded(store, "crawl", refuse, lambda: now)
    with store.read() as tx:
        bad, good = runs.recent(tx, 9)
        assert (good.state, good.receipt) == ("done", {"new": 2})
        assert (bad.state, bad.receipt["error"]) == ("failed", "No such source.")


def test_what_was_interrupted_what_was_a_mistake_and_what_failed_in_part_are_told_apart(store, now):
    def ended():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.recorded(store, "crawl", ended, lambda: now)
    with pytest.raises(ZeroDivisionError):
        runs.recorded(store, "crawl", lambda: {"n": 1 / 0}, lambda: now)
    for failed in (["index: no engine"], [], 3):
        runs.recorded(store, "run", lambda failed=failed: {"failed": failed}, lambda: now)
    with store.read() as tx:
        assert [(run.state, (run.receipt or {}).get("error")) for run in runs.recent(tx, 9)][::-1] == [
            ("interrupted", "interrupted"), ("failed", "ZeroDivisionError: division by zero"), ("failed", None), ("done", None), ("done", None),
        ]  # fmt: skip


def refuse():
    raise InputError("No such source.")
