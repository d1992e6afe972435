"""A small IMAP server on loopback: the few commands that a look into a mailbox needs, spoken over real sockets.

Written from RFC 3501. Twisted's server needs its reactor, which a test process must not start twice.
"""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self.say("* OK ready")
        marked: set[int] = set()
        known = False
        while line := self.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            command, _, given = rest.partition(" ")
            match command.upper():
                case "CAPABILITY":
                    self.say("* CAPABILITY IMAP4rev1", f"{tag} OK done")
                case "LOGIN":
                    known = re.findall(r'"([^"]*)"|(\S+)', given)[1][0] == "se creto" or given.endswith("se creto")
                    self.say(f"{tag} OK in" if known else f"{tag} NO wrong password")
                case "SELECT":
                    fine = known and given.strip('"') == "INBOX"
                    self.say(*([f"* {len(self.server.messages)} EXISTS", f"{tag} OK here"] if fine else [f"{tag} NO no such folder"]))  # fmt: skip
                case "SEARCH":
                    wanted = re.search(r'HEADER Message-ID "([^"]+)"', given)
                    assert wanted
                    found = [str(n) for n, one in enumerate(self.server.messages, 1) if wanted[1].encode() in one]
                    self.say(f"* SEARCH {' '.join(found)}".rstrip(), f"{tag} OK done")
                case "STORE":
                    assert "+FLAGS" in given and "\\Deleted" in given
                    marked.add(int(given.split()[0]))
                    self.say(f"{tag} OK done")
                case "EXPUNGE":
                    for number in sorted(marked, reverse=True):
                        del self.server.messages[number - 1]
                    self.say(*(f"* {number} EXPUNGE" for number in sorted(marked, reverse=True)), f"{tag} OK done")
                case "LOGOUT":
                    self.say("* BYE", f"{tag} OK done")
                    return
                case _:
                    self.say(f"{tag} BAD unknown")

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[bytes] = []


@contextmanager
def serving() -> Iterator[tuple[int, list[bytes]]]:
    """The port and the messages of its one folder; user and folder are `ana` and INBOX, the password `se creto`."""
    with _Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], server.messages
        server.shutdown()
