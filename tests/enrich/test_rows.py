"""Hand-made, fictional rows of every topic, sector and trap: what the steps must keep reaching on them (bench/tagging.py prints all figures).

The sets: `traps` (headlines beside the subject, denied strikes, laws that are no laws, and news of all three topics), `oblique`
(news told without their usual words), `plain` (as papers tell them), and `unseen1` to `unseen4`: the first three mostly oblique, with traps
among them, the fourth as papers tell them. `held` is a file of its own, from which nothing is ever learned: no list, no weight. docs/tagging.md has what each gave when it was first read.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from core.time import parse_date
from enrich.scores import Score, scores
from enrich.steps import Chain
from tests.enrich.conftest import a_document

ROWS = Path(__file__).with_name("rows.jsonl")
HELD = Path(__file__).with_name("held.jsonl")
FLOORS = {
    "traps": {"topics": 0.97, "sectors": 0.94, "norms": 0.97, "amounts": 0.97, "strike status": 0.9, "subtypes": 0.78, "roles": 0.94, "strike start": 0.9},
    "oblique": {"topics": 0.88, "sectors": 0.85, "norms": 0.97, "amounts": 0.95, "strike status": 0.8},
    "unseen1": {"topics": 0.94, "sectors": 0.87, "norms": 0.97, "amounts": 0.97, "strike status": 0.9},
    "unseen2": {"topics": 0.9, "sectors": 0.82, "norms": 0.97, "amounts": 0.85, "strike status": 0.75},
    "unseen3": {"topics": 0.82, "norms": 0.97, "amounts": 0.97},
    "unseen4": {"topics": 0.93, "norms": 0.97, "amounts": 0.97, "strike status": 0.85},
    "plain": {"topics": 0.97, "sectors": 0.9, "norms": 0.97, "amounts": 0.97, "strike status": 0.88, "what amounts are": 0.9},
    "held": {"topics": 0.96, "sectors": 0.88, "department": 0.95, "district": 0.85, "norms": 0.97, "amounts": 0.93, "strike status": 0.92},
}  # fmt: skip


def said(chain: Chain, row: dict[str, Any]) -> dict[str, Any]:
    moment = parse_date(row["date"]) if row["date"] else None
    document = a_document(row["title"], row["text"], id=row["id"], kind=row["kind"], language=row["lang"], published=moment and moment.when)  # fmt: skip
    outcome = chain.run(document)
    assert outcome.errors == {}
    return {key: value for annotation in outcome.annotations for key, value in annotation.payload.items()}


@pytest.fixture(scope="module")
def found(chain: Chain) -> dict[str, dict[str, Score]]:
    sets: defaultdict[str, list[Any]] = defaultdict(list)
    for line in (ROWS.read_text("utf-8") + HELD.read_text("utf-8")).splitlines():
        row = json.loads(line)
        sets[row["set"]].append((row, said(chain, row)))
    return {name: scores(rows) for name, rows in sets.items()}


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, floors in FLOORS.items() for kind in floors])
def test_the_rows_keep_their_tags(found: dict[str, dict[str, Score]], name: str, kind: str) -> None:
    score = found[name][kind]
    assert score.f1 >= FLOORS[name][kind], score.wrong


def test_a_trap_gets_no_topic(found: dict[str, dict[str, Score]]) -> None:
    assert sum(score["topics"].false for name, score in found.items() if name != "held") <= 6
    assert found["held"]["topics"].false <= 12, "of 584 rows"


def test_scores_count_what_is_true_false_and_missing() -> None:
    row = {
        "id": "r", "topics": ["strike", "extortion"], "subtypes": {"strike": "march"}, "sectors": None, "norms": ["Ley 1"], "amounts": [{"value": 5, "currency": "PEN", "what": "demand"}],
        "casualties": None, "strike": {"status": "ended", "start": None}, "event": "2025-01-02/day",
    }  # fmt: skip
    tags = {
        "topics": [{"name": "strike", "subtype": "protest"}, {"name": "legislation", "subtype": None}], "sectors": [], "norms": [], "amounts": [{"value": 5, "currency": "PEN", "what": "other"}],
        "casualties": {"killed": 1, "injured": 0}, "strike": {"status": "ended", "start": "2025-01-02"}, "event": None,
    }  # fmt: skip
    got = scores([(row, tags)])
    assert (got["topics"].true, got["topics"].false, got["topics"].missing) == (1, 1, 1)
    assert got["topics"].precision == got["topics"].recall == got["topics"].f1 == 0.5
    assert (got["subtypes"].false, got["what amounts are"].missing, got["amounts"].true) == (1, 1, 1)
    assert got["norms"].recall == 0 and got["norms"].precision == 1
    assert got["casualties"].false == got["strike start"].false == got["event"].missing == 1
    assert "sectors" not in got and got["strike status"].f1 == 1
    assert got["norms"].wrong == [("r", ["Ley 1"], [])]
