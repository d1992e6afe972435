"""The garbage collector in processes that load much once and then work through many small things."""

import gc

EVERY = (10_000, 5, 5)
"""Objects made before the youngest are looked through, and how often before the older ones are. Python's own 700 costs a
twentieth of the time of enrichment, an eighth of that of joining stories; 50,000 keeps pages' trees until they fill memory."""


RARELY = (100_000, 5, 5)
"""The same for work that leaves few circles behind, as enrichment does: 3 % faster again."""


def seldom(every: tuple[int, int, int] = EVERY) -> None:
    """Look for garbage less often than Python does by itself."""
    gc.set_threshold(*every)


def freeze(every: tuple[int, int, int] = EVERY) -> None:
    """Look through what is loaded once more, and then never again; of what comes, look seldom."""
    gc.collect()
    gc.freeze()
    seldom(every)
