"""Debian's rule-based translator (apertium-eng-spa) as a pipeline that stays open; what is said to it is in `superblanks.py`.

A separate program under the GPL: it is run, not linked. Its traps are listed in reference/nlp.md section 2; each is a test.
"""

import contextlib
import os
import select
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from core.errors import UnavailableError
from enrich import superblanks
from enrich.protecting import Protect

APERTIUM_MODE = Path("/usr/share/apertium/modes/spa-eng.mode")

_MOST_HUNG = 2
"""Lines of one text that may hang the rules before the engine itself is held to be gone."""


class Apertium:
    """Debian's apertium-eng-spa as a pipeline of its stages that stays open (reference/nlp.md section 2).

    The `apertium -z` wrapper never lets an answer go, so the stages of the mode file are run here. Each request ends in two
    NULs because lttoolbox flushes one late; a request that is not answered in time ends the pipeline, which starts again.
    """

    name = "apertium"

    def __init__(self, protect: Protect | None = None, *, mode: Path = APERTIUM_MODE, timeout: float = 20.0) -> None:
        self._protect, self._mode, self._timeout = protect, mode, timeout
        self._stages: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._pid = os.getpid()

    @property
    def version(self) -> str:
        """The rules' own age: the mode's compiled dictionaries change with the Debian package."""
        return f"{superblanks.VERSION}:{int(self._mode.stat().st_mtime) if self._mode.exists() else 0}"

    @staticmethod
    def installed(mode: Path = APERTIUM_MODE) -> bool:
        """Whether the language pair and its programs are there."""
        return mode.is_file() and all(
            shutil.which(program)
            for program in (
                "lt-proc",
                "apertium-tagger",
                "apertium-pretransfer",
                "lrx-proc",
                "apertium-transfer",
                "apertium-interchunk",
                "apertium-postchunk",
            )
        )

    def translate(self, texts: Sequence[str]) -> list[str]:
        """See `Translator`. A text that hangs the rules is done line by line, a line that hangs them left in Spanish.

        Raises UnavailableError where the pair is missing or no line is answered.
        """
        with self._lock:
            return [self._text(text) for text in texts]

    def _text(self, text: str) -> str:
        if not text.strip():
            return text
        try:
            return self._ask(text)
        except TimeoutError:
            self._stop()
        lines, hung = [], 0
        for line in text.split("\n"):
            try:
                lines.append(self._ask(line) if line.strip() else line)
            except TimeoutError:
                self._stop()
                hung += 1
                if hung > _MOST_HUNG or text.strip() == line.strip():
                    raise UnavailableError("Apertium does not answer.", "It is tried again later.") from None
                lines.append(line)
        return "\n".join(lines)

    def _ask(self, text: str) -> str:
        request = superblanks.encode(text, self._protect).encode("utf-8") + b"\0\0"
        limit = self._timeout + len(request) / 20_000
        return superblanks.decode(self._exchange(request, limit).decode("utf-8", "replace"), text)

    def _exchange(self, request: bytes, limit: float) -> bytes:
        """Write a request and read its answer; both at once, since neither pipe holds a long text."""
        stages = self._started()
        assert stages[0].stdin is not None and stages[-1].stdout is not None
        source, sink = stages[0].stdin.fileno(), stages[-1].stdout.fileno()
        answer, ends, sent, deadline = bytearray(), 0, 0, time.monotonic() + limit
        while ends < 2:
            wait = deadline - time.monotonic()
            if wait <= 0:
                raise TimeoutError("apertium did not answer")
            readable, writable, _ = select.select([sink], [source] if sent < len(request) else [], [], wait)
            try:
                if writable:
                    sent += os.write(source, request[sent : sent + 65536])
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise TimeoutError("apertium ended") from error
            if readable:
                chunk = os.read(sink, 65536)
                if not chunk:
                    raise TimeoutError("apertium ended")
                answer += chunk
                ends += chunk.count(0)
        return bytes(answer[: answer.index(0)])

    def _started(self) -> list[subprocess.Popen[bytes]]:
        if self._pid != os.getpid():  # a fork shares the parent's pipes: leave them to it
            self._stages, self._pid = [], os.getpid()
        if self._stages and all(stage.poll() is None for stage in self._stages):
            return self._stages
        self._stop()
        if not self.installed(self._mode):
            raise UnavailableError(
                "Apertium's Spanish-English pair is not installed.", "Install the Debian package apertium-eng-spa."
            )
        for command in stages(self._mode.read_text("utf-8")):
            before = self._stages[-1].stdout if self._stages else None
            self._stages.append(
                subprocess.Popen(
                    command, stdin=before or subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            )
            if before is not None:
                before.close()
        assert self._stages[0].stdin is not None
        os.set_blocking(self._stages[0].stdin.fileno(), False)
        return self._stages

    def _stop(self) -> None:
        for stage in self._stages:
            stage.kill()
        for stage in self._stages:
            stage.wait()
            for pipe in (stage.stdin, stage.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        self._stages = []

    def close(self) -> None:
        """End the processes."""
        if self._pid == os.getpid():
            self._stop()

    def __del__(self) -> None:
        """No process outlives its engine; at the interpreter's own end they see their input close."""
        if not sys.is_finalizing():
            self.close()


def stages(mode: str) -> list[list[str]]:
    """The commands of an Apertium mode file, each reading and writing NUL-ended texts, unknown words unmarked."""
    commands = []
    for stage in mode.strip().split("|"):
        words = [{"$1": "-n"}.get(word, word) for word in shlex.split(stage) if word != "$2"]
        commands.append([words[0], "-z", *words[1:]])
    return commands
