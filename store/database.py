"""Opening the store: the home, the engine, the schema at its head, and transactions that say what is wrong and what mends it.

SQLite runs in WAL mode (readers never wait for the writer) with `synchronous=FULL`: a commit is on the disk before we
go on, so that a delivery recorded as sent stays sent through a power cut. Work is committed in batches, which makes
the extra fsync cheap. `secure_delete` is on: what a takedown erases does not linger in free pages.
"""

import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, ProgrammingError

from core.errors import StoreError
from core.home import home_id
from core.settings import Settings
from store import migrations
from store.schema import work
from store.workers import OPTION, FileWorkers, ServerWorkers, Workers

BUSY_SECONDS = 60
ROOM = 4 * 2**20
"""Bytes that must be free before something is done that cannot be undone and must be recorded, such as sending a mail."""
WRITE = "pututu_write"


class Store:
    """An open store. Usable from several threads; a forked or spawned process opens its own."""

    def __init__(self, engine: Engine, home: Path, url: str, workers: Workers) -> None:
        self.home = home
        self.url = url
        self._engine = engine.execution_options(**{OPTION: workers})
        self._workers = workers

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        """Make the home if needed, bring the schema to its head, and take a worker's name.

        Raises StoreError with the mend: unreadable URL, no server, locked, full, damaged, made by a newer release.
        """
        url = _url(settings.store)
        _make_folders(settings.home, url)
        engine = _engine(url)
        try:
            with explained():
                migrations.to_head(engine)
                workers = _workers(url, engine, home_id(settings.home))
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, settings.home, url.render_as_string(hide_password=True), workers)

    @property
    def worker(self) -> str:
        """The name this process leases work under."""
        return self._workers.name

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None with a database server."""
        return Path(self._engine.url.database or "") if _is_sqlite(self._engine.url) else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the store and cannot change it."""
        with explained(), self._engine.connect() as plain:
            if plain.dialect.name == "postgresql":
                connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            else:
                connection = plain.execution_options(**{WRITE: False})
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or leaves nothing when the block raises."""
        with explained(), self._engine.connect() as plain:
            if plain.dialect.name == "postgresql":
                connection = plain.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)
            else:
                connection = plain.execution_options(**{WRITE: True})
            with connection.begin():
                yield connection

    def require_room(self, size: int = ROOM) -> None:
        """Raise StoreError when the store's disk has less free than `size` bytes: asked before what cannot be undone.

        With a database server nothing is known of its disk, and nothing is asked.
        """
        if self.file is None:
            return
        free = shutil.disk_usage(self.file.absolute().parent).free
        if free < size:
            raise StoreError(
                f"The disk of the store is nearly full ({free // 1024} KiB are free).",
                f"Make room ({size // 2**20} MiB at least) and run the command again; what was stored is intact.",
            )

    def take(self, what: str) -> bool:
        """Hold something of that name as long as this store is open, or until it is dropped; False when another holds it."""
        return self._workers.take(what)

    def drop(self, what: str) -> None:
        """Let others take it."""
        self._workers.drop(what)

    def dead_workers(self, tx: Connection) -> set[str]:
        """Names that hold leases of work although their process is gone."""
        names = tx.execute(select(work.c.lease_by).where(work.c.state == "leased").distinct()).scalars()
        return self._workers.dead(tx, [name for name in names if name])

    def close(self) -> None:
        """Give the worker's name back (its leases are free at once) and close every connection."""
        self._workers.close()
        self._engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Store belongs to its process: open another one there.")


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a database says of its disk, locks and files into a StoreError with a mend; our own mistakes pass."""
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except DBAPIError as error:
        raise explain(error.orig or error) from error
    except sqlite3.Error as error:
        raise explain(error) from error


MENDS: tuple[tuple[str, str, str], ...] = (
    ("database is locked|lock timeout|could not obtain lock", "The store is locked by another process.", "Wait until it ends, or end the process that holds it."),
    ("disk is full|no space left|could not extend", "The disk of the store is full.", "Make room (`pututu retention --apply` drops old pages) and run the command again; what was stored is intact."),
    ("readonly|read-only|permission denied for", "The store cannot be written.", "Check the rights of PUTUTU_HOME and of the store's file."),
    ("malformed|not a database|corrupt", "The store's file is damaged.", "Bring back a backup with `pututu restore FILE`, or check the disk."),
    ("unable to open", "The store's file cannot be opened.", "Check that the folder of PUTUTU_STORE is there and its rights."),
    ("disk i/o error", "The disk of the store does not read or write.", "Check the disk and its free space (`pututu retention --apply` makes room), then run the command again."),
    ("authentication failed|no password supplied|role .* does not exist", "The database server refuses us.", "Check user and password in PUTUTU_STORE."),
    ("connection|could not translate host|timeout expired|server closed", "The database server does not answer.", "Check PUTUTU_STORE and that the server runs, then try again."),
)  # fmt: skip


def explain(error: BaseException) -> StoreError:
    """The StoreError for a database's own error."""
    said = str(error).strip()
    for pattern, reason, mend in MENDS:
        if re.search(pattern, said, re.IGNORECASE):
            return StoreError(f"{reason} ({said})", mend)
    return StoreError(f"The store failed: {said}.", "`pututu doctor` checks it.")


def _url(text_: str) -> URL:
    try:
        url = make_url(text_)
    except ArgumentError as error:
        raise StoreError(
            "PUTUTU_STORE is no SQLAlchemy URL.", "Write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
        ) from error
    if _is_sqlite(url):
        if not url.database or url.database == ":memory:":
            raise StoreError("A store in memory would be lost at the end.", "Write sqlite:///FILE in PUTUTU_STORE.")
        return url
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _workers(url: URL, engine: Engine, home: str) -> Workers:
    """Of an SQLite file beside it, so that everyone who opens it looks in the same folder, whatever the home."""
    if _is_sqlite(url):
        return FileWorkers(Path(url.database or "").absolute().parent / "workers", home)
    return ServerWorkers(engine, home)


def _make_folders(home: Path, url: URL) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        if _is_sqlite(url):
            Path(url.database or "").absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The data folder cannot be made ({error}).", "Name a folder you may write in PUTUTU_HOME."
        ) from error


def _engine(url: URL) -> Engine:
    try:
        if not _is_sqlite(url):
            return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(f"The driver of PUTUTU_STORE is missing ({error}).", "Install pututu[postgresql].") from error
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    """Run once for each connection. We say BEGIN ourselves: sqlite3's own begins too late and never IMMEDIATE."""
    connection.isolation_level = None
    _patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "cache_size=-65536", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes: Any = connection.get_execution_options().get(WRITE, True)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _patiently(act: Callable[[], object]) -> None:
    """Turning WAL on does not heed the busy timeout when two processes open a new file at once: try for a while."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            act()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
