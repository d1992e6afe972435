"""Machines for the tests of many workers: processes of one home, or hosts of their own in network namespaces.

A host in a namespace has its own loopback, its own home and lock files, and reaches the site, the mail server, the database
and the search engine only over a bridge, as another machine would.
"""

import http.server
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("crawl", "enrich", "index", "match", "deliver")
LINES = (
    "El gremio de panaderos de Puerto Ficticio acordó en asamblea pedir al municipio una reunión antes de la feria.",
    "La vocera dijo que la propuesta fue enviada el lunes y que todavía no hubo respuesta de la oficina central.",
    "Según el acta, asistieron más de ochenta vecinos del barrio La Ribera, entre ellos los comerciantes del mercado.",
)


class Site:
    """One outlet with so many articles, each answered after a moment; `asked` counts what was asked for.

    `crawlers` is how many have to come, each by its robots.txt, before any article is answered: nobody is done before the
    others have begun. After `PATIENCE` seconds it goes on without them.
    """

    PATIENCE = 60

    def __init__(self, address: str, articles: int) -> None:
        self.asked: Counter[str] = Counter()
        self.articles = articles
        self.crawlers = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked[self.path] += 1
                kind, body = outer.answer(self.path)
                if self.path.startswith("/nota/"):
                    outer.wait()
                time.sleep(0.02)
                try:
                    self.send_response(200 if body else 404)
                    self.send_header("Content-Type", f"{kind}; charset=utf-8")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://{address}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def wait(self) -> None:
        deadline = time.monotonic() + self.PATIENCE
        while self.asked["/robots.txt"] < self.crawlers and time.monotonic() < deadline:
            time.sleep(0.02)

    def answer(self, path: str) -> tuple[str, bytes]:
        name = path.removeprefix("/nota/")
        if name.isdigit() and int(name) < self.articles:
            text = "".join(f"<p>{line} ({name})</p>" for line in LINES)
            return (
                "text/html",
                f"<!doctype html><html lang='es'><head><title>Nota {name} del puerto</title></head><body><article><h1>Nota {name} del puerto</h1>{text}</article></body></html>".encode(),
            )
        if path == "/feed.xml":
            items = "".join(
                f"<item><title>Nota {n} del puerto</title><link>{self.base}/nota/{n}</link></item>"
                for n in range(self.articles)
            )
            return (
                "application/xml",
                f"<?xml version='1.0'?><rss version='2.0'><channel><title>La Ribera</title>{items}</channel></rss>".encode(),
            )
        return "text/plain", b""

    def source(self, folder: Path) -> None:
        """Its source file."""
        folder.mkdir(parents=True, exist_ok=True)
        text = f"""from crawler.source import Source

SOURCE = Source(name="La Ribera", home="{self.base}/", feeds=("{self.base}/feed.xml",), delay=0, status="verified")
"""
        (folder / "ribera.py").write_text(text, "utf-8")

    def pages(self) -> Counter[str]:
        return Counter({path: count for path, count in self.asked.items() if path.startswith("/nota/")})


@dataclass
class Host:
    """Where commands run: in a namespace, or right here; `variables` are its settings."""

    name: str
    variables: dict[str, str]
    namespace: str | None = None
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self, stages: Sequence[str] = STAGES) -> "subprocess.Popen[str]":
        """Run these stages one after the other, each by the command line; every stage is named when it begins."""
        script = "".join(f'echo {stage}; "$0" -m cli {stage} {"ribera" if stage == "crawl" else ""} --json || echo FAILED {stage};' for stage in stages)  # fmt: skip
        inside = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
        process = subprocess.Popen(
            [*inside, "sh", "-c", script, sys.executable], env=kept | self.variables, cwd=ROOT, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, *stages: str) -> str:
        """Run stages to their end; what they said."""
        said, _ = self.start(stages or STAGES).communicate(timeout=240)
        return said


def home_variables(home: Path, sources: Path, **more: str) -> dict[str, str]:
    """A host's settings."""
    return {
        "PUTUTU_HOME": str(home), "PUTUTU_SOURCES_DIR": str(sources), "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(ROOT),
    } | more  # fmt: skip


@contextmanager
def namespaces(count: int) -> Iterator[tuple[str, str, list[str]]]:
    """A bridge with so many hosts on it: its address here, its network, and the hosts' names. Raises OSError where it cannot be."""
    tag, net = secrets.token_hex(2), f"10.{77 + secrets.randbelow(100)}.{secrets.randbelow(250)}"
    bridge, names = f"pb{tag}", [f"ph{tag}{n}" for n in range(count)]
    with ExitStack() as undo:
        _ip("link", "add", bridge, "type", "bridge")
        undo.callback(_ip, "link", "del", bridge)
        _ip("addr", "add", f"{net}.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for number, name in enumerate(names):
            _ip("netns", "add", name)
            undo.callback(_ip, "netns", "del", name)
            _ip("link", "add", f"{name}v", "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", f"{name}v", "master", bridge, "up")
            for step in (
                ["addr", "add", f"{net}.{number + 2}/24", "dev", "eth0"],
                ["link", "set", "eth0", "up"],
                ["link", "set", "lo", "up"],
            ):
                _ip("netns", "exec", name, "ip", *step)
        yield f"{net}.1", f"{net}.0/24", names


def _ip(*arguments: str) -> None:
    try:
        done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False, timeout=20)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise OSError(str(error)) from error
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


@contextmanager
def forwarded(address: str, url: str) -> Iterator[str]:
    """What answers at a URL on this machine, to be reached at this address too: the same URL from there."""
    parts = urlsplit(url)
    target = (parts.hostname or "127.0.0.1", parts.port or 0)
    listener = socket.create_server((address, 0))
    threading.Thread(target=_accept, args=(listener, target), daemon=True).start()
    try:
        yield url.replace(f"{target[0]}:{target[1]}", f"{address}:{listener.getsockname()[1]}")
    finally:
        listener.close()


def _accept(listener: socket.socket, target: tuple[str, int]) -> None:
    while True:
        try:
            here, _ = listener.accept()
            there = socket.create_connection(target)
        except OSError:
            return
        for source, sink in ((here, there), (there, here)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
