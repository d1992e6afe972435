"""`tag` and `translate` on rows as people write them: what was given is kept, what cannot be read costs its own line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pipe(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    environment = kept | {"PUTUTU_HOME": str(home), "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(line, input=stdin, text=True, capture_output=True, env=environment, timeout=120, check=False)


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_that_is_no_document_costs_itself_alone(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"title": "Paro en Comas"}\n{"title": \n\n["title"]\n{"body": ""}\n{"title": {"es": "Paro"}}\n{"text": "Huelga en Puno"}\n', "utf-8")  # fmt: skip
    done = pipe(tmp_path, "tag", str(file))
    assert done.returncode == 1
    assert [(row["title"], row["text"], row["topics"][0]["name"]) for row in rows(done)] == [
        ("Paro en Comas", "", "strike"),
        ("", "Huelga en Puno", "strike"),
    ]
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == [f"{file}:{n}" for n in (2, 4, 5, 6)]


def test_what_only_helps_and_cannot_be_read_is_told_and_left_aside(tmp_path: Path) -> None:
    row = {"title": "Paro en Comas", "published": "ayer nomás", "url": "sin dirección", "source": "radio", "mine": [1]}
    done = pipe(tmp_path, "tag", stdin=json.dumps(row))
    assert done.returncode == 0
    (tagged,) = rows(done)
    assert {key: tagged[key] for key in row} == row
    assert tagged["topics"] and tagged["source"] == "radio"
    assert done.stderr.count("standard input:1: ") == 2 and "ayer nomás" in done.stderr


def test_half_a_pair_of_surrogates_costs_no_other_line(tmp_path: Path) -> None:
    given = [r'{"title": "Paro nacional \ud800 en Lima", "mine": "\udfff"}', '{"title": "Huelga en Puno"}']
    done = pipe(tmp_path, "tag", stdin="\n".join(given))
    assert done.returncode == 0, done.stderr
    assert [row["topics"][0]["name"] for row in rows(done)] == ["strike", "strike"]
    assert rows(done)[0]["mine"] == "\udfff"


def test_what_was_given_is_kept_and_only_tags_are_made_anew(tmp_path: Path) -> None:
    row = {
        "title": "Hoy día soleado", "language": "es", "translation": {"language": "en", "title": "MINE"}, "story": {"id": "s1"},
        "archive": "w.warc.gz:1", "author": ["Ana Rojas"], "topics": [{"name": "strike"}], "section": None, "note": "mía",
    }  # fmt: skip
    (tagged,) = rows(pipe(tmp_path, "tag", stdin=json.dumps(row)))
    assert tagged["topics"] == [] and tagged["section"] is None
    assert {key: tagged[key] for key in row if key != "topics"} == {key: row[key] for key in row if key != "topics"}
    (again,) = rows(pipe(tmp_path, "tag", stdin=json.dumps(tagged)))
    assert again == tagged


@pytest.mark.parametrize("command", ["tag", "translate"])
def test_a_file_that_cannot_be_read_is_one(tmp_path: Path, command: str) -> None:
    for path in (tmp_path / "missing.jsonl", tmp_path):
        done = pipe(tmp_path, command, str(path))
        assert done.returncode == 1 and f"{path} cannot be read" in done.stderr and not done.stdout


def test_utf_16_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"title": "Extorsión en el Callao"}\n', "utf-16")
    assert rows(pipe(tmp_path, "tag", str(file)))[0]["topics"][0]["name"] == "extortion"
