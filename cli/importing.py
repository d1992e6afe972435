"""What `pututu import` reads and what it tells of what it left out: the first ones with place and mend, all of them by reason."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from cli.output import note
from core.document import Arrival, Document
from core.errors import InputError
from core.settings import Settings
from crawler import catalog
from crawler.imports import Known, LeftOut, Noted, read

SHOWN = 20
"""Refusals that are named on stderr; the rest is in the counts, and in the file of `--rejects`."""


class Report:
    """What an import left out, counted by reason; each is written to a file where one is wanted."""

    def __init__(self, file: IO[str] | None = None) -> None:
        self.reasons: Counter[str] = Counter()
        self.refused = self.skipped = 0
        self._shown: list[str] = []
        self._file = file

    @classmethod
    @contextmanager
    def to(cls, rejects: str | None) -> Iterator["Report"]:
        """A report that keeps everything in the file `rejects`, if one is named."""
        if rejects is None:
            yield cls()
            return
        try:
            file = Path(rejects).open("w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115 - closed below
        except OSError as error:
            raise InputError(f"{rejects} cannot be written: {error.strerror}.", "Name another file.") from error
        with file:
            yield cls(file)

    def add(self, one: LeftOut) -> None:
        """Count it, keep it."""
        self.reasons[one.kind] += 1
        self.skipped += one.expected
        self.refused += not one.expected
        if not one.expected and len(self._shown) < SHOWN:
            self._shown.append(one.reason if one.reason.startswith(one.file) else f"{one.place}: {one.reason}")
        if self._file is not None:
            self._file.write(json.dumps(one.to_json(), ensure_ascii=False) + "\n")

    def to_json(self) -> dict[str, Any]:
        """The part of the receipt: refused are rows that should have been documents, skipped what no document is made of."""
        return {"refused": self.refused, "skipped": self.skipped, "reasons": dict(self.reasons.most_common())}

    def tell(self) -> None:
        """For the person, on stderr."""
        for line in self._shown:
            note(line)
        if self.refused > len(self._shown):
            note(f"... and {self.refused - len(self._shown)} more were refused; --rejects FILE keeps them all.")
        if self.reasons:
            note("Left out: " + ", ".join(f"{number} {kind}" for kind, number in self.reasons.most_common()) + ".")


def incoming(files: Sequence[str], settings: Settings, arrival: Arrival, report: Report) -> Iterator[Document]:
    """The documents of all files, one file after the other; a file that cannot be opened is refused, the others are read."""
    known = Known(catalog.load(settings.sources_dir))
    for file in files:
        try:
            with _open(file) as stream:
                found = read(Path(file), stream, arrival=arrival, now=datetime.now(UTC), known=known, archive=settings.home / "archive")  # fmt: skip
                for one in found:
                    if isinstance(one, LeftOut):
                        report.add(one)
                    elif isinstance(one, Noted):
                        note(f"{one.file}: {one.what}.")
                    else:
                        yield one
        except OSError as error:
            reason = f"{file} cannot be read: {error.strerror or error}. Name a readable file, or - for standard input."
            report.add(LeftOut(file=file, kind="the file cannot be read", reason=reason))


def _open(file: str) -> IO[bytes]:
    return sys.stdin.buffer if file == "-" else Path(file).open("rb")
