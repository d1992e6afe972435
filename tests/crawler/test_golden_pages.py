"""Every bundled source has a hand-made page in its outlet's markup, and the Document that must come of it (tests/sources/<slug>/)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.time import lima_iso
from crawler import catalog
from crawler.archive import Page
from crawler.extract import extract
from crawler.platforms import parse

FOLDER = Path(__file__).resolve().parents[1] / "sources"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("slug", sorted(catalog.load(None)))
def test_the_saved_listing_and_page_give_what_is_expected(slug):
    source = catalog.load(None)[slug]
    expected = json.loads((FOLDER / slug / "expected.json").read_text("utf-8"))
    listing = parse(
        (FOLDER / slug / expected["listing"]).read_bytes(), expected["listing_url"], links_too=False, now=NOW
    )
    assert expected["listing_url"] in source.listings
    (entry,) = listing.entries
    assert entry.url == expected["url"] and source.takes(entry.url)
    where = expected["listing_url"] if source.whole_entries else expected["url"]
    page = Page(url=where, body=(FOLDER / slug / expected["page"]).read_bytes(), when=NOW, pointer="x.warc.gz:0")
    found = extract(page, source=source, entry=entry.to_json(with_text=False))
    got = {
        name: getattr(found, name)
        for name in (
            "url",
            "title",
            "summary",
            "language",
            "section",
            "kind",
            "completeness",
            "paywalled",
            "published_from",
        )
    }
    got |= {
        "author": list(found.author),
        "text": found.text.split("\n"),
        "published": lima_iso(found.published),
        "aliases": list(found.aliases),
    }
    assert got == {name: expected[name] for name in got}
    assert (
        found.published_precision == expected.get("published_precision", found.published_precision)
        and found.source == slug
    )
