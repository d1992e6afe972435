"""The fictional press on loopback: every page and listing under one port, with ETags, 304 and a robots.txt."""

import hashlib
import socketserver
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from demo import feeds, pages
from demo.press import Outlet

HOST = "127.0.0.1"
HTML, XML, JSON = "text/html; charset=utf-8", "application/xml; charset=utf-8", "application/json; charset=utf-8"
LISTINGS = {
    "faro": "/faro/rss.xml",
    "vicuna": "/vicuna/arc/outboundfeeds/rss/",
    "valles": "/valles/feed/",
    "quipu": "/quipu/feed/atom/",
    "gaceta": "/gaceta/portal/_GetNoticiasSeccionPagingWorker",
    "plaza": "/plaza/api/v1/timelines/tag/extorsion",
}
SITEMAP = "/vicuna/news-sitemap.xml"
LATER_PAGES = {LISTINGS["gaceta"]: ("pageIndex", "1"), LISTINGS["plaza"]: ("max_id", "")}


@dataclass(frozen=True, slots=True)
class Reply:
    """What one path answers."""

    content_type: str
    body: bytes

    @property
    def etag(self) -> str:
        """A validator that changes exactly when the body does."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


class Site:
    """Every reply of the press, made once. `identity` is the address it was first served at, which all links name."""

    def __init__(self, outlets: Sequence[Outlet], identity: str) -> None:
        self.replies: Mapping[str, Reply] = {
            path: Reply(kind, body.encode()) for path, (kind, body) in _render(outlets, identity)
        }

    def reply(self, target: str) -> Reply | None:
        """The reply for a request target, None where there is none. A listing's second page is empty."""
        parts = urlsplit(target)
        if parts.path in LATER_PAGES:
            name, first = LATER_PAGES[parts.path]
            if parse_qs(parts.query).get(name, [first])[0] != first:
                return Reply(JSON, b"[]")
        return self.replies.get(parts.path)


def _render(outlets: Sequence[Outlet], identity: str) -> Iterator[tuple[str, tuple[str, str]]]:
    yield "/robots.txt", ("text/plain; charset=utf-8", feeds.ROBOTS)
    yield "/foto.svg", ("image/svg+xml", pages.PHOTO)
    yield feeds.PRIVATE, (HTML, pages.CLOSED)
    yield "/", (HTML, pages.entrance(outlets))
    for outlet in outlets:
        yield f"/{outlet.slug}/", (HTML, pages.front(outlet))
        yield LISTINGS[outlet.slug], _listing(outlet, identity)
        if outlet.style == "arc":
            yield SITEMAP, (XML, feeds.news_sitemap(outlet, identity))
        for article in outlet.articles:
            yield pages.path(article), (HTML, pages.page(article, outlet, identity))


def _listing(outlet: Outlet, identity: str) -> tuple[str, str]:
    match outlet.style:
        case "gazette":
            return JSON, feeds.gazette(outlet)
        case "mastodon":
            return JSON, feeds.timeline(outlet, identity)
        case "arc":
            return "application/rss+xml; charset=utf-8", feeds.rss(outlet, identity, whole=False, newest=feeds.NEWEST)
        case "wordpress" if outlet.language == "en":
            return "application/atom+xml; charset=utf-8", feeds.atom(outlet, identity)
        case _:
            return "application/rss+xml; charset=utf-8", feeds.rss(outlet, identity, whole=outlet.style == "wordpress")


@dataclass(slots=True)
class Served:
    """A running press: where it is, and what was asked of it (method, target, status), in order."""

    base: str
    requests: list[tuple[str, str, int]] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Site
    served: Served

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no fault of the press; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            socketserver.BaseServer.handle_error(self, request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "PrensaFicticia/1"
    sys_version = ""
    timeout = 15

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        reply = self.server.site.reply(self.path)
        if reply is None:
            return self._send(
                404,
                Reply(HTML, b"<!DOCTYPE html><title>404</title><h1>No existe, y lo que existe es inventado.</h1>"),
                with_body,
            )
        known = self.headers.get("If-None-Match", "")
        if reply.etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
            return self._send(304, Reply(reply.content_type, b""), False, reply.etag)
        return self._send(200, reply, with_body, reply.etag)

    def _send(self, status: int, reply: Reply, with_body: bool, etag: str | None = None) -> None:
        self.server.served.requests.append((self.command, self.path, status))
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are kept in `Served.requests`, not printed."""


def bind(wanted: int, tries: int = 50) -> _Server:
    """A server on the wanted port of loopback, else on the next free one, at last on any. It does not answer yet."""
    for port in [*range(wanted, min(wanted + tries, 65_536)), 0]:
        try:
            return _Server((HOST, port), _Handler)
        except OSError:
            if port == 0:
                raise
    raise AssertionError("the last port, 0, either binds or raises")


@contextmanager
def serving(server: _Server, outlets: Sequence[Outlet], identity: str) -> Iterator[Served]:
    """Answer requests until the block ends; the port is free again afterwards."""
    base = address(server)
    server.site, server.served = Site(outlets, identity), Served(base)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-press", daemon=True
    )
    thread.start()
    try:
        yield server.served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def address(server: _Server) -> str:
    """Where the server listens, e.g. `http://127.0.0.1:18700`."""
    return f"http://{HOST}:{server.server_address[1]}"
