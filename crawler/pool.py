"""A pool of extraction workers with a time and memory limit for each page. A worker that outlives either is replaced.

The standard library's pools cannot end one worker alone, and leave theirs behind when the parent is killed; ours end with their pipe.
"""

import contextlib
import os
import pickle
import queue
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from math import ceil
from typing import Any, Generic, TypeVar

from crawler.worker import Result

J = TypeVar("J")
START_SECONDS = 120.0
ALONE_SECONDS = 10
"""So much longer than its limit a worker whose parent is gone may take: then the system ends it."""
WORTH_A_WORKER = 8
"""So many pages pay for the start of one more process."""


class Pool(Generic[J]):
    """`size` processes that call `function` (`module:name`) with keyword arguments."""

    def __init__(self, function: str, *, size: int, seconds: float, megabytes: int) -> None:
        self._seats = [_Seat(function, seconds, megabytes) for _ in range(max(1, size))]

    def run(self, jobs: Iterable[tuple[J, dict[str, Any]]]) -> Iterator[tuple[J, Result]]:
        """Answers as they come, each with its job's key; every job is answered. Raises RuntimeError when no worker starts."""
        given = list(jobs)
        seats = self._seats[: max(1, -(-len(given) // WORTH_A_WORKER))]
        free: queue.SimpleQueue[_Seat] = queue.SimpleQueue()
        for seat in seats:
            free.put(seat)

        def one(key: J, arguments: dict[str, Any]) -> tuple[J, Result]:
            seat = free.get()
            try:
                return key, seat.ask(arguments)
            finally:
                free.put(seat)

        with ThreadPoolExecutor(len(seats)) as threads:
            futures = [threads.submit(one, key, arguments) for key, arguments in given]
            try:
                for future in as_completed(futures):
                    yield future.result()
            except BaseException:  # we are to stop: what is under way is given up, however long it would take
                for future in futures:
                    future.cancel()
                self.close()
                raise

    def close(self) -> None:
        """End the workers."""
        for seat in self._seats:
            seat.close()

    def __enter__(self) -> "Pool[J]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Seat:
    """One worker process, started when first needed and again after it had to be ended."""

    def __init__(self, function: str, seconds: float, megabytes: int) -> None:
        alone = ceil(seconds) + ALONE_SECONDS
        self._command = [sys.executable, "-m", "crawler.worker", function, str(megabytes), str(alone)]
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, arguments: dict[str, Any]) -> Result:
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(pickle.dumps(arguments))
            process.stdin.flush()
            answer = self._read(process, self._seconds)
        except TimeoutError:
            self.close()
            return "time", f"extraction took longer than {self._seconds:g} seconds"
        except (EOFError, BrokenPipeError):
            code = process.wait(5)
            self.close()
            return "crash", f"the extractor's process died (exit code {code})"
        if answer[0] == "memory":
            self.close()
        return answer

    def _start(self) -> "subprocess.Popen[bytes]":
        environ = os.environ | {"PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
        process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ
        )
        self._process = process
        try:
            self._read(process, START_SECONDS)
        except (TimeoutError, EOFError) as error:
            code = process.poll()
            self.close()
            raise RuntimeError(f"The extraction worker does not start (exit code {code}).") from error
        return process

    def _read(self, process: "subprocess.Popen[bytes]", seconds: float) -> Result:
        assert process.stdout is not None
        until = time.monotonic() + seconds
        size = int.from_bytes(self._bytes(process, 8, until), "big")
        answer: Result = pickle.loads(self._bytes(process, size, until))
        return answer

    def _bytes(self, process: "subprocess.Popen[bytes]", count: int, until: float) -> bytes:
        assert process.stdout is not None
        handle = process.stdout.fileno()
        parts: list[bytes] = []
        while count > 0:
            if not select.select([handle], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(handle, min(count, 2**20))
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(10)
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
