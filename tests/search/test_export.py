"""Data packages: whole or not at all, masked, without handles, with everything that a citation needs."""

import csv
import dataclasses
import hashlib
import json
import multiprocessing
import os
import re
import resource
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError, StoreError, UnavailableError
from core.pseudonyms import Pseudonyms
from core.record import Record
from search.export import ABOUT, About, Rule, export
from search.lock import Lock
from search.table import COLUMNS, NAMES

from .series import Make

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
PHONE = "987654321"


def about(matched: int = 4, query: str = "paro | `huelga`") -> About:
    return About(
        query=query,
        tree="paro OR huelga",
        at=NOW,
        versions={"pututu": "9"},
        matched=matched,
        sources={"abierta": {"licence": "CC BY 4.0"}},
    )


def rule(**options: Any) -> Rule:
    return Rule(pseudonyms=Pseudonyms(b"k" * 32), open_text=lambda slug: slug == "abierta", **options)


def records(make: Make) -> list[Record]:
    place = {
        "name": "SJL",
        "ubigeo": "150132",
        "department": "Lima",
        "province": "Lima",
        "district": "San Juan de Lurigancho",
        "role": "event",
    }
    return [
        make("=Paro; en \"Lima\"", text=f"Llamen al {PHONE}.\u2028Fin", source="diario", story="s1", places=[place], topics=[{"name": "strike", "subtype": "stoppage"}],
             sectors=[{"name": "retail", "role": "victim"}], amounts=[{"value": 500, "currency": "PEN", "what": "cupo"}], author=("Rosa Ficticia", "Otro"),
             casualties={"killed": 1, "injured": None}, strike={"status": "announced", "guild": "gremio", "start": "2026-03-20", "end": "pronto"},
             translation={"title": "Strike", "text": f"Call {PHONE}"}),
        make("Norma", text="Texto entero", source="abierta", kind="norm", story="s1"),
        make("Sin fecha", published=None, text="Nada", source="diario"),
        make("Post", kind="post", author=("ana.perez",), text="Hola @beto", url="https://red.example/@ana.perez/1", source="red"),
    ]  # fmt: skip


def read(folder: Path, form: str) -> list[dict[str, Any]]:
    file = folder / f"documents.{form}"
    if form == "csv":
        with file.open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))
    if form == "jsonl":
        return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]
    import pyarrow.parquet as pq

    return list(pq.read_table(file).to_pylist())


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_package_says_what_it_is(tmp_path: Path, make: Make, form: Any) -> None:
    described = export(tmp_path / "out", form, records(make), rule(), about())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "README.md",
        "datapackage.json",
        f"documents.{form}",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert json.loads((tmp_path / "out" / ABOUT).read_text("utf-8")) == described
    ours, file = described["pututu"], tmp_path / "out" / f"documents.{form}"
    assert (ours["documents"], ours["stories"], ours["undated"], ours["matched"], ours["texts"]) == (4, 3, 1, 4, 1)
    assert (
        ours["by_source"] == {"diario": 2, "abierta": 1, "red": 1}
        and ours["first_day"] == ours["last_day"] == "2026-03-10"
    )
    assert described["created"] == "2026-11-20T12:00:00-05:00" and ours["versions"] == {"pututu": "9"}
    resource_ = described["resources"][0]
    assert (
        resource_["bytes"] == file.stat().st_size
        and resource_["hash"] == "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
    )
    readme = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert (
        "seen:<=2026-11-20" in readme
        and "2026-11-20T12:00:00-05:00" in readme
        and all(f"`{column.name}`" in readme for column in COLUMNS)
    )
    assert re.search(r"^\| query \| `paro \\\| 'huelga'` \|$", readme, re.M)
    assert ours["not_indexed"] == 0 and "Not complete" not in readme


