"""The renderer dies in its own process: one chart is lost, the next is drawn; nothing outlives the program."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import InputError
from web import charts
from web.painter import Painter

ROOT = Path(__file__).resolve().parents[2]
POINT = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a"}}}
NUL = {"data": {"values": [{}]}, "mark": {"type": "text", "text": "a\0b"}}  # aborts the renderer's process


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(patience=60)


def test_what_kills_the_renderer_costs_one_chart(painter: Painter) -> None:
    assert painter.paint("svg", POINT).startswith(b"<svg")
    for _ in range(2):
        with pytest.raises(InputError, match="cannot be drawn"):
            painter.paint("svg", NUL)
        assert painter.paint("png", POINT).startswith(b"\x89PNG")


def test_what_is_no_chart_is_an_error(painter: Painter) -> None:
    with pytest.raises(InputError, match="cannot be drawn"):
        painter.paint("svg", {"mark": "no such mark"})
    assert painter.paint("svg", POINT).startswith(b"<svg")


def test_what_takes_too_long_is_given_up(painter: Painter) -> None:
    painter.paint("svg", POINT)
    assert painter.pid
    os.kill(painter.pid, signal.SIGSTOP)
    painter.patience = 0.5
    with pytest.raises(InputError, match="takes too long"):
        painter.paint("svg", POINT)
    painter.patience = 60
    assert painter.paint("svg", POINT).startswith(b"<svg")


def test_the_child_ends_with_its_parent_even_if_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        f"import time\nfrom web.painter import PAINTER\nPAINTER.paint('svg', {POINT!r})\nprint(PAINTER.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, str(program)], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    for _ in range(100):
        if not _lives(child):
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the painter outlived its parent")


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    "query", ["a\0b", "paro\x08", "x\ufffe\uffff", "\ud800", "\u202e", "🚌", "ñ" * 4000, "{{a}} <b>&amp;"]
)
def test_no_query_breaks_its_chart(query: str) -> None:
    row = {
        "query": query,
        "group": None,
        "start": "2026-03-02",
        "count": 3,
        "total": 9,
        "share": 1 / 3,
        "outage": False,
    }
    other = row | {"query": "otra"}
    for rows in ([row], [row, other], [row, *(row | {"query": str(n)} for n in range(5))]):
        assert charts.svg(charts.trend_chart(rows, title=query)).startswith("<svg")
