"""The receipt of one source in one crawl, and the classes of what can go wrong with a request."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from crawler.due import retry_after

Trouble = Literal["network", "dns", "robots", "blocked", "http", "empty", "invalid", "private", "size", "loop", "moved"]
REFUSALS = frozenset({401, 402, 403, 407, 418, 429, 451})
NEVER = frozenset({"robots", "private", "size"})
"""What trying again does not mend."""
REASONS = 10


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one source gave in this crawl: a part of the receipt."""

    listings: int = 0
    unchanged: int = 0
    listed: int = 0
    new: int = 0
    skipped: int = 0
    undated: int = 0
    fetched: int = 0
    gone: int = 0
    failed: int = 0
    """Pages that could not be had, those that robots.txt or our own rules forbid left out."""
    down: bool = False
    """Whether listings were asked for and none could be had."""
    waiting: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)
    revisions: Counter[str] = field(default_factory=Counter)
    past: Counter[str] = field(default_factory=Counter)

    def trouble(self, kind: str, reason: str) -> None:
        """Count an error and keep its words (the first ten)."""
        self.errors[kind] += 1
        self.tell(reason)

    def tell(self, reason: str) -> None:
        """Keep the words of what should be seen (the first ten)."""
        if len(self.reasons) < REASONS and reason not in self.reasons:
            self.reasons.append(reason)

    def to_json(self) -> dict[str, Any]:
        """As the receipt prints it."""
        counts = (
            "listings",
            "unchanged",
            "listed",
            "new",
            "skipped",
            "undated",
            "fetched",
            "gone",
            "failed",
            "down",
            "waiting",
        )
        revisions, past = ("checked", "changed", "gone", "failed"), ("listings", "listed", "known", "asked", "failed")
        return {name: getattr(self, name) for name in counts} | {
            "errors": dict(self.errors), "reasons": self.reasons,
            "revisions": {name: self.revisions[name] for name in revisions}, "past": {name: self.past[name] for name in past},
        }  # fmt: skip


def kind_of(status: int, wait: datetime | None) -> Trouble:
    """The class of an error status; `wait`: the server said when it may be asked again."""
    return "blocked" if status in REFUSALS or (status == 503 and wait) else "http"


def waiting_time(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the server may be asked again, by its Retry-After; None where it says nothing usable."""
    return retry_after(header(headers, "retry-after"), now)


def header(headers: Mapping[str, str], name: str) -> str | None:
    """The value of a header, whatever its case."""
    return next((value for key, value in headers.items() if key.lower() == name), None)
