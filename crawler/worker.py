"""The extraction worker: a process of its own, so that a page that hangs, eats memory or crashes the parser takes nothing along.

It reads jobs from standard input and answers on standard output, as pickles between processes of ours; end of input ends it.
"""

import importlib
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from core import garbage
from core.errors import InputError, NotAnArticleError

Result = tuple[str, Any]
"""`ok` and what the function gave, or `no_article`, `input`, `memory`, `error` and the reason."""


def serve(act: Callable[..., Any], jobs: BinaryIO, answers: BinaryIO, seconds: int = 0) -> None:
    """Answer one job after the other, until there are no more.

    The parent ends a job that takes too long; where the parent is gone, the system does after `seconds` (0: never).
    """
    _answer(answers, ("ready", None))
    while True:
        try:
            arguments = pickle.load(jobs)
        except EOFError:
            return
        signal.alarm(seconds)
        result = attempt(act, arguments)
        signal.alarm(0)
        _answer(answers, result)


def attempt(act: Callable[..., Any], arguments: dict[str, Any]) -> Result:
    """What came of one job. Every failure is an answer: the parent parks the page with the reason and goes on."""
    try:
        return "ok", act(**arguments)
    except NotAnArticleError as error:
        return "no_article", error.reason
    except InputError as error:
        return "input", str(error)
    except MemoryError:
        return "memory", "the page needs more memory than allowed"
    except RecursionError:
        return "error", "the page is nested too deeply"
    except Exception as error:  # noqa: BLE001 - the rim of this process: whatever it is, the parent is told and parks the page
        return "error", f"the extractor failed: {type(error).__name__}: {error}"


def _answer(answers: BinaryIO, result: Result) -> None:
    data = pickle.dumps(result)
    answers.write(len(data).to_bytes(8, "big") + data)
    answers.flush()


def main() -> None:
    """`python -m crawler.worker MODULE:FUNCTION MEGABYTES SECONDS`: standard output is the answers', so prints go to standard error.

    Told to end together with its parent (Ctrl-C, a service manager's SIGTERM to all), it leaves that to the parent, which would
    otherwise take its death for the page's fault.
    """
    name, megabytes, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    module, _, function = name.partition(":")
    act = getattr(importlib.import_module(module), function)
    if megabytes:
        limit = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    garbage.freeze()
    serve(act, sys.stdin.buffer, answers, seconds)


if __name__ == "__main__":
    main()
