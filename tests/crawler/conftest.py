"""A small site on loopback that every test fills with its own pages, and counts what is asked for."""

import http.server
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from crawler.source import Source

WORDS = ["El gremio de panaderos de Puerto Ficticio acordó en asamblea pedir al municipio una reunión antes de la feria.",
         "La vocera dijo que la propuesta fue enviada el lunes y que todavía no hubo respuesta de la oficina central.",
         "Según el acta, asistieron más de ochenta vecinos del barrio La Ribera, entre ellos los comerciantes del mercado.",
         "El acuerdo será revisado otra vez en quince días, cuando se conozca el informe de la comisión de obras."]  # fmt: skip


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    seconds: float = 0


class Site:
    """`site.put(path, body)`; `site.asked[path]` counts; `site.url(path)` is the whole address."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.streams: dict[str, Callable[[http.server.BaseHTTPRequestHandler], None]] = {}
        self.conditions: dict[str, list[dict[str, str]]] = {}
        self.posted: list[tuple[str, str, str]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked[self.path] += 1
                outer.agents.add(self.headers.get("User-Agent", ""))
                asked = {
                    name: value for name in ("If-None-Match", "If-Modified-Since") if (value := self.headers.get(name))
                }
                outer.conditions.setdefault(self.path, []).append(asked)
                if self.path in outer.streams:
                    outer.streams[self.path](self)
                    return
                answer = outer.answers.get(self.path, Answer(b"no", 404))
                time.sleep(answer.seconds)
                status, body = answer.status, answer.body
                if answer.etag and self.headers.get("If-None-Match") == answer.etag:
                    status, body = 304, b""
                try:
                    self.send_response(status)
                    headers = (
                        {"Content-Type": "text/html; charset=utf-8"}
                        | answer.headers
                        | ({"ETag": answer.etag} if answer.etag else {})
                    )
                    for name, value in (headers | {"Content-Length": str(len(body))}).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    self.close_connection = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.posted.append((self.path, self.headers.get("Content-Type", ""), body.decode()))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def url(self, path: str) -> str:
        return self.base + path

    def put(self, path: str, body: str | bytes, **more: object) -> None:
        self.answers[path] = Answer(body.encode() if isinstance(body, str) else body, **more)  # type: ignore[arg-type]

    def feed(self, paths: list[str], *, path: str = "/feed.xml", **more: object) -> None:
        items = "".join(
            f"<item><title>Titular de la nota {name}</title><link>{self.base}{name}</link></item>" for name in paths
        )
        self.put(
            path,
            f"<?xml version='1.0'?><rss version='2.0'><channel><title>La Ribera</title><language>es</language>{items}</channel></rss>",
            **more,
        )

    def articles(self, count: int, **more: object) -> list[str]:
        paths = [f"/nota/{i}" for i in range(count)]
        for path in paths:
            self.put(path, article(f"Titular de la nota {path}"), **more)
        return paths

    def source(self, **more: object) -> Source:
        values = {
            "slug": "ribera",
            "name": "La Ribera",
            "home": self.base + "/",
            "feeds": (self.url("/feed.xml"),),
            "delay": 0,
        }
        return Source(**values | more)  # type: ignore[arg-type]

    @staticmethod
    def article(title: str, **more: str) -> str:
        return article(title, **more)

    def article_requests(self) -> dict[str, int]:
        return {path: count for path, count in self.asked.items() if path.startswith("/nota/")}


def article(title: str, *, head: str = "", extra: str = "", published: str = "2026-11-20T08:30:00-05:00") -> str:
    meta = f"<meta property='article:published_time' content='{published}'>" if published else ""
    body = "".join(f"<p>{title}: {line}</p>" for line in WORDS)
    return f"<!doctype html><html lang='es'><head><meta charset='utf-8'><title>{title}</title>{meta}{head}</head><body><nav><a href='/'>Inicio</a></nav><article><h1>{title}</h1>{body}{extra}</article></body></html>"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()
