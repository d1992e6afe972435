"""`pututu evaluate`: gold files as people write them, the sets of a folder, and the page that says how good the tags are."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from enrich.gold import checked
from enrich.scores import Score, scores
from proof.public import stories

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]
ROW = {
    "title": "Choferes acatan paro en Comas por cobro de cupos",
    "topics": ["strike", "extortion"],
    "strike": {"status": "ongoing"},
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
        environment = kept | {"PUTUTU_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
        line = [sys.executable, "-m", "cli", "evaluate", *arguments]
        return subprocess.run(
            line, input=stdin, text=True, capture_output=True, env=environment, timeout=120, check=False
        )

    return call


def told(done: subprocess.CompletedProcess[str]) -> dict[tuple[str, str | None], dict[str, Any]]:
    return {(row["kind"], row["class"]): row for row in map(json.loads, done.stdout.splitlines())}


def test_rows_are_scored_by_kind_and_class_and_what_they_do_not_say_is_not(run: Run, tmp_path: Path) -> None:
    wrong = ROW | {"id": "w", "topics": ["legislation"], "strike": {"status": "ended"}}
    done = run("-", "--json", stdin=json.dumps(ROW) + "\n" + json.dumps(wrong) + "\n")
    assert done.returncode == 0, done.stderr
    lines = told(done)
    topics = lines["topics", None]
    assert (topics["size"], topics["true"], topics["false"], topics["missing"]) == (2, 2, 2, 1)
    assert topics["wrong"] == [{"id": "w", "missing": ["legislation"], "false": ["extortion", "strike"]}]
    assert topics["low"] <= topics["f1"] <= topics["high"]
    assert lines["topics", "legislation"]["missing"] == 1
    assert lines["strike status", "ongoing"]["true"] == 1
    assert not {"sectors", "norms", "places"} & {kind for kind, _ in lines}
    assert not (tmp_path / "home").exists(), "a pipe writes no data folder"


def test_bad_lines_are_told_with_their_number_and_the_others_scored(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    bad = [
        "{not json",
        json.dumps(ROW | {"topics": ["strikes"]}),
        json.dumps({"title": "Sin etiquetas"}),
        json.dumps({"topics": ["strike"]}),
        json.dumps({"title": "x", "topisc": ["strike"]}),
        json.dumps(ROW | {"strike": {"status": "over"}}),
        json.dumps([1]),
    ]
    file.write_text("\n".join([json.dumps(ROW), *bad]) + "\n", "utf-8")
    done = run(str(file), "--json")
    assert done.returncode == 1
    for number, words in enumerate(("", "strike", "no label", "neither title nor text", "topics", "ongoing", ""), 2):
        line = next(line for line in done.stderr.splitlines() if line.startswith(f"{file}:{number}"))
        assert words in line
    assert told(done)["topics", None]["size"] == 1
    assert run(str(tmp_path / "none.jsonl")).returncode == 1 and run().returncode == 2
    assert run(str(file), "--data", str(tmp_path / "none")).returncode == 1


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("topics", "strike", "a list of names"),
        ("topics", ["Strike"], "Did you mean strike?"),
        ("subtypes", {"strike": "cupos"}, "stoppage"),
        ("subtypes", {"riot": "march"}, "extortion, strike, legislation"),
        ("sectors", ["mines"], "mining"),
        ("roles", {"mining": "object"}, "victim, actor"),
        ("places", [{"role": "scene"}], "event, mention"),
        ("places", [{"department": 15}], "official name"),
        ("places", [{"department": "Lma"}], "Did you mean Lima?"),
        ("places", [{"ubigeo": "150101"}], "La Libertad"),
        ("norms", "Ley 32108", "a list of names"),
        ("amounts", [{"value": 500, "currency": "soles"}], "PEN"),
        ("amounts", [{"value": float("nan"), "currency": "PEN"}], "demand"),
        ("lang", "spanish", "es, en or qu"),
        ("amounts", [{"value": "500", "currency": "PEN"}], "demand"),
        ("amounts", [{"value": 500, "currency": "PEN", "what": "bribe"}], "reward"),
        ("casualties", {"killed": -1, "injured": 0}, "killed"),
        ("strike", ["ongoing"], "status"),
        ("strike", {"status": "ongoing", "start": "mañana"}, "2025-08-21"),
        ("event", "2025-08-21", "precision"),
        ("date", "someday", "2025-08-21"),
        ("kind", "tweet", "post"),
        ("title", 5, "a string"),
        ("sector", ["mining"], "Did you mean 'sectors'?"),
    ],
)
def test_a_label_that_cannot_be_meant_is_an_error(key: str, value: Any, words: str) -> None:
    with pytest.raises(InputError, match=r".") as error:
        checked(ROW | {key: value}, 7)
    assert words in str(error.value) and key.split(",")[0] in str(error.value)
    assert checked(ROW, 7)["id"] == "7"


def test_a_norm_is_the_same_however_the_row_writes_it() -> None:
    row = checked({"title": "x", "norms": ["LEY N° 32108", "Decreto Supremo 124-2025-PCM", "Acuerdo 7"]}, 1)
    assert row["norms"] == ["Ley 32108", "DS 124-2025-PCM", "Acuerdo 7"]


def test_a_row_without_a_strike_counts_what_is_said_of_one(run: Run) -> None:
    done = run(
        "-",
        "--json",
        stdin=json.dumps(ROW | {"strike": None, "topics": []})
        + "\n"
        + '{"title": "x", "topics": ['
        + "9" * 5000
        + "]}\n",
    )
    assert done.returncode == 1 and "thousands of digits" in done.stderr
    status = told(done)["strike status", None]
    assert (status["true"], status["false"], status["missing"]) == (0, 1, 0)


def test_intervals_are_wide_for_few_rows_and_narrow_for_many() -> None:
    def width(times: int) -> float:
        score = Score()
        for number in range(10 * times):
            score.add(str(number), frozenset("a"), frozenset("a" if number % 10 else "b"))
        low, high = score.interval(10 * times)
        assert low <= score.f1 <= high
        return high - low

    few, many = width(2), width(200)
    assert few > 0.15 and many < 0.05 and few / many > 5
    assert Score().interval(10) == (1.0, 1.0)


def test_a_name_said_in_the_words_of_the_label_is_the_labels() -> None:
    said = {
        "entities": [{"name": "Policía Nacional del Perú", "type": "organisation", "forms": ["PNP"]}],
        "strike": None,
    }
    assert scores([({"id": 1, "organisations": ["PNP"]}, said)])["organisations"].true == 1


REGIONS = """region\tsource\tfirst_seen\ttitle\turl
tacna\tx\t20250101\tVecinos de Tacna limpian su canal\thttps://set.example/1
tacna\tx\t20250101\tVecinos limpian su canal\thttps://set.example/2
lima\tx\t20250101\tVecinos de Puno limpian su canal\thttps://set.example/3
"""
SAME = """slug\tfirst_seen\tn\tsources\ttitles(||)\turls(||)
a\t20250101\t2\tx,y\tCae un puente colgante en la selva de Ucayali por las lluvias||Cae puente colgante en la selva de Ucayali por las lluvias\tu||u
b\t20250101\t2\tx,y\tPescadores de Paita estrenan muelle||Nuevo desembarcadero se inaugura al norte\tu||u
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for name in ("headlines", "ner", "translation"):
        (folder / name).mkdir(parents=True)
    (folder / "headlines/region_labels.tsv").write_text(REGIONS, "utf-8")
    (folder / "headlines/same_story_slug.tsv").write_text(SAME, "utf-8")
    tokens = "La O\nministra O\nRosa B-PER\nPrueba I-PER\nva O\na O\nTacna B-LOC\n. O\n\nLlueve O\n. O\n"
    (folder / "ner/esp.testa.gz").write_bytes(gzip.compress(tokens.encode("utf-8")))
    return folder


