"""A bound on the computing time of a block, so that one hostile document holds up neither its batch nor the queue."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 30.0
"""Computing time that all plain steps of one document may take together: 2 MB of names take some 15 s."""

AGAIN = 0.5


class TooLong(Exception):
    """The block took all of its time."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooLong within the block once this process has computed for so many seconds in it.

    The clock is the processor's (`ITIMER_VIRTUAL`), so that a busy machine or a suspended one is no document's fault.
    It is raised again every AGAIN seconds until the block ends: Python drops what is raised within a finaliser or a callback
    of its garbage collector. Signals reach the main thread alone: in any other the block runs unbounded (stages and workers run in the main one).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _end)
    signal.setitimer(signal.ITIMER_VIRTUAL, max(seconds, 0.001), AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise TooLong
