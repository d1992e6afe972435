"""What matches begin with, and which patterns a text may match."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.openings import Gate, openings
from enrich.strike_cues import CUES, LIKELY

ROWS = Path(__file__).with_name("rows.jsonl")


@pytest.mark.parametrize(
    ("pattern", "beginnings"),
    [
        ("levantan el paro", {"levantan"}),
        ("paro|huelgas?|toman", {"paro", "huelga", "toman"}),
        ("(?:dan|dieron) marcha", {"dan", "dieron"}),
        ("(?:no )?(?:se )?levant(?:a|o)", {"no ", "se ", "levant"}),
        ("(?:no ){0,2}cesan", {"no ", "cesan"}),
        ("(?:no ){1,2}cesan", {"no "}),
        ("(?<!pleno )(?!la )vota", {"vota"}),
        ("en (?:la|el)|al", {"en ", "al"}),
        (r"\w+ paran", {""}),
        ("[ao]y", {""}),
        ("(?:|ya )paran", {"", "ya "}),
    ],
)
def test_what_matches_begin_with(pattern: str, beginnings: set[str]) -> None:
    assert openings(pattern) == beginnings


def test_a_parenthesis_that_does_not_close_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not close"):
        openings("(?:dan|dieron marcha")


def test_only_patterns_that_may_match_are_open_in_their_order() -> None:
    gate = Gate(["paran|marchan", "levantan", r"\w+ran "])
    assert gate.open(" ayer marchan y levantan ") == [0, 1, 2]
    assert gate.open(" relevantan ") == [2], "a beginning stands behind a space"
    assert gate.open("") == [2]


def missed(sentence: str) -> list[int]:
    """Cues that match a sentence and are not looked for."""
    likely = set(LIKELY.open(sentence))
    return [n for n, (_, _, cue) in enumerate(CUES) if n not in likely and cue.search(sentence)]


def test_no_cue_of_our_rows_is_missed() -> None:
    for line in ROWS.read_text("utf-8").splitlines():
        row = json.loads(line)
        told = f"{row.get('title')} {row.get('text')}".lower().replace(".", " ")
        sentence = f" {' '.join(told.split())} "
        assert not missed(sentence)


@given(st.integers(0, len(CUES) - 1), st.data())
def test_no_cue_is_missed(number: int, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(CUES[number][2], alphabet=st.sampled_from("abcdefghijklmnopqrstuvwxyzñ ")))
    assert not missed(text)
