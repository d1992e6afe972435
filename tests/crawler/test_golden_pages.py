"""Every bundled source has a hand-made listing and page in its outlet's markup, and the Document that must come of them (tests/sources/<slug>/)."""

import json
from datetime import date
from pathlib import Path

import pytest

from core.errors import InputError
from crawler import catalog, golden
from crawler.source import numbered

FOLDER = Path(__file__).resolve().parents[1] / "sources"
SOURCES = catalog.load(None)


@pytest.mark.parametrize("slug", sorted(SOURCES))
def test_the_saved_listing_and_page_give_what_is_expected(slug):
    assert (FOLDER / slug / "expected.json").is_file(), f"tests/sources/{slug}/ needs a page and expected.json"
    fields = golden.compare(SOURCES[slug], FOLDER / slug)
    assert {field.name: field.got for field in fields if not field.same} == {
        field.name: field.expected for field in fields if not field.same
    }
    assert set(golden.FIELDS) <= {field.name for field in fields}, "every field is expected"


@pytest.mark.parametrize("slug", sorted(SOURCES))
def test_every_kind_of_route_has_a_saved_listing_that_shows_the_page(slug):
    source, row = SOURCES[slug], golden.read(FOLDER / slug)
    if not source.listings:
        assert source.status == "listed"
        return
    fetched, printed = date.fromisoformat(row["fetched"][:10]), date.fromisoformat(row["published"][:10])
    saved = {row["listing_url"], *dict(row.get("listings") or {}).values()}
    polled, past = source.polled(fetched), {numbered(url, 1) for url in source.past(printed, printed)}
    assert row["listing_url"] in polled and source.takes(row["url"]) and saved <= {*polled, *past}
    assert not source.sitemaps or saved & set(source.sitemaps)
    assert not source.feeds or saved & set(polled[: len(source.feeds)])
    assert not source.archives or saved & past


def test_no_folder_is_left_of_a_source_that_is_gone():
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(SOURCES)


@pytest.mark.parametrize(
    ("change", "word"),
    [({"titulo": "x"}, "titulo"), ({"url": None}, "url"), ({"page": "../rpp/page.html"}, "file of this folder"), ({"page": "nada.html"}, "nada.html"), ({"fetched": "ayer"}, "fetched"), ({"listings": ["x"]}, "listings")],
)  # fmt: skip
def test_a_folder_that_cannot_be_used_is_told(tmp_path, change, word):
    row = json.loads((FOLDER / "rpp" / "expected.json").read_text("utf-8"))
    del row["listing"], row["listings"]
    (tmp_path / "expected.json").write_text(json.dumps(row | change))
    with pytest.raises(InputError, match=word):
        golden.compare(SOURCES["rpp"], tmp_path)


def test_what_differs_is_seen(tmp_path):
    for name in ("page.html", "feed.xml", "sitemap.xml", "archive.xml"):
        (tmp_path / name).write_bytes((FOLDER / "rpp" / name).read_bytes())
    row = json.loads((FOLDER / "rpp" / "expected.json").read_text("utf-8"))
    (tmp_path / "expected.json").write_text(json.dumps(row | {"title": "Otra", "url": "https://rpp.pe/otra-noticia-1"}))
    wrong = {field.name for field in golden.compare(SOURCES["rpp"], tmp_path) if not field.same}
    assert {"title", "entry in feed.xml"} <= wrong
    (tmp_path / "page.html").write_text("<html><head><title>Just a moment...</title></head><body></body></html>")
    (page,) = [field for field in golden.compare(SOURCES["rpp"], tmp_path) if field.name == "page"]
    assert not page.same and page.got
