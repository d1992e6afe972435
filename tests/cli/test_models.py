"""`pututu models`: what a user sees of engines and models, and what stops a wrong one."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import root
from core.errors import PututuError

pytest.importorskip("ctranslate2", reason="the extra `translation` is not installed")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PUTUTU_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(root, ["models", *arguments])


def rows(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_list_offers_the_model_with_its_size_and_writes_nothing(home: Path) -> None:
    done = call("list", "--json")
    assert {row["engine"] for row in rows(done)} == {"apertium"}
    assert "pututu models pull" in done.stderr and "MB" in done.stderr
    assert not home.exists()


def test_pull_list_check_translate(home: Path, tmp_path: Path) -> None:
    from bench.random_marian import archive, zipped

    given = zipped(archive(tmp_path / "raw"), tmp_path / "opus.zip")
    (pulled,) = rows(call("pull", str(given), "--name", "opus-mt-es-en", "--json"))
    assert pulled["usable"] and pulled["chosen"] and pulled["engine"] == "opus-mt"
    assert next(row["name"] for row in rows(call("list", "--json"))) == "opus-mt-es-en"
    (checked,) = rows(call("check", "--json"))
    assert checked["good"] and checked["english"]
    line = json.dumps({"title": "El paro en Los Olivos", "language": "es"})
    (tmp_path / "given.jsonl").write_text(line + "\n", "utf-8")
    done = CliRunner().invoke(root, ["translate", str(tmp_path / "given.jsonl"), "--engine", "opus-mt"])
    (row,) = rows(done)
    assert row["translation"]["engine"] == "opus-mt" and "Los Olivos" in row["translation"]["title"]

    model = home / "models" / "opus-mt-es-en" / "model.bin"
    model.write_bytes(model.read_bytes()[:1000])
    bad = call("check", "--json")
    assert bad.exit_code == 1
    assert "model.bin has 1000 bytes" in json.loads(bad.stdout)["problem"]
    assert "model.bin" in next(row for row in rows(call("list", "--json")) if row["name"] == "opus-mt-es-en")["problem"]


@pytest.mark.parametrize("arguments", [("pull", "/no/such/file.zip"), ("pull", "no-such-thing"), ("check", "nothing")])
def test_what_is_not_there(home: Path, arguments: tuple[str, ...]) -> None:
    done = call(*arguments)
    assert isinstance(done.exception, PututuError) and done.exception.mend
    assert not list(home.glob("models/*"))
