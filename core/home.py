"""The data folder as such: the id that tells its files from those of another machine, its keys, and who may move its archive's files."""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import StoreError

ID = re.compile(r"h[0-9a-f]{7}")
RESERVE = 8 * 2**20
"""Bytes that are kept for the day on which the disk is full: a database needs some to be opened at all."""


def home_id(home: Path) -> str:
    """The id of a home, eight characters, made when it is first asked for. Raises StoreError where it cannot be kept."""
    file = home / "id"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make(file)
        text = file.read_text("ascii", "replace").strip()
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written ({error.strerror}).", "Check its rights and the free space."
        ) from error
    if not ID.fullmatch(text):
        raise StoreError(f"{file} is no id of a home: {text[:40]!r}.", "Bring it back from a backup; the names of the archive's files begin with it.")  # fmt: skip
    return text


def _make(file: Path) -> None:
    """Whole or not at all, and the first one wins where two processes begin at once."""
    draft = file.with_name(f"id.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with draft.open("w", encoding="ascii") as out:
            out.write(f"h{secrets.token_hex(4)[:7]}\n")
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def key_of(home: Path, name: str) -> bytes:
    """A secret of this data folder, made where there is none; only its owner may read it.

    Raises StoreError where it can neither be read nor made.
    """
    file = home / name
    try:
        if not file.exists():
            home.mkdir(parents=True, exist_ok=True)
            draft = file.with_suffix(f".{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32), "ascii")
            with suppress(FileExistsError):  # another process was quicker: its key holds
                file.hardlink_to(draft)
            draft.unlink()
        return bytes.fromhex(file.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{file} cannot be used ({error}).", "Check its owner; it holds 64 hexadecimal digits."
        ) from error


@contextmanager
def archive_held(home: Path, *, alone: bool) -> Iterator[None]:
    """While the block runs, no archive file is moved or dropped (`alone=False`), or nobody else counts on that (`alone=True`).

    Waits for the others. Writing new pages needs no leave: their file is locked by who writes it.
    """
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / "archive.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def keep_reserve(home: Path) -> None:
    """Set a little of a disk that has room aside (a hundredth of what is free, at most RESERVE)."""
    file, size = home / "reserve", min(RESERVE, shutil.disk_usage(home).free // 100)
    if not file.exists() and size >= 64 * 1024:
        with file.open("wb") as out:
            os.posix_fallocate(out.fileno(), 0, size)


def spend_reserve(home: Path) -> bool:
    """Give it back to the disk, so that room can be made; False where there was none."""
    try:
        (home / "reserve").unlink()
    except OSError:
        return False
    return True