def test_the_sets_of_a_folder_and_the_page(run: Run, data: Path, tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    gold = tmp_path / "mine.jsonl"
    gold.write_text(json.dumps(ROW | {"topics": ["legislation"], "norms": ["Ley 99999"]}) + "\n", "utf-8")
    done = run(str(gold), "--data", str(data), "--json", "--report", str(page))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    department = next(row for row in rows if row["kind"] == "department" and row["class"] is None)
    assert (department["size"], department["true"]) == (1, 1)
    bare = next(row for row in rows if row["set"] == "departments of headlines that name no place")
    assert bare["size"] == 1 and bare["figures"] == {"given another department than their region's": 0.0}
    person = next(row for row in rows if row["kind"] == "typed spans" and row["class"] == "person")
    assert (person["true"], person["missing"]) == (1, 0)
    pairs = next(row for row in rows if row["set"] == "same story")["figures"]
    assert (pairs["pair recall"], pairs["other pairs of one day"]) == (0.5, 4)
    assert next(row for row in rows if row["set"].startswith("translation"))["reason"]
    text = page.read_text("utf-8")
    assert "1 rows" in text and "95 %" in text and "(-legislation +extortion +strike)" in text
    assert "Choferes" not in text and "Tacna" not in text and "99999" not in text and str(tmp_path) not in text


def test_pairs_of_real_headlines(settings, shared_data) -> None:
    figures = stories(settings, shared_data / "headlines/same_story_slug.tsv").figures
    assert figures["pair recall"] > 0.9 and figures["of them joined, in 1,000"] < 1.5


def test_the_committed_page_is_of_these_steps() -> None:
    from enrich.steps import plain_steps

    page = (ROOT / "docs/quality.md").read_text("utf-8")
    assert "Steps: " in page and all(step.name in page for step in plain_steps())
