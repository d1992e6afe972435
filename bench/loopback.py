"""A news site on loopback for benchmarks, in a process of its own that takes next to no time: every answer is made before.

    python bench/loopback.py PAGES [FOLDER]

PAGES invented pages (bench/newspage.py), or those of 100 kB and more in FOLDER, over and over. Prints its address; `/feed.xml`
lists all of them, `/half/0.xml` and `/half/1.xml` one half each. Ends with its standard input. Only the standard library.
"""

import asyncio
import gzip
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from newspage import page

HEAVY = 100_000
MADE_BEFORE = 3_000
"""More pages than these are made when they are asked for: they would fill the memory."""


def heavy(folder: Path) -> list[bytes]:
    """The pages of a folder that are at least HEAVY bytes."""
    found = [
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in sorted(folder.rglob("*.html*"))
    ]
    return [body for body in found if len(body) >= HEAVY]


class Pages:
    """The bodies by number; a page of a folder that comes again says so in its title."""

    def __init__(self, count: int, folder: str | None) -> None:
        self.count = count
        self._folder = heavy(Path(folder)) if folder else []
        self._made = {} if self._folder or count > MADE_BEFORE else {number: page(number) for number in range(count)}

    def body(self, number: int) -> bytes:
        if not self._folder:
            return self._made.get(number) or page(number)
        body = self._folder[number % len(self._folder)]
        return (
            re.sub(rb"(?i)(<title[^>]*>|<h1[^>]*>)", rb"\g<1>%d " % number, body)
            if number >= len(self._folder)
            else body
        )

    def feed(self, base: str, numbers: range) -> bytes:
        items = "".join(f"<item><title>Nota {n}</title><link>{base}/nota/{n}</link></item>" for n in numbers)
        return (
            f"<?xml version='1.0'?><rss version='2.0'><channel><title>La Bahía</title>{items}</channel></rss>".encode()
        )


async def main(count: int, folder: str | None) -> None:
    pages = Pages(count, folder)
    base = ""

    def answer(path: str) -> tuple[str, bytes] | None:
        if path.startswith("/nota/") and path[6:].isdigit() and int(path[6:]) < count:
            return "text/html; charset=utf-8", pages.body(int(path[6:]))
        feeds = {"/feed.xml": range(count), "/half/0.xml": range(0, count, 2), "/half/1.xml": range(1, count, 2)}
        return ("application/rss+xml", pages.feed(base, feeds[path])) if path in feeds else None

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                found = answer(head.split(" ", 2)[1])
                kind, body = found or ("text/plain", b"")
                status = "200 OK" if found else "404 Not Found"
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(base, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
