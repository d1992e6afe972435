"""`pututu up` as a process over the loopback site: a page within seconds, a graceful end in mid-crawl, one daemon a home."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from cli.service import _Teller
from store import runs
from store.database import Store

LISTENS = re.compile(r"The page is at (http://\S+)")
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked at in /proc")


@pytest.fixture
def store_url() -> str:
    """SQLite in the home: that both databases do the same is tested in `tests/store` and by the kills."""
    return ""


class Up:
    """The daemon's process, and what it says on its standard error."""

    def __init__(self, flow: Any, said: Path, **extra: str) -> None:
        self.said = said
        environment = flow.environment() | {"PUTUTU_BIND": "127.0.0.1:0"} | extra
        line = [sys.executable, "-m", "cli", "up"]
        self._out: IO[bytes] = said.open("wb")
        self.process = subprocess.Popen(
            line, env=environment, stderr=self._out, stdout=self._out, start_new_session=True
        )

    def address(self) -> str:
        """Where the page is, once it says so."""
        wait_until(lambda: LISTENS.search(self.text()) or self.process.poll() is not None, 60)
        found = LISTENS.search(self.text())
        assert found, self.text()
        return found[1]

    def text(self) -> str:
        return self.said.read_text("utf-8")

    def end(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def close(self) -> None:
        """Whatever a failed test left running of this daemon's own session."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self._out.close()


@pytest.fixture
def up(flow: Any, tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts a daemon on the flow's home; all are ended after the test."""
    started: list[Up] = []

    def start(**extra: str) -> Up:
        started.append(Up(flow, tmp_path / f"said-{len(started)}", **extra))
        return started[-1]

    flow.alone()
    yield start
    for one in started:
        one.close()


def wait_until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to that in time"
        time.sleep(0.05)


def pages(flow: Any) -> Counter[str]:
    """How often each article was asked for."""
    asked = flow.asked("/faro/")
    return Counter({path: number for path, number in asked.items() if "-noticia-" in path})


def get(address: str) -> tuple[int, str]:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.status, answer.read().decode("utf-8")


def family(pid: int) -> list[int]:
    """A process and all that descend from it, living."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        left += parents.get(found[-1], [])
    return found


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def complete(flow: Any) -> None:
    """What holds once a run came to its end: everything the feed shows, once, and mailed once."""
    flow.slowly(0.0)
    done = flow.command("run", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    urls = flow.documents()
    assert len(urls) == len(set(urls)) >= 20
    assert set(flow.states("frontier")) <= {("extracted",)}
    assert flow.states("work") == {(kind, "done"): len(urls) for kind in ("enrich", "index", "match")}
    assert set(flow.told().values()) == {1} and len(flow.told()) == len(urls)
    assert flow.command("search", "source:faro", "--count").stdout == f"{len(urls)}\n"


def test_the_page_is_there_while_the_crawl_goes_on_behind_it(flow: Any, up: Callable[..., Up]) -> None:
    flow.slowly(1.0)
    began = time.monotonic()
    daemon = up()
    address = daemon.address()
    assert get(f"{address}/healthz")[0] == 200
    assert time.monotonic() - began < 20
    assert "</html>" in get(f"{address}/?lang=es")[1]
    wait_until(lambda: pages(flow))
    assert daemon.process.poll() is None and flow.states("frontier")[("pending",)] > 0, (
        "the crawl is over before the page"
    )
    assert daemon.end() == 0, daemon.text()


@needs_proc
@pytest.mark.parametrize(
    "whom",
    [
        "all of it, as systemd does",
        pytest.param("the daemon", marks=pytest.mark.long),
        pytest.param("the group, as Ctrl-C does", marks=pytest.mark.long),
    ],
)
def test_an_end_in_mid_crawl_loses_and_doubles_nothing(flow: Any, up: Callable[..., Up], whom: str) -> None:
    flow.slowly(0.3)
    daemon = up()
    wait_until(lambda: len(pages(flow)) >= 4)
    processes = family(daemon.process.pid)
    assert len(processes) >= 3, "the crawl is not under way"
    began = time.monotonic()
    match whom:
        case "the daemon":
            daemon.process.send_signal(signal.SIGTERM)
        case "the group, as Ctrl-C does":
            os.killpg(daemon.process.pid, signal.SIGINT)
        case _:
            for pid in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
    assert daemon.process.wait(60) == 0, daemon.text()
    assert time.monotonic() - began < 35
    wait_until(lambda: not any(map(is_alive, processes)), 10)
    assert "Traceback" not in daemon.text() and "failed" not in daemon.text()
    with Store.open(flow.settings) as store, store.read() as tx:
        (collect,) = runs.recent(tx, 10, "collect")
    assert collect.state == "interrupted"
    assert flow.states("frontier")[("pending",)] > 0, "it did not end in mid-crawl"
    assert ("parked",) not in flow.states("frontier")
    complete(flow)
    assert set(pages(flow).values()) == {1}, "what had landed was asked for again"


@needs_proc
def test_killed_it_leaves_no_process_and_loses_nothing(flow: Any, up: Callable[..., Up]) -> None:
    flow.slowly(0.3)
    daemon = up()
    wait_until(lambda: len(pages(flow)) >= 4)
    processes = family(daemon.process.pid)
    assert len(processes) >= 3
    daemon.process.kill()
    wait_until(lambda: not any(map(is_alive, processes)), 40)
    complete(flow)


def test_it_does_the_whole_job_by_itself(flow: Any, up: Callable[..., Up]) -> None:
    daemon = up()
    wait_until(flow.letters, 120)
    assert daemon.end() == 0, daemon.text()
    assert set(flow.told().values()) == {1} and len(flow.told()) == len(flow.documents()) >= 20
    assert re.search(r"faro: \d+ listed, \d+ new", daemon.text()) and "failed" not in daemon.text()


def test_a_second_daemon_on_the_home_is_refused_and_the_first_goes_on(flow: Any, up: Callable[..., Up]) -> None:
    first = up()
    address = first.address()
    second = up()
    assert second.process.wait(60) == 1
    assert f"process {first.process.pid}" in second.text() and str(flow.settings.home) in second.text()
    assert "Traceback" not in second.text() and get(f"{address}/healthz")[0] == 200
    first.process.kill()
    first.process.wait(10)
    third = up()  # a home whose daemon was killed is free at once
    assert get(f"{third.address()}/healthz")[0] == 200 and third.end() == 0


@needs_proc
def test_a_port_that_is_taken_is_said_and_nothing_is_left_running(flow: Any, up: Callable[..., Up]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        daemon = up(PUTUTU_BIND=f"127.0.0.1:{taken.getsockname()[1]}")
        assert daemon.process.wait(60) == 1
    assert "PUTUTU_BIND" in daemon.text() and "Traceback" not in daemon.text()
    wait_until(lambda: not is_alive(daemon.process.pid))


def test_what_runs_next_is_told_and_whether_anyone_will_run_it(flow: Any, up: Callable[..., Up]) -> None:
    done = flow.command("schedule", "--json")
    rows = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert {"collect", "process", "refresh", "crawl faro", "crawl rpp"} <= rows.keys()
    assert all(list(row) == ["name", "at", "why"] for row in rows.values())
    assert rows["crawl rpp"]["at"] is None and rows["crawl rpp"]["why"] == "disabled"
    assert rows["crawl faro"]["why"] == "never looked at" and rows["refresh"]["at"].endswith("-05:00")
    moments = [row["at"] for row in rows.values() if row["at"]]
    assert moments == sorted(moments)
    assert "pututu up" in done.stderr, "nobody will run it: this is said"
    assert flow.run()["failed"] == []
    daemon = up()
    daemon.address()
    done = flow.command("schedule")
    assert f"process {daemon.process.pid}" in done.stderr
    assert re.search(r"^\S+-05:00 +crawl faro +every \d+:\d\d:\d\d$", done.stdout, re.MULTILINE)


def test_what_fails_is_said_once_and_when_it_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    teller = _Teller(None, None, or_demo=False)  # type: ignore[arg-type]
    down = {"exit": 0, "index": {"error": "no engine"}, "match": {"documents": 3}, "failed": ["index: no engine"]}
    up = {"exit": 0, "index": {"indexed": 3, "failed": 0}, "failed": []}
    said = []
    for receipt in (down, down, up, up, {"exit": -9, "error": "the process was ended by signal 9 (Killed)"}, down):
        teller.told("process", receipt)
        said.append([line[9:] for line in capsys.readouterr().err.splitlines()])
    assert said == [
        ["process: 3 documents", "process failed: index: no engine"],
        ["process: 3 documents"],
        ["process: 3 indexed", "process works again."],
        ["process: 3 indexed"],
        ["process failed: the process was ended by signal 9 (Killed)"],
        ["process: 3 documents", "process failed: index: no engine"],
    ]
