"""The query language: precedence, places of errors, printing and parsing back."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import QueryError
from core.text import clean
from search import near
from search.nodes import (
    TAG_FIELDS,
    TEXT_FIELDS,
    All,
    And,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Tag,
    Wildcard,
    Word,
    both,
    depth,
    either,
    is_negative,
)
from search.query import everything, parse


def w(text: str) -> Word:
    return Word("", text)


A, B, C = w("alfa"), w("beta"), w("gama")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("alfa beta OR gama", And((A, Or((B, C))))),
        ("alfa OR beta gama", And((Or((A, B)), C))),
        ("alfa OR beta -gama", And((Or((A, B)), Not(C)))),
        ("alfa OR beta NOT gama", And((Or((A, B)), Not(C)))),
        ("alfa OR beta AND gama", Or((A, And((B, C))))),
        ("alfa AND beta OR gama", Or((And((A, B)), C))),
        ("alfa AND NOT beta", And((A, Not(B)))),
        ("alfa -beta", And((A, Not(B)))),
        ("NOT alfa AND beta", And((Not(A), B))),
        ("NOT (alfa beta) gama", And((Not(And((A, B))), C))),
        ("+alfa +beta", And((A, B))),
        ("alfa && beta || gama", Or((And((A, B)), C))),
        ("(alfa OR beta) AND gama", And((Or((A, B)), C))),
        ("alfa and beta", And((A, w("and"), B))),
        ('"alfa beta"', Phrase("", "alfa beta")),
        ("“alfa beta”", Phrase("", "alfa beta")),
        ("«alfa beta»", Phrase("", "alfa beta")),
        ('"alfa beta"~5', Phrase("", "alfa beta", 5)),
        ("extors*", Prefix("", "extors")),
        ("ex*ión", Wildcard("", "ex*ión")),
        ("par?", Wildcard("", "par?")),
        ("castilo~1", Fuzzy("", "castilo", 1)),
        ("castilo~", Fuzzy("", "castilo", 2)),
        ("paro~", Fuzzy("", "paro", 1)),
        ("paro~0", Word("", "paro", True)),
        ("exact:paro", Word("", "paro", True)),
        ('exact:"paro nacional"', Phrase("", "paro nacional", 0, True)),
        ("title:exact:paro", Word("title", "paro", True)),
        ("title:paro", Word("title", "paro")),
        ("title: paro", Word("title", "paro")),
        ("Title:paro", Word("title", "paro")),
        ("title:(alfa OR beta)", Or((Word("title", "alfa"), Word("title", "beta")))),
        ("title:alfa beta", And((Word("title", "alfa"), B))),
        ("source:(uno OR dos)", Or((Tag("source", "uno"), Tag("source", "dos")))),
        ('place:"San Juan"', Tag("place", "San Juan")),
        ("place:*", Wildcard("place", "*")),
        ("place:san*", Prefix("place", "san")),
        ("date:[2024-10-01 TO 2024-10-31]", Range("date", "2024-10-01", "2024-10-31")),
        ("date:{2024-10-01 TO 2024-10-31}", Range("date", "2024-10-01", "2024-10-31", False, False)),
        ("date:[2024-10-01 TO *]", Range("date", "2024-10-01", None)),
        ("date:>=2024-10", Range("date", "2024-10", None)),
        ("date:<2024-10", Range("date", None, "2024-10", True, False)),
        ("date:2024-10", Range("date", "2024-10", "2024-10")),
        ("seen:2024", Range("seen", "2024", "2024")),
        ("date:*", Range("date", None, None)),
        ("*", All()),
        ("* -alfa", And((All(), Not(A)))),
        ("* alfa", A),
        # words of several terms, and of none
        ("EE.UU.", Phrase("", "EE UU")),
        ("1.500", Phrase("", "1 500")),
        ("D'Onofrio", Phrase("", "D Onofrio")),
        ("km/h", Phrase("", "km h")),
        ("/alfa/", A),
        ("¿alfa", A),
        ("¡alfa!", A),
        ("/ alfa", A),
        ("alfa - beta", And((A, B))),
        ("alfa — beta", And((A, B))),
        ("[alfa] beta", And((A, B))),
        ("S/ 600", And((w("S"), w("600")))),
        ("alfa AND /", A),
        ("alfa OR ¿", A),
        ("alfa -/", A),
        (r"\AND", w("AND")),
        ('"AND"', w("AND")),
    ],
)
def test_trees(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("alfa titel:beta", 5, "Did you mean title?"),
        ("fecha:2024", 0, "Did you mean date?"),
        ("alfa 12:30", 5, "quotes"),
        ('alfa "beta', 5, "never closed"),
        ("alfa «beta", 5, "never closed"),
        ("alfa (beta", 5, "never closed"),
        ("alfa) beta", 4, "never opened"),
        ("alfa ()", 5, "nothing"),
        ("alfa OR", 7, "ends too early"),
        ("OR alfa", 0, "cannot stand here"),
        ("alfa AND AND beta", 9, "cannot stand here"),
        ("(alfa OR) beta", 8, "cannot stand here"),
        ("-alfa", 0, "only excludes"),
        ("NOT alfa NOT beta", 0, "only excludes"),
        ("¿ / -", 0, "no word"),
        ("alfa^2", 4, "Weights"),
        ("alfa ~2", 5, "follows a word"),
        ("(alfa beta)~2", 11, "follows a word"),
        ('"alfa beta"~', 11, "How near"),
        ("alfa~3", 0, "at most 2 edits"),
        ("sol~2", 0, "too short"),
        ("date:ayer", 5, "no day"),
        ("date:2024-13", 5, "no day"),
        ("date:[2024-01 2024-02]", 5, "not complete"),
        ("date:[2024 TO 2023]", 5, "ends before"),
        ("alfa topic:[a TO b]", 11, "no range"),
        ("title:source:x", 6, "inside title"),
        ('title:(alfa OR place:"x")', 15, "inside title"),
        ("exact:source:x", 6, "inside exact"),
        ("exact:*", 6, "alone is no word"),
        ("EE.U*", 0, "one word"),
        ('"alfa bet*"', 0, "inside quotes"),
        ('source:""', 7, "no value"),
        ('source:"a b"~2', 7, "no distance"),
        ("a" * 10_001, 10_000, "more than 10000"),
        ("(" * 60 + "a" + ")" * 60, 50, "deeper"),
    ],
)
def test_errors_name_the_place_and_the_mend(text: str, position: int, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position
    assert says in str(caught.value)
    assert caught.value.mend


def test_a_near_query_with_too_many_arrangements_names_the_largest_distance() -> None:
    with pytest.raises(QueryError, match="largest distance for 4 words is ~5"):
        parse('"alfa beta gama delta"~6')
    assert parse('"alfa beta gama delta"~5') == Phrase("", "alfa beta gama delta", 5)
    for words in range(2, 8):
        assert near.count(words, near.largest(words)) <= near.LIMIT < near.count(words, near.largest(words) + 1)
        assert len(near.arrangements(words, min(near.largest(words), 8))) <= near.LIMIT


def test_too_many_words_and_too_deep() -> None:
    with pytest.raises(QueryError, match="501 words"):
        parse(" OR ".join(f"w{n}" for n in range(501)))
    text = "alfa"
    for _ in range(11):
        text = f"beta OR (gama {text})"
    with pytest.raises(QueryError, match="nested deeper"):
        parse(text)


def test_days_of_months_years_and_exclusive_ends() -> None:
    assert [str(day) for day in Range("date", "2024-02", "2024-02").days()] == ["2024-02-01", "2024-02-29"]
    assert [str(day) for day in Range("date", "2023", "2024", False, False).days()] == ["2024-01-01", "2023-12-31"]
    assert str(Range("date", "2024-10", None, False).days()[0]) == "2024-11-01"


def test_filters_alone() -> None:
    assert everything() == All()
    assert both(everything(), Tag("source", "uno")) == Tag("source", "uno")
    assert both(everything(), Not(A)) == And((All(), Not(A)))


NAMES = st.sampled_from(["alfa", "Ñaña", "AND", "año", "x9", "TO", "paró", "1"])
TEXTS = st.sampled_from(["", *TEXT_FIELDS])
VALUES = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=12).map(
    lambda text: " ".join(clean(text).split())
)
LONG = st.sampled_from(["alfas", "ñandúes", "paros"])
LEAF = st.one_of(
    st.builds(Word, TEXTS, NAMES, st.booleans()),
    st.builds(lambda f, a, b, n, e: Phrase(f, f"{a} {b}", n, e), TEXTS, NAMES, NAMES, st.integers(0, 9), st.booleans()),
    st.builds(Prefix, TEXTS, NAMES),
    st.builds(lambda f, a, b: Wildcard(f, f"{a}*{b}?"), TEXTS, NAMES, NAMES),
    st.builds(Fuzzy, st.sampled_from(["", "title", "person"]), LONG, st.integers(1, 2)),
    st.builds(Tag, st.sampled_from(TAG_FIELDS), VALUES.filter(bool)),
    st.sampled_from(
        [Range("date", "2024-10", "2025"), Range("seen", "2024-10-02", None, False), Range("date", None, None)]
    ),
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: both(*nodes)),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: either(*nodes)),
        inner.map(Not),
    ),
    max_leaves=12,
).filter(lambda node: not is_negative(node) and depth(node) < 20)


@given(TREE)
@settings(max_examples=150, deadline=None)
def test_every_tree_prints_and_parses_back(node: Node) -> None:
    assert parse(str(node)) == node


PIECES = [
    *'ab*?"“«»()[]{}:~^\\/-+&|<>=0129 .ñ\n\0',
    "AND ",
    "OR ",
    "NOT ",
    " TO ",
    "title:",
    "date:",
    "exact:",
    "source:",
]
SYNTAX = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(SYNTAX | st.text(max_size=60))
@settings(max_examples=400, deadline=None)
@example('a "\\')
@example("date:[a TO b}~")
@example("title:exact:exact:a")
@example("exact:title:a")
@example("date:9999-12-31 date:>9999")
@example("\ud800 a")
@example("İ* ß~ ﬁ?")
def test_whatever_is_typed_gives_a_tree_or_a_query_error(text: str) -> None:
    try:
        node = parse(text)
    except QueryError as error:
        assert error.position is None or 0 <= error.position <= len(text)
        return
    assert parse(str(node)) == node
