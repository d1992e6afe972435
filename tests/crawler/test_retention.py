"""The archive within its budget: the oldest pages go, evidence stays, and neither kill -9 nor a full disk loses anything."""

import multiprocessing
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pipeline
from alerts import subscriptions
from core.document import Annotation, Document, document_id
from core.errors import InputError, StoreError
from core.home import archive_held
from core.settings import Settings
from core.urls import alias
from crawler import archive as archive_module
from crawler import retention as rotation
from crawler.archive import Archive, places
from crawler.erasing import erase_asked
from crawler.extraction import Extraction
from crawler.retention import EMPTIED, retain, rotate
from store import alerts, annotations, documents, frontier, retention
from store.database import Store

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
BODY = os.urandom(4000)


@dataclass
class Shelf:
    """A store and an archive with pages of many days, each a document; `ids[n]` is that of page n."""

    store: Store
    settings: Settings
    archive: Archive
    ids: list[str]

    def add(self, days_ago: int, *, topic: str | None = None, extracted: bool = True) -> str:
        """One page, fetched so many days ago, and its document; its id."""
        when = NOW - timedelta(days=days_ago)
        url = f"https://ribera.example/nota/{len(self.ids)}"
        with self.store.write() as tx:
            frontier.discover(tx, "ribera", [{"url": url}], arrival="live", now=when)
            (row,) = frontier.claim(tx, ["ribera"], self.store.worker, 1, when)
            pointer = self.archive.write(url, 200, {"Content-Type": "text/html"}, BODY, when)
            frontier.fetched(tx, row, self.store.worker, pointer, when)
            if extracted:
                self._document(tx, url, pointer, when, topic)
        self.ids.append(document_id(alias(url)))
        return self.ids[-1]

    def _document(self, tx, url: str, pointer: str, when: datetime, topic: str | None) -> None:
        one = Document(
            id=document_id(alias(url)), url=url, title=f"Nota {url[-1]}", source="ribera", fetched=when, text="El texto. " * 40,
            completeness="full", archive=pointer, aliases=(alias(url),),
        )  # fmt: skip
        documents.save(tx, one, now=when)
        (row,) = frontier.to_extract(tx, ["ribera"], self.store.worker, 1, when)
        frontier.extracted(tx, row, self.store.worker, one.id, when)
        payload = {"topics": [{"name": topic, "subtype": None, "score": 1.0, "spans": []}] if topic else []}
        annotations.put_many(tx, [Annotation(document=one.id, version=1, step="topics", fingerprint="f", payload=payload)], when)  # fmt: skip

    def archives(self) -> list[str | None]:
        """Where each document's page is, in the order they were added."""
        with self.store.read() as tx:
            return [documents.get(tx, id).archive for id in self.ids]

    def here(self) -> list[int]:
        """The pages that can still be read, and are the right ones."""
        found = []
        for number, pointer in enumerate(self.archives()):
            if pointer and not pointer.startswith(retention.DROPPED):
                page = self.archive.read(pointer)
                assert page.body == BODY and page.url.endswith(f"/{number}")
                found.append(number)
        return found

    def rotate(self, budget: int | None, **more) -> dict:
        return rotate(self.store, self.archive, budget, NOW, **({"apply": True} | more)).to_json()

    def sound(self) -> None:
        """What must hold at any time: every document is there, and no pointer leads nowhere."""
        self.here()
        with self.store.read() as tx:
            assert documents.count(tx) == len(self.ids)
            for row in frontier.fetched_rows(tx, None, 0, 1000):
                assert self.archive.read(row.archive).body == BODY


@pytest.fixture
def shelf(store: Store, store_settings: Settings) -> Shelf:
    return Shelf(store, store_settings, Archive(store_settings.home), [])


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    """Ten days with three pages each, the oldest 60 days ago; the second page of each day is about a strike."""
    for day in range(60, 50, -1):
        for topic in (None, "strike", None):
            shelf.add(day, topic=topic)
    shelf.archive.close()
    return shelf


PAGE = 4450
"""Bytes of a record, and a little more."""


