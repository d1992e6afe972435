"""Rows that others collected: whatever is wrong with one costs that one, with its line and its reason, and no other."""

import bz2
import gzip
import io
import json
import lzma
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.document import Document
from crawler import catalog
from crawler.imported import tables
from crawler.imports import Known, LeftOut, Noted, read
from crawler.source import Source

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def take(data: bytes | str, name: str = "rows.jsonl", **more):
    """The documents of a file, what it left out, what it noted."""
    stream = io.BufferedReader(io.BytesIO(data if isinstance(data, bytes) else data.encode()))
    found = list(read(Path(name), stream, arrival="import", now=NOW, **more))
    kinds = (Document, LeftOut, Noted)
    return tuple([one for one in found if isinstance(one, kind)] for kind in kinds)


def row(number: int = 1, **more) -> str:
    return json.dumps({"url": f"https://ribera.example/{number}", "title": f"Nota {number}"} | more, ensure_ascii=False)


def test_rows_of_other_collectors_are_read_by_their_own_names():
    lines = [
        row(1, outlet="ribera", date="2026-11-20"),
        json.dumps(
            {
                "link": "https://b.example/2",
                "headline": "Dos",
                "publish_date": "2026-11-20 08:30:00",
                "media_name": "B",
                "language": "Spanish",
            }
        ),
        json.dumps(
            {
                "enlace": "https://c.example/3",
                "Título": "Tres",
                "fecha": "20/11/2026",
                "autores": ["Ana Luz", "Beto Ríos"],
                "idioma": "es-PE",
            }
        ),
        json.dumps(
            {
                "url": "https://d.example/4",
                "title": "Cuatro",
                "maintext": "Texto.",
                "date_publish": 1795150800000.0,
                "outlet": None,
            }
        ),
    ]
    documents, left, _ = take("\n".join(lines))
    assert left == []
    assert [one.source for one in documents] == ["ribera", "B", "c.example", "d.example"]
    assert [one.published_precision for one in documents] == ["day", "second", "day", "second"]
    assert len({one.published.date() for one in documents}) == 1
    assert documents[2].author == ("Ana Luz", "Beto Ríos") and [one.language for one in documents[1:3]] == ["es", "es"]
    assert documents[3].text == "Texto." and documents[3].completeness == "full"


def test_our_own_name_wins_over_another_of_the_same_meaning():
    (one,), *_ = take(row(source="a", outlet="b", published="2026-11-20", date="2020-01-01"))
    assert (one.source, one.published.year) == ("a", 2026)


def test_a_row_without_a_source_counts_for_the_outlet_we_know_by_its_address():
    known = Known(catalog.load())
    documents, *_ = take(row(url="https://rpp.pe/politica/una-nota-noticia-1") + "\n" + row(2), known=known)
    assert [one.source for one in documents] == ["rpp", "ribera.example"]


CSV = "url;título;medio;fecha;texto\r\nhttps://ribera.example/1;\"Nota 1; con \"\"comillas\"\"\";ribera;20/11/2026;\"una línea\r\ny otra\"\r\nhttps://ribera.example/2;Año;ribera;;\r\n"  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_csv_of_any_office_is_read(encoding):
    documents, left, noted = take(CSV.encode(encoding), "x.csv")
    assert left == []
    assert [one.title for one in documents] == ['Nota 1; con "comillas"', "Año"]
    assert documents[0].text == "una línea\ny otra" and documents[0].published_precision == "day"
    assert [one.what for one in noted] == (["3 lines were no UTF-8 and were read as Windows-1252"] if encoding == "cp1252" else [])  # fmt: skip


@pytest.mark.parametrize("delimiter", list(",;\t|"))
@pytest.mark.parametrize("told", [True, False])
def test_what_separates_the_cells_is_found(delimiter, told):
    rows = [["url", "title", "source"], ["https://ribera.example/1", "Uno, dos; tres", "ribera"]]
    text = "".join(delimiter.join(f'"{cell}"' for cell in cells) + "\n" for cells in rows)
    documents, left, _ = take((f"sep={delimiter}\n" if told else "") + text, "-")
    assert [one.title for one in documents] == ["Uno, dos; tres"] and left == []


