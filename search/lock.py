"""A lock on a folder that vanishes with its process and names who holds it."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.errors import StoreError, UnavailableError


class Lock:
    """The right to write in a folder. One process has it; others wait a while and are then told by whom it is held."""

    def __init__(self, file: Path, what: str) -> None:
        self.file, self.what = file, what
        self._held: IO[str] | None = None

    def take(self, patience: float = 30.0) -> None:
        """Take the lock, waiting `patience` seconds at most. Raises UnavailableError naming the holder."""
        if self._held:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle = self.file.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"{self.file.parent} cannot be written ({error.strerror}).", "Check its owner and the disk."
            ) from error
        deadline = time.monotonic() + patience
        while not _locked(handle):
            if time.monotonic() >= deadline:
                handle.seek(0)
                holder = handle.read(20).strip()
                handle.close()
                whom = f"process {holder}" if holder else "another process"
                raise UnavailableError(
                    f"{self.what} is being written by {whom}.", "Try again when it is done, or stop it."
                )
            time.sleep(0.05)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._held = handle

    def free(self) -> None:
        """Give the lock back; the file stays, so that nobody locks one that is gone."""
        if self._held:
            with suppress(OSError):
                self._held.truncate(0)
            self._held.close()
            self._held = None


def _locked(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
