"""One article extractor in a process of its own, so that a peer runs in its own environment: pages in, what it made of them out.

    python bench/extractors.py NAME < pages.jsonl > found.jsonl

A line in is `{"key", "url", "file", "language"}` (the file may be gzipped); a line out `{"key", "title", "author", "date", "text",
"seconds", "error"}`. `seconds` is the processor's time for the page, without reading the file. Nothing is fetched.
Only the standard library is imported until an extractor is chosen: the peers' environments have none of ours.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Found = dict[str, Any]
Extractor = Callable[[bytes, str, str], Found]


def markup(body: bytes) -> str:
    """What a peer that takes text is given: UTF-8, or Windows-1252 where the bytes are not."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def pututu() -> Extractor:
    from core.errors import NotAnArticleError
    from core.time import lima_iso
    from crawler.archive import Page
    from crawler.extract import extract

    def run(body: bytes, url: str, language: str) -> Found:
        try:
            found = extract(Page(url=url, body=body, when=datetime.now(UTC)))
        except NotAnArticleError as error:
            return {"error": error.reason}
        date = lima_iso(found.published)[:10] if found.published else ""
        return {"title": found.title, "author": list(found.author), "date": date, "text": found.text}

    return run


def pututu_by_trafilatura() -> Extractor:
    """The same without the cheap road: trafilatura reads every page, as where no one element plainly holds the article."""
    from crawler import body

    body.lines_of_one = lambda *_: []
    return pututu()


def _trafilatura(fast: bool) -> Extractor:
    from trafilatura import bare_extraction

    def run(body: bytes, url: str, language: str) -> Found:
        found = bare_extraction(body, url=url, with_metadata=True, include_comments=False, fast=fast)
        if found is None:
            return {}
        authors = [name for name in (found.author or "").split("; ") if name]
        return {"title": found.title, "author": authors, "date": found.date, "text": found.text}

    return run


def newspaper4k() -> Extractor:
    from newspaper import Article

    def run(body: bytes, url: str, language: str) -> Found:
        article = Article(url, language=language, fetch_images=False)
        article.download(input_html=markup(body))
        article.parse()
        when = article.publish_date
        return {
            "title": article.title, "author": list(article.authors), "date": str(when)[:10] if when else "",
            "text": article.text,
        }  # fmt: skip

    return run


def news_please() -> Extractor:
    from newsplease import NewsPlease

    def run(body: bytes, url: str, language: str) -> Found:
        found = NewsPlease.from_html(markup(body), url=url, fetch_images=False)
        when = found.date_publish
        return {
            "title": found.title, "author": list(found.authors or ()), "date": str(when)[:10] if when else "",
            "text": found.maintext,
        }  # fmt: skip

    return run


EXTRACTORS: dict[str, Callable[[], Extractor]] = {
    "pututu": pututu, "no cheap road": pututu_by_trafilatura, "trafilatura": lambda: _trafilatura(False), "trafilatura fast": lambda: _trafilatura(True),
    "newspaper4k": newspaper4k, "news-please": news_please,
}  # fmt: skip


def main() -> None:
    extract = EXTRACTORS[sys.argv[1]]()
    answers, sys.stdout = sys.stdout, sys.stderr  # what an extractor prints is no answer
    for line in sys.stdin:
        job = json.loads(line)
        raw = Path(job["file"]).read_bytes()
        body = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
        began = time.process_time()
        try:
            found = extract(body, job["url"], job["language"])
        except Exception as error:  # noqa: BLE001 - a peer's failure on a page is its result for that page, and is printed
            found = {"error": f"{type(error).__name__}: {error}"[:200]}
        answer = {"key": job["key"], "title": "", "author": [], "date": "", "text": "", "error": ""} | {
            name: value for name, value in found.items() if value
        }
        answers.write(json.dumps(answer | {"seconds": time.process_time() - began}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
