"""A mail server on loopback that keeps every mail it accepts in one mbox file, so that the demo's mails take the real road."""

import asyncio
import logging
import mailbox
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
STALE_LOCK = 60.0
LOCK_TRIES, LOCK_PAUSE = 30, 0.1
LARGEST = 32 * 1024 * 1024

log = logging.getLogger(__name__)


def count(path: Path) -> int:
    """How many mails the file holds; 0 where it is not there yet."""
    if not path.exists():
        return 0
    box = mailbox.mbox(path, create=False)
    try:
        return len(box)
    finally:
        box.close()


@contextmanager
def receiving(path: Path) -> Iterator[str]:
    """Take mails into `path` until the block ends; gives the server's address as `smtp://127.0.0.1:PORT`.

    A mail is on disk before the server says 250; where it cannot be written, the server says 451 and the sender tries again.
    """
    _mend(path)
    controller = _Controller(_Keeper(path), hostname=HOST, ready_timeout=15)
    controller.start()
    try:
        yield f"smtp://{HOST}:{controller.port}"
    finally:
        controller.stop()


class _Controller(Controller):  # type: ignore[misc]
    """A controller on a port that the system chose: aiosmtpd itself wants to know the number before it listens."""

    def __init__(self, handler: "_Keeper", **options: Any) -> None:
        self.socket = socket.create_server((HOST, 0))
        super().__init__(handler, port=self.socket.getsockname()[1], **options)

    def factory(self) -> SMTP:
        return SMTP(
            self.handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, ident="Pututu demo", hostname="localhost"
        )

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.socket)


class _Keeper:
    """aiosmtpd's handler: appends each message to the mbox, one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.turn = threading.Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content, sender = envelope.content, envelope.mail_from or "MAILER-DAEMON"
        raw = content.encode() if isinstance(content, str) else bytes(content or b"")
        try:
            await asyncio.to_thread(self._keep, raw, sender)
        except (OSError, mailbox.Error) as error:
            log.warning("the demo's mailbox %s cannot be written: %s", self.path, error)
            return "451 4.3.0 The mailbox cannot be written now"
        return "250 OK"

    def _keep(self, raw: bytes, sender: str) -> None:
        message = mailbox.mboxMessage(raw.replace(b"\r\n", b"\n"))
        message.set_from(sender.replace(" ", ""), time.gmtime())
        with self.turn:
            box = mailbox.mbox(self.path)
            try:
                _lock(box)
                box.add(message)
                box.flush()
            finally:
                box.close()


def _lock(box: mailbox.mbox) -> None:
    """Take the file's lock, waiting a little for a mail reader that holds it. Raises ExternalClashError where it keeps it."""
    for _ in range(LOCK_TRIES):
        try:
            return box.lock()
        except mailbox.ExternalClashError:
            time.sleep(LOCK_PAUSE)
    return box.lock()


def _mend(path: Path) -> None:
    """Put right what a killed run may leave: a lock that nobody holds, and a mail that was cut while it was written."""
    lock = path.with_name(path.name + ".lock")
    try:
        if time.time() - lock.stat().st_mtime > STALE_LOCK:
            lock.unlink()
    except FileNotFoundError:
        pass
    if path.exists() and path.stat().st_size:
        with path.open("rb+") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n\n")
                file.flush()
                os.fsync(file.fileno())
