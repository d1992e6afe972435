"""Backup and restore: one `.tar.gz` with a manifest, the whole database as an SQLite file, the key of its hashes, and the page archive if asked.

With PostgreSQL the tables are copied into an SQLite file within one snapshot, and back when they are restored; so a
backup moves between the two. Backups are made while others write. The index is not in it: it is built again.
"""

import gzip
import json
import os
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import Connection, Integer, func, select, text

from core.errors import InputError, StoreError
from core.hidden import KEY_FILE
from core.home import archive_held
from core.settings import Settings
from store import bulletins, deliveries, migrations
from store.database import Store, explained
from store.dialect import BATCH
from store.schema import metadata
from store.workers import living

FORMAT = 1
MANIFEST, DATABASE, ARCHIVE = "manifest.json", "pututu.sqlite", "archive"
LARGEST_MANIFEST = 1_000_000


def backup(store: Store, file: Path, *, now: datetime | None = None, archive: bool = True) -> dict[str, Any]:
    """Write a backup to `file` (whole or not at all) and answer its manifest: format, schema, created, counts, archive.

    The database is copied before the archive is read, and no file of the archive is dropped meanwhile, so every pointer in
    it leads to a page that is there.
    """
    file = file.absolute()
    with (
        _disk(file),
        archive_held(store.home, alone=False),
        tempfile.TemporaryDirectory(prefix=".pututu-backup-", dir=file.parent) as folder,
    ):
        database = Path(folder) / DATABASE
        counts = _copy_out(store, database)
        pages = store.home / ARCHIVE if archive else None
        manifest = {
            "format": FORMAT, "schema": migrations.HEAD, "created": (now or datetime.now(UTC)).isoformat(), "counts": counts,
            "archive": bool(pages and pages.is_dir()),
        }  # fmt: skip
        packed = Path(folder) / "backup.tar.gz"
        with packed.open("wb") as out:
            _pack(out, manifest, database, pages, store.home / KEY_FILE)
            out.flush()
            os.fsync(out.fileno())
        packed.replace(file)
    return manifest


def restore(settings: Settings, file: Path, *, overwrite: bool = False) -> dict[str, Any]:
    """Bring a backup back into an empty home (and store), or over what is there with `overwrite`.

    Answers the manifest with `reindex: True`: the index knows nothing of it yet, and `held`: how many messages to owners of
    alerts waited when the backup was made. They are parked, since they may have been sent since. Raises InputError for what is no
    backup or a damaged one, StoreError when something is there already or the schema is newer than we know. Nothing is
    changed before all of the file has been read and checked.
    """
    target = _target(settings)
    if target is not None and (busy := living(target.parent / "workers")):
        raise StoreError(
            f"The store is in use by {', '.join(busy)}.",
            "End these processes (the name begins with their number) first.",
        )
    if not overwrite:
        _refuse_full(settings, target)
    settings.home.mkdir(parents=True, exist_ok=True)
    with _disk(settings.home), tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as name:
        folder = Path(name)
        with _readable(file) as packed:
            manifest = _unpack(file, packed, folder)
        _check(file, manifest, folder / DATABASE)
        _put_archive(folder / ARCHIVE, settings.home / ARCHIVE)
        if (key := folder / KEY_FILE).is_file():
            key.chmod(0o600)
            key.replace(settings.home / KEY_FILE)
        if target is not None:
            _put_file(folder / DATABASE, target)
        else:
            _copy_in(settings, folder / DATABASE, overwrite)
    with Store.open(settings) as store, store.write() as tx:
        domain, now = deliveries.domain(settings.mail_from), datetime.now(UTC)
        bulletins.hold_restored(tx, domain, now)
        held = deliveries.hold_restored(tx, domain, now)
    return manifest | {"reindex": True, "held": held}


