"""Signals that wait: what was done outside must be written down before a process heeds that it is to end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ENDINGS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def held() -> Iterator[None]:
    """SIGTERM and SIGINT that come inside the block are answered at its end, as they would have been.

    Handlers belong to the main thread: in any other one nothing is held, and nothing needs to be.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _frame: came.append(number)) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for came_in in dict.fromkeys(came):
            signal.raise_signal(came_in)
