"""`pututu retention` and the disk's part of `pututu doctor`, as an operator meets them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.document import Document, document_id
from core.settings import Settings
from core.urls import alias
from crawler.archive import Archive
from store import documents
from store.database import Store
from store.disk import Usage, record

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime.now(UTC)
Run = Callable[..., subprocess.CompletedProcess[str]]


def fill(home: Path, days: int = 10) -> list[str]:
    """A home with a page of 40 kB a day, the oldest first, and a document of each; their ids."""
    settings = Settings.load({"PUTUTU_HOME": str(home)})
    archive, ids = Archive(home), []
    with Store.open(settings) as store, store.write() as tx:
        for n in range(days):
            url, when = f"https://ribera.example/nota/{n}", NOW - timedelta(days=60 - n)
            pointer = archive.write(url, 200, {"Content-Type": "text/html"}, os.urandom(40_000), when)
            one = Document(id=document_id(alias(url)), url=url, title=f"Nota {n}", source="ribera", fetched=when, archive=pointer, aliases=(alias(url),))  # fmt: skip
            ids.append(documents.save(tx, one, now=when).document.id)
    archive.close()
    return ids


def command(home: Path) -> Run:
    def call(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
        environment = kept | {"PUTUTU_HOME": str(home), "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(ROOT)} | extra
        line = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(line, text=True, capture_output=True, env=environment, timeout=120, check=False)

    return call


def size(home: Path) -> int:
    return sum(path.stat().st_size for path in (home / "archive").iterdir())


def test_nothing_is_dropped_before_it_is_asked_for_and_evidence_never(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ids, run = fill(home), command(home)
    assert run("retention", "keep", ids[0], "https://ribera.example/nota/3", "--reason", "caso 117").stdout.split() == [ids[0], ids[3]]  # fmt: skip
    before = size(home)
    dry = run("retention", "--json", PUTUTU_ARCHIVE_BUDGET="200 kB")
    assert dry.returncode == 0 and "Nothing was changed" in dry.stderr and size(home) == before
    told = json.loads(dry.stdout)
    assert told["applied"] is False and told["archive"]["dropped"] > 0
    done = json.loads(run("retention", "--apply", "--json", PUTUTU_ARCHIVE_BUDGET="200 kB").stdout)
    assert done["archive"] == told["archive"] and size(home) == done["archive"]["after"] <= 200_000
    kept = [json.loads(line) for line in run("retention", "kept", "--json").stdout.splitlines()]
    assert {row["id"] for row in kept} == {ids[0], ids[3]}
    assert all(row["reason"] == "caso 117" and ".warc.gz:" in row["archive"] for row in kept)
    rest = run("retention", "--apply", PUTUTU_ARCHIVE_BUDGET="0")
    assert "what is left is evidence" in rest.stderr and 80_000 < size(home) < 90_000
    assert run("retention", "unkeep", ids[3]).returncode == 0
    run("retention", "--apply", PUTUTU_ARCHIVE_BUDGET="0")
    assert 40_000 < size(home) < 45_000
    why = run("why", "https://ribera.example/nota/3")
    assert why.returncode == 0
    runs = [json.loads(line)["kind"] for line in run("runs", "--json").stdout.splitlines()]
    assert runs == ["retention"] * 3, "a dry run is no run"


def test_what_cannot_be_marked_and_a_wrong_budget_say_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ids, run = fill(home, 1), command(home)
    for arguments in (("keep", "nobody"), ("unkeep", ids[0]), ("unkeep", "nobody")):
        done = run("retention", *arguments)
        assert done.returncode == 1 and done.stderr.startswith("pututu: ") and "Traceback" not in done.stderr
    done = run("retention", PUTUTU_ARCHIVE_BUDGET="lots")
    assert done.returncode == 1 and "PUTUTU_ARCHIVE_BUDGET" in done.stderr


def disk_rows(run: Run, **extra: str) -> list[tuple[str, str]]:
    rows = [json.loads(line) for line in run("doctor", "--json", **extra).stdout.splitlines()]
    return [(row["state"], row["finding"]) for row in rows if row["part"] == "disk"]


def test_doctor_forecasts_from_what_was_noted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run = command(home)
    fill(home)
    before = disk_rows(run)
    assert [state for state, _ in before][:2] == ["good", "good"] and "no forecast before two days" in before[2][1]
    settings = Settings.load({"PUTUTU_HOME": str(home)})
    with Store.open(settings) as store, store.write() as tx:
        for n in range(20):
            day = (NOW - timedelta(days=20 - n)).date()
            record(tx, settings, Usage(day=day, archive=n * 10_000, store=n * 5_000, search=0, free=10**10))
    pages, database, _ = disk_rows(run, PUTUTU_ARCHIVE_BUDGET="1 MB", PUTUTU_STORE_BUDGET="1 MB")
    assert pages[0] == "good" and "grows by 10.0 kB a day" in pages[1] and "full in 60 days" in pages[1]
    assert "grows by 5.0 kB a day" in database[1]
    over = disk_rows(run, PUTUTU_STORE_BUDGET="100 kB")[1]
    assert over[0] == "bad" and "full now" in over[1] and run("doctor", PUTUTU_STORE_BUDGET="100 kB").returncode == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], capture_output=True, check=False)  # fmt: skip
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here (needs root)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_so_full_that_the_store_cannot_be_opened(small_disk: Path) -> None:
    home = small_disk / "home"
    run = command(home)
    ids = fill(home, 30)
    assert run("retention", "--apply").returncode == 0, "the daily job sets a reserve aside"
    run("retention", "keep", ids[29])
    with (small_disk / "filler").open("wb", buffering=0) as out, pytest.raises(OSError, match="No space left"):
        while True:
            out.write(b"x" * 4096)
    assert shutil.disk_usage(small_disk).free == 0
    refused = run("search", "nota")
    assert refused.returncode == 1 and "retention --apply" in refused.stderr
    done = run("retention", "--apply", "--json", PUTUTU_ARCHIVE_BUDGET="100 kB")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["archive"]["after"] <= 100_000
    assert shutil.disk_usage(small_disk).free > 800_000
    with Store.open(Settings.load({"PUTUTU_HOME": str(home)})) as store, store.read() as tx:
        kept = [documents.get(tx, id).archive for id in ids]  # type: ignore[union-attr]
        assert tx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert kept[29] and not kept[29].startswith("dropped") and len(Archive(home).read(kept[29]).body) == 40_000
    assert kept[0] is not None and kept[0].startswith("dropped:")
