"""A real HTTP receiver on loopback that keeps what is posted, and fails, stalls, drips or redirects when told to."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """`posts` are (path, headers, body); `status` is answered, `before` called with the number of posts once a body was read."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, Mapping[str, str], bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.stall = 0.0
        self.drip = 0.0
        self.before: Callable[[int], None] = lambda number: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.posts.append((self.path, dict(self.headers), body))
                receiver.before(len(receiver.posts))
                try:
                    receiver.answer(self)
                except OSError:
                    return  # the other side hung up

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.stall:
            time.sleep(self.stall)
        if self.drip:
            for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 200:
                handler.wfile.write(bytes([letter]))
                time.sleep(self.drip)
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    @property
    def bodies(self) -> list[Any]:
        """The JSON of each post."""
        return [json.loads(body) for *_, body in self.posts]

    @property
    def ids(self) -> list[str]:
        """The idempotency key of each."""
        return [headers["Idempotency-Key"] for _, headers, _ in self.posts]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
