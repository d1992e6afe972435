"""Enrichment on every core: the same as in one process, and no worker outlives a parent that is killed."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.settings import Settings
from enrich.pool import enriched

ROOT = Path(__file__).resolve().parents[2]
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc")
PROGRAM = """
import sys, time
from core.settings import Settings
from enrich.pool import enriched

def batches():
    yield []
    open(sys.argv[1], "w").close()
    time.sleep(60)

if __name__ == "__main__":
    for _ in enriched(Settings.load(), batches(), parallel=True):
        pass
"""


def test_many_cores_say_what_one_says(settings: Settings, document) -> None:
    batches = [[(document(f"Paro de transportistas en Comas {n}", id=f"d{n}"), {})] for n in range(5)]
    alone = list(enriched(settings, batches, parallel=False))
    together = list(enriched(settings, batches, parallel=True))
    assert together == alone and all(result.annotations for batch in alone for result in batch)


@needs_proc
def test_no_worker_outlives_a_parent_that_is_killed(settings: Settings, tmp_path: Path) -> None:
    program, begun = tmp_path / "pool_program.py", tmp_path / "begun"
    program.write_text(PROGRAM)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    environ |= {"PUTUTU_HOME": str(settings.home), "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(program), str(begun)], env=environ) as parent:
        until(begun.exists)
        workers = children(parent.pid)
        parent.kill()
    assert workers
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended between the two looks
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def until(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.05)
