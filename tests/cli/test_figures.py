"""Figures, stories and exports from the command line, over a home with a hand-made month of a press that does not exist."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from store.database import Store
from store.schema import completeness

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]
START = date(2026, 3, 2)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`run("trends", "paro")` in one home: six weeks of three outlets, a burst on 2 April, a post, an undated document."""
    folder = tmp_path_factory.mktemp("press")

    def call(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
        environment = (
            kept | {"PUTUTU_HOME": str(folder / "home"), "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(ROOT)} | extra
        )
        line = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(
            line, text=True, capture_output=True, env=environment, timeout=120, check=False, cwd=folder
        )

    rows = [
        {
            "title": f"Fútbol local: fecha {n} del torneo {k}",
            "source": f"medio_{k}",
            "published": (START + timedelta(n)).isoformat(),
        }
        for n in range(42)
        for k in "abc"
    ]
    rows += [
        {"title": f"Bloquean el puente Bahía Azul por cobros {k}{n}", "source": f"medio_{k}", "published": "2026-04-02"}
        for n in range(4)
        for k in "abc"
    ]
    rows += [{"title": "Bloquean el puente", "source": "medio_a"}, {"title": "Cobran, dice @beto", "kind": "post", "source": "red", "published": "2026-04-03", "author": ["ana.perez"]}]  # fmt: skip
    file = folder / "rows.jsonl"
    file.write_text(
        "\n".join(
            json.dumps({"url": f"https://x.example/{n}"} | row, ensure_ascii=False) for n, row in enumerate(rows)
        ),
        "utf-8",
    )
    for arguments in (["import", str(file)], ["enrich"], ["index"]):
        done = call(*arguments)
        assert done.returncode == 0, done.stderr
    return call


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_trends_take_filters_panels_and_groups(run: Run) -> None:
    done = run("trends", "puente", "--by", "week", "--panel", "--json")
    found = rows(done)
    assert [row["count"] for row in found if row["count"]] == [12] and "Constant panel of 3 sources" in done.stderr
    assert "1 undated documents match puente" in done.stderr
    assert list(found[0]) == [
        "query",
        "group",
        "start",
        "count",
        "total",
        "share",
        "outage",
        "down",
        "completeness",
        "partial",
    ]
    by_source = rows(run("trends", "puente", "--by", "month", "--group", "source", "--source", "medio_a", "--json"))
    assert {(row["group"], row["total"]) for row in by_source if row["count"]} == {("medio_a", 16)}
    assert {
        row["group"] for row in rows(run("trends", "*", "--group", "source", "--top", "1", "--by", "month", "--json"))
    } == {"medio_a"}
    assert (
        run("trends", "puente", "--csv").stdout.splitlines()[0]
        == "query,group,start,count,total,share,outage,down,completeness,partial"
    )


def test_spikes_with_evidence(run: Run) -> None:
    found = rows(run("spikes", "puente", "--by", "day", "--json"))
    assert [(row["query"], row["start"], row["count"], row["sources"]) for row in found] == [
        ("puente", "2026-04-02", 12, 3)
    ]
    assert set(found[0]["evidence"][0]) == {"id", "url", "title"} and len(found[0]["evidence"]) == 3
    assert rows(run("spikes", "torneo", "--json")) == rows(run("spikes", "xilófono", "--json")) == []
    assert rows(run("spikes", "puente", "--from", "2026-04-02", "--to", "2026-04-02", "--json")) == found
    assert rows(run("spikes", "puente", "--to", "2026-04-01", "--json")) == []


def test_terms_and_changes(run: Run) -> None:
    found = rows(run("terms", "--from", "2026-04-02", "--to", "2026-04-02", "--json"))
    assert any("Bahía" in row["term"] for row in found) and all(row["query"] == "*" for row in found)
    assert set(found[0]["evidence"][0]) == {"id", "url", "title"}
    assert rows(run("terms", "--limit", "1", "--from", "2026-04-02", "--to", "2026-04-02", "--json")) == found[:1]
    done = run("terms", "--from", "1999-01-01", "--to", "1999-01-02")
    assert done.returncode == 1 and "hold" in done.stderr
    assert rows(run("changes", "torneo", "puente", "--json")) == []
    assert (
        run("changes", "torneo", "--csv").stdout.splitlines()[0]
        == "query,start,before,after,ratio,share_before,share_after"
    )


def test_nothing_found_is_said_beside_the_results(run: Run) -> None:
    for arguments, said in ((["spikes", "torneo"], "No spike."), (["changes", "torneo"], "No change of level."),
                            (["terms", "torneo", "--from", "2026-04-02"], "No term stands out.")):  # fmt: skip
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (0, "") and said in done.stderr, done.stderr
    line = run("trends", "puente", "--by", "month", "--from", "2027-01-01", "--to", "2027-01-31").stdout
    assert line.split()[:3] == ["2027-01-01", "0", "-"], "no share of nothing"


def test_a_query_may_begin_with_an_exclusion(run: Run) -> None:
    done = run("search", "-puente")
    assert done.returncode == 1 and "only excludes" in done.stderr and "\n  ^" in done.stderr
    asked = run("search", "-puente torneo", "--count", "--source", "medio_a")
    assert (
        int(asked.stdout) == int(run("search", "--count", "--source", "medio_a", "--", "torneo -puente").stdout) == 42
    )
    found = rows(run("trends", "-torneo puente", "puente", "--by", "month", "--json"))
    assert list(dict.fromkeys(row["query"] for row in found)) == ["-torneo puente", "puente"]
    for wrong in (["search", "-n", "puente"], ["search", "puente", "--nolimit"], ["search", "puente", "--limit", "-5"]):
        assert run(*wrong).returncode == 2
    loose = run("search", "puente", "bahía")
    assert loose.returncode == 2 and "stands in quotes" in loose.stderr


def test_an_index_that_lacks_documents_names_what_brings_them_in(run: Run, tmp_path: Path) -> None:
    assert "`pututu reindex` makes it whole" in run("search", "puente", PUTUTU_INDEX=str(tmp_path / "index")).stderr
    file = tmp_path / "more.jsonl"
    file.write_text('{"url": "https://y.example/1", "title": "Otra"}\n', "utf-8")
    home = str(tmp_path / "home")
    assert run("import", str(file), PUTUTU_HOME=home).returncode == 0
    assert "`pututu enrich` and `pututu index` bring in" in run("search", "otra", PUTUTU_HOME=home).stderr
    assert run("enrich", PUTUTU_HOME=home).returncode == 0
    assert "`pututu index` brings in the rest" in run("search", "otra", PUTUTU_HOME=home).stderr


def test_what_spikes_and_terms_rest_on_is_told(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(Path(json.loads(run("settings", "--json").stdout.splitlines()[0])["value"]), home)
    with Store.open(Settings.load({"PUTUTU_HOME": str(home)})) as store, store.write() as tx:
        row = {"source": "medio_a", "month": "2026-04", "listed": 40, "have": 30, "surveyed": None, "counted": datetime.now(UTC)}  # fmt: skip
        tx.execute(completeness.insert().values(row))
    days = ("--from", "2026-04-02", "--to", "2026-04-02")
    for arguments in (("spikes", "puente", *days), ("terms", *days)):
        assert "75.0% of what 1 source listed" in run(*arguments, PUTUTU_HOME=str(home)).stderr, arguments
    assert "listed" not in run("spikes", "xilófono", PUTUTU_HOME=str(home)).stderr, "nothing was counted"


def test_a_chart_in_english_and_of_another_size(run: Run, tmp_path: Path) -> None:
    done = run(
        "trends",
        "puente",
        "torneo",
        "--by",
        "week",
        "--svg",
        str(tmp_path / "t.svg"),
        "--lang",
        "en",
        "--width",
        "400",
        "--json",
    )
    assert done.returncode == 0 and "Documents" in (tmp_path / "t.svg").read_text("utf-8")
    alone = tmp_path / "alone.svg"
    assert run("trends", "puente", "--source", "medio_a", "--panel", "--svg", str(alone)).returncode == 0
    assert "puente · source:&quot;medio_a&quot; · solo medios constantes" in alone.read_text("utf-8"), (
        "a picture that goes out alone says what it shows"
    )
    done = run("trends", "puente", "--svg", str(tmp_path / "none" / "t.svg"))
    assert done.returncode == 1 and "cannot be written" in done.stderr


def test_stories_of_a_query_and_folded_results(run: Run) -> None:
    all_of_them = rows(run("stories", "--limit", "500", "--json"))
    found = rows(run("stories", "puente", "--limit", "500", "--json"))
    assert found and {row["id"] for row in found} < {row["id"] for row in all_of_them}
    assert all("puente" in row["title"] for row in found) and list(found[0]) == list(all_of_them[0])
    folded = rows(run("search", "puente", "--stories", "--limit", "500", "--json"))
    assert len(folded) == len(found) == int(run("search", "puente", "--stories", "--count").stdout)
    assert all(row["outlets"] and set(row["outlets"]) <= {"medio_a", "medio_b", "medio_c"} for row in folded)
    assert run("search", "puente", "--stories", "--sort", "relevance").returncode == 2


def test_a_filter_given_twice_takes_either(run: Run) -> None:
    assert run("search", "torneo", "--source", "medio_a", "--source", "medio_b", "--count").stdout == "84\n"
    assert run("search", "*", "--kind", "post", "--count").stdout == "1\n"
    assert run("search", "*", "--facets", "month,kind", "--csv").stdout.splitlines()[1] == "month,2026-04,49"


def test_similar_documents(run: Run) -> None:
    id = rows(run("search", "puente", "--limit", "1", "--json"))[0]["id"]
    near = rows(run("show", id, "--similar", "--limit", "3", "--json"))
    assert len(near) == 3 and all("puente" in row["title"] and 0 < row["similarity"] <= 1 for row in near)
    assert id not in {row["id"] for row in near}
    assert run("show", "nothing", "--similar").returncode == 1


def test_an_export_is_a_package(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(
        "export", "puente OR @beto OR cobran", "--format", "jsonl", "--out", str(out), "--from", "2026-04-01", "--json"
    )
    described = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert described["pututu"]["documents"] == 13 and "date:[2026-04-01 TO *]" in described["pututu"]["tree"]
    assert set(described["pututu"]["versions"]) == {"pututu", "index"} and described["pututu"]["steps"]["topics"]
    text = (out / "documents.jsonl").read_text("utf-8")
    assert "ana.perez" not in text and "beto" not in text and "author-" in text
    again = run("export", "puente", "--format", "csv", "--out", str(out))
    assert again.returncode == 1 and "--replace" in again.stderr
    assert run("export", "puente", "--format", "csv", "--out", str(out), "--replace").returncode == 0
    assert sorted(path.name for path in out.iterdir()) == ["README.md", "datapackage.json", "documents.csv"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "x", "--format", "xml", "--out", "y"],
        ["export", "x", "--format", "csv"],
        ["export", "x", "--out", "y"],
    ],
)
def test_wrong_options_of_an_export_are_two(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).returncode == 2


def test_a_query_that_does_not_parse_makes_no_folder(run: Run, tmp_path: Path) -> None:
    done = run("export", 'paro "abierto', "--format", "csv", "--out", str(tmp_path / "out"))
    assert done.returncode == 1 and "^" in done.stderr and list(tmp_path.iterdir()) == []