def test_lone_carriage_returns_end_lines_too():
    documents, left, _ = take(CSV.replace("\r\n", "\r").encode("cp1252"), "x.csv")
    assert len(documents) == 2 and left == []


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        ('{"url": ', "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        ('{"url": "https://ribera.example/9"}', "no title"),
        ('{"title": "Sin dirección"}', "no url"),
        ('{"url": "https://ribera.example/9", "title": NaN}', "no title"),
        ('{"url": "https://ribera.example/9", "title": ["x"]}', "`title` is no text"),
        ('{"url": "https://ribera.example/9", "title": true}', "`title` is no text"),
        (row(9, date="mañana o pasado"), "the date cannot be read"),
        (row(9, date="2026-02-31"), "the date cannot be read"),
        (row(9, kind="rumour"), "`kind` is unknown"),
        (row(9, source="x" * 300), "`source` is too long"),
        ('{"url": "javascript:alert(1)", "title": "x"}', "no http(s) address"),
        (row(9, url="https://ribera.example/" + "x" * 5000), "no http(s) address"),
        ('{"url": "https://[::1/", "title": "x"}', "no http(s) address"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_costs_no_other(bad, kind):
    documents, left, _ = take("\n".join([row(1), bad, "", row(2)]))
    assert [one.title for one in documents] == ["Nota 1", "Nota 2"]
    assert [(one.line, one.kind, one.expected) for one in left] == [(2, kind, False)]
    assert left[0].place == "rows.jsonl:2" and left[0].reason and left[0].row == bad[:20_000]


def test_a_damaged_line_is_refused_and_not_read_as_another_encoding():
    damaged = row(3, title="Año Señor").encode().replace("ñ".encode(), b"\xc3", 1)
    documents, left, noted = take(row(1).encode() + b"\n" + damaged + b"\n" + row(2).encode())
    assert len(documents) == 2 and noted == []
    assert [(one.line, one.kind) for one in left] == [(2, "not UTF-8")]


def test_null_bytes_and_control_characters_leave_the_title():
    (one,), left, _ = take(row(1, title="Año\x00 nuevo\x07\u200b"))
    assert one.title == "Año nuevo" and left == []


def test_an_endless_line_costs_itself(monkeypatch):
    monkeypatch.setattr(tables, "LONGEST", 1000)
    lines = [row(1), row(2, text="x" * 5000), row(3, text="x" * 900), row(4)]
    documents, left, _ = take("\n".join(lines))
    assert [one.url[-1] for one in documents] == ["1", "3", "4"]
    assert [(one.line, one.kind) for one in left] == [(2, "the line is too long")]
    documents, left, _ = take("url,title\nhttps://ribera.example/1," + "x" * 5000 + "\nhttps://ribera.example/2,b\n", "x.csv")  # fmt: skip
    assert [one.title for one in documents] == ["b"] and [one.line for one in left] == [2]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv"])
def test_a_line_of_50_megabytes_is_bounded(name, tmp_path):
    path = tmp_path / name
    with path.open("wb") as out:
        out.write(b"url,title\n" if name.endswith("csv") else b"")
        for _ in range(50):
            out.write(b"x" * 2**20)
        out.write(b"\n")
        out.write(b"https://ribera.example/2,Dos\n" if name.endswith("csv") else row(2).encode())
    tracemalloc.start()
    with path.open("rb") as stream:
        found = list(read(path, stream, arrival="import", now=NOW))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(one) for one in found] == [LeftOut, Document]
    assert peak < 40 * 2**20


@pytest.mark.parametrize(
    ("stray", "lost"),
    [
        ('https://ribera.example/8,"abierta,ribera', 1),
        ('https://ribera.example/8,"a" b,ribera', 1),
        ("https://ribera.example/8,a,ribera,de,más", 1),
        ('https://ribera.example/8,5" de tubo,ribera', 0),
        ("https://ribera.example/8,sin fuente", 0),
    ],
)
def test_a_stray_quote_or_cell_costs_its_row(stray, lost):
    rows = ["url,title,source", *(f'https://ribera.example/{n},"Nota, {n}",ribera' for n in (1, 2))]
    documents, left, _ = take("\n".join([*rows, stray, "https://ribera.example/3,Nota 3,ribera", 'https://ribera.example/4,"Nota 4",ribera']), "x.csv")  # fmt: skip
    assert {one.url[-1] for one in documents} - {"8"} == {"1", "2", "3", "4"}
    assert [(one.line, one.kind) for one in left] == [(4, "no CSV")] * lost


def test_an_open_quote_at_the_end_of_a_long_file_is_no_cell_of_the_rest():
    rows = [f"https://ribera.example/{n},Nota {n}" for n in range(3000)]
    rows[10] = 'https://ribera.example/10,"Nota 10'
    documents, left, _ = take("url,title\n" + "\n".join(rows), "x.csv")
    assert len(documents) == 2999 and [one.line for one in left] == [12]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize(("data", "name"), [(row(1), "-"), (CSV, "-"), (row(1), "rows.jsonl.gz")])
def test_packed_files_are_opened_on_the_way(pack, data, name):
    documents, left, _ = take(pack(data.encode()), name)
    assert documents and left == []


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_that_is_torn_gives_what_stands_before(pack):
    # noise: bzip2 packs in blocks of 900 kB, and gives nothing of a torn one
    import random

    noise = random.Random(1)
    lines = "\n".join(row(n, text="".join(noise.choices("abcdefghij klmnopqrstuvwxyz", k=900))) for n in range(4000))
    packed = pack(lines.encode())
    documents, left, _ = take(packed[: len(packed) * 3 // 4])
    assert 500 < len(documents) < 4000
    assert left[-1].kind in ("the file is cut short", "no JSON object") and left[-1].line > 500
    assert left[0].kind == "the file is cut short"


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b'[{"url": "https://a.example/1", "title": "x"}]', "rows.json", "jq"),
        (b"PK\x03\x04" + b"\x00" * 99, "rows.xlsx", "Save it as CSV"),
        (b"PAR1" + b"\x00" * 99, "rows.parquet", "JSON"),
        (b"\x28\xb5\x2f\xfd" + b"\x00" * 99, "rows.jsonl.zst", "zstd"),
        (b"fecha,monto\n2026-11-20,3\n", "x.csv", "`url` and `title`"),
        (b"", "x.csv", "empty"),
    ],
)
def test_a_file_of_another_kind_says_what_to_do(data, name, said):
    documents, left, _ = take(data, name)
    assert documents == [] and len(left) == 1 and said in left[0].reason and name in left[0].place


