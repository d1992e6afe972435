"""Real Spanish pages, read in place: the text score that was promised, and titles."""

import gzip
import json
import re
from datetime import UTC, datetime

from core.errors import NotAnArticleError
from crawler.archive import Page
from crawler.extract import extract


def flat(text):
    return re.sub(r"\s+", " ", text or "").strip()


def test_the_text_of_real_pages(shared_data):
    gold = json.loads((shared_data / "html_es/gold.json").read_text("utf-8"))
    kept = left_in = lost = titles = with_title = 0
    for url, row in gold.items():
        body = gzip.decompress((shared_data / "html_es/pages" / (row["file"] + ".gz")).read_bytes())
        try:
            found = extract(
                Page(url=url if url.startswith("http") else "https://example.org/x", body=body, when=datetime.now(UTC))
            )
        except NotAnArticleError:
            lost += len(row["with"])
            continue
        text = flat(found.text)
        hits = sum(flat(part) in text for part in row["with"])
        kept, lost, left_in = (
            kept + hits,
            lost + len(row["with"]) - hits,
            left_in + sum(flat(part) in text for part in row["without"]),
        )
        with_title += bool(row.get("title"))
        titles += bool(row.get("title")) and flat(row["title"]).lower() == flat(found.title).lower()
    precision, recall = kept / (kept + left_in), kept / (kept + lost)
    assert 2 * precision * recall / (precision + recall) >= 0.95
    assert titles >= 0.9 * with_title
