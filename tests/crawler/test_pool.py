"""Workers that hang, crash or eat memory are replaced; every job is answered."""

import time

import pytest

from crawler.due import is_late, retry_after
from crawler.pool import Pool

ACTS = """
import os, time
from core.errors import NotAnArticleError
def act(kind):
    if kind == "hang": time.sleep(60)
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
