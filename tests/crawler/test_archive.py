"""The archive: what is pointed to can be read, whatever happens to the rest of the file."""

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError, StoreError
from crawler import archive as module
from crawler.archive import Archive, pages

WHEN = datetime(2026, 11, 20, 13, 30, 5, 250000, tzinfo=UTC)


def put(archive, body=b"hola", url="https://ribera.example/ñ", **headers):
    return archive.write(url, 200, headers or {"Content-Type": "text/html; charset=utf-8"}, body, WHEN)


def test_a_response_comes_back_as_it_was(tmp_path):
    archive = Archive(tmp_path)
    pointer = archive.write(
        "https://ribera.example/a?b=ñ",
        203,
        {"Content-Type": "text/html", "Set-Cookie": "x=1", "Content-Encoding": "gzip"},
        b"\x00\xff<p>",
        WHEN,
    )
    page = Archive(tmp_path).read(pointer)
    assert (page.url, page.status, page.body, page.when, page.pointer) == (
        "https://ribera.example/a?b=ñ",
        203,
        b"\x00\xff<p>",
        WHEN,
        pointer,
    )
    assert (
        page.content_type == "text/html" and "Set-Cookie" not in page.headers and "Content-Encoding" not in page.headers
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_every_pointer_is_its_own_record(tmp_path_factory, bodies):
    archive = Archive(tmp_path_factory.mktemp("a"))
    pointers = [put(archive, body) for body in bodies]
    assert [archive.read(pointer).body for pointer in reversed(pointers)] == bodies[::-1]


def test_two_processes_never_share_a_file_and_a_full_file_is_closed(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROTATE_AT", 600)
    one, two = Archive(tmp_path), Archive(tmp_path)
    names = {put(one).split(":")[0] for _ in range(4)} | {put(two).split(":")[0]}
    assert len(names) >= 3


def test_threads_may_write_together(tmp_path):
    archive, found = Archive(tmp_path), {}
    threads = [threading.Thread(target=lambda i=i: found.update({i: put(archive, b"%d" % i * 500)})) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(archive.read(pointer).body == b"%d" % i * 500 for i, pointer in found.items())


def test_a_torn_tail_hurts_nobody(tmp_path):
    archive = Archive(tmp_path)
    first, last = put(archive, b"entero"), put(archive, b"roto" * 999)
    path = tmp_path / "archive" / first.split(":")[0]
    path.write_bytes(path.read_bytes()[:-40])
    assert archive.read(first).body == b"entero"
    with pytest.raises(InputError):
        assert archive.read(last).body == b"roto" * 999


@pytest.mark.parametrize(
    "pointer",
    [
        "../../etc/passwd:0",
        "/etc/passwd:0",
        "a.warc.gz",
        "a.warc.gz:-1",
        ".warc.gz:0",
        "a/b.warc.gz:0",
        "..warc.gz:0",
        "nada.warc.gz:0",
        "",
        "a.warc.gz:0\n",
    ],
)
def test_a_pointer_leads_nowhere_else(tmp_path, pointer):
    with pytest.raises(InputError):
        Archive(tmp_path).read(pointer)


def test_what_is_erased_is_gone_and_the_rest_stays(tmp_path):
    archive = Archive(tmp_path)
    pointers = [put(archive, body * 300) for body in (b"uno", b"dos", b"tres")]
    for _ in range(2):
        archive.erase(pointers[1])
    with pytest.raises(InputError, match="taken down"):
        archive.read(pointers[1])
    assert archive.read(pointers[2]).body == b"tres" * 300 and archive.read(pointers[0]).body == b"uno" * 300
    path = tmp_path / "archive" / pointers[0].split(":")[0]
    assert [page.body[:3] for _, page in pages(path)] == [b"uno", b"tre"], "other programs read on over the gap"


def test_a_disk_that_takes_no_more_is_told_and_the_next_write_begins_a_new_file(tmp_path, monkeypatch):
    archive = Archive(tmp_path)
    first = put(archive)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        put(archive)
    monkeypatch.undo()
    again = put(archive)
    assert (
        again.split(":")[0] != first.split(":")[0] and archive.read(again).body == archive.read(first).body == b"hola"
    )


def test_a_damaged_warc_is_told(tmp_path):
    (tmp_path / "x.warc.gz").write_bytes(b"\x1f\x8bnada de nada")
    with pytest.raises(InputError, match=r"x\.warc"):
        list(pages(tmp_path / "x.warc.gz"))