def test_within_its_budget_nothing_is_touched(filled: Shelf):
    for budget in (None, 10**9):
        done = filled.rotate(budget)
        assert (done["dropped"], done["after"]) == (0, done["before"])
    assert filled.here() == list(range(30))


def test_pages_about_no_topic_go_first_and_the_oldest_before_the_others(filled: Shelf):
    done = filled.rotate(filled.archive.size() - 5 * PAGE)
    assert done["after"] == filled.archive.size() <= done["budget"]
    assert filled.here() == [1, 4, 7, *range(9, 30)], "of the three oldest days only the strike is left"
    assert done["dropped"] == 6 and done["files"] == 0
    assert {a for a in filled.archives() if a and a.startswith("dropped")} == {"dropped:2026-11-20"}
    done = filled.rotate(5 * PAGE)
    assert filled.here() == [16, 19, 22, 25, 28], "then the oldest strikes"
    filled.sound()


def test_younger_pages_stay_until_nothing_else_is_left(shelf: Shelf):
    for day in (29, 28):
        shelf.add(day, topic="strike"), shelf.add(day)
    shelf.archive.close()
    shelf.rotate(shelf.archive.size() - 1)
    assert shelf.here() == [2, 3], "the oldest day goes, whatever it is about: all are younger than thirty days"


def test_a_dry_run_says_the_same_and_changes_nothing(filled: Shelf):
    before = {path.name: path.read_bytes() for path in filled.archive.folder.iterdir()}
    for budget in (filled.archive.size() - 5 * PAGE, 3 * PAGE, 0):
        told = filled.rotate(budget, apply=False)
        assert {path.name: path.read_bytes() for path in filled.archive.folder.iterdir()} == before
        assert filled.here() == list(range(30))
    assert told == filled.rotate(0)


def test_documents_stay_searchable_and_say_that_their_page_was_dropped(filled: Shelf):
    filled.rotate(0)
    with filled.store.read() as tx:
        record = documents.record(tx, filled.ids[0])
    assert record.document.text and record.to_json()["archive"] == "dropped:2026-11-20"
    assert filled.archive.files() == []


@pytest.mark.parametrize("mark", ["keep", "alert", "correction"])
def test_evidence_is_never_dropped(filled: Shelf, mark: str):
    id = filled.ids[4]
    if mark == "alert":
        one = subscriptions.add(filled.store, NOW, name="x", query="paro", owner="ana@example.org")
        hit = alerts.Hit(alert=one.id, document=id, version=1, cause="publisher", arrival="live", counted=False, snapshot={"headline": "x"}, matched=NOW)  # fmt: skip
    with filled.store.write() as tx:
        if mark == "keep":
            retention.keep(tx, ["https://ribera.example/nota/4"], "ana", "expediente 117", NOW)
        elif mark == "alert":
            alerts.add_hits(tx, [hit])
        else:
            annotations.correct(tx, id, {"topics": {"add": [], "remove": ["strike"]}}, "ana", NOW)
    done = filled.rotate(0)
    assert filled.here() == [4] and done["kept"] == 1
    assert done["after"] == filled.archive.size() > 0
    again = filled.rotate(0)
    assert (again["dropped"], filled.here()) == (0, [4])
    filled.sound()


def test_a_mark_can_be_taken_off(filled: Shelf):
    with filled.store.write() as tx:
        assert retention.keep(tx, [filled.ids[0], filled.ids[1]], "ana", "", NOW) == filled.ids[:2]
        retention.keep(tx, [filled.ids[0]], "beto", "otra vez", NOW)
        retention.unkeep(tx, [filled.ids[1]])
        assert [(one.document, one.by, one.reason) for one in retention.kept_documents(tx)] == [(filled.ids[0], "beto", "otra vez")]  # fmt: skip
        for act in (
            lambda: retention.unkeep(tx, [filled.ids[1]]),
            lambda: retention.keep(tx, ["nobody"], "a", "", NOW),
        ):
            with pytest.raises(InputError):
                act()
    filled.rotate(0)
    assert filled.here() == [0]


