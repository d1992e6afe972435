"""How the weights are learned, and that those of the release are what the rows teach."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from training.weights import learn, rows

ROOT = Path(__file__).resolve().parents[2]


def a_row(number: int, **values: object) -> dict[str, object]:
    return {"id": f"r{number}", "title": "", "text": "", "topics": [], "sectors": [], "strike": None} | values


def test_names_of_people_and_places_are_not_learned(tmp_path: Path) -> None:
    row = a_row(1, title="Rufino Malpaso amenaza en Chupaca", people=["Rufino Malpaso"], places=[{"name": "Chupaca"}])
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row) + "\n\n" + json.dumps({"id": "x", "title": "sin etiquetas"}) + "\n", "utf-8")
    (said,) = rows([file])
    assert said["title"] == "N N amenaza en N"


@pytest.fixture(scope="module")
def taught() -> dict[str, object]:
    return learn(rows([*sorted((ROOT / "training/rows").glob("*.jsonl")), ROOT / "tests/enrich/rows.jsonl"]))


def test_the_weights_of_the_release_are_what_the_rows_teach(taught: dict) -> None:
    ours = json.loads((ROOT / "enrich/weights.json").read_text("utf-8"))
    one, other = (
        {
            (kind, sign, tag): weight
            for kind, part in made.items()
            for sign, (idf, weights) in part["signs"].items()
            for tag, weight in (("", idf), *weights.items())
        }
        for made in (taught, ours)
    )
    shared = one.keys() & other.keys()  # of equally heavy weights at the limit another one may be kept elsewhere
    assert len(shared) > 0.99 * max(len(one), len(other)), "run `python -m training.weights`"
    assert {key: one[key] for key in shared} == pytest.approx({key: other[key] for key in shared}, abs=0.05)
    words = {word for part in ours.values() for sign in part["signs"] for word in sign.lstrip("=").split()}
    assert "n" not in words, "what stands for a name is no word"
    for kind, part in taught.items():
        assert part["bias"] == pytest.approx(ours[kind]["bias"], abs=0.05)


def test_the_program_writes_where_it_is_told(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    statuses = ("ended", "suspended", "considered", "announced", "ongoing")
    from core.document import SECTORS, TOPICS

    lines = [a_row(n, title=f"huelga {name} obra", topics=[TOPICS[n % 3]], strike={"status": statuses[n % 5]}, sectors=[name]) for n, name in enumerate(SECTORS)]  # fmt: skip
    rows.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    out = tmp_path / "weights.json"
    done = subprocess.run(
        [sys.executable, "-m", "training.weights", "--rows", str(rows), "--out", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "huelga" in json.loads(out.read_text("utf-8"))["status"]["signs"]
