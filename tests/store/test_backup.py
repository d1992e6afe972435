"""Backups are whole, made while others write, move between databases, and a bad file changes nothing."""

import dataclasses
import io
import json
import tarfile
import threading
from dataclasses import replace

import pytest

from core.document import Annotation
from core.errors import InputError, StoreError
from core.settings import Settings
from store import annotations, documents, frontier, work
from store.backup import backup, restore
from store.database import Store
from store.schema import metadata


@pytest.fixture
def elsewhere(tmp_path):
    """Settings of another home, empty."""
    return Settings.load({"PUTUTU_HOME": str(tmp_path / "elsewhere")})


def fill(store, make, now, number=5):
    with store.write() as tx:
        documents.save_many(tx, [make(f"n{n}", title=f"Título {n}", published=now) for n in range(number)], now=now)
        frontier.discover(tx, "chasqui", [{"url": make("n1").url}], arrival="live", now=now)
        note = Annotation(
            document=make("n1").id, version=1, step="topics", fingerprint="f", payload={"topics": [{"name": "strike"}]}
        )
        annotations.put_many(tx, [note], now)
        work.claim(tx, "enrich", store.worker, 2, now)
    (store.home / "archive" / "2025").mkdir(parents=True)
    (store.home / "archive" / "2025" / "a.warc.gz").write_bytes(b"page")


def everything(store):
    with store.read() as tx:
        return {table.name: sorted(map(repr, tx.execute(table.select()).all())) for table in metadata.sorted_tables}


def test_a_backup_brings_everything_back(store, elsewhere, make, now, tmp_path):
    fill(store, make, now)
    manifest = backup(store, tmp_path / "b.tar.gz", now=now)
    assert (manifest["counts"]["documents"], manifest["archive"], manifest["created"]) == (5, True, now.isoformat())
    receipt = restore(elsewhere, tmp_path / "b.tar.gz")
    assert receipt["reindex"] is True
    with Store.open(elsewhere) as back:
        assert everything(back) == everything(store)
        assert (elsewhere.home / "archive" / "2025" / "a.warc.gz").read_bytes() == b"page"
        with back.write() as tx:
            assert len(work.claim(tx, "enrich", back.worker, 99, now)) == 5, "leases of the old machine are free"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "elsewhere", "home"]


def test_a_backup_of_sqlite_goes_into_any_database(settings, store_settings, make, now, tmp_path):
    first = dataclasses.replace(settings, home=tmp_path / "first", store=f"sqlite:///{tmp_path}/first/pututu.sqlite")
    with Store.open(first) as store:
        fill(store, make, now)
        backup(store, tmp_path / "b.tar.gz", now=now)
        before = everything(store)
    restore(store_settings, tmp_path / "b.tar.gz", overwrite=True)
    with Store.open(store_settings) as back:
        assert everything(back) == before
        with back.write() as tx:
            work.add_many(tx, "index", [(make("n1").id, 1)], "enrich", now)


def test_a_backup_while_others_write_is_of_one_moment(store, elsewhere, make, now, tmp_path):
    stop, written = threading.Event(), []

    def write():
        n = 0
        while not stop.is_set():
            with store.write() as tx:
                documents.save_many(tx, [make(f"w{n}-{k}") for k in range(10)], now=now)
            written.append(10)
            n += 1

    thread = threading.Thread(target=write)
    thread.start()
    while len(written) < 3:
        stop.wait(0.01)
    manifest = backup(store, tmp_path / "b.tar.gz", now=now)
    stop.set()
    thread.join(60)
    restore(elsewhere, tmp_path / "b.tar.gz")
    with Store.open(elsewhere) as back, back.read() as tx:
        number = documents.count(tx)
        assert (
            number == manifest["counts"]["documents"] == work.waiting(tx, "enrich")
            and number % 10 == 0
            and number >= 30
        )


