"""A stretch of days of a source's past, as it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.time import day_bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The days in Lima that are asked for, inclusive. `sample`: read only so many listings, for an estimate, and fetch
    nothing. `undated`: fetch also what says no date. `new`: the bounded first look at a new source."""

    first: date
    last: date
    sample: int | None = None
    undated: bool = False
    new: bool = False

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first instant, and the first one after it."""
        return day_bounds(self.first)[0], day_bounds(self.last)[1]

    def to_json(self) -> dict[str, Any]:
        """For the crawl child."""
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "sample": self.sample,
            "undated": self.undated,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Past":
        """The inverse of `to_json`."""
        first, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
        return cls(first=first, last=last, sample=row["sample"], undated=row["undated"])
