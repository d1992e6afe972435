"""Numbers in words."""

import re

import pytest

from core.numerals import CARDINAL, value


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("uno", 1), ("veintitres", 23), ("sesenta y ocho", 68), ("treinta y un", 31), ("cien", 100), ("ciento veinte", 120),
        ("mil", 1000), ("mil cien", 1100), ("dos mil quinientos", 2500), ("trescientas mil", 300_000), ("twenty one", 21), ("thirteen", 13),
    ],
)  # fmt: skip
def test_what_words_say(words: str, number: int) -> None:
    assert value(words) == number
    assert re.fullmatch(CARDINAL, words)


@pytest.mark.parametrize("words", ["tres y cinco", "unos", "milla", "y", "mil y"])
def test_what_is_no_number(words: str) -> None:
    assert not re.fullmatch(CARDINAL, words)
