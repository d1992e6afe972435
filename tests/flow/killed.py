"""Run the whole flow, but die by SIGKILL at one point: `killed.py MODULE:NAME before|after NUMBER SLUG...`.

The point is a function of ours, named as its caller sees it; NUMBER is the call at which the process dies. Exit code 0
means that the flow ended before the point was reached so often.
"""

import functools
import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any


def dies(function: Callable[..., Any], when: str, number: int) -> Callable[..., Any]:
    """The function, deadly at its n-th call."""
    calls = 0

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if when == "before" and calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if when == "after" and calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapper


def main() -> None:
    point, when, number, *slugs = sys.argv[1:]
    owner, _, name = point.partition(":")
    holder: Any = importlib.import_module(owner)
    *path, last = name.split(".")
    for part in path:
        holder = getattr(holder, part)
    setattr(holder, last, dies(getattr(holder, last), when, int(number)))

    import pipeline
    from core.settings import Settings
    from store.database import Store

    settings = Settings.load()
    with Store.open(settings) as store:
        pipeline.run(store, settings, slugs)


if __name__ == "__main__":
    main()