def _copy_out(store: Store, target: Path) -> dict[str, int]:
    """The database as one SQLite file of one moment; how many rows each table has."""
    if store.file is not None:
        with (
            explained(),
            closing(sqlite3.connect(store.file, timeout=60)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            names = [table.name for table in metadata.sorted_tables]
            return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    with store.read() as source_tx, _plain_store(target) as other, other.write() as tx:
        return _copy_tables(source_tx, tx)


def _copy_in(settings: Settings, source: Path, overwrite: bool) -> None:
    with Store.open(settings) as store, _plain_store(source) as other, other.read() as source_tx, store.write() as tx:
        for table in reversed(metadata.sorted_tables):
            if overwrite:
                tx.execute(table.delete())
        _copy_tables(source_tx, tx)
        for table in metadata.sorted_tables:
            column = table.autoincrement_column
            if column is not None and isinstance(column.type, Integer):
                last = select(func.max(column)).scalar_subquery()
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                tx.execute(select(func.setval(sequence, func.coalesce(last, 1))))


@contextmanager
def _plain_store(file: Path) -> Iterator[Store]:
    """An SQLite store in a file, left as a single file without its write-ahead log."""
    url = f"sqlite:///{file}"
    home = Settings.load({"PUTUTU_HOME": str(file.parent / "home"), "PUTUTU_STORE": url})
    with Store.open(home) as store:
        yield store
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy_tables(source: Connection, target: Connection) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table in metadata.sorted_tables:
        counts[table.name] = 0
        with source.execution_options(yield_per=BATCH).execute(select(table)) as rows:
            for part in rows.mappings().partitions(BATCH):
                target.execute(table.insert(), [dict(row) for row in part])
                counts[table.name] += len(part)
    return counts


def _pack(out: IO[bytes], manifest: Mapping[str, Any], database: Path, pages: Path | None, key: Path) -> None:
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as tar:
        said = json.dumps(manifest, indent=1).encode()
        about = tarfile.TarInfo(MANIFEST)
        about.size = len(said)
        tar.addfile(about, BytesIO(said))
        tar.add(database, DATABASE)
        if key.is_file():
            tar.add(key, KEY_FILE)
        for page in sorted(pages.rglob("*")) if pages else ():
            if page.is_file() and not page.is_symlink():
                with page.open("rb") as content:
                    info = tar.gettarinfo(
                        arcname=f"{ARCHIVE}/{page.relative_to(pages or page).as_posix()}", fileobj=content
                    )
                    tar.addfile(info, content)


def _unpack(file: Path, packed: IO[bytes], folder: Path) -> dict[str, Any]:
    """Unpack into the folder and answer the manifest. Only the names we write are taken, only as plain files."""
    manifest: dict[str, Any] | None = None
    with tarfile.open(fileobj=packed, mode="r:gz") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.is_absolute() or ".." in path.parts or "\\" in member.name:
                raise InputError(
                    f"{file} holds {member.name!r}, which no backup of ours does.",
                    "Name a file made by `pututu backup`.",
                )
            content = tar.extractfile(member)
            if content is None or (member.name not in (MANIFEST, DATABASE, KEY_FILE) and path.parts[0] != ARCHIVE):
                raise InputError(
                    f"{file} holds {member.name!r}, which no backup of ours does.",
                    "Name a file made by `pututu backup`.",
                )
            if member.name == MANIFEST:
                manifest = json.loads(content.read(LARGEST_MANIFEST))
                continue
            target = folder.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                while block := content.read(1 << 20):
                    out.write(block)
    if not isinstance(manifest, dict) or not (folder / DATABASE).is_file():
        raise InputError(
            f"{file} is no backup: it has no manifest or no database.", "Name a file made by `pututu backup`."
        )
    return manifest


def _check(file: Path, manifest: Mapping[str, Any], database: Path) -> None:
    if manifest.get("format") != FORMAT:
        raise StoreError(
            f"{file} is a backup of format {manifest.get('format')!r}; this release reads {FORMAT}.",
            "Install a newer release.",
        )
    try:
        with closing(sqlite3.connect(database)) as connection:
            sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            counts = {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                for name in ("documents", "hits")
            }
    except (sqlite3.Error, TypeError) as error:
        raise InputError(f"{file}: its database is damaged ({error}).", "Use another backup.") from error
    if not sound or any(manifest.get("counts", {}).get(name) != number for name, number in counts.items()):
        raise InputError(f"{file}: its database is damaged or not the one it was packed with.", "Use another backup.")
    migrations.refuse_unknown(schema)


def _target(settings: Settings) -> Path | None:
    return Path(settings.store.removeprefix("sqlite:///")) if settings.store.startswith("sqlite:///") else None


def _refuse_full(settings: Settings, target: Path | None) -> None:
    mend = "Restore into another PUTUTU_HOME, or say --overwrite to put it over what is there."
    pages = settings.home / ARCHIVE
    if pages.is_dir() and any(pages.iterdir()):
        raise StoreError(f"{pages} is not empty.", mend)
    if target is not None:
        if target.exists():
            raise StoreError(f"There is a store already: {target}.", mend)
        return
    with Store.open(settings) as store, store.read() as tx:
        if any(tx.execute(select(text("1")).select_from(table).limit(1)).first() for table in metadata.sorted_tables):
            raise StoreError("There is a store already in this database.", mend)


def _put_archive(source: Path, target: Path) -> None:
    for page in sorted(source.rglob("*")) if source.is_dir() else ():
        if page.is_file():
            place = target / page.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            page.replace(place)


def _put_file(source: Path, target: Path) -> None:
    """The database in its place; a log of the one it replaces must not be read into it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    moved = target.with_name(target.name + ".restored")
    with source.open("rb") as content, moved.open("wb") as out:
        while block := content.read(1 << 20):
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    moved.replace(target)


@contextmanager
def _disk(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{place} cannot be written ({error}).", "Check its folder, its rights and the free space."
        ) from error


@contextmanager
def _readable(file: Path) -> Iterator[IO[bytes]]:
    try:
        packed = file.open("rb")
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error}).", "Name a readable file.") from error
    with packed:
        try:
            yield packed
        except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
            raise InputError(
                f"{file} is no backup or a damaged one ({error}).", "Name a file made by `pututu backup`."
            ) from error
