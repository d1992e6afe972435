"""The page's words: both languages have the same, and every template asks only for words that are there."""

import re
from pathlib import Path

import pytest

from web import words
from web.receipts import lines
from web.words import Words, preferred

WEB = Path(words.__file__).parent


def test_both_tables_have_the_same_keys_and_no_empty_words() -> None:
    spanish, english = words.table("es"), words.table("en")
    assert spanish.keys() == english.keys()
    assert all(text.strip() for text in [*spanish.values(), *english.values()])


def test_both_tables_fill_in_the_same_values() -> None:
    spanish, english = words.table("es"), words.table("en")
    differ = [
        key
        for key in spanish
        if sorted(re.findall(r"\{(\w+)\}", spanish[key])) != sorted(re.findall(r"\{(\w+)\}", english[key]))
    ]
    assert differ == []


def test_every_word_that_code_and_templates_name_is_in_the_table() -> None:
    files = [*WEB.glob("*.py"), *(WEB / "templates").glob("*.html")]
    named = {key for file in files for key in re.findall(r"\bt\([\"']([\w.]+)[\"'][,)]", file.read_text("utf-8"))}
    assert len(named) > 60
    assert named - words.table("es").keys() == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "es"), ("en-US,en;q=0.9", "en"), ("fr,de;q=0.8", "es"), ("en;q=0.4, es-PE;q=0.9", "es"), ("es;q=0, en;q=0.1", "en"),
        ("en;q=uno, es", "es"), ("*", "es"), ("fr, en;q=0.5, es;q=0.5", "en"),
    ],
)  # fmt: skip
def test_the_browser_chooses_the_language(header: str, language: str) -> None:
    assert preferred(header) == language


def test_a_key_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Words("es").t("no.such.words")


def test_a_value_of_a_closed_list_has_a_name_and_any_other_is_itself() -> None:
    assert Words("es").name("topic", "strike") == "paro o huelga"
    assert Words("en").name("topic", "<b>") == "<b>"


def test_a_receipt_is_told_by_stage_and_source_without_what_is_zero() -> None:
    faro = {
        "listed": 22,
        "skipped": 0,
        "errors": {"robots": 1},
        "reasons": ["robots.txt forbids it"],
        "revisions": {"checked": 0},
    }
    receipt = {
        "collect": {"sources": {"faro": faro, "ribera": {"new": 0}}, "documents": 3},
        "deliver": {"mails": 0},
        "failed": [],
    }
    assert lines(receipt, Words("es")) == [
        ("recolección", "documentos 3"),
        ("faro", "listados 22, motivos robots.txt lo prohíbe, errores (robots.txt 1)"),
    ]
    assert lines({"new": 7, "done": True, "vanished": 0}, Words("en")) == [("new", "7"), ("done", "yes")]
