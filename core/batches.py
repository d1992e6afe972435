"""Things in batches that are bounded by their number and by their room."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def bounded(items: Iterable[Item], most: int, room: int, size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """In their order, at most so many and so much room together; one that is larger goes alone."""
    batch: list[Item] = []
    taken = 0
    for item in items:
        needed = size(item)
        if batch and (len(batch) >= most or taken + needed > room):
            yield batch
            batch, taken = [], 0
        batch.append(item)
        taken += needed
    if batch:
        yield batch
