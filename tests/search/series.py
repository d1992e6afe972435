"""Series of records by day, for the tests of figures: hand-made, of a press that does not exist."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from core.record import Record

Make = Callable[..., Record]
DAY = timedelta(days=1)
START = date(2026, 3, 2)  # a Monday
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


def series(make: Make, counts: dict[int, int], words: str = "paro", **values: object) -> list[Record]:
    """So many documents with these words on the n-th day, from three outlets in turn."""
    return [
        make(f"{words} {n} {i}", published=NOON + n * DAY, **({"source": f"medio{i % 3}"} | values))
        for n, number in counts.items()
        for i in range(number)
    ]
