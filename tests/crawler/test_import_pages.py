"""WARC and ARC files as others write them: every record that can be read is, and what cannot is named by its place."""

import gzip
import io
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from core.document import Document
from crawler import catalog
from crawler.archive import Archive, Page
from crawler.imported import framing
from crawler.imported.framing import form_of, records
from crawler.imported.left_out import LeftOut
from crawler.imported.pages import page
from crawler.imports import Known, read
from crawler.source import Source

from .conftest import article

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
DATE = "2026-11-20T13:30:05Z"
NOBODY = Known({})


def http(body: bytes, *, status: str = "200 OK", kind: str = "text/html; charset=utf-8", **more: str) -> bytes:
    headers = {"Content-Type": kind, "Content-Length": str(len(body))} | {
        k.replace("_", "-"): v for k, v in more.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def record(url: str, block: bytes, *, type: str = "response", length: int | None = None) -> bytes:
    """One WARC record; `length` is what its header claims."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {type}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {DATE}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def arc(url: str, block: bytes, *, length: int | None = None) -> bytes:
    return f"{url} 192.0.2.1 20261120133005 text/html {len(block) if length is None else length}\n".encode() + block + b"\n"  # fmt: skip


def urls(data: bytes) -> list[str]:
    """The addresses of the usable pages of a file, in their order."""
    found = framed(data)
    return [one.url for one in found if isinstance(one, Page)]


def framed(data: bytes, known: Known = NOBODY) -> list[Page | LeftOut]:
    form = form_of(data[:1024])
    assert form is not None
    return [page("x.warc", one, form, known) for one in records(io.BytesIO(data), form)]


def html(number: int, size: int = 800) -> bytes:
    return f"<!doctype html><html><title>Nota {number}</title><p>{'x' * size}</p></html>".encode()


RECORDS = [record(f"http{'s' * (n % 2)}://ribera.example/{n}", http(html(n))) for n in range(6)]
ADDRESSES = [f"http{'s' * (n % 2)}://ribera.example/{n}" for n in range(6)]


def blocks(data: bytes, size: int) -> bytes:
    """Gzipped in blocks that heed no record."""
    return b"".join(gzip.compress(data[start : start + size]) for start in range(0, len(data), size))


@pytest.mark.parametrize(
    "data",
    [
        b"".join(RECORDS),
        b"".join(map(gzip.compress, RECORDS)),
        gzip.compress(b"".join(RECORDS)),
        blocks(b"".join(RECORDS), 700),
        b"".join(RECORDS).replace(b"\r\n\r\nWARC/1.0", b"\n\nWARC/1.1"),
        b"".join(map(gzip.compress, RECORDS)) + b"\x00" * 512,
        b"\r\n".join(RECORDS),
    ],
    ids=["plain", "by record", "as a whole", "in blocks", "bare line ends", "padded", "with gaps"],
)
def test_records_are_found_however_the_file_is_packed(data):
    found = framed(data)
    assert [one.url for one in found] == ADDRESSES
    assert all(one.body == html(n) and one.when == datetime(2026, 11, 20, 13, 30, 5, tzinfo=UTC) for n, one in enumerate(found))  # fmt: skip


def test_a_place_is_the_byte_at_which_the_record_or_its_member_begins():
    for packed in (RECORDS, list(map(gzip.compress, RECORDS))):
        expected = [sum(map(len, packed[:n])) for n in range(6)]
        form = form_of(packed[0])
        assert [one.offset for one in records(io.BytesIO(b"".join(packed)), form)] == expected


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("wrong", [0, 5, 300, 4000, 10**6, 10**13])
def test_a_wrong_length_is_not_believed(pack, wrong):
    for place in (0, 2, 5):
        rows = list(RECORDS)
        rows[place] = record(ADDRESSES[place], http(html(place)), length=wrong)
        found = framed(b"".join(map(pack, rows)))
        usable = [one.url for one in found if isinstance(one, Page)]
        assert [url for url in ADDRESSES if url != ADDRESSES[place]] == [
            url for url in usable if url != ADDRESSES[place]
        ]
        assert len(found) == 6, "the one in question is there too, or is named"


@pytest.mark.parametrize("wrong", [None, 0, 5, 300, 4000, 10**6])
def test_an_arc_file_too(wrong):
    head = b"filedesc://x.arc 0.0.0.0 20261120133005 text/plain 76\n1 0 Here\nURL IP-address Archive-date Content-type Archive-length\n\n"
    rows = [arc(url, http(html(n)), length=wrong if n == 2 else None) for n, url in enumerate(ADDRESSES)]
    for data in (head + b"".join(rows), gzip.compress(head) + b"".join(map(gzip.compress, rows))):
        assert [url for url in urls(data) if url != ADDRESSES[2]] == [url for url in ADDRESSES if url != ADDRESSES[2]]
        if wrong is None:
            assert urls(data) == ADDRESSES


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_last_record_that_is_cut_short_is_named_and_no_document(pack):
    data = b"".join(map(pack, RECORDS))
    for cut in (1 + len(pack(RECORDS[5])) // 3, len(pack(RECORDS[5])) - 30):
        found = framed(data[:-cut])
        assert [one.url for one in found[:5]] == ADDRESSES[:5]
        assert [one.kind for one in found[5:]] in (["a record is cut short"], ["a damaged record"])
        assert found[5].offset == len(data) - len(pack(RECORDS[5])) and not found[5].expected


def test_damage_in_the_middle_costs_the_records_it_touches():
    packed = list(map(gzip.compress, RECORDS))
    packed[2] = packed[2][:60] + bytes(b ^ 0x5A for b in packed[2][60:90]) + packed[2][90:]
    found = framed(b"".join(packed))
    assert [one.url for one in found if isinstance(one, Page)] == ADDRESSES[:2] + ADDRESSES[3:]
    assert any(isinstance(one, LeftOut) and one.offset == len(packed[0]) + len(packed[1]) for one in found)
    plain = b"".join([*RECORDS[:2], b"no record at all\r\n" * 50, *RECORDS[2:]])
    assert urls(plain) == ADDRESSES


def test_a_record_that_is_too_large_is_passed_over(monkeypatch):
    monkeypatch.setattr(framing, "LARGEST", 100_000)
    rows = [*RECORDS[:2], record("https://ribera.example/video", http(b"v" * 700_000, kind="video/mp4")), *RECORDS[2:]]
    found = framed(b"".join(rows))
    assert [one.url for one in found if isinstance(one, Page)] == ADDRESSES
    assert "larger" in next(one.reason for one in found if isinstance(one, LeftOut))


def test_a_page_that_prints_a_record_is_one_page():
    body = b"<html><pre>\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nhallo\r\n\r\n</pre></html>"
    data = b"".join([RECORDS[0], record("https://ribera.example/guide", http(body)), RECORDS[1]])
    assert urls(data) == [ADDRESSES[0], "https://ribera.example/guide", ADDRESSES[1]]


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (record("https://ribera.example/a", b"GET / HTTP/1.1\r\n\r\n", type="request"), "not a response (request)"),
        (record("https://ribera.example/a", b"x: y\r\n", type="metadata"), "not a response (metadata)"),
        (record("https://ribera.example/a", http(b"", status="200 OK"), type="revisit"), "a repeated response (revisit)"),
        (record("https://ribera.example/a", b"", type="revisit"), "a repeated response (revisit)"),
        (record("https://ribera.example/a", http(b"", status="301 Moved", Location="/b")), "status 301"),
        (record("https://ribera.example/a", http(html(1), status="404 Not Found")), "status 404"),
        (record("https://ribera.example/a", http(b"\x89PNG", kind="image/png")), "not HTML (image/png)"),
        (record("https://ribera.example/a", http(b"hola", kind="text/plain")), "not HTML (text/plain)"),
        (record("https://ribera.example/a", http(b"{}", kind="")), "not HTML (no content type)"),
        (record("dns:ribera.example", b"20261120 ribera.example A 192.0.2.1"), "not http(s)"),
        (record("ftp://ribera.example/a", b"hola"), "not http(s)"),
    ],
)  # fmt: skip
def test_what_is_no_page_is_counted_by_kind_and_is_no_failure(one, kind):
    found = framed(RECORDS[0] + one + RECORDS[1])
    assert [(left.kind, left.expected, left.record) for left in found if isinstance(left, LeftOut)] == [(kind, True, 2)]
    assert len(found) == 3


@pytest.mark.parametrize(
    "one",
    [
        record("https://ribera.example/a", b""),
        record("https://ribera.example/a", b"no http at all"),
        RECORDS[2].replace(DATE.encode(), b"last tuesday"),
        RECORDS[2].replace(b"WARC-Date", b"X-Date"),
        RECORDS[2].replace(b"Content-Length: ", b"Content-Length: many ", 1),
    ],
)
def test_a_response_that_cannot_be_read_is_named(one):
    found = framed(RECORDS[0] + one + RECORDS[1])
    assert [(left.kind, left.expected, left.record) for left in found if isinstance(left, LeftOut)] == [("a damaged record", False, 2)]  # fmt: skip
    assert len([one for one in found if isinstance(one, Page)]) == 2


def chunked(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("block", "note"),
    [
        (http(chunked(html(1)), Transfer_Encoding="chunked"), "chunked"),
        (http(gzip.compress(html(1)), Content_Encoding="gzip"), "gzip"),
        (http(gzip.compress(html(1)), Content_Encoding="x-gzip"), "x-gzip"),
        (http(gzip.compress(html(1))), "gzip, unsaid"),
        (http(zlib.compress(html(1)), Content_Encoding="deflate"), "deflate"),
        (http(brotli.compress(html(1)), Content_Encoding="br"), "brotli"),
        (http(chunked(gzip.compress(html(1))), Transfer_Encoding="chunked", Content_Encoding="gzip"), "both"),
        (http(html(1), Transfer_Encoding="chunked", Content_Encoding="gzip"), "undone already"),
        (http(html(1)).replace(b"HTTP/1.1", b"HTTP/2"), "http/2"),
        (http(html(1), Content_Length="7"), "a length of its own"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_transfer_and_content_encodings_are_undone(block, note):
    (found,) = framed(record("https://ribera.example/a", block))
    assert isinstance(found, Page) and found.body == html(1)


def test_a_bomb_is_bounded(monkeypatch):
    from crawler.imported import responses

    monkeypatch.setattr(responses, "LARGEST", 2**20)
    plain = b"<html>" + b"\x00" * 50 * 2**20
    for name, bomb in (
        ("gzip", gzip.compress(plain)),
        ("br", brotli.compress(plain, quality=1)),
        ("deflate", zlib.compress(plain)),
    ):
        (found,) = framed(record("https://ribera.example/a", http(bomb, Content_Encoding=name)))
        assert 1000 < len(found.body) <= 2**20, name


def take(path: Path, known: Known = NOBODY, archive: Path | None = None):
    with path.open("rb") as stream:
        found = list(read(path, stream, arrival="import", now=NOW, known=known, archive=archive))
    return [one for one in found if isinstance(one, Document)], [one for one in found if isinstance(one, LeftOut)]


def test_a_saved_page_without_its_http_is_a_page_too():
    block = article("Vecinos acuerdan obra 7").encode()
    saved = record("https://ribera.example/saved-7", block, type="resource")
    told = saved.replace(b"application/http; msgtype=response", b"text/html; charset=utf-8")
    (found,) = framed(told)
    assert (found.url, found.status, found.body, found.content_type) == (
        "https://ribera.example/saved-7", 200, block, "text/html; charset=utf-8",
    )  # fmt: skip
    (other,) = framed(saved.replace(b"application/http; msgtype=response", b"text/plain"))
    assert other.kind == "not a response (resource)" and other.expected


def test_pages_become_documents_of_the_outlet_they_are_from(tmp_path):
    path = tmp_path / "others.warc.gz"
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for n, host in enumerate(("rpp.pe", "ribera.example")):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            body = io.BytesIO(article(f"Vecinos acuerdan obra {n}").encode())
            one = writer.create_warc_record(f"https://{host}/nota-{n}-noticia-{n}", "response", payload=body, http_headers=headers)  # fmt: skip
            writer.write_request_response_pair(_request(writer, host), one)
        out.write(gzip.compress(record("https://ribera.example/vacia", http(b"<html><title></title></html>"))))
    documents, left = take(path, Known(catalog.load()))
    assert [(one.source, one.title, one.arrival, one.archive) for one in documents] == [
        ("rpp", "Vecinos acuerdan obra 0", "import", None),
        ("ribera_example", "Vecinos acuerdan obra 1", "import", None),
    ]
    assert [one.kind for one in left if one.kind.startswith("no article")] == ["no article: The page has no title"]
    assert all(one.expected for one in left) and len(left) == 3


def _request(writer: WARCWriter, host: str):
    headers = StatusAndHeaders("GET / HTTP/1.1", [("Host", host)], is_http_request=True)
    return writer.create_warc_record(f"https://{host}/", "request", http_headers=headers)


def test_our_own_archive_gives_its_documents_back_with_their_pages(tmp_path):
    archive = Archive(tmp_path)
    source = Source(slug="plaza", name="Plaza", home="https://plaza.example/", feeds=("https://plaza.example/feed",), full_in_feed=True)  # fmt: skip
    items = "".join(f"<item><title>Nota {n}</title><link>https://plaza.example/nota/{n}</link><content:encoded>&lt;p&gt;{'Un texto largo. ' * 40}&lt;/p&gt;</content:encoded></item>" for n in range(2))  # fmt: skip
    feed = f"<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Plaza</title>{items}</channel></rss>".encode()
    one = archive.write(
        "https://ribera.example/nota/1", 200, {"Content-Type": "text/html"}, article("Nota").encode(), NOW
    )
    two = archive.write("https://plaza.example/feed", 200, {"Content-Type": "application/rss+xml"}, feed, NOW)
    archive.close()
    (path,) = (tmp_path / "archive").glob("*.warc.gz")
    documents, left = take(path, Known({"plaza": source}), archive=tmp_path / "archive")
    assert left == []
    assert [(d.title, d.source, d.archive) for d in documents] == [
        ("Nota", "ribera_example", one), ("Nota 0", "plaza", two), ("Nota 1", "plaza", two),
    ]  # fmt: skip
    assert archive.read(documents[0].archive).url == "https://ribera.example/nota/1"


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_breaks_the_reading_or_reaches_the_records_before(data):
    pack = data.draw(st.sampled_from([bytes, gzip.compress]))
    whole = b"".join(map(pack, RECORDS))
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, min(len(whole), start + 400)))
    damaged = whole[:start] + data.draw(st.binary(max_size=40)) + whole[stop:]
    before = 0
    while sum(len(pack(one)) for one in RECORDS[: before + 1]) + 80 <= start:
        before += 1
    if form_of(damaged[:1024]) is None:
        return
    form = form_of(damaged[:1024])
    found = [page("x", one, form, NOBODY) for one in records(io.BytesIO(damaged), form)]
    assert [one.url for one in found if isinstance(one, Page)][:before] == ADDRESSES[:before]