def test_what_is_there_is_not_overwritten_unless_told(store, store_settings, make, now, tmp_path):
    fill(store, make, now)
    backup(store, tmp_path / "b.tar.gz", now=now)
    with store.write() as tx:
        documents.save(tx, make("later"), now=now)
    if store.file is not None:
        with pytest.raises(StoreError, match="in use"):
            restore(store_settings, tmp_path / "b.tar.gz", overwrite=True)
    store.close()
    with pytest.raises(StoreError, match=r"not empty|already"):
        restore(store_settings, tmp_path / "b.tar.gz")
    restore(store_settings, tmp_path / "b.tar.gz", overwrite=True)
    with Store.open(store_settings) as back, back.read() as tx:
        assert documents.count(tx) == 5


def pack(file, members):
    with tarfile.open(file, "w:gz") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "archive/../../evil", "evil", "index/x", "archive\\..\\evil"])
def test_names_that_lead_elsewhere_are_refused(elsewhere, tmp_path, name):
    pack(tmp_path / "b.tar.gz", [("manifest.json", b"{}"), (name, b"x")])
    with pytest.raises(InputError, match="no backup of ours"):
        restore(elsewhere, tmp_path / "b.tar.gz")
    assert not (tmp_path / "evil").exists() and list(elsewhere.home.iterdir()) == []


def test_links_are_refused(elsewhere, tmp_path):
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo("archive/a")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(info)
    with pytest.raises(InputError, match="no backup of ours"):
        restore(elsewhere, tmp_path / "b.tar.gz")


def test_damaged_files_change_nothing(settings, elsewhere, make, now, tmp_path):
    with Store.open(settings) as store:
        fill(store, make, now)
        backup(store, tmp_path / "b.tar.gz", now=now)
    whole = (tmp_path / "b.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "no.tar.gz").write_bytes(b"something else entirely")
    pack(tmp_path / "empty.tar.gz", [("manifest.json", b"{}")])
    pack(
        tmp_path / "bad.tar.gz",
        [("manifest.json", json.dumps({"format": 1}).encode()), ("pututu.sqlite", b"no database" * 99)],
    )
    pack(tmp_path / "odd.tar.gz", [("manifest.json", b"{nonsense"), ("pututu.sqlite", b"")])
    for name in ("cut", "no", "empty", "bad", "odd", "missing"):
        with pytest.raises(InputError):
            restore(elsewhere, tmp_path / f"{name}.tar.gz")
    pack(tmp_path / "new.tar.gz", [("manifest.json", json.dumps({"format": 99}).encode()), ("pututu.sqlite", b"")])
    with pytest.raises(StoreError, match="format 99"):
        restore(elsewhere, tmp_path / "new.tar.gz")
    assert list(elsewhere.home.iterdir()) == []


def test_a_backup_of_a_newer_schema_is_refused(settings, elsewhere, make, now, tmp_path):
    with Store.open(settings) as store:
        with store.write() as tx:
            tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        backup(store, tmp_path / "b.tar.gz", now=now)
    with pytest.raises(StoreError, match="newer release"):
        restore(elsewhere, tmp_path / "b.tar.gz")
    assert list(elsewhere.home.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(store, now, tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        backup(store, tmp_path / "no" / "such" / "folder" / "b.tar.gz", now=now)


def test_replaced_documents_are_the_ones_of_the_backup(settings, elsewhere, make, now, tmp_path):
    with Store.open(settings) as store:
        with store.write() as tx:
            documents.save(tx, make(text="Uno.", completeness="full"), now=now)
        backup(store, tmp_path / "b.tar.gz", now=now, archive=False)
        with store.write() as tx:
            documents.save(tx, replace(make(text="Dos.", completeness="full")), now=now)
    assert restore(elsewhere, tmp_path / "b.tar.gz")["archive"] is False
    with Store.open(elsewhere) as back, back.read() as tx:
        assert documents.get(tx, make().id).text == "Uno."
