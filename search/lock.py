"""A lock on a folder that vanishes with its process and names who holds it."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.errors import StoreError, UnavailableError


class Lock:
    """A right that one process has, such as writing in a folder; others wait a while and are then told by whom it is held."""

    def __init__(
        self,
        file: Path,
        what: str,
        held: str = "is being written by",
        mend: str = "Try again when it is done, or stop it.",
    ) -> None:
        self.file, self.what, self.held, self.mend = file, what, held, mend
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
                whom = _named(handle)
                handle.close()
                raise UnavailableError(f"{self.what} {self.held} {whom}.", self.mend)
            time.sleep(0.05)
        with suppress(OSError):  # the name is for people: a full disk takes no lock away
            os.ftruncate(handle.fileno(), 0)
            os.write(handle.fileno(), str(os.getpid()).encode())
        self._held = handle

    def holder(self) -> str | None:
        """Who has it now, `process N`; None where nobody has."""
        if not self.file.exists():
            return None
        with self.file.open(encoding="utf-8") as handle:
            return None if _locked(handle) else _named(handle)

    def free(self) -> None:
        """Give the lock back; the file stays, so that nobody locks one that is gone."""
        if self._held:
            with suppress(OSError):
                self._held.truncate(0)
            self._held.close()
            self._held = None


def _named(handle: IO[str]) -> str:
    handle.seek(0)
    number = handle.read(20).strip()
    return f"process {number}" if number else "another process"


def _locked(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
