"""Learns the weights of `enrich/classifier.py` from the labelled rows, and writes them to `enrich/weights.json`.

    python -m training.weights [--rows FILE]... [--out FILE]

`--rows` are files of labelled rows (default: training/rows/*.jsonl and tests/enrich/rows.jsonl, all our own: no row of
another set is learned, so that `pututu evaluate` may prove the weights on those). Needs scikit-learn (the `test` extra).
"""

import argparse
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from core.document import SECTORS, TOPICS
from enrich import classifier, gold, strike_status
from enrich.lexicon import load
from enrich.reading import Reading

ROOT = Path(__file__).resolve().parents[1]
STRENGTH = {"topic": 30.0, "sector": 30.0, "status": 30.0}
"""Inverse of the regularisation: three times as much or a third do alike on rows left out."""
MOST_SIGNS = {"topic": 5000, "sector": 2000, "status": 2000}
"""Weights kept for a tag, the heaviest: sectors with 2000 do as well on rows left out as with all."""
PLACEHOLDER = "n"
"""What stands for a name in the rows: no word of a text."""
SEEN_IN = 2
"""Rows that must hold a sign."""
Row = Mapping[str, Any]


def rows(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The rows that say their topics, without the names of people and places: a name is no sign of a topic."""
    for file in files:
        for line in file.read_text("utf-8").split("\n"):
            if line.strip() and "topics" in (row := json.loads(line)):
                yield _nameless(row)


def _nameless(row: dict[str, Any]) -> dict[str, Any]:
    given = [
        one if isinstance(one, str) else one.get("name", "")
        for key in ("people", "places")
        for one in row.get(key) or ()
    ]
    names = {word for name in given for word in name.split() if len(word) > 3}
    if not names:
        return row
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, names)))})\b")
    return row | {key: pattern.sub("N", row[key]) for key in ("title", "summary", "text") if row.get(key)}


def _label(row: Row, kind: str) -> list[str] | None:
    """What a row says of a kind of tag, None where it says nothing."""
    if kind == "status":
        status = (row.get("strike") or {}).get("status")
        return [status] if status else None
    found: list[str] | None = row.get(f"{kind}s")
    return found


def _told(row: Row, signs: Callable[[Reading], Iterable[str]]) -> list[str]:
    """The signs of a row that hold no name."""
    read = Reading(gold.document(row), load())
    return [sign for sign in signs(read) if PLACEHOLDER not in sign.lstrip("=").split()]


def learn(given: Iterable[Row]) -> dict[str, Any]:
    """The weights: `{"subject": {"bias": {tag: number}, "signs": {sign: [idf, {tag: weight}]}}, "status": {...}}`."""
    given = list(given)
    return {
        "subject": _learned(
            given, lambda reading: classifier.signs(reading.head), {"topic": TOPICS, "sector": SECTORS}
        ),
        "status": _learned(
            [row for row in given if _label(row, "status")],
            lambda reading: classifier.signs(*strike_status.heard(reading)),
            {"status": strike_status.STATUSES},
        ),
    }


def _learned(
    given: list[Row], signs: Callable[[Reading], Iterable[str]], kinds: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    counted = TfidfVectorizer(analyzer=list, min_df=SEEN_IN, sublinear_tf=True)
    values = counted.fit_transform([_told(row, signs) for row in given])
    names = [str(name) for name in counted.get_feature_names_out()]
    bias: dict[str, float] = {}
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for kind, tags in kinds.items():
        labelled = {number: label for number, row in enumerate(given) if (label := _label(row, kind)) is not None}
        for tag in tags:
            model = LogisticRegression(
                C=STRENGTH[kind], max_iter=2000, class_weight=None if kind == "topic" else "balanced"
            ).fit(values[list(labelled)], numpy.array([tag in label for label in labelled.values()]))
            bias[f"{kind}.{tag}"] = round(float(model.intercept_[0]), 3)
            for i in numpy.argsort(-abs(model.coef_[0]), kind="stable")[: MOST_SIGNS[kind]]:
                found[names[i]][f"{kind}.{tag}"] = round(float(model.coef_[0][i]), 2)
    idf = dict(zip(names, counted.idf_, strict=True))
    return {
        "bias": bias,
        "signs": {
            name: [round(float(idf[name]), 2), dict(sorted(found[name].items()))] for name in names if found[name]
        },
    }


def _written(made: Mapping[str, Any]) -> str:
    """As JSON, a sign on each line."""
    lines = ",\n".join(
        f"{json.dumps(sign, ensure_ascii=False)}: {json.dumps(value)}" for sign, value in made["signs"].items()
    )
    return f'{{"bias": {json.dumps(made["bias"])},\n"signs": {{\n{lines}\n}}}}'


def main() -> None:
    """Learn, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, action="append")
    parser.add_argument("--out", type=Path, default=ROOT / "enrich/weights.json")
    options = parser.parse_args()
    files = options.rows or [*sorted((ROOT / "training/rows").glob("*.jsonl")), ROOT / "tests/enrich/rows.jsonl"]
    made = learn(rows(files))
    options.out.write_text(
        "{" + ",\n".join(f'"{kind}": {_written(one)}' for kind, one in made.items()) + "}\n", "utf-8"
    )
    print(f"{sum(len(one['signs']) for one in made.values())} signs in {options.out}")


if __name__ == "__main__":
    main()
