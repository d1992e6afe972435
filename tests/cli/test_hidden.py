"""`pututu hidden`: the whole way of a number, from an imported page to the one command that finds it."""

import json
import sqlite3
from pathlib import Path

from .test_commands import Run, run  # noqa: F401

ROWS = (
    {"url": "https://c.example/1", "title": "Piden cupo desde el 987 654 321", "source": "c", "published": "2026-11-20",
     "text": "El chofer recibió mensajes del (+51) 987-654-321 y denunció que lo siguen."},
    {"url": "https://c.example/2", "title": "Roban un auto de placa ABC-123", "source": "c"},
)  # fmt: skip


def fill(run: Run, tmp_path: Path, *stages: str) -> None:  # noqa: F811
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS), "utf-8")
    for arguments in (["import", str(file)], *([stage] for stage in stages)):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr


def test_a_number_is_found_by_its_hash_alone(run: Run, tmp_path: Path) -> None:  # noqa: F811
    fill(run, tmp_path, "enrich")
    found = run("hidden", "-", "abc 123", "--json", stdin="+51 987654321\n\n")
    assert found.returncode == 0, found.stderr
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert [(row["value"], row["kinds"], row["url"]) for row in rows] == [
        ("+51 987654321", ["phone"], ROWS[0]["url"]), ("abc 123", ["plate"], ROWS[1]["url"]),
    ]  # fmt: skip
    assert "under another" not in found.stderr
    with sqlite3.connect(tmp_path / "home" / "pututu.sqlite") as tx:
        digests = [digest for (digest,) in tx.execute("SELECT digest FROM hidden")]
    shown = run("show", rows[0]["id"], "--json").stdout
    assert "987 654 321" in shown, "the command line on this machine is not masked"
    assert len(digests) == 2 and not any(digest in shown for digest in digests), "hashes leave by no face"


def test_the_index_has_no_such_word_and_search_says_where_to_look(run: Run, tmp_path: Path) -> None:  # noqa: F811
    fill(run, tmp_path, "enrich", "index")
    asked = run("search", '"987 654 321" OR ABC-123')
    assert asked.stdout == "" and "pututu hidden" in asked.stderr
    assert run("search", "cupo", "--count").stdout.strip() == "1"


def test_another_key_is_told_and_mended(run: Run, tmp_path: Path) -> None:  # noqa: F811
    fill(run, tmp_path, "enrich")
    (tmp_path / "home" / "hidden.key").write_text("00" * 32, "ascii")
    told = run("hidden", "987654321")
    assert (
        told.returncode == 0 and "No document carries it." in told.stderr and "2 documents were tagged" in told.stderr
    )
    assert run("enrich", "--stale").returncode == 0
    mended = run("hidden", "987654321")
    assert "tagged before" not in mended.stderr and ROWS[0]["url"] in mended.stdout


def test_what_is_no_number_is_an_error_with_its_mend(run: Run) -> None:  # noqa: F811
    told = run("hidden", "paro")
    assert told.returncode == 1 and "Write it as it may be printed" in told.stderr
