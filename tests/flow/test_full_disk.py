"""A full disk at every stage: an error with its mend and exit code 1, nothing half-written; with room again all is done, once."""

import contextlib
import dataclasses
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts import subscriptions
from core.settings import Settings
from demo.stage import press
from store.database import Store

from .conftest import NOW, Flow

DISK = 24 * 2**20
KIB = 1024
SOME_ROOM = (0, 160)  # KiB left free
MUCH_ROOM = (0, 4, 8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 768, 1024, 2048, 4096)


@dataclasses.dataclass
class Disk:
    """A small disk and the file that fills it."""

    place: Path

    def fill(self, leave: int) -> None:
        """Take all the room but `leave` bytes."""
        with (self.place / "ballast").open("wb", buffering=0) as ballast:
            with contextlib.suppress(OSError):
                while ballast.write(bytes(64 * KIB)):
                    pass
            with contextlib.suppress(OSError):
                while ballast.write(bytes(KIB)):
                    pass
            size = ballast.tell()
            ballast.truncate(max(0, size - leave))

    def free(self) -> None:
        (self.place / "ballast").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of its own in memory; the test skips where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(line, capture_output=True, check=False, text=True)
    except FileNotFoundError:
        pytest.skip("a small disk cannot be mounted here (no mount command)")
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield Disk(place)
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def cramped(settings: Settings, disk: Disk) -> Iterator[Flow]:
    """The flow with its home on the small disk; press and mail server have theirs elsewhere."""
    home = disk.place / "home"
    with press(settings, NOW) as stage:
        moved = dataclasses.replace(
            stage.settings, home=home, store=f"sqlite:///{home / 'pututu.sqlite'}", index=str(home / "index")
        )
        flow = Flow(dataclasses.replace(stage, settings=moved), "faro")
        with Store.open(moved) as store:
            subscriptions.add(store, datetime.now(UTC), name="todo", query="source:faro", owner="ana@example.org")
        flow.alone()
        yield flow


def until_there_is_room(flow: Flow, disk: Disk, rooms: tuple[int, ...], *command: str, enough: bool = True) -> int:
    """Try a command with little room, then more, then enough; how often it failed. Each failure says what mends it."""
    failures = 0
    for room in rooms:
        disk.fill(room * KIB)
        done = flow.command(*command)
        disk.free()
        if done.returncode == 0:
            return failures
        failures += 1
        where = f"{' '.join(command)} with {room} KiB: {done.stdout}{done.stderr}"
        assert done.returncode == 1, where
        assert "Traceback" not in done.stderr and done.stderr.startswith("pututu: "), where
        assert any(word in done.stderr for word in ("disk", "No space")), where
        assert any(word in done.stderr for word in ("Make room", "Check")), where
        assert is_whole(flow)
    if enough:
        done = flow.command(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    return failures


def is_whole(flow: Flow) -> bool:
    """Nothing is half-written: the database is sound, and each document is counted once for each kind of work it came to."""
    with Store.open(flow.settings) as store, store.read() as tx:
        sound: str = tx.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        lost = tx.exec_driver_sql(
            "SELECT count(*) FROM documents WHERE id NOT IN (SELECT document FROM work WHERE kind = 'enrich')"
        ).scalar_one()
    return sound == "ok" and lost == 0


def undisturbed(flow: Flow) -> None:
    """What holds in the end, however often the disk was full."""
    urls = flow.documents()
    assert len(urls) == len(set(urls)) >= 20
    assert flow.states("frontier").keys() == {("extracted",)}
    assert flow.states("work") == {(kind, "done"): len(urls) for kind in ("enrich", "index", "match")}
    assert flow.states("deliveries") == {("sent",): 1}
    assert flow.command("search", "source:faro", "--count").stdout == f"{len(urls)}\n"
    assert len(flow.letters()) == 1, "a mail went out twice"
    assert set(flow.told().values()) == {1} and len(flow.told()) == len(urls)
    assert flow.command("run").returncode == 0 and len(flow.letters()) == 1
    leftovers = [path.name for path in flow.settings.home.rglob("*") if path.suffix in (".half", ".new", ".tmp")]
    assert leftovers == []


STAGES = (("crawl", "faro"), ("enrich",), ("index",), ("match",), ("deliver",), ("reindex",))


def walk(flow: Flow, disk: Disk, rooms: tuple[int, ...]) -> None:
    failures = {command[0]: until_there_is_room(flow, disk, rooms, *command) for command in STAGES}
    assert all(failures.values()), f"the disk was never full: {failures}"
    undisturbed(flow)


def test_a_full_disk_at_every_stage(cramped: Flow, disk: Disk) -> None:
    walk(cramped, disk, SOME_ROOM)


def test_an_import_that_fills_the_disk_goes_on_where_it_stopped(cramped: Flow, disk: Disk, tmp_path: Path) -> None:
    rows = [
        {
            "url": f"https://valle.example/n{n}",
            "title": f"Reunión {n} de vecinos",
            "text": f"El acta {n} dice poco. " * 40,
        }
        for n in range(2_500)
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    assert until_there_is_room(cramped, disk, (0, 3 * KIB), "import", str(file), enough=False) == 2
    assert len(cramped.documents()) in (1_000, 2_000), "what was stored before the disk was full is whole batches"
    assert cramped.command("import", str(file)).returncode == 0
    urls = cramped.documents()
    assert len(urls) == len(set(urls)) == 2_500 and cramped.states("work") == {("enrich", "waiting"): 2_500}
    again = json.loads(cramped.command("import", str(file), "--json").stdout)
    assert (again["new"], again["version"], again["same"], again["refused"]) == (0, 0, 2_500, 0)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_a_disk_with_ever_a_little_more_room_at_every_stage(cramped: Flow, disk: Disk) -> None:
    walk(cramped, disk, MUCH_ROOM)