def test_pages_of_earlier_versions_of_evidence_stay_too(shelf: Shelf):
    """Nobody points to them any more; they belong to the document by their address."""
    url = "https://ribera.example/nota/0"
    old = shelf.archive.write(url, 200, {}, b"la primera versi\xc3\xb3n", NOW - timedelta(days=50))
    shelf.add(49), shelf.add(49)
    with shelf.store.write() as tx:
        retention.keep(tx, [url], "ana", "", NOW)
    shelf.archive.close()
    shelf.rotate(0)
    (path,) = [path for path in shelf.archive.files() if path.name.startswith(old.split("-")[0])][:1]
    assert [shelf.archive.read(f"{path.name}:{place.offset}").body for place in places(path)] == ["la primera versión".encode()]  # fmt: skip
    assert shelf.here() == [0]


def test_what_waits_to_be_extracted_is_no_page_to_drop(shelf: Shelf):
    shelf.add(50), shelf.add(50, extracted=False)
    shelf.archive.close()
    done = shelf.rotate(0)
    assert done["passed"] == {"pages wait to be extracted": 1} and done["dropped"] == 0
    with shelf.store.write() as tx:
        (row,) = frontier.to_extract(tx, None, shelf.store.worker, 9, NOW)
    assert shelf.archive.read(row.archive).body == BODY


def test_a_file_that_is_being_written_is_left_alone(shelf: Shelf):
    shelf.add(50)
    assert shelf.rotate(0)["passed"] == {"being written": 1} and shelf.here() == [0]
    shelf.add(50)
    assert shelf.here() == [0, 1], "the writer goes on in it"
    shelf.archive.close()
    assert shelf.rotate(0)["files"] == 1


def test_files_that_are_none_of_ours_and_damaged_ones_are_left_alone(filled: Shelf):
    (filled.archive.folder / "otros.warc.gz").write_bytes(b"x" * 100)
    broken = filled.archive.files()[-1]
    data = bytearray(broken.read_bytes())
    data[200:260] = bytes(60)
    broken.write_bytes(data)
    done = filled.rotate(0)
    assert done["passed"] == {"not a file of ours": 1, "damaged": 1}
    assert {path.name for path in filled.archive.files()} == {"otros.warc.gz", broken.name}


def test_a_page_that_becomes_evidence_at_the_last_moment_stays(filled: Shelf, monkeypatch: pytest.MonkeyPatch):
    decide = rotation._decide

    def slow(*args, **more):
        found = decide(*args, **more)
        with filled.store.write() as tx:
            retention.keep(tx, [filled.ids[0]], "ana", "", NOW)
        return found

    monkeypatch.setattr(rotation, "_decide", slow)
    filled.rotate(0)
    assert 0 in filled.here()
    filled.sound()


POINTS = ["_copy", "_tell", "_take_out", "Path.unlink"]


def killed(settings: Settings, point: str, when: str, number: int, budget: int) -> None:
    """Rotate in this process, and die at a point."""
    holder, name = (Path, "unlink") if point == "Path.unlink" else (rotation, point)
    function, calls = getattr(holder, name), 0

    def dies(*args, **more):
        nonlocal calls
        calls += 1
        if when == "before" and calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **more)
        if when == "after" and calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, dies)
    with Store.open(settings) as store:
        rotate(store, Archive(settings.home), budget, NOW, apply=True)
    os._exit(0)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
def test_kill_9_in_the_middle_of_a_rotation(filled: Shelf, point: str, when: str):
    with filled.store.write() as tx:
        retention.keep(tx, [filled.ids[n] for n in (0, 4, 20)], "ana", "", NOW)
    for number in (1, 2):
        process = multiprocessing.get_context("spawn").Process(
            target=killed, args=(filled.settings, point, when, number, 0)
        )
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL, "the point was not reached: the name is out of date"
        filled.sound()
        assert {0, 4, 20} <= set(filled.here())
    filled.rotate(0)
    assert filled.here() == [0, 4, 20]
    filled.sound()
    assert all(path.name.endswith(".warc.gz") for path in filled.archive.folder.iterdir()), (
        "nothing is left lying about"
    )
    assert filled.archive.size() < 3 * PAGE


