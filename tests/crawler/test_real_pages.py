"""Real pages, read in place and scored as `bench/extraction.py` scores them: what was promised for Spanish, no loss in English."""

import gzip
import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import NotAnArticleError
from core.time import lima_iso
from crawler import body
from crawler.archive import Page
from crawler.extract import extract


@pytest.fixture(scope="module")
def bench():
    """The scores of bench/extraction.py, which is no package."""
    path = Path(__file__).resolve().parents[2] / "bench" / "extraction.py"
    spec = importlib.util.spec_from_file_location("bench_extraction", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_extraction"] = module
    spec.loader.exec_module(module)
    return module


def read(pages):
    """What comes of the pages, as the bench's extractors say it."""
    found = {}
    for page in pages:
        raw = gzip.decompress(Path(page["file"]).read_bytes())
        row = {"title": "", "author": [], "date": "", "text": ""}
        try:
            one = extract(Page(url=page["url"], body=raw, when=datetime.now(UTC)))
            date = lima_iso(one.published)[:10] if one.published else ""
            row = {"title": one.title, "author": list(one.author), "date": date, "text": one.text}
        except NotAnArticleError:
            pass
        found[page["key"]] = row
    return found


def test_text_title_author_and_date_of_spanish_pages(shared_data, bench):
    scores = bench.spanish(shared_data, read(bench.jobs(shared_data, "es")))
    right = {name: int(scores[name].partition("/")[0]) for name in ("title", "author", "date")}
    assert scores["f1"] >= 0.95, scores
    assert right["title"] >= 13 and right["author"] >= 7 and right["date"] >= 9, scores


def test_whole_bodies_of_english_pages_with_and_without_the_cheap_road(shared_data, bench, monkeypatch):
    pages = bench.jobs(shared_data, "en")
    keys = [page["key"] for page in pages]
    cheap = bench.english(shared_data, read(pages), keys)
    monkeypatch.setattr(body, "lines_of_one", lambda *_: [])
    dear = bench.english(shared_data, read(pages), keys)
    assert cheap["f1"] >= 0.96 and cheap["f1"] >= dear["f1"], (cheap, dear)
