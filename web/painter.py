"""Vega-Lite to SVG and PNG in a process of its own.

The renderer (Vega in `vl-convert`) aborts its whole process on some input and may take long on other: in a child, that costs
one chart and not the daemon. The child loads nothing from anywhere, ends with its parent, and is started again when needed.
It reads a line of JSON for each chart and answers with a line `ok LENGTH` or `no LENGTH`, and so many bytes.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal

from core.errors import InputError

Form = Literal["svg", "png"]
PATIENCE = 60.0  # seconds for one chart
ROOT = str(Path(__file__).resolve().parents[1])
PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from web.painter import work; work(sys.stdin.buffer, sys.stdout.buffer)"
# numbers as Peru writes them too: 1,234.5; the words are ours
SETTING: Mapping[str, Any] = {"format_locale": "en-US", "time_format_locale": "en-US", "allowed_base_urls": []}


class Painter:
    """One child that draws, one chart at a time; callers in other threads wait."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def paint(self, form: Form, spec: Mapping[str, Any], scale: float = 1.0) -> bytes:
        """The specification drawn. Raises InputError where it cannot be drawn in time, or at all."""
        with self._lock:
            child, late = self._ready(), threading.Event()
            timer = threading.Timer(self.patience, _give_up, (child, late))
            timer.start()
            try:
                answer = _asked(child, {"form": form, "spec": spec, "scale": scale})
            finally:
                timer.cancel()
            if answer is None:
                self._end()
                reason = "takes too long" if late.is_set() else "cannot be drawn"
                raise InputError(f"The chart {reason}.", "Ask for a shorter time, longer periods or fewer queries.")
        drawn, body = answer
        if not drawn:
            raise InputError(f"The chart cannot be drawn: {body.decode()}", "Ask for the data instead.")
        return body

    @property
    def pid(self) -> int | None:
        """The child's process, None where there is none."""
        return self._child.pid if self._child else None

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, ROOT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                with suppress(OSError):
                    assert pipe
                    pipe.close()
        self._child = None


def _give_up(child: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    child.kill()


def _asked(child: "subprocess.Popen[bytes]", question: Mapping[str, Any]) -> tuple[bool, bytes] | None:
    """The child's answer: whether it was drawn, and the drawing or the reason; None where the child is gone."""
    assert child.stdin and child.stdout
    try:
        child.stdin.write(json.dumps(question).encode() + b"\n")
        child.stdin.flush()
    except OSError:
        return None
    word, _, length = child.stdout.readline().partition(b" ")
    body = child.stdout.read(int(length)) if length.strip().isdigit() else b""
    return (word == b"ok", body) if length.endswith(b"\n") and len(body) == int(length) else None


def work(questions: IO[bytes], answers: IO[bytes]) -> None:
    """The child: draw what comes until the parent is gone."""
    import vl_convert

    with suppress(BrokenPipeError):
        for line in questions:
            asked = json.loads(line)
            spec, word = json.dumps(asked["spec"]), b"ok"
            try:
                if asked["form"] == "svg":
                    body = str(vl_convert.vegalite_to_svg(spec, **SETTING)).encode()
                else:
                    body = bytes(vl_convert.vegalite_to_png(spec, scale=asked["scale"], **SETTING))
            except ValueError as error:
                word, body = b"no", str(error)[:300].encode()
            answers.write(b"%s %d\n%s" % (word, len(body), body))
            answers.flush()


PAINTER = Painter()
