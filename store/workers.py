"""Who is alive: each open store holds a lock under a name of its own; a lease whose name is no longer locked is free.

With SQLite the lock is a file in `home/workers` locked with flock, which the system releases however the process ends.
With PostgreSQL it is a session's advisory lock on a connection of its own, which the server releases likewise.
All stores of one home also share a lock under the home's name: pages wait in that home's archive as long as anyone is there.
"""

import contextlib
import fcntl
import os
import secrets
import threading
import weakref
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

OPTION = "pututu_workers"
HELD = "held-"  # what a file is named that holds something else than a worker's life


class Workers(Protocol):
    """The living workers of one store, one of which is ours."""

    @property
    def name(self) -> str:
        """The name this process leases under."""

    def dead(self, tx: Connection, names: Iterable[str]) -> set[str]:
        """Those of the names whose process is gone."""

    def take(self, what: str) -> bool:
        """Hold something as long as we live, or until it is dropped. False when another store holds it."""

    def drop(self, what: str) -> None:
        """Let go what was taken; what was not is no error."""

    def close(self) -> None:
        """Stop living: our leases are free at once."""


def workers_of(tx: Connection) -> Workers:
    """The workers of the store that this connection belongs to."""
    workers: Workers = tx.get_execution_options()[OPTION]
    return workers


def new_name() -> str:
    """A name nobody had before: the process number is there for people, the random part for uniqueness."""
    return f"{os.getpid()}-{secrets.token_hex(6)}"


def of_home(id: str) -> str:
    """The name that all stores of a home hold together."""
    return f"home-{id}"


def living(folder: Path) -> list[str]:
    """The names of the workers that hold a file of this folder locked."""
    files = folder.iterdir() if folder.is_dir() else ()
    return sorted(file.name for file in files if not file.name.startswith(("home-", HELD)) and _is_locked(file))


class FileWorkers:
    """Locked files in a folder that all processes of one home share."""

    def __init__(self, folder: Path, home: str) -> None:
        self.folder = folder
        self.name = new_name()
        self._home = folder / of_home(home)
        folder.mkdir(parents=True, exist_ok=True)
        self._taken: dict[str, int] = {}
        self._files = [_lock(folder / self.name, fcntl.LOCK_EX), _lock(self._home, fcntl.LOCK_SH)]
        _OPEN.add(self)
        self._tidy()

    def dead(self, tx: Connection, names: Iterable[str]) -> set[str]:
        """Those of the names whose file is missing or can be locked."""
        return {name for name in names if name != self.name and not _is_locked(self.folder / name)}

    def take(self, what: str) -> bool:
        """Lock a file of that name, unless it is locked."""
        if what not in self._taken:
            try:
                self._taken[what] = _lock(self._file_of(what), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def drop(self, what: str) -> None:
        """Remove the file, then let the lock go."""
        if what in self._taken:
            self._file_of(what).unlink(missing_ok=True)
            os.close(self._taken.pop(what))

    def _file_of(self, what: str) -> Path:
        return self.folder / f"{HELD}{_number(what):x}"

    def close(self) -> None:
        """Remove the file and let the lock go."""
        for what in list(self._taken):
            self.drop(what)
        if self._files:
            (self.folder / self.name).unlink(missing_ok=True)
            with contextlib.suppress(BlockingIOError):  # others of this home are there still
                fcntl.flock(self._files[1], fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._home.unlink(missing_ok=True)
            self.forget()
            _OPEN.discard(self)

    def forget(self) -> None:
        """In a forked child: the lock is the parent's. Closing our copy leaves it locked as long as the parent lives."""
        while self._files:
            os.close(self._files.pop())
        while self._taken:
            os.close(self._taken.popitem()[1])

    def _tidy(self) -> None:
        """Remove the files of workers that are gone, so that the folder does not grow."""
        for file in self.folder.iterdir():
            if file.name != self.name and not _is_locked(file):
                file.unlink(missing_ok=True)


class ServerWorkers:
    """Advisory locks of the database server, each held by a connection that does nothing else."""

    def __init__(self, engine: Engine, home: str) -> None:
        self.name = new_name()
        self._engine = engine
        self._home = of_home(home)
        self._guard = threading.Lock()
        self._taken: set[str] = set()
        self._connection: Connection | None = self._lock()

    def dead(self, tx: Connection, names: Iterable[str]) -> set[str]:
        """Those of the names under which no session holds a lock. Our own lock is taken again if its connection broke."""
        wanted = {name: _number(name) for name in names if name != self.name}
        with self._guard:
            if self._connection is not None and not _answers(self._connection):
                self._connection = self._lock()
        if not wanted:
            return set()
        held = "SELECT classid::bigint << 32 | objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
        locked = {number for (number,) in tx.execute(text(held))}
        return {name for name, number in wanted.items() if number not in locked}

    def take(self, what: str) -> bool:
        """Take an advisory lock of that name, unless another session has it. One session may take it again: that is counted here."""
        with self._guard:
            if self._connection is not None and what not in self._taken:
                if not _answers(self._connection):
                    self._connection = self._lock()
                asked = text("SELECT pg_try_advisory_lock(:number)")
                if not self._connection.execute(asked, {"number": _number(HELD + what)}).scalar():
                    return False
                self._taken.add(what)
        return True

    def drop(self, what: str) -> None:
        """Give the lock back."""
        with self._guard:
            if self._connection is not None and what in self._taken:
                self._taken.discard(what)
                if _answers(self._connection):
                    self._connection.execute(
                        text("SELECT pg_advisory_unlock(:number)"), {"number": _number(HELD + what)}
                    )
                else:
                    self._connection = self._lock()

    def close(self) -> None:
        """Let the locks go and close the connection: a server that only sees it closed takes a moment to let them go."""
        with self._guard:
            if self._connection is not None:
                with contextlib.suppress(DBAPIError):  # a server that is gone has let them go
                    self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
                self._connection.invalidate()
                self._connection.close()
                self._connection = None

    def _lock(self) -> Connection:
        """A connection of our own with our two locks; what an earlier one, that broke, had taken is taken no more."""
        self._taken.clear()
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _number(self.name)})
        connection.execute(text("SELECT pg_advisory_lock_shared(:number)"), {"number": _number(self._home)})
        return connection


_OPEN: "weakref.WeakSet[FileWorkers]" = weakref.WeakSet()


def _forget_all() -> None:
    for workers in list(_OPEN):
        workers.forget()


os.register_at_fork(after_in_child=_forget_all)


def _lock(path: Path, how: int) -> int:
    """Create (if it is not there) and lock a file; again if another process tidied it away between the two. Raises
    BlockingIOError where it must not wait and another holds it."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            os.close(file)
            raise
        try:
            if path.stat().st_ino == os.fstat(file).st_ino:
                return file
        except FileNotFoundError:
            pass
        os.close(file)


def _is_locked(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _number(name: str) -> int:
    """A positive 63-bit number of the name, as PostgreSQL's locks want."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") >> 1


def _answers(connection: Connection) -> bool:
    try:
        connection.execute(text("SELECT 1"))
    except DBAPIError:
        connection.invalidate()
        connection.close()
        return False
    return True
