"""`pututu import` as a user meets it: what it tells of what it left out, and what a kill in the middle leaves."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    return kept | {"PUTUTU_HOME": str(tmp_path / "home"), "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(ROOT)}


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def call(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "cli", *arguments]
        done = subprocess.run(line, input=stdin, capture_output=True, env=environment, timeout=120, check=False)
        return subprocess.CompletedProcess(line, done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


def rows(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {"url": f"https://ribera.example/{n}", "title": f"Vecinos acuerdan obra {n}", "outlet": "ribera", "date": "2026-11-20"}
        for n in range(start, start + count)
    ]  # fmt: skip


def written(path: Path, items: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    return str(path)


def test_what_is_left_out_is_counted_by_reason_and_kept_in_a_file(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.csv"
    written(good, rows(3))
    bad.write_text("url;título\nhttps://b.example/1;Uno\n;Sin dirección\nhttps://b.example/2;a;b\nhttps://b.example/3;Tres\n", "cp1252")  # fmt: skip
    missing = str(tmp_path / "missing.jsonl")
    done = run("import", str(good), missing, str(bad), "--json", "--rejects", str(tmp_path / "left.jsonl"))
    assert done.returncode == 1
    receipt = json.loads(done.stdout)
    assert (receipt["new"], receipt["refused"], receipt["skipped"]) == (5, 3, 0), "the others were read"
    assert receipt["reasons"] == {"the file cannot be read": 1, "no url": 1, "no CSV": 1}
    assert f"{missing} cannot be read" in done.stderr and f"{bad}:3" in done.stderr and f"{bad}:4" in done.stderr
    assert "Windows-1252" in done.stderr and "1 no url" in done.stderr
    left = [json.loads(line) for line in (tmp_path / "left.jsonl").read_text("utf-8").splitlines()]
    assert [(one["file"], one["line"], one["kind"]) for one in left] == [
        (missing, None, "the file cannot be read"), (str(bad), 3, "no url"), (str(bad), 4, "no CSV"),
    ]  # fmt: skip
    assert left[1]["row"] == ";Sin dirección" and set(left[0]) == set(left[1])


def test_many_refusals_are_not_all_printed_but_all_counted(run: Run, tmp_path: Path) -> None:
    done = run("import", "-", stdin=b"no\n" * 500)
    assert done.returncode == 1 and "480 more" in done.stderr and "500 no JSON object" in done.stderr
    assert len(done.stderr.splitlines()) < 25


def test_what_a_warc_holds_beside_articles_is_no_failure(run: Run, tmp_path: Path) -> None:
    def record(type: str, content: bytes) -> bytes:
        head = f"WARC/1.0\r\nWARC-Type: {type}\r\nWARC-Target-URI: https://ribera.example/{type}\r\nWARC-Date: 2026-11-20T10:00:00Z\r\nContent-Length: {len(content)}\r\n\r\n"
        return gzip.compress(head.encode() + content + b"\r\n\r\n")

    body = "<html><head><title>Vecinos acuerdan obra</title></head><body><article><h1>Vecinos acuerdan obra</h1>" + "<p>El gremio de panaderos acordó pedir una reunión antes de la feria del barrio.</p>" * 6 + "</article></body></html>"  # fmt: skip
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body.encode()
    file = tmp_path / "crawl.warc.gz"
    file.write_bytes(record("request", b"GET / HTTP/1.1\r\n\r\n") + record("response", page) + record("revisit", b""))
    done = run("import", str(file), "--json")
    assert done.returncode == 0, done.stderr
    receipt = json.loads(done.stdout)
    assert (receipt["new"], receipt["refused"], receipt["skipped"]) == (1, 0, 2)
    assert "1 a repeated response (revisit)" in done.stderr
    file.write_bytes(file.read_bytes()[:-30])
    done = run("import", str(file), "--json")
    assert (
        done.returncode == 1
        and json.loads(done.stdout)["same"] == 1
        and "crawl.warc.gz record 3 at byte" in done.stderr
    )


def test_a_file_for_the_rejects_that_cannot_be_written_stops_it_before_it_begins(run: Run, tmp_path: Path) -> None:
    done = run("import", written(tmp_path / "x.jsonl", rows(1)), "--rejects", str(tmp_path / "no" / "left"))
    assert done.returncode == 1 and "cannot be written" in done.stderr and not (tmp_path / "home").exists()


def test_an_import_stands_in_the_run_history(run: Run, tmp_path: Path) -> None:
    run("import", written(tmp_path / "x.jsonl", rows(2)))
    (last,) = [json.loads(line) for line in run("runs", "--json").stdout.splitlines()]
    assert (last["kind"], last["state"], last["receipt"]["new"]) == ("import", "done", 2)


def test_kill_9_in_mid_import_and_again_gives_exactly_all(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    count = 6000
    file = written(tmp_path / "x.jsonl", rows(count))
    stored, deadline = 0, time.monotonic() + 60
    killed = 0
    while killed < 3:
        line = [sys.executable, "-m", "cli", "import", file]
        process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = stored
        while process.poll() is None and stored < before + 1000 and time.monotonic() < deadline:
            stored = _count(tmp_path / "home")
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        killed += process.wait(30) == -signal.SIGKILL
        assert time.monotonic() < deadline, "it was not killed in the middle in time"
    assert 0 < _count(tmp_path / "home") < count
    receipt = json.loads(run("import", file, "--json").stdout)
    assert receipt["new"] + receipt["same"] == count and receipt["refused"] == 0
    assert _count(tmp_path / "home") == count
    assert json.loads(run("import", file, "--json").stdout)["same"] == count
    assert _count(tmp_path / "home", "work") == count, "and each waits once to be enriched"


def _count(home: Path, table: str = "documents") -> int:
    import sqlite3

    try:
        with sqlite3.connect(f"file:{home / 'pututu.sqlite'}?mode=ro", uri=True) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
