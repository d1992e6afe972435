"""Collecting: articles a second from an archived page to a stored document, and of a whole crawl of a site on loopback.

    python bench/collect.py [PAGES]

Pages are invented and 100 kB and more, as news pages are. Prints a table and writes bench/collect.json.
"""

import http.server
import json
import os
import random
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from core.settings import Settings
from crawler import run
from crawler.archive import Archive
from crawler.extraction import extract_waiting
from crawler.source import Source
from store import frontier
from store.database import Store

WORDS = ("puerto", "bahía", "gremio", "acuerdo", "mercado", "taller", "camino", "puente", "ribera", "barrio", "vecino", "feria", "lluvia", "plaza", "norma", "paro")  # fmt: skip


def page(number: int, chance: random.Random) -> bytes:
    def text(words: int) -> str:
        return " ".join(chance.choices(WORDS, k=words)).capitalize()

    title = f"{text(9)} {number}"
    cards = "".join(
        f'<div class="card card-{i}"><a href="/nota/{i}"><span class="title">{text(9)}</span></a><p class="deck">{text(18)}.</p></div>'
        for i in range(200)
    )
    state = "<script>window.state=" + json.dumps({f"k{i}": text(12) for i in range(500)}) + "</script>"
    linked = json.dumps(
        {
            "@type": "NewsArticle",
            "headline": title,
            "datePublished": "2026-11-20T10:00:00-05:00",
            "author": {"name": "Ana Luz Prado"},
        }
    )
    body = "".join(f"<p>{text(55)}.</p>" for _ in range(12))
    return (
        f"<!doctype html><html lang=es><head><meta charset=utf-8><title>{title} | La Bahía</title><script type='application/ld+json'>{linked}</script>{state}</head>"
        f"<body><article><h1>{title}</h1><h2 class=bajada>{text(20)}.</h2>{body}</article><aside>{cards}</aside></body></html>"
    ).encode()


def serve(pages: list[bytes]) -> http.server.ThreadingHTTPServer:
    class Site(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            base = f"http://127.0.0.1:{server.server_address[1]}"
            found = self.path.removeprefix("/nota/")
            if found.isdigit() and int(found) < len(pages):
                status, body = 200, pages[int(found)]
            elif self.path == "/feed.xml":
                items = "".join(
                    f"<item><title>Nota {i}</title><link>{base}/nota/{i}</link></item>" for i in range(len(pages))
                )
                status, body = (
                    200,
                    f"<rss version='2.0'><channel><title>La Bahía</title>{items}</channel></rss>".encode(),
                )
            else:
                status, body = 404, b""
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def settings(folder: str) -> Settings:
    return Settings.load({"PUTUTU_HOME": folder, "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8"})


def extraction(pages: list[bytes]) -> float:
    """Pages a second from archive to stored documents, the start of the workers included."""
    with tempfile.TemporaryDirectory() as folder, Store.open(settings(folder)) as store:
        archive, now = Archive(Path(folder)), datetime.now(UTC)
        with store.write() as tx:
            urls = [{"url": f"https://bahia.example/nota/{i}"} for i in range(len(pages))]
            frontier.discover(tx, "bahia", urls, arrival="live", now=now)
            rows = frontier.claim(tx, ["bahia"], store.worker, len(pages), now)
        for row, body in zip(rows, pages, strict=True):
            pointer = archive.write(row.url, 200, {"Content-Type": "text/html"}, body, now)
            with store.write() as tx:
                frontier.fetched(tx, row, store.worker, pointer, now)
        began = time.perf_counter()
        receipt = extract_waiting(store, settings(folder), sources={})
        assert receipt["extracted"] == len(pages), receipt
        return len(pages) / (time.perf_counter() - began)


def whole(pages: list[bytes]) -> float:
    """Pages a second of a whole crawl: poll, fetch, archive, extract, store, the start of every process included."""
    server = serve(pages)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    source = Source(slug="bahia", name="La Bahía", home=base + "/", feeds=(base + "/feed.xml",), delay=0)
    with tempfile.TemporaryDirectory() as folder, Store.open(settings(folder)) as store:
        began = time.perf_counter()
        receipt = run.crawl(store, settings(folder), [source], force=True)
        assert receipt["documents"] == len(pages), receipt
        return len(pages) / (time.perf_counter() - began)


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    chance = random.Random(3)
    pages = [page(i, chance) for i in range(number)]
    result = {
        "pages": number, "mean_kB": round(sum(map(len, pages)) / number / 1000), "cores": os.cpu_count(),
        "archive_to_document_per_s": round(extraction(pages), 1), "crawl_per_s": round(whole(pages), 1),
    }  # fmt: skip
    for name, value in result.items():
        print(f"{name:28}{value}")
    (Path(__file__).parent / "collect.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
