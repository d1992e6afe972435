"""Hand-made rows of places, people, organisations and roads: what the steps must keep reaching on them (bench/names.py prints all).

The sets: `learned` (read while rules were made), `second` and `third` (measured before they were first read; docs/tagging.md has
those figures). A row's places are paths (`Lima/Lima/Comas`); what the lists know may be named by any of its forms.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.text import fold
from enrich.entities import are_sure
from enrich.scores import Score
from enrich.steps import Chain
from tests.enrich.conftest import a_document

ROWS = Path(__file__).with_name("names.jsonl")
FLOORS = {
    "departments": 0.97,
    "districts": 0.92,
    "people": 0.95,
    "kinds of people": 0.97,
    "organisations": 0.9,
    "guilds": 0.95,
    "roads": 0.97,
}


def pairs(chain: Chain) -> dict[str, dict[str, Score]]:
    """Scores by set and kind."""
    found: defaultdict[str, dict[str, Score]] = defaultdict(dict)
    for line in ROWS.read_text("utf-8").splitlines():
        row = json.loads(line)
        outcome = chain.run(a_document(row["title"], row["text"], id=row["id"], language=row["lang"]))
        assert outcome.errors == {}
        said = {key: value for annotation in outcome.annotations for key, value in annotation.payload.items()}
        for kind, wanted, got in _pairs(row, said):
            found[row["set"]].setdefault(kind, Score()).add(row["id"], frozenset(wanted), frozenset(got))
    return found


def _pairs(row: dict[str, Any], said: dict[str, Any]) -> Iterator[tuple[str, set[Any], set[Any]]]:
    places = [path.split("/") for path in row["places"]]
    yield "departments", {path[0] for path in places}, {place["department"] for place in said["places"]}
    yield (
        "districts",
        {path[2] for path in places if len(path) > 2},
        {p["district"] for p in said["places"] if p["district"]},
    )
    sure = are_sure(said["entities"])
    people = {fold(e["name"]): e["kind"] for e in sure if e["type"] == "person"}
    known = {fold(row[field][start:end]): fold(e["name"]) for e in sure for field, start, end in e["spans"]}
    wanted = {known.get(fold(one["name"]), fold(one["name"])): one["kind"] for one in row["people"]}
    yield "people", set(wanted), set(people)
    both = wanted.keys() & people.keys()
    yield "kinds of people", {(name, wanted[name]) for name in both}, {(name, people[name]) for name in both}
    bodies = [e for e in sure if e["type"] == "organisation"]
    named = [(known.get(fold(one["name"]), fold(one["name"])), one["kind"]) for one in row["organisations"]]
    yield "organisations", {name for name, _ in named}, {fold(e["name"]) for e in bodies}
    yield (
        "guilds",
        {name for name, kind in named if kind == "guild"},
        {fold(e["name"]) for e in bodies if e["kind"] == "guild"},
    )
    roads = {(fold(road["name"]), road["km"], road["state"]) for road in row["roads"]}
    yield "roads", roads, {(fold(road["name"]), road["km"], road["state"]) for road in said["roads"]}


@pytest.fixture(scope="module")
def found(chain: Chain) -> dict[str, dict[str, Score]]:
    return pairs(chain)


@pytest.mark.parametrize("name", ["learned", "second", "third"])
@pytest.mark.parametrize("kind", list(FLOORS))
def test_the_rows_keep_their_names(found: dict[str, dict[str, Score]], name: str, kind: str) -> None:
    score = found[name][kind]
    assert score.f1 >= FLOORS[kind], score.wrong
