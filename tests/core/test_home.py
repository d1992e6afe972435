"""The data folder's id, its locks, and the little that is set aside for a full disk."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import home as module
from core.errors import StoreError
from core.home import ID, archive_held, home_id, keep_reserve, spend_reserve


def test_a_home_has_one_id_whoever_asks_first(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: home_id(tmp_path / "home"), range(40)))
    assert len(found) == 1 and ID.fullmatch(found.pop())
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["id"]
    assert home_id(tmp_path / "other") != home_id(tmp_path / "home")


def test_a_damaged_id_is_told(tmp_path):
    (tmp_path / "id").write_text("../../etc")
    with pytest.raises(StoreError, match="id"):
        home_id(tmp_path)


def test_one_alone_or_many_together(tmp_path):
    order = []

    def alone():
        with archive_held(tmp_path, alone=True):
            order.append("alone")

    thread = threading.Thread(target=alone)
    with archive_held(tmp_path, alone=False), archive_held(tmp_path, alone=False):
        thread.start()
        time.sleep(0.2)
        order.append("together")
    thread.join(10)
    assert order == ["together", "alone"]


def test_a_reserve_is_kept_once_and_spent_once(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "RESERVE", 100_000)
    keep_reserve(tmp_path)
    keep_reserve(tmp_path)
    assert (tmp_path / "reserve").stat().st_size == 100_000
    assert spend_reserve(tmp_path) and not spend_reserve(tmp_path)
