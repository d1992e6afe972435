"""A bound on the computing time of documents that are worked on in turns, so that a hostile one holds up neither its batch nor the queue."""

import signal
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time
from types import FrameType

SECONDS = 30.0
"""Computing time that all plain steps of one document may take together: 2 MB of names take some 15 s."""
_TICK = (0.01, 0.25)
"""Seconds between two looks at the clock, at least and at most."""


class TooLong(BaseException):
    """What is worked on has had all of its time. No `except Exception` on the way stops it."""


class Limit:
    """Charges the time to what is worked on: `current` is its number, None while it is nobody's."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._seen = seconds, process_time()
        self._spent: defaultdict[int, float] = defaultdict(float)
        self.current: int | None = 0

    def tick(self, _number: int, _frame: FrameType | None) -> None:
        """Look at the clock. Raises TooLong, at every look until something else is worked on: Python drops what is raised
        within a finaliser or a callback of its garbage collector.
        """
        now = process_time()
        spent, self._seen = now - self._seen, now
        if self.current is not None:
            self._spent[self.current] += spent
            if self._spent[self.current] >= self._seconds:
                raise TooLong


@contextmanager
def limited(seconds: float) -> Iterator[Limit]:
    """Raise TooLong within the block once this process has computed for so many seconds on one thing.

    The clock is the processor's (`ITIMER_VIRTUAL`), so that a busy machine or a suspended one is no document's fault.
    Signals reach the main thread alone: in any other the block runs unbounded (stages and workers run in the main one).
    """
    limit = Limit(seconds)
    if threading.current_thread() is not threading.main_thread():
        yield limit
        return
    before = signal.signal(signal.SIGVTALRM, limit.tick)
    tick = min(max(seconds / 20, _TICK[0]), _TICK[1])
    signal.setitimer(signal.ITIMER_VIRTUAL, tick, tick)
    try:
        yield limit
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