def test_a_package_says_what_the_index_lacked(tmp_path: Path, make: Make) -> None:
    described = export(tmp_path / "out", "jsonl", [make("paro")], rule(), dataclasses.replace(about(1), lacking=12))
    assert described["pututu"]["not_indexed"] == 12
    assert "**Not complete**: 12 documents" in (tmp_path / "out" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_rows_are_masked_and_texts_are_left_out_where_no_licence_allows_them(
    tmp_path: Path, make: Make, form: Any
) -> None:
    export(tmp_path / "out", form, records(make), rule(), about())
    rows = read(tmp_path / "out", form)
    assert len({row["id"] for row in rows}) == 4
    whole = str(rows)
    assert PHONE not in whole and "ana" not in whole and "beto" not in whole
    assert [bool(row["text"]) for row in rows] == [False, True, False, False]
    assert "•••••••••" in rows[0]["summary"], "what a snippet quotes is masked too"
    export(tmp_path / "all", form, records(make), rule(with_text=True), about())
    assert [bool(row["text"]) for row in read(tmp_path / "all", form)] == [True] * 4 and PHONE not in str(
        read(tmp_path / "all", form)
    )


def test_cells_are_typed_in_parquet_and_plain_in_csv(tmp_path: Path, make: Make) -> None:
    export(tmp_path / "p", "parquet", records(make), rule(with_text=True), about())
    export(tmp_path / "c", "csv", records(make), rule(with_text=True), about())
    typed, plain = read(tmp_path / "p", "parquet")[0], read(tmp_path / "c", "csv")[0]
    assert tuple(typed) == tuple(plain) == NAMES
    assert typed["published"].isoformat() == "2026-03-10T12:00:00-05:00" == plain["published"]
    assert typed["author"] == ["Rosa Ficticia", "Otro"] and plain["author"] == "Rosa Ficticia; Otro"
    assert (typed["killed"], typed["injured"], plain["killed"], plain["injured"]) == (1, None, "1", "")
    assert str(typed["strike_start"]) == "2026-03-20" == plain["strike_start"] and typed["strike_end"] is None
    assert (
        typed["event_ubigeos"] == ["150132"]
        and typed["places"] == ["San Juan de Lurigancho"]
        and typed["amounts"] == ["PEN 500"]
    )
    assert typed["paywalled"] is False and plain["paywalled"] == "false"
    assert typed["title"] == '=Paro; en "Lima"' and plain["title"] == '\'=Paro; en "Lima"'
    assert typed["text"].endswith("\u2028Fin") and plain["text"] == typed["text"]


def test_json_lines_are_documents_on_one_line_each(tmp_path: Path, make: Make) -> None:
    export(tmp_path / "j", "jsonl", records(make), rule(with_text=True), about())
    text = (tmp_path / "j" / "documents.jsonl").read_text("utf-8")
    assert len(text.splitlines()) == 4 and "\u2028" not in text
    row = json.loads(text.splitlines()[0])
    assert list(row) == list(records(make)[0].to_json()) and row["text"].endswith("\u2028Fin")


def test_a_folder_that_is_taken_is_not_touched(tmp_path: Path, make: Make) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    for replace, reason in ((False, "not empty"), (True, "no package of ours")):
        with pytest.raises(InputError, match=reason):
            export(tmp_path / "mine", "csv", records(make), rule(), about(), replace=replace)
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        export(tmp_path / "file", "csv", records(make), rule(), about())
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep"
    (tmp_path / "empty").mkdir()
    assert export(tmp_path / "empty", "csv", records(make), rule(), about())["pututu"]["documents"] == 4


def test_a_new_package_takes_the_place_of_an_older_one(tmp_path: Path, make: Make) -> None:
    out = tmp_path / "out"
    export(out, "csv", records(make), rule(), about())
    with pytest.raises(InputError, match="not empty"):
        export(out, "jsonl", records(make), rule(), about())
    export(out, "jsonl", records(make)[:1], rule(), about(), replace=True)
    assert (
        len(read(out, "jsonl")) == 1
        and not (out / "documents.csv").exists()
        and [p.name for p in tmp_path.iterdir()] == ["out"]
    )


def test_nothing_is_left_of_an_export_that_fails_on_the_way(tmp_path: Path, make: Make) -> None:
    def broken() -> Iterator[Record]:
        yield records(make)[0]
        raise UnavailableError("the engine is gone")

    out = tmp_path / "out"
    with pytest.raises(UnavailableError):
        export(out, "csv", broken(), rule(), about())
    assert list(tmp_path.iterdir()) == []
    export(out, "csv", records(make), rule(), about())
    with pytest.raises(UnavailableError):
        export(out, "csv", broken(), rule(), about(), replace=True)
    assert len(read(out, "csv")) == 4, "the older one stands"


def test_an_empty_answer_is_a_package_too(tmp_path: Path) -> None:
    for form in ("csv", "jsonl", "parquet"):
        described = export(tmp_path / form, form, [], rule(), about(0))  # type: ignore[arg-type]
        assert described["pututu"]["documents"] == 0 and read(tmp_path / form, form) == []


def test_two_exports_into_one_folder_do_not_meet(tmp_path: Path, make: Make) -> None:
    lock = Lock(tmp_path / ".out.part.lock", "The export")
    lock.take()
    with pytest.raises(UnavailableError, match="out"):
        export(tmp_path / "out", "csv", records(make), rule(), about())
    lock.free()


def _limited(out: str, make_rows: int) -> None:
    """An export in a process that may write files of 20 kB only, as on a full disk."""
    from core.document import Document

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    rows = (
        Record(document=Document(id=f"d{n}", url=f"https://a.example/{n}", title="Paro " * 20, source="a", fetched=NOW))
        for n in range(make_rows)
    )
    try:
        export(Path(out), "csv", rows, rule(), about())
    except StoreError as error:
        os._exit(3 if "cannot be written" in str(error) else 4)
    os._exit(0)


def test_a_full_disk_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_limited, args=(str(tmp_path / "out"), 2000))
    child.start()
    child.join(60)
    assert child.exitcode == 3 and list(tmp_path.iterdir()) == []


def _endless(out: str) -> None:
    from core.document import Document

    def rows() -> Iterator[Record]:
        n = 0
        while True:
            yield Record(
                document=Document(id=f"d{n}", url=f"https://a.example/{n}", title="Paro", source="a", fetched=NOW)
            )
            n += 1

    export(Path(out), "jsonl", rows(), rule(), about())


def test_killed_on_the_way_the_next_one_begins_anew(tmp_path: Path, make: Make) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_endless, args=(str(tmp_path / "out"),))
    child.start()
    deadline = time.monotonic() + 60
    while not (tmp_path / "out.part" / "documents.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    child.join(30)
    assert not (tmp_path / "out").exists() and (tmp_path / "out.part").exists()
    described = export(tmp_path / "out", "jsonl", records(make), rule(), about())
    assert described["pututu"]["documents"] == 4 and [path.name for path in tmp_path.iterdir()] == ["out"]


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"pututu\[parquet\]"):
        export(tmp_path / "out", "parquet", records(make), rule(), about())
    assert list(tmp_path.iterdir()) == []