@pytest.fixture
def small_disk(tmp_path: Path):
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], capture_output=True, check=False)  # fmt: skip
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here (needs root)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_emptied_by_the_rotation(small_disk: Path):
    settings = Settings.load({"PUTUTU_HOME": str(small_disk / "home")})
    with Store.open(settings) as store:
        shelf = Shelf(store, settings, Archive(settings.home), [])
        for day in range(60, 50, -1):
            for _ in range(10):
                shelf.add(day, topic="strike")
        with store.write() as tx:
            retention.keep(tx, [shelf.ids[55]], "ana", "", NOW)
        shelf.archive.close()
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as out, pytest.raises(OSError, match="No space left"):
            while True:
                out.write(b"x" * 4096)
        with pytest.raises(StoreError, match=r"full|No space"):
            shelf.add(1)
        shelf.archive.close()
        assert shutil.disk_usage(small_disk).free == 0
        done = shelf.rotate(0)
        assert shutil.disk_usage(small_disk).free > 100_000
        done = shelf.rotate(0)
        assert shelf.here() == [55] and done["after"] < 5000
        shelf.sound()
        shelf.ids.append(shelf.add(0))
        shelf.ids.pop()


def test_a_kill_after_a_file_was_emptied(filled: Shelf):
    """What the store could not be told while the disk was full is told by the next run."""
    path = filled.archive.files()[0]
    path.replace(path.with_name(path.name + EMPTIED))
    os.truncate(path.with_name(path.name + EMPTIED), 0)
    filled.rotate(None)
    assert filled.here() == list(range(3, 30)) and filled.archives()[0] == "dropped:2026-11-20"
    filled.sound()


def test_a_backup_and_a_rotation_wait_for_each_other(filled: Shelf):
    process = multiprocessing.get_context("spawn").Process(target=killed, args=(filled.settings, "_copy", "no", 9, 0))
    with archive_held(filled.settings.home, alone=False):
        process.start()
        process.join(3)
        assert process.is_alive() and filled.here() == list(range(30))
    process.join(60)
    assert process.exitcode == 0 and filled.here() == []


def test_a_takedown_reaches_the_page_even_when_it_is_killed_between(filled: Shelf):
    with filled.store.write() as tx:
        retention.keep(tx, [filled.ids[1]], "ana", "", NOW)
        taken = documents.takedown(tx, filled.ids[1], "the family asked", NOW)
    assert filled.archive.read(taken.archives[0]).body == BODY, "the process died before it erased the page"
    filled.rotate(None)
    with pytest.raises(InputError, match="taken down"):
        filled.archive.read(taken.archives[0])
    with filled.store.read() as tx:
        assert retention.erasures_asked(tx) == []
    filled.rotate(0)
    assert filled.archive.files() == [], "what was taken down is no evidence"


def test_a_page_in_another_machine_s_archive_waits_for_that_machine(filled: Shelf, tmp_path: Path):
    other = Archive(tmp_path / "other")
    pointer = other.write("https://ribera.example/x", 200, {}, b"x", NOW)
    with filled.store.write() as tx:
        retention.ask_erasure(tx, [pointer], NOW)
    assert erase_asked(filled.store, filled.archive) == 0
    with Store.open(replace(filled.settings, home=tmp_path / "other")) as store:
        assert erase_asked(store, other) == 1
    with pytest.raises(InputError, match="taken down"):
        other.read(pointer)


def test_what_nothing_needs_is_cleared_and_the_rest_stays(filled: Shelf):
    with filled.store.write() as tx:
        one = documents.get(tx, filled.ids[0])
        documents.save(tx, replace(one, text="Otro texto. " * 40), now=NOW)
    assert retain(filled.store, filled.settings, NOW, apply=False)["store"]["cleared"] == 1
    done = retain(filled.store, filled.settings, NOW)
    assert (done["store"]["cleared"], done["applied"]) == (1, True)
    assert retain(filled.store, filled.settings, NOW)["store"]["cleared"] == 0
    with filled.store.read() as tx:
        assert len(documents.versions(tx, filled.ids[0])) == 2


