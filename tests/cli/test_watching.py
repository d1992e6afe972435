"""`sources check`, `sources list`, `doctor` and the note beside a count: what an operator and a researcher read of the watch."""

import csv
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cli.flow import gave_nothing
from core.settings import Settings
from store import completeness, frontier, sources
from store.database import Store
from store.sources import SourceState

ROOT = Path(__file__).resolve().parents[2]
FEED = "<rss version='2.0'><channel><title>La Ribera</title><item><title>Vecinos acuerdan obra</title><link>{0}/nota/1</link></item></channel></rss>"
TEXT = "<p>" + "El gremio de panaderos acordó pedir una reunión antes de la feria del barrio. " * 8 + "</p>"
PAGE = f"<html lang='es'><head><title>Vecinos acuerdan obra</title><meta property='article:published_time' content='2026-11-20T08:30:00-05:00'></head><body><article><h1>Vecinos acuerdan obra</h1>{TEXT}</article></body></html>"


@pytest.fixture
def press() -> Iterator[str]:
    """A site with one feed and one article; `/cerrado.xml` is refused."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/feed.xml": FEED.format(base), "/nota/1": PAGE}
            body = pages.get(self.path, "no").encode()
            self.send_response(403 if self.path == "/cerrado.xml" else 200 if self.path in pages else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield base
    server.shutdown()
    server.server_close()


class Desk:
    """The command line over a home with two sources of this test's own."""

    def __init__(self, settings: Settings, folder: Path, base: str) -> None:
        self.settings, folder = settings, folder / "fuentes"
        folder.mkdir()
        for slug, path in (("ribera", "/feed.xml"), ("cerrado", "/cerrado.xml")):
            fields = f"name={slug.title()!r}, home={base + '/'!r}, feeds=({base + path!r},), delay=0"
            (folder / f"{slug}.py").write_text(
                f"from crawler.source import Source\n\nSOURCE = Source({fields})\n", "utf-8"
            )
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
        self.environ = kept | {
            "PUTUTU_HOME": str(settings.home), "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8", "PUTUTU_SOURCES_DIR": str(folder),
            "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(line, env=self.environ, text=True, capture_output=True, timeout=200, check=False)

    def rows(self, *arguments: str) -> dict[str, dict[str, Any]]:
        return {row["slug"]: row for row in map(json.loads, self(*arguments, "--json").stdout.splitlines())}


@pytest.fixture
def desk(settings: Settings, tmp_path: Path, press: str) -> Desk:
    return Desk(settings, tmp_path, press)


def test_check_gives_a_verdict_a_reason_and_a_mend_and_proves_what_yields(desk: Desk) -> None:
    assert desk.rows("sources", "list")["ribera"]["status"] == "probation"
    done = desk("sources", "check", "ribera", "cerrado", "--json")
    rows = {row["slug"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1, "one of them does not yield"
    assert (rows["ribera"]["verdict"], rows["cerrado"]["verdict"]) == ("ok", "blocked")
    assert rows["ribera"]["article"]["title"] == "Vecinos acuerdan obra" and "403" in rows["cerrado"]["reason"]
    assert "sources disable cerrado" in rows["cerrado"]["mend"]
    assert desk.rows("sources", "list")["ribera"]["status"] == "verified"
    well = desk("sources", "check", "ribera")
    assert well.returncode == 0 and "ribera" in well.stdout and "ok" in well.stdout
    table = list(csv.DictReader(io.StringIO(desk("sources", "check", "cerrado", "--csv").stdout)))
    assert [row["verdict"] for row in table] == ["blocked"]
    unknown = desk("sources", "check", "rivera")
    others = [desk("crawl", "rivera"), desk("extract-again", "rivera")]
    assert [one.returncode for one in (unknown, *others)] == [2, 2, 2] and "ribera" in unknown.stderr
    assert {one.stderr.splitlines()[-1] for one in (unknown, *others)} == {unknown.stderr.splitlines()[-1]}


def test_what_is_wrong_with_a_source_is_told_with_its_class_and_its_mend(desk: Desk, settings: Settings) -> None:
    now = datetime.now(UTC)
    with Store.open(settings) as store, store.write() as tx:
        drift = {"author": {"have": 0, "of": 14, "usual": 0.93}}
        figures = {
            "pages": 90,
            "items_a_day": 12.5,
            "document": 1.0,
            "author": 0.4,
            "date": 1.0,
            "section": 0.0,
            "length": 1800,
        }
        state = SourceState(
            slug="ribera",
            status="failing",
            reason="layout",
            drift=drift,
            figures=figures,
            last_poll=now,
            last_success=now,
            gap=3600.0,
        )
        sources.keep(tx, state, now)
        blocked = {
            "status": "blocked",
            "reason": "blocked",
            "error": "the site answered 403",
            "failures": 4,
            "last_poll": now,
        }
        sources.keep(tx, SourceState(slug="cerrado", **blocked), now)
        rows = [{"url": f"https://ribera.example/nota-{n}", "dated": now - timedelta(minutes=n)} for n in range(4)]
        frontier.discover(tx, "ribera", rows, arrival="live", now=now)
        completeness.recount(tx, "ribera", None, now)
    row = desk.rows("sources", "list")["ribera"]
    assert (row["trouble"], row["drift"]) == ("layout", [{"what": "author"} | drift["author"]])
    assert (row["listed"], row["have"], row["completeness"], row["surveyed"], row["seen_a_day"]) == (
        4,
        0,
        0.0,
        False,
        12.5,
    )
    plain = desk("sources", "list").stdout
    assert "documents with an author: 0 of the latest 14, usually 93%" in plain and "-> Name `selectors`" in plain
    found = [json.loads(line) for line in desk("doctor", "--json").stdout.splitlines()]
    told = {one["finding"]: one["mend"] for one in found if one["part"] == "sources" and one["state"] == "bad"}
    layout, refused = sorted(told, key=lambda finding: "cerrado" in finding)
    assert "ribera is failing (layout)" in layout and "usually 93%" in layout and "enable ribera" in told[layout]
    assert "cerrado is blocked" in refused and "403" in refused
    assert any(one["part"] == "completeness" and "0 of 4 items" in one["finding"] for one in found)


def test_a_crawl_fails_where_a_listing_could_not_be_had_and_not_for_a_page(desk: Desk, press: str) -> None:
    assert desk("crawl", "cerrado").returncode == 1
    with Store.open(desk.settings) as store, store.write() as tx:
        lost = [{"url": f"{press}/nota/falta"}, {"url": "http://[::1]:1/nota/8"}]
        frontier.discover(tx, "ribera", lost, arrival="live", now=datetime.now(UTC))
    done = desk("crawl", "ribera", "--json")
    row = json.loads(done.stdout)["sources"]["ribera"]
    assert done.returncode == 0, done.stderr
    assert sum(row["errors"].values()) == 2 and row["fetched"] == 1 and row["down"] is False
    mixed = desk("crawl", "ribera", "cerrado", "--json")
    assert mixed.returncode == 1 and "cerrado could not be crawled" in mixed.stderr


@pytest.mark.parametrize(
    ("part", "failed"),
    [
        ({"down": True, "failed": 0, "fetched": 0}, True), ({"down": False, "failed": 1, "fetched": 0}, False),
        ({"down": False, "failed": 3, "fetched": 0}, True), ({"down": False, "failed": 3, "fetched": 2}, False),
        ({"down": False, "failed": 0, "fetched": 0, "errors": {"robots": 4}}, False), ({}, False),
    ],
)  # fmt: skip
def test_what_of_a_receipt_is_a_failure(part: dict[str, Any], failed: bool) -> None:
    assert gave_nothing(part) is failed


def test_a_count_says_on_stderr_what_it_rests_on(desk: Desk, settings: Settings) -> None:
    now = datetime.now(UTC)
    done = desk("crawl", "ribera")
    assert done.returncode == 0, done.stderr
    with Store.open(settings) as store, store.write() as tx:
        rows = [{"url": f"https://ribera.example/nota-{n}", "dated": now} for n in range(3)]
        frontier.discover(tx, "ribera", rows, arrival="backfill", now=now, only_listed=True)
        completeness.recount(tx, "ribera", None, now)
    for arguments in (["enrich"], ["index"]):
        assert desk(*arguments).returncode == 0
    counted = desk("search", "*", "--count")
    assert (
        counted.stdout.strip() == "1"
        and "25.0% of what 1 source listed" in counted.stderr
        and "backfill" in counted.stderr
    )
    assert "rests on" in desk("trends", "obra", "--by", "month").stderr
    elsewhere = desk("search", "*", "--count", "--from", "2020-01-01", "--to", "2020-01-31")
    assert "rests on" not in elsewhere.stderr, "nothing of that time was listed"
