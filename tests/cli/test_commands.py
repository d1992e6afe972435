"""The command line as a user meets it: exit codes, stdout and stderr, errors that name the place and the mend."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]
PAGE = """<!doctype html><html lang="es"><head><title>Vecinos acuerdan obra | La Bahía</title>
<meta property="og:type" content="article"><meta property="article:published_time" content="2026-11-16T08:30:00-05:00"></head>
<body><article><h1>Vecinos acuerdan obra en el puente</h1>{}</article></body></html>"""


def caller(home: Path) -> Run:
    """`run("search", "paro", stdin=..., PUTUTU_X=...)` in a home."""

    def call(*arguments: str, stdin: str | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
        environment = kept | {"PUTUTU_HOME": str(home), "PUTUTU_TRANSLATE": "none", "PYTHONPATH": str(ROOT)} | extra
        line = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(
            line, input=stdin, text=True, capture_output=True, env=environment, timeout=120, check=False
        )

    return call


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Commands in a home of this test's own."""
    return caller(tmp_path / "home")


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home of three documents, enriched and indexed, and their rows: made once, copied by each test."""
    rows = [
        {
            "url": "https://a.example/1",
            "title": "Paro de transportistas en Comas",
            "source": "a",
            "published": "2026-11-20",
        },
        {
            "url": "https://b.example/2",
            "title": "Huelga de maestros en Puno",
            "outlet": "b",
            "date": "2026-11-21T10:00:00-05:00",
        },
        {"url": "https://a.example/3", "title": "El niño que paró el tránsito", "source": "a"},
    ]
    folder = tmp_path_factory.mktemp("three")
    file = folder / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    for arguments in (["import", str(file)], ["enrich"], ["index"]):
        done = caller(folder / "home")(*arguments)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def filled(run: Run, three: Path, tmp_path: Path) -> Run:
    """Commands in such a home."""
    shutil.copytree(three, tmp_path, dirs_exist_ok=True)
    return run


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_search_prints_documents_newest_first_and_the_undated_last(filled: Run) -> None:
    found = rows(filled("search", "en OR paró", "--json"))
    assert [row["url"][-1] for row in found] == ["2", "1", "3"]
    assert found[1]["published"] == "2026-11-20T00:00:00-05:00"
    assert found[1]["marks"] and found[1]["matched"] == "original"


def test_the_keys_of_a_document_are_all_there_in_their_order(filled: Run) -> None:
    expected = [
        "id",
        "url",
        "canonical_url",
        "source",
        "kind",
        "title",
        "summary",
        "text",
        "language",
        "author",
        "section",
        "published",
        "published_precision",
        "published_from",
        "fetched",
        "arrival",
        "version",
        "completeness",
        "paywalled",
        "archive",
        "translation",
        "topics",
        "sectors",
        "places",
        "entities",
        "norms",
        "amounts",
        "roads",
        "casualties",
        "strike",
        "story",
        "steps",
        "event",
    ]
    row = rows(filled("search", "huelga", "--json"))[0]
    assert list(row)[: len(expected)] == expected


def test_count_is_the_bare_number(filled: Run) -> None:
    assert filled("search", "paro", "--count").stdout == "1\n"
    assert filled("search", "xilófono", "--count").stdout == "0\n"


def test_no_hit_is_done_and_offers_the_word_with_its_enye(filled: Run) -> None:
    done = filled("search", "nino")
    assert (done.returncode, done.stdout) == (0, "")
    assert "niño" in done.stderr


def test_filters_are_inclusive_days_in_lima(filled: Run) -> None:
    assert filled("search", "paro OR huelga", "--from", "2026-11-20", "--to", "2026-11-20", "--count").stdout == "1\n"
    assert filled("search", "paro OR huelga", "--from", "2026-11-20", "--to", "2026-11-21", "--count").stdout == "2\n"


def test_facets(filled: Run) -> None:
    found = rows(filled("search", "en OR paró", "--facets", "source", "--json"))
    assert found == [{"facet": "source", "value": "a", "count": 2}, {"facet": "source", "value": "b", "count": 1}]


def test_a_trend_has_a_row_for_every_day_and_notes_the_undated(filled: Run) -> None:
    done = filled("trends", "paro OR paró", "--from", "2026-11-19", "--to", "2026-11-21", "--json")
    assert [(row["start"], row["count"], row["total"]) for row in rows(done)] == [
        ("2026-11-19", 0, 0),
        ("2026-11-20", 1, 1),
        ("2026-11-21", 0, 1),
    ]
    assert "1 undated" in done.stderr


def test_a_trend_is_drawn(filled: Run, tmp_path: Path) -> None:
    done = filled(
        "trends", "paro", "huelga", "--svg", str(tmp_path / "t.svg"), "--png", str(tmp_path / "t.png"), "--json"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "t.svg").read_text().startswith("<svg") and (tmp_path / "t.png").read_bytes().startswith(
        b"\x89PNG"
    )


def test_import_again_adds_nothing(filled: Run, tmp_path: Path) -> None:
    assert rows(filled("import", str(tmp_path / "rows.jsonl"), "--json")) == [
        {"new": 0, "version": 0, "meta": 0, "same": 3, "refused": 0, "skipped": 0, "reasons": {}}
    ]


def test_a_date_far_ahead_is_refused_and_told(run: Run) -> None:
    done = run("import", "-", stdin='{"url":"https://faro.example/1","title":"Paro","published":"2099-01-01"}\n')
    assert done.returncode == 1 and "two days ahead" in done.stderr


def test_a_wrong_day_is_a_wrong_option(run: Run) -> None:
    for days in (["--from", "2024-13-01"], ["--from", "2024-02-02", "--to", "2024-02-01"]):
        assert run("search", "paro", *days).returncode == 2


def test_the_caret_stands_under_the_query_that_is_wrong(run: Run) -> None:
    done = run("trends", "huelga", '"paro')
    assert done.returncode == 1 and '  "paro\n  ^' in done.stderr


def test_a_bad_line_is_named_and_the_others_are_kept(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(
        b'{"url": "https://a.example/1", "title": "Uno"}\n{"url": \n{"url": "https://a.example/2"}\n\xc3\xa1\xff\n'
    )
    done = run("import", str(file), "--json")
    assert done.returncode == 1
    reasons = {"no JSON object": 1, "no title": 1, "not UTF-8": 1}
    assert json.loads(done.stdout) == {
        "new": 1,
        "version": 0,
        "meta": 0,
        "same": 0,
        "refused": 3,
        "skipped": 0,
        "reasons": reasons,
    }
    assert all(f"{file}:{line}" in done.stderr for line in (2, 3, 4))


def test_a_csv_with_the_same_names(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('url,title,outlet,date\nhttps://a.example/1,"Paro, otra vez",a,2026-11-20\n', "utf-8")
    assert rows(run("import", str(file), "--json"))[0]["new"] == 1


def test_an_unclosed_quote_names_the_character(filled: Run) -> None:
    done = filled("search", 'paro "agrario')
    assert done.returncode == 1 and done.stdout == ""
    line, caret = done.stderr.splitlines()[:2]
    assert line[caret.index("^")] == '"'


def test_a_settings_typo_names_the_variable(run: Run) -> None:
    done = run("search", "paro", PUTUTU_HOEM="/tmp")
    assert done.returncode == 1
    assert "PUTUTU_HOEM" in done.stderr and "PUTUTU_HOME" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["serach"], ["search"], ["search", "paro", "--limit", "many"], ["trends", "x", "--by", "hour"]]
)
def test_wrong_options_are_two(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).returncode == 2


def test_a_file_that_is_not_there_is_one(run: Run) -> None:
    done = run("import", "no-such.jsonl")
    assert done.returncode == 1 and "no-such.jsonl" in done.stderr


def test_the_pipes_write_no_data_folder(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        PAGE.format(
            "".join(
                f"<p>El puente {n} se arregla con el acuerdo de los vecinos del barrio y de la comuna.</p>"
                for n in range(9)
            )
        ),
        "utf-8",
    )
    extracted = rows(run("extract", str(page), "--url", "https://bahia.example/nota/1", "--json"))
    assert extracted[0]["title"] == "Vecinos acuerdan obra en el puente"
    assert extracted[0]["published"] == "2026-11-16T08:30:00-05:00"
    tagged = rows(
        run("tag", stdin='{"title": "Paro de transportistas en Comas", "mine": 1}\n{"text": "Nada", "title": null}\n')
    )
    assert [row.get("mine") for row in tagged] == [1, None]
    assert tagged[0]["topics"][0]["name"] == "strike" and tagged[0]["places"][0]["district"] == "Comas"
    assert "a AND (b OR c)" in run("query", "a b OR c").stdout
    assert not (tmp_path / "home").exists()


def test_a_page_that_cannot_be_read_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        PAGE.format("<p>" + "Los vecinos acuerdan la obra del puente con la comuna y el taller. " * 9 + "</p>"), "utf-8"
    )
    done = run("extract", "missing.html", str(page), "--url", "https://bahia.example/nota/1", "--json")
    assert done.returncode == 1 and "missing.html" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_a_correction_wins_survives_and_is_undone(filled: Run) -> None:
    id = rows(filled("search", "tránsito", "--json"))[0]["id"]
    corrected = rows(
        filled("correct", id, "--topic", "+strike", "--place", "+Trujillo", "--date", "2026-11-19", "--json")
    )[0]
    assert [topic["name"] for topic in corrected["topics"]] == ["strike"]
    early = filled("search", "topic:strike place:Trujillo", "--count")
    assert "changed since the index was written" in early.stderr, (
        "a count by the tags of before is not given without a word"
    )
    filled("enrich", "--stale"), filled("index")
    counted = filled("search", "topic:strike place:Trujillo date:2026-11-19", "--count")
    assert counted.stdout == "1\n" and "changed since" not in counted.stderr
    filled("correct", id, "--undo"), filled("index")
    assert filled("search", "topic:strike place:Trujillo", "--count").stdout == "0\n"


def test_a_count_of_an_index_that_holds_more_than_the_store_is_not_given_without_a_word(
    filled: Run, tmp_path: Path
) -> None:
    filled("backup", str(tmp_path / "early.tar.gz"))
    (tmp_path / "more.jsonl").write_text('{"url": "https://bahia.example/otra", "title": "Otra nota de la bahía"}\n')
    filled("import", str(tmp_path / "more.jsonl")), filled("enrich"), filled("index")
    assert filled("search", "bahía", "--count").stderr == ""
    filled("restore", str(tmp_path / "early.tar.gz"), "--overwrite")
    late = filled("search", "bahía", "--count")
    assert "pututu reindex" in late.stderr or late.stdout == "0\n", (
        "what the store does not have is not counted silently"
    )
    filled("reindex")
    assert filled("search", "bahía", "--count").stdout == "0\n"


def test_corrections_are_listed_and_become_gold_rows(filled: Run, tmp_path: Path) -> None:
    told = rows(filled("search", "maestros", "--json"))[0]
    id = told["id"]
    filled("correct", told["url"], "--topic", "+strike:march", "--place", "-Puno", "--place", "+Tacna")
    filled("correct", id, "--sector", "+mining:victim"), filled("correct", id, "--undo")
    listed = rows(filled("corrections", "--json"))
    assert [(one["document"], one["undone"] is None) for one in listed] == [(id, True), (id, False)]
    assert "+strike:march +Tacna -Puno" in filled("corrections", id).stdout
    gold = rows(filled("corrections", "--gold"))
    assert [row["id"] for row in gold] == [id]
    assert (gold[0]["topics"], gold[0]["subtypes"]) == (["strike"], {"strike": "march"})
    assert [place["department"] for place in gold[0]["places"]] == ["Tacna"]
    assert not {"sectors", "norms", "lang"} & gold[0].keys(), "what nobody looked at is no label"
    kept = rows(filled("show", id, "--json"))[0]["topics"][0]
    assert kept["spans"], "what a step pointed at is lost"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--topic", "strike"], "neither + nor -"),
        (["--topic", "+strikes"], "none of the topics"),
        (["--topic", "+strike:cupos"], "Known: stoppage"),
        (["--topic", "-strike:march"], "Write -strike"),
        (["--topic", "+strike", "--topic", "-strike"], "both added and removed"),
        (["--place", "+Atlantis"], "no place of Peru"),
        (["--place", "+Miraflores:scene"], "event, mention"),
        (["--place", "-Tacna"], "Its places: Puno"),
        (["--date", "2999-01-01"], "2999-01-01 has not come"),
        (["--undo"], "nothing to undo"),
    ],
)
def test_a_correction_that_cannot_be_meant_changes_nothing(filled: Run, arguments: list[str], words: str) -> None:
    id = rows(filled("search", "maestros", "--json"))[0]["id"]
    done = filled("correct", id, *arguments)
    assert done.returncode == 1 and words in done.stderr
    assert filled("corrections", "--json").stdout == ""


def test_a_changed_word_list_is_tried_before_it_is_used(filled: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'tag = "topic.strike"\n[[terms]]\nwords = ["niño que"]\ndetail = "march"\n[[terms]]\nwords = ["huelga"]\nweight = 0\n',
        "utf-8",
    )
    done = filled("lexicon", "diff", str(file), "--json")
    assert {
        (row["url"], tuple(row["gained"]), tuple(row["lost"])) for row in rows(done) if row["kind"] == "topics"
    } == {
        ("https://a.example/3", ("strike/march",), ()),
        ("https://b.example/2", (), ("strike/strike",)),
    }
    assert "topics strike/march: +1 -0" in done.stderr and "in 3 documents" in done.stderr
    assert filled("search", "topic:strike", "--count").stdout == "2\n"
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "mine.toml").write_text(file.read_text("utf-8"), "utf-8")
    assert filled("lexicon", "diff", str(file), PUTUTU_LEXICON_DIR=str(folder)).stdout == ""
    for arguments in (["enrich", "--stale"], ["index"]):
        assert filled(*arguments, PUTUTU_LEXICON_DIR=str(folder)).returncode == 0
    assert filled("search", "topic:strike", "--count").stdout == "2\n"
    assert filled("search", "topic:strike niño", "--count").stdout == "1\n"
    file.write_text("[[terms]]\nwords = 3\n", "utf-8")
    broken = filled("lexicon", "diff", str(file))
    assert broken.returncode == 1 and "mine.toml" in broken.stderr
    assert filled("lexicon", "diff", str(tmp_path / "none.toml")).returncode == 1
    list_ = 'tag = "topic.strike"\n[[terms]]\nwords = ["maestros"]\ndetail = "march"\n'
    assert "strike/march" in filled("lexicon", "diff", "-", stdin=list_).stdout


def test_a_takedown_reaches_the_index_and_refuses_it_from_then_on(filled: Run, tmp_path: Path) -> None:
    done = filled("takedown", "https://a.example/1", "--reason", "the family asked")
    assert done.returncode == 0, done.stderr
    assert filled("search", "transportistas", "--count").stdout == "0\n"
    filled("import", str(tmp_path / "rows.jsonl")), filled("enrich"), filled("index")
    assert filled("search", "transportistas", "--count").stdout == "0\n"
    assert "the family asked" in filled("why", "https://a.example/1").stdout


def test_a_backup_comes_back(filled: Run, tmp_path: Path) -> None:
    assert filled("backup", str(tmp_path / "b.tar.gz")).returncode == 0
    home = str(tmp_path / "other")
    done = filled("restore", str(tmp_path / "b.tar.gz"), PUTUTU_HOME=home)
    assert done.returncode == 0, done.stderr
    assert filled("reindex", PUTUTU_HOME=home).returncode == 0
    assert filled("search", "paro OR huelga", "--count", PUTUTU_HOME=home).stdout == "2\n"


def test_doctor_runs_schedule_settings(filled: Run, tmp_path: Path) -> None:
    found = rows(filled("doctor", "--json"))
    assert {row["part"] for row in found} >= {"store", "index", "work", "mail", "translation", "sources", "disk"}
    for folder, state in (("none", "bad"), ("", "note")):
        told = filled("doctor", "--json", PUTUTU_LEXICON_DIR=str(tmp_path / folder))
        assert [json.loads(line)["state"] for line in told.stdout.splitlines() if '"words"' in line] == [state]
    assert any(row["name"] == "crawl rpp" for row in rows(filled("schedule", "--json")))
    shown = rows(filled("settings", "--json", PUTUTU_SMTP="smtp://u:secret@127.0.0.1:25"))
    assert next(row for row in shown if row["name"] == "PUTUTU_SMTP")["value"] == "•••"


def test_doctor_tells_of_an_unfinished_rebuild_beside_an_index_of_another_version(filled: Run, tmp_path: Path) -> None:
    home = str(tmp_path / "updated")
    assert filled("backup", str(tmp_path / "b.tar.gz")).returncode == 0
    assert filled("restore", str(tmp_path / "b.tar.gz"), PUTUTU_HOME=home).returncode == 0
    for _ in range(2):
        assert filled("reindex", PUTUTU_HOME=home).returncode == 0
    index = Path(home) / "index"
    beside, serving = sorted(index.glob("*/pututu.json"))
    made = json.loads(serving.read_text("utf-8"))
    serving.write_text(json.dumps({"version": "1-abcdef012345"}), "utf-8")
    beside.write_text(json.dumps({"version": made["version"], "building": True, "began": "2026-03-10T17:00:00+00:00"}), "utf-8")  # fmt: skip
    doctor = filled("doctor", "--json", PUTUTU_HOME=home)
    found = [json.loads(line) for line in doctor.stdout.splitlines()]
    told = [(row["state"], row["finding"], row["mend"]) for row in found if row["part"] == "index"]
    assert doctor.returncode == 1 and [state for state, _, _ in told] == ["bad", "note"]
    assert "made by another version" in told[0][1] and "`pututu reindex`" in told[0][2]
    assert "not finished" in told[1][1] and "goes on with it" in told[1][2]
    assert filled("reindex", PUTUTU_HOME=home).returncode == 0
    assert filled("search", "paro OR huelga", "--count", PUTUTU_HOME=home).stdout == "2\n"


def test_a_broken_source_file_names_its_line(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "roto.py").write_text("from crawler.source import Source\nSOURCE = Source(name='x'\n")
    done = run("sources", "list", PUTUTU_SOURCES_DIR=str(folder))
    assert done.returncode == 1 and "roto.py" in done.stderr and "line" in done.stderr


def test_csv_disarms_formulas(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"url": "https://a.example/1", "title": "=1+1 paro"}), "utf-8")
    for arguments in (["import", str(file)], ["enrich"], ["index"]):
        run(*arguments)
    assert "'=1+1 paro" in run("search", "paro", "--csv").stdout


def test_help_is_there_for_everything(run: Run) -> None:
    from cli import COMMANDS

    shown = run("--help").stdout
    assert [name for name in COMMANDS if name not in shown] == []


@pytest.mark.parametrize("more", [[], ["--stories"]])
def test_a_search_without_a_hit_prints_the_header_that_one_with_hits_prints(filled: Run, more: list[str]) -> None:
    found, nothing = filled("search", "paro", "--csv", *more), filled("search", "zzzz", "--csv", *more)
    assert found.returncode == nothing.returncode == 0
    assert len(nothing.stdout.splitlines()) == 1 and nothing.stdout.startswith("id,url,")
    assert nothing.stdout.splitlines()[0] == found.stdout.splitlines()[0]


@pytest.mark.parametrize("command", ["extract-again", "crawl"])
def test_a_source_that_is_not_there_is_a_wrong_argument(filled: Run, command: str) -> None:
    done = filled(command, "peru_21", "nope")
    assert done.returncode == 2 and done.stdout == ""
    assert "There is no source 'peru_21'. Did you mean peru21?" in done.stderr
    assert command not in filled("runs", "--json").stdout