def test_budgets_of_the_settings_are_kept(filled: Shelf):
    settings = replace(filled.settings, archive_budget="20 kB")
    done = retain(filled.store, settings, NOW)
    assert done["archive"]["budget"] == 20_000 and filled.archive.size() <= 20_000
    assert filled.here() == [19, 22, 25, 28][-len(filled.here()) :]


def test_a_takedown_reaches_the_pages_of_earlier_versions(shelf: Shelf):
    url = "https://ribera.example/nota/0"
    shelf.add(40)
    with shelf.store.write() as tx:
        (row,) = frontier.fetched_rows(tx, None, 0, 9)
        later = shelf.archive.write(url, 200, {}, b"corregido", NOW - timedelta(days=38))
        frontier.look_again(tx, row.id, later, NOW - timedelta(days=38))
    shelf.add(39)
    old = row.archive
    taken = pipeline.take_down(shelf.store, shelf.settings, url, "the family asked", clock=lambda: NOW)
    assert taken["archive_records"] == 2
    for pointer in (old, later):
        with pytest.raises(InputError, match="taken down"):
            shelf.archive.read(pointer)
    with shelf.store.read() as tx:
        assert shelf.archive.read(documents.get(tx, shelf.ids[1]).archive).body == BODY, (
            "its neighbour in the file stays"
        )


def test_pages_of_a_backup_brought_to_another_home_are_erased_too(filled: Shelf, tmp_path: Path):
    other = replace(filled.settings, home=tmp_path / "other")
    shutil.copytree(filled.archive.folder, other.home / "archive")
    with Store.open(other) as store:
        pipeline.take_down(store, other, filled.ids[0], "the family asked", clock=lambda: NOW)
    assert next(place.url for place in places(Archive(other.home).files()[0])) is None


def test_pages_wait_for_the_machine_that_has_them_as_long_as_it_lives(shelf: Shelf, tmp_path: Path):
    """Two homes on one store: the other one leaves the page alone; once its machine is gone, it is fetched again."""
    shelf.add(0, extracted=False)
    shelf.archive.close()
    other = replace(shelf.settings, home=tmp_path / "other")
    with Store.open(other) as theirs:
        with Extraction(theirs, other, {}) as extraction:
            extraction.all(None)
        with shelf.store.read() as tx:
            assert frontier.counts(tx)["fetched"] == 1
        shelf.store.close()
        with Extraction(theirs, other, {}) as extraction:
            extraction.all(None)
        with theirs.read() as tx:
            assert frontier.counts(tx) | {"pending": 1, "fetched": 0} == frontier.counts(tx)
            row = frontier.of_url(tx, "https://ribera.example/nota/0")
        assert row.archive is None and "fetched once more" in row.error


def test_a_page_whose_file_was_deleted_is_fetched_again(shelf: Shelf):
    shelf.add(0, extracted=False)
    shelf.archive.close()
    shelf.archive.files()[0].unlink()
    with Extraction(shelf.store, shelf.settings, {}) as extraction:
        extraction.all(None)
    with shelf.store.read() as tx:
        assert frontier.counts(tx)["pending"] == 1


def test_a_file_deleted_under_its_writer_costs_no_page_after_it(shelf: Shelf):
    shelf.add(0)
    shelf.archive.files()[0].unlink()
    shelf.add(0)
    with shelf.store.read() as tx:
        assert shelf.archive.read(documents.get(tx, shelf.ids[1]).archive).body == BODY


def test_every_record_of_a_file_is_found(filled: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive_module, "CHUNK", 777)
    for path in filled.archive.files():
        found = list(places(path))
        assert sum(place.length for place in found) == path.stat().st_size and len(found) == 3
        assert all(filled.archive.read(f"{path.name}:{place.offset}").url == place.url for place in found)
