"""What an import left out: the place, the kind (counted) and the reason with its mend; nothing is dropped without one of these."""

from dataclasses import dataclass
from typing import Any

LONGEST_ROW = 20_000
"""Characters of the row itself that are kept in a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A row, record or file that gave no document.

    `line` counts from 1; `record` too, with `offset` the byte at which its gzip member or itself begins. `expected` is
    what any such file holds beside articles (pictures, redirects, repeated responses): it is counted and is no failure.
    """

    file: str
    kind: str
    reason: str
    line: int | None = None
    record: int | None = None
    offset: int | None = None
    url: str | None = None
    row: str | None = None
    expected: bool = False

    @property
    def place(self) -> str:
        """`FILE:LINE`, or `FILE record N at byte M`, or the file alone."""
        if self.line is not None:
            return f"{self.file}:{self.line}"
        return self.file if self.record is None else f"{self.file} record {self.record} at byte {self.offset}"

    def to_json(self) -> dict[str, Any]:
        """As a line of the report: all keys always there."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something done to a file's rows that their owner should know of, e.g. another encoding than UTF-8."""

    file: str
    what: str


def shown(row: bytes | str) -> str:
    """The row as a report keeps it: bounded, readable."""
    text = row.decode("utf-8", "backslashreplace") if isinstance(row, bytes) else row
    return text[:LONGEST_ROW].rstrip("\r\n")
