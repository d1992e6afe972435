"""Learns the weights of `enrich/classifier.py` from the labelled rows, and writes them to `enrich/weights.json`.

    python -m training.weights [--rows FILE]... [--out FILE]

`--rows` are files of labelled rows (default: training/rows/*.jsonl and tests/enrich/rows.jsonl, all our own: no row of
another set is learned, so that `pututu evaluate` may prove the weights on those). Needs scikit-learn (the `test` extra).
"""

import argparse
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from core.document import SECTORS, TOPICS
from enrich import gold, strike_status
from enrich.classifier import stem
from enrich.lexicon import load
from enrich.reading import Reading

ROOT = Path(__file__).resolve().parents[1]
STRENGTH = {"topic": 30.0, "sector": 10.0, "status": 10.0}
"""Inverse of the regularisation: three times as much or a third do alike on rows left out."""
MOST_STEMS = {"topic": 5000, "sector": 400, "status": 1000}
"""Weights kept for a tag, the heaviest: sectors with 400 do as well on rows left out as with all."""
PLACEHOLDER = "n"
"""What stands for a name in the rows: no word of a text."""
SEEN_IN = 2
"""Rows that must hold a stem."""
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


def _stems(row: Row, words: Callable[[Reading], list[str]]) -> list[str]:
    return [stem(word) for word in words(Reading(gold.document(row), load())) if word != PLACEHOLDER]


def learn(given: Iterable[Row]) -> dict[str, Any]:
    """The weights: `{"bias": {tag: number}, "stems": {stem: [idf, {tag: weight}]}}`."""
    given = list(given)
    counted = TfidfVectorizer(analyzer=list, min_df=SEEN_IN, sublinear_tf=True)
    of_texts = counted.fit_transform([_stems(row, lambda reading: reading.head) for row in given])
    names = [str(name) for name in counted.get_feature_names_out()]
    bias: dict[str, float] = {}
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for kind, tags in (("topic", TOPICS), ("sector", SECTORS), ("status", strike_status.STATUSES)):
        labelled = {number: label for number, row in enumerate(given) if (label := _label(row, kind)) is not None}
        if kind == "status":
            values = counted.transform([_stems(given[number], strike_status.words) for number in labelled])
        else:
            values = of_texts[list(labelled)]
        for tag in tags:
            labels = numpy.array([tag in label for label in labelled.values()])
            model = LogisticRegression(
                C=STRENGTH[kind], max_iter=2000, class_weight=None if kind == "topic" else "balanced"
            ).fit(values, labels)
            bias[f"{kind}.{tag}"] = round(float(model.intercept_[0]), 3)
            for i in numpy.argsort(-abs(model.coef_[0]), kind="stable")[: MOST_STEMS[kind]]:
                found[names[i]][f"{kind}.{tag}"] = round(float(model.coef_[0][i]), 2)
    idf = dict(zip(names, counted.idf_, strict=True))
    return {
        "bias": bias,
        "stems": {name: [round(float(idf[name]), 2), dict(sorted(found[name].items()))] for name in names},
    }


def main() -> None:
    """Learn, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, action="append")
    parser.add_argument("--out", type=Path, default=ROOT / "enrich/weights.json")
    options = parser.parse_args()
    files = options.rows or [*sorted((ROOT / "training/rows").glob("*.jsonl")), ROOT / "tests/enrich/rows.jsonl"]
    made = learn(rows(files))
    lines = ",\n".join(
        f"{json.dumps(stem, ensure_ascii=False)}: {json.dumps(value)}" for stem, value in made["stems"].items()
    )
    options.out.write_text(f'{{"bias": {json.dumps(made["bias"])},\n"stems": {{\n{lines}\n}}}}\n', "utf-8")
    print(f"{len(made['stems'])} stems in {options.out}")


if __name__ == "__main__":
    main()