GOOD = st.integers(0, 10**6).map(lambda n: row(n).encode())
BAD = st.binary(max_size=60).filter(lambda b: b"\n" not in b and b"\r" not in b and not b.startswith(b"["))


@settings(max_examples=150, deadline=None)
@example([b"\x0b", b"\x0c \x1e"])
@given(st.lists(st.one_of(GOOD, BAD), max_size=12))
def test_every_good_row_comes_through_whatever_stands_between(lines):
    documents, left, _ = take(b"\n".join([row(7).encode(), *lines]), "rows.jsonl")
    good = [line for line in lines if line.startswith(b'{"url"')]
    assert len(documents) == 1 + len(good)
    assert len(left) == sum(bool(line.strip(b"\x1e\r\n\t \x0b\x0c")) for line in lines) - len(good)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["x.jsonl", "x.csv", "-", "x.warc"]))
def test_no_bytes_break_the_reading(data, name):
    for one in read(Path(name), io.BufferedReader(io.BytesIO(data)), arrival="import", now=NOW):
        assert isinstance(one, Document | LeftOut | Noted)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='a,;"\r\n\t|=é', max_size=80))
def test_no_table_breaks_the_reading(text):
    documents, left, _ = take("url,title\nhttps://ribera.example/1,Uno\n" + text, "x.csv")
    assert documents[0].title == "Uno"
    assert all(one.line for one in left)


def test_sources_that_share_a_host_are_told_apart():
    def of(slug, home, **more):
        return Source(slug=slug, name=slug, home=home, **({"feeds": (home + "feed",)} | more))

    sources = [
        of("uno", "https://www.gob.example/institucion/uno/"), of("dos", "https://www.gob.example/institucion/dos/"),
        of("red_a", "https://red.example/", feeds=("https://red.example/tags/a.json",), article=r"/@a/"),
        of("red_b", "https://red.example/", feeds=("https://red.example/tags/b.json",), article=r"/@b/"),
        of("sola", "https://noticias.sola-ficticia.pe/"),
    ]  # fmt: skip
    known = Known({source.slug: source for source in sources})
    told = {
        "http://gob.example/institucion/uno/noticias/7?utm_source=x": "uno",
        "https://www.gob.example/institucion/dos/feed": "dos",
        "https://www.gob.example/institucion/tres/1": None,
        "https://red.example/tags/b.json": "red_b",
        "https://red.example/@a/12": "red_a",
        "https://red.example/about": None,
        "https://noticias.sola-ficticia.pe/1": "sola",
        "https://www.sola-ficticia.pe/2": "sola",
        "https://other.example/": None,
        "no address": None,
    }
    assert {url: known.slug(url) for url in told} == told
